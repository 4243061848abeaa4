"""The people of the demo: what they do to a real house, at a clock's time."""

from __future__ import annotations

from datetime import datetime

from ingest.demo.clerk import shifts_of
from ingest.demo.scenario import shipped_scenario
from rules.vocabulary import BEIJING


def test_the_clerk_comes_the_day_after_and_the_administrator_when_the_call_is_closed() -> None:
    """In office hours, after the last digest before them."""
    scenario = shipped_scenario()
    came = next(each.received for each in scenario.samples if each.number == "24")
    assert scenario.shifts == shifts_of(scenario.call, {"24": came})
    clerk, administrator = scenario.shifts
    assert clerk.at == datetime(2024, 8, 29, 10, tzinfo=BEIJING)
    assert administrator.at > scenario.call.deadline
    assert scenario.last_moment > administrator.at
