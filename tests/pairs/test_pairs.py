"""Generated pairs of Word file and scan, judged by the whole chain from pixels to outcome. The full
set: ``make pairs-report``.
"""

from __future__ import annotations

import pytest

from ingest.calls import default_config, open_call
from tests.pairs.made import Truth, pairs
from tests.pairs.scoring import RememberingEngine, Tally, judge

SEED, RUNS = 1, 2  #: a school's form of three pages and a summary table


@pytest.fixture(scope="module")
def tally() -> Tally:
    """Ten pairs of two print runs."""
    call = open_call(default_config() / "calls", "smart-education-2024").call
    return judge(pairs(SEED, RUNS, call), call, RememberingEngine())


# The first test reads all pages; one worker does it for all.
pytestmark = [pytest.mark.slow, pytest.mark.timeout(300), pytest.mark.xdist_group("pairs")]


def test_no_wrong_pair_is_accepted_and_no_right_one_refused(tally: Tally) -> None:
    """Another applicant's form is never the same document, whatever the two share."""
    assert tally.outcomes[Truth.SAME, "same"] == tally.of(Truth.SAME) == RUNS
    assert tally.outcomes[Truth.OTHER, "same"] == 0
    assert tally.outcomes[Truth.OTHER, "other"] >= 1


def test_what_was_changed_after_printing_is_named(tally: Tally) -> None:
    """An added row and rewritten texts; on these clear scans the edited numbers too."""
    for truth in (Truth.ROW, Truth.OLDER, Truth.EDITED):
        assert tally.noticed[truth] == tally.of(truth) > 0


def test_missing_and_swapped_pages_are_named(tally: Tally) -> None:
    """By what stands on them."""
    assert tally.noticed[Truth.MISSING] == tally.of(Truth.MISSING) == 1
    assert tally.noticed[Truth.ORDER] == tally.of(Truth.ORDER) == 1


def test_nothing_is_said_against_a_pair_that_is_in_order(tally: Tally) -> None:
    """No number, text or page."""
    assert [each.false_alarm for each in tally.judged if each.false_alarm] == []
