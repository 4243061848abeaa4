"""The writing along the ring of a seal: unrolled into a straight strip and read by OCR.

Clear seals of 150 dpi and more read well, faint ones not at all (measured facts, section 4): what
is not legible is "". One of the modules that import OpenCV. What the name means is decided
elsewhere.
"""

from __future__ import annotations

import math
from itertools import islice
from typing import Protocol

import cv2
import numpy as np
from numpy.typing import NDArray

from ingest.document.seal.pixels import WORKING_PX_PER_MM, Map, PageImage, Pixels
from ingest.document.seal.rings import Ring, blobs, fit, hull_ellipse
from ingest.reading import Seal

RING_PX_PER_MM = 8.0  #: 200 dpi
SURE = 0.85  #: the engine's mean confidence below which a writing is not legible
LEAST_CHARACTERS = 5
_HEIGHT = 96  #: pixels of the strip
#: of the shorter semi-axis, inwards from the rim: where the writing stands
_OUTER, _INNER = 0.05, 0.44
_STEPS = 1441  #: points of the rim that tell its length
_INK, _BRIDGE_MM = 0.2, 1.5  #: density of ink and gaps in it that belong to one seal
_MARGIN = 1.25
_BLACK = 0.6  #: of the red light gone: not even dark red ink takes as much


class StripReader(Protocol):
    """Reads a short strip of writing; ``ocr.OcrEngine`` does."""

    def read_strip(self, pixels: Pixels) -> tuple[str, float]:
        """Its text and the confidence 0..1."""


def read_ring(page: PageImage, seal: Seal, reader: StripReader) -> str:
    """What stands along the ring of ``seal`` on ``page``; "" when it is not legible."""
    ink = _red_ink(page, seal)
    if ink is None:
        return ""
    text, confidence = reader.read_strip(_cut(_unrolled(ink, _outline(ink, page.px_per_mm, seal))))
    return text.strip() if confidence >= SURE and len(text.strip()) >= LEAST_CHARACTERS else ""


def _red_ink(page: PageImage, seal: Seal) -> Map | None:
    """The density of the seal's ink, 0..1, the seal in the middle; print counts little.
    None when it lies off the page.
    """
    scale = page.px_per_mm
    left, top, width, height = seal.bbox
    centre = ((left + width / 2) * scale, (top + height / 2) * scale)
    half = _MARGIN * seal.diameter_mm / 2 * scale
    x0, y0 = (int(middle - half) for middle in centre)
    x1, y1 = (int(middle + half) for middle in centre)
    rows, columns = page.pixels.shape[:2]
    part = page.pixels[max(0, y0) : min(rows, y1), max(0, x0) : min(columns, x1)]
    if part.size == 0 or min(part.shape[:2]) < half:
        return None
    padding = (max(0, -y0), max(0, y1 - rows), max(0, -x0), max(0, x1 - columns))
    part = np.asarray(cv2.copyMakeBorder(part, *padding, cv2.BORDER_REPLICATE), np.uint8)
    paper = np.percentile(part.reshape(-1, 3), 90, axis=0)
    share = np.clip(part / np.maximum(paper, 24), 0.02, 1).astype(np.float32)
    density = _without_print(np.minimum(1 - share[..., 1], _redness_around(share)), share)
    full = max(
        0.1,
        float(np.percentile(density[density > 0.05], 90)) if (density > 0.05).sum() > 50 else 0.3,
    )
    return np.asarray(np.clip(density / full, 0, 1), np.float32)


def _redness_around(share: Map) -> Map:
    """How much ink the colour allows for.

    JPEG keeps colour at half the sharpness of light:
    strokes are sharp in the light alone, their colour is taken from a little around.
    """
    red = np.log(share[..., 2]) - np.log(share[..., 1])
    spread = cv2.dilate(cv2.GaussianBlur(red, (0, 0), 1.0), np.ones((5, 5), np.uint8))
    return np.asarray(1.2 * (1 - np.exp(-np.maximum(spread, 0))), np.float32)


