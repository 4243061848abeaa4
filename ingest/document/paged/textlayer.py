"""The text inside a born-digital PDF as lines that can be compared.

Pure. Only of a signed one are they compared: any other is sent back to be printed, stamped and
scanned. The layer a scanner program put under the picture of a page is seen by nobody and need not
say what the page says: of a scan the picture is read.
"""

from __future__ import annotations

from collections.abc import Iterator

from ingest.document.paged.pdf import Pdf, PdfPage
from ingest.reading import ScanLine

CERTAIN = 1.0  #: nothing was guessed
_WIDE, _HIGH = 60.0, 20.0  #: mm from one column and row of the lattice to the next


def text_lines(pdf: Pdf) -> tuple[ScanLine, ...]:
    """What stands on the pages looked at:
    pieces of a line and cells of a row are level, tables after the text.
    """
    return tuple(line for page in pdf.pages for line in _page_lines(page))


def _page_lines(page: PdfPage) -> Iterator[ScanLine]:
    for row, line in enumerate(page.lines):
        for column, piece in enumerate(line.text.split("\t")):
            yield _piece(page.number, row, column, piece)
    for cell in page.cells:
        yield _piece(page.number, len(page.lines) + cell.row, cell.column, cell.text)


def _piece(page: int, row: int, column: int, text: str) -> ScanLine:
    """A piece at its place in a made-up lattice wide enough that only what is level
    stands beside each other.
    """
    left, top = _WIDE * column, _HIGH * row
    return ScanLine(
        page=page,
        row=row,
        text=text,
        confidence=CERTAIN,
        box=(left, top, left + 0.8 * _WIDE, top + 0.3 * _HIGH),
    )
