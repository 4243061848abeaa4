"""What becomes of a mail that has been read: decided from plain values."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import get_args

import pytest

from ingest.reading import (
    Document,
    Fate,
    Kind,
    Part,
    Pasted,
    Reading,
    Screening,
    ScreeningKind,
)
from ingest.store.events import EventKind
from ingest.submission.case import ReceivedMail
from ingest.submission.codes import make_code
from ingest.submission.filing import (
    SAME_NAME_A_DAY,
    TRACKLESS_CODE,
    Acknowledge,
    Arrived,
    Ask,
    Clues,
    Enter,
    Filing,
    Intent,
    Known,
    Note,
    NoteCanary,
    NoteKind,
    Receive,
    SentLetter,
    Silence,
    Tell,
    bounce_clues,
    file_mail,
    file_unrouted,
)
from ingest.submission.joining import Candidates, KnownCase
from rules.call import Call, Role
from rules.standing import AddressProof, Standing
from rules.tasks import TaskKind
from tests.unit.ingest.conftest import MORNING

Make = Callable[..., Document]
Mail = Callable[..., ReceivedMail]
SETTLE = timedelta(minutes=10)
ARRIVED = Arrived(id=5, received=MORNING, now=MORNING + timedelta(seconds=30), settle=SETTLE)
UNIT = "unit:第八师石河子市"
OPENED = {"jyj@example.cn": AddressProof.OPENED}
CASE = KnownCase(7, "X24-0007-K", "示范校", UNIT, "第八师石河子市", "第八师教育局", OPENED)
PAPER = Part(
    path="1", name="申报书.docx", kind=Kind.DOCX, size=1, sha256="0", fate=Fate.UNRECOGNISED
)
PICTURE = PAPER.model_copy(update={"name": "照片.jpg", "kind": Kind.JPEG})


def screened(
    reading: Reading, kind: ScreeningKind, *, reply: bool = False, reason: str = "原因"
) -> Reading:
    """The reading of a mail that was written by somebody else."""
    return reading.model_copy(
        update={"screening": Screening(kind=kind, reply=reply, reason=reason)}
    )


def with_headers(reading: Reading, **headers: object) -> Reading:
    """The reading with other headers."""
    return reading.model_copy(update={"envelope": reading.envelope.model_copy(update=headers)})


def filed(reading: Reading, call: Call, known: Known | None = None) -> Filing:
    """What becomes of it; nothing is known unless told."""
    return file_mail(reading, call, known or Known(), ARRIVED)


def entered(filing: Filing) -> list[Enter]:
    """The cases it goes into."""
    return [intent for intent in filing.intents if isinstance(intent, Enter)]


def test_every_note_is_an_event_of_the_ledger() -> None:
    """The kinds have their home there."""
    assert set(get_args(NoteKind)) <= set(EventKind)


def test_an_application_enters_one_case_a_track_and_is_not_answered_yet(
    call: Call, mail: Mail, word: Make
) -> None:
    """A new case each, judged when the settle window is over."""
    filing = filed(mail(word("甲团中学"), word("第八师教育局", "示范区")).reading, call)
    assert not filing.answered
    codes = {track.name: track.code for track in call.tracks}
    assert [(enter.case_id, enter.track, enter.track_code) for enter in entered(filing)] == [
        (None, track, codes[track]) for track in ("示范校", "示范区")
    ]
    assert {(enter.due, enter.reply_to, enter.standing) for enter in entered(filing)} == {
        (MORNING + SETTLE, ("jyj@example.cn", "第八师石河子市教育局"), Standing.OWNER)
    }
    assert filing.intents[0] == Note("placed", "申报材料")


def test_a_second_application_enters_the_case_of_its_address(
    call: Call, mail: Mail, word: Make
) -> None:
    """Of the same track."""
    zone = replace(CASE, id=6, code="A24-0006-K", track="示范区")
    known = Known(candidates=Candidates(own=(zone, CASE), claimed=(zone, CASE)))
    (enter,) = entered(filed(mail(word("甲团中学")).reading, call, known))
    assert (enter.case_id, enter.submitter_key, enter.proof) == (7, "", None)


def asked(filing: Filing) -> list[tuple[TaskKind, int | None]]:
    """The tasks staff get."""
    return [(each.kind, each.case_id) for each in filing.intents if isinstance(each, Ask)]


def test_a_second_claim_has_a_case_of_its_own_and_staff_say_which_counts(
    call: Call, mail: Mail, word: Make
) -> None:
    """It is answered about its own files; nobody is told of the other."""
    reading = mail(word("甲团中学"), address="neu@example.cn").reading
    filing = filed(reading, call, Known(candidates=Candidates(claimed=(CASE,))))
    (enter,) = entered(filing)
    assert (enter.case_id, enter.contested, enter.standing) == (None, True, Standing.OWNER)
    assert asked(filing) == [(TaskKind.RIVALS, 7)]
    assert not any(isinstance(each, Tell) for each in filing.intents)


def rivals(
    count: int, opened: datetime | None = MORNING - timedelta(hours=1)
) -> tuple[KnownCase, ...]:
    """So many cases under one name, each of another address."""
    return tuple(
        replace(
            CASE,
            id=100 + number,
            opened=opened,
            addresses={f"a{number}@example.net": AddressProof.OPENED},
        )
        for number in range(count)
    )


@pytest.mark.parametrize(("count", "more"), [(3, False), (7, True)])
def test_one_task_lists_all_who_claim_a_name(
    count: int, more: bool, call: Call, mail: Mail, word: Make
) -> None:
    """In the case that came first; of many the first ones and how many there are."""
    reading = mail(word("甲团中学"), address="neu@example.cn").reading
    others = rivals(count, opened=MORNING - timedelta(days=3))
    filing = filed(reading, call, Known(candidates=Candidates(claimed=others)))
    (ask,) = [each for each in filing.intents if isinstance(each, Ask)]
    assert (ask.kind, ask.case_id) == (TaskKind.RIVALS, 100)
    named = ["neu@example.cn", *(f"a{number}@example.net" for number in range(min(count, 5)))]
    assert all(address in ask.reason for address in named)
    assert (f"等 {count} 件" in ask.reason) is more


STRANGER = {"from_address": "new@example.org"}


def test_a_burst_under_one_name_is_slowed_and_told_to_staff(
    call: Call, mail: Mail, word: Make
) -> None:
    """Nothing is opened; who wrote hears that it came, and staff let it in."""
    reading = with_headers(mail(word("甲团中学"), subject="申报").reading, **STRANGER)
    filing = filed(reading, call, Known(candidates=Candidates(claimed=rivals(SAME_NAME_A_DAY))))

    assert filing.answered
    assert entered(filing) == []
    assert asked(filing) == [(TaskKind.IDENTITY, 100)]
    (receipt,) = [each for each in filing.intents if isinstance(each, Acknowledge)]
    assert "核实" in receipt.word


@pytest.mark.parametrize(
    ("known", "address"),
    [
        (Known(candidates=Candidates(claimed=rivals(SAME_NAME_A_DAY - 1))), "new@example.org"),
        (
            Known(
                candidates=Candidates(
                    claimed=rivals(SAME_NAME_A_DAY, opened=MORNING - timedelta(days=2))
                )
            ),
            "new@example.org",
        ),
        (
            Known(candidates=Candidates(claimed=rivals(SAME_NAME_A_DAY, opened=None))),
            "new@example.org",
        ),
        (
            Known(candidates=Candidates(claimed=rivals(SAME_NAME_A_DAY)), by_hand=True),
            "new@example.org",
        ),
        (
            Known(
                candidates=Candidates(
                    own=rivals(SAME_NAME_A_DAY)[:1], claimed=rivals(SAME_NAME_A_DAY)
                )
            ),
            "a0@example.net",
        ),
    ],
    ids=["few", "long ago", "nobody knows when", "let in by staff", "an address of a case"],
)
def test_others_are_not_slowed(
    call: Call, mail: Mail, word: Make, known: Known, address: str
) -> None:
    """Few, old, known, or looked at."""
    reading = with_headers(mail(word("甲团中学")).reading, from_address=address)

    assert len(entered(filed(reading, call, known))) == 1


def test_who_was_handed_our_letter_adds_and_is_answered_without_contents(
    call: Call, mail: Mail, word: Make
) -> None:
    """The known address is told, the case's letters stay there, staff ask back."""
    reading = mail(word("甲团中学"), address="neu@example.cn").reading
    filing = filed(reading, call, Known(candidates=Candidates(letters=(CASE,))))
    (enter,) = entered(filing)
    assert (enter.case_id, enter.reply_to, enter.due) == (7, None, MORNING + SETTLE)
    assert Receive(CASE.code) in filing.intents
    assert Tell(7, "neu@example.cn") in filing.intents
    assert asked(filing) == [(TaskKind.IDENTITY, 7)]


