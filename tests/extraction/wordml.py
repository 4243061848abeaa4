"""The pieces of WordprocessingML that layouts of forms are put together from, and what a
layout is.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from xml.sax.saxutils import escape

Pairs = Sequence[tuple[str, str]]
"""Labels with what is written beside them."""

Layout = Callable[[str, Pairs], bytes]
"""Title and pairs -> a Word file."""


def paragraph(text: str, properties: str = "") -> str:
    """One paragraph; newlines become line breaks."""
    return f"<w:p>{properties}{runs(text)}</w:p>"


def runs(text: str) -> str:
    """The runs of one paragraph."""
    pieces = escape(text).split("\n")
    return "<w:r><w:br/></w:r>".join(
        f'<w:r><w:t xml:space="preserve">{piece}</w:t></w:r>' for piece in pieces
    )


def cell(content: str, span: int = 1, merge: str = "") -> str:
    """One cell of a row, ``span`` columns wide."""
    properties = (f'<w:gridSpan w:val="{span}"/>' if span > 1 else "") + merge
    return f"<w:tc><w:tcPr>{properties}</w:tcPr>{content}</w:tc>"


def rows_of(rows: Sequence[str]) -> str:
    """A table; each row is its cells, or already a whole row."""
    return (
        "<w:tbl>"
        + "".join(
            row
            if row.startswith(
                "<w:tr>",
            )
            else f"<w:tr>{row}</w:tr>"
            for row in rows
        )
        + "</w:tbl>"
    )


def is_short(text: str) -> bool:
    """Whether people put it on one line with its label."""
    return len(text) <= 20 and "\n" not in text
