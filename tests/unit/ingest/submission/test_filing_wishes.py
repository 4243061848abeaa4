"""What becomes of a mail that asks for something beyond its papers, or for nothing."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from ingest.reading import Document, Fate, Kind, Part, Reading
from ingest.submission.case import ReceivedMail
from ingest.submission.filing import (
    Acknowledge,
    Ask,
    Enter,
    Filing,
    Known,
    Receive,
    Silence,
    TakeBack,
    file_mail,
)
from ingest.submission.joining import Candidates
from rules.call import Call
from rules.tasks import TaskKind
from tests.unit.ingest.submission.test_filing import ARRIVED, CASE

Make = Callable[..., Document]
Mail = Callable[..., ReceivedMail]
LETTER = Part(path="2", name="函.pdf", kind=Kind.PDF, size=9, sha256="0", fate=Fate.DOCUMENT)
NOTICE = LETTER.model_copy(update={"name": "培训通知.pdf"})
ZONE = replace(CASE, id=6, code="Q24-0006-K", track="示范区")
HOME = Known(candidates=Candidates(own=(CASE,), claimed=(CASE,)))
HOMES = Known(candidates=Candidates(own=(CASE, ZONE), claimed=(CASE, ZONE)))
WITHDRAW = "我局申请撤回申报，函见附件。"


def filed(reading: Reading, call: Call, known: Known = HOME) -> Filing:
    """What becomes of it."""
    return file_mail(reading, call, known, ARRIVED)


def kinds(filing: Filing) -> list[type[object]]:
    """Its intents without the lines in the ledger."""
    return [type(intent) for intent in filing.intents if type(intent).__name__ != "Note"]


def tasks(filing: Filing) -> list[tuple[TaskKind, int | None]]:
    """What staff are asked."""
    return [(ask.kind, ask.case_id) for ask in filing.intents if isinstance(ask, Ask)]


@pytest.mark.parametrize("parts", [(), (LETTER,)])
def test_a_withdrawal_is_kept_with_the_case_and_brings_no_papers(
    call: Call, mail: Mail, parts: tuple[Part, ...]
) -> None:
    """With a letter or without; staff confirm."""
    filing = filed(mail(text=WITHDRAW, parts=parts).reading, call)

    assert kinds(filing) == [TakeBack]
    (taken,) = (intent for intent in filing.intents if isinstance(intent, TakeBack))
    assert (taken.case_id, taken.words) == (7, WITHDRAW)
    assert "我局申请撤回申报" in taken.reason
    assert "另有案卷" not in taken.reason


def test_which_of_two_cases_is_meant_is_asked_where_the_mail_does_not_say(
    call: Call, mail: Mail
) -> None:
    """The track it names is the likelier one."""
    filing = filed(mail(text="我局申请撤回示范区申报。").reading, call, HOMES)
    (taken,) = (intent for intent in filing.intents if isinstance(intent, TakeBack))

    assert taken.case_id == 6
    assert f"另有案卷 {CASE.code}" in taken.reason


def test_a_stranger_withdraws_nothing(call: Call, mail: Mail) -> None:
    """Held where he points to a case; a question where he has none."""
    pointing = Known(candidates=Candidates(pointed=(CASE,)))
    reading = mail(text=WITHDRAW, address="x@y", name="张三").reading

    assert kinds(filed(reading, call, pointing)) == [Receive, Ask]
    assert tasks(filed(reading, call, pointing)) == [(TaskKind.HELD, 7)]
    assert kinds(filed(reading, call, Known())) == [Ask, Acknowledge]
    assert tasks(filed(reading, call, Known())) == [(TaskKind.QUESTION, None)]


def test_our_letter_in_other_hands_withdraws_nothing(call: Call, mail: Mail) -> None:
    """Its attachment is no paper of the case either."""
    handed_on = Known(candidates=Candidates(letters=(CASE,), claimed=(CASE,)))
    reading = mail(text=WITHDRAW, parts=(LETTER,), address="colleague@y").reading
    filing = filed(reading, call, handed_on)

    assert Enter not in kinds(filing)
    assert TakeBack not in kinds(filing)
    assert Receive in kinds(filing)


def test_a_withdrawal_with_forms_is_judged_and_asked_about(
    call: Call, mail: Mail, word: Make
) -> None:
    """Somebody who sends anew withdraws nothing."""
    filing = filed(mail(word("甲团中学"), text=WITHDRAW).reading, call)

    assert kinds(filing) == [Enter, Ask]
    assert tasks(filing) == [(TaskKind.QUESTION, 7)]


def test_a_new_name_with_new_forms_is_judged_and_asked_about(
    call: Call, mail: Mail, word: Make
) -> None:
    """Staff confirm who takes whose place."""
    filing = filed(mail(word("甲团中学"), text="校名更正为甲团中学。").reading, call)

    assert kinds(filing) == [Enter, Ask]
    assert tasks(filing) == [(TaskKind.CHANGE, 7)]


@pytest.mark.parametrize("text", ["我校更名为甲团中学。", "乙团中学退出。"])
def test_a_new_name_or_one_less_in_words_alone_is_a_task(call: Call, mail: Mail, text: str) -> None:
    """The receipt says what will be done instead of that there was no attachment."""
    filing = filed(mail(text=text).reading, call)
    (receipt,) = (intent for intent in filing.intents if isinstance(intent, Acknowledge))

    assert tasks(filing) == [(TaskKind.CHANGE, 7)]
    assert "将由工作人员核实办理" in receipt.word


def test_words_that_are_not_plain_are_quoted_to_staff(call: Call, mail: Mail, word: Make) -> None:
    """With papers and without."""
    text = "如不符合要求，我局将撤回申报。"
    question = filed(mail(text=text).reading, call)
    papers = filed(mail(word("甲团中学"), text=text).reading, call)

    for filing in (question, papers):
        (ask,) = (intent for intent in filing.intents if isinstance(intent, Ask))
        assert (ask.kind, "如不符合要求" in ask.reason) == (TaskKind.QUESTION, True)
    assert Enter in kinds(papers)


def test_thanks_are_neither_answered_nor_a_task(call: Call, mail: Mail) -> None:
    """Whoever says them."""
    reading = mail(text="收到，谢谢！", subject="Re: 受理回执").reading

    for known in (HOME, Known(), Known(candidates=Candidates(pointed=(CASE,)))):
        assert kinds(filed(reading, call, known)) == [Silence]


def test_a_notice_opens_no_case_and_is_shown_to_staff(call: Call, mail: Mail) -> None:
    """Its receipt says what it was taken for; one that may not be answered gets none."""
    reading = mail(subject="关于举办培训班的通知", parts=(NOTICE,)).reading
    filing = filed(reading, call, Known())
    (receipt,) = (intent for intent in filing.intents if isinstance(intent, Acknowledge))
    silent = reading.screening.model_copy(update={"reply": False, "reason": "不答复"})

    assert kinds(filing) == [Ask, Acknowledge]
    assert "没有作为申报材料立案" in receipt.word
    unanswered = filed(reading.model_copy(update={"screening": silent}), call, Known())
    assert kinds(unanswered) == [Ask, Silence]
