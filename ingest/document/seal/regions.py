"""Which parts of a page are worth a finer look for seals:
where the quick look saw ink enough of one colour.

Geometry in millimetres; no pixels are read here. What the parts show is decided in ``seal.py``.
"""

from __future__ import annotations

from typing import NamedTuple

from ingest.document.seal.glancing import Glance, Region

_MARGIN_MM = 7.0  #: of paper around a group of ink
EDGE_MM = 6.0  #: nearer to the edge of the sheet, ink may be a piece of something cut


class Part(NamedTuple):
    """A part of the page in millimetres."""

    left: float
    top: float
    right: float
    bottom: float

    @property
    def size_mm(self) -> tuple[float, float]:
        """Width and height."""
        return self.right - self.left, self.bottom - self.top

    def meets(self, other: Part) -> bool:
        """Whether the two have a place in common."""
        across = self.left < other.right and other.left < self.right
        return across and self.top < other.bottom and other.top < self.bottom

    def with_other(self, other: Part) -> Part:
        """The smallest part that holds both."""
        return Part(
            min(self.left, other.left),
            min(self.top, other.top),
            max(self.right, other.right),
            max(self.bottom, other.bottom),
        )


def parts_with_red(first: Glance) -> list[Part]:
    """Where there is red ink enough, in a group large enough, for a seal or a piece of one;
    a line of red print is neither.
    """
    width, height = first.size_mm
    return _parts(
        [region for region in first.red if _could_be_seal(region, width, height)],
        width,
        height,
    )


def parts_with_blue(first: Glance) -> list[Part]:
    """Where there is blue ink in the size of a seal,
    in however many pieces; writing is long or low.
    """
    least = 20 + 2 * _MARGIN_MM
    return [part for part in _parts(list(first.blue), *first.size_mm) if min(part.size_mm) >= least]


def _parts(regions: list[Region], width: float, height: float) -> list[Part]:
    """The regions with a margin, those that meet as one."""
    parts: list[Part] = []
    for region in regions:
        part = Part(
            max(0.0, region.left - _MARGIN_MM),
            max(0.0, region.top - _MARGIN_MM),
            min(width, region.right + _MARGIN_MM),
            min(height, region.bottom + _MARGIN_MM),
        )
        while near := [other for other in parts if other.meets(part)]:
            parts = [other for other in parts if other not in near]
            for other in near:
                part = part.with_other(other)
        parts.append(part)
    return parts


def _could_be_seal(region: Region, width: float, height: float) -> bool:
    long, short = region.size_mm
    at_edge = min(region.left, region.top, width - region.right, height - region.bottom) < EDGE_MM
    return region.ink_mm2 >= (6 if at_edge else 10) and long >= 12 and (short >= 11 or (at_edge and short >= 2.5))
