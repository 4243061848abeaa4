"""What scanners, copiers and telephones make of a sheet: tint, uneven light, skew, blur, grain,
fading, compression.

Pixels in, pixels out; nothing here knows stamps. Files are made in ``files.py``.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from tests.seals.paper import Chance, Pixels

TINTS = ((255, 255, 255), (252, 250, 246), (250, 246, 236), (247, 248, 252), (243, 238, 226))
_SHADES = np.arange(256, dtype=np.float32)
_STRIP = 128  #: rows worked out at a time, so that they stay in the cache
YELLOWED = ((240, 225, 190), (232, 214, 172), (244, 234, 208))


def _coloured(page: Pixels, tint: tuple[int, ...], ink: int) -> Pixels:
    """Paper of a tint, print no blacker than the toner; worked out for each shade, looked up for
    each pixel.
    """
    share = ink + _SHADES * (1 - ink / 255)
    shades = share[:, None] * (np.array(tint, np.float32) / 255)
    return _looked_up(page, shades)


def _looked_up(page: Pixels, shades: NDArray[np.float32]) -> Pixels:
    table = np.broadcast_to(shades.clip(0, 255).astype(np.uint8), (1, 256, 3))
    return np.asarray(cv2.LUT(page, np.ascontiguousarray(table)), np.uint8)


def _grain(chance: Chance, page: Pixels, sigma: float) -> Pixels:
    """Noise of a sensor; drawn once for a tile, which is laid out, for time's sake."""
    tile = (chance.standard_normal((512, 512, 3), np.float32) * sigma).astype(np.int16)
    result = np.empty_like(page)
    for top in range(0, page.shape[0], 512):
        for left in range(0, page.shape[1], 512):
            place = np.s_[top : top + 512, left : left + 512]
            part = page[place]
            noise = tile[: part.shape[0], : part.shape[1]]
            result[place] = cv2.add(part, noise, dtype=cv2.CV_8U)
    return result


def _lit(chance: Chance, page: Pixels, least: float) -> Pixels:
    """Light that falls off unevenly down to ``least``, with a cast of its own."""
    cells = chance.uniform(
        least,
        1,
        (3, 3, 1),
    ).astype(np.float32) * chance.uniform(0.95, 1, (1, 1, 3)).astype(np.float32)
    light = cv2.resize(cells, (page.shape[1], page.shape[0]), interpolation=cv2.INTER_CUBIC)
    result = np.empty_like(page)
    for top in range(0, page.shape[0], _STRIP):
        strip = np.s_[top : top + _STRIP]
        result[strip] = cv2.multiply(page[strip], light[strip], dtype=cv2.CV_32F).clip(0, 255)
    return result


