"""Pictures of pages as pixels:
reading them small, bringing them to one scale, and telling ink by its colour.

OpenCV is imported here and in ``glancing.py``, ``voting.py``, ``rings.py``, ``blobs.py``,
``faintrings.py``, ``ringtext.py`` and ``sketch.py``. Whether a mark is a seal is decided in
``page.py``.
"""

from __future__ import annotations

import base64
import os
import struct
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple, TypeAlias, TypeVar, cast

import numpy as np
from numpy.typing import NDArray

from ingest.document.seal.thresholds.ink import CROP, INK, PAPER, SCALING, SHEET

os.environ.setdefault("OPENCV_IO_MAX_IMAGE_PIXELS", "120000000")  # read by OpenCV when it is loaded
import cv2

cv2.setNumThreads(1)  # the worker is one of several processes

WORKING_PX_PER_MM = 4.0  #: about 100 dpi: enough for seals of 30 mm and more
MAX_PIXELS = 120_000_000  #: A3 at 600 dpi has 70 million

Pixels: TypeAlias = NDArray[np.uint8]
"""Rows x columns x (blue, green, red)."""
Map: TypeAlias = NDArray[np.float32]
"""Rows x columns: how much ink of one colour, 0 (none) upwards."""
AnyNumber = TypeVar("AnyNumber", bound=np.generic)

_PAPERS = (
    (210, 297),
    (297, 420),
    (216, 279),
    (216, 356),
    (182, 257),
    (176, 250),
    (148, 210),
    (260, 370),
    (184, 260),
    (195, 270),
)
"""Millimetres: A4, A3, Letter, Legal, B5 (JIS, ISO), A5, 8K, 16K in two cuts."""


@dataclass(frozen=True)
class PageImage:
    """One page as seen."""

    number: int
    pixels: Pixels
    px_per_mm: float
    exact: bool = True  #: False when the paper's size is only guessed (photographs)
    #: False when a picture ends before its end: what is missing shows as plain grey
    whole: bool = True
    #: the same page with what a program laid over it (annotations, fields, pictures put on the
    #: scan); None when there is nothing of the kind
    overlaid: Callable[[], Pixels | None] | None = None


class Paper(NamedTuple):
    """A sheet's longer side in millimetres, and whether that is known."""

    long_side_mm: float
    exact: bool


def paper_of(width_mm: float, height_mm: float) -> Paper:
    """The sheet a page was; a size that is no paper's (pixels taken for points) is called A4."""
    short, long = sorted((width_mm, height_mm))
    for a, b in _PAPERS:
        if abs(short - a) <= SHEET.tolerance * a and abs(long - b) <= SHEET.tolerance * b:
            return Paper(long, exact=True)
    return Paper(SHEET.assumed_long_side_mm, exact=False)


class PictureSize(NamedTuple):
    """What a picture's header says."""

    width: int
    height: int
    components: int  #: 1 grey, 3 colour, 4 CMYK


def picture_size(data: bytes) -> PictureSize | None:
    """Size of a JPEG or PNG from its header, without decoding;
    None when it is neither or cut off.
    """
    if data[:8] == b"\x89PNG\r\n\x1a\n" and len(data) >= 26:
        width, height = struct.unpack(">II", data[16:24])
        return PictureSize(width, height, {0: 1, 4: 1}.get(data[25], 3))
    if data[:2] != b"\xff\xd8":
        return None
    at = 2
    while at + 9 < len(data):
        if data[at] != 0xFF or data[at + 1] == 0xFF:
            at += 1
            continue
        marker = data[at + 1]
        if 0xC0 <= marker <= 0xCF and marker not in (0xC4, 0xC8, 0xCC):
            height, width = struct.unpack(">HH", data[at + 5 : at + 9])
            return PictureSize(width, height, data[at + 9])
        alone = marker == 1 or 0xD0 <= marker <= 0xD8
        at += 2 if alone else 2 + struct.unpack(">H", data[at + 2 : at + 4])[0]
    return None


def is_whole(data: bytes) -> bool:
    """Whether a JPEG or PNG comes to its end;
    a preview inside it has an end of its own, before the picture begins.
    """
    if data[:2] == b"\xff\xd8":
        return data.rfind(b"\xff\xd9") > data.rfind(b"\xff\xda")
    return data[:4] != b"\x89PNG" or b"IEND" in data[-64:]


_REDUCED = (
    (8, cv2.IMREAD_REDUCED_COLOR_8),
    (4, cv2.IMREAD_REDUCED_COLOR_4),
    (2, cv2.IMREAD_REDUCED_COLOR_2),
)


