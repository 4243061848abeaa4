"""Web pages that people send as documents (.doc and .xls saved as HTML or as a web archive, MHT)
-> :class:`~ingest.document.content.Content`.

The standard library's parser reads them, in one pass: lxml stops at the first character that a
label such as gb2312 does not know, and drops the rest. Nothing that a page refers to is fetched,
no script is run. Which form it is does not come in.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from html.parser import HTMLParser

from ingest.document.content import INK, RING, RING_END, STRUCK, Content, words
from ingest.document.editable.spans import TooMuchError, Writer
from ingest.document.editable.symbols import is_symbol_font, shown_in
from ingest.document.editable.wordlooks import is_note
from ingest.message.charsets import decode, strict
from ingest.message.errors import UnreadableMessage
from ingest.message.structure import parse_structure, walk

MAX_MARKUP = 20 * 1024 * 1024  #: characters of all pages together

_LABEL = re.compile(
    rb"""charset\s*=\s*["']?\s*([A-Za-z0-9._:-]{2,40})"""
    rb"""|<\?xml[^>]{0,200}encoding\s*=\s*["']([A-Za-z0-9._-]{2,40})""",
    re.IGNORECASE,
)
_ARCHIVE = re.compile(rb"\A\s*(?:[!-9;-~]{1,100}[ \t]*:[^\n]*\n|[ \t][^\n]*\n|From [^\n]*\n)+\r?\n")
_UNSAID = re.compile(
    r"display\s*:\s*none|mso-hide\s*:\s*all|visibility\s*:\s*hidden",
    re.IGNORECASE,
)
_LINED = re.compile(r"text-decoration[\w-]*\s*:[^;]*line-through", re.IGNORECASE)
_WHITE = re.compile(r"(?<![\w-])color\s*:\s*(?:white|#fff(?:fff)?)(?![\w-])", re.IGNORECASE)
_DUST = re.compile(r"font-size\s*:\s*(?:0|(?:0?\.\d+|1(?:\.0+)?)p[tx])\s*(?:;|$)", re.IGNORECASE)
_BEHIND = re.compile(
    r"bgcolor|(?<!mso-)background(?:-color|-image)?\s*[:=]\s*"
    r"(?!['\"]?\s*(?:white|transparent|none|inherit|#fff(?:fff)?)(?![\w-]))",
    re.IGNORECASE,
)
"""What lies behind letters somewhere on a page."""
_RULE = re.compile(r"((?:[.#\w,\s-]{1,200}))\{([^{}]{0,2000})\}")
_CLASS = re.compile(r"\.([\w-]{1,80})")
_RINGED = re.compile(
    r"text-decoration(?:-line)?\s*:[^;]*underline|(?<![\w-])border\s*:(?!\s*(?:none|0))"
    r"|(?<![\w-])background(?:-color)?\s*:"
    r"(?!\s*(?:white|transparent|none|inherit|initial|#fff(?:fff)?|rgba?\(255, ?255, ?255)"
    r"(?![\w-]))",
    re.IGNORECASE,
)
"""How a style underlines, frames or shades words."""
_FONT = re.compile(r"font-family\s*:\s*[\"']?([^;,\"']+)", re.IGNORECASE)
_INDENT = 4  #: blanks at most by which programs indent a line of text they break
_SPACES = re.compile(r"[\t\r\n ]+")
_CONTROLS = re.compile("[\x00-\x08\x0e-\x1f\x7f]")
"""What LibreOffice leaves behind a content control."""
_SELECT = re.compile(r"<select\b[^>]{0,500}>.{0,20000}?</select", re.IGNORECASE | re.DOTALL)
_CHOSEN = re.compile(
    r"<option\b[^>]{0,500}\bselected\b|<select\b[^>]{0,500}\b(?:multiple|size)\b", re.IGNORECASE
)
_ENDS_ITSELF = frozenset({"p", "li", "td", "th", "tr", "option", "dt", "dd"})
_ENDS_INNER = frozenset({"select", "table", "td", "tr", "body", "html"})
_SILENT = frozenset({"script", "head", "title", "rt", "rp", "xml"})
_WATCHED = frozenset({"style", "sup"})
_INLINE = frozenset({"span", "font"})
_DRESSED = _INLINE | {"b", "strong", "i", "em", "a", "label"}
_STRUCK = frozenset({"del", "s", "strike"})
_ALONE = frozenset({
    "br", "img", "input", "hr", "meta", "link", "col", "area", "base", "embed", "param", "source",
    "wbr", "frame",
})  # fmt: skip
_BLOCKS = frozenset({
    "p", "div", "li", "h1", "h2", "h3", "h4", "h5", "h6", "ul", "ol", "dl", "dt", "dd", "hr",
    "blockquote", "center", "pre", "caption", "body", "form", "fieldset",
})  # fmt: skip


