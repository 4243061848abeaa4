"""Word 97-2003 files (.doc, and .wps of WPS) ->
:class:`~ingest.document.content.Content`, by their piece table.

Reads the text, the tables with their merged cells and which characters are deleted, hidden or
symbols (``olddocruns.py``); everything else of the format stays closed. Structures and numbers are
those of [MS-DOC]; the section is named at each. What a form is does not come in, and no program is
started (that is ``libreoffice.py``).
"""

from __future__ import annotations

import io
import struct
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from functools import cached_property

import olefile

from ingest.document.content import INK, MAX_TEXT, Content
from ingest.document.editable.grids import CellEnd, TooMuchError, Writer
from ingest.document.editable.olddocfields import form_field
from ingest.document.editable.olddocruns import Run, RunLooks, is_filled, modifiers
from ingest.document.editable.wordfields import Fields

MAX_STREAM = 100 * 1024 * 1024
MAX_DEPTH = 20  #: of tables within tables
MAX_PAGES = 20_000  #: formatted disk pages of 512 bytes

_SHOWN_AS = {"\x0b": "\n", "\x0e": "\n", "\x1e": "-", "\xa0": " "}
_BROKEN = (
    OSError,
    ValueError,
    IndexError,
    KeyError,
    TypeError,
    AttributeError,
    struct.error,
    RecursionError,
    OverflowError,
)


class BrokenDocError(Exception):
    """The file is no Word 97-2003 document that can be followed."""


class DocLimitError(Exception):
    """The file is larger than anything a form can be."""


def read_doc(data: bytes) -> Content:
    """The text of an old Word file.

    Raises:
        BrokenDocError: damaged, or older than Word 97.
        DocLimitError: larger than the limits.
    """
    try:
        with olefile.OleFileIO(io.BytesIO(data)) as ole:
            main = _stream(ole, "WordDocument")
            table = _stream(
                ole,
                "1Table" if struct.unpack_from("<H", main, 10)[0] & 0x0200 else "0Table",
            )
            more = _stream(ole, "Data") if ole.exists("Data") else b""
            notes = (
                ("文件带有宏(没有运行)",)
                if ole.exists("Macros") or ole.exists("_VBA_PROJECT_CUR")
                else ()
            )
        return replace(_Document(main, table, more).content(), notes=notes)
    except TooMuchError as error:
        raise DocLimitError from error
    except _BROKEN as error:
        raise BrokenDocError(str(error)) from error


def is_word(data: bytes) -> bool:
    """Whether it is an undamaged compound file that holds a Word document of any age."""
    try:
        with olefile.OleFileIO(io.BytesIO(data)) as ole:
            return bool(_stream(ole, "WordDocument")[:2] in {b"\xec\xa5", b"\xdc\xa5", b"\x99\xa6"})
    except _BROKEN:
        return False


def _stream(ole: olefile.OleFileIO, name: str) -> bytes:
    if ole.get_size(name) > MAX_STREAM:
        raise DocLimitError
    return bytes(ole.openstream(name).read())


# --- the parts of the file ------------------------------------------------------------------------


@dataclass(frozen=True)
class _Piece:
    """Characters ``start`` to ``end`` lie at byte ``offset``,
    one or two bytes each (2.9.177 Pcd).
    """

    start: int
    end: int
    offset: int
    width: int


@dataclass
class _Paragraph:
    """What the properties of one paragraph say about tables."""

    depth: int = 0  #: of tables within tables
    cell_end: bool = False  #: of an inner table
    row_end: bool = False
    ends: list[CellEnd] = field(default_factory=list)


