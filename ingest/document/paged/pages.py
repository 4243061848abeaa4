"""The pages of a file as pictures, whatever kind of file shows them. No print is read here, and
nothing that reads print comes in: whoever draws a page does not load the models.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from ingest.document.paged.pdf import (
    BrokenPdfError,
    EncryptedPdfError,
    Pdf,
    PdfLimitError,
    at_the_ends,
    read_pdf,
)
from ingest.document.paged.pictures import pdf_pictures, photograph
from ingest.document.seal.pixels import PageImage
from ingest.reading import Kind


def page_pictures(kind: Kind, data: bytes, px_per_mm: float | None = None) -> Iterator[PageImage]:
    """The pages of a PDF or picture that are not blank, lazily.
    Raises UndrawableError while iterating.
    """
    how = {} if px_per_mm is None else {"px_per_mm": px_per_mm}
    if kind is Kind.PDF:
        yield from pdf_pictures(data, structure(data, at_the_ends), **how)
    else:
        yield from photograph(data, **how)


def structure(data: bytes, wanted: Callable[[int, int], bool]) -> Pdf:
    """The pages; none of a file that cannot be read (the first reading has said so)."""
    try:
        return read_pdf(data, wanted)
    except (BrokenPdfError, EncryptedPdfError, PdfLimitError):
        return Pdf(0, ())
