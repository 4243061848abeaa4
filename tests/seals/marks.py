"""Stamps as ink on paper: round with a star, round and oval ones for special purposes, square name
seals, in many designs.

Masks of ink (0..1) and their pressing onto a page. Red things that are no stamps are
``lookalikes.py``.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from samples.seal import Seal, impression
from tests.seals.paper import Chance, Pixels, face, words

Mask = NDArray[np.float32]

RED, DARK_RED, ORANGE_RED = (200, 28, 42), (140, 20, 30), (222, 62, 40)
PURPLE, BLUE = (120, 45, 140), (40, 60, 180)

ORGANISATIONS = (
    "石河子市晨曦小学", "第八师石河子市教育局", "阿拉尔市金穗中学", "第一师阿拉尔市教育局", "红柳职业技术学校",
    "图木舒克市启航学校", "胡杨河市白桦初级中学", "新星市教育和体育局", "某某市人民政府办公室",
)  # fmt: skip


class Canvas:
    """A square in which a mark is drawn at twice the resolution, in millimetres from its middle."""

    def __init__(self, dpi: int, side_mm: float) -> None:
        self.scale = 2 * dpi / 25.4
        self.side = round(side_mm * self.scale)
        self.image = Image.new("L", (self.side, self.side), 0)
        self.draw = ImageDraw.Draw(self.image)

    def box(self, wide: float, high: float) -> tuple[float, float, float, float]:
        middle, x, y = self.side / 2, wide / 2 * self.scale, high / 2 * self.scale
        return middle - x, middle - y, middle + x, middle + y

    def ring(self, wide: float, high: float, thick: float) -> None:
        self.draw.ellipse(
            self.box(wide, high),
            outline=255,
            width=max(1, round(thick * self.scale)),
        )

    def star(self, radius: float) -> None:
        points = []
        for corner in range(10):
            reach = radius * (1 if corner % 2 == 0 else 0.382) * self.scale
            angle = math.radians(36 * corner - 90)
            points.append(
                (self.side / 2 + reach * math.cos(angle), self.side / 2 + reach * math.sin(angle)),
            )
        self.draw.polygon(points, fill=255)

    def line(self, text: str, down: float, size: float, font: int) -> None:
        at = (self.side / 2, self.side / 2 + down * self.scale)
        self.draw.text(
            at,
            text,
            255,
            face(font, round(size * self.scale)),
            anchor="mm",
            stroke_width=round(0.1 * self.scale),
        )

    def around(
        self,
        text: str,
        axes: tuple[float, float],
        size: float,
        font: int,
        sweep: float,
        slim: float = 0.72,
    ) -> None:
        """Characters along an ellipse (semi-axes in mm), feet towards the middle, over the top."""
        pixels = round(size * self.scale)
        for number, char in enumerate(text):
            angle = math.radians(
                (number - (len(text) - 1) / 2) * min(30.0, sweep / max(1, len(text) - 1)),
            )
            tile = Image.new("L", (2 * pixels, 2 * pixels), 0)
            ImageDraw.Draw(tile).text(
                (pixels, pixels),
                char,
                255,
                face(font, pixels),
                anchor="mm",
                stroke_width=max(1, pixels // 22),
            )
            narrow = tile.resize((round(2 * pixels * slim), 2 * pixels), Image.Resampling.BOX)
            turned = narrow.rotate(-math.degrees(angle), Image.Resampling.BICUBIC, expand=True)
            x = self.side / 2 + axes[0] * self.scale * math.sin(angle) - turned.width / 2
            y = self.side / 2 - axes[1] * self.scale * math.cos(angle) - turned.height / 2
            self.image.paste(255, (round(x), round(y)), turned)

    def mask(self, turn: float) -> Mask:
        picture = self.image.rotate(turn, Image.Resampling.BICUBIC).reduce(2)
        return np.asarray(np.asarray(picture, np.float32) / 255, np.float32)


def _name(chance: Chance) -> str:
    return ORGANISATIONS[int(chance.integers(len(ORGANISATIONS)))]


def round_seal(chance: Chance, dpi: int, diameter: float | None = None) -> Mask:
    """公章: rim, name over the top, star; 38-45 mm unless said otherwise. A third are the samples' own design."""
    across = diameter or float(chance.choice([38, 40, 40, 42, 42, 44, 45]))
    turn = float(chance.uniform(-25, 25))
    if chance.random() < 0.3:
        ink = impression(Seal(_name(chance), across, turn, 255, int(chance.integers(99))), dpi)
        return np.asarray(np.asarray(ink, np.float32) / 255, np.float32)
    canvas, font = Canvas(dpi, across + 4), int(chance.integers(9))
    canvas.ring(across, across, float(chance.uniform(0.7, 1.5)))
    if chance.random() < 0.2:
        canvas.ring(across - 4, across - 4, 0.3)
    size, text = float(chance.uniform(0.115, 0.15)) * across, _name(chance)
    reach = across / 2 - 1.9 - size / 2 - (1.6 if chance.random() < 0.2 else 0)
    canvas.around(text, (reach, reach), size, font, float(chance.uniform(210, 265)))
    canvas.star(float(chance.uniform(0.13, 0.19)) * across)
    if chance.random() < 0.3:
        canvas.line(
            "".join(str(each) for each in chance.integers(0, 10, 13)),
            across * 0.38,
            2.0,
            0,
        )
    elif chance.random() < 0.15:
        canvas.line("（2）", across * 0.3, 3.4, font)
    return canvas.mask(turn)


