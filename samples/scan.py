"""Pretends to print a filled form, stamp it and scan it: pages of a sheet as JPEG pictures.

Pixels are made with whole numbers and seeded chance only, so that every machine with the same
Pillow and fonts gets the same bytes. What a form says and where the PDF comes from is elsewhere.
"""

from __future__ import annotations

import io
import random
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageOps

from samples.fonts import font
from samples.seal import Seal, press
from samples.sheet import (
    LEADING,
    PADDING,
    POINT,
    Align,
    Cell,
    Face,
    Page,
    Placed,
    PlacedLine,
    Sheet,
    advance,
    lay_out,
)

_BLACK = 26
_GREY = 150


@dataclass(frozen=True)
class Scanner:
    """One office's scanner and the way its clerk lays paper on it."""

    seed: int
    dpi: int = 110
    quality: int = 46
    skew: float = 0.4  #: degrees
    tint: tuple[int, int, int] = (249, 247, 240)
    noise: int = 7  #: largest deviation of a pixel
    grey: bool = False
    seals: bool = True  #: False: printed and scanned, but nobody stamped it
    ink: int = 225
    body: Face = Face.SONG  #: the type face of what is filled in


@dataclass(frozen=True)
class Picture:
    """One scanned page: JPEG bytes and the paper it was (millimetres)."""

    jpeg: bytes
    pixels: tuple[int, int]
    paper: tuple[float, float]
    grey: bool


