"""What is certainly no seal though it has a seal's size and colour: loops of a red pen, and square
codes with their three finder patterns.

One of the modules that import OpenCV. Each answers only where all the ink of the place is
accounted for: anything left over leaves the place to people.
"""

from __future__ import annotations

from itertools import groupby

import cv2
import numpy as np
from numpy.typing import NDArray

from ingest.document.seal.pixels import WORKING_PX_PER_MM as PPM
from ingest.document.seal.pixels import Map, middle_and_noise, quantile, smoothed
from ingest.document.seal.thresholds.judging import CODE, FAINT_INK, PEN, STROKES

_Box = tuple[int, int, int, int]


# --- pens -----------------------------------------------------------------------------------------


def is_drawn_by_pen(red: Map, pale: Map, box: _Box) -> bool:
    """Whether a box holds long thin strokes alone: no characters beside or between them, no star,
    and no paler ink that stands apart from them.

    ``red`` is the ink of a red hue, ``pale`` all redness with its grain.
    """
    near = _grown(box, PEN.around_mm)
    hits = (red > PEN.ink).astype(np.uint8)
    _, labels, stats, _ = cv2.connectedComponentsWithStats(hits, connectivity=8)
    there, inked = np.unique(labels[near], return_counts=True)
    there, inked = there[there > 0], inked[there > 0]
    pieces = stats[there]
    if not len(pieces):
        return False
    long = pieces[:, 2:4].max(axis=1) >= PEN.long_mm * PPM
    # of the place's own ink: a stroke that crosses the page has more than any seal
    if inked[long].sum() < PEN.of_ink * inked.sum():
        return False
    strokes = np.isin(labels, there[long]).astype(np.uint8)
    thin = cv2.distanceTransform(strokes, cv2.DIST_L2, 3).max() <= PEN.half_breadth_mm * PPM
    return bool(thin) and _holes(strokes, pieces[long]) <= PEN.holes and _alone(pale, hits, near)


def without_long_strokes(red: Map) -> Map | None:
    """The ink that is left where the strongest long strokes are taken away, those of a chart or of
    a pen drawn over everything; None when no ink hangs together farther than a seal is large.
    """
    wide = _long_pieces(red > PEN.ink, STROKES.wide_mm)
    if not wide.any():
        return None
    strong = STROKES.of_full * quantile(red[wide], STROKES.full)
    strokes = _long_pieces(wide & (red > strong), STROKES.long_mm)
    fringe = np.ones((2 * int(STROKES.fringe_mm * PPM) + 1,) * 2, np.uint8)
    return np.asarray(
        np.where(cv2.dilate(strokes.astype(np.uint8), fringe) > 0, 0, red), np.float32
    )


def _long_pieces(ink: NDArray[np.bool_], least_mm: float) -> NDArray[np.bool_]:
    _, labels, stats, _ = cv2.connectedComponentsWithStats(ink.astype(np.uint8), connectivity=8)
    long = stats[:, 2:4].max(axis=1) > least_mm * PPM
    long[0] = False  # what is no ink
    return np.asarray(long[labels], np.bool_)


def _grown(box: _Box, by_mm: float) -> tuple[slice, slice]:
    left, top, width, height = box
    by = int(by_mm * PPM)
    return (
        slice(max(0, top - by), max(0, top + height + by)),
        slice(max(0, left - by), max(0, left + width + by)),
    )


def _holes(strokes: NDArray[np.uint8], pieces: NDArray[np.int32]) -> int:
    """Small places that strokes enclose, as those of characters do that run into each other."""
    left, top = pieces[:, :2].min(axis=0)
    right, bottom = (pieces[:, :2] + pieces[:, 2:4]).max(axis=0)
    paper = 1 - strokes[top:bottom, left:right]
    _, _, stats, _ = cv2.connectedComponentsWithStats(
        np.pad(paper, 1, constant_values=1), connectivity=4
    )
    least, most = (each * PPM**2 for each in PEN.hole_mm2)
    return int(((stats[:, 4] >= least) & (stats[:, 4] <= most)).sum())


def _alone(pale: Map, hits: NDArray[np.uint8], near: tuple[slice, slice]) -> bool:
    """Whether no paler redness stands apart from the strokes, as a pale seal's would."""
    soft = smoothed(pale)
    middle, noise = middle_and_noise(soft[::3, ::3].ravel())
    inked = soft > middle + max(FAINT_INK.least, FAINT_INK.deviations * noise)
    fringe = cv2.dilate(hits, np.ones((2 * int(PEN.fringe_mm * PPM) + 1,) * 2, np.uint8))
    return bool(np.count_nonzero((inked & (fringe == 0))[near]) <= PEN.left_mm2 * PPM**2)


# --- codes ----------------------------------------------------------------------------------------


def is_code(red: Map, box: _Box) -> bool:
    """Whether the ink of a box is a square code: three of its corners bear finder patterns, nested
    squares that are 1, 1, 3, 1 and 1 modules thick from side to side.
    """
    part = red[_grown(box, 0)]
    inked = part > CODE.of_full * quantile(part.ravel(), CODE.full)
    ys, xs = np.nonzero(inked)
    if len(xs) < CODE.least_mm2 * PPM**2:
        return False
    corners = cv2.boxPoints(cv2.minAreaRect(np.stack([xs, ys], axis=1).astype(np.float32)))
    side = CODE.side_px
    square = np.array([[0, 0], [side, 0], [side, side], [0, side]], np.float32)
    level = cv2.getPerspectiveTransform(corners.astype(np.float32), square)
    flat = cv2.warpPerspective(part, level, (side, side))
    dark = flat > CODE.of_full * quantile(flat.ravel(), CODE.full)
    found = sum(_has_finder(np.rot90(dark, turn)) for turn in range(4))
    return found >= CODE.finders


def _has_finder(dark: NDArray[np.bool_]) -> bool:
    """Whether the upper left corner bears one: as its diagonal says, give or take a pixel or two
    from where it begins.
    """
    return any(
        _is_finder([(bool(ink), len(list(run))) for ink, run in groupby(np.diagonal(dark, shift))])
        for shift in CODE.shifts
    )


def _is_finder(runs: list[tuple[bool, int]]) -> bool:
    """The last dark run may go on: what is next to a pattern is light only where the code is drawn
    by the standard.
    """
    runs = runs if runs and runs[0][0] else runs[1:]
    lengths = [length for _, length in runs[: len(CODE.modules)]]
    if len(lengths) < len(CODE.modules):
        return False
    module = sum(lengths[:-1]) / sum(CODE.modules[:-1])
    stray = [
        length / module - modules for length, modules in zip(lengths, CODE.modules, strict=True)
    ]
    fits = all(abs(each) <= CODE.stray for each in stray[:-1]) and stray[-1] >= -CODE.stray
    return module >= CODE.least_module_px and fits


__all__ = ["is_code", "is_drawn_by_pen", "without_long_strokes"]
