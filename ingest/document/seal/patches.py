"""Which patches of a page are worth a finer look for seals:
where the quick look saw ink enough of one colour.

Geometry in millimetres; no pixels are read here. What the patches show is decided in ``page.py``.
"""

from __future__ import annotations

from typing import NamedTuple

from ingest.document.seal.glancing import Glance, Region
from ingest.document.seal.thresholds.ink import WORTH_A_LOOK


class Patch(NamedTuple):
    """A patch of the page in millimetres."""

    left: float
    top: float
    right: float
    bottom: float

    @property
    def size_mm(self) -> tuple[float, float]:
        """Width and height."""
        return self.right - self.left, self.bottom - self.top

    def meets(self, other: Patch) -> bool:
        """Whether the two have a place in common."""
        across = self.left < other.right and other.left < self.right
        return across and self.top < other.bottom and other.top < self.bottom

    def with_other(self, other: Patch) -> Patch:
        """The smallest patch that holds both."""
        return Patch(
            min(self.left, other.left),
            min(self.top, other.top),
            max(self.right, other.right),
            max(self.bottom, other.bottom),
        )


def patches_with_red(first: Glance) -> list[Patch]:
    """Where there is red ink enough, in a group large enough, for a seal or a piece of one;
    a line of red print is neither.
    """
    width, height = first.size_mm
    return _patches(
        [region for region in first.red if _could_be_seal(region, width, height)],
        width,
        height,
    )


def patches_with_blue(first: Glance) -> list[Patch]:
    """Where there is blue ink in the size of a seal,
    in however many pieces; writing is long or low.
    """
    least = WORTH_A_LOOK.least_blue_mm + 2 * WORTH_A_LOOK.margin_mm
    patches = _patches(list(first.blue), *first.size_mm)
    return [patch for patch in patches if min(patch.size_mm) >= least]


def _patches(regions: list[Region], width: float, height: float) -> list[Patch]:
    """The regions with a margin, those that meet as one."""
    patches: list[Patch] = []
    for region in regions:
        patch = Patch(
            max(0.0, region.left - WORTH_A_LOOK.margin_mm),
            max(0.0, region.top - WORTH_A_LOOK.margin_mm),
            min(width, region.right + WORTH_A_LOOK.margin_mm),
            min(height, region.bottom + WORTH_A_LOOK.margin_mm),
        )
        while near := [other for other in patches if other.meets(patch)]:
            patches = [other for other in patches if other not in near]
            for other in near:
                patch = patch.with_other(other)
        patches.append(patch)
    return patches


def _could_be_seal(region: Region, width: float, height: float) -> bool:
    long, short = region.size_mm
    away = min(region.left, region.top, width - region.right, height - region.bottom)
    if long < WORTH_A_LOOK.least_long_mm:
        return False
    if away < WORTH_A_LOOK.edge_mm:
        enough = region.ink_mm2 >= WORTH_A_LOOK.least_ink_at_edge_mm2
        return enough and short >= WORTH_A_LOOK.least_short_at_edge_mm
    enough = region.ink_mm2 >= WORTH_A_LOOK.least_ink_mm2
    return enough and short >= WORTH_A_LOOK.least_short_mm
