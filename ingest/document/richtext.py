"""Rich Text Format, under whatever extension it is sent -> :class:`~ingest.document.content.Content`.

One pass over the tokens, no recursion: text, tables with merged cells, symbols, deleted text. Pictures, objects, headers
and styles are skipped. Control words are those of the RTF 1.9.1 specification. What a form is does not come in.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field, replace

from ingest.document.content import MAX_CELLS, MAX_ROWS, MAX_TEXT, Content, Line
from ingest.document.grids import RowCell, build_table
from ingest.document.symbols import symbol

MAX_DEPTH = 500  #: open groups
_TOKEN = re.compile(
    rb"\\([a-zA-Z]{1,32})(-?\d{1,10})? ?|\\'([0-9a-fA-F]{2})|\\([^a-zA-Z])|([{}])|([^\\{}\r\n]+)|[\r\n]+|\\"
)

_SKIPPED = frozenset(
    b"fonttbl colortbl stylesheet info pict object header headerl headerr headerf footer footerl footerr footerf"
    b" listtable listoverridetable revtbl rsidtbl generator filetbl xmlnstbl themedata colorschememapping datastore"
    b" latentstyles fldinst footnote annotation atnid atnauthor bkmkstart bkmkend nonesttables shprslt pntext".split()
)
_BOXES = frozenset(b"shpinst shptxt".split())  #: starred groups that hold text
_CHARACTERS = {
    b"tab": "\t", b"line": "\n", b"emdash": "—", b"endash": "–", b"bullet": "•", b"lquote": "‘", b"rquote": "’",
    b"ldblquote": "“", b"rdblquote": "”", b"emspace": " ", b"enspace": " ", b"qmspace": " ",
}  # fmt: skip
_CHARSETS = {128: "cp932", 129: "cp949", 134: "gb18030", 136: "big5hkscs"}  #: \fcharset: Japanese, Korean, GBK, Big5


class BrokenRtfError(Exception):
    """It does not begin as RTF does, or breaks off before any text."""


class RtfLimitError(Exception):
    """Larger than anything a form can be."""


@dataclass(frozen=True)
class _State:
    """What a group may change and its end undoes."""

    skip: bool = False
    starred: bool = False
    font_table: bool = False
    gone: bool = False  #: deleted or hidden
    in_table: bool = False
    fallback: int = 1  #: characters that stand after a \\u for readers without Unicode
    font: int = -1


@dataclass
class _CellEnd:
    right: int
    continues: bool = False
    joined: bool = False


def read_rtf(data: bytes) -> Content:
    """The text of an RTF file.

    Raises:
        BrokenRtfError: it is none, or it breaks off in its head.
        RtfLimitError: larger than the limits.
    """
    if not data.lstrip().startswith(b"{\\rtf"):
        raise BrokenRtfError("no RTF")
    reader = _Reader()
    content = reader.run(data)
    if not content.characters and reader.depth > 0:
        raise BrokenRtfError("breaks off")
    return content


class _Reader:
    def __init__(self) -> None:
        self.state = _State()
        self.stack: list[_State] = []
        self.codec = "cp1252"
        self.fonts: dict[int, str] = {}
        self.bytes = bytearray()  #: 8-bit characters that wait for their neighbours
        self.swallow = 0  #: fallback characters still to be left out
        self.writer = _Writer()
        self.words: dict[bytes, Callable[[int | None], None]] = {
            b"ansicpg": self._code_page, b"u": self._unicode, b"uc": lambda n: self._set(fallback=max(0, n or 0)),
            b"f": self._font, b"fcharset": self._font_charset, b"deleted": lambda n: self._set(gone=n != 0),
            b"v": lambda n: self._set(gone=n != 0), b"plain": lambda _: self._set(gone=False),
            b"pard": lambda _: self._set(in_table=False), b"intbl": lambda _: self._set(in_table=True),
            b"par": lambda _: self.writer.end_paragraph(in_table=self.state.in_table),
            b"sect": lambda _: self.writer.end_paragraph(in_table=False), b"cell": lambda _: self.writer.end_cell(),
            b"nestcell": lambda _: self.writer.add("\n"), b"nestrow": lambda _: self.writer.add("\n"),
            b"row": lambda _: self.writer.end_row(), b"trowd": lambda _: self.writer.new_row(),
            b"cellx": lambda n: self.writer.cell_border(n or 0),
            b"clvmrg": lambda _: self.writer.flag(continues=True), b"clmrg": lambda _: self.writer.flag(joined=True),
        }  # fmt: skip

    @property
    def depth(self) -> int:
        return len(self.stack)

    def run(self, data: bytes) -> Content:
        position = 0
        while position < len(data):
            match = _TOKEN.match(data, position)
            if match is None:
                break
            position = match.end()
            word, number, code, sign, brace, text = match.groups()
            if code is not None:
                self._byte(int(code, 16))
            elif text is not None:
                self._plain(text)
            elif brace is not None:
                self._brace(brace)
            elif sign is not None:
                self._sign(sign)
            elif word == b"bin":
                position += max(0, int(number or 0))
            elif word is not None:
                self._word(word, int(number) if number else None)
        self._flush()
        return self.writer.content()

    def _set(self, **changes: object) -> None:
        self.state = replace(self.state, **changes)  # type: ignore[arg-type]

    def _brace(self, brace: bytes) -> None:
        self._flush()
        if brace == b"{":
            if self.depth >= MAX_DEPTH:
                raise RtfLimitError
            self.stack.append(self.state)
        elif self.stack:
            self.state = self.stack.pop()

    def _word(self, word: bytes, number: int | None) -> None:
        if word not in {b"u", b"f"}:
            self._flush()
        if self.state.starred:
            self._set(starred=False, skip=self.state.skip or word not in _BOXES)
        elif word in _SKIPPED:
            self._set(skip=True, font_table=word == b"fonttbl")
        if self.state.skip and not (self.state.font_table and word in {b"f", b"fcharset"}):
            return
        if word in _CHARACTERS:
            self._write(_CHARACTERS[word])
        elif word in self.words:
            self.words[word](number)

    def _sign(self, sign: bytes) -> None:
        if sign == b"*":
            self._set(starred=True)
        elif sign in b"\r\n":
            self._word(b"par", None)
        else:
            self._flush()
            self._write({b"~": " ", b"_": "-", b"-": ""}.get(sign, sign.decode("latin-1")))

    def _code_page(self, number: int | None) -> None:
        self.codec = {936: "gb18030", 950: "big5hkscs", 65001: "utf-8"}.get(number or 0, "cp1252")

    def _font(self, number: int | None) -> None:
        self._flush()
        self._set(font=-1 if number is None else number)

    def _font_charset(self, number: int | None) -> None:
        if self.state.font_table and number is not None:
            self.fonts[self.state.font] = "symbol" if number == 2 else _CHARSETS.get(number, "")

    def _unicode(self, number: int | None) -> None:
        self._flush()
        code = (number or 0) & 0xFFFF
        self._write(symbol(code) if 0xF020 <= code <= 0xF0FF else chr(code))
        self.swallow = self.state.fallback

    def _byte(self, code: int) -> None:
        if self.state.skip:
            return
        if self.swallow:
            self.swallow -= 1
        elif self.fonts.get(self.state.font) == "symbol":
            self._write(symbol(code))
        else:
            self.bytes.append(code)

    def _plain(self, text: bytes) -> None:
        if self.state.skip:
            return
        left = text[self.swallow :]
        self.swallow = max(0, self.swallow - len(text))
        if self.bytes and left:  # a second byte of a GBK character may be a letter
            self.bytes += left
            self._flush()
        else:
            self._write(left.decode(self.codec, "replace"))

    def _flush(self) -> None:
        if self.bytes:
            codec = self.fonts.get(self.state.font) or self.codec
            raw, self.bytes = bytes(self.bytes), bytearray()
            self._write(raw.decode(codec if codec != "symbol" else self.codec, "replace"))

    def _write(self, text: str) -> None:
        if not self.state.skip and not self.state.gone:
            self.writer.add(text)


@dataclass
class _Writer:
    """Turns paragraphs, cell ends and row ends into lines and tables."""

    lines: list[Line] = field(default_factory=list)
    tables: list[list[list[RowCell]]] = field(default_factory=list)
    table: list[list[RowCell]] | None = None
    text: list[str] = field(default_factory=list)
    paragraphs: list[str] = field(default_factory=list)
    cells: list[str] = field(default_factory=list)
    ends: list[_CellEnd] = field(default_factory=list)
    flags: _CellEnd = field(default_factory=lambda: _CellEnd(0))
    size: int = 0
    count: int = 0

    def add(self, text: str) -> None:
        self.size += len(text)
        if self.size > MAX_TEXT:
            raise RtfLimitError
        self.text.append(text)

    def _taken(self) -> str:
        text = "".join(self.text).encode("utf-16", "surrogatepass").decode("utf-16", "replace")
        self.text = []
        return text

    def end_paragraph(self, *, in_table: bool) -> None:
        text = self._taken()
        if in_table:
            self.paragraphs.append(text)
            return
        self._close_table()
        if text.strip():
            self.lines.append(Line(text.strip("\n"), f"第{len(self.lines) + 1}段"))

    def end_cell(self) -> None:
        self.count += 1
        if self.count > MAX_CELLS:
            raise RtfLimitError
        self.cells.append("\n".join([*self.paragraphs, self._taken()]).strip())
        self.paragraphs = []

    def new_row(self) -> None:
        self.ends, self.flags = [], _CellEnd(0)

    def flag(self, *, continues: bool = False, joined: bool = False) -> None:
        self.flags = _CellEnd(0, self.flags.continues or continues, self.flags.joined or joined)

    def cell_border(self, right: int) -> None:
        self.ends.append(_CellEnd(right, self.flags.continues, self.flags.joined))
        self.flags = _CellEnd(0)

    def end_row(self) -> None:
        if self.table is None:
            self.table = []
            self.tables.append(self.table)
        ends = (
            self.ends
            if len(self.ends) >= len(self.cells)
            else [_CellEnd(1000 * n) for n in range(1, len(self.cells) + 1)]
        )
        self.table.append(
            [
                RowCell(text, end.right, continues=end.continues, joined=end.joined)
                for text, end in zip(self.cells, ends, strict=False)
            ]
        )
        self.cells = []
        if len(self.table) > MAX_ROWS:
            raise RtfLimitError

    def _close_table(self) -> None:
        for text in (*self.cells, *self.paragraphs):  # cells whose row never ended: keep the words
            if text.strip():
                self.lines.append(Line(text, f"第{len(self.lines) + 1}段"))
        self.table, self.cells, self.paragraphs = None, [], []

    def content(self) -> Content:
        self.end_paragraph(in_table=False)
        return Content(
            tuple(self.lines), tuple(build_table(number, rows) for number, rows in enumerate(self.tables, 1))
        )
