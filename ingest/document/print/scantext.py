"""What stands on the first pages of a scan and along the ring of its seals,
read by OCR until enough is known.

Runs in the OCR worker. How a page becomes a picture is ``pictures.py``;
what follows from the words is decided elsewhere.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence

import numpy as np

from ingest.comparison.pairing import share_of_labels
from ingest.comparison.printed import is_title
from ingest.document.paged.pdf import (
    BrokenPdfError,
    EncryptedPdfError,
    Pdf,
    PdfLimitError,
    read_pdf,
)
from ingest.document.paged.pictures import UndrawableError, pdf_pictures, photograph
from ingest.document.print.ocr import OcrEngine, PageText
from ingest.document.print.scantask import ScanTask, ScanText, recognise_print
from ingest.document.seal.pixels import (
    WORKING_PX_PER_MM,
    PageImage,
    Pixels,
    at_working_scale,
    crop_png,
)
from ingest.document.seal.ringtext import RING_PX_PER_MM, read_ring
from ingest.reading import Kind, ScanLine, Seal
from rules.call import Call

MAX_PAGES = 3  #: read with all their short pieces
MAX_SKIMMED = 6  #: looked at, the later ones only so far that they would be known again
SKIMMED_PIECES = 16
MAX_LINES = 600  #: of one document
MAX_LINE = 200  #: characters
ENOUGH_LABELS = 0.9  #: of the form's fields: then reading on brings nothing new
TITLE_SIDE = 360  #: pixels of the cut-out
MAX_RINGS = 3  #: seals whose writing is read


class Deadline:
    """Says when to stop: what has been read by then is worth more than a worker that is killed."""

    def __init__(self, seconds: float) -> None:
        self._end = time.monotonic() + seconds

    @property
    def passed(self) -> bool:
        """Whether no further page is begun."""
        return time.monotonic() >= self._end


def read_scan(
    task: ScanTask,
    kind: Kind,
    data: bytes,
    call: Call,
    engine: OcrEngine,
    deadline: Deadline,
) -> ScanText:
    """Read pages until the labels of the form's fields were seen; then the seals' rings.

    :data:`MAX_PAGES` are read; after them pages are only skimmed, to know whether one is missing or
    in a wrong place. A page that cannot be shown ends the reading; never raises for what the file
    contains.
    """
    found = _Found()
    try:
        for page in page_pictures(kind, data) if not task.seals_only else ():
            if deadline.passed or len(found.pages) == MAX_SKIMMED:
                break
            if _enough(found.lines, task.form, call):
                break
            found.add(page, engine, call)
        else:
            found.whole = True
    except UndrawableError:
        pass
    writings = () if deadline.passed else tuple(_writings(task.seals, kind, data, engine))
    return ScanText(
        sha256=task.sha256,
        lines=tuple(found.lines[:MAX_LINES]),
        pages=tuple(found.pages),
        whole=found.whole and len(found.lines) <= MAX_LINES,
        title_png=found.title_png,
        writings=writings,
    )


class _Found:
    """What has been read so far."""

    def __init__(self) -> None:
        self.lines: list[ScanLine] = []
        self.pages: list[int] = []
        self.whole = False
        self.title_png = ""

    def add(self, page: PageImage, engine: OcrEngine, call: Call) -> None:
        pixels = at_working_scale(page)
        text = engine.read_page(pixels, SKIMMED_PIECES if len(self.pages) >= MAX_PAGES else None)
        lines = list(_lines(page.number, text))
        self.title_png = self.title_png or _title_png(pixels, text, lines, call)
        self.lines += lines
        self.pages.append(page.number)


def page_pictures(kind: Kind, data: bytes, px_per_mm: float | None = None) -> Iterator[PageImage]:
    """The pages of a PDF or picture that are not blank, lazily.
    Raises UndrawableError while iterating.
    """
    how = {} if px_per_mm is None else {"px_per_mm": px_per_mm}
    if kind is Kind.PDF:
        yield from pdf_pictures(data, _structure(data), **how)
    else:
        yield from photograph(data, **how)


def _structure(data: bytes) -> Pdf:
    """The pages; none of a file that cannot be read (the first reading has said so)."""
    try:
        return read_pdf(data)
    except (BrokenPdfError, EncryptedPdfError, PdfLimitError):
        return Pdf(0, ())


def _lines(page: int, text: PageText) -> Iterator[ScanLine]:
    for piece in text.pieces:
        left, top, right, bottom = (round(side / WORKING_PX_PER_MM, 1) for side in piece.box)
        yield ScanLine(
            page=page,
            row=piece.row,
            text=piece.text[:MAX_LINE],
            confidence=round(piece.confidence, 3),
            box=(left, top, right, bottom),
        )


def _title_png(pixels: Pixels, text: PageText, lines: Sequence[ScanLine], call: Call) -> str:
    """The largest piece of print that is a title of the call's forms or a part of one,
    cut out; "" when there is none.
    """
    titles = [line for line in lines if is_title(line.text, call)]
    if not titles:
        return ""
    tallest = max(titles, key=lambda line: line.box[3] - line.box[1])
    left, top, right, bottom = (int(side * WORKING_PX_PER_MM) for side in tallest.box)
    margin = (bottom - top) // 3
    box = (left - margin, top - margin, right - left + 2 * margin, bottom - top + 2 * margin)
    return crop_png(np.asarray(np.rot90(pixels, text.quarters), np.uint8), box, side=TITLE_SIDE)


def _enough(lines: Sequence[ScanLine], form_id: str, call: Call) -> bool:
    """Whether title and labels were seen; without its title a scan may begin with a wrong page."""
    if not any(is_title(line.text, call) for line in lines):
        return False
    form = next((form for form in call.forms if form.id == form_id), None) or recognise_print(
        lines,
        call,
    )
    return form is not None and not form.columns and share_of_labels(lines, form) >= ENOUGH_LABELS


def _writings(seals: Sequence[Seal], kind: Kind, data: bytes, engine: OcrEngine) -> Iterator[str]:
    """What stands along the ring of each of the first seals, in their order."""
    wanted = seals[:MAX_RINGS]
    if not wanted:
        return
    last = max(seal.page for seal in wanted)
    try:
        pictures = {
            page.number: page
            for page in page_pictures(kind, data, RING_PX_PER_MM)
            if page.number <= last and any(seal.page == page.number for seal in wanted)
        }
    except UndrawableError:
        return
    for seal in wanted:
        page = pictures.get(seal.page)
        yield read_ring(page, seal, engine) if page is not None else ""
