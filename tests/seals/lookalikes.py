"""Red, round and coloured things that are no stamps: letterheads, rules, emblems, fingerprints,
stickers, pens, photographs.

Each takes a page and gives it back with the thing on it. Stamps are ``marks.py``.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import TypeAlias

import cv2
import numpy as np
from PIL import Image, ImageDraw

from tests.seals.marks import BLUE, RED, Stamp, press, signature
from tests.seals.paper import Chance, Pixels, face, words

Put: TypeAlias = Callable[[Chance, Pixels, int], Pixels]

RED_INKS = ((200, 28, 42), (225, 20, 30), (185, 30, 45), (235, 50, 40))


def _red(chance: Chance) -> tuple[int, int, int]:
    return RED_INKS[int(chance.integers(len(RED_INKS)))]


class _Over:
    """Draws on a copy of a page in millimetres; what is white stays as it was."""

    def __init__(self, page: Pixels, dpi: int) -> None:
        self.page, self.mm = page, dpi / 25.4
        self.image = Image.new("RGB", (page.shape[1], page.shape[0]), "white")
        self.draw = ImageDraw.Draw(self.image)
        self.width, self.height = page.shape[1] / self.mm, page.shape[0] / self.mm

    def box(self, x: float, y: float, radius: float) -> list[float]:
        return [
            (x - radius) * self.mm,
            (y - radius) * self.mm,
            (x + radius) * self.mm,
            (y + radius) * self.mm,
        ]

    def text(
        self,
        at: tuple[float, float],
        text: str,
        size: float,
        ink: tuple[int, int, int],
        font: int = 0,
        anchor: str = "mm",
    ) -> None:
        place = (at[0] * self.mm, at[1] * self.mm)
        self.draw.text(place, text, ink, face(font, round(size * self.mm)), anchor=anchor)

    def line(
        self,
        points: list[tuple[float, float]],
        ink: tuple[int, int, int],
        thick: float,
    ) -> None:
        self.draw.line(
            [(x * self.mm, y * self.mm) for x, y in points],
            ink,
            max(1, round(thick * self.mm)),
        )

    def result(self) -> Pixels:
        over = np.asarray(self.image)
        return np.minimum(self.page, over) if over.min() < 255 else self.page


def letterhead(chance: Chance, page: Pixels, dpi: int) -> Pixels:
    """红头: the authority's name in large red characters over a red rule, sometimes with a star in its middle."""
    over, ink = _Over(page, dpi), _red(chance)
    font, size = int(chance.integers(9)), float(chance.uniform(11, 17))
    text = words(chance, int(chance.integers(7, 12))) + str(chance.choice(["文件", "教育局", ""]))
    size = min(size, (over.width - 44) / len(text))
    over.draw.rectangle([0, 0, page.shape[1], 56 * over.mm], fill="white")
    over.text((over.width / 2, 32), text, size, ink, font)
    if chance.random() < 0.3:
        over.text((over.width / 2, 32 + size), words(chance, 8), size * 0.9, ink, font)
    rule = 60.0
    over.line([(24, rule), (over.width - 24, rule)], ink, float(chance.uniform(0.5, 1.6)))
    if chance.random() < 0.5:
        over.line([(24, rule + 1.8), (over.width - 24, rule + 1.8)], ink, 0.4)
    if chance.random() < 0.3:
        over.text((over.width / 2, rule), "★", 6, ink, 1)
    return over.result()


def red_table(chance: Chance, page: Pixels, dpi: int) -> Pixels:
    """Red rules and boxes over most of the page."""
    over, ink = _Over(page, dpi), _red(chance)
    step, left = float(chance.uniform(9, 26)), float(chance.uniform(18, 30))
    rows = np.arange(60, over.height - 40, step)
    for y in rows:
        over.line([(left, y), (over.width - left, y)], ink, 0.4)
    for x in np.linspace(left, over.width - left, int(chance.integers(2, 7))):
        over.line([(x, rows[0]), (x, rows[-1])], ink, 0.4)
    return over.result()


