"""Which letters of a rich text nobody can see on the paper: the colours it numbers, and whether
anything lies behind the text. Both are told by the whole file before its text is read.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

DUST = 2  #: half points: letters nobody can read

_TABLE = re.compile(rb"\{\\colortbl\b([^{}]{0,20000})\}")
_PART = re.compile(rb"\\(red|green|blue)(\d{1,3})")
_BEHIND = re.compile(
    rb"\\(?:(clcbpat|cbpat|chcbpat|cb|highlight|trcbpat)(\d{1,5})"
    rb"|(?:clshdng|shading|chshdng|trshdng)[1-9]\d{0,5}"
    rb"|(?:shp|pict|do|object|background)(?![a-z]))"
)
_WHITE = {"red": 255, "green": 255, "blue": 255}


@dataclass(frozen=True)
class Paper:
    """The colours of a file, and whether its paper is white all over."""

    white: frozenset[int] = frozenset()  #: numbers that stand for white
    bare: bool = True  #: nothing drawn, no colour behind letters, cells or lines


def paper_of(data: bytes) -> Paper:
    """What a file says of both; white letters are looked for only where a white is numbered."""
    table = _TABLE.search(data)
    colours = table[1].split(b";") if table is not None else []
    white = frozenset(number for number, colour in enumerate(colours) if _is_white(colour))
    if not white:
        return Paper()
    return Paper(white, not any(_lies_behind(match, white) for match in _BEHIND.finditer(data)))


def _is_white(colour: bytes) -> bool:
    return {name.decode(): int(part) for name, part in _PART.findall(colour)} == _WHITE


def _lies_behind(match: re.Match[bytes], white: frozenset[int]) -> bool:
    return match[2] is None or int(match[2]) not in {0, *white}
