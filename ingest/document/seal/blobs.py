"""Ink that hangs together: its groups, their outlines, how ink is spread in them, and what is left
without rules.

One of the modules that import OpenCV. What a group proves is decided in
``judging.py``, ``marks.py`` and ``traces.py``.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from ingest.document.seal.pixels import WORKING_PX_PER_MM as PPM
from ingest.document.seal.pixels import Map, quantile
from ingest.document.seal.rings import Ring, fit_ellipse
from ingest.document.seal.thresholds.measuring import SHAPES
from ingest.document.seal.thresholds.searching import BLOBS, FRINGES, RULES


class Rectangle(NamedTuple):
    """A rectangular mark: centre, size in pixels, angle,
    share of its weakest side that carries ink, fill inside.
    """

    x: float
    y: float
    width: float
    height: float
    angle: float
    weakest_side: float
    fill: float
    rows: int  #: of ink along the longer side


class Blob(NamedTuple):
    """Ink that hangs together: its box in pixels (left, top, width, height),
    its ink in mm2 and its hull.
    """

    box: tuple[int, int, int, int]
    ink_mm2: float
    hull: Map

    @property
    def size_mm(self) -> tuple[float, float]:
        """Width and height in millimetres."""
        return self.box[2] / PPM, self.box[3] / PPM


def blobs(
    ink: Map,
    least: float,
    bridge_mm: float,
    smallest_mm: float = BLOBS.smallest_mm,
    most: int = BLOBS.most,
) -> Iterator[Blob]:
    """Regions of ink above ``least`` whose gaps are at most about ``bridge_mm``
    wide, largest boxes first.
    """
    whole = (ink > least).astype(np.uint8)
    off_x, off_y, wide, high = cv2.boundingRect(whole)
    margin = int(PPM * bridge_mm) + 2
    off_x, off_y = max(0, off_x - margin), max(0, off_y - margin)
    hits = np.ascontiguousarray(
        whole[off_y : off_y + high + 2 * margin, off_x : off_x + wide + 2 * margin],
    )
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (int(PPM * bridge_mm) | 1,) * 2)
    closed = cv2.morphologyEx(hits, cv2.MORPH_CLOSE, kernel)
    _, labels, stats, _ = cv2.connectedComponentsWithStats(closed, connectivity=8)
    sizes = stats[1:, 2:4].astype(np.int64)
    large = 1 + np.flatnonzero(sizes.max(axis=1, initial=0) >= smallest_mm * PPM)
    for index in sorted(large.tolist(), key=lambda index: -int(sizes[index - 1].prod()))[:most]:
        x, y, width, height = (int(value) for value in stats[index][:4])
        box = slice(y, y + height), slice(x, x + width)
        own = (labels[box] == index) & (hits[box] > 0)
        pixels = int(np.count_nonzero(own))
        if pixels >= BLOBS.least_pixels:
            hull = cv2.convexHull(_ends(own)).reshape(-1, 2) + np.array((x + off_x, y + off_y))
            yield Blob(
                (x + off_x, y + off_y, width, height),
                pixels / PPM**2,
                hull.astype(np.float32),
            )


def _ends(own: NDArray[np.bool_]) -> NDArray[np.int32]:
    """The first and the last pixel of every row, which have the same hull as all of them."""
    rows = np.flatnonzero(own.any(axis=1))
    kept = own[rows]
    first, last = kept.argmax(axis=1), own.shape[1] - 1 - kept[:, ::-1].argmax(axis=1)
    return np.concatenate([np.stack([first, rows], axis=1), np.stack([last, rows], axis=1)]).astype(
        np.int32,
    )


def shows_more(ink: Map, level: float, lower: float) -> bool:
    """Whether counting ink of the density ``lower`` shows more than fringes of
    what ``level`` has shown.
    """
    seen, more = ((ink > FRINGES.of_level * each).astype(np.uint8) for each in (level, lower))
    fringe = cv2.dilate(seen, np.ones((2 * int(FRINGES.fringe_mm * PPM) + 1,) * 2, np.uint8))
    return bool(np.count_nonzero(more > fringe) >= FRINGES.least_mm2 * PPM**2)


class Texture(NamedTuple):
    """How a blob's ink is spread, in shares of it."""

    inner: float  #: well inside the outline: next to nothing in a loop drawn by pen
    #: in level or upright runs no curved rim of a seal can have: rules, boxes, solid areas
    straight: float


