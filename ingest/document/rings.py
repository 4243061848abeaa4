"""Looking for rings of a seal's size in an ink map, and measuring what lies on, in and around them.

With ``pixels.py`` and ``glancing.py`` one of the modules that import OpenCV. Numbers come out; what they prove is decided in ``seal.py``.
Method and thresholds: our own prototype, measured on 1,320 generated pages.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple, TypeAlias

import cv2
import numpy as np
from numpy.typing import NDArray

from ingest.document.pixels import WORKING_PX_PER_MM as PPM
from ingest.document.pixels import Map

BINS = 90  #: angles a ring is looked at in, four rays each
_VOTE_PPM = 1.5  #: px per mm while voting
_CIRCLES = tuple((float(d), float(d), 0.0) for d in np.arange(28, 61.1, 1.5))
"""Axes in mm and angle: 公章 38-45, some 50 and 58, with room for scale errors."""
_OVALS = tuple((42.5, 30.0, float(angle)) for angle in range(0, 180, 15))
"""Between the 40 x 30 and 45 x 30 of 专用章; fitting does the rest."""


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
    """A rectangular mark: centre, size in pixels, angle, share of its weakest side that carries ink, fill inside."""

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


def vote_for_circles(ink: Map, most: int = 6, least: float = 0.28) -> Iterator[Ring]:
    """Circles whose rim carries ink and whose outside does not, best first, by correlation with ring templates."""
    return _vote(ink, _CIRCLES, most, least)


def vote_for_ovals(ink: Map, most: int = 4, least: float = 0.34) -> Iterator[Ring]:
    """Ovals of the usual size in any direction: an oval seal that hangs together with other ink has no outline."""
    return _vote(ink, _OVALS, most, least)


_Shapes: TypeAlias = tuple[tuple[float, float, float], ...]


def _vote(ink: Map, shapes: _Shapes, most: int, least: float) -> Iterator[Ring]:
    scale = _VOTE_PPM / PPM
    small = np.minimum(1, cv2.resize(ink, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA) * 1.8)
    rows, columns = np.nonzero(small > 0.25)
    if len(rows) < 20:
        return
    left, top, pad = int(columns.min()), int(rows.min()), int(35 * _VOTE_PPM)
    part = cv2.copyMakeBorder(
        small[top : rows.max() + 1, left : columns.max() + 1], pad, pad, pad, pad, cv2.BORDER_CONSTANT, value=0
    )
    best, which = _votes(np.asarray(part, np.float32), pad, shapes)
    for _ in range(most):
        _, vote, _, (x, y) = cv2.minMaxLoc(best)
        if vote < least:
            return
        long, short, angle = shapes[which[y, x]]
        yield Ring(
            (x + left - pad + 0.5) / scale, (y + top - pad + 0.5) / scale, long / 2 * PPM, short / 2 * PPM, angle
        )
        near = int(long * 0.35 * _VOTE_PPM)
        best[max(0, y - near) : y + near, max(0, x - near) : x + near] = -1


def _votes(part: Map, pad: int, shapes: _Shapes) -> tuple[Map, NDArray[np.intp]]:
    height, width = part.shape
    # The far padding is shared with the wrap-around of the transform; sizes in steps of 64 keep the cache small.
    rows, columns = (cv2.getOptimalDFTSize((side + pad + 63) // 64 * 64) for side in (height, width))
    buffer = np.zeros((rows, columns), np.float32)
    buffer[:height, :width] = part
    spectrum = cv2.dft(buffer)
    best = np.full((height, width), -1, np.float32)
    which = np.zeros((height, width), np.intp)
    for index, (middle, template) in enumerate(_templates(rows, columns, shapes)):
        product = cv2.mulSpectrums(spectrum, template, 0)
        votes = cv2.dft(product, flags=cv2.DFT_INVERSE | cv2.DFT_SCALE | cv2.DFT_REAL_OUTPUT)
        votes = votes[middle : middle + height, middle : middle + width]
        better = votes > best
        best[better], which[better] = votes[better], index
    return best, which


@lru_cache(maxsize=8)
def _templates(rows: int, columns: int, shapes: _Shapes) -> tuple[tuple[int, Map], ...]:
    """Spectra of rings (positive) with a moat outside (negative), one per shape."""
    found = []
    for long, short, angle in shapes:
        a, b = long / 2 * _VOTE_PPM, short / 2 * _VOTE_PPM
        middle = math.ceil(a + 4 * _VOTE_PPM)
        y, x = np.mgrid[-middle : middle + 1, -middle : middle + 1]
        cos, sin = math.cos(math.radians(angle)), math.sin(math.radians(angle))
        along, across = x * cos + y * sin, y * cos - x * sin
        units = np.hypot(along / a, across / b)
        away = (units - 1) * np.hypot(along, across) / np.maximum(units, 1e-6)  # from the rim, along the ray
        rim = (np.abs(away) <= 0.9 * _VOTE_PPM).astype(np.float32)
        moat = ((away > 1.5 * _VOTE_PPM) & (away <= 3.2 * _VOTE_PPM)).astype(np.float32)
        buffer = np.zeros((rows, columns), np.float32)
        size = min(2 * middle + 1, rows, columns)
        buffer[:size, :size] = (rim / rim.sum() - 0.8 * moat / moat.sum())[:size, :size]
        found.append((middle, np.asarray(cv2.dft(buffer), np.float32)))
    return tuple(found)


# --- measuring -----------------------------------------------------------------------------------------------------


class _Polar(NamedTuple):
    """The map around a ring: rows are angles, columns radii in units of the rim."""

    ink: Map
    inside: NDArray[np.bool_]
    radius: NDArray[np.float64]
    mm: float  #: one millimetre in units of the rim
    x: Map
    y: Map


def _unroll(ink: Map, ring: Ring, reach: float = 1.25) -> _Polar:
    count = int(reach * 80)
    angle = (np.arange(BINS * 4) + 0.5) / (BINS * 4) * 2 * math.pi
    radius = (np.arange(count) + 0.5) / count * reach
    along, across = ring.a * np.outer(np.cos(angle), radius), ring.b * np.outer(np.sin(angle), radius)
    cos, sin = math.cos(math.radians(ring.angle)), math.sin(math.radians(ring.angle))
    x = (ring.x + along * cos - across * sin).astype(np.float32)
    y = (ring.y + along * sin + across * cos).astype(np.float32)
    sampled = cv2.remap(ink, x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_CONSTANT, borderValue=0)
    inside = (x >= 0) & (x < ink.shape[1] - 1) & (y >= 0) & (y < ink.shape[0] - 1)
    return _Polar(np.where(inside, sampled, 0).astype(np.float32), inside, radius, 2 * PPM / (ring.a + ring.b), x, y)


def _binned(hits: NDArray[np.bool_]) -> NDArray[np.bool_]:
    return np.asarray(hits.reshape(BINS, 4, -1).any(axis=(1, 2)), np.bool_)


def _threshold(polar: _Polar, floor: float) -> tuple[float, float]:
    """(typical density of the ink, density above which a sample counts as ink)."""
    values = polar.ink[:, polar.radius < 1.05]
    values = values[values > 0.03]
    typical = float(np.percentile(values, 85)) if values.size > 30 else 0.0
    return typical, max(floor, 0.24 * min(0.9, typical))


def measure(ink: Map, ring: Ring, floor: float = 0.045) -> Measured | None:
    """What lies on, in and around ``ring``; None when it is mostly off the sheet."""
    polar = _unroll(ink, ring)
    radius, mm = polar.radius, polar.mm
    on_sheet = polar.inside[:, int(np.argmin(np.abs(radius - 1)))].reshape(BINS, 4).all(axis=1)
    if on_sheet.sum() < 8:
        return None
    typical, least = _threshold(polar, floor)
    hits = (polar.ink > least) & polar.inside
    rim = np.abs(radius - 1) < 1.3 * mm
    moat = (radius > 1 + 2.0 * mm) & (radius < 1 + 3.6 * mm)
    writing = (radius > 0.50) & (radius < 1 - 1.8 * mm)
    broad = (radius > 1 - 3.4 * mm) & (radius < 1 - 0.6 * mm)
    on_rim = hits[:, rim].any(axis=1)
    line = hits[:, (radius > 0.68) & (radius < 0.80)].mean(axis=1) > 0.3
    return Measured(
        coverage=float(_binned(hits[:, rim])[on_sheet].mean()),
        wobble=_wobble(polar, rim, least),
        outside=float(hits[:, moat].mean()) if moat.any() else 0.0,
        fill=_share(hits, polar, radius < 1 - 1.6 * mm),
        text=float(_binned(hits[:, writing])[on_sheet].mean()),
        text_fill=_share(hits, polar, writing),
        centre_fill=_share(hits, polar, radius < 0.36),
        band=float((hits[:, broad].mean(axis=1) > 0.92)[on_rim].mean()) if on_rim.any() and broad.any() else 0.0,
        strokes=int(np.abs(np.diff(line.astype(np.int8))).sum() / 2),
        visible=float(on_sheet.mean()),
        ink=typical,
        second=_second_ring(hits, radius, mm),
    )


def _second_ring(hits: NDArray[np.bool_], radius: NDArray[np.float64], mm: float) -> float:
    """The best coverage of any one circle of at most 0.8 mm inside the writing's band: badges have one, 公章 do not."""
    step = max(1, round(0.4 * mm / float(radius[1] - radius[0])))
    starts = np.flatnonzero((radius > 0.50) & (radius < 0.84))[::step]
    return max((float(hits[:, at : at + 2 * step].any(axis=1).mean()) for at in starts), default=0.0)