def decode_picture(data: bytes, long_side: float, *, turned: bool = True) -> Pixels | None:
    """A JPEG or PNG in colour, decoded at the smallest eighth,
    quarter or half that is still about ``long_side`` pixels long.

    A tenth less will do: a page of 200 dpi is looked at by its half.

    A quarter-size decode of an A3 page at 600 dpi costs a seventh of the time and a sixteenth of
    the memory. None when the picture is broken or larger than :data:`MAX_PIXELS`. ``turned`` as its
    EXIF says; a PDF's pages are not.
    """
    size = picture_size(data)
    if size is None or not 0 < size.width * size.height <= MAX_PIXELS:
        return None
    ratio = max(size.width, size.height) / max(long_side, 1.0)
    share = SCALING.enough_of_a_step
    flag = next((flag for step, flag in _REDUCED if ratio >= share * step), cv2.IMREAD_COLOR)
    flag |= 0 if turned else cv2.IMREAD_IGNORE_ORIENTATION
    try:
        pixels = cv2.imdecode(np.frombuffer(data, np.uint8), flag)
    except cv2.error:
        return None
    return None if pixels is None else np.asarray(pixels, np.uint8)


def at_working_scale(page: PageImage) -> Pixels:
    """The page at :data:`WORKING_PX_PER_MM`."""
    return to_working_scale(page.pixels, page.px_per_mm)


def to_working_scale(pixels: Pixels, px_per_mm: float) -> Pixels:
    """A part of a page at :data:`WORKING_PX_PER_MM`."""
    factor = WORKING_PX_PER_MM / px_per_mm
    if abs(factor - 1) < SCALING.same:
        return pixels
    return np.asarray(scaled(pixels, factor, _quick_way(factor)), np.uint8)


def scaled(picture: Map | Pixels, factor: float, how: int = cv2.INTER_AREA) -> Map | Pixels:
    """A picture or a map in another size, at least one pixel wide and high:
    a strip of a few pixels is no reason to fail.
    """
    height, width = picture.shape[:2]
    if round(min(height, width) * factor) > 0:
        return cast(
            "Map | Pixels",
            cv2.resize(picture, None, fx=factor, fy=factor, interpolation=how),
        )
    size = max(1, round(width * factor)), max(1, round(height * factor))
    return cast("Map | Pixels", cv2.resize(picture, size, interpolation=how))


def _quick_way(factor: float) -> int:
    """How to shrink: up to a half the mean of four neighbours misses hardly a pixel,
    at a quarter of the cost of exact areas.
    """
    return cv2.INTER_AREA if factor < SCALING.quick_from else cv2.INTER_LINEAR


_RED_OVER_GREEN, _RED_OVER_BLUE, BLUE_OVER_GREEN = (0, -1, 1), (-1, 0, 1), (1, -1, 0)
REDNESS = (-0.4, -0.6, 1)  #: six parts of red over green, four of red over blue


def mixed(picture: Map, weights: tuple[float, float, float]) -> Map:
    """Blue, green and red of every place (rows x columns x 3) in one map, each by its weight."""
    return np.asarray(cv2.transform(picture, np.array([weights], np.float32)), np.float32)


def quantile(values: NDArray[np.generic], share: float = 0.5) -> float:
    """The value that ``share`` of all values lie below;
    NumPy's own percentile takes several times as long.
    """
    place = min(len(values) - 1, int(share * len(values)))
    return float(np.partition(values, place)[place])


NORMAL = 1.4826
"""Median absolute deviations in a standard deviation, where noise is normally distributed."""


def middle_and_noise(values: Map) -> tuple[float, float]:
    """The median, and how far values usually stray from it:
    1.4826 median absolute deviations, a standard deviation of plain noise.
    """
    middle = quantile(values)
    return middle, NORMAL * quantile(np.abs(values - middle))


def along_the_border(picture: NDArray[AnyNumber], deep: int = 1) -> tuple[NDArray[AnyNumber], ...]:
    """The upper, lower, left and right edge of a picture or a map, ``deep`` pixels of it."""
    return picture[:deep], picture[-deep:], picture[:, :deep], picture[:, -deep:]


class Border(NamedTuple):
    """Rows and columns of paper put around a part of a page."""

    above: int = 0
    below: int = 0
    before: int = 0
    behind: int = 0


@dataclass(frozen=True)
class Inks:
    """The inks of a part of a page as maps of density relative to the paper around;
    each is worked out when it is asked for.
    """

    #: rows x columns x (blue, green, red): the logarithm of what is left of the paper's light
    share: Map
    paper: Pixels  #: 1 where the surroundings are paper
    border: Border  #: put around each map; bears no ink

    @cached_property
    def _over(self) -> tuple[Map, Map]:
        """How much more red there is than green and than blue."""
        return mixed(self.share, _RED_OVER_GREEN), mixed(self.share, _RED_OVER_BLUE)

    @cached_property
    def _redness(self) -> Map:
        return mixed(self.share, REDNESS)

    @cached_property
    def _is_red(self) -> NDArray[np.bool_]:
        green, blue = self._over
        no_orange = green > INK.green_over_blue * blue
        return np.asarray(
            no_orange & (blue > INK.blue_over_green * green) & (self._redness > 0),
            np.bool_,
        )

    @cached_property
    def red(self) -> Map:
        """Ink of a red hue."""
        return self._map(self._redness * self._is_red)

    @cached_property
    def faint_red(self) -> Map:
        """Redness without the test for the hue: noisy, but keeps very pale ink."""
        return self._map(self._redness)

    @cached_property
    def blue(self) -> Map:
        """Bluish ink."""
        return self._map(self._bluish)

    @cached_property
    def other(self) -> Map:
        """1 where there is a strong colour that is not red:
        a photograph has many, a stamp on paper has none.
        """
        coloured = np.maximum(np.maximum(*self._over), self._bluish) > INK.strong
        return self._map(
            (coloured & ~self._is_red & (self.share[..., 1] > INK.black)).astype(np.float32),
        )

    @cached_property
    def _bluish(self) -> Map:
        blue = np.maximum(mixed(self.share, BLUE_OVER_GREEN), -self._over[1])
        return np.asarray(np.maximum(blue, 0) * ~self._is_red, np.float32)

    def _map(self, ink: Map) -> Map:
        above, below, before, behind = self.border
        on_paper = np.asarray(ink * self.paper, np.float32)
        padded = cv2.copyMakeBorder(
            on_paper,
            above,
            below,
            before,
            behind,
            cv2.BORDER_CONSTANT,
            value=0,
        )
        return np.asarray(padded, np.float32)