def red_text(chance: Chance, page: Pixels, dpi: int) -> Pixels:
    """Lines or a whole block of red print."""
    over, ink = _Over(page, dpi), _red(chance)
    size, top = float(chance.uniform(4, 8)), float(chance.uniform(40, 200))
    for row in range(int(chance.integers(1, 7))):
        over.text(
            (28, top + 1.6 * size * row),
            words(chance, int(chance.integers(4, int(150 / size)))),
            size,
            ink,
            int(chance.integers(9)),
            "lm",
        )
    return over.result()


def red_boxes(chance: Chance, page: Pixels, dpi: int) -> Pixels:
    """A red frame around a remark (收件 registration box), not round and not of a seal's make."""
    over, ink = _Over(page, dpi), _red(chance)
    left, top, wide, high = (
        110 + chance.uniform(-30, 20),
        chance.uniform(20, 200),
        chance.uniform(50, 75),
        chance.uniform(22, 40),
    )
    corners = [
        (left, top),
        (left + wide, top),
        (left + wide, top + high),
        (left, top + high),
        (left, top),
    ]
    over.line(corners, ink, 0.6)
    over.line([(left, top + high / 2), (left + wide, top + high / 2)], ink, 0.4)
    over.line([(left + wide / 3, top), (left + wide / 3, top + high)], ink, 0.4)
    over.text((left + wide / 6, top + high / 4), "收文", 5, ink)
    over.text((left + wide / 6, top + 3 * high / 4), "日期", 5, ink)
    return over.result()


def emblem(chance: Chance, page: Pixels, dpi: int) -> Pixels:
    """A round school badge in red: two rings, writing between them, a figure in the middle; 16 to
    30 mm.
    """
    return _badge(chance, page, dpi, float(chance.uniform(8, 15)))


def large_emblem(chance: Chance, page: Pixels, dpi: int) -> Pixels:
    """The same as large as a seal."""
    return _badge(chance, page, dpi, float(chance.uniform(18, 22.5)))


def _badge(chance: Chance, page: Pixels, dpi: int, radius: float) -> Pixels:
    over, ink = _Over(page, dpi), _red(chance)
    x, y = float(chance.uniform(25, over.width - 30)), float(chance.uniform(24, 45))
    solid = chance.random() < 0.5
    over.draw.ellipse(
        over.box(x, y, radius),
        fill=ink if solid else None,
        outline=ink,
        width=max(1, round(0.8 * over.mm)),
    )
    pale = (255, 255, 255) if solid else ink
    over.draw.ellipse(
        over.box(x, y, radius * 0.66),
        outline=pale,
        width=max(1, round(0.5 * over.mm)),
    )
    for number in range(16):
        angle = 2 * math.pi * number / 16
        over.text(
            (x + 0.83 * radius * math.sin(angle), y - 0.83 * radius * math.cos(angle)),
            words(chance, 1),
            0.22 * radius,
            pale,
        )
    over.draw.polygon(
        [
            ((x + radius * a) * over.mm, (y + radius * b) * over.mm)
            for a, b in (
                (-0.4, 0.3),
                (0, -0.5),
                (0.4, 0.3),
            )
        ],
        fill=pale,
    )
    return over.result()


def party_emblem(chance: Chance, page: Pixels, dpi: int) -> Pixels:
    """A solid red disc of a seal's size with yellow figures on it."""
    over, ink = _Over(page, dpi), _red(chance)
    radius, x, y = (
        float(
            chance.uniform(14, 24),
        ),
        float(chance.uniform(45, 160)),
        float(chance.uniform(40, 240)),
    )
    over.draw.ellipse(over.box(x, y, radius), fill=ink)
    for number in range(5):
        angle = 1.2 * number
        over.draw.ellipse(
            over.box(
                x + 0.5 * radius * math.cos(angle),
                y + 0.5 * radius * math.sin(angle),
                radius * 0.12,
            ),
            fill=(250, 215, 60),
        )
    over.draw.ellipse(over.box(x, y, radius * 0.3), fill=(250, 215, 60))
    return over.result()