def texture(ink: Map, least: float, blob: Blob) -> Texture:
    """How the ink above ``least`` is spread inside ``blob``."""
    left, top, width, height = blob.box
    own = (ink[top : top + height, left : left + width] > least).astype(np.uint8)
    total = max(1, cv2.countNonZero(own))
    middle = blob.hull.mean(axis=0)
    core = np.zeros_like(own)
    cv2.fillConvexPoly(
        core,
        (middle + SHAPES.core * (blob.hull - middle) - (left, top)).astype(np.int32),
        1,
    )
    thick = cv2.dilate(own, np.ones((3, 3), np.uint8))  # a rule that is not quite level
    run = int(RULES.run_mm * PPM)
    runs = (np.ones((1, run), np.uint8), np.ones((run, 1), np.uint8))
    level, upright = (cv2.morphologyEx(thick, cv2.MORPH_OPEN, each) for each in runs)
    straight = cv2.countNonZero(cv2.bitwise_and(own, cv2.bitwise_or(level, upright)))
    return Texture(cv2.countNonZero(own & core) / total, straight / total)


def without_rules(ink: Map, least: float) -> Map:
    """``ink`` without level and upright runs and solid areas:
    what is left where a seal hangs together with a table.
    """
    hits = (ink > least).astype(np.uint8)
    run, solid = int(RULES.run_mm * PPM), int(RULES.solid_mm * PPM)
    grown = np.ones((3, 3), np.uint8)
    thick = cv2.dilate(hits, grown)
    left = ink.copy()
    for shape in ((1, run), (run, 1), (solid, solid)):
        found = cv2.morphologyEx(thick, cv2.MORPH_OPEN, np.ones(shape, np.uint8))
        left[cv2.dilate(found, grown) > 0] = 0
    return left


def hull_ellipse(blob: Blob) -> Ring | None:
    """The ellipse of a blob's hull, its corners resampled so that long edges weigh no less."""
    closed = np.vstack([blob.hull, blob.hull[:1]])
    lengths = np.hypot(*np.diff(closed, axis=0).T)
    along = np.concatenate([[0], np.cumsum(lengths)])
    steps = np.linspace(0, along[-1], SHAPES.hull_points, endpoint=False)
    points = np.stack([np.interp(steps, along, closed[:, axis]) for axis in (0, 1)], axis=1).astype(
        np.float32,
    )
    return fit_ellipse(points)


def hull_rectangle(ink: Map, blob: Blob, least: float) -> Rectangle | None:
    """The rectangle of a blob whose hull fills one,
    with its sides and inside measured; else None.
    """
    (x, y), (width, height), angle = cv2.minAreaRect(blob.hull)
    if min(width, height) < SHAPES.least_square_mm * PPM:
        return None
    if cv2.contourArea(blob.hull) <= SHAPES.square_fill * width * height:
        return None
    size = SHAPES.square_px
    corners = cv2.boxPoints(((x, y), (width, height), angle)).astype(np.float32)
    square = np.array([[0, 0], [size, 0], [size, size], [0, size]], np.float32)
    level = cv2.getPerspectiveTransform(corners, square)
    flat = cv2.warpPerspective(ink, level, (size, size)) > least
    upright = np.rot90(flat) if width < height else flat
    edge = max(3, int(SHAPES.square_side_mm * PPM / ((width + height) / 2) * size))
    sides = (
        flat[:edge].any(axis=0),
        flat[-edge:].any(axis=0),
        flat[:, :edge].any(axis=1),
        flat[:, -edge:].any(axis=1),
    )
    inner = flat[edge + 2 : -edge - 2, edge + 2 : -edge - 2]
    fill = float(inner.mean()) if inner.size else 1.0
    weakest = min(float(side.mean()) for side in sides)
    return Rectangle(x, y, width, height, angle, weakest, fill, _rows(upright))


def _rows(upright: NDArray[np.bool_]) -> int:
    """Rows of ink along the longer side, told apart by emptier ones: lines of characters, rules."""
    profile = upright.mean(axis=1)
    inked = (profile > SHAPES.of_row * quantile(profile, SHAPES.full_row)).astype(np.int8)
    return int(np.count_nonzero(np.diff(inked, prepend=0) > 0))
