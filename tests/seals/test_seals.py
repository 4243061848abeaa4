"""A page of every kind goes the way of an attachment: nothing unstamped is called stamped, nothing
clearly stamped is called unstamped.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from ingest.calls import default_config, open_call
from ingest.reading import SealOutcome
from tests.once import Once
from tests.seals import foreign
from tests.seals.pages import KINDS, Kind, Truth, choose, grey, sample
from tests.seals.report import Judged, judge, report, report_of_foreign

SEED = 20240831
MOST_DPI = 150  #: for time's sake; `make seal-report` has the finer ones

pytestmark = [pytest.mark.slow]


@pytest.fixture(scope="module")
def judged(once: Once) -> Callable[[int], Judged]:
    """What is said of the page of one kind, made and looked at once for the whole run."""
    call = open_call(default_config() / "calls", "smart-education-2024").call

    def made(number: int) -> Judged:
        kind = KINDS[number]
        coarse = tuple(dpi for dpi in kind.dpis if dpi <= MOST_DPI)
        return judge(sample(kind._replace(dpis=coarse), SEED, number), call, timed=False)

    return lambda number: once(f"seal-{number}", lambda: made(number))


@pytest.mark.parametrize("number", range(len(KINDS)), ids=[kind.name for kind in KINDS])
def test_no_page_is_called_what_it_is_not(number: int, judged: Callable[[int], Judged]) -> None:
    """Uncertain is no mistake; the opposite is, and so is certainty about what nobody can tell."""
    said = judged(number)

    assert not said.wrong, (said.outcome, said.reason)


def test_a_pale_seal_that_a_chart_runs_across_is_not_overlooked() -> None:
    """All the ink of the page hangs together; what is paler than the lines is looked at apart."""
    call = open_call(default_config() / "calls", "smart-education-2024").call
    kind = next(each for each in KINDS if each.name == "oval 专用章 across red curves")

    said = judge(sample(kind, 730411, 229), call, timed=False)

    assert said.outcome is not SealOutcome.NOT_STAMPED, said.reason


def test_few_pages_that_are_clear_to_the_eye_are_left_to_staff(
    judged: Callable[[int], Judged],
) -> None:
    """One page of each kind, rare kinds as heavy as common ones: at most one in ten."""
    clear = [judged(number) for number, kind in enumerate(KINDS) if kind.truth is not Truth.STAFF]

    unsure = [each.name for each in clear if each.outcome is SealOutcome.UNCERTAIN]

    assert len(unsure) <= len(clear) / 10, unsure


def test_the_same_seed_makes_the_same_page() -> None:
    """Byte by byte; another seed makes another."""
    kind: Kind = KINDS[0]._replace(dpis=(100,))

    assert sample(kind, 1, 5).data == sample(kind, 1, 5).data
    assert sample(kind, 1, 5).data != sample(kind, 2, 5).data


def test_a_page_that_kept_no_colour_is_for_staff_whatever_it_was() -> None:
    """Scanned grey it is the same bytes."""
    kind = next(kind for kind in KINDS if kind.name == "print, yellowed paper")
    coloured = sample(kind._replace(dpis=(100,)), SEED, 1)
    without = sample(kind._replace(dpis=(100,), take=grey), SEED, 1)

    assert (coloured.kind.truth, without.kind.truth) == (Truth.UNSTAMPED, Truth.STAFF)
    assert without.kind.right == {SealOutcome.UNCERTAIN}


def test_the_first_pages_of_a_set_show_every_kind() -> None:
    """And common kinds come more often than rare ones."""
    assert set(choose(len(KINDS))) == set(KINDS)
    assert choose(1000).count(KINDS[0]) > choose(1000).count(KINDS[2])


def test_pages_of_any_directory_can_be_stamped(tmp_path: Path) -> None:
    """A page of ours stands for somebody else's; what cannot be shown is left out."""
    kind = next(kind for kind in KINDS if kind.name == "red table")
    (tmp_path / "a.pdf").write_bytes(sample(kind._replace(dpis=(100,)), SEED, 1).data)
    (tmp_path / "b.pdf").write_bytes(b"%PDF-1.4 broken")

    call = open_call(default_config() / "calls", "smart-education-2024").call
    text = report_of_foreign(foreign.run(tmp_path, SEED, call, 1))

    assert "| bare | 1 | 0 | 0 | 1 | 0 |" in text
    assert "| round seal | 1 | 1 | 0 | 0 | 0 |" in text


def test_the_report_counts_what_is_wrong() -> None:
    """A stamped page called unstamped stands in the table of its truth, in that of its kind and by
    name.
    """
    kind = KINDS[0]
    wrong = Judged(
        "0001 page",
        kind.name,
        Truth.STAMPED,
        SealOutcome.NOT_STAMPED,
        "no red",
        False,
        20.0,
        10.0,
        5.0,
    )

    text = report([wrong])

    assert "| stamped | 1 | 0 | 0 | 1 | 1 |" in text
    assert f"| {kind.name} | 1 | 0 | 0 | 1 | 1 |" in text
    assert "0001 page" in text
    assert "decode and look, times the decode, all pages with one JPEG: median 1.5 (1)" in text
