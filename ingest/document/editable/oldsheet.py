"""What an old workbook (.xls, BIFF8) says of its cells besides their values: which rows and columns
nobody sees, what is struck, which numbers are shown as shares.

Records in, marks out; structures and numbers are those of [MS-XLS]. The values are read by
``spreadsheet.py``.
"""

from __future__ import annotations

import io
import struct
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import pairwise

import olefile

from ingest.document.content import MAX_COLUMNS, MAX_ROWS, STRUCK
from ingest.document.editable.sheetmarks import BUILT_IN, Marks, Place, is_share

MAX_STREAM = 100 * 1024 * 1024
_MOST_STRINGS = 200_000

_FONT, _XF, _FORMAT, _SHEET, _STRINGS, _MORE = 0x31, 0xE0, 0x41E, 0x85, 0xFC, 0x3C
_BEGIN, _END, _ROW, _COLUMNS, _TEXT, _MANY = 0x809, 0x0A, 0x208, 0x7D, 0xFD, 0xBD
_CELLS = frozenset({0x203, 0x27E, _TEXT, 0x204, 0x06, 0x205})
"""Number, RK, shared text, label, formula, truth: each begins with row, column, format."""

_COVERING = frozenset({0xEC, 0x1B0})  #: MsoDrawing, CondFmt: something else may lie behind letters
_WHITE = frozenset({1, 9})  #: 2.5.161 Icv
_DUST = 40  #: twentieths of a point: letters nobody can read
_LAST_COLUMN = 255  #: [MS-XLS] 2.5.19: no cell stands further to the right

BROKEN = (OSError, ValueError, IndexError, KeyError, TypeError, AttributeError, struct.error)
"""What a damaged file raises here."""

_Runs = list[tuple[int, int]]


@dataclass
class _Styles:
    """Fonts, formats and shared texts of a workbook."""

    struck: list[bool] = field(default_factory=list)  #: for each font: or too small to be seen
    white: list[bool] = field(default_factory=list)  #: for each font
    filled: list[bool] = field(default_factory=list)  #: for each XF: a colour lies behind
    codes: dict[int, str] = field(default_factory=lambda: {int(k): v for k, v in BUILT_IN.items()})
    cells: list[tuple[int, int]] = field(default_factory=list)  #: font and format of each XF
    texts: dict[int, str] = field(default_factory=dict)  #: shared texts of which a part is struck

    def is_struck(self, font: int) -> bool:
        """Whether a font strikes what is written in it; number 4 is never used (2.5.129)."""
        return _of_font(self.struck, font)

    def is_white(self, style: int) -> bool:
        """Whether the letters of a cell are white, with no colour behind them."""
        return not self.filled[style] and _of_font(self.white, self.cells[style][0])


def _of_font(told: list[bool], font: int) -> bool:
    at = font - 1 if font > 4 else font
    return at < len(told) and told[at]


class OldBook:
    """The marks of a workbook's sheets, by their names."""

    def __init__(self, data: bytes) -> None:
        with olefile.OleFileIO(io.BytesIO(data)) as ole:
            if ole.get_size("Workbook") > MAX_STREAM:
                raise ValueError("too large")
            self._stream: bytes = ole.openstream("Workbook").read()
        self._styles = _Styles()
        self._sheets: dict[str, int] = {}
        shared: list[bytes] = []
        before = 0
        for kind, body in _records(self._stream, 0):
            if kind == _STRINGS or (kind == _MORE and before in (_STRINGS, _MORE) and shared):
                shared.append(body)
            else:
                self._note(kind, body)
            before = kind
        if shared:
            self._keep_struck(shared)

    def _note(self, kind: int, body: bytes) -> None:
        """One record of the book."""
        if kind == _FONT:
            height, options, colour = struct.unpack_from("<HHH", body)
            self._styles.struck.append(bool(options & 0x08) or 0 < height <= _DUST)
            self._styles.white.append(colour in _WHITE)
        elif kind == _XF:
            self._styles.cells.append(struct.unpack_from("<HH", body))
            self._styles.filled.append(len(body) > 17 and body[17] >> 2 != 0)
        elif kind == _FORMAT:
            self._styles.codes[struct.unpack_from("<H", body)[0]] = _text(body[2:], 2)
        elif kind == _SHEET:
            self._sheets[_text(body[6:], 1)] = struct.unpack_from("<I", body)[0]

    def _keep_struck(self, shared: list[bytes]) -> None:
        for number, (text, runs) in enumerate(_strings(shared)):
            if any(self._styles.is_struck(font) for _, font in runs):
                self._styles.texts[number] = self._signed(text, runs)

    def _signed(self, text: str, runs: _Runs) -> str:
        """A text with signs for what of it is struck."""
        starts = [*runs, (len(text), 0)]
        pieces = [text[: starts[0][0]]]
        for (start, font), (end, _) in pairwise(starts):
            pieces.append(STRUCK if self._styles.is_struck(font) else text[start:end])
        return "".join(pieces)

    def marks(self, name: str) -> Marks:
        """Of one sheet; none when it cannot be followed."""
        marks = Marks()
        if name not in self._sheets:
            return marks
        start = self._sheets[name]
        white = any(self._styles.white) and not any(
            kind in _COVERING for kind, _ in _records(self._stream, start)
        )
        for kind, body in _records(self._stream, start):
            if kind == _ROW:
                row, height, options = struct.unpack_from("<H4xH4xH", body)
                if (options & 0x20 or height & 0x7FFF == 0) and row <= MAX_ROWS:
                    marks.hidden_rows.add(row)
            elif kind == _COLUMNS:
                first, last, _, _, options = struct.unpack_from("<5H", body)
                if options & 0x01:
                    marks.hidden_columns |= set(range(first, min(last + 1, 4 * MAX_COLUMNS)))
            elif kind in _CELLS or kind == _MANY:
                self._mark(kind, body, marks, white=white)
        return marks

    def _mark(self, kind: int, body: bytes, marks: Marks, *, white: bool) -> None:
        """What a record of one cell, or of several numbers side by side, says."""
        row, column = struct.unpack_from("<HH", body)
        steps = (len(body) - 6) // 6 if kind == _MANY else 1
        for step in range(steps):
            style = struct.unpack_from("<H", body, 4 + 6 * step)[0]
            font, shown = self._styles.cells[style] if style < len(self._styles.cells) else (0, 0)
            place = row, column + step
            unseen = white and style < len(self._styles.cells) and self._styles.is_white(style)
            if unseen or self._styles.is_struck(font):
                marks.struck.add(place)
            if is_share(code := self._styles.codes.get(shown, "")):
                marks.formats[place] = code
            if kind == _TEXT:
                self._note_text(place, struct.unpack_from("<I", body, 6)[0], marks)

    def _note_text(self, place: Place, number: int, marks: Marks) -> None:
        if number in self._styles.texts:
            marks.texts[place] = self._styles.texts[number]