def _wobble(polar: _Polar, rim: NDArray[np.bool_], least: float) -> float:
    """How far the rim strays from the ellipse, in mm; 9 when there is hardly a rim."""
    weights = polar.ink[:, rim] * (polar.ink[:, rim] > least)
    total = weights.sum(axis=1)
    has = total > 0
    if has.sum() <= 10:
        return 9.0
    return float(np.std((weights @ polar.radius[rim])[has] / total[has]) / polar.mm)


def _share(hits: NDArray[np.bool_], polar: _Polar, columns: NDArray[np.bool_]) -> float:
    """The share of an area that carries ink; outer columns stand for more paper than inner ones."""
    weights = polar.radius[columns]
    seen = float((polar.inside[:, columns] * weights).sum())
    return float((hits[:, columns] * weights).sum()) / max(seen, 1e-6)


def fit(ink: Map, ring: Ring, floor: float = 0.045) -> tuple[Ring, Measured] | None:
    """``ring`` moved and stretched to where the ink really is, as long as that measures better."""
    measured = measure(ink, ring, floor)
    if measured is None:
        return None
    for _ in range(2):
        moved = _refit(ink, ring, floor)
        better = measure(ink, moved, floor) if moved else None
        if moved is None or better is None or _quality(better) <= _quality(measured):
            break
        ring, measured = moved, better
    return ring, measured


