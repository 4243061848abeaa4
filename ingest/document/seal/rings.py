"""Fitting rings to the ink of a map, and measuring what lies on, in and around them.

One of the modules that import OpenCV. Numbers come out; what they prove is decided in
``judging.py``. The figures, and where they come from, stand in ``thresholds/measuring.py``.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from ingest.document.seal.pixels import WORKING_PX_PER_MM as PPM
from ingest.document.seal.pixels import Map, quantile
from ingest.document.seal.thresholds.measuring import FITTING, HITS, ZONES

BINS = 90  #: angles a ring is looked at in, four rays each
_COLUMNS = 80  #: places a ray is looked at in, from the middle to the rim


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
        return self.within(1 - ZONES.rim_mm * self.mm, 1 + ZONES.rim_mm * self.mm)

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
    found = cv2.remap(ink, x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_CONSTANT, borderValue=0)
    sampled = np.asarray(found * inside, np.float32)
    values = sampled[::3, : _COLUMNS + 4]  # to just beyond the rim; every third ray tells as much
    values = values[values > HITS.counts]
    known = values.size > HITS.least_places
    typical = quantile(values, HITS.typical_quantile) if known else 0.0
    hits = sampled > max(floor, HITS.of_typical * min(HITS.most_typical, typical))
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
        wobbles = FITTING.wobble_weight * self.wobble
        return self.coverage - wobbles - FITTING.outside_weight * self.outside


def _rim(seen: _Unrolled) -> _Rim | None:
    """None when the ring is mostly off the sheet."""
    on_sheet = seen.on_sheet
    if on_sheet.mean() < ZONES.least_on_sheet:
        return None
    near, far = ZONES.moat_mm
    moat = seen.hits[:, seen.within(1 + near * seen.mm, 1 + far * seen.mm)]
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
    if has.sum() <= FITTING.least_for_wobble:
        return FITTING.no_rim_mm
    return float(np.std((weights @ _rays()[2][seen.rim])[has] / total[has]) / seen.mm)


def _measured(seen: _Unrolled, rim: _Rim) -> Measured:
    """What lies on, in and around the ring."""
    hits, mm, on_sheet = seen.hits, seen.mm, seen.on_sheet
    writing = seen.within(ZONES.writing_from, 1 - ZONES.writing_to_mm * mm)
    line = hits[:, seen.within(*ZONES.strokes)].mean(axis=1) > ZONES.of_stroke
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
        fill=share(seen.within(0, 1 - ZONES.inside_mm * mm)),
        text=float(_binned(hits[:, writing])[on_sheet].mean()),
        text_fill=share(writing),
        centre_fill=share(seen.within(0, ZONES.middle)),
        band=_band(seen),
        strokes=int(np.abs(np.diff(line.astype(np.int8))).sum() / 2),
        visible=float(on_sheet.mean()),
        ink=seen.typical,
        second=_second_ring(seen),
    )


def _band(seen: _Unrolled) -> float:
    """The share of the rim's rays that carry ink all the way inwards, as those of a disc do."""
    deep, shallow = ZONES.band_mm
    broad = seen.hits[:, seen.within(1 - deep * seen.mm, 1 - shallow * seen.mm)]
    on_rim = seen.hits[:, seen.rim].any(axis=1)
    if not on_rim.any() or not broad.size:
        return 0.0
    return float((broad.mean(axis=1) > ZONES.of_band)[on_rim].mean())


def _second_ring(seen: _Unrolled) -> float:
    """The best coverage of any one circle of at most 0.8 mm inside the writing's band: badges have one, 公章 do not."""
    step = max(1, round(ZONES.half_rim_mm * _COLUMNS * seen.mm))
    band = seen.within(*ZONES.second)
    counts = np.cumsum(
        np.pad(seen.hits[:, band.start : band.stop + 2 * step], ((0, 0), (1, 0))),
        axis=1,
        dtype=np.int16,
    )
    starts = np.arange(0, band.stop - band.start, step)
    return float((counts[:, starts + 2 * step] > counts[:, starts]).mean(axis=0).max())


def fit_ring(ink: Map, ring: Ring, floor: float = HITS.floor) -> tuple[Ring, Measured] | None:
    """``ring`` moved and stretched to where the ink really is, as long as that measures better."""
    seen = _unroll(ink, ring, floor)
    rim = _rim(seen)
    if rim is None:
        return None
    for _ in range(FITTING.rounds):
        moved = _refit(seen)
        if moved is None:
            break
        unrolled = _unroll(ink, moved, floor)
        better = _rim(unrolled)
        if better is None or better.quality <= rim.quality:
            break
        gain = better.quality - rim.quality
        ring, seen, rim = moved, unrolled, better
        if gain < FITTING.little:
            break
    return ring, _measured(seen, rim)


_KEPT = (0.75, 0.85, 0.95)
"""Shares of the points that count in each round:
lines across the rim pull at the first ellipse, and less at every other.
"""


def _refit(seen: _Unrolled) -> Ring | None:
    """The least-squares ellipse through the outermost ink near the rim, without stragglers."""
    near = seen.within(1 - FITTING.near_mm * seen.mm, 1 + FITTING.near_mm * seen.mm)
    hits = seen.hits[:, near]
    rows = np.flatnonzero(hits.any(axis=1))
    if len(rows) < FITTING.least_rays:
        return None
    last = hits.shape[1] - 1 - hits[rows][:, ::-1].argmax(axis=1)
    step = max(1, int(ZONES.half_rim_mm * _COLUMNS * seen.mm))
    columns = near.start + np.maximum(last - step, 0)
    points = np.stack([seen.x[rows, columns], seen.y[rows, columns]], axis=1)
    found = fit_ellipse(points)
    for kept in FITTING.kept:
        if found is None:
            break
        stray = np.abs(_normal_radius(points, found) - 1) * (found.a + found.b) / 2
        most = max(FITTING.stray_mm * PPM, FITTING.stray_medians * quantile(stray))
        near_it = points[stray <= min(most, quantile(stray, kept))]
        found = fit_ellipse(near_it) or found
    least = FITTING.least_ratio
    return found if found is not None and least < found.a / found.b < 1 / least else None


def _normal_radius(points: Map, ring: Ring) -> NDArray[np.float64]:
    dx, dy = points[:, 0] - ring.x, points[:, 1] - ring.y
    cos, sin = math.cos(math.radians(ring.angle)), math.sin(math.radians(ring.angle))
    return np.asarray(
        np.hypot((dx * cos + dy * sin) / ring.a, (dy * cos - dx * sin) / ring.b),
        np.float64,
    )


def fit_ellipse(points: Map) -> Ring | None:
    """The ellipse nearest to the points; None for fewer than 20 of them or a degenerate one."""
    if len(points) < FITTING.least_points:
        return None
    try:
        (x, y), (width, height), angle = cv2.fitEllipseDirect(points)
    except cv2.error:
        return None
    ring = Ring(float(x), float(y), float(width) / 2, float(height) / 2, float(angle))
    if not all(map(math.isfinite, ring)):
        return None
    return ring if min(ring.a, ring.b) >= FITTING.least_semi_axis_mm * PPM else None
