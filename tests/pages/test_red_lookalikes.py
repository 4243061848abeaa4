"""Red things of a seal's size that are surely none, and red lines that may be an office's mark: what
a scan of each is taken for.
"""

from __future__ import annotations

import math

import numpy as np
import pytest
from PIL import Image, ImageDraw

from ingest.document.paged.pdf import read_pdf
from ingest.document.paged.pictures import pdf_pictures
from ingest.document.seal.page import look_at_page
from tests.pages.outcomes import DPI, MM, NO, UNSURE, outcome
from tests.seals.pages import KINDS, sample
from tests.unit.ingest.document.papers import Pixels, character, seal_mask, sheet, stamp

RED = (205, 30, 40)


def loop(draw: ImageDraw.ImageDraw, x: float, y: float, wide: float, high: float) -> None:
    """A word circled by hand: the line does not meet itself."""
    points = []
    for step in range(81):
        angle = 2 * math.pi * 1.1 * step / 80
        stray = 1 + 0.06 * math.sin(2.3 * angle) + 0.1 * (step / 80 - 0.5)
        across, down = wide * stray * math.cos(angle), high * stray * math.sin(angle)
        points.append(((x + across) * MM, (y + down) * MM))
    draw.line(points, RED, round(0.6 * MM))


def circled(page: Pixels, places: list[tuple[float, float, float, float]]) -> Pixels:
    """A page on which somebody circled words and ticked one."""
    picture = Image.fromarray(page)
    draw = ImageDraw.Draw(picture)
    for place in places:
        loop(draw, *place)
    tick = [(128, 200), (131, 204), (138, 193)]
    draw.line([(x * MM, y * MM) for x, y in tick], RED, round(0.6 * MM))
    return np.asarray(picture)


TWO = [(118.0, 200.0, 20.0, 14.0), (132.0, 214.0, 17.0, 9.0)]


@pytest.mark.parametrize(
    "places",
    [
        TWO,
        [(110.0, 200.0, 20.0, 15.0), (135.0, 203.0, 16.0, 8.0)],
        [(110.0, 200.0, 15.0, 15.0), (122.0, 212.0, 18.0, 9.0), (140.0, 205.0, 12.0, 9.0)],
    ],
    ids=["crossing", "side by side", "three"],
)
def test_loops_of_a_pen_are_no_seal(places: list[tuple[float, float, float, float]]) -> None:
    """Long thin lines and nothing else: any eye sees a pen."""
    assert outcome(circled(sheet(DPI), places)) is NO


@pytest.mark.parametrize("strength", [0.16, 0.3, 0.9])
def test_a_seal_below_the_loops_of_a_pen_is_not_overlooked(strength: float) -> None:
    """However pale: what is not the pen's leaves the place to people."""
    page = stamp(sheet(DPI), DPI, seal_mask(DPI), at_mm=(100, 180), strength=strength)

    assert outcome(circled(page, TWO)) is not NO


def test_a_strip_of_rim_at_the_edge_is_no_pen() -> None:
    """Of a seal across the edges of several sheets no more may be on one of them."""
    page = stamp(sheet(DPI, table=False), DPI, seal_mask(DPI), at_mm=(202, 120))

    assert outcome(page) is UNSURE


def code(modules: int, side: float, finders: int = 3) -> Pixels:
    """A page with a square code in red, with all its finder patterns or some."""
    bits = np.random.default_rng(5).random((modules, modules)) < (0.5 if finders > 2 else 0.3)
    corners = [(0, 0), (0, modules - 7), (modules - 7, 0)][:finders]
    for row, column in corners:
        bits[max(0, row - 1) : row + 8, max(0, column - 1) : column + 8] = False
        bits[row : row + 7, column : column + 7] = True
        bits[row + 1 : row + 6, column + 1 : column + 6] = False
        bits[row + 2 : row + 5, column + 2 : column + 5] = True
    if finders < 3:
        bits[[0, -1]] = bits[:, [0, -1]] = True
    page = Image.fromarray(sheet(DPI, table=False))
    drawn = Image.fromarray(np.where(bits[..., None], RED, (250, 247, 238)).astype(np.uint8))
    size = (round(side * MM),) * 2
    page.paste(drawn.resize(size, Image.Resampling.NEAREST), (round(100 * MM), round(200 * MM)))
    return np.asarray(page)


@pytest.mark.parametrize(("modules", "side"), [(21, 24), (25, 28), (29, 36), (33, 40)])
def test_a_square_code_is_no_seal(modules: int, side: float) -> None:
    """Its three finder patterns are nobody's name."""
    assert outcome(code(modules, side)) is NO


def test_a_square_of_little_pieces_without_finder_patterns_is_uncertain() -> None:
    """It may be a seal in old script."""
    assert outcome(code(25, 28, finders=1)) is UNSURE