class _Press:
    """Draws one page in grey at the working resolution."""

    def __init__(self, paper: tuple[float, float], dpi: int, body: Face) -> None:
        self.scale = dpi / 25.4
        self.body = body
        self.image = Image.new(
            "L",
            (round(paper[0] * self.scale), round(paper[1] * self.scale)),
            255,
        )
        self.draw = ImageDraw.Draw(self.image)

    def text(
        self,
        at: tuple[float, float],
        text: str,
        size: float,
        face: Face,
        shade: int = _BLACK,
    ) -> None:
        """One line; boxes to tick are drawn, since none of the fonts has them."""
        pixels = round(size * POINT * self.scale)
        corner = (
            round(
                at[0] * self.scale,
            ),
            round((at[1] + (LEADING - 1) / 2 * size * POINT) * self.scale),
        )
        for number, char in enumerate(text):
            if char in "☐☑":
                self._box(
                    corner[0]
                    + round(
                        advance(text[:number], size) * self.scale,
                    ),
                    corner[1],
                    pixels,
                    ticked=char == "☑",
                )
        bare = text.replace("☐", "\u3000").replace("☑", "\u3000")
        letters, (right, down) = _letters(bare, face, pixels)
        self.draw.bitmap((corner[0] + right, corner[1] + down), letters, fill=shade)

    def _box(self, left: int, top: int, pixels: int, *, ticked: bool) -> None:
        inset, width = pixels // 8, max(1, pixels // 16)
        right, bottom = left + pixels - inset, top + pixels - inset
        self.draw.rectangle((left + inset, top + inset, right, bottom), outline=_BLACK, width=width)
        if ticked:
            corner = (left + pixels * 45 // 100, bottom - inset)
            points = [
                (left + 2 * inset, top + pixels // 2),
                corner,
                (right - inset, top + 2 * inset),
            ]
            self.draw.line(points, fill=_BLACK, width=2 * width)

    def line(self, placed: PlacedLine) -> None:
        line = placed.line
        slack = placed.width - self._width(line.text, line.size, line.face)
        left = placed.left + (slack / 2 if line.align is Align.CENTER else 0)
        self.text(
            (left, placed.top),
            line.text,
            line.size,
            line.face,
            _GREY if line.grey else _BLACK,
        )

    def _width(self, text: str, size: float, face: Face) -> float:
        return _length(text, face, round(size * POINT * self.scale)) / self.scale

    def cell(self, placed: Placed) -> None:
        left, top = round(placed.left * self.scale), round(placed.top * self.scale)
        right, bottom = (
            round((placed.left + placed.width) * self.scale),
            round((placed.top + placed.height) * self.scale),
        )
        self.draw.rectangle(
            (left, top, right, bottom),
            outline=_BLACK,
            width=max(2, round(0.28 * self.scale)),
        )
        face = Face.HEI if placed.cell.label else self.body
        step = placed.size * POINT * LEADING
        start = first_line(placed)
        for number, text in enumerate(placed.lines):
            slack = (
                placed.width
                - self._width(
                    text,
                    placed.size,
                    face,
                )
                if placed.cell.label
                else 2 * PADDING
            )
            self.text((placed.left + slack / 2, start + number * step), text, placed.size, face)
            if placed.cell.signed and "签字" in text:
                self._signature(
                    placed.left + PADDING + advance(text, placed.size),
                    start + number * step,
                    placed.cell,
                )

    def _signature(self, left: float, top: float, cell: Cell) -> None:
        """A name written by hand: larger, slanted, beside the line."""
        pixels = round(17 * POINT * self.scale)
        tile = Image.new("L", (pixels * (len(cell.signed) + 1), pixels * 2), 0)
        ImageDraw.Draw(tile).text(
            (
                pixels // 3,
                pixels // 3,
            ),
            cell.signed,
            fill=225,
            font=font(Face.KAI, pixels),
            stroke_width=1,
        )
        slanted = tile.rotate(4, Image.Resampling.BICUBIC)
        self.image.paste(
            20,
            (round((left + 1) * self.scale), round((top - 3.5) * self.scale)),
            slanted,
        )


@lru_cache(maxsize=1024)  # a form's labels stand on every page of its kind
def _letters(text: str, face: Face, pixels: int) -> tuple[Image.Image, tuple[int, int]]:
    """The ink of a line of text, and how far from its corner it begins; not to be drawn on."""
    drawn = font(face, pixels)
    left, top, right, bottom = (round(edge) for edge in drawn.getbbox(text))
    ink = Image.new("L", (right - left, bottom - top), 0)
    ImageDraw.Draw(ink).text((-left, -top), text, fill=255, font=drawn)
    return ink, (left, top)


@lru_cache(maxsize=4096)
def _length(text: str, face: Face, pixels: int) -> float:
    return float(font(face, pixels).getlength(text))


def first_line(placed: Placed) -> float:
    """The top of a cell's first line of text, which stands in the middle of the cell."""
    return placed.top + max(
        0.0,
        (placed.height - len(placed.lines) * placed.size * POINT * LEADING) / 2,
    )


def _seals(page: Page, scanner: Scanner) -> list[tuple[Seal, tuple[float, float]]]:
    """Who stamps on a page and where (millimetres), never quite straight and never quite in the
    middle.
    """
    chance = random.Random(f"press {scanner.seed} {len(page)}")
    found: list[tuple[Seal, tuple[float, float]]] = []
    for item in page:
        organisation = item.line.seal if isinstance(item, PlacedLine) else item.cell.seal
        if organisation:
            seal = Seal(
                organisation,
                chance.choice((40, 41, 42)),
                chance.randint(
                    -90,
                    90,
                )
                / 10,
                scanner.ink,
                scanner.seed,
            )
            across, down = _place(item)
            found.append(
                (
                    seal,
                    (across + chance.randint(-30, 30) / 10, down + chance.randint(-20, 20) / 10),
                )
            )
    return found


def _place(item: Placed | PlacedLine) -> tuple[float, float]:
    """Over the words 盖章 of a cell, over the end of a line."""
    if isinstance(item, PlacedLine):
        return item.left + advance(
            item.line.text,
            item.line.size,
        ) * 0.6, item.top + item.line.size * POINT / 2
    row = next((number for number, text in enumerate(item.lines) if "盖章" in text), 0)
    middle = first_line(item) + (row + 0.5) * item.size * POINT * LEADING
    return item.left + item.width * item.cell.seal_at, middle


@lru_cache(maxsize=16)  # a scanner's first pages are asked for again and again
def _light(chance: str, size: tuple[int, int], noise: int) -> NDArray[np.int16]:
    """How much lighter each pixel of a page becomes."""
    width, height = size
    grain = np.frombuffer(random.Random(chance).randbytes(2 * width * height), np.uint8)
    first, second = grain.reshape(2, height, width)
    steps = ((np.arange(511) - 255) * noise // 255).astype(np.int16)
    light = steps[np.add(first, second, dtype=np.int16)]
    across = np.arange(width)
    light -= (across * 9 // width + np.maximum(0, 40 - 14 * across)).astype(np.int16)
    return light


def _develop(image: Image.Image, scanner: Scanner, number: int) -> Image.Image:
    """What the scanner makes of a page: grain, a shadow towards one side, a dark edge where the lid
    does not close.
    """
    light = _light(f"grain {scanner.seed} {number}", image.size, scanner.noise)
    return Image.merge(image.mode, [_lightened(band, light) for band in image.split()])


def _lightened(band: Image.Image, light: NDArray[np.int16]) -> Image.Image:
    """One colour at a time: three that lie side by side take three times as long to add to."""
    pixels: NDArray[np.int16] = np.asarray(band) + light
    return Image.fromarray(np.clip(pixels, 0, 255, out=pixels).astype(np.uint8))


def print_page(
    page: Page,
    paper: tuple[float, float],
    dpi: int,
    body: Face = Face.SONG,
) -> Image.Image:
    """The page in grey as it leaves the printer. Raises MissingFontError."""
    sheet = _Press(paper, dpi, body)
    for item in page:
        sheet.line(item) if isinstance(item, PlacedLine) else sheet.cell(item)
    return sheet.image


def _coloured(grey: Image.Image, tint: tuple[int, int, int]) -> Image.Image:
    """The print on paper of ``tint``: ``ImageOps.colorize`` of the 256 shades, not of each pixel."""
    shades = Image.frombytes("L", (256, 1), bytes(range(256)))
    grey.putpalette(ImageOps.colorize(shades, black=(18, 17, 22), white=tint).tobytes())
    return grey.convert("RGB")


def scan_page(page: Page, paper: tuple[float, float], scanner: Scanner, number: int) -> Picture:
    """One page of a sheet as it comes out of the scanner. Raises MissingFontError."""
    work = 2 * scanner.dpi
    coloured = _coloured(print_page(page, paper, work, scanner.body), scanner.tint)
    if scanner.seals:
        for seal, at in _seals(page, scanner):
            press(coloured, seal, at, work)
    turn = scanner.skew * (1 if number % 2 else -0.7)
    turned = coloured.reduce(2).rotate(turn, Image.Resampling.BILINEAR, fillcolor=scanner.tint)
    image = _develop(turned, scanner, number)
    buffer = io.BytesIO()
    final = image.convert("L") if scanner.grey else image
    final.save(
        buffer,
        "JPEG",
        quality=scanner.quality,
        subsampling="4:2:0",
        dpi=(scanner.dpi, scanner.dpi),
    )
    return Picture(buffer.getvalue(), final.size, paper, scanner.grey)


def scan(sheet: Sheet, scanner: Scanner) -> tuple[Picture, ...]:
    """The sheet's pages as they come out of the scanner. Raises MissingFontError."""
    return tuple(
        scan_page(
            page,
            sheet.paper,
            scanner,
            number,
        )
        for number, page in enumerate(lay_out(sheet), 1)
    )