def scanned(chance: Chance, page: Pixels, *, yellowed: bool = False, fade: float = 0.0) -> Pixels:
    """A flat-bed or feeder scan of ``page``; ``fade`` (0..1) washes everything out."""
    tints = YELLOWED if yellowed else TINTS
    tint = tints[int(chance.integers(len(tints)))]
    result = _coloured(page, tint, int(chance.integers(0, 50)))
    height, width = result.shape[:2]
    turn = cv2.getRotationMatrix2D((width / 2, height / 2), float(chance.normal(0, 0.8)), 1.0)
    result = np.asarray(cv2.warpAffine(result, turn, (width, height), borderValue=tint), np.uint8)
    result = _lit(chance, result, 0.88)
    result = np.asarray(cv2.GaussianBlur(result, (0, 0), float(chance.uniform(0.2, 1.0))), np.uint8)
    if fade:
        result = _looked_up(result, (255 - (255 - _SHADES) * (1 - fade))[:, None])
    if chance.random() < 0.25:  # the lid does not close: a dark strip along one side
        strip = int(chance.integers(2, max(3, width // 60)))
        result[:, :strip] = (result[:, :strip] * 0.25).astype(np.uint8)
    return _grain(chance, result, float(chance.uniform(0.5, 5)))


def photographed(chance: Chance, page: Pixels) -> Pixels:
    """A telephone's picture: a desk around the sheet, perspective, a shadow, warm or cold light,
    more blur and grain.
    """
    paper = _coloured(page, TINTS[int(chance.integers(len(TINTS)))], int(chance.integers(10, 60)))
    height, width = paper.shape[:2]
    margin = float(chance.uniform(0.0, 0.10))
    outer = (round(width * (1 + 2 * margin)), round(height * (1 + 2 * margin)))
    shift = chance.uniform(-0.035, 0.035, (4, 2)) * (width, height)
    corners = np.array([(0, 0), (width, 0), (width, height), (0, height)], np.float32)
    places = (corners + np.array((width * margin, height * margin)) + shift).astype(np.float32)
    desk = chance.uniform(30, 200) * chance.uniform(0.6, 1, 3)
    ground = np.broadcast_to(desk, (outer[1], outer[0], 3)).astype(np.uint8)
    wood = cv2.resize(
        chance.uniform(0.8, 1.1, (outer[1] // 8, 3)).astype(np.float32),
        outer,
    )[..., None]
    result = np.ascontiguousarray((ground * wood).clip(0, 255), np.uint8)
    matrix = cv2.getPerspectiveTransform(corners, places)
    cv2.warpPerspective(paper, matrix, outer, dst=result, borderMode=cv2.BORDER_TRANSPARENT)
    result = _lit(chance, result, float(chance.uniform(0.55, 0.85)))
    cast = np.array([1, 0.97, 0.90] if chance.random() < 0.5 else [0.93, 0.98, 1], np.float32)
    result = _looked_up(result, _SHADES[:, None] * cast)
    result = np.asarray(cv2.GaussianBlur(result, (0, 0), float(chance.uniform(0.5, 1.5))), np.uint8)
    return _grain(chance, result, float(chance.uniform(2, 8)))


def cleaned(chance: Chance, page: Pixels) -> Pixels:
    """What a telephone's scanning app makes of a picture: the paper made white, strokes sharpened,
    colours stronger, at times in few steps.
    """
    height, width = page.shape[:2]
    small = cv2.resize(page, (width // 16, height // 16), interpolation=cv2.INTER_AREA)
    paper = cv2.resize(
        cv2.medianBlur(cv2.dilate(small, np.ones((5, 5), np.uint8)), 5),
        (width, height),
    )
    share = np.divide(page, np.maximum(paper, 30), dtype=np.float32)
    share *= float(chance.uniform(1.05, 1.3))
    share -= float(chance.uniform(0, 0.15))
    share.clip(0, 1, out=share)
    sharp = share - cv2.GaussianBlur(share, (0, 0), 1.5)
    sharp *= float(chance.uniform(0.3, 1.2))
    sharp += share
    colours = cv2.cvtColor(sharp.clip(0, 1, out=sharp), cv2.COLOR_RGB2HSV)
    colours[..., 1] = (colours[..., 1] * float(chance.uniform(1.1, 1.8))).clip(0, 1)
    result = cv2.cvtColor(colours, cv2.COLOR_HSV2RGB)
    if chance.random() < 0.3:
        result = np.round(result * 7) / 7
    result *= 255
    return np.asarray(result, np.uint8)


def grey(page: Pixels) -> Pixels:
    """One channel."""
    return np.asarray(cv2.cvtColor(page, cv2.COLOR_RGB2GRAY), np.uint8)


def black_and_white(page: Pixels) -> Pixels:
    """One channel of 0 and 255, thresholded locally as copiers do."""
    plain = grey(page)
    size = max(31, page.shape[1] // 40 | 1)
    return np.asarray(
        cv2.adaptiveThreshold(plain, 255, cv2.ADAPTIVE_THRESH_MEAN_C, cv2.THRESH_BINARY, size, 15),
        np.uint8,
    )
