"""What of a PDF page is to be seen: its boxes, its turn, its unit. Pure arithmetic on rectangles
(left, bottom, right, top) in the page's units.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeAlias

Box: TypeAlias = tuple[float, float, float, float]

LEAST = 1.0  #: units that a visible side must have; else the crop box is nonsense
MOST_UNIT = 1000.0  #: points in a unit: a page may not be larger than a town
WHOLE = 0.98  #: of the page that a clipping path must leave
HIDDEN, NO_VIEW = 1 << 1, 1 << 5  #: flags of annotations (ISO 32000-1, table 165)


def visible_box(media: Box, crop: Box) -> Box:
    """The part of a page that is shown: the crop box within the media box (ISO 32000-1, 14.11.2);
    all of it where they do not meet.
    """
    left, bottom, right, top = _upright(media)
    crop_left, crop_bottom, crop_right, crop_top = _upright(crop)
    shown = (
        max(left, crop_left),
        max(bottom, crop_bottom),
        min(right, crop_right),
        min(top, crop_top),
    )
    if shown[2] - shown[0] < LEAST or shown[3] - shown[1] < LEAST:
        return left, bottom, right, top
    return shown


def _upright(box: Box) -> Box:
    """A box may be written from any of its corners."""
    return min(box[0], box[2]), min(box[1], box[3]), max(box[0], box[2]), max(box[1], box[3])


def sides(box: Box, turned: int) -> tuple[float, float]:
    """Width and height as shown after ``turned`` degrees."""
    width, height = box[2] - box[0], box[3] - box[1]
    return (height, width) if turned in (90, 270) else (width, height)


def user_unit(value: object) -> float:
    """Points in a unit of the page (UserUnit, ISO 32000-1, 7.7.3.3); 1 where none is written."""
    if isinstance(value, int | float) and 0 < value <= MOST_UNIT:
        return float(value)
    return 1.0


def meets(box: Box, size: tuple[float, float]) -> bool:
    """Whether something of ``box`` lies on a page of ``size`` that begins at 0, 0."""
    return box[0] < size[0] and box[1] < size[1] and box[2] > 0 and box[3] > 0


def covers(points: Sequence[tuple[float, float]], size: tuple[float, float]) -> bool:
    """Whether the rectangle around ``points`` leaves (nearly) all of the page to be seen."""
    if not points:
        return True
    xs, ys = [x for x, _ in points], [y for _, y in points]
    width = min(max(xs), size[0]) - max(min(xs), 0)
    height = min(max(ys), size[1]) - max(min(ys), 0)
    return width >= WHOLE * size[0] and height >= WHOLE * size[1]


def is_shown(kind: str, flags: object) -> bool:
    """Whether a viewer draws an annotation: it is no link, neither hidden nor for print alone."""
    unseen = isinstance(flags, int) and bool(flags & (HIDDEN | NO_VIEW))
    return kind not in ("Link", "Popup") and not unseen
