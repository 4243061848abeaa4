"""Files that stand inside a text: uuencoded, or as bare lines of base64, as old programs and
hurried hands put them there.

Bytes in, bytes out. What the files are is not asked here.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from ingest.message.charsets import decode
from ingest.message.filenames import safe_name
from ingest.message.transfer import from_base64, from_uu, is_file_start, uu_begins

MAX_FILES = 100
"""In one text."""
LEAST_LINES = 20
"""Lines of nothing but code from which on a text is no longer only words."""

_BLOCK = re.compile(
    rb"^(?:[A-Za-z0-9+/]{40,}={0,2}[ \t]*(?:\r{0,2}\n|\Z))+"
    rb"(?:[A-Za-z0-9+/]{1,400}={0,2}[ \t]*(?:\r{0,2}\n|\Z))?",
    re.MULTILINE,
)
_OTHER_CODES = {
    re.compile(rb"^=ybegin .{0,100}size=\d", re.MULTILINE): "yEnc",
    re.compile(rb"^\(This file must be converted with BinHex", re.MULTILINE): "BinHex",
}
_QUOTE = re.compile(rb"^(?:>[ \t]?){1,9}", re.MULTILINE)
_QUOTED = re.compile(
    rb"^>[> \t]{0,9}(?:begin [0-7]{3,4} |[A-Za-z0-9+/]{60,}={0,2}[ \t\r]*$)", re.MULTILINE
)
_PGP = re.compile(rb"^-----BEGIN PGP MESSAGE-----", re.MULTILINE)


class Embedded(NamedTuple):
    """A file found in a text."""

    name: str  #: "" when the text does not say
    data: bytes
    whole: bool = True  #: its end was there
    code: str = (
        ""  #: of a file that was only seen: yEnc, BinHex, PGP; "base64" when nobody knows it
    )


class Split(NamedTuple):
    """A text, and what stood in it."""

    text: bytes
    files: tuple[Embedded, ...]


def split_text(data: bytes) -> Split:
    """``data`` with its files taken out, in their order; those of a quoted mail too. Linear."""
    split = _split(data)
    return _split(_QUOTE.sub(b"", data)) if not split.files and _QUOTED.search(data) else split


def _split(data: bytes) -> Split:
    rest, files = _without_uu(data)
    rest, more = _without_base64(rest)
    seen = tuple(_only_seen(rest))
    return Split(rest, (*files, *more, *seen)[:MAX_FILES])


def _without_uu(data: bytes) -> tuple[bytes, list[Embedded]]:
    kept, files, end = [], list[Embedded](), 0
    for begin in uu_begins(data):
        if begin.start() < end:
            continue
        content, stop, whole = from_uu(data, begin.end())
        if not content and not whole:
            continue  # "begin 644 tomorrow" in a sentence
        kept.append(data[end : begin.start()])
        files.append(Embedded(safe_name(decode(begin[1])), content, whole))
        end = stop
    return b"".join([*kept, data[end:]]), files


def _without_base64(data: bytes) -> tuple[bytes, list[Embedded]]:
    kept, files, end = [], list[Embedded](), 0
    for block in _BLOCK.finditer(data):
        known = is_file_start(from_base64(block[0][:64]))
        if not known and block[0].count(b"\n") < LEAST_LINES:
            continue
        kept.append(data[end : block.start()])
        content = from_base64(block[0]) if known else block[0]
        files.append(Embedded("", content, code="" if known else "base64"))
        end = block.end()
    return b"".join([*kept, data[end:]]), files


def _only_seen(data: bytes) -> list[Embedded]:
    codes = [name for pattern, name in _OTHER_CODES.items() if pattern.search(data)]
    codes += ["PGP"] if _PGP.search(data) else []
    return [Embedded("", data, code=name) for name in codes]