def flag(chance: Chance, page: Pixels, dpi: int) -> Pixels:
    """A red flag or banner with yellow on it."""
    over = _Over(page, dpi)
    wide, x, y = (
        float(
            chance.uniform(30, 120),
        ),
        float(chance.uniform(20, 80)),
        float(chance.uniform(20, 220)),
    )
    over.draw.rectangle(
        [x * over.mm, y * over.mm, (x + wide) * over.mm, (y + wide / 1.5) * over.mm],
        fill=(222, 41, 16),
    )
    over.text((x + wide / 6, y + wide / 6), "★", wide / 5, (255, 222, 0), 1)
    return over.result()


def fingerprint(chance: Chance, page: Pixels, dpi: int) -> Pixels:
    """红指印: ridges in an oval of about 15 x 22 mm, one or several."""
    result = page
    for _ in range(int(chance.integers(1, 4))):
        wide, high = float(chance.uniform(12, 17)), float(chance.uniform(18, 25))
        mm = dpi / 25.4
        y, x = np.mgrid[-high / 2 : high / 2 : 1 / mm, -wide / 2 : wide / 2 : 1 / mm]
        bent = np.hypot(
            x + chance.uniform(-2, 2),
            (y - 3) * 0.75,
        ) + 0.4 * np.sin(x / 2.0 + chance.uniform(0, 3))
        ridges = (
            np.sin(
                2 * math.pi * bent / 0.75,
            )
            > -0.2
        ) & ((2 * x / wide) ** 2 + (2 * y / high) ** 2 < 1)
        mask = ridges.astype(np.float32) * cv2.resize(
            chance.uniform(0.3, 1, (5, 5)).astype(np.float32),
            x.shape[::-1],
        )
        at = (float(chance.uniform(60, 180)), float(chance.uniform(120, 260)))
        result = press(result, mask, Stamp(at, 0.8, RED), dpi)
    return result


def red_code(chance: Chance, page: Pixels, dpi: int) -> Pixels:
    """A square code in red, 20 to 40 mm."""
    side, modules = float(chance.uniform(20, 40)), 29
    bits = (chance.random((modules, modules)) < 0.5).astype(np.float32)
    for row, column in ((0, 0), (0, modules - 7), (modules - 7, 0)):
        bits[row : row + 7, column : column + 7] = 1
        bits[row + 1 : row + 6, column + 1 : column + 6] = 0
        bits[row + 2 : row + 5, column + 2 : column + 5] = 1
    pixels = round(side * dpi / 25.4)
    mask = cv2.resize(bits, (pixels, pixels), interpolation=cv2.INTER_NEAREST)
    return press(
        page,
        mask,
        Stamp((float(chance.uniform(40, 170)), float(chance.uniform(40, 250))), 1.0, _red(chance)),
        dpi,
    )


def pen_circles(chance: Chance, page: Pixels, dpi: int) -> Pixels:
    """Red pen: loops round words, ticks, crosses, a figure in a circle."""
    result, mm = page.copy(), dpi / 25.4
    for _ in range(int(chance.integers(2, 7))):
        x, y, wide, high = (
            chance.uniform(30, 180),
            chance.uniform(50, 250),
            chance.uniform(6, 24),
            chance.uniform(5, 16),
        )
        angle = np.linspace(0, 2 * math.pi * chance.uniform(0.95, 1.25), 80)
        stray = (
            1
            + 0.06
            * np.sin(
                2.3 * angle + chance.uniform(0, 6),
            )
            + 0.10 * (angle / angle[-1] - 0.5)
        )
        points = np.stack(
            [x + wide * stray * np.cos(angle), y + high * stray * np.sin(angle)],
            axis=1,
        )
        cv2.polylines(
            result,
            [np.round(points * mm).astype(np.int32)],
            False,
            _red(chance),
            max(1, round(0.6 * mm)),
            cv2.LINE_AA,
        )
        tick = np.array([(x + 30, y), (x + 33, y + 4), (x + 40, y - 7)]) * mm
        cv2.polylines(
            result,
            [np.round(tick).astype(np.int32)],
            False,
            _red(chance),
            max(1, round(0.6 * mm)),
            cv2.LINE_AA,
        )
    return result


