"""Fitting rings to the ink of a map, and measuring what lies on, in and around them.

One of the modules that import OpenCV. Numbers come out; what they prove is decided in ``seal.py``.
Method and thresholds: our own prototype, measured on 1,320 generated pages.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from ingest.document.seal.pixels import WORKING_PX_PER_MM as PPM
from ingest.document.seal.pixels import Map, quantile

BINS = 90  #: angles a ring is looked at in, four rays each
_COLUMNS = 80  #: places a ray is looked at in, from the middle to the rim
_FINE = 0.4  #: mm; half the thickness of a rim


class Ring(NamedTuple):
    """An ellipse in pixels at working scale: centre, semi-axes, angle in degrees."""

    x: float
    y: float
    a: float
    b: float
    angle: float = 0.0

    @property
    def axes_mm(self) -> tuple[float, float]:
        """The longer and the shorter axis in millimetres."""
        return 2 * max(self.a, self.b) / PPM, 2 * min(self.a, self.b) / PPM


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


@dataclass(frozen=True)
class Measured:
    """What a ring's surroundings look like, in shares of 0..1 unless said otherwise."""

    coverage: float  #: angles at which the ring carries ink
    wobble: float  #: standard deviation of the ring's radius, mm
    outside: float  #: ink in a band just outside
    fill: float  #: ink inside
    text: float  #: angles with ink where the writing stands
    text_fill: float
    centre_fill: float
    band: float  #: angles at which the rim is one broad band
    strokes: int  #: changes of ink along the writing
    visible: float  #: angles that lie on the sheet
    ink: float  #: typical density
    second: float = 0.0  #: angles at which a second ring, well inside the first, carries ink


# --- measuring ------------------------------------------------------------------------------------


