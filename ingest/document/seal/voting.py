"""Where in a map of ink could the rim of a seal run? Circles and ovals of a seal's sizes are laid
on every place at once, by correlation with templates.

One of the modules that import OpenCV. Candidates come out;
they are fitted and measured in ``rings.py``.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple, TypeAlias

import cv2
import numpy as np
from numpy.typing import NDArray

from ingest.document.seal.pixels import WORKING_PX_PER_MM as PPM
from ingest.document.seal.pixels import Map
from ingest.document.seal.rings import Ring
from ingest.document.seal.thresholds.searching import VOTES

_STEP = 4  #: pixels at working scale that are voted for as one: 1 mm
_PX_PER_MM = PPM / _STEP
_CIRCLES = tuple((float(d), float(d), 0.0) for d in np.arange(*VOTES.circles_mm))
"""Axes in mm and angle."""
_OVALS = tuple((*VOTES.oval_mm, float(angle)) for angle in range(0, 180, VOTES.oval_step))
_BEYOND_MM, _REACH_MM = VOTES.beyond_mm, VOTES.reach_mm
_SIZES = (80, 96, 128, 160, 192, 216, 240, 270, 300, 324, 360, 400, 432, 480, 540, 600)
"""Sides that are quick to transform; few, so that templates are found in their cache."""

_Shapes: TypeAlias = tuple[tuple[float, float, float], ...]


def vote_for_circles(
    ink: Map,
    level: float,
    most: int = VOTES.most_circles,
    least: float = VOTES.least_circle,
) -> Iterator[Ring]:
    """Circles whose rim carries ink and whose outside does not, best first;
    density of ``level`` or more counts in full.
    """
    return _vote(ink, level, _CIRCLES, most, least)


def vote_for_ovals(
    ink: Map,
    level: float,
    most: int = VOTES.most_ovals,
    least: float = VOTES.least_oval,
) -> Iterator[Ring]:
    """Ovals of the usual size in any direction:
    an oval seal that hangs together with other ink has no outline.
    """
    return _vote(ink, level, _OVALS, most, least)


class _Votes(NamedTuple):
    """For middles from ``_BEYOND_MM`` outside the ink's upper left corner on:
    the best vote and the shape it is for.
    """

    best: Map
    shape: NDArray[np.uint8]


def _vote(ink: Map, level: float, shapes: _Shapes, most: int, least: float) -> Iterator[Ring]:
    rows, columns = (side // _STEP for side in ink.shape)
    if not rows or not columns:
        return
    full = cv2.convertScaleAbs(ink[: rows * _STEP, : columns * _STEP], alpha=255 / level)
    means = cv2.resize(full, (columns, rows), interpolation=cv2.INTER_AREA)
    small = np.minimum(means * np.float32(VOTES.gain / 255), 1)
    marked = (small > VOTES.marked).astype(np.uint8)
    if cv2.countNonZero(marked) < VOTES.least_marked:
        return
    left, top, width, height = cv2.boundingRect(marked)
    best, shape = _votes(small[top : top + height, left : left + width], shapes)
    for _ in range(most):
        _, vote, _, (x, y) = cv2.minMaxLoc(best)
        if vote < least:
            return
        long, short, angle = shapes[shape[y, x]]
        across, down = ((at - _BEYOND_MM + 0.5) * _STEP for at in (x + left, y + top))
        yield Ring(across, down, long / 2 * PPM, short / 2 * PPM, angle)
        near = int(long * VOTES.apart * _PX_PER_MM)
        best[max(0, y - near) : y + near, max(0, x - near) : x + near] = -1


def _votes(ink: Map, shapes: _Shapes) -> _Votes:
    height, width = ink.shape
    # What lies beyond the far side of the buffer is its near side again: the empty border serves
    # both.
    rows, columns = (_side(side + _BEYOND_MM + _REACH_MM) for side in (height, width))
    buffer = np.zeros((rows, columns), np.float32)
    buffer[_BEYOND_MM : _BEYOND_MM + height, _BEYOND_MM : _BEYOND_MM + width] = ink
    spectrum = cv2.dft(buffer)
    seen = (slice(0, height + 2 * _BEYOND_MM), slice(0, width + 2 * _BEYOND_MM))
    best = np.full((height + 2 * _BEYOND_MM, width + 2 * _BEYOND_MM), -1, np.float32)
    shape = np.zeros(best.shape, np.uint8)
    for index, template in enumerate(_templates(rows, columns, shapes)):
        product = cv2.mulSpectrums(spectrum, template, 0)
        votes = cv2.dft(product, flags=cv2.DFT_INVERSE | cv2.DFT_SCALE | cv2.DFT_REAL_OUTPUT)[seen]
        better = cv2.compare(votes, best, cv2.CMP_GT)
        cv2.copyTo(votes, better, best)
        np.maximum(shape, np.minimum(better, index), out=shape)  # more than those before it
    return _Votes(best, shape)


def _side(least: int) -> int:
    return next((size for size in _SIZES if size >= least), cv2.getOptimalDFTSize(least))


@lru_cache(maxsize=24)
def _templates(rows: int, columns: int, shapes: _Shapes) -> tuple[Map, ...]:
    """Spectra of rings (positive) with a moat outside (negative), one per shape,
    their middle at the origin.
    """
    y, x = np.mgrid[-_REACH_MM : _REACH_MM + 1, -_REACH_MM : _REACH_MM + 1].astype(
        np.float32,
    ) / np.float32(_PX_PER_MM)
    from_middle = np.maximum(np.sqrt(x * x + y * y), np.float32(0.1))
    return tuple(_template(x, y, from_middle, shape, (rows, columns)) for shape in shapes)


def _template(
    x: Map,
    y: Map,
    from_middle: Map,
    shape: tuple[float, float, float],
    size: tuple[int, int],
) -> Map:
    long, short, angle = shape
    cos, sin = math.cos(math.radians(angle)), math.sin(math.radians(angle))
    if long == short:
        away = from_middle - np.float32(long / 2)
    else:  # from the rim, along the ray
        along, across = (
            (x * cos + y * sin) * np.float32(2 / long),
            (y * cos - x * sin) * np.float32(2 / short),
        )
        away = from_middle - from_middle / np.maximum(
            np.sqrt(along * along + across * across),
            np.float32(1e-3),
        )
    rim = np.clip(VOTES.half_breadth_mm - np.abs(away), 0, 1)
    moat = np.clip(VOTES.half_breadth_mm - np.abs(away - np.float32(VOTES.moat_mm)), 0, 1)
    kernel = rim / rim.sum() - VOTES.moat_weight * moat / moat.sum()
    side = len(kernel)
    buffer = np.zeros(size, np.float32)
    buffer[:side, :side] = kernel
    return np.asarray(cv2.dft(np.roll(buffer, (-_REACH_MM, -_REACH_MM), (0, 1))), np.float32)