def red_underlines(chance: Chance, page: Pixels, dpi: int) -> Pixels:
    """Words underlined in red pen."""
    over = _Over(page, dpi)
    for _ in range(int(chance.integers(3, 12))):
        x, y, long = chance.uniform(25, 120), chance.uniform(50, 260), chance.uniform(15, 70)
        over.line(
            [
                (x, y),
                (x + long / 2, y + chance.uniform(-0.6, 0.6)),
                (x + long, y + chance.uniform(-1, 1)),
            ],
            _red(chance),
            0.6,
        )
    return over.result()


def red_handwriting(chance: Chance, page: Pixels, dpi: int) -> Pixels:
    """A remark in red pen."""
    for row in range(int(chance.integers(1, 4))):
        page = signature(
            chance,
            page,
            (float(chance.uniform(50, 150)), 60.0 + 40 * row),
            dpi,
            _red(chance),
        )
    return page


def blue_writing(chance: Chance, page: Pixels, dpi: int) -> Pixels:
    """Signatures in blue ink."""
    for row in range(int(chance.integers(1, 6))):
        page = signature(chance, page, (float(chance.uniform(50, 160)), 60.0 + 40 * row), dpi, BLUE)
    return page


def highlighter(chance: Chance, page: Pixels, dpi: int) -> Pixels:
    """Yellow, green or pink marker over lines."""
    over = _Over(page, dpi)
    ink = ((255, 245, 90), (150, 245, 140), (255, 150, 200))[int(chance.integers(3))]
    for _ in range(int(chance.integers(2, 8))):
        x, y = chance.uniform(25, 100), chance.uniform(50, 250)
        over.line([(x, y), (x + chance.uniform(20, 80), y + chance.uniform(-1, 1))], ink, 5)
    return over.result()


def sticker(chance: Chance, page: Pixels, dpi: int) -> Pixels:
    """A round sticker, red or orange, 12 to 38 mm, with a number or a word in it."""
    over = _Over(page, dpi)
    radius, x, y = (
        float(
            chance.uniform(6, 19),
        ),
        float(chance.uniform(30, 175)),
        float(chance.uniform(25, 260)),
    )
    over.draw.ellipse(
        over.box(x, y, radius),
        fill=(230, 60, 50) if chance.random() < 0.7 else (245, 150, 40),
    )
    result = over.result()
    inside = _Over(np.full_like(page, 255), dpi)
    inside.text((x, y), str(chance.choice(["合格", "12", "急件", "原件"])), radius * 0.7, (1, 1, 1))
    return np.where(inside.result() < 128, np.uint8(250), result)


def coffee_ring(chance: Chance, page: Pixels, dpi: int) -> Pixels:
    """The brown mark of a cup, 65 to 85 mm."""
    mm, radius = dpi / 25.4, float(chance.uniform(32, 42))
    side = np.arange(-radius - 3, radius + 3, 1 / mm)
    away = np.hypot(side[:, None], side[None, :])
    rim = np.exp(-(((away - radius) / 0.9) ** 2)) + 0.15 * (away < radius)
    mask = (
        rim
        * cv2.resize(
            chance.uniform(0.2, 1, (7, 7)).astype(np.float32),
            away.shape[::-1],
        )
    ).astype(np.float32)
    return press(
        page,
        mask,
        Stamp((float(chance.uniform(50, 160)), float(chance.uniform(60, 240))), 0.7, (150, 95, 45)),
        dpi,
    )


