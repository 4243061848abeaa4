"""Automatic numbering of a Word file: what stands before a paragraph though nobody typed it. Boxes
and ticks set as bullets are choices like any others.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from lxml import etree

from ingest.document.editable.officepackage import child, name_of, value
from ingest.document.editable.symbols import is_symbol_font, shown, shown_in

_CHINESE = "零一二三四五六七八九十"
_MARKS = frozenset("☑☒☐√×■●○▣⊙□✓✔◻")
_LEVEL = re.compile(r"%(\d)")


@dataclass(frozen=True)
class _Level:
    kind: str
    text: str
    start: int


class Numbering:
    """The lists of a file; counts as paragraphs are asked for in their order."""

    def __init__(self, root: etree._Element | None) -> None:
        self._abstract: dict[str, dict[int, _Level]] = {}
        self._lists: dict[str, str] = {}
        self._counts: dict[tuple[str, int], int] = {}
        for each in root if root is not None else ():
            if name_of(each) == "abstractNum":
                self._abstract[value(each, "abstractNumId")] = dict(map(_level, _levels(each)))
            elif name_of(each) == "num" and (of := child(each, "abstractNumId")) is not None:
                self._lists[value(each, "numId")] = value(of, "val")

    def before(self, properties: etree._Element) -> str:
        """What stands before the paragraph with this ``w:numPr``; "" for a mere bullet."""
        told = {name_of(each): value(each, "val") for each in properties}
        number, depth = told.get("numId", ""), told.get("ilvl", "0")
        kind = self._lists.get(number, "")
        at = int(depth) if depth.isdecimal() else 0
        levels = self._abstract.get(kind, {})
        level = levels.get(at)
        if level is None:
            return ""
        if level.kind == "bullet":
            return level.text if level.text in _MARKS else ""
        self._counts[kind, at] = self._counts.get((kind, at), level.start - 1) + 1
        for deeper in [key for key in self._counts if key[0] == kind and key[1] > at]:
            del self._counts[deeper]
        return self._written(kind, level, levels)

    def _written(self, kind: str, level: _Level, levels: dict[int, _Level]) -> str:
        def number(match: re.Match[str]) -> str:
            at = int(match[1]) - 1
            one = levels.get(at, level)
            return _numeral(self._counts.get((kind, at), one.start), one.kind)

        text = _LEVEL.sub(number, level.text)
        return f"{text}\t" if text else ""


def _levels(abstract: etree._Element) -> list[etree._Element]:
    return [each for each in abstract if name_of(each) == "lvl"]


def _level(level: etree._Element) -> tuple[int, _Level]:
    told = {name_of(each): value(each, "val") for each in level}
    fonts = child(level, "rPr", "rFonts")
    font = value(fonts, "ascii") if fonts is not None else ""
    text = told.get("lvlText", "")
    if told.get("numFmt") == "bullet":
        text = shown_in(text, font) if is_symbol_font(font) else shown(text)
    start, depth = told.get("start", "1"), value(level, "ilvl")
    return (
        int(depth) if depth.isdecimal() else 0,
        _Level(told.get("numFmt", "decimal"), text, int(start) if start.isdecimal() else 1),
    )


def _chinese(number: int) -> str:
    """1 to 99 in Chinese numerals."""
    tens, ones = divmod(number, 10)
    ten = "" if not tens else f"{_CHINESE[tens] if tens > 1 else ''}十"
    return ten + (_CHINESE[ones] if ones else "")


def _numeral(number: int, kind: str) -> str:
    if kind in {"none", "bullet"}:
        return ""
    if ("hinese" in kind or "ideograph" in kind.lower()) and 0 < number < 100:
        return _chinese(number)
    if kind in {"lowerLetter", "upperLetter"} and 0 < number <= 26:
        return chr(ord("a" if kind == "lowerLetter" else "A") + number - 1)
    if kind == "decimalEnclosedCircle" and 0 < number <= 20:
        return chr(ord("①") + number - 1)
    return str(number)
