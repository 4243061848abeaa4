"""The writing along the ring of a seal: unrolled into a straight strip and read by OCR.

Clear seals of 150 dpi and more read well, faint ones not at all (measured facts, section 4): what is not legible is "".
With ``pixels.py`` and ``rings.py`` one of the modules that import OpenCV. What the name means is decided elsewhere.
"""

from __future__ import annotations

import math
from typing import Protocol

import cv2
import numpy as np
from numpy.typing import NDArray

from ingest.document.pixels import PageImage, Pixels
from ingest.reading import Seal

RING_PX_PER_MM = 8.0  #: 200 dpi
SURE = 0.85  #: the engine's mean confidence below which a writing is not legible
LEAST_CHARACTERS = 5
_HEIGHT = 96  #: pixels of the strip
_OUTER, _INNER = 0.95, 0.56  #: of the radius: where the writing stands
_MARGIN = 1.25


class StripReader(Protocol):
    """Reads a short strip of writing; ``ocr.OcrEngine`` does."""

    def read_strip(self, pixels: Pixels) -> tuple[str, float]:
        """Its text and the confidence 0..1."""


def read_ring(page: PageImage, seal: Seal, reader: StripReader) -> str:
    """What stands along the ring of ``seal`` on ``page``; "" when it is not legible."""
    ink = _red_on_white(page, seal)
    if ink is None:
        return ""
    text, confidence = reader.read_strip(_cut(_unrolled(ink, page.px_per_mm * seal.diameter_mm / 2)))
    return text.strip() if confidence >= SURE and len(text.strip()) >= LEAST_CHARACTERS else ""


def _red_on_white(page: PageImage, seal: Seal) -> NDArray[np.uint8] | None:
    """The seal's ink, dark on white; print and paper are both white. None when it lies off the page."""
    scale = page.px_per_mm
    left, top, width, height = seal.bbox
    centre = ((left + width / 2) * scale, (top + height / 2) * scale)
    half = _MARGIN * seal.diameter_mm / 2 * scale
    x0, y0, x1, y1 = (int(value) for value in (centre[0] - half, centre[1] - half, centre[0] + half, centre[1] + half))
    rows, columns = page.pixels.shape[:2]
    part = page.pixels[max(0, y0) : min(rows, y1), max(0, x0) : min(columns, x1)]
    if part.size == 0 or min(part.shape[:2]) < half:
        return None
    padding = (max(0, -y0), max(0, y1 - rows), max(0, -x0), max(0, x1 - columns))
    part = np.asarray(cv2.copyMakeBorder(part, *padding, cv2.BORDER_REPLICATE), np.uint8)
    paper = np.percentile(part.reshape(-1, 3), 90, axis=0)
    share = np.clip(part.astype(np.float32) / np.maximum(paper, 24), 0.02, 1)
    red = np.log(share[..., 2]) - np.log(share[..., 1])
    full = max(0.12, float(np.percentile(red[red > 0.05], 90)) if (red > 0.05).sum() > 50 else 0.3)
    return np.asarray(255 * (1 - np.clip(red / full, 0, 1)), np.uint8)


def _unrolled(ink: NDArray[np.uint8], radius: float) -> NDArray[np.uint8]:
    """The ring as a strip that starts at the bottom and runs clockwise, its outer edge above."""
    middle = ink.shape[0] / 2
    width = int(_HEIGHT * 2 * math.pi * (_OUTER + _INNER) / 2 / (_OUTER - _INNER))
    angle = math.pi / 2 + np.arange(width) / width * 2 * math.pi
    along = np.linspace(_OUTER, _INNER, _HEIGHT)[:, None] * radius
    x, y = (middle + along * np.cos(angle)).astype(np.float32), (middle + along * np.sin(angle)).astype(np.float32)
    return np.asarray(cv2.remap(ink, x, y, cv2.INTER_CUBIC, borderValue=255), np.uint8)


def _cut(strip: NDArray[np.uint8]) -> Pixels:
    """The strip cut at its emptiest place, which is where the writing begins."""
    dark = 255.0 - strip[12:-12].mean(axis=0)
    window = max(8, len(dark) // 14)
    smooth = np.convolve(np.concatenate([dark] * 3), np.ones(window) / window, "same")[len(dark) : 2 * len(dark)]
    turned = np.roll(strip, -int(smooth.argmin()), axis=1)
    return np.asarray(cv2.cvtColor(turned, cv2.COLOR_GRAY2BGR), np.uint8)
