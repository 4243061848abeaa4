"""Web pages that stand for a document: HTML and MHT under whatever extension, as old programs and
web systems save them, or inside a Word file -> :class:`~ingest.document.content.Content`.

Nothing is fetched, no script runs. What is hidden is not read; boxes and lists of forms say what is
chosen. What a form is does not come in.
"""

from __future__ import annotations

import email
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from lxml import etree, html

from ingest.document.content import (
    INK,
    MAX_CELLS,
    MAX_COLUMNS,
    MAX_ROWS,
    MAX_TEXT,
    STRUCK,
    Cell,
    Content,
    Line,
    Table,
    ringed,
    words,
)
from ingest.document.editable.symbols import is_symbol_font, shown, shown_in
from ingest.message.charsets import decode

MAX_DEPTH = 200  #: of elements within elements
_CHARSET = re.compile(rb"charset\s*=\s*[\"']?\s*([\w-]{2,20})", re.IGNORECASE)
_BLOCKS = frozenset(
    [
        "p",
        "div",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "li",
        "ul",
        "ol",
        "dl",
        "dt",
        "dd",
        "blockquote",
        "pre",
        "section",
        "article",
        "header",
        "footer",
        "form",
        "fieldset",
        "center",
        "address",
        "caption",
        "hr",
    ]
)
_SILENT = frozenset(
    ["script", "style", "head", "title", "template", "noscript", "rt", "rp", "xml", "meta", "link"]
)
_STRUCK = frozenset(["s", "strike", "del"])
_RINGED = frozenset(["u", "mark"])


class BrokenPageError(Exception):
    """It is no page that can be followed."""


class PageTooLargeError(BrokenPageError):
    """Larger than anything a form can be."""


def read_page(data: bytes) -> Content:
    """The text and tables of an HTML or MHT file.

    Raises:
        BrokenPageError: no page.
        PageTooLargeError: larger than the limits.
    """
    text = _page_text(data)
    if len(text) > 4 * MAX_TEXT:
        raise PageTooLargeError
    # an XML declaration with an encoding is refused in text
    text = re.sub(r"<\?xml[^>]*>", "", text.replace("\0", ""))
    if not text.strip():
        raise BrokenPageError("empty")
    try:
        root = html.document_fromstring(
            text, parser=html.HTMLParser(huge_tree=False, no_network=True)
        )
    except (etree.LxmlError, ValueError, TypeError) as error:
        raise BrokenPageError(str(error)) from error
    return _Reader().run(root)


def _page_text(data: bytes) -> str:
    if not re.match(
        rb"\s*(?:\xef\xbb\xbf)?(?:MIME-Version|From|Content-Type|Subject|Date):",
        data,
        re.IGNORECASE,
    ):
        return _decoded(data, "")
    mail = email.message_from_bytes(data)
    for part in mail.walk():
        if part.get_content_type() == "text/html":
            payload = part.get_payload(decode=True)
            if isinstance(payload, bytes):
                return _decoded(payload, str(part.get_content_charset() or ""))
    raise BrokenPageError("no page in it")


def _decoded(data: bytes, told: str) -> str:
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data.decode("utf-16", "replace")
    meta = _CHARSET.search(data[:4096])
    return decode(data, told or (meta[1].decode("ascii", "replace") if meta else ""))


@dataclass
class _Style:
    """How text looks where it stands."""

    struck: bool = False
    ringed: bool = False
    font: str = ""


@dataclass
class _Grid:
    """A table that is open: rows of (said, width, height)."""

    rows: list[list[tuple[str, int, int]]] = field(default_factory=list)


