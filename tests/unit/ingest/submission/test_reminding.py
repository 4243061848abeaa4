"""Who is reminded: the deadline of the call is Saturday, 31 August 2024; reminders fall on 22, 28
and 30 August.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime

import pytest

from ingest.calls import default_config, open_call
from ingest.submission.inhand import CaseInHand, Told
from ingest.submission.reminding import UnitInSight, call_reminder, reminder_day
from rules.call import Call, Unit
from rules.tasks import TaskKind
from rules.verdict import Decision
from rules.vocabulary import BEIJING

CALL = open_call(default_config() / "calls", "smart-education-2024").call
NOW = datetime(2024, 8, 28, 9, 30, tzinfo=BEIJING)
DAY = date(2024, 8, 28)
TOLD = Told(datetime(2024, 8, 19, 9, 12, tzinfo=BEIJING), "a@example.cn", "<1@b>", arrived=True)
CASE = CaseInHand(Decision.INCOMPLETE, told=TOLD)


def test_a_case_that_was_told_and_has_not_mended_is_reminded() -> None:
    """And once a day."""
    assert reminder_day(CASE, CALL, (), NOW) == DAY
    assert reminder_day(CASE, CALL, {DAY}, NOW) is None
    assert reminder_day(CASE, CALL, {date(2024, 8, 22)}, NOW) == DAY
    asked = replace(CASE, tasks=frozenset({TaskKind.QUESTION}))
    assert reminder_day(asked, CALL, (), NOW) == DAY


@pytest.mark.parametrize(
    "case",
    [
        replace(CASE, decision=Decision.ACCEPTED),
        replace(CASE, decision=Decision.REFERRED),
        replace(CASE, decision=Decision.REJECTED),
        replace(CASE, decision=None),
        replace(CASE, pending=True),
        replace(CASE, ended=True),
        replace(CASE, contested=True),
        replace(CASE, tasks=frozenset({TaskKind.WITHDRAWAL})),
        replace(CASE, told=None),
        replace(CASE, told=replace(TOLD, arrived=False)),
        replace(CASE, told=replace(TOLD, at=NOW)),
    ],
    ids=[
        "accepted", "with staff", "rejected", "undecided", "papers have come", "ended",
        "contested", "withdrawal asked",        "its letter waits", "its letters bounce", "told today",
    ],
)  # fmt: skip
def test_nobody_else_is(case: CaseInHand) -> None:
    """A reminder of what is not so, or to where nobody reads it, is worse than none."""
    assert reminder_day(case, CALL, (), NOW) is None


LISTED = Unit(
    "第十一师", "第十一师教育局", addresses=("@s11.example", "jyj@s11.example", "b@s11.example")
)
SIGHT = UnitInSight(LISTED, heard=False, unreachable=(), reminded=frozenset())


@pytest.fixture
def reminding() -> Call:
    return replace(CALL, timing=replace(CALL.timing, remind_silent=True))


def test_a_unit_that_has_sent_nothing_is_reminded_when_the_call_says_so(reminding: Call) -> None:
    """At its first address that is one; a domain is none."""
    assert call_reminder(SIGHT, reminding, NOW) == (DAY, "jyj@s11.example")
    assert call_reminder(SIGHT, CALL, NOW) is None


def test_a_unit_that_was_heard_or_reminded_or_cannot_be_reached_is_not(reminding: Call) -> None:
    """The next address is tried before it is given up."""
    lost = replace(SIGHT, unreachable=("jyj@s11.example",))
    assert call_reminder(lost, reminding, NOW) == (DAY, "b@s11.example")
    for sight in (
        replace(SIGHT, heard=True),
        replace(SIGHT, reminded=frozenset({DAY})),
        replace(SIGHT, unreachable=LISTED.addresses),
        replace(SIGHT, unit=replace(LISTED, addresses=("@s11.example",))),
    ):
        assert call_reminder(sight, reminding, NOW) is None
    assert call_reminder(SIGHT, reminding, NOW.replace(day=21)) is None