def _quality(measured: Measured) -> float:
    return measured.coverage - 0.5 * measured.wobble - 0.3 * measured.outside


def _refit(ink: Map, ring: Ring, floor: float) -> Ring | None:
    """The least-squares ellipse through the outermost ink near the rim, without stragglers."""
    polar = _unroll(ink, ring, 1.2)
    _, least = _threshold(polar, floor)
    near = np.flatnonzero(np.abs(polar.radius - 1) < 2.2 * polar.mm)
    hits = polar.ink[:, near] > least
    rows = np.flatnonzero(hits.any(axis=1))
    if len(rows) < 40:
        return None
    last = hits.shape[1] - 1 - hits[rows][:, ::-1].argmax(axis=1)
    step = max(1, int(0.4 * polar.mm / (polar.radius[1] - polar.radius[0])))  # half the thickness of a rim inwards
    columns = near[np.maximum(last - step, 0)]
    points = np.stack([polar.x[rows, columns], polar.y[rows, columns]], axis=1).astype(np.float32)
    found = fit_ellipse(points)
    if found is not None:
        stray = np.abs(_normal_radius(points, found) - 1) * (ring.a + ring.b) / 2
        kept = points[stray < max(0.6 * PPM, 2.5 * float(np.median(stray)))]
        found = fit_ellipse(kept) or found
    return found if found is not None and 0.5 < found.a / found.b < 2 else None


def _normal_radius(points: Map, ring: Ring) -> NDArray[np.float64]:
    dx, dy = points[:, 0] - ring.x, points[:, 1] - ring.y
    cos, sin = math.cos(math.radians(ring.angle)), math.sin(math.radians(ring.angle))
    return np.asarray(np.hypot((dx * cos + dy * sin) / ring.a, (dy * cos - dx * sin) / ring.b), np.float64)


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


# --- coherent blobs ------------------------------------------------------------------------------------------------


class Blob(NamedTuple):
    """Ink that hangs together: its box in pixels (left, top, width, height), its ink in mm2 and its hull."""

    box: tuple[int, int, int, int]
    ink_mm2: float
    hull: Map

    @property
    def size_mm(self) -> tuple[float, float]:
        """Width and height in millimetres."""
        return self.box[2] / PPM, self.box[3] / PPM


