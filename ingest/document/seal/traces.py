"""Pale and shapeless red on a part of a page: too little for a ring, too much for a plain "no".

Nothing found here is ever clear evidence. The figures stand in ``thresholds/judging.py``.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from ingest.document.seal.blobs import Blob, Texture, blobs, hull_ellipse, hull_rectangle, texture
from ingest.document.seal.judging import is_small_badge
from ingest.document.seal.lookalikes import without_long_strokes
from ingest.document.seal.marks import Mark, mark_of, within
from ingest.document.seal.pixels import WORKING_PX_PER_MM as PPM
from ingest.document.seal.pixels import Map, middle_and_noise, smoothed
from ingest.document.seal.rings import Measured, Ring, fit_ring
from ingest.document.seal.thresholds.ink import WORTH_A_LOOK
from ingest.document.seal.thresholds.judging import (
    BLOCK,
    COHERENT,
    EDGE_TRACE,
    FAINT_INK,
    FAINT_RING,
    LIKE_WRITING,
    STROKES,
    TRACE,
)
from ingest.document.seal.voting import vote_for_circles

EDGE_REASON = "纸边有红色印迹(可能是骑缝章)"
FAINT_REASON = "有很淡的红色环形痕迹"


def faint_marks(raw: Map) -> Iterator[Mark]:
    """Very pale red: smoothed, taken above the page's own noise,
    then the ring test with softer limits.
    """
    soft = smoothed(raw)
    sample = soft[::3, ::3].ravel()
    middle, noise = middle_and_noise(sample)
    least = max(FAINT_INK.least, FAINT_INK.deviations * noise)
    soft = soft - middle
    total = float((soft > least).sum()) / PPM**2
    if total < FAINT_INK.least_mm2:
        return
    yield from _faint_rings(np.asarray(np.maximum(soft, 0), np.float32), least)
    for blob in blobs(soft, least, FAINT_INK.bridge_mm):
        if blob.ink_mm2 >= FAINT_INK.of_all * total:
            yield from _trace(blob, soft, least)


def coherent_red(
    red: Map, other: Map, *, exact: bool, bridge_mm: float = COHERENT.bridge_mm
) -> Iterator[Mark]:
    """Red ink that hangs together in a seal's size without being solid:
    too much for a plain "no", unless it is a badge smaller than any seal.
    """
    smallest, largest = COHERENT.size_mm
    for blob in blobs(red, COHERENT.ink, bridge_mm, smallest):
        width, height = blob.size_mm
        most = COHERENT.most_fill * width * height
        if not all(smallest <= side <= largest for side in blob.size_mm):
            continue
        if not COHERENT.least_mm2 <= blob.ink_mm2 < most:
            continue
        in_colours = share_of(other, blob.box) >= COHERENT.most_other
        if exact and _is_badge(red, blob):
            continue
        if _is_like_writing(texture(red, COHERENT.ink, blob)) and not in_colours:
            reason = "有印章大小的红色内容, 看不出是不是印章"
            yield Mark(blob.box, max(blob.size_mm), "circle", False, COHERENT.confidence, reason)


def crossed_red(red: Map, other: Map, *, exact: bool) -> Iterator[Mark]:
    """The same, of what strong long strokes run across: what is paler than they."""
    rest = without_long_strokes(red)
    if rest is not None:
        yield from coherent_red(rest, other, exact=exact, bridge_mm=STROKES.bridge_mm)


def written_blocks(red: Map, other: Map) -> Iterator[Mark]:
    """Lines of red characters close together on a rectangle of an office's mark: its frame is too
    thin to be followed, or it has none.
    """
    (least, most), (low, high) = BLOCK.long_mm, BLOCK.short_mm
    for blob in blobs(red, COHERENT.ink, BLOCK.bridge_mm, least):
        frame = hull_rectangle(red, blob, COHERENT.ink)
        if frame is None:
            continue
        long, short = max(frame.width, frame.height) / PPM, min(frame.width, frame.height) / PPM
        emptiest, fullest = BLOCK.fill
        share = blob.ink_mm2 / (long * short)
        of_size = least <= long <= most and low <= short <= high
        if not of_size or frame.rows < BLOCK.rows or not emptiest < share < fullest:
            continue
        ruled = texture(red, COHERENT.ink, blob).straight > BLOCK.straight
        if (
            not ruled
            and _stands_alone(red, blob)
            and share_of(other, blob.box) < COHERENT.most_other
        ):
            reason = "有几行红字挨在一起, 可能是长方形印章"
            yield Mark(blob.box, long, "rectangle", False, COHERENT.confidence, reason)


def _stands_alone(red: Map, blob: Blob) -> bool:
    """Whether there is no other ink around it, as there is around a part of a headline."""
    left, top, width, height = blob.box
    by = int(BLOCK.apart_mm * PPM)
    around = red[within((left - by, top - by, width + 2 * by, height + 2 * by))] > COHERENT.ink
    beside = np.count_nonzero(around) - np.count_nonzero(red[within(blob.box)] > COHERENT.ink)
    return bool(beside <= BLOCK.beside * blob.ink_mm2 * PPM**2)


def _is_badge(red: Map, blob: Blob) -> bool:
    outline = hull_ellipse(blob)
    fitted = fit_ring(red, outline) if outline is not None else None
    return fitted is not None and is_small_badge(*fitted)


def share_of(ink: Map, box: tuple[int, int, int, int]) -> float:
    """The mean of a map over a box; 0 where the box lies off it."""
    part = ink[within(box)]
    return float(part.mean()) if part.size else 0.0


def _faint_rings(soft: Map, least: float) -> Iterator[Mark]:
    level = FAINT_INK.level * least
    for candidate in vote_for_circles(soft, level, FAINT_INK.circles, FAINT_INK.least_vote):
        fitted = fit_ring(soft, candidate, least)
        if fitted is not None and _is_faint_ring(*fitted):
            ring, confidence = fitted[0], FAINT_RING.confidence
            yield mark_of(ring, clear=False, confidence=confidence, reason=FAINT_REASON)


def _is_faint_ring(ring: Ring, seen: Measured) -> bool:
    long, short = ring.axes_mm
    least, most = FAINT_RING.size_mm
    of_size = least <= long <= most and short > FAINT_RING.least_ratio * long
    written = seen.centre_fill + seen.text_fill > FAINT_RING.fill
    return of_size and _has_faint_rim(seen) and written and seen.strokes >= FAINT_RING.strokes


def _has_faint_rim(seen: Measured) -> bool:
    even = seen.wobble < FAINT_RING.wobble_mm and seen.outside < FAINT_RING.outside
    return even and seen.coverage >= FAINT_RING.coverage and seen.ink < FAINT_RING.ink


def _trace(blob: Blob, soft: Map, least: float) -> Iterator[Mark]:
    """Pale ink of a seal's size whose rim nobody can follow, or a strip along the sheet's edge."""
    if _has_size_of_a_seal(blob):
        if _is_pale_seal(blob, soft, least):
            reason = "有印章大小的淡红色痕迹"
            yield Mark(blob.box, max(blob.size_mm), "circle", False, TRACE.confidence, reason)
    elif _is_at_edge(blob, soft) and _is_strip(blob):
        confidence = EDGE_TRACE.confidence
        yield Mark(blob.box, max(blob.size_mm), "ellipse", False, confidence, EDGE_REASON)


def _has_size_of_a_seal(blob: Blob) -> bool:
    width, height = blob.size_mm
    (least, most), (low, wide) = TRACE.size_mm, TRACE.ratio
    return all(least <= side <= most for side in (width, height)) and low < width / height < wide


def _is_pale_seal(blob: Blob, soft: Map, least: float) -> bool:
    part = soft[within(blob.box)]
    pale = float(np.median(part[part > least])) < TRACE.pale
    little, much = TRACE.ink_mm2
    inked = little <= blob.ink_mm2 <= much and _fill(blob) < TRACE.most_fill
    return pale and inked and _is_like_writing(texture(soft, least, blob))


def _is_at_edge(blob: Blob, soft: Map) -> bool:
    left, _, columns, _ = blob.box
    edge = WORTH_A_LOOK.edge_mm * PPM
    return left < edge or left + columns > soft.shape[1] - edge


def _is_strip(blob: Blob) -> bool:
    width, height = blob.size_mm
    (narrow, wide), (low, high) = EDGE_TRACE.width_mm, EDGE_TRACE.height_mm
    upright = EDGE_TRACE.ratio * width < height
    of_size = narrow <= width <= wide and low <= height <= high
    return of_size and upright and _fill(blob) < EDGE_TRACE.most_fill


def _fill(blob: Blob) -> float:
    width, height = blob.size_mm
    return blob.ink_mm2 / max(1.0, width * height)


def _is_like_writing(seen: Texture) -> bool:
    """Neither an empty loop nor ruled nor solid: of that much any seal is sure."""
    return seen.inner >= LIKE_WRITING.inner and seen.straight <= LIKE_WRITING.straight