def special_round(chance: Chance, dpi: int) -> Mask:
    """A round 专用章: no star or a small one, its purpose written across."""
    across = float(chance.choice([38, 40, 42]))
    canvas, font = Canvas(dpi, across + 4), int(chance.integers(9))
    canvas.ring(across, across, float(chance.uniform(0.7, 1.3)))
    canvas.around(_name(chance), (across / 2 - 4.8,) * 2, 5, font, 250)
    if chance.random() < 0.6:
        canvas.star(4)
    else:
        canvas.line("教务处", 0, 5, font)
    canvas.line(
        str(chance.choice(["合同专用章", "业务专用章", "项目专用章"])), across * 0.26, 4.2, font
    )
    return canvas.mask(float(chance.uniform(-20, 20)))


def oval_seal(chance: Chance, dpi: int) -> Mask:
    """An oval 专用章 of 45 x 30 or 40 x 30 mm."""
    wide, high = (45.0, 30.0) if chance.random() < 0.6 else (40.0, 30.0)
    canvas, font = Canvas(dpi, wide + 4), int(chance.integers(9))
    canvas.ring(wide, high, float(chance.uniform(0.7, 1.2)))
    if chance.random() < 0.3:
        canvas.ring(wide - 3, high - 3, 0.35)
    canvas.around(_name(chance), (wide / 2 - 4.6, high / 2 - 4.6), 4, font, 190)
    canvas.line(str(chance.choice(["财务专用章", "收件专用章", "审核专用章"])), 5.2, 4, font)
    if chance.random() < 0.5:
        canvas.line("（01）", -1.5, 3, font)
    return canvas.mask(float(chance.uniform(-15, 15)))


def square_seal(chance: Chance, dpi: int) -> Mask:
    """名章: the name of a person in a square of 18 to 24 mm, drawn in or cut out."""
    side, font = float(chance.uniform(18, 24)), int(chance.integers(9))
    canvas = Canvas(dpi, side + 8)
    canvas.draw.rectangle(canvas.box(side, side), outline=255, width=round(1.1 * canvas.scale))
    text = words(chance, 4)
    canvas.line(text[:2], -side * 0.22, side * 0.38, font)
    canvas.line(text[2:], side * 0.22, side * 0.38, font)
    return canvas.mask(float(chance.uniform(-8, 8)))


def uneven(chance: Chance, mask: Mask, wear: float = 0.5) -> Mask:
    """The same stamp as a hand presses it: pressure that leans to one side, starved spots, specks
    and a bleeding edge.
    """
    height, width = mask.shape
    cells = chance.uniform(1 - 0.7 * wear, 1, (6, 6)).astype(np.float32)
    lean = np.linspace(1 - 0.5 * wear * chance.random(), 1, width, dtype=np.float32)[None, :]
    if chance.random() < 0.5:
        lean = lean[:, ::-1]
    pressure = cv2.resize(cells, (width, height), interpolation=cv2.INTER_CUBIC).clip(0, 1) * lean
    grain = cv2.GaussianBlur(chance.random((height, width), np.float32), (0, 0), 1.2)
    starved = (grain > np.quantile(grain, 1 - 0.10 * wear)).astype(np.float32)
    bled = cv2.GaussianBlur(mask, (0, 0), float(chance.uniform(0.3, 0.9)))
    return np.asarray(bled * pressure * (1 - 0.7 * starved), np.float32)


class Stamp(NamedTuple):
    """How a mask is pressed: where its middle comes to lie (mm), how strongly, in which ink."""

    at: tuple[float, float]
    strength: float = 0.85
    ink: tuple[int, int, int] = RED


def press(page: Pixels, mask: Mask, stamp: Stamp, dpi: int) -> Pixels:
    """``page`` with the ink over it: light passes print and ink one after the other. What hangs
    over the edge is lost.
    """
    left = round(stamp.at[0] * dpi / 25.4 - mask.shape[1] / 2)
    top = round(stamp.at[1] * dpi / 25.4 - mask.shape[0] / 2)
    height, width = page.shape[:2]
    x0, y0, x1, y1 = (
        max(
            0,
            left,
        ),
        max(0, top),
        min(width, left + mask.shape[1]),
        min(height, top + mask.shape[0]),
    )
    if x0 >= x1 or y0 >= y1:
        return page
    share = (mask[y0 - top : y1 - top, x0 - left : x1 - left] * stamp.strength)[..., None]
    result = page.copy()
    part = result[y0:y1, x0:x1].astype(np.float32)
    result[y0:y1, x0:x1] = (part * (1 - share * (1 - np.array(stamp.ink, np.float32) / 255))).clip(
        0,
        255,
    )
    return result


def signature(
    chance: Chance,
    page: Pixels,
    at: tuple[float, float],
    dpi: int,
    ink: tuple[int, int, int] = (25, 25, 35),
) -> Pixels:
    """A name written by hand, about 30 mm long."""
    mm, result = dpi / 25.4, page.copy()
    for stroke in range(int(chance.integers(5, 10))):
        start = np.array(
            at,
        ) + np.array((4 * stroke - 15 + chance.uniform(-2, 2), chance.uniform(-6, 6)))
        bends = start + np.cumsum(chance.uniform(-4.5, 4.5, (5, 2)), axis=0)
        along = np.linspace(0, 4, 30)
        curve = np.stack([np.interp(along, range(5), bends[:, axis]) for axis in (0, 1)], axis=1)
        smooth = np.stack(
            [np.convolve(curve[:, axis], np.ones(6) / 6, "valid") for axis in (0, 1)],
            axis=1,
        )
        cv2.polylines(
            result,
            [np.round(smooth * mm).astype(np.int32)],
            False,
            ink,
            max(1, round(0.5 * mm)),
            cv2.LINE_AA,
        )
    return result
