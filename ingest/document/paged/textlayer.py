"""The text inside a PDF as lines that can be compared: of a born-digital file, and the layer a
scanner program put under the picture of a page, which is cheaper than reading the picture and
trusted less.

Pure. Of born-digital files only a signed one is compared: any other is sent back to be printed,
stamped and scanned. What a layer settles is ``ingest/comparison/textlayer.py``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from ingest.document.content import Content
from ingest.document.paged.pdf import Pdf, PdfPage
from ingest.reading import ScanLine

CERTAIN = 1.0  #: nothing was guessed
_WIDE, _HIGH = 60.0, 20.0  #: mm from one column and row of the lattice to the next
MAX_LINES = 600
MAX_LINE = 200  #: characters
_PLACE = re.compile(r"第(\d+)页 第(\d+)行")


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


def layer_lines(content: Content) -> tuple[ScanLine, ...]:
    """The text of a PDF's pages as print of no confidence;
    tables are left to what was extracted from them.
    """
    return tuple(_lines(content))[:MAX_LINES]


def _lines(content: Content) -> Iterator[ScanLine]:
    for line in content.lines:
        place = _PLACE.fullmatch(line.place)
        if place:
            for text in line.text.split("\t"):
                yield ScanLine(
                    page=int(place[1]),
                    row=int(place[2]),
                    text=text[:MAX_LINE],
                    confidence=0.0,
                )
