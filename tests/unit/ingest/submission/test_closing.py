"""Which cases are closed: the deadline of the call is Saturday, 31 August 2024, 24:00; the grace is
one working day, so from Tuesday on.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from ingest.calls import default_config, open_call
from ingest.submission.closing import is_closing, is_due, left_open
from ingest.submission.inhand import CaseInHand, Told
from rules.tasks import TaskKind
from rules.verdict import Decision
from rules.vocabulary import BEIJING

CALL = open_call(default_config() / "calls", "smart-education-2024").call
TUESDAY = datetime(2024, 9, 3, tzinfo=BEIJING)
TOLD = Told(datetime(2024, 8, 29, 9, 12, tzinfo=BEIJING), "a@example.cn", "<1@b>", arrived=True)
CASE = CaseInHand(Decision.INCOMPLETE, told=TOLD)


def test_a_case_that_was_told_and_did_not_mend_is_closed_after_the_grace() -> None:
    """Not a minute before."""
    assert is_due(CASE, CALL, TUESDAY)
    assert is_closing(CALL, TUESDAY)
    assert not is_due(CASE, CALL, TUESDAY - timedelta(minutes=1))
    assert not is_closing(CALL, TUESDAY - timedelta(minutes=1))


def test_who_was_told_late_has_the_grace_from_then_on() -> None:
    """Also whom a person gave another chance after the deadline."""
    late = replace(CASE, told=replace(TOLD, at=TUESDAY + timedelta(hours=10)))

    assert not is_due(late, CALL, TUESDAY + timedelta(days=1))
    assert is_due(late, CALL, TUESDAY + timedelta(days=2))


@pytest.mark.parametrize(
    ("case", "reason"),
    [
        (replace(CASE, pending=True), "有新来件"),
        (replace(CASE, decision=None), "有新来件"),
        (replace(CASE, decision=Decision.ACCEPTED, pending=True), "有新来件"),
        (replace(CASE, contested=True), "等待认定"),
        (replace(CASE, tasks=frozenset({TaskKind.WITHDRAWAL})), "确认撤回"),
        (
            replace(CASE, tasks=frozenset({TaskKind.QUESTION, TaskKind.HELD})),
            "处理引用他人案卷的来件、答复来信",
        ),
        (replace(CASE, decision=Decision.REFERRED), "等待人工核验"),
        (replace(CASE, referred=True), "等待人工核验"),
        (replace(CASE, told=None), "没有发出"),
        (replace(CASE, told=replace(TOLD, arrived=False)), "没有送达"),
    ],
)
def test_what_staff_owe_is_left_out_and_said_so(case: CaseInHand, reason: str) -> None:
    """An office that has not done its part refuses nobody."""
    assert not is_due(case, CALL, TUESDAY)
    assert reason in left_open(case)


@pytest.mark.parametrize(
    "case",
    [
        replace(CASE, ended=True, pending=True),
        replace(CASE, decision=Decision.ACCEPTED, told=None),
        replace(CASE, decision=Decision.REJECTED, told=None),
    ],
)
def test_what_is_done_is_neither_closed_nor_left_open(case: CaseInHand) -> None:
    """Nobody is asked about it."""
    assert not is_due(case, CALL, TUESDAY)
    assert left_open(case) == ""


def test_a_task_to_telephone_keeps_a_case_open_only_while_its_letter_is_lost() -> None:
    """A later letter may have arrived."""
    called = replace(CASE, tasks=frozenset({TaskKind.UNDELIVERED}))

    assert is_due(called, CALL, TUESDAY)
    assert not is_due(replace(called, told=replace(TOLD, arrived=False)), CALL, TUESDAY)
