"""Red print beside a line that asks for a seal."""

from __future__ import annotations

import numpy as np
import pytest

from ingest.document.seal.pixels import Pixels
from ingest.document.seal.redprint import red_print_beside

PX = 5.0
BOX = (100.0, 200.0, 300.0, 225.0)
RED, BLACK, BROWN = (60, 50, 200), (30, 30, 30), (150, 170, 190)


def page(*strokes: tuple[float, float, float, float, tuple[int, int, int]]) -> Pixels:
    """Paper with upright strokes two pixels wide, three apart, in boxes of a colour."""
    made = np.full((600, 900, 3), 245, np.uint8)
    for left, top, right, bottom, colour in strokes:
        for at in range(int(left), int(right), 5):
            made[int(top) : int(bottom), at : at + 2] = colour
    return made


ASKING = (*BOX, BLACK)


@pytest.mark.parametrize(
    ("more", "seen"),
    [
        ([(320, 195, 470, 225, RED)], True),
        ([(120, 215, 280, 240, RED)], True),
        ([], False),
        ([(320, 195, 470, 225, BROWN)], False),
        ([(320, 195, 470, 225, BLACK)], False),
        ([(320, 195, 350, 225, RED)], False),
        ([(310, 220, 470, 224, RED)], False),
        ([(320, 400, 470, 430, RED)], False),
        ([(700, 195, 850, 225, RED)], False),
    ],
    ids=["beside", "over", "none", "pale", "black", "short", "flat", "below", "far"],
)
def test_a_line_of_red_print(more: list[tuple[float, ...]], seen: bool) -> None:
    """Beside the words or pressed on them; neither a stroke of a pen nor print elsewhere."""
    assert red_print_beside(page(ASKING, *more), BOX, PX) is seen  # type: ignore[arg-type]


def test_words_that_are_red_themselves_ask_in_red() -> None:
    """A form that is printed in red."""
    assert not red_print_beside(page((*BOX, RED), (320, 195, 470, 225, RED)), BOX, PX)
    assert not red_print_beside(page((*BOX, RED)), BOX, PX)


def test_a_place_at_the_edge_of_the_page() -> None:
    """There may be next to nothing of it."""
    assert not red_print_beside(page(), (880.0, -5.0, 910.0, 8.0), PX)
    assert not red_print_beside(page(), (-20.0, -20.0, -5.0, -5.0), PX)