class _Document:
    def __init__(self, main: bytes, table: bytes, more: bytes) -> None:
        identifier, version = struct.unpack_from("<HH", main, 0)
        if identifier != 0xA5EC or version < 0x00C1:  # 2.5.15: older than Word 97
            raise BrokenDocError("not Word 97")
        self.main, self.table, self.more = main, table, more
        self.pieces = list(self._pieces())
        self.paragraphs = _Properties(main, *self._bin_table(0x102), 13)
        self.runs = _Properties(main, *self._bin_table(0xFA), 1)
        offset, size = struct.unpack_from("<II", main, 0xA2)
        self.looks = RunLooks(table[offset : offset + size])

    def _bin_table(self, place: int) -> tuple[bytes, int]:
        """A PlcBtePapx or PlcBteChpx (2.8.5, 2.8.6) and the number of its pages;
        ``place`` is in the FIB.
        """
        offset, size = struct.unpack_from("<II", self.main, place)
        return self.table[offset : offset + size], max(0, (size - 4) // 8)

    def _pieces(self) -> Iterator[_Piece]:
        """The piece table: Clx, Pcdt, PlcPcd (2.9.38, 2.9.178, 2.8.35)."""
        offset, size = struct.unpack_from("<II", self.main, 0x1A2)
        clx, position = self.table[offset : offset + size], 0
        while clx[position] == 1:
            position += 3 + struct.unpack_from("<H", clx, position + 1)[0]
        count = (struct.unpack_from("<I", clx, position + 1)[0] - 4) // 12
        plc = position + 5
        for index in range(min(count, MAX_TEXT)):
            start, end = struct.unpack_from("<II", clx, plc + 4 * index)
            place = struct.unpack_from("<I", clx, plc + 4 * (count + 1) + 8 * index + 2)[0]
            packed = bool(place & 0x40000000)
            place &= 0x3FFFFFFF
            yield _Piece(start, end, place // 2 if packed else place, 1 if packed else 2)

    def content(self) -> Content:
        """Body and text boxes; headers, notes and comments are left out."""
        counts = struct.unpack_from("<8I", self.main, 0x4C)  # ccpText ... ccpTxbx (2.5.4)
        body, before_boxes = counts[0], sum(counts[:6])
        writer = Writer()
        for start, end in ((0, body), (before_boxes, before_boxes + counts[6])):
            fields = Fields()
            for place, character in self._characters(start, end):
                if character in "\x13\x14\x15":
                    writer.add(self._field(fields, place, character))
                elif character in "\r\x07\x0c":
                    if character == "\x07":
                        writer.add(fields.close_to(0))
                    self._end(writer, self._paragraph(place), cell=character == "\x07")
                else:
                    self._add(writer, fields, place, character)
            writer.add(fields.close_to(0))
            writer.end_paragraph(0)
        return writer.content()

    def _field(self, fields: Fields, place: int, character: str) -> str:
        """A mark of a field (2.8.25); what it shows when that was its end."""
        if character == "\x13":
            fields.open()
        elif character == "\x14":
            fields.separate()
        elif not self._run(place).gone:
            return fields.end()
        else:
            fields.end()
        return ""

    def _characters(self, start: int, end: int) -> Iterator[tuple[int, str]]:
        """Characters from ``start`` to ``end`` with their byte offset."""
        if end - start > MAX_TEXT:
            raise DocLimitError
        for piece in self.pieces:
            first, last = max(start, piece.start), min(end, piece.end)
            if first >= last:
                continue
            offset = piece.offset + (first - piece.start) * piece.width
            raw = self.main[offset : offset + (last - first) * piece.width]
            codec = ("cp1252", "replace") if piece.width == 1 else ("utf-16-le", "surrogatepass")
            text = raw.decode(*codec)
            for character in text:
                yield offset, character
                offset += piece.width * (2 if ord(character) > 0xFFFF and piece.width == 2 else 1)

    def _end(self, writer: Writer, paragraph: _Paragraph, *, cell: bool) -> None:
        """A paragraph, a cell or a row is at its end;
        inner tables say it by properties, outer ones by the mark 07.
        """
        depth = max(1, paragraph.depth) if cell else paragraph.depth
        if paragraph.row_end:
            writer.end_row(depth, paragraph.ends)
        elif cell or paragraph.cell_end:
            writer.end_cell(depth)
        else:
            writer.end_paragraph(depth)

    def _add(self, writer: Writer, fields: Fields, place: int, character: str) -> None:
        """One character of text, or one of the marks Word puts among them (2.4.1, 2.8.25)."""
        run = self._run(place)
        if run.gone:
            return
        if run.white and (run.ringed or not self._bare):
            run = replace(run, white=False)
        if character == "\x01" and run.data >= 0 and run.is_data:
            fields.is_form_field(form_field(self.more, run.data))
            return
        if character in "\x01\x08" and not run.symbol:
            writer.pictures += character == "\x01"
            text = INK
        else:
            text = run.shown(run.symbol or _SHOWN_AS.get(character, character))
        if not fields.takes(text):
            writer.add(text)

    def _run(self, place: int) -> Run:
        style = self.paragraphs.at(place)[:2]
        number = struct.unpack("<H", style)[0] if len(style) == 2 else 0
        return self.looks.of_run(self.runs.at(place), number)

    @cached_property
    def _bare(self) -> bool:
        """Nothing is drawn, and no letter, paragraph or cell has a colour behind it."""
        drawn = any(
            character in "\x01\x08"
            for piece in self.pieces
            for _, character in self._characters(piece.start, piece.end)
        )
        filled = (*self.runs.every(), *(raw[2:] for raw in self.paragraphs.every()))
        return not drawn and not any(map(is_filled, filled))

    def _paragraph(self, place: int) -> _Paragraph:
        return _read_paragraph(self.paragraphs.at(place)[2:], self.more)


class _Properties:
    """Properties of paragraphs or characters by byte offset,
    from their formatted disk pages (2.9.187 PapxFkp, 2.9.33 ChpxFkp).
    """

    def __init__(self, main: bytes, plc: bytes, count: int, entry: int) -> None:
        if count > MAX_PAGES:
            raise DocLimitError
        self._main, self._entry = main, entry
        self._starts = list(struct.unpack_from(f"<{count}I", plc, 0)) if count else []
        places = (4 * (count + 1) + 4 * index for index in range(count))
        self._pages = [struct.unpack_from("<I", plc, at)[0] & 0x3FFFFF for at in places]
        self._page = -1
        self._runs: list[int] = []

    def at(self, place: int) -> bytes:
        """The raw properties at a byte offset; b"" when there are none."""
        index = bisect_right(self._starts, place) - 1
        if index < 0:
            return b""
        page = self._pages[index] * 512
        if page != self._page:
            count = self._main[page + 511]
            self._page, self._runs = (
                page,
                list(struct.unpack_from(f"<{count + 1}I", self._main, page)),
            )
        run = bisect_right(self._runs, place) - 1
        if not 0 <= run < len(self._runs) - 1:
            return b""
        offset = self._main[page + 4 * len(self._runs) + self._entry * run] * 2
        if not offset:
            return b""
        return self._bytes(page + offset)

    def every(self) -> Iterator[bytes]:
        """The raw properties of every run, in no order that means anything."""
        for page in self._pages:
            count = self._main[512 * page + 511]
            starts = struct.unpack_from(f"<{count}I", self._main, 512 * page)
            yield from map(self.at, starts)

    def _bytes(self, place: int) -> bytes:
        """A PapxInFkp counts words, with a second count after a zero; a Chpx counts bytes."""
        size = self._main[place]
        if self._entry == 1:
            return self._main[place + 1 : place + 1 + size]
        if size:
            return self._main[place + 1 : place + 2 * size]
        return self._main[place + 2 : place + 2 + 2 * self._main[place + 1]]


# --- single property modifiers of paragraphs and rows (2.6.2, 2.6.3) ------------------------------


def _read_paragraph(raw: bytes, more: bytes, *, inside: bool = False) -> _Paragraph:
    found = _Paragraph()
    for code, operand in modifiers(raw):
        said = operand[:1] != b"\0"
        if code == 0x2416:  # sprmPFInTable
            found.depth = max(found.depth, 1 if said else 0)
        elif code == 0x6649 and len(operand) == 4:  # sprmPItap
            found.depth = min(struct.unpack("<I", operand)[0], MAX_DEPTH)
        elif code in {0x2417, 0x244C}:  # sprmPFTtp, sprmPFInnerTtp
            found.row_end = found.row_end or said
        elif code == 0x244B:  # sprmPFInnerTableCell
            found.cell_end = said
        # sprmPHugePapx: the rest is elsewhere
        elif code in {0x6645, 0x6646} and not inside and len(operand) == 4:
            place = struct.unpack("<I", operand)[0]
            size = struct.unpack_from("<H", more, place)[0]
            return _read_paragraph(more[place + 2 : place + 2 + size], more, inside=True)
        elif code == 0xD608:
            found.ends = _table_definition(operand[2:])
    return found


def _table_definition(raw: bytes) -> list[CellEnd]:
    """Right borders of the cells and how they are merged (2.9.321
    TDefTableOperand, 2.9.306 TC80).
    """
    count = raw[0]
    edges = struct.unpack_from(f"<{count + 1}h", raw, 1)
    cells = raw[1 + 2 * (count + 1) :]
    ends = []
    for index, edge in enumerate(edges[1:]):
        whole = len(cells) >= 20 * index + 2
        flags = struct.unpack_from("<H", cells, 20 * index)[0] if whole else 0
        ends.append(CellEnd(edge - edges[0], continues=flags & 0x60 == 0x20, joined=flags & 3 == 2))
    return ends
