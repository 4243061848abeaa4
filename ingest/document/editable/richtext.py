"""Rich Text Format, under whatever extension it is sent ->
:class:`~ingest.document.content.Content`.

One pass over the tokens, no recursion: text, tables with merged cells, symbols, deleted text.
Pictures, objects, headers and styles are skipped. Control words are those of the RTF 1.9.1
specification. What a form is does not come in.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace

from ingest.document.content import Content
from ingest.document.editable.grids import CellEnd, TooMuchError, Writer
from ingest.document.editable.symbols import symbol

MAX_GROUPS = 500  #: open at once
MAX_DEPTH = 20  #: of tables within tables
MAX_ENDS = 200  #: cells of a row
_TOKEN = re.compile(
    rb"\\([a-zA-Z]{1,32})(-?\d{1,10})? ?|\\'([0-9a-fA-F]{2})|\\([^a-zA-Z])|([{}])"
    rb"|([^\\{}\r\n]+)|[\r\n]+|\\",
)

_SKIPPED = frozenset(
    b"fonttbl colortbl stylesheet info pict object header headerl headerr headerf footer footerl"
    b" footerr footerf listtable listoverridetable revtbl rsidtbl generator filetbl xmlnstbl"
    b" themedata colorschememapping datastore latentstyles fldinst footnote annotation atnid"
    b" atnauthor bkmkstart bkmkend nonesttables shprslt pntext".split(),
)
#: starred groups that hold text or rows
_BOXES = frozenset(b"shpinst shptxt nesttableprops".split())
_CHARACTERS = {
    b"tab": "\t",
    b"line": "\n",
    b"emdash": "—",
    b"endash": "–",
    b"bullet": "•",
    b"lquote": "‘",
    b"rquote": "’",
    b"ldblquote": "“",
    b"rdblquote": "”",
    b"emspace": " ",
    b"enspace": " ",
    b"qmspace": " ",
}
#: \fcharset: Japanese, Korean, GBK, Big5
_CHARSETS = {128: "cp932", 129: "cp949", 134: "gb18030", 136: "big5hkscs"}


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
    depth: int = 0  #: of tables within tables
    fallback: int = 1  #: characters that stand after a \\u for readers without Unicode
    font: int = -1


def read_rtf(data: bytes) -> Content:
    """The text of an RTF file.

    Raises:
        BrokenRtfError: it is none, or it breaks off in its head.
        RtfLimitError: larger than the limits.
    """
    if not data.lstrip().startswith(b"{\\rtf"):
        raise BrokenRtfError("no RTF")
    reader = _Reader()
    try:
        content = reader.run(data)
    except TooMuchError as error:
        raise RtfLimitError from error
    if not content.characters and reader.stack:
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
        self.writer = Writer()
        self.ends: list[CellEnd] = []
        self.flags = CellEnd(0)  #: of the cell whose border comes next
        self.words: dict[bytes, Callable[[int | None], None]] = {
            b"ansicpg": self._code_page,
            b"u": self._unicode,
            b"uc": lambda n: self._set(fallback=max(0, n or 0)),
            b"f": self._font,
            b"fcharset": self._font_charset,
            b"deleted": lambda n: self._set(gone=n != 0),
            b"v": lambda n: self._set(gone=n != 0),
            b"plain": lambda _: self._set(gone=False),
            b"pard": lambda _: self._set(depth=0),
            b"intbl": lambda _: self._set(depth=max(1, self.state.depth)),
            b"itap": lambda n: self._set(depth=min(max(0, n or 0), MAX_DEPTH)),
            b"par": lambda _: self.writer.end_paragraph(self.state.depth),
            b"sect": lambda _: self.writer.end_paragraph(0),
            b"cell": lambda _: self.writer.end_cell(1),
            b"nestcell": lambda _: self.writer.end_cell(max(2, self.state.depth)),
            b"row": lambda _: self.writer.end_row(1, self.ends),
            b"trowd": lambda _: self._new_row(),
            b"nestrow": lambda _: self.writer.end_row(max(2, self.state.depth), self.ends),
            b"cellx": self._border,
            b"clvmrg": lambda _: self._flag(continues=True),
            b"clmrg": lambda _: self._flag(joined=True),
        }

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
            if len(self.stack) >= MAX_GROUPS:
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

    def _new_row(self) -> None:
        self.ends, self.flags = [], CellEnd(0)

    def _flag(self, **merged: bool) -> None:
        self.flags = replace(self.flags, **merged)

    def _border(self, number: int | None) -> None:
        self.ends = [*self.ends, replace(self.flags, right=number or 0)][:MAX_ENDS]
        self.flags = CellEnd(0)

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
