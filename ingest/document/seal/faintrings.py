"""A ring so pale that none of its pixels stands out of the grain:
found by adding up the redness along whole circles.

The eye sees such a seal at once, and a page that bears one must not be called unstamped.
It is never clear evidence. One of the modules that import OpenCV.
"""

from __future__ import annotations

import math
from functools import lru_cache
from typing import NamedTuple

import cv2
import numpy as np

from ingest.document.seal.pixels import NORMAL, Map, quantile, scaled
from ingest.document.seal.thresholds.searching import FAINT_RINGS

_PX_PER_MM = FAINT_RINGS.px_per_mm


class FaintRing(NamedTuple):
    """Middle and diameter in millimetres from the page's upper left corner."""

    x: float
    y: float
    diameter: float
    stands_out: float  #: times what circles laid anywhere else usually add up to


def faint_ring(reddish: Map, px_per_mm: float) -> FaintRing | None:
    """The best circle of a seal's size that is redder than its surroundings all around;
    None when there is none.

    ``reddish`` is how much more red than green and blue the page throws back,
    as a share of its paper's light.
    """
    factor = _PX_PER_MM / px_per_mm
    small = np.asarray(scaled(reddish, factor), np.float32)
    flat = small - cv2.blur(small, (int(FAINT_RINGS.around_mm * _PX_PER_MM) | 1,) * 2)
    noise = quantile(np.abs(flat[::2, ::2]).ravel())
    clip = max(FAINT_RINGS.least_clip, FAINT_RINGS.clip_deviations * NORMAL * noise)
    even = np.clip(flat, -clip, clip)
    found = _best_circle(np.asarray(even, np.float32))
    if found is None:
        return None
    rim, around = _sectors(even, found), _sectors(small, found)
    closed = float((rim[1] - 0.5 * (rim[0] + rim[2]) > FAINT_RINGS.redder * clip).mean())
    redness = float(around[1].mean())
    if closed >= FAINT_RINGS.closed and redness < FAINT_RINGS.pale:
        return found
    far_out = found.stands_out >= FAINT_RINGS.far_out and redness < FAINT_RINGS.palest
    return found if far_out and closed >= FAINT_RINGS.nearly_closed else None


def _best_circle(even: Map) -> FaintRing | None:
    height, width = even.shape
    pad = int(FAINT_RINGS.pad_mm * _PX_PER_MM)
    rows, columns = (cv2.getOptimalDFTSize(side + pad) for side in (height, width))
    buffer = np.zeros((rows, columns), np.float32)
    buffer[:height, :width] = even
    spectrum = cv2.dft(buffer)
    best, found = FAINT_RINGS.stands_out, None
    for diameter, middle, template in _templates(rows, columns):
        if min(height, width) <= 2 * middle:
            continue
        product = cv2.mulSpectrums(spectrum, template, 0, conjB=True)
        sums = cv2.dft(product, flags=cv2.DFT_INVERSE | cv2.DFT_SCALE | cv2.DFT_REAL_OUTPUT)
        sums = sums[: height - 2 * middle, : width - 2 * middle]
        usual = NORMAL * quantile(np.abs(sums[::3, ::3]).ravel())
        _, most, _, (x, y) = cv2.minMaxLoc(sums)
        if most > best * max(usual, 1e-6):
            best = most / max(usual, 1e-6)
            found = FaintRing(
                (x + middle + 0.5) / _PX_PER_MM,
                (y + middle + 0.5) / _PX_PER_MM,
                diameter,
                best,
            )
    return found


@lru_cache(maxsize=4)
def _templates(rows: int, columns: int) -> tuple[tuple[float, int, Map], ...]:
    """Diameter, half a side in pixels and spectrum of circles:
    the rim counts for, both sides of it against.
    """
    found = []
    (near, far), (full, fades) = FAINT_RINGS.sides_mm, FAINT_RINGS.rim_px
    for diameter in FAINT_RINGS.diameters_mm:
        radius = diameter / 2 * _PX_PER_MM
        middle = math.ceil(radius + far * _PX_PER_MM)
        down, across = np.mgrid[-middle : middle + 1, -middle : middle + 1]
        away = np.hypot(across, down) - radius
        rim = np.clip(full - np.abs(away) / fades, 0, 1)
        outer = (away > near * _PX_PER_MM) & (away < far * _PX_PER_MM)
        inner = (away < -near * _PX_PER_MM) & (away > -far * _PX_PER_MM)
        buffer = np.zeros((rows, columns), np.float32)
        side = 2 * middle + 1
        kernel = rim / rim.sum() - 0.5 * outer / outer.sum() - 0.5 * inner / inner.sum()
        buffer[: min(side, rows), : min(side, columns)] = kernel[:rows, :columns]
        found.append((diameter, middle, np.asarray(cv2.dft(buffer), np.float32)))
    return tuple(found)


def _sectors(values: Map, ring: FaintRing) -> Map:
    """The means of 24 sectors inside, on and outside the rim: 3 x 24."""
    angles = (np.arange(72) + 0.5) / 72 * 2 * math.pi
    steps = ring.diameter / 2 + np.array(FAINT_RINGS.steps_mm)[:, None]
    across = ((ring.x + steps * np.cos(angles)) * _PX_PER_MM - 0.5).astype(np.float32)
    down = ((ring.y + steps * np.sin(angles)) * _PX_PER_MM - 0.5).astype(np.float32)
    lines = cv2.remap(values, across, down, cv2.INTER_LINEAR)
    three = np.stack([lines[0], lines[1:4].max(axis=0), lines[4]])
    return np.asarray(three.reshape(3, 24, 3).mean(axis=2), np.float32)
