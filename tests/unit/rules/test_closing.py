"""What a verdict becomes when the time to mend it is over."""

from __future__ import annotations

import pytest

from rules.closing import CLOSING_RULE, closed
from rules.verdict import Decision, EntryVerdict, Finding, Outcome, Truth, Verdict

UNTIL = "2024年8月31日（星期六）24:00"


def finding(outcome: Outcome = Outcome.RETURN) -> Finding:
    return Finding(
        rule="M03", title="汇总表", clause="五", outcome=outcome, truth=Truth.VIOLATED,
        text="缺汇总表盖章扫描件", subjects=(),
    )  # fmt: skip


def entry(name: str, decision: Decision, *findings: Finding) -> EntryVerdict:
    return EntryVerdict(
        entry=name, applicant=name, track="示范校", decision=decision, findings=findings, papers="1"
    )


def verdict(decision: Decision, *entries: EntryVerdict, whole: tuple[Finding, ...] = ()) -> Verdict:
    return Verdict(decision=decision, entries=entries, rules_sha256="r", findings=whole)


def test_an_entry_that_was_not_mended_is_refused_for_what_was_missing() -> None:
    """The reason says until when there was time; what was missing stays beside it."""
    before = entry("甲", Decision.INCOMPLETE, finding())
    found = closed(verdict(Decision.INCOMPLETE, before), UNTIL, "主任")

    (after,) = found.entries
    assert (found.decision, after.decision, after.by_staff) == (
        Decision.REJECTED,
        Decision.REJECTED,
        "主任",
    )
    assert [each.rule for each in after.findings] == [CLOSING_RULE, "M03"]
    assert UNTIL in after.findings[0].text
    assert after.papers == "1"


def test_an_accepted_entry_beside_it_stays_accepted() -> None:
    """And names the letter."""
    kept = entry("甲", Decision.ACCEPTED)
    found = closed(
        verdict(Decision.INCOMPLETE, kept, entry("乙", Decision.INCOMPLETE, finding())), UNTIL
    )

    assert found.decision is Decision.ACCEPTED
    assert found.entries[0] == kept
    assert found.entries[1].decision is Decision.REJECTED


@pytest.mark.parametrize("decision", [Decision.REFERRED, Decision.REJECTED])
def test_what_was_not_to_be_mended_is_left_as_it_is(decision: Decision) -> None:
    """The time of staff is not over."""
    other = entry("甲", decision, finding(Outcome.REFER))

    assert closed(verdict(decision, other), UNTIL).entries == (other,)


def test_a_case_without_entries_is_refused_as_a_whole() -> None:
    """Nobody could be made out in it."""
    found = closed(verdict(Decision.INCOMPLETE, whole=(finding(),)), UNTIL)

    assert found.decision is Decision.REJECTED
    assert [each.rule for each in found.findings] == [CLOSING_RULE, "M03"]