_NO_BORDER = Border()
_LOGARITHM = np.log(np.maximum(np.arange(256) / 255, PAPER.least_share)).astype(np.float32)


def paper_colour(pixels: Pixels) -> Pixels:
    """The colour of the bare paper around each 1.5 mm cell (window 13 mm):
    white balance and shadows.
    """
    height, width = pixels.shape[:2]
    cell, window = int(WORKING_PX_PER_MM * PAPER.cell_mm), (PAPER.window,) * 2
    small = cv2.resize(
        pixels,
        (max(4, width // cell), max(4, height // cell)),
        interpolation=cv2.INTER_AREA,
    )
    return np.asarray(cv2.blur(cv2.dilate(small, np.ones(window, np.uint8)), window), np.uint8)


def separate_inks(pixels: Pixels, bright: float, border: Border = _NO_BORDER) -> Inks:
    """The inks of a part of a page at working scale;
    ``bright`` is how light the page's paper is (0..255).
    """
    share, paper = _share_of_paper(pixels, bright)
    left = cv2.LUT(cv2.GaussianBlur(share, (3, 3), 0), _LOGARITHM)
    return Inks(np.asarray(left, np.float32), paper, border)


def dark_ink(pixels: Pixels, bright: float) -> Map:
    """How much darker than the paper around it each place is, 0..1:
    for pages without colour, of which one of three is looked at.
    """
    share, paper = _share_of_paper(np.ascontiguousarray(pixels[..., 1]), bright)
    light = np.maximum(share / np.float32(255), PAPER.least_share)
    return np.asarray((1 - light) * paper, np.float32)


def _share_of_paper(pixels: Pixels, bright: float) -> tuple[Pixels, Pixels]:
    """What each place throws back of the light the paper around it throws back, in 255ths;
    1 where there is paper around.
    """
    height, width = pixels.shape[:2]
    cells = paper_colour(pixels)
    paper = cv2.resize(cells, (width, height), interpolation=cv2.INTER_LINEAR)
    share = cv2.divide(pixels, np.maximum(paper, PAPER.least), scale=255)
    light = cells
    if cells.ndim > 2:
        light = np.asarray(cv2.cvtColor(cells, cv2.COLOR_BGR2GRAY), np.uint8)
    return np.asarray(share, np.uint8), _paper_mask(light, bright, (width, height))


def _paper_mask(light: Pixels, bright: float, size: tuple[int, int]) -> Pixels:
    """1 where the surroundings are paper:
    no ink is looked for on a desk or a black scanner border.
    """
    eroded = cv2.erode((light > PAPER.lit * bright).astype(np.uint8), np.ones((3, 3), np.uint8))
    return np.asarray(cv2.resize(eroded, size, interpolation=cv2.INTER_NEAREST), np.uint8)


def smoothed(ink: Map) -> Map:
    """The map without the grain of scanner and JPEG (Gaussian, 0.3 mm)."""
    return np.asarray(cv2.GaussianBlur(ink, (0, 0), INK.grain_px), np.float32)


def crop_png(
    pixels: Pixels,
    box: tuple[int, int, int, int],
    side: int = CROP.side,
    most: int = CROP.most_characters,
) -> str:
    """A part of the page (left, top, width,
    height in pixels) as base64 PNG of at most ``most`` characters; "" if empty.
    """
    left, top, width, height = box
    part = pixels[max(0, top) : max(0, top + height), max(0, left) : max(0, left + width)]
    while part.size and side >= CROP.least_side:
        factor = side / max(part.shape[:2])
        small = scaled(part, factor, _quick_way(factor)) if factor < 1 else part
        # without grain and in 16 steps a colour: half the bytes, as good to the eye
        flat = (np.asarray(cv2.GaussianBlur(small, (3, 3), 0), np.uint8) >> 4 << 4) | 8
        text = base64.b64encode(cv2.imencode(".png", flat)[1].tobytes()).decode("ascii")
        if len(text) <= most:
            return text
        side = side * 3 // 4
    return ""
