"""Rings of which no pixel stands out are found as a whole; grain, arcs, discs and small pieces of
paper are no rings.
"""

from __future__ import annotations

import numpy as np
import pytest

from ingest.document.seal.faintrings import faint_ring
from ingest.document.seal.pixels import Map

PX_PER_MM = 1.4
GRAIN = 0.01  #: standard deviation; the ring adds half as much again


def page(seed: int, wide: float = 210, high: float = 297) -> Map:
    """Redness of plain paper."""
    grain = np.random.default_rng(seed).normal(
        0,
        GRAIN,
        (round(high * PX_PER_MM), round(wide * PX_PER_MM)),
    )
    return grain.astype(np.float32)


def with_circle(
    paper: Map,
    x: float,
    y: float,
    diameter: float,
    redness: float,
    share: float = 1.0,
) -> Map:
    """A rim of 1.2 mm added, or a part of one."""
    down, across = np.mgrid[: paper.shape[0], : paper.shape[1]] / PX_PER_MM
    rim = np.abs(np.hypot(across - x, down - y) - diameter / 2) <= 0.6
    part = (np.arctan2(down - y, across - x) + np.pi) / (2 * np.pi) <= share
    return (paper + redness * (rim & part)).astype(np.float32)


@pytest.mark.parametrize("diameter", [38, 42, 45])
def test_a_ring_hardly_stronger_than_the_grain_is_found(diameter: float) -> None:
    """Its place and its size are right to two millimetres."""
    found = faint_ring(with_circle(page(diameter), 140, 220, diameter, 1.5 * GRAIN), PX_PER_MM)

    assert found is not None
    assert abs(found.x - 140) < 2
    assert abs(found.y - 220) < 2
    assert abs(found.diameter - diameter) < 3


@pytest.mark.parametrize("seed", range(5))
def test_grain_is_no_ring(seed: int) -> None:
    """However often one looks."""
    assert faint_ring(page(seed), PX_PER_MM) is None


def test_half_a_ring_is_none() -> None:
    """A curve of pen or print."""
    assert faint_ring(with_circle(page(1), 100, 150, 42, 3 * GRAIN, share=0.55), PX_PER_MM) is None


def test_a_strong_ring_is_not_a_matter_of_this_look() -> None:
    """The finer one has seen it and knows better."""
    assert faint_ring(with_circle(page(1), 100, 150, 42, 0.8), PX_PER_MM) is None


def test_a_strip_of_paper_smaller_than_a_seal_has_none() -> None:
    """Nothing fits on it."""
    assert faint_ring(page(1, wide=30), PX_PER_MM) is None


def with_gaps(
    paper: Map,
    x: float,
    y: float,
    diameter: float,
    redness: float,
    sectors: set[int],
) -> Map:
    """A rim that is missing in some of its 24 sectors."""
    down, across = np.mgrid[: paper.shape[0], : paper.shape[1]] / PX_PER_MM
    rim = np.abs(np.hypot(across - x, down - y) - diameter / 2) <= 0.6
    sector = (np.arctan2(down - y, across - x) % (2 * np.pi) / (2 * np.pi) * 24).astype(int)
    return (paper + redness * (rim & ~np.isin(sector, list(sectors)))).astype(np.float32)


def test_the_palest_ring_may_have_gaps_where_it_stands_far_out_of_the_grain() -> None:
    """A stamp pressed unevenly on smooth paper; on grainy paper the same gaps say that it
    is none.
    """
    gaps = {0, 1, 4, 5, 9, 10, 14, 19}
    smooth, grainy = (page(2) * np.float32(share) for share in (0.15, 0.5))

    assert faint_ring(with_gaps(smooth, 120, 200, 42, 0.02, gaps), PX_PER_MM) is not None
    assert faint_ring(with_gaps(grainy, 120, 200, 42, 0.02, gaps), PX_PER_MM) is None
