"""Marks on a part of a page in one colour of ink: rings and ovals, square frames, and what shows of
them when red rules are taken away.

The figures stand in ``thresholds/``; what a ring proves is ``judging.py``'s, pale and shapeless red
``traces.py``'s.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from functools import partial
from typing import NamedTuple, TypeAlias

import numpy as np

from ingest.document.seal.blobs import (
    Blob,
    Rectangle,
    blobs,
    hull_ellipse,
    hull_rectangle,
    shows_more,
    texture,
    without_rules,
)
from ingest.document.seal.judging import judge_ring
from ingest.document.seal.pixels import WORKING_PX_PER_MM as PPM
from ingest.document.seal.pixels import Map, along_the_border, quantile
from ingest.document.seal.rings import Ring, fit_ring
from ingest.document.seal.thresholds.judging import CLEAR, MARK, OBLONG, PAGE, SQUARE
from ingest.document.seal.thresholds.searching import LEVELS, OUTLINES, RULES, SHEETS_EDGE
from ingest.document.seal.voting import vote_for_circles, vote_for_ovals

Box: TypeAlias = tuple[int, int, int, int]
"""Left, top, width and height in pixels."""


class Mark(NamedTuple):
    """One mark on a page, in pixels at working scale."""

    box: Box
    diameter_mm: float
    shape: str
    clear: bool  #: evidence enough for a seal
    confidence: float
    reason: str
    pale: bool = False  #: as pale as what comes through from another side may be

    def moved(self, across: int, down: int) -> Mark:
        """The same mark so many pixels to the right and further down."""
        return self._replace(box=(self.box[0] + across, self.box[1] + down, *self.box[2:]))


def mark_of(ring: Ring, *, clear: bool, confidence: float, reason: str) -> Mark:
    """A ring as a mark."""
    long, short = ring.axes_mm
    half = int(max(ring.a, ring.b))
    box = (int(ring.x) - half, int(ring.y) - half, 2 * half, 2 * half)
    shape = "circle" if short > MARK.circle * long else "ellipse"
    return Mark(box, long, shape, clear, max(MARK.least_confidence, confidence), reason)


def without_doubles(marks: Iterable[Mark]) -> list[Mark]:
    """Best first, one per place."""
    kept: list[Mark] = []
    for mark in sorted(marks, key=lambda mark: (-mark.clear, -mark.confidence)):
        if not any(_overlap(mark.box, other.box) > MARK.same for other in kept):
            kept.append(mark)
    return kept


def _overlap(one: Box, two: Box) -> float:
    """The common area as a share of the smaller box."""
    width = min(one[0] + one[2], two[0] + two[2]) - max(one[0], two[0])
    height = min(one[1] + one[3], two[1] + two[3]) - max(one[1], two[1])
    return max(0, width) * max(0, height) / max(1, min(one[2] * one[3], two[2] * two[3]))


def within(box: Box) -> tuple[slice, slice]:
    """The rows and columns of a map that a box covers, as far as it lies on it."""
    left, top, width, height = box
    return slice(max(0, top), max(0, top + height)), slice(max(0, left), max(0, left + width))


# --- rings and frames -----------------------------------------------------------------------------


def coloured_marks(ink: Map, *, exact: bool) -> Iterator[Mark]:
    """Rings, ellipses and square frames in one colour of ink,
    tried at one to three levels of density.
    """
    if np.count_nonzero(ink > LEVELS.ink) < LEVELS.least_ink_mm2 * PPM**2:
        return
    higher = None
    for level in _levels(ink):
        if higher is not None and not shows_more(ink, higher, level) and not _at_the_edge(ink):
            return
        marks = list(_marks_at(ink, level, exact=exact))
        yield from marks
        if any(mark.clear for mark in marks):
            return
        higher = level


def marks_among_rules(red: Map, *, exact: bool) -> Iterator[Mark]:
    """Rings that show only when red rules, bars and areas are taken away; what was taken away may
    have been a rim. Clear is one whose rim closes with the rules and stands apart without them.
    """
    rest = without_rules(red, RULES.ink)
    if float(rest.sum()) < RULES.rest * float(red.sum()):
        for mark in coloured_marks(rest, exact=exact):
            if mark.shape not in FRAMES:
                clear = _is_clear_over_rules(mark, red, rest, exact=exact)
                reason = "有清晰的红色印章" if clear else "有环形图样, 与别的红色内容连在一起"
                yield mark._replace(clear=clear, reason=reason)


def _is_clear_over_rules(mark: Mark, red: Map, rest: Map, *, exact: bool) -> bool:
    """Whether a ring would be clear evidence if the rules it lies over were another colour."""
    left, top, width, height = mark.box
    ring = Ring(left + width / 2, top + height / 2, width / 2, height / 2)
    over, alone = fit_ring(red, ring), fit_ring(rest, ring)
    if over is None or alone is None:
        return False
    whole, seen = over[1], alone[1]
    shows = seen.coverage >= RULES.coverage and seen.strokes >= RULES.strokes
    apart = replace(whole, outside=seen.outside, wobble=min(whole.wobble, seen.wobble))
    return shows and judge_ring(over[0], apart, exact=exact).clear


def rings_at(ink: Map, level: float, *, exact: bool, crossed: bool = True) -> list[Mark]:
    """The rings of one level: outlines first, then by vote, which takes longer,
    unless all ink is explained.
    """
    rings: list[Mark] = []
    judged = partial(_ring_mark, ink, exact=exact, crossed=crossed)
    ways = ((_outlines, PAGE.explained), (vote_for_circles, 0.0), (vote_for_ovals, 0.0))
    for candidates, enough in ways:
        rings += (mark for mark in map(judged, candidates(ink, level)) if mark is not None)
        if any(mark.clear for mark in rings) and _explained(ink, rings) > enough:
            break
    return rings


def _at_the_edge(ink: Map) -> bool:
    """Whether ink is cut by the edge of the sheet:
    of such a rim so little is seen that all of it must count.
    """
    strips = along_the_border(ink, round(SHEETS_EDGE.deep_mm * PPM))
    least = SHEETS_EDGE.least_ink_mm2 * PPM**2
    return any(np.count_nonzero(strip > LEVELS.ink) >= least for strip in strips)


def _marks_at(ink: Map, level: float, *, exact: bool) -> Iterator[Mark]:
    """The marks of one level: rings, and where none is clear, square frames."""
    rings = rings_at(ink, level, exact=exact)
    yield from rings
    if not any(mark.clear for mark in rings):
        yield from _square_marks(ink, level)


def _explained(ink: Map, marks: list[Mark]) -> float:
    """The share of the ink that lies within the marks:
    voting for circles takes time, and is spared if nothing is left.
    """
    rest = ink.copy()
    for mark in marks:
        rest[within(mark.box)] = 0
    return 1 - float(rest.sum()) / max(float(ink.sum()), 1e-6)


def _levels(ink: Map) -> list[float]:
    """Densities that count as full ink:
    the page's typical one, that of its strong ink, and that of faint seals.
    """
    kept: list[float] = []
    for level in sorted({min(LEVELS.most, level) for level in _typical_levels(ink)}, reverse=True):
        if not kept or level < LEVELS.apart * kept[-1]:
            kept.append(level)
    return kept


def _typical_levels(ink: Map) -> Iterator[float]:
    sample = ink[::2, ::2]
    typical = sample[sample > LEVELS.typical]
    strong = typical[typical > LEVELS.strong]
    yield LEVELS.faint
    if typical.size > LEVELS.least_places:
        yield max(LEVELS.least_typical, quantile(typical, LEVELS.typical_quantile))
    if strong.size > LEVELS.least_strong_mm2 * PPM**2:
        yield quantile(strong, LEVELS.strong_quantile)


def _outlines(ink: Map, level: float) -> Iterator[Ring]:
    """Ellipses around groups of ink of a seal's size."""
    least = OUTLINES.of_level * level
    for blob in blobs(ink, least, OUTLINES.bridge_mm, OUTLINES.smallest_mm):
        if min(blob.size_mm) >= OUTLINES.least_mm and max(blob.size_mm) <= OUTLINES.most_mm:
            ellipse = hull_ellipse(blob)
            if ellipse is not None and _has_axis_of_a_seal(ellipse):
                yield ellipse