def _without_print(density: Map, share: Map) -> Map:
    """What is black is print or a signature:
    there the ink is guessed from around, so that no stroke ends in a gap.
    """
    black = cv2.dilate((1 - share[..., 2] > _BLACK).astype(np.uint8), np.ones((3, 3), np.uint8))
    whole = cv2.inpaint(
        (255 * np.clip(density, 0, 1)).astype(np.uint8),
        black,
        3,
        cv2.INPAINT_TELEA,
    )
    return np.asarray(whole / np.float32(255), np.float32)


def _outline(ink: Map, px_per_mm: float, seal: Seal) -> Ring:
    """The rim as an ellipse in the pixels of ``ink``:
    ovals lie at any angle, and a box is not exact.
    """
    scale = WORKING_PX_PER_MM / px_per_mm
    small = np.asarray(
        cv2.resize(ink, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA),
        np.float32,
    )
    middle = small.shape[0] / 2
    boxed = Ring(middle, middle, *(side / 2 * WORKING_PX_PER_MM for side in seal.bbox[2:]))
    hulls = [hull_ellipse(blob) for blob in islice(blobs(small, _INK, _BRIDGE_MM), 1)]
    starts = (start for start in (*hulls, boxed) if start is not None)
    fits = [found for start in starts if (found := fit(small, start)) is not None]
    ring = max(fits, key=lambda found: found[1].coverage - 0.5 * found[1].wobble)[0] if fits else boxed
    return Ring(ring.x / scale, ring.y / scale, ring.a / scale, ring.b / scale, ring.angle)


def _unrolled(ink: Map, ring: Ring) -> NDArray[np.uint8]:
    """The band inside the rim as a strip, dark on white:
    clockwise, equal steps along its middle, the outer edge above.
    """
    outer, inner = (depth * min(ring.a, ring.b) for depth in (_OUTER, _INNER))
    turn = np.linspace(0, 2 * math.pi, _STEPS)
    along = np.stack(_inside(ring, turn, (outer + inner) / 2))
    walked = np.concatenate([[0], np.cumsum(np.hypot(*np.diff(along, axis=1)))])
    width = int(_HEIGHT / (inner - outer) * walked[-1])
    turn = np.interp(np.arange(width) / width * walked[-1], walked, turn)
    x, y = _inside(ring, turn, np.linspace(outer, inner, _HEIGHT)[:, None])
    cosine, sine = math.cos(math.radians(ring.angle)), math.sin(math.radians(ring.angle))
    across, down = ring.x + x * cosine - y * sine, ring.y + x * sine + y * cosine
    white = (255 * (1 - ink)).astype(np.uint8)
    strip = cv2.remap(
        white,
        across.astype(np.float32),
        down.astype(np.float32),
        cv2.INTER_CUBIC,
        borderValue=255,
    )
    return np.asarray(strip, np.uint8)


def _inside(
    ring: Ring, turn: NDArray[np.float64], depth: float | NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Points ``depth`` pixels inside the rim, measured square to it;
    the ellipse's axes are the coordinates.
    """
    x, y = ring.b * np.cos(turn), ring.a * np.sin(turn)
    length = np.hypot(x, y)
    return ring.a * np.cos(turn) - depth * x / length, ring.b * np.sin(turn) - depth * y / length


def _cut(strip: NDArray[np.uint8]) -> Pixels:
    """The strip cut at its emptiest place, which is where the writing begins."""
    dark = 255.0 - strip[12:-12].mean(axis=0)
    window = max(8, len(dark) // 14)
    around = np.convolve(np.concatenate([dark] * 3), np.ones(window) / window, "same")
    smooth = around[len(dark) : 2 * len(dark)]
    turned = np.roll(strip, -int(smooth.argmin()), axis=1)
    return np.asarray(cv2.cvtColor(turned, cv2.COLOR_GRAY2BGR), np.uint8)
