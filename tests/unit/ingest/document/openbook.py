"""OpenDocument workbooks (.ods) put together by hand, with rows and columns nobody sees, struck
text and shares. What is expected of them does not come in.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from tests.cases.written import NAMES, packed

STRUCK = 'table:style-name="S"'
WHITE, ON_DARK, TINY = (f'table:style-name="{name}"' for name in ("W", "D", "T"))
_STYLE = (
    '<style:style style:name="W" style:family="table-cell"><style:text-properties fo:color="#ffffff"/></style:style>'
    '<style:style style:name="D" style:family="table-cell" style:parent-style-name="W">'
    '<style:table-cell-properties fo:background-color="#1f4e79"/></style:style>'
    '<style:style style:name="T" style:family="table-cell"><style:text-properties fo:font-size="1pt"/></style:style>'
    '<style:style style:name="S" style:family="table-cell"><style:text-properties '
    'style:text-line-through-style="solid"/></style:style>'
)


def text(words: str, look: str = "") -> str:
    """A cell of text; ``words`` may hold spans."""
    return (
        f'<table:table-cell {look} office:value-type="string"><text:p>{words}</text:p></table:table-cell>'
        if words
        else "<table:table-cell/>"
    )


def share(value: float, shown: str, formula: str = "") -> str:
    """A cell that shows a percentage, with or without the formula it comes from."""
    head = f'table:formula="{formula}" ' if formula else ""
    return (
        f'<table:table-cell {head}office:value-type="percentage" office:value="{value}">'
        f"<text:p>{shown}</text:p></table:table-cell>"
    )


def gone(words: str) -> str:
    """Struck words within a cell."""
    return f'<text:span text:style-name="S">{words}</text:span>'


def ods(
    rows: Sequence[Sequence[str]],
    *,
    hidden_rows: Mapping[int, str] = {},
    hidden_columns: Sequence[int] = (),
) -> bytes:
    """A workbook with one sheet; ``hidden_rows`` say how each is hidden. Ends as programs end a
    sheet: a million empty rows.
    """
    width = max(map(len, rows))
    columns = "".join(
        f"<table:table-column{' table:visibility=' + quoted('collapse') if at in hidden_columns else ''}/>"
        for at in range(width)
    )
    lines = "".join(
        f"<table:table-row{' table:visibility=' + quoted(hidden_rows[at]) if at in hidden_rows else ''}>"
        f"{''.join(row)}</table:table-row>"
        for at, row in enumerate(rows)
    )
    end = (
        '<table:table-row table:number-rows-repeated="1048000">'
        '<table:table-cell table:number-columns-repeated="16384"/></table:table-row>'
    )
    content = (
        f'<?xml version="1.0" encoding="UTF-8"?><office:document-content {NAMES}>'
        f"<office:automatic-styles>{_STYLE}</office:automatic-styles><office:body><office:spreadsheet>"
        f'<table:table table:name="表一">{columns}{lines}{end}</table:table>'
        "</office:spreadsheet></office:body></office:document-content>"
    )
    return packed("application/vnd.oasis.opendocument.spreadsheet", content.encode())


def quoted(word: str) -> str:
    """An attribute's value."""
    return f'"{word}"'
