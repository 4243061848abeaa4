"""Whose seal: a page of every kind of ring; nobody's own seal is called another's, and no double's
is taken for it.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

import pytest

from ingest.calls import default_config, open_call
from ingest.document.print.ocr import OcrEngine
from tests.once import Once
from tests.seals.rings import KINDS, Judged, Pressed, Said, judge, pressed
from tests.seals.rings_report import report

SEED = 20240901
DPI = 200  #: `make ring-report` has the others
HARD = {"pressed over print, signed"}

pytestmark = [pytest.mark.slow]


@cache
def engine() -> OcrEngine:
    """One for all pages of a worker."""
    return OcrEngine()


@pytest.fixture(scope="module")
def judged(once: Once) -> Callable[[int], Judged]:
    """What is said of the page of one kind, made and read once for the whole run."""
    call = open_call(default_config() / "calls", "smart-education-2024").call

    def made(number: int) -> Judged:
        return judge(pressed(KINDS[number], SEED, number, (DPI,)), call, engine())

    return lambda number: once(f"ring-{number}", lambda: made(number))


@pytest.mark.parametrize("number", range(len(KINDS)), ids=[kind.name for kind in KINDS])
def test_no_seal_is_said_to_be_whose_it_is_not(
    number: int,
    judged: Callable[[int], Judged],
) -> None:
    """Unread is no mistake."""
    said = judged(number)

    assert said.own is not Said.DIFFERENT, said.writing
    assert Said.AGREES not in (said.far, said.double), said.writing


def test_most_rings_are_read(judged: Callable[[int], Judged]) -> None:
    """Round and oval, straight and tilted, short and long: two thirds letter by letter, nearly all
    well enough for a far unit.
    """
    clear = [judged(number) for number, kind in enumerate(KINDS) if kind.name not in HARD]

    assert (
        sum(each.own is Said.AGREES for each in clear)
        >= len(
            clear,
        )
        * 2
        / 3
    ), [each.writing for each in clear]
    assert (
        sum(each.far is Said.DIFFERENT for each in clear)
        >= len(
            clear,
        )
        - 2
    ), [each.writing for each in clear]


def test_the_report_names_what_is_wrong() -> None:
    """An own seal called another's, and a double's taken for one's own."""
    page = Pressed("0001 page", KINDS[0].name, "uming", 200, "第六师教育局", "第八师教育局", b"")
    own = Judged(page, "第八师教育局", Said.DIFFERENT, Said.DIFFERENT, Said.UNREAD)
    double = Judged(
        page._replace(name="0002 page"), "第八师教育局", Said.AGREES, Said.UNREAD, Said.AGREES
    )

    text = report([own, double])

    assert f"| {KINDS[0].name} | 2 | 1 | 1 | 0 | 1 | 1 | 0 | 0 | 1 | 1 |" in text
    assert "wrong: 0001 page" in text
    assert "wrong: 0002 page" in text
