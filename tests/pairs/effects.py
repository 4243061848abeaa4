"""What happens to a printed page on its way into a PDF: scanner, copier, telephone, feeder. Pixels
in, pixels out.
"""

from __future__ import annotations

import random
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

Pixels = NDArray[np.uint8]


@dataclass(frozen=True)
class Device:
    """How the pages of one scan were taken."""

    name: str
    dpi: int
    quality: int
    skew: float
    grey: bool
    seed: int


def device(chance: random.Random) -> Device:
    """A scanner in most offices, a telephone in some, a copier that knows no colour in others."""
    name = chance.choices(("scanner", "phone", "copier"), (6, 2, 2))[0]
    dpi = chance.choice((100, 120, 150, 150, 200)) if name != "phone" else chance.choice((150, 200))
    return Device(
        name,
        dpi,
        chance.choice((35, 50, 65, 80)),
        chance.uniform(-1.2, 1.2),
        name == "copier",
        chance.randrange(1 << 30),
    )


def taken(page: Pixels, how: Device, number: int) -> Pixels:
    """One page as the device gives it."""
    chance = np.random.default_rng([how.seed, number])
    result = (
        _photographed(page, chance)
        if how.name == "phone"
        else _scanned(
            page,
            chance,
            how.skew,
        )
    )
    noise = chance.normal(0, chance.uniform(1, 7), (256, 256, 1)).astype(np.int16)
    reach = (result.shape[0] // 256 + 1, result.shape[1] // 256 + 1, 1)
    result = np.asarray(
        (result + np.tile(noise, reach)[: result.shape[0], : result.shape[1]]).clip(0, 255),
        np.uint8,
    )
    if how.grey:
        result = np.asarray(
            cv2.cvtColor(cv2.cvtColor(result, cv2.COLOR_BGR2GRAY), cv2.COLOR_GRAY2BGR),
            np.uint8,
        )
    return result


def _scanned(page: Pixels, chance: np.random.Generator, skew: float) -> Pixels:
    height, width = page.shape[:2]
    tint = tuple(
        float(each)
        for each in chance.choice(
            [(255, 255, 255), (238, 246, 250), (246, 250, 252), (215, 230, 240)],
        )
    )
    toner = float(chance.uniform(0, 60))
    paper = ((toner + page * (1 - toner / 255)) * (np.array(tint) / 255)).astype(np.uint8)
    turn = cv2.getRotationMatrix2D(
        (width / 2, height / 2),
        skew + float(chance.normal(0, 0.3)),
        1.0,
    )
    paper = np.asarray(cv2.warpAffine(paper, turn, (width, height), borderValue=tint), np.uint8)
    return np.asarray(cv2.GaussianBlur(paper, (0, 0), float(chance.uniform(0.2, 0.9))), np.uint8)


def _photographed(page: Pixels, chance: np.random.Generator) -> Pixels:
    """A little perspective, a desk at the edges, a shadow."""
    height, width = page.shape[:2]
    corners = np.array([(0, 0), (width, 0), (width, height), (0, height)], np.float32)
    inside = corners * (1 - 0.06) + (0.03 * width, 0.03 * height)
    places = (inside + chance.uniform(-0.02, 0.02, (4, 2)) * (width, height)).astype(np.float32)
    desk = tuple(float(each) for each in chance.uniform(40, 140, 3))
    shot = cv2.warpPerspective(
        page,
        cv2.getPerspectiveTransform(corners, places),
        (width, height),
        borderValue=desk,
    )
    light = cv2.resize(
        chance.uniform(0.6, 1, (3, 3)).astype(np.float32),
        (width, height),
        interpolation=cv2.INTER_CUBIC,
    )
    warm = np.array([0.9, 0.97, 1.0])
    blurred = cv2.GaussianBlur(shot, (0, 0), float(chance.uniform(0.5, 1.2)))
    return np.asarray((blurred * light[..., None] * warm).clip(0, 255), np.uint8)


def turned(page: Pixels, quarters: int) -> Pixels:
    """A page that went through the feeder sideways or upside down."""
    return np.ascontiguousarray(np.rot90(page, quarters))
