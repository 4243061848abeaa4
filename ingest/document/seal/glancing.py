"""A quick look at a whole page at a quarter of the working scale:
is there any coloured ink, and where?

It answers most unstamped pages in a few milliseconds and tells the finer look (``marks.py``) which
parts to bother with. One of the modules that import OpenCV.
"""

from __future__ import annotations

from functools import cached_property
from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from ingest.document.seal.pixels import (
    BLUE_OVER_GREEN,
    REDNESS,
    Map,
    PageImage,
    Pixels,
    along_the_border,
    middle_and_noise,
    mixed,
    quantile,
)
from ingest.document.seal.thresholds.ink import COVERED, DESK, GLANCING, NOISE, PAPER

#: positive where red exceeds green by three tenths of what it exceeds blue by, or more
_HUE = (0.3, -1, 0.7)
_BLUE_OVER_RED = (1, 0, -1)


class Region(NamedTuple):
    """A part of the page with ink of one colour, in millimetres from the upper left corner."""

    left: float
    top: float
    right: float
    bottom: float
    ink_mm2: float

    @property
    def size_mm(self) -> tuple[float, float]:
        """The longer and the shorter side."""
        width, height = self.right - self.left, self.bottom - self.top
        return max(width, height), min(width, height)


class Glance:
    """The quick look at one page; what is not asked for is not worked out."""

    def __init__(self, page: PageImage) -> None:
        self.size_mm = page.pixels.shape[1] / page.px_per_mm, page.pixels.shape[0] / page.px_per_mm
        self._page = page
        self._small, self.scale = _reduced(page)
        window = np.ones((max(3, int(GLANCING.window_mm * self.scale) | 1),) * 2, np.uint8)
        self._paper = np.asarray(cv2.blur(cv2.dilate(self._small, window), window.shape), np.uint8)
        self._light = np.asarray(cv2.cvtColor(self._paper, cv2.COLOR_BGR2GRAY), np.uint8)
        #: how light the paper is, 0..255
        self.bright = quantile(self._light[::2, ::2].ravel(), GLANCING.bright_quantile)
        self._share = self._share_of_paper(self._small)

    @cached_property
    def red(self) -> tuple[Region, ...]:
        """Every group of red ink, by size unsorted."""
        inked = _above_noise(_redness(self._share), NOISE.least_red)
        return _regions(inked & self._sheet, self.scale)

    @cached_property
    def blue(self) -> tuple[Region, ...]:
        """Every group of blue ink."""
        bluish = np.maximum(mixed(self._share, BLUE_OVER_GREEN), mixed(self._share, _BLUE_OVER_RED))
        return _regions(_above_noise(bluish, NOISE.least_blue) & self._sheet, self.scale)

    @cached_property
    def reddish(self) -> Map:
        """How much redder than its paper each place is, at ``scale`` pixels a millimetre,
        with as little grain as can be had.
        """
        return _redness(self._share_of_paper(_averaged(self._page, self._light.shape)))

    def _share_of_paper(self, small: Pixels) -> Map:
        """What each place throws back of its paper's light."""
        return np.asarray(
            cv2.divide(small, np.maximum(self._paper, PAPER.least), dtype=cv2.CV_32F),
            np.float32,
        )

    @cached_property
    def colourless(self) -> bool:
        """Grey or black and white: red ink could not be told."""
        return _colourless(self._extremes)

    @cached_property
    def blank(self) -> bool:
        """Nothing is printed or written on the page."""
        written = np.count_nonzero(self._share[..., 1] < GLANCING.written)
        return bool(written < GLANCING.least_written * self._light.size)

    @cached_property
    def covered(self) -> bool:
        """Dark or in strong colours,
        nearly everywhere or where a seal could be: it would not show.
        """
        return _covered(self._extremes, self.bright, self.scale)

    @cached_property
    def desk(self) -> bool:
        """There are things that are not paper around the sheet:
        a photograph, whose scale is a guess.
        """
        return _desk(self._light, self.bright)

    @cached_property
    def _extremes(self) -> _Extremes:
        return _Extremes.of(self._small)

    @cached_property
    def _sheet(self) -> NDArray[np.bool_]:
        lit = self._light > PAPER.lit * self.bright
        if not _dark_along_the_border(self._small, self.bright):
            return lit
        return lit & ~_beside_the_sheet(
            self._small,
            self._paper,
            self._light,
            self.bright,
            self.scale,
        )


