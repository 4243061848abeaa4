"""Workbooks written as one XML text (Excel 2003's "XML Spreadsheet", which many systems export
under .xls) -> the texts of their sheets with what is merged, hidden and struck.

Tables are made of them by ``spreadsheet.py``.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation

from lxml import etree

from ingest.document.content import MAX_COLUMNS, MAX_ROWS, STRUCK
from ingest.document.editable.openlooks import value_of
from ingest.document.editable.sheetmarks import Marks

MAX_XML = 48 * 1024 * 1024  #: bytes
_WIDEST = 4 * MAX_COLUMNS
_FAR = 40
"""Powers of ten beyond which a number is no longer written out."""
_NAMESPACE = b"urn:schemas-microsoft-com:office:spreadsheet"

Place = tuple[int, int]


@dataclass
class XmlSheet:
    """One sheet: rows of texts, merged ranges, what nobody sees."""

    rows: list[list[str]] = field(default_factory=list)
    merged: dict[Place, Place] = field(default_factory=dict)
    marks: Marks = field(default_factory=Marks)


def is_sheet_xml(data: bytes) -> bool:
    """Whether a text is such a workbook."""
    head = data[:8192].replace(b"\0", b"")
    return _NAMESPACE in head and b"<Workbook" in head.replace(b"<ss:Workbook", b"<Workbook")


def sheets_of(data: bytes) -> list[XmlSheet]:
    """The sheets that are shown.

    Raises:
        ValueError: it is no such workbook.
    """
    if len(data) > MAX_XML:
        raise ValueError("too large")
    try:
        parser = etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=False)
        root = etree.fromstring(data.lstrip(b" \r\n\t"), parser)
    except etree.LxmlError as error:
        raise ValueError(str(error)) from error
    struck, shares = set[str](), set[str]()
    for style in root.iter("{*}Style"):
        name = value_of(style, "ID")
        if any(value_of(font, "StrikeThrough") == "1" for font in style.iter("{*}Font")):
            struck.add(name)
        if any(_is_share(value_of(each, "Format")) for each in style.iter("{*}NumberFormat")):
            shares.add(name)
    reader = _Reader(frozenset(struck), frozenset(shares))
    return [reader.sheet(each) for each in root.iter("{*}Worksheet") if not _is_hidden(each)]


def _is_share(form: str) -> bool:
    return "%" in form or form == "Percent"


def _is_hidden(sheet: etree._Element) -> bool:
    return any((told.text or "").strip() == "SheetHidden" for told in sheet.iter("{*}Visible"))


@dataclass(frozen=True)
class _Reader:
    struck: frozenset[str]
    shares: frozenset[str]

    def sheet(self, element: etree._Element) -> XmlSheet:
        sheet = XmlSheet()
        table = next(element.iter("{*}Table"), None)
        if table is None:
            return sheet
        for first, last, column in _numbered(table, "Column"):
            if value_of(column, "Hidden") == "1":
                sheet.marks.hidden_columns |= set(range(first, min(last, _WIDEST)))
        for first, last, row in _numbered(table, "Row"):
            if first > MAX_ROWS:
                break
            if value_of(row, "Hidden") == "1":
                sheet.marks.hidden_rows |= set(range(first, min(last, MAX_ROWS + 1)))
            sheet.rows += [[] for _ in range(first + 1 - len(sheet.rows))]
            self._row(row, first, sheet)
        return sheet

    def _row(self, element: etree._Element, number: int, sheet: XmlSheet) -> None:
        row = sheet.rows[number]
        covered = {
            column
            for (top, left), (bottom, right) in sheet.merged.items()
            if top < number <= bottom
            for column in range(left, right + 1)
        }
        at = 0
        for cell in element.iterchildren("{*}Cell"):
            at = _index(cell, at)
            while at in covered and not value_of(cell, "Index"):
                at += 1
            if at >= _WIDEST:
                return
            across, down = (_count(value_of(cell, f"Merge{each}")) for each in ("Across", "Down"))
            row += [""] * (at + 1 - len(row))
            row[at] = self._said(cell)
            if across or down:
                sheet.merged[number, at] = number + down, at + across
            at += across + 1

    def _said(self, cell: etree._Element) -> str:
        """What a cell shows; a formula's result is stored with it."""
        data = next(cell.iterchildren("{*}Data"), None)
        if data is None:
            return ""
        style = value_of(cell, "StyleID")
        text = "".join(_pieces(data)).strip()
        if style in self.struck and text:
            return STRUCK
        return _shown(text, value_of(data, "Type"), share=style in self.shares)


def _shown(text: str, kind: str, *, share: bool) -> str:
    if kind == "Boolean":
        return "是" if text == "1" else "否"
    if kind == "DateTime":
        return text.partition("T")[0]
    if kind != "Number":
        return text
    try:
        number = Decimal(text)
    except InvalidOperation:
        return text
    if not number.is_finite() or abs(number.adjusted()) > _FAR:
        return text
    return f"{(number * (100 if share else 1)).normalize():f}{'%' if share else ''}"


def _pieces(holder: etree._Element) -> Iterator[str]:
    """The text of a cell that may be marked up as in HTML; what is struck as a sign."""
    yield holder.text or ""
    for each in holder:
        if str(each.tag).rpartition("}")[2] in {"S", "Strike", "Del"}:
            yield STRUCK
        elif isinstance(each.tag, str):
            yield from _pieces(each)
        yield each.tail or ""


def _numbered(table: etree._Element, kind: str) -> Iterator[tuple[int, int, etree._Element]]:
    """Rows or columns with their first number and the one behind their last."""
    at = 0
    for each in table.iterchildren(f"{{*}}{kind}"):
        at = _index(each, at)
        last = at + 1 + _count(value_of(each, "Span"))
        yield at, last, each
        at = last


def _index(element: etree._Element, otherwise: int) -> int:
    return (
        max(_count(value_of(element, "Index")) - 1, 0) if value_of(element, "Index") else otherwise
    )


def _count(text: str) -> int:
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 6 else 0