def badge(diameter: float, *, solid: bool) -> Pixels:
    """A page with a school's badge at its head: two rings and letters between them."""
    page = Image.fromarray(sheet(DPI, table=False))
    draw, random = ImageDraw.Draw(page), np.random.default_rng(3)
    x, y, radius = 45 * MM, 35 * MM, diameter / 2 * MM
    outer = (x - radius, y - radius, x + radius, y + radius)
    inner = tuple(
        middle + 0.66 * (side - middle) for side, middle in zip(outer, (x, y) * 2, strict=True)
    )
    pale = (250, 247, 238) if solid else RED
    draw.ellipse(outer, fill=RED if solid else None, outline=RED, width=round(0.8 * MM))
    draw.ellipse(inner, outline=pale, width=round(0.6 * MM))
    for number in range(16):
        angle = 2 * math.pi * number / 16
        at = x + 0.83 * radius * math.cos(angle), y + 0.83 * radius * math.sin(angle)
        size = 0.2 * radius
        character(draw, random, at[0] - size / 2, at[1] - size / 2, size, pale)
    draw.polygon([(x - 5 * MM, y + 4 * MM), (x, y - 6 * MM), (x + 5 * MM, y + 4 * MM)], fill=pale)
    return np.asarray(page)


@pytest.mark.parametrize("solid", [True, False])
@pytest.mark.parametrize("diameter", [25, 27, 29])
def test_a_badge_smaller_than_any_seal_is_none(diameter: float, *, solid: bool) -> None:
    """Letterheads have them."""
    assert outcome(badge(diameter, solid=solid)) is NO


def test_a_seal_shrunk_by_a_copier_is_not_taken_for_a_badge() -> None:
    """Two pages on one sheet: it has no second ring."""
    page = stamp(sheet(DPI, table=False), DPI, seal_mask(DPI, diameter=29), at_mm=(40, 40))

    assert outcome(page) is UNSURE


@pytest.mark.parametrize("colour", [RED, (100, 30, 180), (35, 70, 205)])
def test_a_field_of_strong_colour_could_hide_a_seal(colour: tuple[int, int, int]) -> None:
    """A seal upon it would not be seen, whatever the colour."""
    picture = Image.fromarray(sheet(DPI))
    ImageDraw.Draw(picture).rectangle((40 * MM, 150 * MM, 120 * MM, 210 * MM), fill=colour)
    assert outcome(np.asarray(picture)) is UNSURE


@pytest.mark.parametrize("wide", [40, 55, 70])
def test_a_flag_is_no_mark_with_a_frame(wide: float) -> None:
    """Inside it is as red as at its edge."""
    page = Image.fromarray(sheet(DPI, table=False))
    draw = ImageDraw.Draw(page)
    left, top = 60 * MM, 170 * MM
    draw.rectangle((left, top, left + wide * MM, top + wide / 1.5 * MM), fill=(222, 41, 16))
    at = left + wide / 5 * MM, top + wide / 5 * MM
    draw.regular_polygon((*at, wide / 9 * MM), 5, fill=(255, 222, 0))

    assert outcome(np.asarray(page)) is NO


def lines(
    rows: int, wide: float, size: float, frame: float = 0.0, left: float = 100.0, beside: int = 0
) -> Pixels:
    """A page with so many lines of red characters close together, in a frame so many millimetres
    thick if any; with characters ``beside`` the first.
    """
    page = Image.fromarray(sheet(DPI, table=False))
    draw, random = ImageDraw.Draw(page), np.random.default_rng(3)
    gap = 1.25 * size
    for row in range(rows):
        for column in range(int(wide / gap)):
            at = (left + gap * column) * MM, (200 + 1.35 * size * row) * MM
            character(draw, random, *at, size * MM, RED)
    for column in range(beside):
        character(draw, random, (left - gap * (column + 1)) * MM, 200 * MM, size * MM, RED)
    if frame:
        high = 1.35 * size * rows
        around = (left - 3, 198, left + wide + 2, 201 + high)
        draw.rectangle([each * MM for each in around], outline=RED, width=max(1, round(frame * MM)))
    return np.asarray(page)


@pytest.mark.parametrize(
    ("rows", "wide", "size", "frame"),
    [(2, 38, 6.0, 0.0), (3, 50, 5.0, 0.0), (2, 42, 5.5, 0.3), (1, 42, 8.0, 0.3), (3, 52, 5.0, 0.3)],
)
def test_a_mark_whose_frame_is_thin_or_missing_is_uncertain(
    rows: int, wide: float, size: float, frame: float
) -> None:
    """Offices have such ones."""
    assert outcome(lines(rows, wide, size, frame)) is UNSURE


@pytest.mark.parametrize(
    ("rows", "wide", "size", "left", "beside"),
    [(1, 60, 6.0, 100.0, 0), (2, 130, 6.0, 30.0, 0), (1, 90, 11.0, 90.0, 4)],
    ids=["one line", "running text", "headline"],
)
def test_red_print_is_no_mark(
    rows: int, wide: float, size: float, left: float, beside: int
) -> None:
    """Lines as long as the page, or a single one."""
    assert outcome(lines(rows, wide, size, left=left, beside=beside)) is NO


@pytest.mark.parametrize("number", [121, 13])
def test_an_oval_under_the_curves_of_a_chart_is_never_no_seal(number: int) -> None:
    """The curves have many times the ink of its characters, but not there."""
    kind = next(kind for kind in KINDS if kind.name == "oval 专用章 across red curves")
    page = sample(kind, 18092, number).data

    pictures = list(pdf_pictures(page, read_pdf(page)))

    assert [look_at_page(each).outcome for each in pictures] == [UNSURE]