class BrokenMarkupError(Exception):
    """There is no page in the file."""


class MarkupLimitError(Exception):
    """The page is larger than anything a form can be."""


def read_markup(data: bytes) -> Content:
    """The text and tables of a web page or web archive.

    Raises:
        BrokenMarkupError: it holds none.
        MarkupLimitError: it is larger than the limits.
    """
    pages = list(_pages(data))
    if sum(map(len, pages)) > MAX_MARKUP:
        raise MarkupLimitError
    writer = Writer()
    try:
        for page in pages:
            reader = _Reader(writer, bare=_BEHIND.search(page) is None)
            reader.feed(_SELECT.sub(_first_chosen, page))
            reader.close()
        return writer.content(("文件是网页格式, 不是 Word 自己的格式",))
    except TooMuchError as error:
        raise MarkupLimitError from error
    except (AssertionError, ValueError) as error:  # the parser's own signs of what it cannot follow
        raise BrokenMarkupError(str(error)) from error


def _pages(data: bytes) -> Iterator[str]:
    if not _ARCHIVE.match(data):
        yield decode_page(data)
        return
    try:
        leaves = list(walk(parse_structure(data)))
    except UnreadableMessage as error:
        raise BrokenMarkupError(error.message) from error
    pages = [leaf for leaf in leaves if leaf.media_type in {"text/html", "application/xhtml+xml"}]
    if not pages:
        raise BrokenMarkupError("a web archive without a page")
    for leaf in pages:
        yield decode_page(leaf.content(data), leaf.charset)


