"""Pictures for people: a page as it is, and the pages of a scan with every seal-like mark framed.
Decides nothing.
"""

from __future__ import annotations

import base64
from collections.abc import Sequence

import cv2
import numpy as np

from ingest.document.paged.pages import page_pictures
from ingest.document.paged.pictures import UndrawableError
from ingest.document.seal.pixels import (
    WORKING_PX_PER_MM,
    PageImage,
    Pixels,
    at_working_scale,
    scaled,
)
from ingest.reading import Kind, PagePicture, Seal

MAX_PAGES = 4
DETAIL = 6.0  #: pixels per millimetre, about 150 dpi: small print can be read
MOST_SIDE = 3_200  #: pixels: A1 on paper has more, and nobody needs it on a screen
_QUALITY = [cv2.IMWRITE_JPEG_QUALITY, 80]  #: about 300 kB a page
_FRAME = (30, 160, 30)  #: blue, green, red: nothing on a scan has it


def sketch(kind: Kind, data: bytes, seals: Sequence[Seal]) -> bytes:
    """PNG of the pages with marks, or of the first page, side by side;
    b"" when no page can be shown.
    """
    wanted = sorted({seal.page for seal in seals})[:MAX_PAGES] or [1]
    shown: list[Pixels] = []
    try:
        for page in page_pictures(kind, data):
            if page.number in wanted:
                shown.append(_framed(page, [seal for seal in seals if seal.page == page.number]))
            if page.number >= wanted[-1]:
                break
    except UndrawableError:
        pass
    if not shown:
        return b""
    height = max(page.shape[0] for page in shown)
    padded = [
        cv2.copyMakeBorder(
            page,
            0,
            height - page.shape[0],
            4,
            4,
            cv2.BORDER_CONSTANT,
            value=(255, 255, 255),
        )
        for page in shown
    ]
    return cv2.imencode(".png", np.hstack(padded))[1].tobytes()


def _framed(page: PageImage, seals: Sequence[Seal]) -> Pixels:
    pixels = at_working_scale(page).copy()
    for seal in seals:
        left, top, width, height = (int(value * WORKING_PX_PER_MM) for value in seal.bbox)
        cv2.rectangle(pixels, (left, top), (left + width, top + height), _FRAME, 3)
        label = f"{seal.shape} {seal.diameter_mm:.0f} mm  {seal.confidence:.2f}"
        cv2.putText(
            pixels,
            label,
            (left, max(14, top - 6)),
            cv2.FONT_HERSHEY_SIMPLEX,
            0.55,
            _FRAME,
            2,
        )
    return pixels


def page_picture(kind: Kind, data: bytes, number: int) -> PagePicture:
    """Page ``number`` (from 1) as it is, at most :data:`DETAIL` fine; one that is blank or cannot
    be shown is a picture without bytes that says why.
    """
    try:
        for page in page_pictures(kind, data, DETAIL):
            if page.number == number:
                return _as_it_is(page)
    except UndrawableError as error:
        return PagePicture(problem=str(error))
    return PagePicture(problem="这一页是空白的, 或者没有这一页")


def _as_it_is(page: PageImage) -> PagePicture:
    height, width = page.pixels.shape[:2]
    factor = min(1.0, DETAIL / page.px_per_mm, MOST_SIDE / max(height, width))
    pixels = np.asarray(scaled(page.pixels, factor) if factor < 1 else page.pixels, np.uint8)
    jpeg = cv2.imencode(".jpg", pixels, _QUALITY)[1].tobytes()
    return PagePicture(
        jpeg=base64.b64encode(jpeg).decode("ascii"),
        width_mm=round(width / page.px_per_mm, 2),
        height_mm=round(height / page.px_per_mm, 2),
    )