def _has_axis_of_a_seal(ring: Ring) -> bool:
    return OUTLINES.least_axis_mm < ring.axes_mm[0] < OUTLINES.most_axis_mm


def _ring_mark(ink: Map, ring: Ring, *, exact: bool, crossed: bool) -> Mark | None:
    fitted = fit_ring(ink, ring)
    if fitted is None:
        return None
    ring, seen = fitted
    clear, reason = judge_ring(ring, seen, exact=exact, crossed=crossed)
    if not reason:
        return None
    confidence = seen.coverage * (1 - MARK.wobble_costs * seen.wobble)
    confidence = round(min(MARK.most_confidence, confidence), 2)
    mark = mark_of(ring, clear=clear, confidence=confidence, reason=reason)
    return mark._replace(pale=seen.ink < CLEAR.pale)


def _square_marks(ink: Map, level: float) -> Iterator[Mark]:
    least = OUTLINES.of_level * level
    emptiest, fullest = SQUARE.fill
    for blob in blobs(ink, least, OUTLINES.bridge_mm, OUTLINES.smallest_mm):
        frame = hull_rectangle(ink, blob, least)
        if frame is None:
            continue
        long, short = max(frame.width, frame.height) / PPM, min(frame.width, frame.height) / PPM
        square = long <= SQUARE.most_mm and short > SQUARE.least_ratio * long
        if square and frame.weakest_side > SQUARE.side and emptiest < frame.fill < fullest:
            reason = "有方形印记, 不能确定是公章"
            yield Mark(blob.box, long, "square", False, SQUARE.confidence, reason)
        elif (not square or frame.fill <= emptiest) and _is_oblong(frame, long, short):
            ruled = frame.fill < OBLONG.written and _is_ruled(ink, least, blob)
            reason = "有长方形红色印记, 不能确定是公章"
            if not ruled:
                yield Mark(blob.box, long, "rectangle", False, SQUARE.confidence, reason)


def _is_oblong(frame: Rectangle, long: float, short: float) -> bool:
    """A frame with writing in it, as offices' own marks have: mostly several times as long as high,
    and where it is not, with less in it than a name seal.
    """
    least, most = OBLONG.long_mm
    of_size = least <= long <= most and OBLONG.least_short_mm <= short
    emptiest, fullest = OBLONG.fill
    return of_size and frame.weakest_side > OBLONG.side and emptiest < frame.fill < fullest


def _is_ruled(ink: Map, least: float, blob: Blob) -> bool:
    """Whether next to all of it are rules: a small table, or a box to be filled in by hand."""
    return texture(ink, least, blob).straight > OBLONG.straight


FRAMES = ("square", "rectangle")
"""Shapes that are no rings."""