def decode_page(data: bytes, charset: str = "") -> str:
    """A page as text; its own label is a hint only, as everywhere."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return strict(data, "utf-16") or data.decode("utf-16", "replace")
    label = _LABEL.search(data[:4096])
    named = (label[1] or label[2]).decode("ascii") if label else ""
    return decode(data, charset or named)


class _Reader(HTMLParser):
    """One pass. What is not shown (hidden, struck, the reading of ruby) is passed over with all
    below it.
    """

    def __init__(self, writer: Writer, *, bare: bool) -> None:
        super().__init__(convert_charrefs=True)
        self._writer = writer
        self._unsaid: list[str] = []  #: open elements from the first that is not shown
        self._fonts: list[tuple[str, str]] = []  #: open elements in a symbol font
        self._rings: list[str] = []  #: open elements from the first that is underlined or shaded
        self._bare = bare  #: nothing lies behind letters
        self._unseen: list[str] = []  #: open elements from the first whose letters nobody can see
        self._open = set[str]()  #: which of a few elements are open
        self._hidden_classes: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        self._open |= {tag} & _WATCHED
        if tag == "body" or (tag in _ENDS_ITSELF and self._unsaid[-1:] == [tag]):
            self._unsaid = [] if tag == "body" else self._unsaid[:-1]
        if self._unsaid or self._is_unsaid(tag, given):
            if tag not in _ALONE:
                self._unsaid.append(tag)
            return
        if tag not in _ALONE and (tag in _STRUCK or _LINED.search(given.get("style", ""))):
            self._writer.add(STRUCK)
            self._unsaid.append(tag)
            return
        if tag in _INLINE and (tag in self._unseen[-1:] or self._is_unseen(given)):
            self._unseen.append(tag)
        self._begin_ring(tag, given)
        named = _FONT.search(given.get("style", ""))
        face = named[1] if named else given.get("face", "")
        if is_symbol_font(face):
            self._fonts.append((tag, face))
        if tag in {"table", "tr", "td", "th"}:
            self._cells(tag, given)
        elif tag in _BLOCKS:
            self._writer.end_paragraph()
        else:
            self._piece(tag, given)

    def _begin_ring(self, tag: str, given: dict[str, str]) -> None:
        """Words that are underlined or shaded may be what somebody chose."""
        if self._rings:
            if tag == self._rings[0]:
                self._rings.append(tag)
        elif tag in {"u", "mark"} or (tag in _DRESSED and _RINGED.search(given.get("style", ""))):
            self._rings.append(tag)
            self._writer.add(RING)

    def _is_unsaid(self, tag: str, given: dict[str, str]) -> bool:
        classes = set(given.get("class", "").split())
        hidden = bool(_UNSAID.search(given.get("style", ""))) or "hidden" in given
        return tag in _SILENT | {"style"} or hidden or bool(classes & self._hidden_classes)

    def _is_unseen(self, given: dict[str, str]) -> bool:
        """Letters that are written, and that nobody sees on the page."""
        style = given.get("style", "")
        white = _WHITE.search(f"{style};color:{given.get('color', '')}")
        return bool(_DUST.search(style) or (white and self._bare))

    def _cells(self, tag: str, given: dict[str, str]) -> None:
        if tag == "table":
            self._writer.begin_table()
        elif tag == "tr":
            self._writer.begin_row()
        else:
            self._writer.begin_cell(_count(given.get("colspan")), _count(given.get("rowspan")))

    def _piece(self, tag: str, given: dict[str, str]) -> None:
        if tag == "br":
            self._writer.add("\n")
        elif tag in {"img", "v:imagedata", "object"}:
            self._writer.pictures += 1
            self._writer.add(INK)
        elif tag == "input":
            shown = _state_of(given)
            # its frame stands off from the label before it
            typed = shown not in {"", "☑", "☐"} and self._writer.begun.strip()
            gap = "  " if typed else ""
            self._writer.add(f"{gap}{shown}")
        elif tag == "option" and "selected" not in given:
            self._unsaid.append(tag)

    def handle_endtag(self, tag: str) -> None:
        self._open.discard(tag)
        if tag in self._unsaid:
            while self._unsaid.pop() != tag:
                pass
            return
        if self._unsaid:
            # an option or a row is ended by what is around it
            if tag not in _ENDS_INNER:
                return
            self._unsaid = []
        self._end_look(tag)
        if tag == "table":
            self._writer.end_table()
        elif tag in {"td", "th", "tr"}:
            self._writer.end_cell()
        elif tag in _BLOCKS:
            self._writer.end_paragraph()

    def _end_look(self, tag: str) -> None:
        if self._unseen[-1:] == [tag]:
            self._unseen.pop()
        if self._fonts and self._fonts[-1][0] == tag:
            self._fonts.pop()
        if self._rings[-1:] == [tag]:
            self._rings.pop()
            self._writer.add("" if self._rings else RING_END)

    def handle_data(self, data: str) -> None:
        if "style" in self._open:
            self._learn(data)
        if self._unsaid:
            return
        if "sup" in self._open and is_note(data, words(self._writer.begun)):
            return
        if self._unseen and data.strip():
            data = STRUCK
        elif self._fonts:
            data = shown_in(data, self._fonts[-1][1])
        self._writer.add(_SPACES.sub(_blank, _CONTROLS.sub("", data)))

    def _learn(self, style: str) -> None:
        for rule in _RULE.finditer(style[:200_000]):
            if _UNSAID.search(rule[2]):
                self._hidden_classes |= set(_CLASS.findall(rule[1]))


def _blank(match: re.Match[str]) -> str:
    """White space is one blank; a line end between Chinese characters is none at all, and many
    blanks there are the gap that somebody typed between two labels.
    """
    if match[0].count(" ") > _INDENT:
        return "    "
    around = (
        match.string[max(0, match.start() - 1) : match.start()],
        match.string[match.end() :][:1],
    )
    chinese = all(not char or char > "⺀" for char in around) and any(around)
    return "" if chinese and "\n" in match[0] else " "


def _first_chosen(match: re.Match[str]) -> str:
    """A list of a page with its first entry chosen, if none is: that is what it shows."""
    chosen = _CHOSEN.search(match[0])
    return match[0] if chosen else match[0].replace("<option", "<option selected", 1)


def _state_of(given: dict[str, str]) -> str:
    """What a control of a page shows."""
    kind = given.get("type", "text").lower()
    if kind in {"checkbox", "radio"}:
        return "☑" if "checked" in given else "☐"
    written = kind in {"text", "number", "date", "tel", "email"}
    return given.get("value", "") if written else ""


def _count(text: str | None) -> int:
    text = (text or "").strip()
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 6 else 1
