"""Red print where a form asks for a seal: an office's mark may be a single line without a frame.

Pixels in, yes or no out; pure. Such a line looks like any red print, so that only its place tells,
and only that nobody can say there is no seal.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ingest.document.seal.pixels import Pixels

RIGHT_MM, ABOVE_MM, BELOW_MM = 70.0, 8.0, 12.0  #: around what asks for the seal
REDDER = 45  #: steps of 255 by which red print is redder than green or blue
LEAST_MM2 = 12.0  #: ink of a line of some characters
LEAST_LONG_MM, LEAST_HIGH_MM = 12.0, 2.0
OWN = 0.85  #: share of the asking line's ink from which it is printed in red itself
DARK = 150  #: light below which there is ink

Box = tuple[float, float, float, float]
"""Left, top, right, bottom in pixels."""


def red_print_beside(pixels: Pixels, box: Box, px_per_mm: float) -> bool:
    """Whether a line of red print stands at a line that asks for a seal; one that is red itself
    asks in red, and nothing follows.
    """
    left, top, right, bottom = box
    if _is_red_itself(_part(pixels, box)):
        return False
    reach = (
        left,
        top - ABOVE_MM * px_per_mm,
        right + RIGHT_MM * px_per_mm,
        bottom + BELOW_MM * px_per_mm,
    )
    return _is_line(_red(_part(pixels, reach)), px_per_mm)


def _part(pixels: Pixels, box: Box) -> Pixels:
    left, top, right, bottom = (max(0, round(side)) for side in box)
    return pixels[top:bottom, left:right]


def _red(part: Pixels) -> NDArray[np.bool_]:
    blue, green, red = (part[..., channel].astype(np.int16) for channel in range(3))
    return np.asarray(red - np.maximum(blue, green) > REDDER)


def _is_red_itself(part: Pixels) -> bool:
    ink = int(np.count_nonzero(part.min(axis=2) < DARK))
    return int(np.count_nonzero(_red(part))) > OWN * max(1, ink)


def _is_line(red: NDArray[np.bool_], px_per_mm: float) -> bool:
    if np.count_nonzero(red) < LEAST_MM2 * px_per_mm**2:
        return False
    rows, columns = (np.flatnonzero(red.sum(axis=axis) > 1) for axis in (1, 0))
    long, high = (float(at[-1] - at[0]) / px_per_mm if at.size else 0.0 for at in (columns, rows))
    return long >= LEAST_LONG_MM and high >= LEAST_HIGH_MM
