"""A quick look at a whole page at about a third of the working scale: is there any coloured ink, and where?

It answers most unstamped pages in a few milliseconds and tells the finer look (``seal.py``) which parts to bother with.
With ``pixels.py``, ``rings.py`` and ``faintrings.py`` one of the modules that import OpenCV.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from ingest.document.pixels import Map, PageImage, Pixels

_PX_PER_MM = 1.4
_BRIDGE_MM = 6.0  #: gaps inside one mark: a pale seal falls into pieces
_WINDOW_MM = 9.0  #: the paper's colour is that of the lightest place around
LEAST_INK_MM2 = 6.0  #: a group with less is not noted
_DARK, _DARK_MM, _DARK_SHARE = 0.45, 30.0, 0.8  #: of the paper's light; of a square
_MOSTLY = 0.4  #: of a page
_STRONG = 90  #: between the lightest and the darkest of three colours; yellowed paper has 60
_LEAST_BRIGHT = 100.0  #: paper in poor light; a page that is darker altogether is no paper
_LEAST_RED, _LEAST_BLUE = 0.018, 0.05  #: of the paper's light


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


@dataclass(frozen=True)
class Glance:
    """What the quick look says of a page."""

    red: tuple[Region, ...]  #: every group of red ink, by size unsorted
    blue: tuple[Region, ...]
    size_mm: tuple[float, float]
    bright: float  #: how light the paper is, 0..255
    colourless: bool  #: grey or black and white: red ink could not be told
    blank: bool
    reddish: Map = field(repr=False, compare=False)  #: how much redder than its paper each place is
    scale: float  #: pixels of ``reddish`` a millimetre
    covered: bool  #: dark or in strong colours, nearly everywhere or where a seal could be: it would not show
    desk: bool  #: things that are not paper around the sheet: a photograph, whose scale is a guess


def glance(page: PageImage) -> Glance:
    """Look at ``page`` quickly."""
    small, scale = _reduced(page)
    window = max(3, int(_WINDOW_MM * scale) | 1)
    paper = cv2.blur(cv2.dilate(small, np.ones((window, window), np.uint8)), (window, window))
    light = np.asarray(cv2.cvtColor(paper, cv2.COLOR_BGR2GRAY), np.uint8)
    bright = float(np.percentile(light[::4, ::4], 80))
    sheet = light > 0.5 * bright
    blue, green, red = cv2.split(cv2.divide(small, np.maximum(paper, 24), dtype=cv2.CV_32F))
    over_green, over_blue = cv2.subtract(red, green), cv2.subtract(red, blue)
    reddish = cv2.addWeighted(over_green, 0.6, over_blue, 0.4, 0) * (over_green > 0.3 * over_blue)
    bluish = cv2.subtract(blue, cv2.min(red, green))
    extremes = _Extremes.of(small)
    return Glance(
        red=_regions(_above_noise(np.asarray(reddish, np.float32), _LEAST_RED) & sheet, scale),
        blue=_regions(_above_noise(np.asarray(bluish, np.float32), _LEAST_BLUE) & sheet, scale),
        size_mm=(page.pixels.shape[1] / page.px_per_mm, page.pixels.shape[0] / page.px_per_mm),
        bright=bright,
        colourless=_colourless(extremes),
        blank=cv2.countNonZero((green < 0.85).astype(np.uint8)) < 0.0005 * green.size,
        reddish=np.asarray(reddish, np.float32),
        scale=scale,
        covered=_covered(extremes, bright, scale),
        desk=_desk(light, bright),
    )


def _reduced(page: PageImage) -> tuple[Pixels, float]:
    """The page shrunk by a whole number, which is several times quicker than by a broken one, and its pixels per mm."""
    step = max(1, round(page.px_per_mm / _PX_PER_MM))
    scale = page.px_per_mm / step
    small = page.pixels
    while step > 1:
        # averaging is quick in steps of two; of a larger odd step four pixels of each cell are averaged
        by, how = (2, cv2.INTER_AREA) if step % 2 == 0 else (step, cv2.INTER_LINEAR)
        rows, columns = (max(1, side // by) for side in small.shape[:2])
        whole = small[: max(1, rows * by), : max(1, columns * by)]
        small = np.asarray(cv2.resize(whole, (columns, rows), interpolation=how), np.uint8)
        step //= by
    return small, scale


def _above_noise(values: Map, least: float) -> NDArray[np.bool_]:
    """What stands out of the page's own noise."""
    smooth = cv2.blur(values, (3, 3))
    sample = smooth[::3, ::3]
    middle = float(np.median(sample))
    noise = 1.4826 * float(np.median(np.abs(sample - middle)))
    return np.asarray(smooth - middle > max(least, 4.5 * noise), np.bool_)