def photograph(chance: Chance, page: Pixels, dpi: int) -> Pixels:
    """A coloured photograph printed on the page: patches of every colour, red ones among them."""
    mm = dpi / 25.4
    wide, high = round(chance.uniform(40, 150) * mm), round(chance.uniform(40, 110) * mm)
    small = chance.uniform(
        20,
        250,
        (int(chance.integers(4, 20)), int(chance.integers(4, 20)), 3),
    ).astype(np.float32)
    if chance.random() < 0.5:
        small[..., 1:] *= 0.5
    picture = cv2.resize(small, (wide, high), interpolation=cv2.INTER_CUBIC)
    picture += chance.normal(0, 10, picture.shape)
    left, top = round(chance.uniform(15, 50) * mm), round(chance.uniform(30, 140) * mm)
    result = page.copy()
    part = result[top : top + high, left : left + wide]
    part[:] = picture[: part.shape[0], : part.shape[1]].clip(0, 255)
    return result


def watermark(chance: Chance, page: Pixels, dpi: int) -> Pixels:
    """Pale words across the page, grey, blue or reddish."""
    tile = Image.new("L", (page.shape[1], page.shape[0]), 0)
    draw, mm = ImageDraw.Draw(tile), dpi / 25.4
    for row in range(4):
        draw.text(
            (page.shape[1] / 2, page.shape[0] * (row + 0.5) / 4),
            "内部资料 注意保存",
            255,
            face(2, round(13 * mm)),
            anchor="mm",
        )
    mask = np.asarray(np.asarray(tile.rotate(30), np.float32) / 255, np.float32)
    ink = ((90, 90, 90), (60, 90, 190), (215, 70, 70))[int(chance.integers(3))]
    return press(
        page,
        mask,
        Stamp(
            (page.shape[1] / 2 / mm, page.shape[0] / 2 / mm),
            float(chance.uniform(0.08, 0.3)),
            ink,
        ),
        dpi,
    )


def chart(chance: Chance, page: Pixels, dpi: int) -> Pixels:
    """A pie chart and bars in office colours."""
    over = _Over(page, dpi)
    x, y, radius = (
        float(
            chance.uniform(50, 150),
        ),
        float(chance.uniform(60, 220)),
        float(chance.uniform(14, 30)),
    )
    cuts = np.sort(chance.uniform(0, 360, 4))
    colours = ((192, 0, 0), (79, 129, 189), (155, 187, 89), (247, 150, 70))
    for number, (start, stop) in enumerate(zip(cuts, [*cuts[1:], cuts[0] + 360], strict=True)):
        over.draw.pieslice(over.box(x, y, radius), start, stop, fill=colours[number])
    return over.result()


def red_curves(chance: Chance, page: Pixels, dpi: int) -> Pixels:
    """A diagram's curves in red from one side of the lower half to the other."""
    over, ink = _Over(page, dpi), _red(chance)
    across = np.linspace(25, 185, 7)
    for _ in range(3):
        down = chance.uniform(0.4, 0.85, 7) * over.height
        over.line(
            list(zip(across.tolist(), down.tolist(), strict=True)),
            ink,
            float(chance.uniform(0.5, 1.0)),
        )
    return over.result()


def red_bars(chance: Chance, page: Pixels, dpi: int) -> Pixels:
    """A bar chart in red and grey over the lower half."""
    over, ink = _Over(page, dpi), _red(chance)
    floor = 0.85 * over.height
    for number in range(16):
        left, top = 30 + 10 * number, floor - float(chance.uniform(20, 90))
        edges = [left * over.mm, top * over.mm, (left + 3.5) * over.mm, floor * over.mm]
        over.draw.rectangle(edges, fill=ink if number % 2 else (170, 170, 170))
    return over.result()


def dark_picture(chance: Chance, page: Pixels, dpi: int) -> Pixels:
    """A picture over the lower half, so dark that ink on it cannot be seen."""
    result, mm = page.copy(), dpi / 25.4
    top, left = round(page.shape[0] * 0.38), round(chance.uniform(8, 15) * mm)
    part = result[top : round(page.shape[0] * 0.92), left : page.shape[1] - left]
    part[:] = (chance.uniform(15, 45, 3) + chance.normal(0, 3, part.shape)).clip(0, 60)
    return result
