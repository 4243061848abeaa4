"""What stands on the first pages of a scan and along the ring of its seals, read by OCR until enough is known.

Runs in the OCR worker. How a page becomes a picture is ``pictures.py``; what follows from the words is decided elsewhere.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from itertools import islice

from ingest.document.ocr import OcrEngine
from ingest.document.pairing import share_of_labels
from ingest.document.pdf import BrokenPdfError, EncryptedPdfError, Pdf, PdfLimitError, read_pdf
from ingest.document.pictures import UndrawableError, pdf_pictures, photograph
from ingest.document.pixels import PageImage, at_working_scale
from ingest.document.ringtext import RING_PX_PER_MM, read_ring
from ingest.document.scantask import ScanTask, ScanText, recognise_print
from ingest.reading import Kind, ScanLine, Seal
from rules.call import Call

MAX_PAGES = 3
MAX_LINES = 600  #: of one document
MAX_LINE = 200  #: characters
ENOUGH_LABELS = 0.75  #: of the form's key fields: then reading on brings nothing new
MAX_RINGS = 3  #: seals whose writing is read


class Deadline:
    """Says when to stop: what has been read by then is worth more than a worker that is killed."""

    def __init__(self, seconds: float) -> None:
        self._end = time.monotonic() + seconds

    @property
    def passed(self) -> bool:
        """Whether no further page is begun."""
        return time.monotonic() >= self._end


def read_scan(task: ScanTask, kind: Kind, data: bytes, call: Call, engine: OcrEngine, deadline: Deadline) -> ScanText:
    """Read pages until the labels of most key fields were seen, at most :data:`MAX_PAGES`; then the seals' rings.

    A page that cannot be shown ends the reading; never raises for what the file contains.
    """
    lines: list[ScanLine] = []
    pages: list[int] = []
    try:
        for page in islice(page_pictures(kind, data), MAX_PAGES):
            if deadline.passed:
                break
            lines += _lines(page, engine)
            pages.append(page.number)
            if _enough(lines, task.form, call):
                break
    except UndrawableError:
        pass
    writings = () if deadline.passed else tuple(_writings(task.seals, kind, data, engine))
    return ScanText(sha256=task.sha256, lines=tuple(lines[:MAX_LINES]), pages=tuple(pages), writings=writings)


def page_pictures(kind: Kind, data: bytes, px_per_mm: float | None = None) -> Iterator[PageImage]:
    """The pages of a PDF or picture that are not blank, lazily. Raises UndrawableError while iterating."""
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


def _lines(page: PageImage, engine: OcrEngine) -> Iterator[ScanLine]:
    for piece in engine.read_page(at_working_scale(page)):
        yield ScanLine(
            page=page.number, row=piece.row, text=piece.text[:MAX_LINE], confidence=round(piece.confidence, 3)
        )


def _enough(lines: Sequence[ScanLine], form_id: str, call: Call) -> bool:
    form = next((form for form in call.forms if form.id == form_id), None) or recognise_print(lines, call)
    return form is not None and share_of_labels(lines, form) >= ENOUGH_LABELS


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
