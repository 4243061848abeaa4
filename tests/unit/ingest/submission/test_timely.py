"""What came in time, who is new, and what makes papers the same."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from ingest.reading import Document
from ingest.submission.case import Case, ReceivedMail, arrange
from ingest.submission.presenting import subjects_of
from ingest.submission.sender import Sender
from ingest.submission.timely import fingerprint, first_time, in_time, newcomers
from rules.call import Call
from rules.facts import Fact

Make = Callable[..., Document]
Mail = Callable[..., ReceivedMail]


def of(case: Case) -> list[str]:
    """The fingerprint of each entry."""
    return [fingerprint(case, entry) for entry in case.entries]


def test_a_case_with_mails_on_both_sides_has_a_timely_part(
    call: Call, mail: Mail, word: Make, summary: Make
) -> None:
    """And those whom nobody had named by then are new."""
    early = mail(word("甲团中学"), summary("甲团中学", "乙团中学"))
    late = mail(word("乙团中学"), word("丙团小学"), word(""), received=call.deadline)
    case = arrange([early, late], "示范校", call)
    timely = in_time(case, call)

    assert timely is not None
    assert [entry.applicant for entry in timely.entries] == ["甲团中学", "乙团中学"]
    assert newcomers(case, timely) == {case.entries[2].id}
    assert case.entries[2].applicant == "丙团小学"


def test_a_case_of_one_side_is_whole(call: Call, mail: Mail, word: Make) -> None:
    """Nothing is judged twice there."""
    early, late = mail(word("甲团中学")), mail(word("甲团中学"), received=call.deadline)

    assert in_time(arrange([early], "示范校", call), call) is None
    assert in_time(arrange([late], "示范校", call), call) is None


def test_papers_change_with_a_form_and_with_a_value_of_the_row(
    call: Call, mail: Mail, word: Make, scan: Make, summary: Make
) -> None:
    """Not with another school, nor with a table that says the same."""
    forms, table = mail(word("甲团中学"), scan("甲团中学")), mail(summary("甲团中学"))
    before = of(arrange([forms, table], "示范校", call))
    more = mail(word("乙团中学"), summary("乙团中学", "甲团中学"))
    (row,) = summary("甲团中学").rows
    changed = summary("甲团中学").model_copy(
        update={"rows": ({**row, "联系人": Fact.known("丁")},)}
    )
    newer = mail(word("甲团中学").model_copy(update={"sha256": "9"}))

    assert of(arrange([forms, table, more], "示范校", call))[:1] == before
    assert of(arrange([forms, table, mail(changed)], "示范校", call)) != before
    assert of(arrange([forms, table, newer], "示范校", call)) != before


def test_a_row_alone_has_no_papers(call: Call, mail: Mail, summary: Make) -> None:
    """There is nothing that could have been accepted."""
    assert of(arrange([mail(summary("甲团中学"))], "示范校", call)) == [""]


def test_the_first_time_is_said_of_the_mail_alone(call: Call, mail: Mail, word: Make) -> None:
    """Everything else stays."""
    late = mail(word("甲团中学"), received=call.deadline + timedelta(days=1))
    case = arrange([mail(word("甲团中学")), late], "示范校", call)
    sender = Sender("师市教育局", "", "", "", "")
    subjects = subjects_of(case, call, sender, decided_before=False, ledger=())
    changed = [
        (one, two) for one, two in zip(subjects, first_time(subjects), strict=True) if one != two
    ]

    assert [(one.fact("性质").value, two.fact("性质").value) for one, two in changed] == [
        ("补正", "首次")
    ]
