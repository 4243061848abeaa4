"""A person's decision stands as long as the entry's papers are the same."""

from __future__ import annotations

import pytest

from rules.staff import (
    DECISION_OF,
    NEWER_RULE,
    RIVAL_RULE,
    StaffAction,
    StaffDecision,
    decided_by_staff,
    has_rival,
    passed_on,
    to_verify,
    with_rival,
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

    assert with_staff_decisions(given, [decided(StaffAction.RETURN, 红旗小学="p")], same) == given


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


def test_a_case_without_entries_is_decided_as_a_whole_on_what_lies_in_it() -> None:
    said = StaffDecision(
        applicant="", action=StaffAction.RETURN, because="看不清", who="李", papers={"": "all"}
    )
    given = Verdict(
        decision=Decision.REFERRED,
        entries=(),
        rules_sha256="",
        findings=(finding(Outcome.RETURN), finding(Outcome.REFER)),
    )

    after = with_staff_decisions(given, [said], same, "all")

    assert after.decision is Decision.INCOMPLETE
    assert [item.text for item in after.findings] == ["看不清", "缺扫描件"]
    assert decided_by_staff(after)
    assert with_staff_decisions(given, [said], same, "more") == given


def test_what_the_rules_said_of_the_whole_case_is_settled_with_its_last_entry() -> None:
    """A seal on the summary table that nobody could read, say."""
    both = verdict(entry("红旗小学", Decision.REFERRED), entry("幸福小学", Decision.REFERRED))
    given = both.model_copy(update={"findings": (finding(Outcome.REFER),)})
    one = decided(StaffAction.ACCEPT, "红旗小学", 红旗小学="p")
    other = decided(StaffAction.RETURN, "幸福小学", 幸福小学="p")

    assert with_staff_decisions(given, [one], same).findings == given.findings
    assert with_staff_decisions(given, [one, other], same).findings == ()


def test_what_is_passed_on_has_no_say_beside_others() -> None:
    given = verdict(entry("红旗小学", Decision.ACCEPTED), entry("幸福小学", Decision.REFERRED))

    after = with_staff_decisions(
        given, [decided(StaffAction.REFER, "幸福小学", 幸福小学="p")], same
    )

    assert after.decision is Decision.ACCEPTED
    assert [passed_on(item) for item in after.entries] == [False, True]


@pytest.mark.parametrize(
    ("action", "by_rules", "then"),
    [
        (StaffAction.ACCEPT, Decision.REJECTED, Decision.ACCEPTED),
        (StaffAction.ACCEPT, Decision.ACCEPTED, Decision.ACCEPTED),
        (StaffAction.RETURN, Decision.ACCEPTED, Decision.ACCEPTED),
        (StaffAction.RETURN, Decision.REJECTED, Decision.REJECTED),
        (StaffAction.REJECT, Decision.ACCEPTED, Decision.REFERRED),
        (StaffAction.REJECT, Decision.REJECTED, Decision.REJECTED),
        (StaffAction.REFER, Decision.ACCEPTED, Decision.REFERRED),
    ],
)
@pytest.mark.parametrize("name", ["", "红旗小学"])
def test_newer_papers_overturn_nobodys_word(
    action: StaffAction, by_rules: Decision, then: Decision, name: str
) -> None:
    """Where the rules say otherwise a person looks; what was returned is judged afresh."""
    given = verdict(entry("红旗小学", by_rules, "new", finding(Outcome.REJECT)))

    (after,) = with_staff_decisions(given, [decided(action, name, 红旗小学="p")], same).entries

    assert after.decision is then
    asks = [item for item in after.findings if item.rule == NEWER_RULE]
    assert bool(asks) == (
        (action, by_rules)
        in {(StaffAction.ACCEPT, Decision.REJECTED), (StaffAction.REJECT, Decision.ACCEPTED)}
    )
    assert all(item.outcome is Outcome.REFER for item in asks)
    assert all("不予受理：缺扫描件" in item.evidence for item in asks)


def test_nothing_is_accepted_while_another_case_claims_the_name() -> None:
    """It waits for staff; what is not accepted is told as it is."""
    accepted = entry("甲校", Decision.ACCEPTED)
    mended = entry("乙校", Decision.INCOMPLETE)
    waits = with_rival(verdict(accepted, mended))
    assert [each.decision for each in waits.entries] == [Decision.REFERRED, Decision.INCOMPLETE]
    assert [finding.rule for finding in waits.entries[0].findings] == [RIVAL_RULE]
    assert with_rival(verdict(mended)) == verdict(mended)
    assert (has_rival(waits), has_rival(verdict(mended))) == (True, False)


def test_what_a_person_must_look_at_is_asked_by_name_and_not_of_what_a_person_decided() -> None:
    doubt, fault = finding(Outcome.REFER), finding(Outcome.RETURN)
    given = verdict(
        entry("红旗小学", Decision.REFERRED, "p", doubt),
        entry("幸福小学", Decision.INCOMPLETE, "q", fault),
        entry("团结小学", Decision.REFERRED, "r", doubt),
    ).model_copy(update={"findings": (doubt,)})
    passed = decided(StaffAction.REFER, "团结小学", 团结小学="r")

    after = with_staff_decisions(given, [passed], same)

    assert to_verify(after) == [("", [doubt]), ("红旗小学", [doubt])]