def _reduced(page: PageImage) -> tuple[Pixels, float]:
    """The page shrunk by a whole number,
    four pixels of each cell averaged, and its pixels per mm.
    """
    step = max(1, round(page.px_per_mm / GLANCING.px_per_mm))
    rows, columns = (max(1, side // step) for side in page.pixels.shape[:2])
    whole = page.pixels[: max(1, rows * step), : max(1, columns * step)]
    small = cv2.resize(whole, (columns, rows), interpolation=cv2.INTER_LINEAR)
    return np.asarray(small, np.uint8), page.px_per_mm / step


def _averaged(page: PageImage, shape: tuple[int, ...]) -> Pixels:
    """The page shrunk like :func:`_reduced`, but from all its pixels:
    with less grain, in three times the time.
    """
    rows, columns = shape
    step = max(1, round(page.px_per_mm / GLANCING.px_per_mm))
    small = page.pixels[: rows * step, : columns * step]
    while step % 2 == 0 and step > 2:  # halving is several times as quick as any other step
        step //= 2
        small = np.asarray(
            cv2.resize(small, (columns * step, rows * step), interpolation=cv2.INTER_AREA),
            np.uint8,
        )
    return np.asarray(cv2.resize(small, (columns, rows), interpolation=cv2.INTER_AREA), np.uint8)


def _redness(share: Map) -> Map:
    """How much redder than its paper each place is; 0 where the hue is another."""
    return np.asarray(mixed(share, REDNESS) * (mixed(share, _HUE) > 0), np.float32)


def _above_noise(values: Map, least: float) -> NDArray[np.bool_]:
    """What stands out of the page's own noise."""
    smooth = cv2.GaussianBlur(values, (3, 3), 0)
    sample = np.asarray(smooth[::4, ::4], np.float32).ravel()
    middle, noise = middle_and_noise(sample)
    return np.asarray(smooth > middle + max(least, NOISE.deviations * noise), np.bool_)


def _regions(hits: NDArray[np.bool_], scale: float) -> tuple[Region, ...]:
    """Groups of hits whose gaps are small."""
    whole = hits.view(np.uint8)
    if cv2.countNonZero(whole) < GLANCING.least_ink_mm2 * scale**2:
        return ()
    left, top, width, height = cv2.boundingRect(whole)
    mask = whole[top : top + height, left : left + width]
    kernel = np.ones((int(GLANCING.bridge_mm * scale) | 1,) * 2, np.uint8)
    closed = cv2.morphologyEx(mask, cv2.MORPH_CLOSE, kernel)
    count, labels, stats, _ = cv2.connectedComponentsWithStats(
        closed,
        connectivity=8,
        ltype=cv2.CV_16U,
    )
    ink = np.bincount(labels[mask > 0], minlength=count) / scale**2
    boxes = stats[:, :4] + (left, top, 0, 0)
    return tuple(
        Region(x / scale, y / scale, (x + across) / scale, (y + down) / scale, float(ink[number]))
        for number, (x, y, across, down) in enumerate(boxes.tolist())
        if number > 0 and ink[number] >= GLANCING.least_ink_mm2
    )


class _Extremes(NamedTuple):
    """The lightest of the three colours of each place, and how far the darkest is from it."""

    lightest: Pixels
    spread: Pixels  #: how much colour there is

    @classmethod
    def of(cls, small: Pixels) -> _Extremes:
        """Of a picture."""
        blue, green, red = cv2.split(small)
        lightest, darkest = cv2.max(cv2.max(blue, green), red), cv2.min(cv2.min(blue, green), red)
        return cls(
            np.asarray(lightest, np.uint8),
            np.asarray(cv2.subtract(lightest, darkest), np.uint8),
        )


def _colourless(seen: _Extremes) -> bool:
    """Whether red, green and blue are the same everywhere but in a few odd
    places (a logo some app adds).

    A colour scan of white paper has hardly more colour than its sensor's noise;
    a grey page has none at all.
    """
    coloured = np.count_nonzero(seen.spread >= GLANCING.coloured)
    return bool(coloured < GLANCING.odd_places * seen.spread.size)


def _covered(seen: _Extremes, bright: float, scale: float) -> bool:
    """Whether two fifths of the picture are dark or in strong colours,
    or a square of 30 mm inside it is dark, or one of 50 mm in a strong colour.

    Print and tables leave more paper than that;
    what is dark up to the picture's border is a desk or a scanner's lid.
    """
    dark = seen.lightest < COVERED.dark * max(bright, COVERED.least_bright)
    strong = seen.spread > COVERED.strong
    if np.count_nonzero(strong | dark) > COVERED.of_page * dark.size:
        return True
    if _holds_square(strong, int(COVERED.strong_square_mm * scale)):
        return True
    mask, side = dark.astype(np.uint8), (int(COVERED.square_mm * scale),) * 2
    if np.count_nonzero(dark) < COVERED.least_dark * dark.size:
        return False
    if cv2.boxFilter(mask, cv2.CV_32F, side).max() <= COVERED.of_square:
        return False
    inside = dark & ~_reaching_the_border(dark)
    return bool(cv2.boxFilter(inside.astype(np.uint8), cv2.CV_32F, side).max() > COVERED.of_square)


def _holds_square(strong: NDArray[np.bool_], side: int) -> bool:
    if not 0 < side <= min(strong.shape):
        return False
    shares = cv2.boxFilter(strong.astype(np.uint8), cv2.CV_32F, (side, side))
    return bool(shares.max() > COVERED.of_strong_square)


def _beside_the_sheet(
    small: Pixels,
    paper: Pixels,
    light: Pixels,
    bright: float,
    scale: float,
) -> NDArray[np.bool_]:
    """What a photographed sheet lies on, which next to paper is as red as ink,
    and whose grain is red and blue anyway.

    It reaches to the picture's border. Near the sheet it is darker than the paper beside it,
    without the gaps that print and seals have; farther off it is dim, and counts only if its colour
    is another than the sheet's: paper in a shadow is paper.
    """
    gap = np.ones((int(DESK.gap_mm * scale) | 1,) * 2, np.uint8)
    even = cv2.cvtColor(cv2.dilate(small, gap)[::2, ::2], cv2.COLOR_BGR2GRAY)
    around = light[::2, ::2]
    edge = even < DESK.edge * around
    dim = around < DESK.dim * bright
    extremes = _Extremes.of(np.ascontiguousarray(paper[::2, ::2]))
    colour = extremes.spread / np.maximum(extremes.lightest, np.float32(1))
    other = dim & (colour > float(np.median(colour[::2, ::2])) + DESK.other_colour)
    outside = _reaching_the_border(edge | dim) & (edge | other)
    grown = cv2.dilate(outside.astype(np.uint8), gap)
    return np.asarray(
        cv2.resize(grown, light.shape[::-1], interpolation=cv2.INTER_NEAREST) > 0,
        np.bool_,
    )


def _dark_along_the_border(small: Pixels, bright: float) -> bool:
    """Whether a part of the picture's border is darker than paper;
    most scans have paper up to there.
    """
    green = small[..., 1]
    border = np.concatenate([strip.ravel() for strip in along_the_border(green, 2)])
    return bool(np.count_nonzero(border < DESK.border * bright) > DESK.least_border * border.size)


def _reaching_the_border(places: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Those groups of places that touch the border of the picture."""
    if not any(border.any() for border in along_the_border(places)):
        return np.zeros(places.shape, np.bool_)
    count, labels = cv2.connectedComponents(places.astype(np.uint8))
    touching = np.zeros(count, np.bool_)
    for border in along_the_border(labels):
        touching[border] = True
    return np.asarray(touching[labels] & places, np.bool_)


def _desk(light: Pixels, bright: float) -> bool:
    """Whether along two sides or more the picture is much darker than the paper:
    one dark side is a scanner's lid.
    """
    deep = max(2, min(light.shape) // DESK.parts_deep)
    sides = along_the_border(light, deep)
    shares = (float((side < DESK.side * bright).mean()) for side in sides)
    return sum(share > DESK.of_side for share in shares) >= DESK.sides
