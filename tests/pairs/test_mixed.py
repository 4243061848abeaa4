"""A summary table that went wrong between desk and scanner, judged from its pixels. The full set:
``make pairs-report ARGS=--mixed``.
"""

from __future__ import annotations

from itertools import takewhile

import pytest

from ingest.calls import default_config, open_call
from tests.pairs.made import Truth
from tests.pairs.mixed import mixed
from tests.pairs.scoring import RememberingEngine, judge

SEED = 5  #: a table of several rows on one clear page

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300), pytest.mark.xdist_group("pairs")]


def test_rows_that_changed_places_or_have_no_partner_are_named() -> None:
    """Two rows exchanged, their contacts exchanged, a row that only one of the two has."""
    call = open_call(default_config() / "calls", "smart-education-2024").call
    table = takewhile(lambda pair: pair.truth is not Truth.INKED, mixed(SEED, 1, call))
    tally = judge(table, call, RememberingEngine())

    assert tally.outcomes[Truth.SAME, "same"] == 1
    assert [each.false_alarm for each in tally.judged if each.false_alarm] == []
    for truth in (Truth.TURNED, Truth.CROSSED, Truth.ROW):
        assert tally.noticed[truth] == tally.of(truth) == 1
