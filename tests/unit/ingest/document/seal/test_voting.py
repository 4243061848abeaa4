"""Circles and ovals are found by the votes of their rims, wherever they are and whatever else
crosses them.
"""

from __future__ import annotations

import math

import numpy as np
import pytest
from PIL import Image, ImageDraw

from ingest.document.seal.blobs import shows_more
from ingest.document.seal.pixels import WORKING_PX_PER_MM as PPM
from ingest.document.seal.pixels import Map
from ingest.document.seal.rings import Ring, fit_ring
from ingest.document.seal.voting import vote_for_circles, vote_for_ovals

LEVEL = 0.4


def empty(wide: float = 120, high: float = 120) -> Map:
    """A part of a page without ink."""
    return np.zeros((round(high * PPM), round(wide * PPM)), np.float32)


def with_rim(
    ink: Map,
    x: float,
    y: float,
    long: float,
    short: float,
    angle: float = 0,
    width: float = 1.2,
) -> Map:
    """A rim added, all in millimetres and degrees."""
    down, across = np.mgrid[: ink.shape[0], : ink.shape[1]] / PPM
    cos, sin = math.cos(math.radians(angle)), math.sin(math.radians(angle))
    along, over = (across - x) * cos + (down - y) * sin, (down - y) * cos - (across - x) * sin
    units = np.hypot(along / (long / 2), over / (short / 2))
    away = (units - 1) * np.hypot(along, over) / np.maximum(units, 1e-3)
    return np.where(np.abs(away) <= width / 2, np.float32(0.6), ink).astype(np.float32)


def with_lines(ink: Map, *lines: tuple[float, float, float, float]) -> Map:
    """Strokes of a pen 1 mm wide, in millimetres."""
    picture = Image.fromarray((ink * 255).astype(np.uint8))
    for line in lines:
        ImageDraw.Draw(picture).line([each * PPM for each in line], 255, round(PPM))
    return (np.asarray(picture) / 255).astype(np.float32)


def place(ring: Ring) -> tuple[float, float]:
    """Its middle in millimetres."""
    return ring.x / PPM, ring.y / PPM


@pytest.mark.parametrize("diameter", [30, 38, 42, 45, 50, 58])
def test_a_circle_of_a_seals_size_is_found(diameter: float) -> None:
    """To a millimetre, and first of all."""
    best = next(vote_for_circles(with_rim(empty(), 62, 55, diameter, diameter), LEVEL))
    assert place(best) == pytest.approx((62, 55), abs=1.2)
    assert max(best.axes_mm) == pytest.approx(diameter, abs=2.6)


@pytest.mark.parametrize("angle", range(0, 180, 20))
def test_an_oval_is_found_in_any_direction(angle: float) -> None:
    """Whichever way the hand held it."""
    best = next(vote_for_ovals(with_rim(empty(), 60, 60, 42, 30, angle), LEVEL))
    assert place(best) == pytest.approx((60, 60), abs=1.5)
    assert abs((best.angle - angle + 90) % 180 - 90) <= 10


def test_two_circles_are_both_found() -> None:
    """The bureau's and the school's, side by side."""
    ink = with_rim(with_rim(empty(), 30, 60, 42, 42), 85, 60, 40, 40)
    found = sorted(
        place(ring)
        for ring, _ in zip(
            vote_for_circles(ink, LEVEL),
            range(2),
            strict=False,
        )
    )
    assert found == [pytest.approx((30, 60), abs=1.2), pytest.approx((85, 60), abs=1.2)]


def test_a_seal_cut_by_the_edge_has_its_middle_beyond_it() -> None:
    """A third of a rim at the left edge."""
    best = next(vote_for_circles(with_rim(empty(), -6, 60, 42, 42), LEVEL))
    assert place(best) == pytest.approx((-6, 60), abs=2)


@pytest.mark.parametrize(
    "nothing",
    [empty(), empty(0.5, 0.5), with_lines(empty(), (0, 60, 120, 60))],
)
def test_where_no_rim_runs_nothing_is_found(nothing: Map) -> None:
    """Nor on a part smaller than a millimetre."""
    assert list(vote_for_circles(nothing, LEVEL)) == []
    assert list(vote_for_ovals(nothing, LEVEL)) == []


def test_lines_across_a_rim_do_not_pull_its_ellipse_away() -> None:
    """Strokes of a pen cross an oval: fitted, it lies where it would without them."""
    rim = with_rim(empty(), 60, 60, 39, 29, 15)
    crossed = with_lines(
        rim,
        (30, 0, 42, 70),
        (42, 70, 54, 0),
        (10, 30, 45, 42),
        (45, 42, 90, 25),
        (60, 0, 70, 110),
    )

    fitted = fit_ring(crossed, next(vote_for_ovals(crossed, LEVEL)))

    assert fitted is not None
    ring, seen = fitted
    assert place(ring) == pytest.approx((60, 60), abs=0.5)
    # on the rim's outer side
    assert ring.axes_mm == (pytest.approx(39.6, abs=0.9), pytest.approx(29.6, abs=0.9))
    assert (seen.coverage > 0.95, seen.wobble < 0.28) == (True, True)


def test_only_ink_away_from_strong_ink_is_more() -> None:
    """A fringe around strong ink shows nothing new; a pale rim elsewhere does."""
    strong = with_lines(empty(), (20, 10, 20, 110))
    fringed = np.maximum(strong, 0.1 * with_lines(empty(), (21, 10, 21, 110)))
    pale = np.maximum(strong, 0.2 * with_rim(empty(), 70, 60, 42, 42))

    assert not shows_more(fringed, 0.45, 0.12)
    assert shows_more(pale, 0.45, 0.12)
