"""A person's decision stands as long as the entry's papers are the same."""

from __future__ import annotations

import pytest

from rules.staff import (
    DECISION_OF,
    StaffAction,
    StaffDecision,
    with_staff_decisions,
)
from rules.verdict import Decision, EntryVerdict, Finding, Outcome, Truth, Verdict


def finding(outcome: Outcome, text: str = "缺扫描件") -> Finding:
    return Finding(
        rule="C01",
        title="",
        clause="",
        outcome=outcome,
        truth=Truth.VIOLATED,
        text=text,
        subjects=("申1",),
    )


def entry(name: str, decision: Decision, papers: str = "p", *findings: Finding) -> EntryVerdict:
    return EntryVerdict(
        entry="申1",
        applicant=name,
        track="示范校",
        decision=decision,
        findings=findings,
        papers=papers,
    )


def verdict(*entries: EntryVerdict) -> Verdict:
    decision = entries[0].decision if entries else Decision.REFERRED
    return Verdict(decision=decision, entries=entries, rules_sha256="")


def decided(action: StaffAction, applicant: str = "", **papers: str) -> StaffDecision:
    return StaffDecision(
        applicant=applicant, action=action, because="电话核实", who="李", papers=papers
    )


def same(first: str, second: str) -> bool:
    return first == second


@pytest.mark.parametrize("action", list(StaffAction))
def test_a_persons_word_is_the_decision(action: StaffAction) -> None:
    given = verdict(entry("红旗小学", Decision.REFERRED, "p", finding(Outcome.REFER)))

    after = with_staff_decisions(given, [decided(action, 红旗小学="p")], same)

    assert after.decision is DECISION_OF[action]
    assert after.entries[0].by_staff == "李"
    assert after.entries[0].findings[0].text == "电话核实"


def test_with_new_papers_the_rules_speak_again() -> None:
    given = verdict(entry("红旗小学", Decision.REFERRED, "new"))

    assert with_staff_decisions(given, [decided(StaffAction.ACCEPT, 红旗小学="p")], same) == given


def test_the_later_of_two_decisions_stands_and_the_other_entry_is_left_alone() -> None:
    given = verdict(entry("红旗小学", Decision.REFERRED), entry("幸福小学", Decision.REFERRED))
    said = [
        decided(StaffAction.REJECT, "红旗小学", 红旗小学="p"),
        decided(StaffAction.ACCEPT, "红旗小学", 红旗小学="p"),
    ]

    after = with_staff_decisions(given, said, same)

    assert [item.decision for item in after.entries] == [Decision.ACCEPTED, Decision.REFERRED]
    assert after.decision is Decision.REFERRED


def test_what_the_rules_say_to_the_same_end_is_told_too() -> None:
    given = verdict(
        entry(
            "红旗小学", Decision.REFERRED, "p", finding(Outcome.RETURN), finding(Outcome.REFER, "?")
        )
    )

    (after,) = with_staff_decisions(
        given, [decided(StaffAction.RETURN, 红旗小学="p")], same
    ).entries

    assert [item.text for item in after.findings] == ["电话核实", "缺扫描件"]


def test_a_verdict_without_entries_stays_as_it_is() -> None:
    assert with_staff_decisions(verdict(), [decided(StaffAction.ACCEPT)], same) == verdict()
