"""The quick look: where there is red or blue ink, and what is not paper."""

from __future__ import annotations

import numpy as np
import pytest

from ingest.document.seal.glancing import Glance, Region
from ingest.document.seal.patches import patches_with_blue, patches_with_red
from ingest.document.seal.pixels import PageImage
from tests.unit.ingest.document.papers import Pixels, scanned, seal_mask, sheet, stamp

DPI = 150
WOOD, BORDER_MM = (120, 80, 60), 18


def look(page: Pixels, dpi: int = DPI) -> Glance:
    """As the finer look gets it; ``page`` is red, green, blue."""
    return Glance(PageImage(1, np.ascontiguousarray(page[..., ::-1]), dpi / 25.4))


def lying_on_wood(page: Pixels, shade: float = 1.0) -> Pixels:
    """Photographed on a brown table with a grain."""
    border = round(BORDER_MM * DPI / 25.4)
    height, width = (side + 2 * border for side in page.shape[:2])
    grain = np.random.default_rng(1).normal(0, 9, (height, width, 1)) * (1.0, 0.7, 0.5)
    table = np.clip(np.array(WOOD) * shade + grain, 0, 255).astype(np.uint8)
    table[border:-border, border:-border] = page
    return table


def holds(region: Region, x: float, y: float) -> bool:
    """Whether the place lies in the region."""
    return region.left <= x <= region.right and region.top <= y <= region.bottom


def test_red_ink_is_found_where_it_is() -> None:
    """A seal of 42 mm: one group of that size at its place."""
    first = look(scanned(stamp(sheet(DPI), DPI, seal_mask(DPI), at_mm=(110, 180))))
    region = max(first.red, key=lambda each: each.ink_mm2)
    assert holds(region, 133, 203)
    assert all(abs(side - 42) < 5 for side in region.size_mm)


def test_print_on_paper_has_no_red_and_no_blue() -> None:
    """Nothing is worth a finer look."""
    first = look(scanned(sheet(DPI)))
    assert patches_with_red(first) == []
    assert patches_with_blue(first) == []
    assert (
        first.colourless,
        first.blank,
        first.covered,
        first.desk,
    ) == (False, False, False, False)


@pytest.mark.parametrize("shade", [0.6, 1.0, 1.4])
def test_the_table_under_a_photographed_sheet_is_no_ink(shade: float) -> None:
    """Next to paper, brown wood is as red as a stamp; only the seal on the sheet is worth
    a look.
    """
    page = stamp(sheet(DPI), DPI, seal_mask(DPI), at_mm=(110, 180))
    bare = look(scanned(lying_on_wood(sheet(DPI), shade)))
    stamped = look(scanned(lying_on_wood(page, shade)))

    assert bare.desk
    assert patches_with_red(bare) == []
    (part,) = patches_with_red(stamped)
    assert abs(part.left + part.size_mm[0] / 2 - (133 + BORDER_MM)) < 8
    assert max(part.size_mm) < 70


def test_a_seal_in_a_shadow_at_the_edge_of_the_picture_is_ink() -> None:
    """Paper in a shadow is paper: it is dim, but of the same colour."""
    page = scanned(stamp(sheet(DPI), DPI, seal_mask(DPI), at_mm=(10, 240))).astype(np.float32)
    height, width = page.shape[:2]
    across, down = np.meshgrid(np.linspace(0, 1, width), np.linspace(1, 0, height))
    shadow = 1 - 0.45 * np.clip(1.6 - 2.2 * np.hypot(across, down), 0, 1)

    first = look((page * shadow[..., None]).astype(np.uint8))

    assert any(holds(region, 33, 263) for region in first.red)


def test_a_blue_seal_that_falls_into_pieces_is_looked_at_as_one() -> None:
    """Each of the pieces alone is smaller than any seal."""
    page = sheet(DPI, table=False).copy()
    mm = DPI / 25.4
    for across in range(3):
        for down in range(3):
            left, top = round((90 + 15 * across) * mm), round((150 + 15 * down) * mm)
            page[top : top + round(4 * mm), left : left + round(4 * mm)] = (70, 90, 210)

    first = look(scanned(page))

    assert all(max(region.size_mm) < 20 for region in first.blue)
    (part,) = patches_with_blue(first)
    assert all(40 < side < 60 for side in part.size_mm)


def test_a_line_of_blue_writing_is_no_seal() -> None:
    """Signatures are low."""
    page = sheet(DPI, table=False).copy()
    mm = DPI / 25.4
    page[round(200 * mm) : round(209 * mm), round(90 * mm) : round(150 * mm) : 3] = (30, 40, 190)
    assert patches_with_blue(look(scanned(page))) == []