def test_what_is_accepted_is_not_judged_again_for_who_may_only_add(
    call: Call, mail: Mail, word: Make
) -> None:
    """A decided case is never made worse."""
    reading = mail(word("甲团中学"), address="neu@example.cn").reading
    known = Known(candidates=Candidates(letters=(replace(CASE, accepted=True),)))
    assert [enter.due for enter in entered(filed(reading, call, known))] == [None]


def test_a_claim_against_a_case_that_stands_waits_for_staff(
    call: Call, mail: Mail, word: Make
) -> None:
    """Its sender hears that it came, the known address that somebody wrote."""
    reading = mail(word("甲团中学"), address="neu@example.cn").reading
    stands = replace(CASE, accepted=True)
    filing = filed(reading, call, Known(candidates=Candidates(claimed=(stands,))))
    assert filing.answered
    assert not entered(filing)
    assert [type(intent) for intent in filing.intents] == [Note, Note, Receive, Tell, Ask]
    assert asked(filing) == [(TaskKind.IDENTITY, 7)]


def test_who_writes_for_a_listed_unit_from_elsewhere_is_looked_up(
    call: Call, mail: Mail, word: Make
) -> None:
    """His case is opened as usual."""
    units = [
        replace(unit, addresses=("amt@example.cn",)) if unit.name == "第八师石河子市" else unit
        for unit in call.units
    ]
    filing = filed(mail(word("甲团中学")).reading, replace(call, units=tuple(units)))
    assert len(entered(filing)) == 1
    assert asked(filing) == [(TaskKind.IDENTITY, None)]
    (task,) = (each for each in filing.intents if isinstance(each, Ask))
    assert "jyj@example.cn" in task.reason
    assert "amt@example.cn" in task.reason


