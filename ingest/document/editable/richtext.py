"""Rich Text Format, under whatever extension it is sent ->
:class:`~ingest.document.content.Content`.

One pass over the tokens, no recursion: text, tables with merged cells, symbols, fields as they are
shown; struck text and what is drawn as signs. Deleted and hidden text, headers and styles are
skipped. Control words are those of the RTF 1.9.1
specification. What a form is does not come in.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field, replace

from ingest.document.content import INK, STRUCK, Content, ringed
from ingest.document.editable.grids import CellEnd, TooMuchError, Writer
from ingest.document.editable.richpaper import DUST, Paper, paper_of
from ingest.document.editable.symbols import is_symbol_font, symbol
from ingest.document.editable.wordfields import Fields

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
    b" themedata colorschememapping datastore latentstyles footnote annotation atnid"
    b" atnauthor bkmkstart bkmkend nonesttables shprslt pntext nonshppict sn sv".split(),
)
#: starred groups that hold text, rows or what a field shows
_BOXES = frozenset(b"shpinst shptxt nesttableprops fldinst formfield ffl shppict".split())
_RINGS = re.compile(
    rb"ul(?!none)(?:d|db|dash|dashd|dashdd|hair|hwave|ldash|th|thd|thdash|thdashd|thdashdd|thldash"
    rb"|uldbwave|w|wave)?|chbrdr|highlight|accdot|acccomma"
)
"""Words for underlined, framed, shaded or dotted characters (\\ul, \\chbrdr and their like)."""
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


_PLAIN = dict.fromkeys(("gone", "struck", "capitals", "ringed", "white", "dust"), False)
_AS_SET = 25
"""The result of a form field nobody touched: its default counts."""


class BrokenRtfError(Exception):
    """It does not begin as RTF does, or breaks off before any text."""


class RtfLimitError(Exception):
    """Larger than anything a form can be."""


@dataclass
class _FormField:
    """An old form field: what was chosen, and from what."""

    kind: int = 0  #: 1 a tick box, 2 a list
    result: int = _AS_SET
    default: int = 0
    entries: list[str] = field(default_factory=list)

    def shows(self) -> str | None:
        """What is seen of it; None for a place to write in."""
        chosen = self.default if self.result == _AS_SET else self.result
        if self.kind == 1:
            return "☑" if chosen else "☐"
        if self.kind != 2:
            return None
        return self.entries[chosen] if 0 <= chosen < len(self.entries) else INK


@dataclass
class _Shape:
    """A drawing: ``says`` when it holds words, or lies behind the text and says nothing."""

    groups: int  #: open around it
    says: bool = False


@dataclass(frozen=True)
class _State:
    """What a group may change and its end undoes."""

    skip: bool = False
    starred: bool = False
    font_table: bool = False
    gone: bool = False  #: deleted or hidden
    struck: bool = False
    capitals: bool = False
    ringed: bool = False  #: underlined, framed or shaded
    white: bool = False  #: seen only on something dark
    dust: bool = False  #: too small to be seen
    asian: bool = False  #: what is told next is told of Chinese letters
    code: bool = False  #: within a field's code
    entry: bool = False  #: within an entry of a form field's list
    form: bool = False  #: within what a form field holds
    box: bool = False  #: within a text box, which is its place's text
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
    reader = _Reader(paper_of(data))
    try:
        content = reader.run(data)
    except TooMuchError as error:
        raise RtfLimitError from error
    if not content.characters and reader.stack:
        raise BrokenRtfError("breaks off")
    return content


class _Reader:
    def __init__(self, paper: Paper) -> None:
        self.paper = paper
        self.state = _State()
        self.stack: list[_State] = []
        self.codec = "cp1252"
        self.fonts: dict[int, str] = {}
        self.font_names: dict[int, str] = {}
        self.bytes = bytearray()  #: 8-bit characters that wait for their neighbours
        self.swallow = 0  #: fallback characters still to be left out
        self.writer = Writer()
        self.ends: list[CellEnd] = []
        self.flags = CellEnd(0)  #: of the cell whose border comes next
        self.fields = Fields()
        self.field_ends: list[int] = []  #: groups open around each open field
        self.form = _FormField()
        self.shapes: list[_Shape] = []
        self.words: dict[bytes, Callable[[int | None], None]] = {
            b"ansicpg": self._code_page,
            b"u": self._unicode,
            b"uc": lambda n: self._set(fallback=max(0, n or 0)),
            b"f": self._font,
            b"fcharset": self._font_charset,
            b"deleted": lambda n: self._set(gone=n != 0),
            b"v": lambda n: self._set(gone=n != 0),
            b"strike": lambda n: self._set(struck=n != 0),
            b"striked": lambda n: self._set(struck=n != 0),
            b"caps": lambda n: self._set(capitals=n != 0),
            b"scaps": lambda n: self._set(capitals=n != 0),
            b"ulnone": lambda _: self._set(ringed=False),
            b"cf": lambda n: self._set(white=(n or 0) in self.paper.white),
            b"fs": lambda n: self._set(dust=0 < (n or 24) <= DUST),
            b"dbch": lambda _: self._set(asian=True),
            **{each: lambda _: self._set(asian=False) for each in (b"loch", b"hich", b"rtlch")},
            b"afs": lambda n: self._asian_size(n or 24),
            b"plain": lambda _: self._set(**_PLAIN),
            b"field": lambda _: self._field(),
            b"fldinst": lambda _: self._set(code=True),
            b"fldrslt": lambda _: self._result(),
            b"formfield": lambda _: self._set(form=True, code=False),
            b"fftype": lambda n: self._form("kind", n),
            b"ffres": lambda n: self._form("result", n),
            b"ffdefres": lambda n: self._form("default", n),
            b"ffl": lambda _: self._entry(),
            b"shp": lambda _: self.shapes.append(_Shape(len(self.stack))),
            b"shpfblwtxt": lambda n: self._behind(n != 0),
            b"shptxt": lambda _: self._set(box=True),
            b"pard": lambda _: self._set(depth=self.state.depth if self.state.box else 0),
            b"intbl": lambda _: self._set(depth=max(1, self.state.depth)),
            b"itap": lambda n: self._set(depth=min(max(0, n or 0), MAX_DEPTH)),
            b"par": lambda _: self._end_paragraph(self.state.depth),
            b"sect": lambda _: self._end_paragraph(0),
            b"cell": lambda _: self._end_cell(1),
            b"nestcell": lambda _: self._end_cell(max(2, self.state.depth)),
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
            was, self.state = self.state, self.stack.pop()
            if was.form and not self.state.form:
                self.fields.is_form_field(self.form.shows())
            if self.shapes and self.shapes[-1].groups > len(self.stack):
                self._write("" if self.shapes.pop().says else INK)
            while self.field_ends and self.field_ends[-1] > len(self.stack):
                self.field_ends.pop()
                self._write(self.fields.end())

    def _word(self, word: bytes, number: int | None) -> None:
        if word not in {b"u", b"f"}:
            self._flush()
        if self.state.starred:
            self._set(starred=False, skip=self.state.skip or word not in _BOXES)
        elif word in _SKIPPED:
            if word in {b"pict", b"object"}:
                self._write(INK)
            self._set(skip=True, font_table=word == b"fonttbl")
        if self.state.skip and not (self.state.font_table and word in {b"f", b"fcharset"}):
            return
        if word in _CHARACTERS:
            self._write(_CHARACTERS[word])
        elif word in self.words:
            self.words[word](number)
        elif _RINGS.fullmatch(word):
            self._set(ringed=number != 0)

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

    def _asian_size(self, number: int) -> None:
        if self.state.asian:
            self._set(dust=0 < number <= DUST)

    def _font_charset(self, number: int | None) -> None:
        if self.state.font_table and number is not None:
            self.fonts[self.state.font] = "symbol" if number == 2 else _CHARSETS.get(number, "")

    def _unicode(self, number: int | None) -> None:
        self._flush()
        code = (number or 0) & 0xFFFF
        font = self._symbol_font()
        self._write(symbol(code, font) if 0xF020 <= code <= 0xF0FF else chr(code))
        self.swallow = self.state.fallback

    def _byte(self, code: int) -> None:
        if self.state.skip:
            return
        if self.swallow:
            self.swallow -= 1
        elif self.fonts.get(self.state.font) == "symbol":
            self._write(symbol(code, self._symbol_font()))
        else:
            self.bytes.append(code)

    def _symbol_font(self) -> str:
        """The symbol font that is set; "" when its name says nothing."""
        name = self.font_names.get(self.state.font, "").strip(" ;")
        return name if is_symbol_font(name) else ""

    def _plain(self, text: bytes) -> None:
        if self.state.font_table:
            told = self.font_names.get(self.state.font, "") + text.decode("latin-1")
            self.font_names[self.state.font] = told[:60]
        if self.state.skip:
            return
        left = text[self.swallow :]
        self.swallow = max(0, self.swallow - len(text))
        if self.bytes and left:  # a second byte of a GBK character may be a letter
            self.bytes += left
            self._flush()
        elif font := self._symbol_font():
            self._write("".join(symbol(code, font) for code in left))
        else:
            self._write(left.decode(self.codec, "replace"))

    def _flush(self) -> None:
        if self.bytes:
            codec = self.fonts.get(self.state.font) or self.codec
            raw, self.bytes = bytes(self.bytes), bytearray()
            self._write(raw.decode(codec if codec != "symbol" else self.codec, "replace"))

    # --- fields -----------------------------------------------------------------------------------

    def _field(self) -> None:
        self.fields.open()
        self.field_ends.append(len(self.stack))

    def _result(self) -> None:
        self._set(code=False)
        self.fields.separate()

    def _form(self, name: str, number: int | None) -> None:
        if name == "kind":
            self.form = _FormField()
        setattr(self.form, name, number or 0)

    def _entry(self) -> None:
        self._set(entry=True)
        self.form.entries.append("")

    def _behind(self, behind: bool) -> None:  # noqa: FBT001 - a switch of the format
        if self.shapes:
            self.shapes[-1].says = behind

    def _end_paragraph(self, depth: int) -> None:
        if self.state.box:
            self._write("\n")
        else:
            self.writer.end_paragraph(depth)

    def _end_cell(self, depth: int) -> None:
        self.writer.add(self.fields.close_to(0))
        self.field_ends = []
        self.writer.end_cell(depth)

    def _write(self, text: str) -> None:
        state = self.state
        if state.skip or state.gone or not text:
            return
        if state.box and self.shapes:
            self.shapes[-1].says = True
        if state.entry:
            self.form.entries[-1:] = [self.form.entries[-1] + text if self.form.entries else text]
        elif not state.form and (text := self._looks(text)) and not self.fields.takes(text):
            self.writer.add(text)

    def _looks(self, text: str) -> str:
        """Text with signs for how it looks."""
        state = self.state
        unseen = state.dust or (state.white and not state.ringed and self.paper.bare)
        if text.strip() and (state.struck or unseen):
            return STRUCK
        text = text.upper() if state.capitals else text
        return ringed(text) if state.ringed and text.strip("_＿ \t\n\u3000") else text