@lru_cache(maxsize=1)
def _rays() -> tuple[Map, Map, NDArray[np.float64]]:
    """Cosine and sine of 4 x BINS angles times the radii to look at, and the radii:
    0 to 1.25 times the rim's.
    """
    angle = (np.arange(BINS * 4) + 0.5) / (BINS * 4) * 2 * math.pi
    radius = (np.arange(_COLUMNS * 5 // 4) + 0.5) / _COLUMNS
    across, down = np.outer(np.cos(angle), radius), np.outer(np.sin(angle), radius)
    return across.astype(np.float32), down.astype(np.float32), radius


class _Unrolled(NamedTuple):
    """The map around a ring: rows are angles, columns radii in units of the rim."""

    ink: Map
    hits: NDArray[np.bool_]  #: where there is ink
    inside: NDArray[np.bool_]  #: where there is a sheet
    typical: float  #: density of the ink
    mm: float  #: one millimetre in units of the rim
    x: Map
    y: Map

    def within(self, least: float, most: float) -> slice:
        """The columns whose radius lies strictly between two."""
        return slice(*np.searchsorted(_rays()[2], [least, most]))

    @property
    def rim(self) -> slice:
        """The columns of the rim."""
        return self.within(1 - 1.3 * self.mm, 1 + 1.3 * self.mm)

    @property
    def on_sheet(self) -> NDArray[np.bool_]:
        """Of every bin, whether the rim lies on the sheet there."""
        return np.asarray(self.inside[:, _COLUMNS - 1].reshape(BINS, 4).all(axis=1), np.bool_)


def _unroll(ink: Map, ring: Ring, floor: float) -> _Unrolled:
    across, down, _ = _rays()
    cos, sin = math.cos(math.radians(ring.angle)), math.sin(math.radians(ring.angle))
    x = np.asarray(cv2.addWeighted(across, ring.a * cos, down, -ring.b * sin, ring.x), np.float32)
    y = np.asarray(cv2.addWeighted(across, ring.a * sin, down, ring.b * cos, ring.y), np.float32)
    inside = (x >= 0) & (x < ink.shape[1] - 1) & (y >= 0) & (y < ink.shape[0] - 1)
    sampled = cv2.remap(ink, x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_CONSTANT, borderValue=0)
    sampled *= inside
    values = sampled[::3, : _COLUMNS + 4]  # to just beyond the rim; every third ray tells as much
    values = values[values > 0.03]
    typical = quantile(values, 0.85) if values.size > 10 else 0.0
    hits = sampled > max(floor, 0.24 * min(0.9, typical))
    return _Unrolled(sampled, hits, inside, typical, 2 * PPM / (ring.a + ring.b), x, y)


def _binned(hits: NDArray[np.bool_]) -> NDArray[np.bool_]:
    return np.asarray(hits.any(axis=1).reshape(BINS, 4).any(axis=1), np.bool_)


class _Rim(NamedTuple):
    """What a ring is judged by while it is fitted."""

    coverage: float
    wobble: float
    outside: float

    @property
    def quality(self) -> float:
        return self.coverage - 0.5 * self.wobble - 0.3 * self.outside


def _rim(seen: _Unrolled) -> _Rim | None:
    """None when the ring is mostly off the sheet."""
    on_sheet = seen.on_sheet
    if on_sheet.mean() < 0.1:
        return None
    moat = seen.hits[:, seen.within(1 + 2.0 * seen.mm, 1 + 3.6 * seen.mm)]
    return _Rim(
        coverage=float(_binned(seen.hits[:, seen.rim])[on_sheet].mean()),
        wobble=_wobble(seen),
        outside=float(moat.mean()) if moat.size else 0.0,
    )


def _wobble(seen: _Unrolled) -> float:
    """How far the rim strays from the ellipse, in mm; 9 when there is hardly a rim."""
    weights = seen.ink[:, seen.rim] * seen.hits[:, seen.rim]
    total = weights.sum(axis=1)
    has = total > 0
    if has.sum() <= 10:
        return 9.0
    return float(np.std((weights @ _rays()[2][seen.rim])[has] / total[has]) / seen.mm)


def _measured(seen: _Unrolled, rim: _Rim) -> Measured:
    """What lies on, in and around the ring."""
    hits, mm, on_sheet = seen.hits, seen.mm, seen.on_sheet
    writing = seen.within(0.50, 1 - 1.8 * mm)
    broad = hits[:, seen.within(1 - 3.4 * mm, 1 - 0.6 * mm)]
    on_rim = hits[:, seen.rim].any(axis=1)
    line = hits[:, seen.within(0.68, 0.80)].mean(axis=1) > 0.3
    inked, paper = (np.asarray(each.sum(axis=0) * _rays()[2]) for each in (hits, seen.inside))

    def share(columns: slice) -> float:
        """The share (0..1) of an area that carries ink;
        outer columns stand for more paper than inner ones.
        """
        return float(inked[columns].sum()) / max(float(paper[columns].sum()), 1e-6)

    return Measured(
        coverage=rim.coverage,
        wobble=rim.wobble,
        outside=rim.outside,
        fill=share(seen.within(0, 1 - 1.6 * mm)),
        text=float(_binned(hits[:, writing])[on_sheet].mean()),
        text_fill=share(writing),
        centre_fill=share(seen.within(0, 0.36)),
        band=float((broad.mean(axis=1) > 0.92)[on_rim].mean()) if on_rim.any() and broad.size else 0.0,
        strokes=int(np.abs(np.diff(line.astype(np.int8))).sum() / 2),
        visible=float(on_sheet.mean()),
        ink=seen.typical,
        second=_second_ring(seen),
    )


def _second_ring(seen: _Unrolled) -> float:
    """The best coverage of any one circle of at most 0.8 mm inside the writing's band: badges have one, 公章 do not."""
    step = max(1, round(_FINE * _COLUMNS * seen.mm))
    band = seen.within(0.50, 0.84)
    counts = np.cumsum(
        np.pad(seen.hits[:, band.start : band.stop + 2 * step], ((0, 0), (1, 0))),
        axis=1,
        dtype=np.int16,
    )
    starts = np.arange(0, band.stop - band.start, step)
    return float((counts[:, starts + 2 * step] > counts[:, starts]).mean(axis=0).max())


_LITTLE = 0.02  #: of a quality between -1 and 1: less is not worth another round


def fit(ink: Map, ring: Ring, floor: float = 0.045) -> tuple[Ring, Measured] | None:
    """``ring`` moved and stretched to where the ink really is, as long as that measures better."""
    seen = _unroll(ink, ring, floor)
    rim = _rim(seen)
    if rim is None:
        return None
    for _ in range(2):
        moved = _refit(seen)
        if moved is None:
            break
        unrolled = _unroll(ink, moved, floor)
        better = _rim(unrolled)
        if better is None or better.quality <= rim.quality:
            break
        gain = better.quality - rim.quality
        ring, seen, rim = moved, unrolled, better
        if gain < _LITTLE:
            break
    return ring, _measured(seen, rim)


_KEPT = (0.75, 0.85, 0.95)
"""Shares of the points that count in each round:
lines across the rim pull at the first ellipse, and less at every other.
"""


def _refit(seen: _Unrolled) -> Ring | None:
    """The least-squares ellipse through the outermost ink near the rim, without stragglers."""
    near = seen.within(1 - 2.2 * seen.mm, 1 + 2.2 * seen.mm)
    hits = seen.hits[:, near]
    rows = np.flatnonzero(hits.any(axis=1))
    if len(rows) < 40:
        return None
    last = hits.shape[1] - 1 - hits[rows][:, ::-1].argmax(axis=1)
    step = max(1, int(_FINE * _COLUMNS * seen.mm))
    columns = near.start + np.maximum(last - step, 0)
    points = np.stack([seen.x[rows, columns], seen.y[rows, columns]], axis=1)
    found = fit_ellipse(points)
    for kept in _KEPT:
        if found is None:
            break
        stray = np.abs(_normal_radius(points, found) - 1) * (found.a + found.b) / 2
        near_it = points[stray <= min(max(0.6 * PPM, 2.5 * quantile(stray)), quantile(stray, kept))]
        found = fit_ellipse(near_it) or found
    return found if found is not None and 0.5 < found.a / found.b < 2 else None


def _normal_radius(points: Map, ring: Ring) -> NDArray[np.float64]:
    dx, dy = points[:, 0] - ring.x, points[:, 1] - ring.y
    cos, sin = math.cos(math.radians(ring.angle)), math.sin(math.radians(ring.angle))
    return np.asarray(
        np.hypot((dx * cos + dy * sin) / ring.a, (dy * cos - dx * sin) / ring.b),
        np.float64,
    )


def fit_ellipse(points: Map) -> Ring | None:
    """The ellipse nearest to the points; None for fewer than 20 of them or a degenerate one."""
    if len(points) < 20:
        return None
    try:
        (x, y), (width, height), angle = cv2.fitEllipseDirect(points)
    except cv2.error:
        return None
    ring = Ring(float(x), float(y), float(width) / 2, float(height) / 2, float(angle))
    return ring if all(map(math.isfinite, ring)) and min(ring.a, ring.b) >= 5 * PPM else None


# --- coherent blobs -------------------------------------------------------------------------------


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
    smallest_mm: float = 9,
    most: int = 200,
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
        if pixels >= 20:
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


_FRINGE_MM = 1.5  #: around strong ink: what a scanner and JPEG smear
_MORE_MM2 = 15.0  #: a third of a seal's rim


def shows_more(ink: Map, level: float, lower: float) -> bool:
    """Whether counting ink of the density ``lower`` shows more than fringes of
    what ``level`` has shown.
    """
    seen, more = ((ink > 0.5 * each).astype(np.uint8) for each in (level, lower))
    fringe = cv2.dilate(seen, np.ones((2 * int(_FRINGE_MM * PPM) + 1,) * 2, np.uint8))
    return bool(np.count_nonzero(more > fringe) >= _MORE_MM2 * PPM**2)


class Texture(NamedTuple):
    """How a blob's ink is spread, in shares of it."""

    inner: float  #: well inside the outline: next to nothing in a loop drawn by pen
    #: in level or upright runs no curved rim of a seal can have: rules, boxes, solid areas
    straight: float


_RUN_MM = 18.0  #: the top of a rim of 1.2 mm on a 42 mm seal is level for 14 mm


def texture(ink: Map, least: float, blob: Blob) -> Texture:
    """How the ink above ``least`` is spread inside ``blob``."""
    left, top, width, height = blob.box
    own = (ink[top : top + height, left : left + width] > least).astype(np.uint8)
    total = max(1, cv2.countNonZero(own))
    middle = blob.hull.mean(axis=0)
    core = np.zeros_like(own)
    cv2.fillConvexPoly(
        core,
        (middle + 0.72 * (blob.hull - middle) - (left, top)).astype(np.int32),
        1,
    )
    thick = cv2.dilate(own, np.ones((3, 3), np.uint8))  # a rule that is not quite level
    run = int(_RUN_MM * PPM)
    level, upright = (cv2.morphologyEx(thick, cv2.MORPH_OPEN, np.ones(size, np.uint8)) for size in ((1, run), (run, 1)))
    straight = cv2.countNonZero(cv2.bitwise_and(own, cv2.bitwise_or(level, upright)))
    return Texture(cv2.countNonZero(own & core) / total, straight / total)


_SOLID_MM = 5.0


def without_rules(ink: Map, least: float) -> Map:
    """``ink`` without level and upright runs and solid areas:
    what is left where a seal hangs together with a table.
    """
    hits = (ink > least).astype(np.uint8)
    run, solid, grown = int(_RUN_MM * PPM), int(_SOLID_MM * PPM), np.ones((3, 3), np.uint8)
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
    steps = np.linspace(0, along[-1], 120, endpoint=False)
    points = np.stack([np.interp(steps, along, closed[:, axis]) for axis in (0, 1)], axis=1).astype(
        np.float32,
    )
    return fit_ellipse(points)


def hull_rectangle(ink: Map, blob: Blob, least: float) -> Rectangle | None:
    """The rectangle of a blob whose hull fills one,
    with its sides and inside measured; else None.
    """
    (x, y), (width, height), angle = cv2.minAreaRect(blob.hull)
    if min(width, height) < 13 * PPM or cv2.contourArea(blob.hull) <= 0.82 * width * height:
        return None
    size = 160
    corners = cv2.boxPoints(((x, y), (width, height), angle)).astype(np.float32)
    square = np.array([[0, 0], [size, 0], [size, size], [0, size]], np.float32)
    level = cv2.getPerspectiveTransform(corners, square)
    flat = cv2.warpPerspective(ink, level, (size, size)) > least
    edge = max(3, int(1.6 * PPM / ((width + height) / 2) * size))
    sides = (
        flat[:edge].any(axis=0),
        flat[-edge:].any(axis=0),
        flat[:, :edge].any(axis=1),
        flat[:, -edge:].any(axis=1),
    )
    inner = flat[edge + 2 : -edge - 2, edge + 2 : -edge - 2]
    fill = float(inner.mean()) if inner.size else 1.0
    return Rectangle(x, y, width, height, angle, min(float(side.mean()) for side in sides), fill)
