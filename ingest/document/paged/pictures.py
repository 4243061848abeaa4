"""The pages of a scan as pictures, one at a time, by the cheapest way that shows enough:
the embedded JPEG decoded small, else drawn by pdfium. What is on them is not looked at here.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from ingest.document.paged.pdf import PageKind, Pdf, PdfImage, PdfPage
from ingest.document.paged.rendering import Renderer
from ingest.document.seal.pixels import (
    MAX_PIXELS,
    WORKING_PX_PER_MM,
    PageImage,
    Paper,
    Pixels,
    decode_picture,
    is_whole,
    paper_of,
    picture_size,
)

MM_PER_POINT = 25.4 / 72


_MOST_CHECKED = 50  #: pictures of a page that are looked at for a missing end


class UndrawableError(Exception):
    """A page that cannot be shown; the message is a Chinese sentence."""


def pdf_pictures(
    data: bytes,
    pdf: Pdf,
    px_per_mm: float = WORKING_PX_PER_MM,
) -> Iterator[PageImage]:
    """The pages of ``pdf`` that are not blank,
    as pictures of at least ``px_per_mm`` where the scan has that much.

    Raises:
        UndrawableError: while iterating, at a page too large or broken.
    """
    with Renderer(data) as renderer:
        for page in pdf.pages:
            if page.kind is not PageKind.BLANK:
                paper = paper_of(page.width_mm, page.height_mm)
                yield _page_image(page, paper, renderer, px_per_mm)


def drawable_pages(data: bytes) -> int:
    """How many pages pdfium finds in a file that the structural reader gave up
    on; 0 when it gives up too.
    """
    with Renderer(data) as renderer:
        return renderer.page_count


def _page_image(page: PdfPage, paper: Paper, renderer: Renderer, px_per_mm: float) -> PageImage:
    if any(image.width_px * image.height_px > MAX_PIXELS for image in page.images):
        raise UndrawableError(f"第{page.number}页的图像过大")
    pixels = _embedded(page, paper, px_per_mm)
    on_paper = page.kind in _PAPER
    if pixels is None:
        pixels = renderer.draw(page.number, paper.long_side_mm, px_per_mm, bare=on_paper)
    if pixels is None:
        raise UndrawableError(f"第{page.number}页无法显示")
    jpegs = (image for image in page.images[:_MOST_CHECKED] if image.filters == ("DCTDecode",))
    whole = all(is_whole(image.load()) for image in jpegs)
    return PageImage(
        page.number,
        pixels,
        max(pixels.shape[:2]) / paper.long_side_mm,
        paper.exact,
        whole,
        partial(renderer.draw, page.number, paper.long_side_mm, px_per_mm)
        if on_paper and (page.annotated or page.overlaid)
        else None,
    )


_PAPER = (PageKind.SCAN, PageKind.SCAN_WITH_OCR, PageKind.PICTURE_AND_TEXT, PageKind.PHOTO)
"""Pages that were paper: what a program laid over them is no ink."""


def _embedded(page: PdfPage, paper: Paper, px_per_mm: float) -> Pixels | None:
    """The page's one full-page colour JPEG, if the page is nothing but that."""
    if len(page.images) != 1 or page.visible or page.paths or not page.plain:
        return None
    image = page.images[0]
    if image.filters[-1:] != ("DCTDecode",) or not image.upright or not _fills(image, page):
        return None
    jpeg = image.load()
    size = picture_size(jpeg)
    # grey is as quick to draw; CMYK needs the PDF's own colours
    if size is None or size.components != 3:
        return None
    if size.width * size.height > MAX_PIXELS:
        raise UndrawableError(f"第{page.number}页的图像过大")
    return decode_picture(jpeg, px_per_mm * paper.long_side_mm, turned=False)


def _fills(image: PdfImage, page: PdfPage) -> bool:
    """Whether the picture's box is the page, to within 4 % on every side."""
    width, height = page.width_mm / MM_PER_POINT, page.height_mm / MM_PER_POINT
    left, bottom, right, top = image.box
    sides = ((left, width), (bottom, height), (right - width, width), (top - height, height))
    return all(abs(distance) <= 0.04 * whole for distance, whole in sides)


def photograph(data: bytes, px_per_mm: float = WORKING_PX_PER_MM) -> Iterator[PageImage]:
    """A JPEG or PNG sent in place of a PDF, as its one page.

    Raises:
        UndrawableError: while iterating, when it is broken.
    """
    size = picture_size(data)
    if size is None:
        raise UndrawableError("图片打不开")
    paper = paper_of(
        210.0,
        210.0 * max(size.width, size.height) / max(1, min(size.width, size.height)),
    )
    pixels = decode_picture(data, px_per_mm * paper.long_side_mm)
    if pixels is None:
        raise UndrawableError("图片打不开或过大")
    yield PageImage(
        1,
        pixels,
        max(pixels.shape[:2]) / paper.long_side_mm,
        exact=False,
        whole=is_whole(data),
    )
