"""Old workbooks (.xls) put together record by record, after [MS-XLS]. What is expected of them does
not come in.
"""

from __future__ import annotations

import struct
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

from tests.parts.compound import ole

PLAIN, STRUCK, SHARE, THOUSANDTH, WHITE, ON_DARK, TINY = range(7)
"""How a cell looks: as it comes, struck, as a percentage, with a sign that is only written behind,
white, white on a colour, of one point.
"""
_BOOK, _SHEET = 5, 16
_MOST = 8224  #: bytes of a record


@dataclass(frozen=True)
class Looks:
    """What a sheet shows otherwise than as it comes."""

    hidden_rows: Collection[int] = ()
    hidden_columns: Collection[int] = ()
    cells: Mapping[tuple[int, int], int] = field(default_factory=dict)
    #: how many characters at the beginning of a cell's text are struck
    beginnings: Mapping[tuple[int, int], int] = field(default_factory=dict)
    drawn: bool = False  #: something is drawn on the sheet
    flat_rows: Collection[int] = ()  #: of no height


def xls(rows: Sequence[Sequence[str | float]], looks: Looks | None = None) -> bytes:
    """A workbook with one sheet named ``表一``."""
    sheet = _sheet(rows, looks or Looks())
    head = _globals(rows, looks or Looks(), 0)
    return ole(
        {"Workbook": (_globals(rows, looks or Looks(), len(head)) + sheet).ljust(4096, b"\0")}
    )


def _record(kind: int, body: bytes = b"") -> bytes:
    return struct.pack("<HH", kind, len(body)) + body


def _begin(kind: int) -> bytes:
    return _record(0x809, struct.pack("<HHHHII", 0x600, kind, 0x0DBB, 1996, 0, 6))


def _font(*, struck: bool = False, colour: int = 0x7FFF, height: int = 220) -> bytes:
    name = "宋体".encode("utf-16-le")
    head = struct.pack("<HHHHHBBBB", height, 8 * struck, colour, 400, 0, 0, 0, 134, 0)
    return _record(0x31, head + bytes([2, 1]) + name)


def _format(number: int, code: str) -> bytes:
    return _record(0x41E, struct.pack("<HHB", number, len(code), 1) + code.encode("utf-16-le"))


def _look(font: int, shown: int, pattern: int = 0) -> bytes:
    return _record(0xE0, struct.pack("<HHHBB9xB2x", font, shown, 1, 0x20, 0, pattern << 2))


def _globals(rows: Sequence[Sequence[str | float]], looks: Looks, start: int) -> bytes:
    name = "表一".encode("utf-16-le")
    fonts = [_font(struck=number == 4) for number in range(5)]  # number 4 is left out: this is 5
    fonts += [_font(colour=9), _font(height=20)]
    shown = [
        _look(0, 0),
        _look(5, 0),
        _look(0, 10),
        _look(0, 164),
        _look(6, 0),
        _look(6, 0, 1),
        _look(7, 0),
    ]
    parts = [
        _begin(_BOOK), _record(0x42, struct.pack("<H", 1200)), *fonts, _format(164, '0"‰"'), *shown,
        _record(0x85, struct.pack("<IBBBB", start, 0, 0, 2, 1) + name), *_shared(rows, looks), _record(0x0A),
    ]  # fmt: skip
    return b"".join(parts)


def _shared(rows: Sequence[Sequence[str | float]], looks: Looks) -> list[bytes]:
    """All texts, the record cut where it is full, also within a text."""
    texts = [
        (text, looks.beginnings.get((row, column), 0))
        for row, cells in enumerate(rows)
        for column, text in enumerate(cells)
        if isinstance(text, str)
    ]
    bodies = [struct.pack("<II", len(texts), len(texts))]
    for text, struck in texts:
        runs = struct.pack("<HHHH", 0, 5, struck, 0) if struck else b""
        head = struct.pack("<HB", len(text), 9 if struck else 1)
        head += struct.pack("<H", 2) if struck else b""
        if len(bodies[-1]) + len(head) + 2 > _MOST:
            bodies.append(b"")
        bodies[-1] += head
        for char in text:
            if len(bodies[-1]) + 2 > _MOST:
                bodies.append(b"\1")
            bodies[-1] += char.encode("utf-16-le")
        if len(bodies[-1]) + len(runs) > _MOST:
            bodies.append(b"")
        bodies[-1] += runs
    return [_record(0x3C if number else 0xFC, body) for number, body in enumerate(bodies)]


def _sheet(rows: Sequence[Sequence[str | float]], looks: Looks) -> bytes:
    width = max(map(len, rows), default=0)
    parts = [_begin(_SHEET), _record(0x200, struct.pack("<IIHHH", 0, len(rows), 0, width, 0))]
    parts += [
        _record(0x7D, struct.pack("<6H", column, column, 2000, 0, 1, 0))
        for column in looks.hidden_columns
    ]
    parts += [_record(0xEC, bytes(8))] * looks.drawn
    shared = 0
    for row, cells in enumerate(rows):
        hidden = 0x20 if row in looks.hidden_rows else 0
        height = 0 if row in looks.flat_rows else 255
        parts.append(
            _record(0x208, struct.pack("<6HI", row, 0, width, height, 0, 0, 0x100 | hidden))
        )
        for column, value in enumerate(cells):
            head = struct.pack("<HHH", row, column, looks.cells.get((row, column), PLAIN))
            if isinstance(value, str):
                parts.append(_record(0xFD, head + struct.pack("<I", shared)))
                shared += 1
            else:
                parts.append(_record(0x203, head + struct.pack("<d", value)))
    return b"".join([*parts, _record(0x0A)])
