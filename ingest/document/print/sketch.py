"""A picture for people of what was seen on a scan:
its pages with every seal-like mark framed. Decides nothing.
"""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np

from ingest.document.paged.pictures import UndrawableError
from ingest.document.print.scantext import page_pictures
from ingest.document.seal.pixels import WORKING_PX_PER_MM, PageImage, Pixels, at_working_scale
from ingest.reading import Kind, Seal

MAX_PAGES = 4
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