def test_a_mail_that_names_nobody_and_no_track_has_a_case_to_itself(call: Call, mail: Mail) -> None:
    """Its submitter is the mail; its code has a letter of its own."""
    (enter,) = entered(filed(mail(parts=(PAPER,), name="王", address="").reading, call))
    assert (enter.submitter_key, enter.track, enter.track_code) == ("mail:5", "", TRACKLESS_CODE)


def test_a_clock_that_is_ahead_does_not_put_off_the_answer(
    call: Call, mail: Mail, word: Make
) -> None:
    """The settle window begins now at the latest."""
    ahead = Arrived(id=5, received=MORNING + timedelta(days=1), now=MORNING, settle=SETTLE)
    (enter,) = entered(file_mail(mail(word("甲团中学")).reading, call, Known(), ahead))
    assert enter.due == MORNING + SETTLE


def test_an_application_that_may_not_be_answered_leaves_the_reply_address_alone(
    call: Call, mail: Mail, word: Make
) -> None:
    """The case goes on and answers whom it answered before."""
    reading = screened(mail(word("甲团中学")).reading, ScreeningKind.PERSON)
    filing = filed(reading, call)
    assert [enter.reply_to for enter in entered(filing)] == [None]
    assert asked(filing) == [(TaskKind.UNDELIVERED, None)]


@pytest.mark.parametrize("reply", [True, False])
def test_a_stranger_who_quotes_a_case_is_held_and_told_that_it_came(
    reply: bool, call: Call, mail: Mail, word: Make
) -> None:
    """Staff decide; nobody is left in silence who can be answered."""
    reading = mail(word("甲团中学"), address="x@evil.example", name="路人").reading
    reading = screened(reading, ScreeningKind.PERSON, reply=reply)
    filing = filed(reading, call, Known(candidates=Candidates(pointed=(CASE,))))
    assert filing.answered
    assert [intent.kind for intent in filing.intents if isinstance(intent, Note)] == [
        "placed",
        "held",
    ]
    assert filing.intents[2] == (Receive(CASE.code) if reply else Silence("原因"))
    assert asked(filing) == [(TaskKind.HELD, 7)]
    assert len(filing.intents) == 4


@pytest.mark.parametrize(
    ("subject", "text", "reply", "last"),
    [
        ("咨询", "请问何时截止?", True, Acknowledge("第八师石河子市教育局")),
        ("", "", True, Silence("来信没有主题、文字和附件")),
        ("咨询", "请问何时截止?", False, Silence("没有地址")),
    ],
)
def test_a_question_is_told_to_staff_and_acknowledged_when_it_can_be(
    subject: str, text: str, reply: bool, last: Intent, call: Call, mail: Mail
) -> None:
    """Nothing is acknowledged that says nothing (RFC 3834 section 2)."""
    reading = screened(
        mail(subject=subject, text=text).reading,
        ScreeningKind.PERSON,
        reply=reply,
        reason="没有地址",
    )
    filing = filed(reading, call)
    assert filing.answered
    assert filing.intents[1] == Note("question", f"来信: {subject}")
    assert asked(filing) == [(TaskKind.QUESTION, None)]
    assert filing.intents[-1] == last


