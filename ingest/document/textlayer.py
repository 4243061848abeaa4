"""The text inside a PDF as the lines that :mod:`ingest.document.pairing` compares: of a born-digital file, and the layer a
scanner program put under the picture of a page, which is cheaper than reading the picture and trusted less.

Pure. A scan's layer can show that it is a Word file's, never that it is not: programs write poor layers, and nobody sees
them. Of born-digital files only a signed one is compared: any other is sent back to be printed, stamped and scanned.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from ingest.document.content import Content
from ingest.document.pairing import Likeness, compare
from ingest.document.pdf import Pdf, PdfPage
from ingest.reading import Document, ScanLine
from rules.call import Call

CERTAIN = 1.0  #: nothing was guessed
MAX_LINES = 600
MAX_LINE = 200  #: characters
_PLACE = re.compile(r"第(\d+)页 第(\d+)行")


def text_lines(pdf: Pdf) -> tuple[ScanLine, ...]:
    """What stands on the pages looked at: pieces of a line and cells of a row are level, tables after the text."""
    return tuple(line for page in pdf.pages for line in _page_lines(page))


def _page_lines(page: PdfPage) -> Iterator[ScanLine]:
    for row, line in enumerate(page.lines):
        for piece in line.text.split("\t"):
            yield ScanLine(page=page.number, row=row, text=piece, confidence=CERTAIN)
    for cell in page.cells:
        row = len(page.lines) + cell.row
        yield ScanLine(page=page.number, row=row, text=cell.text, confidence=CERTAIN)


def layer_lines(content: Content) -> tuple[ScanLine, ...]:
    """The text of a PDF's pages as print of no confidence; tables are left to what was extracted from them."""
    return tuple(_lines(content))[:MAX_LINES]


def _lines(content: Content) -> Iterator[ScanLine]:
    for line in content.lines:
        place = _PLACE.fullmatch(line.place)
        if place:
            for text in line.text.split("\t"):
                yield ScanLine(page=int(place[1]), row=int(place[2]), text=text[:MAX_LINE], confidence=0.0)


def settled_by_layer(scan: Document, words: Iterable[Document], call: Call) -> Document:
    """``scan`` with its layer as what was read, if that shows it to be one of ``words``; without it otherwise."""
    if any(_shows(word, scan, call) for word in words):
        return scan.model_copy(update={"pages_read": tuple(sorted({line.page for line in scan.lines}))})
    return scan.model_copy(update={"lines": ()})


def _shows(word: Document, scan: Document, call: Call) -> bool:
    """Whether every value of the Word file that counts, and every number, stands in the scan's text layer."""
    found = compare(word, scan, call)
    return found.outcome is Likeness.SAME and not found.missing and not found.absent_numbers
