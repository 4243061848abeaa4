"""Seals of the other side, rectangular ones and those over red rules: what each is taken for."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFilter

from ingest.calls import default_config, open_call
from ingest.document.seal.pixels import PageImage
from ingest.document.seal.ringtext import Writing, read_ring
from ingest.inspection.reports import inspect_document
from ingest.reading import Seal
from tests.pages.outcomes import DPI, MM, NO, UNSURE, YES, outcome
from tests.seals import marks, paper
from tests.seals.capture import scanned
from tests.seals.marks import Stamp
from tests.unit.ingest.document.papers import Pixels, character, seal_mask, sheet, stamp

RED = (205, 40, 50)


def through(strength: float, seed: int) -> Pixels:
    """A page with the seal of its back: mirrored, pale and soft."""
    mask = seal_mask(DPI)[:, ::-1]
    soft = Image.fromarray((mask * 255).astype(np.uint8)).filter(ImageFilter.GaussianBlur(1.6))
    return stamp(
        sheet(DPI, table=False),
        DPI,
        np.asarray(soft, np.float32) / 255,
        strength=strength,
        seed=seed,
    )


@pytest.mark.parametrize("strength", [0.10, 0.13, 0.16, 0.19])
def test_a_seal_that_shows_through_the_paper_is_never_clear(strength: float) -> None:
    """It is the back's; whoever has it before the eyes decides."""
    assert outcome(through(strength, seed=round(100 * strength))) is not YES


def boxed(
    width: float, height: float, rows: int, tilt: float = 0.0, size: float = 0.0, gap: float = 1.15
) -> Pixels:
    """An office's mark: a frame with rows of red characters, in millimetres; as large as they fit
    unless their size is given, so many of it apart.
    """
    picture = Image.new("RGB", (round(width * MM) + 20, round(height * MM) + 20), (250, 247, 238))
    draw, random = ImageDraw.Draw(picture), np.random.default_rng(3)
    draw.rectangle((10, 10, 10 + width * MM, 10 + height * MM), outline=RED, width=round(0.8 * MM))
    size = size or (height - 4) / rows * 0.8
    for row in range(rows):
        top = 10 + (2 + row * (height - 4) / rows) * MM
        for column in range(int((width - 5) / (size * gap))):
            left = 10 + (2.5 + column * size * gap) * MM
            character(draw, random, left, top, size * MM, RED)
    turned = picture.rotate(tilt, Image.Resampling.BICUBIC, expand=True, fillcolor=(250, 247, 238))
    page = Image.fromarray(sheet(DPI, table=False))
    page.paste(turned, (round(110 * MM), round(210 * MM)))
    return np.asarray(page)


@pytest.mark.parametrize(
    ("size", "rows", "tilt"),
    [((45, 15), 1, 0), ((45, 15), 2, 3), ((60, 20), 3, -4), ((38, 12), 1, 2), ((50, 25), 3, 0)],
)
def test_a_rectangular_mark_is_never_called_no_seal(
    size: tuple[float, float], rows: int, tilt: float
) -> None:
    """Offices have such ones; whether it will do is for people."""
    assert outcome(boxed(*size, rows, tilt)) is UNSURE


def test_a_square_frame_with_little_in_it_is_a_mark() -> None:
    """30 x 30 mm with two lines in small characters: neither a name seal nor nothing."""
    assert outcome(boxed(30, 30, 2, 2, size=4)) is UNSURE


def test_a_line_of_close_characters_is_no_rule() -> None:
    """Low frames are full of them."""
    assert outcome(boxed(70, 10, 1, size=4, gap=0.3)) is UNSURE


def registered(width: float, height: float) -> Pixels:
    """A page with a box for 收文 and its day: rules, and a character here and there."""
    page = Image.fromarray(sheet(DPI, table=False))
    draw, random = ImageDraw.Draw(page), np.random.default_rng(3)
    left, top, line = 110 * MM, 210 * MM, round(0.6 * MM)
    right, bottom = left + width * MM, top + height * MM
    draw.rectangle((left, top, right, bottom), outline=RED, width=line)
    draw.line((left, (top + bottom) / 2, right, (top + bottom) / 2), fill=RED, width=line)
    draw.line((left + width * MM / 3, top, left + width * MM / 3, bottom), fill=RED, width=line)
    for row in (0.2, 0.7):
        for column in (2, 8):
            at = left + column * MM, top + row * height * MM
            character(draw, random, *at, 5 * MM, RED)
    return np.asarray(page)


@pytest.mark.parametrize("size", [(50, 22), (62, 30), (75, 40)])
def test_a_box_to_be_filled_in_is_no_mark(size: tuple[float, float]) -> None:
    """It is ruled, not written in: 收文 boxes of offices."""
    assert outcome(registered(*size)) is NO


def ruled(step: tuple[float, float], width: int) -> Pixels:
    """A page ruled in red over its lower half."""
    page = Image.fromarray(sheet(DPI, table=False))
    draw = ImageDraw.Draw(page)
    for x in np.arange(20, 191, step[0]):
        draw.line((x * MM, 150 * MM, x * MM, 270 * MM), fill=RED, width=width)
    for y in np.arange(150, 271, step[1]):
        draw.line((20 * MM, y * MM, 190 * MM, y * MM), fill=RED, width=width)
    return np.asarray(page)