def has_strays(data: bytes) -> bool:
    """Whether a cell stands where an old workbook has no column. calamine makes room for every cell
    up to the last one; one damaged number there asks for tens of gigabytes.
    """
    try:
        with olefile.OleFileIO(io.BytesIO(data)) as ole:
            name = "Workbook" if ole.exists("Workbook") else "Book"
            stream: bytes = ole.openstream(name).read()
    except BROKEN:
        return False
    starts = {0, *_sheet_starts(stream)}
    return any(_is_stray(kind, body) for at in starts for kind, body in _flat(stream, at))


def _sheet_starts(stream: bytes) -> Iterator[int]:
    for kind, body in _flat(stream, 0):
        if kind == _SHEET and len(body) >= 4:
            yield struct.unpack_from("<I", body)[0]


def _is_stray(kind: int, body: bytes) -> bool:
    if (kind not in _CELLS and kind != _MANY) or len(body) < 6:
        return False
    last = struct.unpack_from("<H", body, len(body) - 2 if kind == _MANY else 2)[0]
    return bool(max(last, struct.unpack_from("<H", body, 2)[0]) > _LAST_COLUMN)


def _flat(stream: bytes, at: int) -> Iterator[tuple[int, bytes]]:
    """Kind and body of every record from ``at`` to the end, whatever it is part of."""
    while at + 4 <= len(stream):
        kind, size = struct.unpack_from("<HH", stream, at)
        yield kind, stream[at + 4 : at + 4 + size]
        at += 4 + size


def _records(stream: bytes, at: int) -> Iterator[tuple[int, bytes]]:
    """Kind and body of every record from ``at`` to the end of its part, inner parts left out."""
    depth = 0
    for kind, body in _flat(stream, at):
        depth += (kind == _BEGIN) - (kind == _END)
        if depth <= 0 and kind == _END:
            return
        if depth == 1:
            yield kind, body


def _text(body: bytes, width: int) -> str:
    """A short text behind its length (of ``width`` bytes) and a byte that says how it is kept."""
    count = int.from_bytes(body[:width], "little")
    wide, start = body[width] & 1, width + 1
    return body[start : start + count * (1 + wide)].decode("utf-16-le" if wide else "latin-1")


class _Pieces:
    """A record and those that go on with it, read as one; text that goes on says anew how it is
    kept (2.5.293).
    """

    def __init__(self, bodies: list[bytes]) -> None:
        self._bodies, self._at, self._place = bodies, 0, 0

    def take(self, count: int) -> bytes:
        """Some bytes."""
        found = b""
        while len(found) < count:
            piece = self._bodies[self._at][self._place : self._place + count - len(found)]
            self._place += len(piece)
            found += piece
            if len(found) < count:
                self._at, self._place = self._at + 1, 0
        return found

    def text(self, count: int, wide: int) -> str:
        """Some characters."""
        found = ""
        while len(found) < count:
            body = self._bodies[self._at]
            if self._place >= len(body):
                self._at, self._place = self._at + 1, 1
                wide = self._bodies[self._at][0] & 1
                continue
            size = min((count - len(found)) * (1 + wide), len(body) - self._place)
            piece = body[self._place : self._place + size]
            found += piece.decode("utf-16-le" if wide else "latin-1")
            self._place += size
        return found


def _strings(bodies: list[bytes]) -> Iterator[tuple[str, _Runs]]:
    """The shared texts, each with where fonts change in it."""
    pieces = _Pieces(bodies)
    _, count = struct.unpack("<II", pieces.take(8))
    for _ in range(min(count, _MOST_STRINGS)):
        length, flags = struct.unpack("<HB", pieces.take(3))
        runs = struct.unpack("<H", pieces.take(2))[0] if flags & 8 else 0
        more = struct.unpack("<I", pieces.take(4))[0] if flags & 4 else 0
        text = pieces.text(length, flags & 1)
        changes = pieces.take(4 * runs)
        pieces.take(more)
        yield text, list(struct.iter_unpack("<HH", changes))
