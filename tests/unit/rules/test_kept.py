"""Every entry is judged by its own papers: what stands although its case has changed."""

from __future__ import annotations

import pytest

from rules.kept import (
    LEFT_OUT_RULE,
    papers_text,
    same_papers,
    with_entries,
    with_kept_acceptances,
    with_newcomers,
    with_standing,
    with_timely_entries,
)
from rules.verdict import Decision, EntryVerdict, Finding, Outcome, Truth, Verdict

ACCEPTED, INCOMPLETE = Decision.ACCEPTED, Decision.INCOMPLETE
REFERRED, REJECTED = Decision.REFERRED, Decision.REJECTED


def finding(outcome: Outcome, text: str = "逾期", subject: str = "来件") -> Finding:
    """A finding of the whole case unless said otherwise."""
    return Finding(
        rule="D01", title="", clause="", outcome=outcome, truth=Truth.VIOLATED, text=text,
        subjects=(subject,),
    )  # fmt: skip


def entry(name: str, decision: Decision, papers: str = "p.r", *findings: Finding) -> EntryVerdict:
    """An entry whose id is the first character of its name."""
    return EntryVerdict(
        entry=name[0], applicant=name, track="", decision=decision, findings=findings, papers=papers
    )


def verdict(*entries: EntryVerdict, whole: tuple[Finding, ...] = ()) -> Verdict:
    """A verdict named by its entries."""
    empty = Verdict(decision=REFERRED, entries=(), rules_sha256="", findings=whole)
    return with_entries(empty, entries)


def same(first: str, second: str) -> bool:
    """Names as they are."""
    return first == second


def told(given: Verdict) -> list[tuple[Decision, list[str]]]:
    """Decision and texts of every entry."""
    return [(one.decision, [each.text for each in one.findings]) for one in given.entries]


@pytest.mark.parametrize(
    ("old", "new", "equal"),
    [
        ("p.r", "p.r", True),
        ("p.r", "p.", True),
        ("p.", "p.r", False),
        ("p.r", "p.s", False),
        ("p.r", "q.r", False),
        ("", "", False),
        ("", "p.", False),
    ],
)
def test_papers_are_the_same_forms_with_the_same_row_or_none(
    old: str, new: str, *, equal: bool
) -> None:
    """A row that is gone is a question for staff, no new paper."""
    assert same_papers(old, new) is equal


def test_without_forms_there_are_no_papers() -> None:
    """A row alone is nothing to accept."""
    assert papers_text("", "r") == ""
    assert papers_text("p", "r") == "p.r"


def test_an_accepted_entry_stays_so_beside_a_late_one_and_lateness_is_told_of_the_late_one() -> (
    None
):
    """What concerned the whole case concerns those who are judged anew."""
    late = finding(Outcome.REJECT)
    now = verdict(entry("甲校", REFERRED), entry("乙校", REJECTED, "q."), whole=(late,))

    after = with_kept_acceptances(now, verdict(entry("甲校", ACCEPTED)), same)

    assert told(after) == [(ACCEPTED, []), (REJECTED, ["逾期"])]
    assert (after.decision, after.findings) == (ACCEPTED, ())
    assert [bool(one.kept) for one in after.entries] == [True, False]


def test_where_all_are_kept_a_fault_of_the_whole_is_a_note_for_staff() -> None:
    """A table without its stamp, sent again with the same rows, takes nothing from anybody."""
    now = verdict(entry("甲校", INCOMPLETE, "p."), whole=(finding(Outcome.RETURN),))

    after = with_kept_acceptances(now, verdict(entry("甲校", ACCEPTED)), same)

    assert (after.decision, [one.outcome for one in after.findings]) == (ACCEPTED, [Outcome.REMIND])
    assert after.entries[0].papers == "p.r"


@pytest.mark.parametrize(
    "before",
    [
        None,
        verdict(entry("甲校", ACCEPTED, "")),
        verdict(entry("甲校", ACCEPTED, "other")),
        verdict(entry("乙校", ACCEPTED)),
        verdict(entry("甲校", INCOMPLETE)),
    ],
)
def test_other_papers_another_name_or_no_acceptance_keep_nothing(before: Verdict | None) -> None:
    """Then the rules speak."""
    now = verdict(entry("甲校", REFERRED), whole=(finding(Outcome.REFER),))

    assert with_kept_acceptances(now, before, same) == now