@pytest.mark.parametrize(
    ("step", "width"), [((12, 7), 2), ((20, 10), 2), ((30, 8), 3), ((170, 9), 2)]
)
def test_a_seal_over_red_rules_is_seen(step: tuple[float, float], width: int) -> None:
    """The rules themselves are none."""
    page = ruled(step, width)

    assert outcome(stamp(page, DPI, seal_mask(DPI), strength=0.9)) is YES
    assert outcome(page) is not YES


class Mirror:
    """Reads only what is turned round."""

    def __init__(self, *answers: tuple[str, float]) -> None:
        self.answers = list(answers)

    def read_strip(self, pixels: Pixels) -> tuple[str, float]:
        """The next answer."""
        return self.answers.pop(0)


@pytest.mark.parametrize(
    ("answers", "expected"),
    [
        ([("甲师第一中学", 0.95)], Writing("甲师第一中学")),
        ([("甲师第一中学", 0.88), ("学中一第师甲", 0.8)], Writing("甲师第一中学")),
        ([("学中一第师甲", 0.89), ("甲师第一中学", 0.99)], Writing("", mirrored=True)),
        ([("中一", 0.4), ("甲师第一中学", 0.95)], Writing("", mirrored=True)),
        ([("甲师第一中学", 0.84), ("甲师第一中学", 0.9)], Writing()),
        ([("学小爵正", 0.59), ("甲师第一小学", 0.8)], Writing("", mirrored=True)),
        ([("学小爵正", 0.59), ("甲师第一小学", 0.69)], Writing()),
        ([("", 0.1), ("学", 0.9)], Writing()),
    ],
)
def test_a_ring_that_is_legible_in_a_mirror_says_so(
    answers: list[tuple[str, float]], expected: Writing
) -> None:
    """Clearly better than as it stands."""
    page = np.ascontiguousarray(stamp(sheet(DPI), DPI, seal_mask(DPI))[..., ::-1])
    seal = Seal(page=1, bbox=(120, 190, 42, 42), diameter_mm=42, shape="circle", confidence=0.9)

    assert read_ring(PageImage(1, page, MM), seal, Mirror(*answers)) == expected


@pytest.mark.parametrize(
    ("strength", "answers", "expected"),
    [
        (0.3, [("", 0.9), ("", 0.0)], Writing("", mirrored=True)),
        (0.3, [("甲师第一中学", 0.9), ("", 0.0)], Writing("甲师第一中学")),
        (0.3, [("甲师第一中学", 0.88), ("学中一第师甲", 0.89)], Writing("", mirrored=True)),
        (0.3, [("甲师第一中字", 0.75), ("学中一第师甲", 0.4)], Writing()),
        (0.3, [("甲师第一中字", 0.75), ("学中一第师甲", 0.65)], Writing("", mirrored=True)),
        (0.85, [("", 0.9), ("", 0.0)], Writing()),
    ],
)
def test_a_pale_seal_that_nobody_can_read_may_be_the_other_sides(
    strength: float, answers: list[tuple[str, float]], expected: Writing
) -> None:
    """What shows through is as pale as that, and soft; a strong one is this side's, and one that
    reads better as it stands.
    """
    page = np.ascontiguousarray(through(strength, seed=3)[..., ::-1])
    seal = Seal(page=1, bbox=(99, 169, 42, 42), diameter_mm=42, shape="circle", confidence=0.9)

    assert read_ring(PageImage(1, page, MM), seal, Mirror(*answers)) == expected


@pytest.mark.parametrize(
    ("seed", "strength", "soft"), [(3, 0.33, 1.6), (4, 0.4, 0.8), (5, 0.36, 0.0)]
)
@pytest.mark.parametrize("mirrored", [True, False])
def test_whose_side_a_pale_seal_is_on_is_told_by_its_writing(
    seed: int, strength: float, soft: float, mirrored: bool, tmp_path: Path
) -> None:
    """Also for somebody who looks at one file: by the look alone all of these are clear."""
    chance, dpi = np.random.default_rng(seed), 200
    page = paper.sheet(chance, dpi)
    mask = marks.uneven(chance, marks.round_seal(chance, dpi), 0.3)
    mask = mask[:, ::-1] if mirrored else mask
    mask = cv2.GaussianBlur(np.ascontiguousarray(mask), (0, 0), soft) if soft else mask
    where = (0.6 * page.paper[0], 0.72 * page.paper[1])
    pixels = marks.press(page.pixels, mask, Stamp(where, strength, marks.RED), dpi)
    file = tmp_path / "扫描件.jpg"
    Image.fromarray(scanned(chance, pixels)).save(file, dpi=(dpi, dpi), quality=88)

    seal = inspect_document(file, open_call(default_config() / "calls", "smart-education-2024"))[
        "seal"
    ]

    assert seal["seals"][0]["pale"]
    assert seal["outcome"] == ("uncertain" if mirrored else "stamped"), seal["reason"]