@pytest.mark.parametrize(
    ("kind", "part", "notes"),
    [
        (ScreeningKind.FORGED, PAPER, ["forged"]),
        (ScreeningKind.COMPLAINT, None, ["complaint"]),
        (ScreeningKind.AUTOMATIC, PAPER, ["machine"]),
        (ScreeningKind.LIST, PAPER, ["machine"]),
        (ScreeningKind.AUTOMATIC, PICTURE, []),
        (ScreeningKind.AUTOMATIC, None, []),
        (ScreeningKind.RECEIPT, PAPER, []),
        (ScreeningKind.BOUNCE, None, []),
        (ScreeningKind.OWN, PAPER, ["own_papers"]),
        (ScreeningKind.OWN, PICTURE, []),
    ],
)
def test_what_no_person_wrote_is_noted_where_staff_should_look(
    kind: ScreeningKind, part: Part | None, notes: list[str], call: Call, mail: Mail
) -> None:
    """And is never answered, nor put into a case."""
    filing = filed(screened(mail(parts=(part,) if part else ()).reading, kind), call)
    assert filing.answered
    assert [intent.kind for intent in filing.intents if isinstance(intent, Note)] == notes
    assert all(isinstance(intent, Note | NoteCanary | Ask) for intent in filing.intents)
    told = [kind for kind in notes if kind != "complaint"]
    assert [kind for kind, _ in asked(filing)] == [TaskKind.MACHINE] * len(told)


def test_a_mail_of_our_own_may_be_a_canary_and_is_no_news_with_papers_of_ours(
    call: Call, mail: Mail
) -> None:
    """Our digest has a workbook; it came from here."""
    reading = screened(mail(parts=(PAPER,)).reading, ScreeningKind.OWN)
    assert filed(reading, call, Known(made_here=True)).intents == (NoteCanary(),)


def test_a_bounce_is_tied_to_each_letter_it_reports(call: Call, mail: Mail) -> None:
    """Staff then telephone."""
    reading = screened(mail(subject="退信").reading, ScreeningKind.BOUNCE)
    known = Known(reported=(SentLetter(9, "a@example.cn", 7), SentLetter(10, "b@example.cn", None)))
    assert filed(reading, call, known).intents == (
        Note("undelivered", "信函未能送达 a@example.cn: 退信", 7, 9),
        Note("undelivered", "信函未能送达 b@example.cn: 退信", None, 10),
    )


def test_a_bounce_without_proof_is_a_line_and_nothing_else(call: Call, mail: Mail) -> None:
    """Its own words are not in it."""
    reading = screened(mail(subject="退信 请打 12345").reading, ScreeningKind.BOUNCE)
    known = Known(alleged=(SentLetter(9, "a@example.cn", 7),))
    (note,) = filed(reading, call, known).intents

    assert isinstance(note, Note)
    assert (note.kind, note.case_id, note.outbox_id) == ("alleged_bounce", 7, 9)
    assert "a@example.cn" in note.text
    assert "12345" not in note.text


def test_a_bounce_names_letters_by_ids_codes_and_addresses(mail: Mail) -> None:
    """In this order they are looked for; addresses in lower case and once each."""
    code = make_code("X", 2024, 7)
    reading = mail(
        subject=f"退信 {code}", text="to A@Example.cn and a@example.cn, b@example.cn failed"
    ).reading
    reading = with_headers(reading, failed_message_ids=("<l@office.example>",))
    assert bounce_clues(reading) == Clues(
        ("<l@office.example>",), (code,), ("a@example.cn", "b@example.cn")
    )


def test_a_letter_that_is_only_late_is_not_looked_for_by_what_the_report_says(mail: Mail) -> None:
    """RFC 3464 section 2.3.3: it may still arrive."""
    reading = with_headers(
        mail(text="a@example.cn").reading, delayed=True, failed_message_ids=("<l@o>",)
    )
    assert bounce_clues(reading) == Clues(("<l@o>",), (), ())


def test_a_staff_members_mail_is_no_application_whatever_it_carries(mail: Mail, call: Call) -> None:
    """What it asks is looked at later; until then it is unanswered."""
    reading = screened(mail(parts=(PAPER,)).reading, ScreeningKind.STAFF)

    filing = filed(reading, call)

    assert not filing.answered
    assert [intent.kind for intent in filing.intents if isinstance(intent, Note)] == ["staff_mail"]
    assert len(filing.intents) == 1


