"""What follows from findings for an entry and for a case."""

from __future__ import annotations

import pytest

from rules.verdict import (
    APPLICANT_DECISION_NAMES,
    DECISION_NAMES,
    Decision,
    Finding,
    Outcome,
    Truth,
    decide_case,
    decide_entry,
    decision_name,
)

YES, MEND, NO, STAFF = Decision.ACCEPTED, Decision.INCOMPLETE, Decision.REJECTED, Decision.REFERRED


def findings(*outcomes: Outcome) -> list[Finding]:
    return [
        Finding(
            rule="R",
            title="",
            clause="",
            outcome=outcome,
            truth=Truth.VIOLATED,
            text="",
            subjects=(),
        )
        for outcome in outcomes
    ]


@pytest.mark.parametrize(
    ("outcomes", "decision"),
    [
        ((), YES),
        ((Outcome.REMIND,), YES),
        ((Outcome.RETURN, Outcome.REMIND), MEND),
        ((Outcome.REFER,), STAFF),
        ((Outcome.RETURN, Outcome.REFER), MEND),
        ((Outcome.REJECT, Outcome.RETURN), NO),
        ((Outcome.REJECT, Outcome.REFER), STAFF),
        ((Outcome.REJECT, Outcome.REFER, Outcome.RETURN), STAFF),
    ],
)
def test_an_entry_is_decided_by_its_worst_finding_but_uncertainty_holds_back_a_no(
    outcomes: tuple[Outcome, ...], decision: Decision
) -> None:
    """转人工 holds back 不予受理, never 退回补正."""
    assert decide_entry(findings(*outcomes)) is decision


@pytest.mark.parametrize(
    ("decisions", "decision"),
    [
        ((YES, YES), YES),
        ((YES, MEND, STAFF), MEND),
        ((YES, STAFF, NO), STAFF),
        ((YES, NO), YES),
        ((NO, NO), NO),
        ((NO, MEND), MEND),
    ],
)
def test_a_case_is_rejected_only_when_every_entry_is(
    decisions: tuple[Decision, ...],
    decision: Decision,
) -> None:
    """Otherwise the letter is about what can still be done."""
    assert decide_case(decisions) is decision


def test_every_decision_has_a_name_and_so_has_none_yet() -> None:
    """What applicants read differs only where the office speaks about its own work."""
    assert [decision_name(decision) for decision in Decision] == [
        "受理",
        "待补正",
        "不予受理",
        "转人工",
    ]
    assert decision_name(None) == "未裁定"
    differing = {
        each for each in Decision if DECISION_NAMES[each] != APPLICANT_DECISION_NAMES[each]
    }
    assert differing == {Decision.REFERRED}