class _Reader:
    def __init__(self) -> None:
        self.lines: list[Line] = []
        self.tables: list[Table] = []
        self.cells = self.size = self.count = 0
        self.texts: list[list[str]] = [[]]  #: of the page, and of each open cell

    def run(self, root: html.HtmlElement) -> Content:
        self._walk(root, _Style(), 0)
        self._flush()
        return Content(tuple(self.lines), tuple(sorted(self.tables, key=lambda each: each.number)))

    def _flush(self) -> None:
        """The text outside tables so far, as lines."""
        for piece in "".join(self.texts[0]).split("\n"):
            self._line(_tidy(piece))
        self.texts[0] = []

    def _line(self, said: str) -> None:
        if said.strip():
            text = words(said)
            place = f"第{len(self.lines) + 1}段"
            self.lines.append(Line(text, place, said if said != text else ""))

    def _add(self, text: str) -> None:
        self.size += len(text)
        if self.size > MAX_TEXT:
            raise PageTooLargeError
        self.texts[-1].append(text)

    def _say(self, text: str | None, style: _Style) -> None:
        plain = re.sub(r"[ \t\r\n\f]+", " ", text or "")
        if not plain:
            return
        if style.struck and plain.strip():
            plain = STRUCK
        elif style.font:
            plain = shown_in(plain, style.font)
        else:
            plain = shown(plain)
        self._add(ringed(plain) if style.ringed and plain.strip(" _＿\xa0\u3000") else plain)

    def _walk(self, element: html.HtmlElement, style: _Style, depth: int) -> None:
        tag = element.tag if isinstance(element.tag, str) else ""
        if depth > MAX_DEPTH:
            raise PageTooLargeError
        if tag and tag not in _SILENT and not _is_hidden(element):
            self._element(element, tag, _styled(element, tag, style), depth)
        if depth:
            self._say(element.tail, style)

    def _element(self, element: html.HtmlElement, tag: str, style: _Style, depth: int) -> None:
        special: dict[str, Callable[[html.HtmlElement], str]] = {
            "br": lambda _: "\n",
            "img": lambda _: INK,
            "object": lambda _: INK,
            "input": _input,
            "select": _select,
        }
        if tag == "table":
            self._table(element, style, depth)
            return
        if tag in special:
            self._add(special[tag](element))
            return
        is_block = tag in _BLOCKS
        if is_block:
            self._add("\n")
        self._say(element.text, style)
        for each in element:
            self._walk(each, style, depth + 1)
        if is_block:
            self._add("\n")

    def _table(self, table: html.HtmlElement, style: _Style, depth: int) -> None:
        self.count += 1
        number = self.count
        inside = len(self.texts) > 1
        if not inside:
            self._flush()
        after = len(self.lines)
        rows = [row for row in _rows(table) if not _is_hidden(row)]
        if len(rows) > MAX_ROWS:
            raise PageTooLargeError
        grid = [
            [self._cell(cell, _styled(row, "tr", style), depth) for cell in row if _is_cell(cell)]
            for row in rows
        ]
        read = Table(number, tuple(_placed(grid)), after)
        self.tables.append(read)
        if inside:
            texts = ("\t".join(said for said, _, _ in row) for row in grid)
            self._add("\n" + "\n".join(texts) + "\n")
        else:
            self._add("\n")

    def _cell(self, cell: html.HtmlElement, style: _Style, depth: int) -> tuple[str, int, int]:
        self.cells += 1
        if self.cells > MAX_CELLS or depth > MAX_DEPTH:
            raise PageTooLargeError
        self.texts.append([])
        own = _styled(cell, "td", style)
        self._say(cell.text, own)
        for each in cell:
            self._walk(each, own, depth + 3)
        said = "".join(self.texts.pop())
        lines = (_tidy(line) for line in said.split("\n"))
        return (
            "\n".join(line for line in lines if line),
            _span(cell, "colspan"),
            _span(cell, "rowspan"),
        )


def _tidy(line: str) -> str:
    return line.replace("\xa0", " ").strip(" ")


def _rows(table: html.HtmlElement) -> Iterator[html.HtmlElement]:
    for each in table:
        if each.tag == "tr":
            yield each
        elif each.tag in {"thead", "tbody", "tfoot"}:
            yield from (row for row in each if row.tag == "tr")


def _is_cell(element: html.HtmlElement) -> bool:
    return element.tag in {"td", "th"} and not _is_hidden(element)


def _placed(grid: list[list[tuple[str, int, int]]]) -> Iterator[Cell]:
    """The cells of rows on one grid, spans followed."""
    taken: set[tuple[int, int]] = set()
    for row, cells in enumerate(grid):
        column = 0
        for said, width, height in cells:
            while (row, column) in taken:
                column += 1
            wide, high = min(width, MAX_COLUMNS - column), min(height, len(grid) - row)
            if wide <= 0:
                break
            taken |= {(r, c) for r in range(row, row + high) for c in range(column, column + wide)}
            text = words(said).strip()
            yield Cell(text, row, column, wide, high, said if said != text else "")
            column += wide


def _span(cell: html.HtmlElement, name: str) -> int:
    told = str(cell.get(name) or "1").strip()
    return max(1, min(int(told), MAX_ROWS)) if told.isdecimal() and len(told) < 6 else 1


def _css(element: html.HtmlElement) -> str:
    return re.sub(r"\s+", "", str(element.get("style") or "").lower())


def _is_hidden(element: html.HtmlElement) -> bool:
    css = _css(element)
    return element.get("hidden") is not None or any(
        told in css for told in ("display:none", "visibility:hidden", "mso-hide:all")
    )


def _styled(element: html.HtmlElement, tag: str, outer: _Style) -> _Style:
    css = _css(element)
    named = re.search(
        r"font-family:[\"']?([^;,\"']+)", str(element.get("style") or ""), re.IGNORECASE
    )
    face = str(element.get("face") or "") if tag == "font" else (named[1] if named else "")
    struck = outer.struck or tag in _STRUCK or "line-through" in css
    ringed = outer.ringed or tag in _RINGED or "underline" in css
    font = (face if is_symbol_font(face) else "") if face else outer.font
    return _Style(struck, ringed, font.strip())


def _input(element: html.HtmlElement) -> str:
    kind = str(element.get("type") or "text").lower()
    if kind in {"checkbox", "radio"}:
        return "☑" if element.get("checked") is not None else "☐"
    return (
        "" if kind in {"hidden", "submit", "button", "image"} else str(element.get("value") or "")
    )


def _select(element: html.HtmlElement) -> str:
    entries = list(element.iter("option"))
    chosen = [each for each in entries if each.get("selected") is not None] or entries[:1]
    return "、".join("".join(each.itertext()).strip() for each in chosen)
