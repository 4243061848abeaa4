"""A case is judged by the papers of each entry, with what came in time apart."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from ingest.judging.cases import Surroundings, judge_case
from ingest.judging.judge import Judgement
from ingest.reading import Document
from ingest.submission.case import ReceivedMail, arrange
from ingest.submission.sender import Sender
from rules.call import Call
from rules.subjects import Subject, SubjectField, SubjectKind
from rules.verdict import Decision, Finding, Outcome, Truth

Make = Callable[..., Document]
Mail = Callable[..., ReceivedMail]
BUREAU = Sender("师市教育局", "unit:第八师石河子市", "第八师石河子市教育局", "第八师石河子市", "")


class Clock:
    """Judges by the time alone: late first papers are refused, late supplements referred."""

    def __init__(self, deadline: datetime) -> None:
        self.deadline = deadline
        self.asked: list[tuple[datetime, str]] = []

    def judge(self, subjects: Sequence[Subject], received: datetime) -> Judgement:
        """As a rule file that says nothing else would."""
        (mail,) = (one for one in subjects if one.kind == SubjectKind.SUBMISSION)
        nature = str(mail.fact(SubjectField.NATURE).value)
        self.asked.append((received, nature))
        outcome = Outcome.REJECT if nature == "首次" else Outcome.REFER
        late = Finding(
            rule="D", title="", clause="", outcome=outcome, truth=Truth.VIOLATED, text=nature,
            subjects=(mail.id,),
        )  # fmt: skip
        found = (late,) if received >= self.deadline else ()
        return Judgement(found, [{"rule": "D", "nature": nature}] * len(found), "sha", "")


def test_only_the_late_school_is_late(
    call: Call, mail: Mail, word: Make, scan: Make, summary: Make
) -> None:
    """The one that came in time is accepted although nothing had been decided by then."""
    early = mail(word("甲团中学"), scan("甲团中学"), summary("甲团中学"))
    late = mail(word("乙团中学"), summary("甲团中学", "乙团中学"), received=call.deadline)
    judge = Clock(call.deadline)
    judged = judge_case(judge, arrange([early, late], "示范校", call), Surroundings(call, BUREAU))

    assert [(one.applicant, one.decision) for one in judged.verdict.entries] == [
        ("甲团中学", Decision.ACCEPTED),
        ("乙团中学", Decision.REJECTED),
    ]
    assert judged.results == [{"rule": "D", "nature": "补正"}, {"rule": "D", "nature": "首次"}]
    assert [received for received, _ in judge.asked] == [
        late.received,
        late.received,
        early.received,
    ]


def test_a_late_supplement_of_the_same_school_is_for_staff(
    call: Call, mail: Mail, word: Make, scan: Make
) -> None:
    """It is no newcomer, and its papers have changed."""
    early, late = mail(word("甲团中学")), mail(scan("甲团中学"), received=call.deadline)
    case = arrange([early, late], "示范校", call)
    judge = Clock(call.deadline)

    assert judge_case(judge, case, Surroundings(call, BUREAU)).verdict.decision is Decision.REFERRED
    assert len(judge.asked) == 2


def test_a_case_in_time_is_asked_about_once_and_what_was_accepted_stays(
    call: Call, mail: Mail, word: Make
) -> None:
    """Until its own papers change."""
    papers, judge = mail(word("甲团中学")), Clock(call.deadline)
    case = arrange([papers], "示范校", call)
    before = judge_case(judge, case, Surroundings(call, BUREAU)).verdict
    judge.deadline -= timedelta(days=30)

    again = judge_case(judge, case, Surroundings(call, BUREAU, before=before)).verdict

    assert before.decision is again.decision is Decision.ACCEPTED
    assert len(judge.asked) == 2