@pytest.mark.parametrize(
    ("large", "came", "counts", "late"),
    [
        (timedelta(minutes=-30), timedelta(hours=9), True, False),
        (timedelta(minutes=-30), timedelta(days=2), False, True),  # the next working day is over
        (timedelta(minutes=-30), timedelta(hours=-1), False, False),
        (timedelta(minutes=30), timedelta(hours=9), False, False),
        (None, timedelta(hours=9), False, False),
    ],
)
def test_pieces_of_a_mail_too_large_count_from_its_time_for_a_while(
    call: Call,
    mail: Mail,
    word: Make,
    *,
    large: timedelta | None,
    came: timedelta,
    counts: bool,
    late: bool,
) -> None:
    """Later ones are late, and staff look; what was late itself moves nothing."""
    known = Known(large=() if large is None else (call.deadline + large,))
    arrived = replace(ARRIVED, received=call.deadline + came, now=call.deadline + came)
    filing = file_mail(mail(word("甲团中学")).reading, call, known, arrived)
    (enter,) = entered(filing)
    assert enter.counts_from == (call.deadline + large if large is not None and counts else None)
    assert (TaskKind.LATE_PIECES in [kind for kind, _ in asked(filing)]) is late


@pytest.mark.parametrize("reply", [True, False])
def test_a_mail_for_nobody_knows_which_call_waits_for_staff(reply: bool, mail: Mail) -> None:
    """Its sender hears that it came, and nothing of any call's deadline."""
    reading = screened(mail(subject="材料").reading, ScreeningKind.PERSON, reply=reply)
    filing = file_unrouted(reading, "信中没有写明是哪一项征集")
    assert filing.answered
    assert filing.intents[0] == Note("held", "待认定征集: 信中没有写明是哪一项征集")
    assert filing.intents[1] == (Receive("") if reply else Silence("原因"))
    assert asked(filing) == [(TaskKind.CALL, None)]


@pytest.mark.parametrize(
    ("pasted", "said"),
    [
        (Pasted(role=Role.APPLICATION), ("正文里有填写的申报书", "请把申报书存成文件")),
        (Pasted(pictures=2), ("2张图片只是链接", "没有随信寄来")),
        (Pasted(role=Role.SUMMARY, pictures=1), ("填写的汇总表", "1张图片", "请把汇总表存成文件")),
    ],
)
def test_what_stands_in_the_text_is_no_file(
    call: Call, mail: Mail, pasted: Pasted, said: tuple[str, ...]
) -> None:
    """The receipt says what was seen, and that it must come as a file."""
    reading = mail().reading.model_copy(update={"pasted": pasted})
    filing = file_mail(reading, call, Known(), ARRIVED)
    (receipt,) = (intent for intent in filing.intents if isinstance(intent, Acknowledge))
    (ask,) = (intent for intent in filing.intents if isinstance(intent, Ask))

    assert all(words in receipt.word for words in said)
    assert ("正文里有填写的表" in ask.reason) == (pasted.role is not None)


def test_files_say_more_than_the_text(call: Call, mail: Mail) -> None:
    """Nothing is said of the text where a file came, or where nothing stands there."""
    asks = "我校更名为甲团中学。"
    for parts, pasted in (((PAPER,), Pasted(role=Role.APPLICATION)), ((), Pasted())):
        update = {"pasted": pasted, "parts": parts, "text": asks}
        reading = mail().reading.model_copy(update=update)
        filing = file_mail(reading, call, Known(), ARRIVED)
        receipts = [intent for intent in filing.intents if isinstance(intent, Acknowledge)]
        assert not any("正文" in receipt.word for receipt in receipts)


def test_a_burst_of_machines_is_slowed_and_not_answered(call: Call, mail: Mail, word: Make) -> None:
    """Where no answer is wanted there is no receipt to say so; staff are told."""
    reading = with_headers(mail(word("甲团中学"), subject="申报").reading, **STRANGER)
    silent = screened(reading, ScreeningKind.PERSON, reply=False, reason="不要回信")
    known = Known(candidates=Candidates(claimed=rivals(SAME_NAME_A_DAY)))
    filing = filed(silent, call, known)

    assert entered(filing) == []
    assert asked(filing) == [(TaskKind.IDENTITY, 100)]
    assert Silence("不要回信") in filing.intents
