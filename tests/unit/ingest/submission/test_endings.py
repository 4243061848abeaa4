"""Entries that a newer table leaves out are asked about; what staff ended is judged no more."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest

from ingest.reading import Document
from ingest.submission.case import Case, Ending, ReceivedMail, arrange
from ingest.submission.endings import left_out, with_endings
from ingest.submission.presenting import subjects_of
from ingest.submission.sender import Sender
from rules.call import Call
from rules.casestate import State
from rules.kept import LEFT_OUT_RULE
from rules.staff import StaffAction, StaffDecision, to_confirm, to_verify
from rules.verdict import Decision, EntryVerdict, Verdict

Make = Callable[..., Document]
Mail = Callable[..., ReceivedMail]
GONE, STAYS = "乙团中学", "甲团中学"


@pytest.fixture
def first(mail: Mail, word: Make, summary: Make) -> ReceivedMail:
    """Two schools and the table that lists both."""
    return mail(word(STAYS), word(GONE), summary(STAYS, GONE))


def arranged(call: Call, *mails: ReceivedMail, endings: tuple[Ending, ...] = ()) -> Case:
    case = arrange(mails, "示范校", call, endings)
    case.left_out = left_out(case, call)
    return case


def asked(case: Case) -> list[str]:
    return [entry.applicant for entry in case.entries if entry.id in case.left_out]


def forms_judged(case: Case, call: Call) -> list[str]:
    subjects = subjects_of(
        case, call, Sender("其他", "", "", "", ""), decided_before=False, ledger=()
    )
    return [each.fact("单位名称").text or "" for each in subjects if each.kind == "申报书"]


def test_who_is_no_longer_listed_is_asked_about(
    call: Call, mail: Mail, summary: Make, first: ReceivedMail
) -> None:
    """And the rules do not ask him to be listed."""
    case = arranged(call, first, mail(summary(STAYS)))

    assert asked(case) == [GONE]
    assert forms_judged(case, call) == [STAYS]


def test_a_table_that_only_adds_is_a_supplement(
    call: Call, mail: Mail, word: Make, summary: Make, first: ReceivedMail
) -> None:
    """Unless its mail speaks of names or of leaving."""
    more = (word("丙团小学"), summary("丙团小学"))

    assert asked(arranged(call, first, mail(*more))) == []
    assert asked(arranged(call, first, mail(word("丙团小学"), summary(STAYS, "丙团小学")))) == [
        GONE
    ]
    case = arranged(call, first, mail(*more, text="校名更正为丙团小学。"))
    assert asked(case) == [STAYS, GONE]
    assert all("丙团小学" in told and "校名更正" in told for told in case.left_out.values())


@pytest.mark.parametrize("rows", [(STAYS, GONE), ()])
def test_a_table_that_lists_all_or_cannot_be_read_asks_nothing(
    call: Call, mail: Mail, summary: Make, first: ReceivedMail, rows: tuple[str, ...]
) -> None:
    assert asked(arranged(call, first, mail(summary(*rows)))) == []


def test_whose_form_is_newer_than_the_table_is_not_gone(
    call: Call, mail: Mail, word: Make, summary: Make, first: ReceivedMail
) -> None:
    case = arranged(
        call, first, mail(summary(STAYS), word(GONE).model_copy(update={"sha256": "7"}))
    )

    assert asked(case) == []


def ending(after: ReceivedMail, state: State | None, to: str = "") -> Ending:
    return Ending(GONE, state, to, "来函", after.received + timedelta(seconds=1))


def test_staff_say_that_it_stays(
    call: Call, mail: Mail, summary: Make, first: ReceivedMail
) -> None:
    """Of a table that comes later they are asked anew."""
    second, third = mail(summary(STAYS)), mail(summary(STAYS))
    stays = (ending(second, None),)

    assert asked(arranged(call, first, second, endings=stays)) == []
    assert asked(arranged(call, first, second, third, endings=stays)) == [GONE]


def test_what_is_ended_is_judged_no_more(call: Call, first: ReceivedMail) -> None:
    """Neither its form nor its row, and its end stands in the verdict."""
    case = arranged(call, first, endings=(ending(first, State.REPLACED, STAYS),))
    subjects = subjects_of(
        case, call, Sender("其他", "", "", "", ""), decided_before=False, ledger=()
    )
    verdict = with_endings(
        Verdict(decision=Decision.ACCEPTED, entries=(), rules_sha256=""), case, ()
    )

    assert [entry.applicant for entry in case.entries] == [STAYS]
    assert sum(each.kind == "汇总行" for each in subjects) == 1
    assert [(each.applicant, each.to) for each in verdict.ended] == [(GONE, STAYS)]


def test_new_papers_bring_it_back_the_same_file_does_not(
    call: Call, mail: Mail, word: Make, summary: Make, first: ReceivedMail
) -> None:
    """A newer table brings back who was dropped, not who was renamed."""
    again, table = mail(word(GONE)), mail(summary(STAYS, GONE))
    changed = mail(word(GONE).model_copy(update={"sha256": "8"}))
    for state, back in ((State.WITHDRAWN, True), (State.REPLACED, False)):
        ends = (ending(first, state),)
        assert len(arranged(call, first, again, endings=ends).ended) == 1
        assert not arranged(call, first, changed, endings=ends).ended
        assert bool(arranged(call, first, table, endings=ends).ended) is not back


def verdict_on(case: Case, **changes: object) -> Verdict:
    entries = tuple(
        EntryVerdict(
            entry=each.id, applicant=each.applicant, track="示范校", decision=Decision.ACCEPTED,
            papers=each.applicant,
        )
        for each in case.entries
    )  # fmt: skip
    entries = tuple(
        each.model_copy(update=changes) if each.applicant == GONE else each for each in entries
    )
    return Verdict(decision=Decision.ACCEPTED, entries=entries, rules_sha256="")


@pytest.mark.parametrize(
    ("changes", "decision"),
    [({}, Decision.REFERRED), ({"kept": "先前受理"}, Decision.ACCEPTED),
     ({"by_staff": "李"}, Decision.ACCEPTED)],
)  # fmt: skip
def test_what_was_accepted_stays_so_until_staff_have_said(
    call: Call, mail: Mail, summary: Make, first: ReceivedMail,
    changes: dict[str, str], decision: Decision,
) -> None:  # fmt: skip
    case = arranged(call, first, mail(summary(STAYS)))
    verdict = with_endings(verdict_on(case, **changes), case, ())
    gone = verdict.entries[1]

    assert (gone.decision, verdict.decision) == (decision, decision)
    assert [(name, finding.rule) for name, finding in to_confirm(verdict)] == [
        (GONE, LEFT_OUT_RULE)
    ]
    assert to_verify(verdict) == [], "it is asked once, as what it is"


def test_a_person_who_decided_knowing_it_is_not_asked_again(
    call: Call, mail: Mail, summary: Make, first: ReceivedMail
) -> None:
    case = arranged(call, first, mail(summary(STAYS)))
    made = StaffDecision(
        applicant=GONE, action=StaffAction.ACCEPT, because="", who="李", papers={GONE: GONE}
    )

    assert to_confirm(with_endings(verdict_on(case), case, [made])) == []
