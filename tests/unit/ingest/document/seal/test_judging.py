"""What measures of a ring prove: each check of the chain, at its limit."""

from __future__ import annotations

from dataclasses import replace

import pytest

from ingest.document.seal.judging import CUT_RING, NOTHING, Verdict, is_small_badge, judge_ring
from ingest.document.seal.pixels import WORKING_PX_PER_MM as PPM
from ingest.document.seal.rings import Measured, Ring

SEAL = Measured(
    coverage=0.95,
    wobble=0.1,
    outside=0.02,
    fill=0.2,
    text=0.9,
    text_fill=0.3,
    centre_fill=0.4,
    band=0.1,
    strokes=12,
    visible=1.0,
    ink=0.5,
)
CLEAR = Verdict(clear=True, reason="有清晰的红色印章")
WEAK = Verdict(clear=False, reason="有不够清晰的环形图样")
SMALL = Verdict(clear=False, reason="有环形图样, 但小于公章尺寸")


def ring(long_mm: float = 42, short_mm: float | None = None) -> Ring:
    """A ring of so many millimetres across."""
    short = long_mm if short_mm is None else short_mm
    return Ring(300, 300, long_mm / 2 * PPM, short / 2 * PPM)


@pytest.mark.parametrize(
    ("changed", "verdict"),
    [
        ({}, CLEAR),
        ({"coverage": 0.64}, CLEAR),
        ({"coverage": 0.63}, WEAK),
        ({"coverage": 0.49}, NOTHING),
        ({"wobble": 0.28}, WEAK),
        ({"wobble": 0.28, "outside": 0.12, "text": 0.7}, NOTHING),
        ({"outside": 0.15}, WEAK),
        ({"outside": 0.25}, NOTHING),
        ({"fill": 0.05}, WEAK),
        ({"fill": 0.02}, NOTHING),
        ({"fill": 0.47}, WEAK),
        ({"fill": 0.56}, NOTHING),
        ({"strokes": 4}, WEAK),
        ({"strokes": 2}, NOTHING),
        ({"text": 0.26}, CLEAR),
        ({"text": 0.26, "wobble": 0.2}, WEAK),
        ({"text": 0.36, "wobble": 0.2}, CLEAR),
        ({"ink": 0.17}, CLEAR),
        ({"ink": 0.15}, WEAK),
        ({"band": 0.56}, NOTHING),
        ({"second": 0.89}, Verdict(clear=False, reason="有双圈图样, 可能是徽标")),
        ({"visible": 0.74}, Verdict(clear=False, reason=CUT_RING)),
        ({"visible": 0.74, "coverage": 0.59}, NOTHING),
        ({"visible": 0.74, "strokes": 0}, NOTHING),
        ({"visible": 0.11}, NOTHING),
    ],
)
def test_a_ring_is_what_its_measures_prove(changed: dict[str, float], verdict: Verdict) -> None:
    """One measure after the other leaves what a clear seal has."""
    measures = replace(SEAL, **changed)  # type: ignore[arg-type]
    assert judge_ring(ring(), measures, exact=True) == verdict


THIN = replace(SEAL, text=0.22, fill=0.07, wobble=0.08, outside=0.0, centre_fill=0.25, strokes=7)


@pytest.mark.parametrize(
    ("changed", "verdict"),
    [
        ({}, CLEAR),
        ({"coverage": 0.89}, WEAK),
        ({"wobble": 0.1}, WEAK),
        ({"outside": 0.02}, WEAK),
        ({"centre_fill": 0.14}, WEAK),
        ({"centre_fill": 0.61}, WEAK),
        ({"strokes": 5}, WEAK),
        ({"text": 0.17}, WEAK),
        ({"ink": 0.15}, WEAK),
        ({"second": 0.89}, Verdict(clear=False, reason="有双圈图样, 可能是徽标")),
    ],
)
def test_a_perfect_rim_around_a_star_makes_up_for_thin_writing(
    changed: dict[str, float], verdict: Verdict
) -> None:
    """An app that makes paper white takes most of the writing with it; each of the rest is
    needed.
    """
    measures = replace(THIN, **changed)  # type: ignore[arg-type]
    assert judge_ring(ring(), measures, exact=True) == verdict


BADGE = replace(SEAL, second=0.95)


@pytest.mark.parametrize(
    ("long", "short", "changed", "badge"),
    [
        (28, 28, {}, True),
        (28, 28, {"second": 0.2, "band": 0.6}, True),
        (28, 28, {"second": 0.88}, False),
        (28, 28, {"coverage": 0.94}, False),
        (28, 28, {"wobble": 0.2}, False),
        (28, 28, {"outside": 0.1}, False),
        (33, 33, {}, False),
        (28, 23, {}, False),
    ],
)
def test_a_small_badge_is_a_disc_or_has_two_rings(
    long: float, short: float, changed: dict[str, float], *, badge: bool
) -> None:
    """A seal that a copier shrank has neither; ovals have two rims."""
    measures = replace(BADGE, **changed)  # type: ignore[arg-type]
    assert is_small_badge(ring(long, short), measures) is badge


def test_an_oval_with_two_rims_is_a_seal() -> None:
    """专用章 have two as often as one; logos are round."""
    assert judge_ring(ring(45, 30), replace(SEAL, second=0.97), exact=True) == CLEAR


@pytest.mark.parametrize(
    ("long", "short", "exact", "verdict"),
    [
        (33.9, 33.9, True, NOTHING),
        (34.2, 34.2, True, SMALL),
        (34.5, 34.5, True, CLEAR),
        (58, 58, True, CLEAR),
        (62.5, 62.5, True, NOTHING),
        (30, 30, False, CLEAR),
        (70.5, 70.5, False, NOTHING),
        (45, 30, True, CLEAR),
        (45, 22, True, NOTHING),
    ],
)
def test_only_a_seals_size_is_a_seal(
    long: float,
    short: float,
    exact: bool,
    verdict: Verdict,
) -> None:
    """Where the scale is a guess, more sizes are let through."""
    assert judge_ring(ring(long, short), SEAL, exact=exact) == verdict


def test_a_ring_without_a_star_must_be_larger() -> None:
    """Its size alone must tell it from other rings."""
    assert judge_ring(ring(36), replace(SEAL, centre_fill=0.0), exact=True) == SMALL
    assert judge_ring(ring(36.5), replace(SEAL, centre_fill=0.0), exact=True) == CLEAR


def test_lines_across_a_rim_excuse_its_wobble_only_where_there_is_colour() -> None:
    """Cells of a form in black and white are no seals."""
    crossed = replace(SEAL, wobble=0.5)

    assert judge_ring(ring(), crossed, exact=True) == WEAK
    assert judge_ring(ring(), crossed, exact=True, crossed=False) == NOTHING
