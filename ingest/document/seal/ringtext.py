"""The writing along the ring of a seal: unrolled into a straight strip and read by OCR.

Clear seals of 150 dpi and more read well, faint ones not at all (measured facts, section 4): what
is not legible is "". One of the modules that import OpenCV. What the name means is decided
elsewhere.
"""

from __future__ import annotations

import math
from itertools import islice
from typing import NamedTuple, Protocol

import cv2
import numpy as np
from numpy.typing import NDArray

from ingest.document.seal.blobs import blobs, hull_ellipse
from ingest.document.seal.pixels import WORKING_PX_PER_MM, Map, PageImage, Pixels
from ingest.document.seal.rings import Measured, Ring, fit_ring
from ingest.document.seal.thresholds.ink import PAPER
from ingest.document.seal.thresholds.measuring import FITTING, WRITING
from ingest.reading import Seal

RING_PX_PER_MM = WRITING.px_per_mm


class StripReader(Protocol):
    """Reads a short strip of writing; ``ocr.OcrEngine`` does."""

    def read_strip(self, pixels: Pixels) -> tuple[str, float]:
        """Its text and the confidence 0..1."""


class Writing(NamedTuple):
    """What stands along a ring; ``mirrored`` when it is legible only in a mirror, or pale and not
    legible at all: such a print may have come through the paper from the other side, or off the
    page that lay on it.
    """

    text: str = ""
    mirrored: bool = False


def read_ring(page: PageImage, seal: Seal, reader: StripReader) -> Writing:
    """What stands along the ring of ``seal`` on ``page``; nothing when it is not legible."""
    found = _red_ink(page, seal)
    if found is None:
        return Writing()
    ink, full = found
    strip = _cut(_unrolled(ink, _outline(ink, page.px_per_mm, seal)))
    text, confidence = reader.read_strip(strip)
    if _is_legible(text, confidence, WRITING.beyond_doubt):
        return Writing(text.strip())
    turned, sure = reader.read_strip(np.ascontiguousarray(strip[:, ::-1]))
    leads = sure >= confidence + (0 if full < WRITING.pale else WRITING.mirror_lead)
    if leads and _is_legible(turned, sure, WRITING.sure_mirrored):
        return Writing("", mirrored=True)
    if _is_legible(text, confidence, WRITING.sure):
        return Writing(text.strip())
    stands = confidence >= sure + WRITING.lead
    this_sides = stands and _is_legible(text, confidence, WRITING.likely)
    return Writing("", mirrored=full < WRITING.pale and not this_sides)


def _is_legible(text: str, confidence: float, least: float) -> bool:
    return confidence >= least and len(text.strip()) >= WRITING.least_characters


def _red_ink(page: PageImage, seal: Seal) -> tuple[Map, float] | None:
    """How full the seal's ink is everywhere, 0..1, the seal in the middle, print counting little;
    and the density of full ink. None when it lies off the page.
    """
    scale = page.px_per_mm
    left, top, width, height = seal.bbox
    centre = ((left + width / 2) * scale, (top + height / 2) * scale)
    half = WRITING.margin * seal.diameter_mm / 2 * scale
    x0, y0 = (int(middle - half) for middle in centre)
    x1, y1 = (int(middle + half) for middle in centre)
    rows, columns = page.pixels.shape[:2]
    part = page.pixels[max(0, y0) : min(rows, y1), max(0, x0) : min(columns, x1)]
    if part.size == 0 or min(part.shape[:2]) < half:
        return None
    padding = (max(0, -y0), max(0, y1 - rows), max(0, -x0), max(0, x1 - columns))
    part = np.asarray(cv2.copyMakeBorder(part, *padding, cv2.BORDER_REPLICATE), np.uint8)
    paper = np.percentile(part.reshape(-1, 3), WRITING.paper_percentile, axis=0)
    share = np.clip(part / np.maximum(paper, PAPER.least), PAPER.least_share, 1).astype(np.float32)
    density = _without_print(np.minimum(1 - share[..., 1], _redness_around(share)), share)
    inked = density[density > WRITING.counts]
    known = inked.size > WRITING.least_places
    full = float(np.percentile(inked, WRITING.full_percentile)) if known else WRITING.usual_full
    full = max(WRITING.least_full, full)
    return np.asarray(np.clip(density / full, 0, 1), np.float32), full


def _redness_around(share: Map) -> Map:
    """How much ink the colour allows for.

    JPEG keeps colour at half the sharpness of light:
    strokes are sharp in the light alone, their colour is taken from a little around.
    """
    red = np.log(share[..., 2]) - np.log(share[..., 1])
    window = (WRITING.colour_window_px,) * 2
    blurred = cv2.GaussianBlur(red, (0, 0), WRITING.colour_blur_px)
    spread = cv2.dilate(blurred, np.ones(window, np.uint8))
    return np.asarray(WRITING.colour_gain * (1 - np.exp(-np.maximum(spread, 0))), np.float32)


def _without_print(density: Map, share: Map) -> Map:
    """What is black is print or a signature:
    there the ink is guessed from around, so that no stroke ends in a gap.
    """
    dark = (1 - share[..., 2] > WRITING.black).astype(np.uint8)
    black = cv2.dilate(dark, np.ones((3, 3), np.uint8))
    whole = cv2.inpaint(
        (255 * np.clip(density, 0, 1)).astype(np.uint8),
        black,
        WRITING.inpaint_px,
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
    hulls = [hull_ellipse(blob) for blob in islice(blobs(small, WRITING.ink, WRITING.bridge_mm), 1)]
    starts = (start for start in (*hulls, boxed) if start is not None)
    fits = [found for start in starts if (found := fit_ring(small, start)) is not None]
    ring = max(fits, key=_closed_and_even)[0] if fits else boxed
    return Ring(ring.x / scale, ring.y / scale, ring.a / scale, ring.b / scale, ring.angle)


def _closed_and_even(fitted: tuple[Ring, Measured]) -> float:
    """How good a rim is: print outside says nothing of a seal that is known to be one."""
    _, seen = fitted
    return seen.coverage - FITTING.wobble_weight * seen.wobble


def _unrolled(ink: Map, ring: Ring) -> NDArray[np.uint8]:
    """The band inside the rim as a strip, dark on white:
    clockwise, equal steps along its middle, the outer edge above.
    """
    outer, inner = (depth * min(ring.a, ring.b) for depth in (WRITING.outer, WRITING.inner))
    turn = np.linspace(0, 2 * math.pi, WRITING.steps)
    along = np.stack(_inside(ring, turn, (outer + inner) / 2))
    walked = np.concatenate([[0], np.cumsum(np.hypot(*np.diff(along, axis=1)))])
    width = int(WRITING.height / (inner - outer) * walked[-1])
    turn = np.interp(np.arange(width) / width * walked[-1], walked, turn)
    x, y = _inside(ring, turn, np.linspace(outer, inner, WRITING.height)[:, None])
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
    dark = 255.0 - strip[WRITING.cut_rows : -WRITING.cut_rows].mean(axis=0)
    window = max(WRITING.cut_least, len(dark) // WRITING.cut_parts)
    around = np.convolve(np.concatenate([dark] * 3), np.ones(window) / window, "same")
    smooth = around[len(dark) : 2 * len(dark)]
    turned = np.roll(strip, -int(smooth.argmin()), axis=1)
    return np.asarray(cv2.cvtColor(turned, cv2.COLOR_GRAY2BGR), np.uint8)