def test_what_came_in_time_is_decided_as_it_was_in_time() -> None:
    """Also what is to be mended there, as long as the late mail does not touch it."""
    own = finding(Outcome.RETURN, "没有扫描件", "甲")
    now = verdict(
        entry("甲校", REFERRED), entry("乙校", REFERRED, "q."), whole=(finding(Outcome.REFER),)
    )
    timely = verdict(entry("甲校", INCOMPLETE, "p.r", own), entry("乙校", REFERRED, "old"))

    after = with_timely_entries(now, timely, same)

    assert told(after) == [(INCOMPLETE, ["没有扫描件"]), (REFERRED, ["逾期"])]


def test_a_fault_of_the_whole_may_be_what_the_late_mail_mends() -> None:
    """Then staff decide; who was accepted is not asked again."""
    now = verdict(entry("甲校", REFERRED), entry("乙校", REFERRED, "q."))
    timely = verdict(
        entry("甲校", INCOMPLETE), entry("乙校", ACCEPTED, "q."), whole=(finding(Outcome.RETURN),)
    )

    assert told(with_timely_entries(now, timely, same)) == [(REFERRED, []), (ACCEPTED, [])]


def test_an_entry_that_bears_another_number_now_is_judged_anew() -> None:
    """Its findings would point to another's papers."""
    now = verdict(entry("甲校", REFERRED))
    timely = verdict(entry("甲校", INCOMPLETE).model_copy(update={"entry": "9"}))

    assert with_timely_entries(now, timely, same) == now


def test_a_newcomer_is_judged_as_one() -> None:
    """The others as somebody who sends more."""
    now = verdict(
        entry("甲校", REFERRED), entry("乙校", REFERRED, "q."), whole=(finding(Outcome.REFER),)
    )
    first = verdict(
        entry("甲校", REJECTED), entry("乙校", REJECTED, "q."),
        whole=(finding(Outcome.REJECT, "首次逾期"),),
    )  # fmt: skip

    after = with_newcomers(now, first, {"乙"})

    assert told(after) == [(REFERRED, ["逾期"]), (REJECTED, ["首次逾期"])]
    assert [one.newcomer for one in after.entries] == [False, True]


def test_a_verdict_made_again_keeps_what_was_kept() -> None:
    """So rules that say the same decide the same."""
    kept = entry("甲校", ACCEPTED).model_copy(update={"kept": "先前"})
    anew = verdict(
        entry("甲校", REJECTED), entry("乙校", REJECTED, "q."), whole=(finding(Outcome.REJECT),)
    )

    assert told(with_standing(anew, verdict(kept))) == [(ACCEPTED, []), (REJECTED, ["逾期"])]
    assert with_standing(anew, verdict(entry("甲校", ACCEPTED))) == anew
    by_hand = entry("甲校", ACCEPTED).model_copy(update={"by_staff": "李"})
    assert told(with_standing(anew, verdict(by_hand))) == [(ACCEPTED, []), (REJECTED, ["逾期"])]
    gone = finding(Outcome.REFER, "不再列出").model_copy(update={"rule": LEFT_OUT_RULE})
    left_out = verdict(entry("甲校", REFERRED, "p.", gone))
    assert told(with_standing(anew, left_out))[0] == (REFERRED, ["不再列出"])


def test_what_a_person_must_look_at_stays_so_where_all_are_kept() -> None:
    """A paper of nobody among them, that is: not that the mail came late."""
    before = verdict(entry("甲校", ACCEPTED))
    doubts = (finding(Outcome.REFER, "印章", "汇总表扫描件"), finding(Outcome.REFER, "逾期"))
    kept = with_kept_acceptances(verdict(entry("甲校", REFERRED), whole=doubts), before, same)

    assert [each.outcome for each in kept.findings] == [Outcome.REFER, Outcome.REMIND]
    assert kept.decision is ACCEPTED


def test_a_verdict_without_entries_stays_as_it_is() -> None:
    """There is nothing to keep."""
    empty = verdict(whole=(finding(Outcome.REJECT),))

    assert with_kept_acceptances(empty, verdict(entry("甲校", ACCEPTED)), same) == empty