def _regions(hits: NDArray[np.bool_], scale: float) -> tuple[Region, ...]:
    """Groups of hits whose gaps are small."""
    mask = hits.astype(np.uint8)
    if cv2.countNonZero(mask) < LEAST_INK_MM2 * scale**2:
        return ()
    kernel = np.ones((int(_BRIDGE_MM * scale) | 1,) * 2, np.uint8)
    closed = cv2.morphologyEx(mask, cv2.MORPH_CLOSE, kernel)
    count, labels, stats, _ = cv2.connectedComponentsWithStats(closed, connectivity=8)
    ink = np.bincount(labels[hits], minlength=count) / scale**2
    large = [number for number in range(1, count) if ink[number] >= LEAST_INK_MM2]
    boxes = ((*(float(side) / scale for side in stats[number][:4]), float(ink[number])) for number in large)
    return tuple(Region(left, top, left + width, top + height, area) for left, top, width, height, area in boxes)


class _Extremes(NamedTuple):
    """The lightest and the darkest of the three colours of each place."""

    lightest: Pixels
    darkest: Pixels

    @classmethod
    def of(cls, small: Pixels) -> _Extremes:
        """Of a picture."""
        blue, green, red = cv2.split(small)
        lightest, darkest = cv2.max(cv2.max(blue, green), red), cv2.min(cv2.min(blue, green), red)
        return cls(np.asarray(lightest, np.uint8), np.asarray(darkest, np.uint8))

    @property
    def spread(self) -> Pixels:
        """How much colour there is."""
        return np.asarray(cv2.subtract(self.lightest, self.darkest), np.uint8)


def _colourless(seen: _Extremes) -> bool:
    """Whether red, green and blue are the same everywhere but in a few odd places (a logo some app adds).

    A colour scan of white paper has hardly more colour than its sensor's noise; a grey page has none at all.
    """
    return float((seen.spread >= 3).mean()) < 0.01


def _covered(seen: _Extremes, bright: float, scale: float) -> bool:
    """Whether two fifths of the picture are dark or in strong colours, or a square of 30 mm inside it is dark.

    Print and tables leave more paper than that; what is dark up to the picture's border is a desk or a scanner's lid.
    """
    dark = seen.lightest < _DARK * max(bright, _LEAST_BRIGHT)
    if float(((seen.spread > _STRONG) | dark).mean()) > _MOSTLY:
        return True
    mask, side = dark.astype(np.uint8), (int(_DARK_MM * scale),) * 2
    if dark.mean() < 0.01 or cv2.boxFilter(mask, cv2.CV_32F, side).max() <= _DARK_SHARE:
        return False
    count, labels = cv2.connectedComponents(mask)
    border = np.concatenate([labels[0], labels[-1], labels[:, 0], labels[:, -1]])
    inside = np.isin(np.arange(count), border, invert=True)[labels] & dark
    return bool(cv2.boxFilter(inside.astype(np.uint8), cv2.CV_32F, side).max() > _DARK_SHARE)


def _desk(light: Pixels, bright: float) -> bool:
    """Whether along two sides or more the picture is much darker than the paper: one dark side is a scanner's lid."""
    deep = max(2, min(light.shape) // 50)
    sides = (light[:deep], light[-deep:], light[:, :deep], light[:, -deep:])
    return sum(float((side < 0.62 * bright).mean()) > 0.3 for side in sides) >= 2
