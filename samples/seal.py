"""Draws a round official seal (公章): ring, star, the organisation's name along the ring, ink as uneven as on paper.

Only the seal lives here; where it is pressed is decided in ``scan.py``. Invented organisations and
red ink only: this draws pictures for tests at scanner resolution, with a visible regularity no real
seal has.
"""

from __future__ import annotations

import math
import random
from dataclasses import dataclass
from functools import lru_cache

from PIL import Image, ImageChops, ImageDraw

from samples.fonts import font
from samples.sheet import Face

RED = (196, 28, 40)


@dataclass(frozen=True)
class Seal:
    """One impression. ``diameter`` in millimetres (the usual 公章 is 40-42), ``turn`` in degrees, ``ink`` from 0 to 255."""

    organisation: str
    diameter: float = 41
    turn: float = 0
    ink: int = 225
    seed: int = 0


def _star(draw: ImageDraw.ImageDraw, middle: float, radius: float) -> None:
    points = []
    for corner in range(10):
        reach = radius if corner % 2 == 0 else radius * 0.382
        angle = math.radians(36 * corner - 90)
        points.append(
            (round(middle + reach * math.cos(angle)), round(middle + reach * math.sin(angle))),
        )
    draw.polygon(points, fill=255)


def _letters(canvas: Image.Image, text: str, middle: float, radius: float) -> None:
    """The name along the upper part of the ring, each character upright towards the middle."""
    step = min(30.0, 248.0 / len(text))
    place = radius * 0.735
    high = round(radius * 0.32)
    wide = max(8, min(round(high * 0.86), round(2 * math.pi * place * step / 360 * 0.94)))
    face = font(Face.SONG, high * 2)
    for number, char in enumerate(text):
        angle = (number - (len(text) - 1) / 2) * step
        tile = Image.new("L", (high * 2 + 8, high * 2 + 8), 0)
        ImageDraw.Draw(tile).text(
            (4, 0),
            char,
            fill=255,
            font=face,
            stroke_width=max(1, high // 16),
        )
        turned = tile.resize((wide, high), Image.Resampling.BOX).rotate(
            -angle,
            Image.Resampling.BICUBIC,
            expand=True,
        )
        left = round(middle + place * math.sin(math.radians(angle)) - turned.width / 2)
        top = round(middle - place * math.cos(math.radians(angle)) - turned.height / 2)
        canvas.paste(255, (left, top), turned)


def _worn(mask: Image.Image, seal: Seal) -> Image.Image:
    """The same impression with uneven pressure and small gaps in the ink."""
    chance = random.Random(f"seal {seal.seed} {seal.organisation}")
    size = mask.size
    coarse = Image.frombytes("L", (9, 9), bytes(chance.randint(150, 255) for _ in range(81)))
    pressure = coarse.resize(size, Image.Resampling.BICUBIC)
    half = (size[0] // 2 + 1, size[1] // 2 + 1)
    specks = Image.frombytes("L", half, chance.randbytes(half[0] * half[1])).point(
        lambda value: 90 if value < 12 else 255
    )
    worn = ImageChops.multiply(mask, pressure)
    worn = ImageChops.multiply(worn, specks.resize(size, Image.Resampling.BILINEAR))
    return worn.point(lambda value: value * seal.ink // 255)


@lru_cache(maxsize=64)
def impression(seal: Seal, dpi: int) -> Image.Image:
    """The seal's ink as a grey picture at ``dpi``: 0 is bare paper, 255 is full ink.

    Kept for whoever presses it again: not to be drawn on.
    """
    double = 2 * dpi / 25.4
    side = round(seal.diameter * double * 1.06)
    canvas = Image.new("L", (side, side), 0)
    draw = ImageDraw.Draw(canvas)
    middle, radius = side / 2, seal.diameter * double / 2
    draw.ellipse(
        (
            middle - radius,
            middle - radius,
            middle + radius,
            middle + radius,
        ),
        outline=255,
        width=round(1.25 * double),
    )
    _star(draw, middle, radius * 0.34)
    _letters(canvas, seal.organisation, middle, radius)
    turned = canvas.rotate(seal.turn, Image.Resampling.BICUBIC)
    return _worn(turned.reduce(2), seal)


def press(page: Image.Image, seal: Seal, at: tuple[float, float], dpi: int) -> None:
    """Press the seal onto an RGB page with its middle at ``at`` (millimetres); print below stays
    readable.
    """
    ink = impression(seal, dpi)
    left = round(at[0] * dpi / 25.4 - ink.width / 2)
    top = round(at[1] * dpi / 25.4 - ink.height / 2)
    box = (left, top, left + ink.width, top + ink.height)
    coloured = Image.composite(
        Image.new("RGB", ink.size, RED),
        Image.new("RGB", ink.size, (255, 255, 255)),
        ink,
    )
    page.paste(ImageChops.multiply(page.crop(box), coloured), (left, top))
