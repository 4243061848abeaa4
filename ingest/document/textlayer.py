"""The text of a born-digital PDF as the lines that :mod:`ingest.document.pairing` compares. Pure.

Only a signed export needs it: any other one is sent back to be printed, stamped and scanned.
"""

from __future__ import annotations

from collections.abc import Iterator

from ingest.document.pdf import Pdf, PdfPage
from ingest.reading import ScanLine

CERTAIN = 1.0  #: nothing was guessed


def text_lines(pdf: Pdf) -> tuple[ScanLine, ...]:
    """What stands on the pages looked at: pieces of a line and cells of a row are level, tables after the text."""
    return tuple(line for page in pdf.pages for line in _lines(page))


def _lines(page: PdfPage) -> Iterator[ScanLine]:
    for row, line in enumerate(page.lines):
        for piece in line.text.split("\t"):
            yield ScanLine(page=page.number, row=row, text=piece, confidence=CERTAIN)
    for cell in page.cells:
        row = len(page.lines) + cell.row
        yield ScanLine(page=page.number, row=row, text=cell.text, confidence=CERTAIN)