def blobs(ink: Map, least: float, bridge_mm: float, smallest_mm: float = 9, most: int = 200) -> Iterator[Blob]:
    """Regions of ink above ``least`` whose gaps are at most about ``bridge_mm`` wide, largest boxes first."""
    whole = (ink > least).astype(np.uint8)
    off_x, off_y, wide, high = cv2.boundingRect(whole)
    margin = int(PPM * bridge_mm) + 2
    off_x, off_y = max(0, off_x - margin), max(0, off_y - margin)
    hits = np.ascontiguousarray(whole[off_y : off_y + high + 2 * margin, off_x : off_x + wide + 2 * margin])
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (int(PPM * bridge_mm) | 1,) * 2)
    closed = cv2.morphologyEx(hits, cv2.MORPH_CLOSE, kernel)
    count, labels, stats, _ = cv2.connectedComponentsWithStats(closed, connectivity=8)
    order = sorted(range(1, count), key=lambda index: -int(stats[index][2]) * int(stats[index][3]))
    for index in order[:most]:
        x, y, width, height = (int(value) for value in stats[index][:4])
        if max(width, height) < smallest_mm * PPM:
            continue
        own = (labels[y : y + height, x : x + width] == index) & (hits[y : y + height, x : x + width] > 0)
        pixels = int(np.count_nonzero(own))
        if pixels >= 20:
            points = np.asarray(cv2.findNonZero(own.astype(np.uint8)), np.int32)
            hull = cv2.convexHull(points).reshape(-1, 2) + np.array((x + off_x, y + off_y))
            yield Blob((x + off_x, y + off_y, width, height), pixels / PPM**2, hull.astype(np.float32))


class Texture(NamedTuple):
    """How a blob's ink is spread, in shares of it."""

    inner: float  #: well inside the outline: next to nothing in a loop drawn by pen
    straight: float  #: in level or upright runs no curved rim of a seal can have: rules, boxes, solid areas


_RUN_MM = 18.0  #: the top of a rim of 1.2 mm on a 42 mm seal is level for 14 mm


def texture(ink: Map, least: float, blob: Blob) -> Texture:
    """How the ink above ``least`` is spread inside ``blob``."""
    left, top, width, height = blob.box
    own = (ink[top : top + height, left : left + width] > least).astype(np.uint8)
    total = max(1, cv2.countNonZero(own))
    middle = blob.hull.mean(axis=0)
    core = np.zeros_like(own)
    cv2.fillConvexPoly(core, (middle + 0.72 * (blob.hull - middle) - (left, top)).astype(np.int32), 1)
    thick = cv2.dilate(own, np.ones((3, 3), np.uint8))  # a rule that is not quite level
    run = int(_RUN_MM * PPM)
    level, upright = (cv2.morphologyEx(thick, cv2.MORPH_OPEN, np.ones(size, np.uint8)) for size in ((1, run), (run, 1)))
    straight = cv2.countNonZero(cv2.bitwise_and(own, cv2.bitwise_or(level, upright)))
    return Texture(cv2.countNonZero(own & core) / total, straight / total)


_SOLID_MM = 5.0


def without_rules(ink: Map, least: float) -> Map:
    """``ink`` without level and upright runs and solid areas: what is left where a seal hangs together with a table."""
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
    points = np.stack([np.interp(steps, along, closed[:, axis]) for axis in (0, 1)], axis=1).astype(np.float32)
    return fit_ellipse(points)


def hull_rectangle(ink: Map, blob: Blob, least: float) -> Rectangle | None:
    """The rectangle of a blob whose hull fills one, with its sides and inside measured; else None."""
    (x, y), (width, height), angle = cv2.minAreaRect(blob.hull)
    if min(width, height) < 13 * PPM or cv2.contourArea(blob.hull) <= 0.82 * width * height:
        return None
    size = 160
    corners = cv2.boxPoints(((x, y), (width, height), angle)).astype(np.float32)
    square = np.array([[0, 0], [size, 0], [size, size], [0, size]], np.float32)
    flat = cv2.warpPerspective(ink, cv2.getPerspectiveTransform(corners, square), (size, size)) > least
    edge = max(3, int(1.6 * PPM / ((width + height) / 2) * size))
    sides = (flat[:edge].any(axis=0), flat[-edge:].any(axis=0), flat[:, :edge].any(axis=1), flat[:, -edge:].any(axis=1))
    inner = flat[edge + 2 : -edge - 2, edge + 2 : -edge - 2]
    fill = float(inner.mean()) if inner.size else 1.0
    return Rectangle(x, y, width, height, angle, min(float(side.mean()) for side in sides), fill)
