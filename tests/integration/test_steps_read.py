"""Reading with the real worker: what a mail is taken for, where it goes, and what happens when
reading fails.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest

from ingest.daemon import start
from ingest.steps.delivery import keep_undelivered_tasks
from ingest.steps.read import AGAIN_AFTER, STRIKES
from ingest.steps.receive import receive_all
from ingest.store.cases import messages_of_case
from ingest.store.messages import claim_message, first_of_each_sender, retry_message
from ingest.store.tables import MessageState
from ingest.store.tasks import open_tasks
from ingest.views import lists as views
from ingest.views.digest import collect_digest
from ingest.views.systemstate import system_state
from notifier.digest import HumanTask
from notifier.rendering import Templates
from rules.verdict import Decision
from tests.integration.house import SAMPLES, House, attachments, plain_mail, with_file

Open = Callable[..., House]
#: the second has more headers than any honest mail
UNREADABLE = [
    b"",
    b"From: a@example.cn\r\n" + b"X-A: b\r\n" * 40_000 + b"\r\nx",
    b"\0" * 100,
]


def tasks(house: House) -> tuple[HumanTask, ...]:
    with house.store() as session:
        return collect_digest(
            session, house.app.rules.call, house.app.settings, house.app.clock.now()
        ).needs_human


def test_a_question_is_received_once_and_shown_to_staff(house: House) -> None:
    """There is no case, so the letter speaks of none."""
    house.arrive(plain_mail(subject="关于截止时间"))
    house.settle_and_decide()
    assert [(letter.kind, letter.recipient) for letter in house.letters()] == [
        ("received", "wang@example.cn")
    ]
    assert "案卷编号" not in house.letters()[0].subject
    assert (house.cases(), house.messages()[0].answered) == ([], True)
    assert ["咨询" in task.reason and "关于截止时间" in task.reason for task in tasks(house)] == [
        True
    ]


@pytest.mark.parametrize("number", ["16", "17"], ids=["out of office", "bounce"])
def test_what_no_person_wrote_gets_no_answer(house: House, number: str) -> None:
    """RFC 3834: never answer an answer."""
    house.arrive_sample(number)
    house.settle_and_decide()
    assert (house.letters(), house.cases()) == ([], [])
    assert house.messages()[0].answered


def bounce_of(message_id: str) -> bytes:
    """A report that a letter did not arrive (RFC 3464)."""
    return (
        "Return-Path: <>\r\nFrom: MAILER-DAEMON@example.net\r\nTo: mailroom@office.example\r\nSubject: failure notice\r\n"
        "Message-ID: <b1@example.net>\r\nMIME-Version: 1.0\r\n"
        'Content-Type: multipart/report; report-type=delivery-status; boundary="b"\r\n\r\n'
        "--b\r\nContent-Type: text/plain\r\n\r\nno such user\r\n"
        "--b\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; x\r\n\r\nAction: failed\r\n"
        f"--b\r\nContent-Type: text/rfc822-headers\r\n\r\nMessage-ID: {message_id}\r\n\r\n--b--\r\n"
    ).encode()


def test_a_bounced_letter_is_undelivered_with_the_telephone_of_the_form(house: House) -> None:
    """Staff then call; the bounce itself gets no answer."""
    house.arrive_sample("01")
    house.settle_and_decide()
    house.send()
    house.arrive(bounce_of(house.letters()[0].message_id))
    house.take_in()
    with house.store() as session:
        undelivered = collect_digest(
            session, house.app.rules.call, house.app.settings, house.app.clock.now()
        ).undelivered
    assert [(item.case_code, item.kind) for item in undelivered] == [
        (house.cases()[0].code, "accepted")
    ]
    assert undelivered[0].telephone.replace("-", "").isdigit()
    assert undelivered[0].recipient == house.letters()[0].recipient
    assert len(house.letters()) == 1


def test_a_bounced_letter_is_shown_wherever_its_case_is(house: House) -> None:
    """In the list, the case, the explanation and the mail it answered; other cases are left
    alone.
    """
    house.arrive(with_file(plain_mail(4)))
    house.arrive(with_file(plain_mail(5, from_="li@example.cn"), b"another"))
    house.settle_and_decide()
    house.send()
    (letter,) = [letter for letter in house.letters() if letter.case_id == house.cases()[0].id]
    house.arrive(bounce_of(letter.message_id))
    house.take_in()
    code = house.cases()[0].code
    with house.store() as session:
        assert [case["undelivered"] for case in views.case_lines(session).lines] == [False, True]
        detail, explained = views.case_detail(session, code), views.case_explanation(session, code)
        mail = views.message_detail(session, 1)
    for shown in (detail, explained, mail):
        assert [letter.recipient in item["undelivered"] for item in shown["letters"]] == [True]
    assert detail["undelivered"]
    assert explained["mails"][0]["screening"] == "person"
    assert explained["mails"][0]["screening_reason"]


def prose_bounce(text: str, subject: str = "系统退信") -> bytes:
    """A bounce as 163 and QQ write them: no report, nothing returned."""
    mail = plain_mail(77, subject=subject, text=text, from_="postmaster@example.net")
    return mail.as_bytes()


VOUCHED = "Authentication-Results: mx.office.example; dmarc=pass header.from=example.cn\r\n"


@pytest.mark.parametrize("sender", ["example.cn", "mail.example.net", "office.example", ""])
@pytest.mark.parametrize("names", ["case", "address"])
def test_a_bounce_in_prose_counts_when_a_trusted_server_vouches_for_it(
    open_one: Open, names: str, sender: str
) -> None:
    """Tencent gives our letters Message-IDs of its own, so that none of ours comes back. Anybody
    can write such a mail; only the letter's own way back is believed.
    """
    house = open_one(office={"trusted_authserv_ids": ["mx.office.example"]})
    house.arrive(with_file(plain_mail(4)))
    house.arrive(with_file(plain_mail(5, from_="li@example.cn"), b"another"))
    house.settle_and_decide()
    while house.send():
        pass
    case = house.cases()[1]
    named = {
        "case": f"主题: 【转人工核验回执】案卷编号 {case.code.lower()}",
        "address": "收件人 <LI@example.cn> 不存在",
    }
    bounce = prose_bounce(f"抱歉，您的邮件被退回来了。\r\n{named[names]}")
    if sender:
        bounce = VOUCHED.encode() + bounce.replace(b"@example.net", f"@{sender}".encode())
    house.arrive(bounce)
    house.take_in()

    kind, other = "undelivered", "alleged_bounce"
    if sender != "example.cn":
        kind, other = other, kind
    assert [event.case_id for event in house.events(kind)] == [case.id]
    assert house.events(other) == []


def test_a_forged_bounce_makes_no_task_and_stands_in_the_digest_in_our_words(house: House) -> None:
    """A stranger knows an address and a case's code, and wants staff to telephone."""
    house.arrive(with_file(plain_mail(4)))
    house.settle_and_decide()
    while house.send():
        pass
    text = f"Undelivered: {house.letters()[0].recipient} {house.cases()[0].code}"
    for number in range(3):
        house.arrive(prose_bounce(text, subject=f"系统退信 请打 12345 {number}"))
    house.take_in()
    keep_undelivered_tasks(house.app.database, house.app.clock.now())

    with house.store() as session:
        errors = system_state(session, house.app.settings, house.app.clock.now()).errors
        assert "undelivered" not in {task.kind for task in open_tasks(session)}
    told = [line for line in errors if "真假不明" in line]
    assert len(told) == 1
    assert "12345" not in told[0]


def test_a_bounce_that_says_a_letter_is_late_is_no_failure(house: House) -> None:
    """RFC 3464 2.3.3: it is still on its way, also when the letter is known by the address
    alone.
    """
    house.arrive(with_file(plain_mail(4)))
    house.settle_and_decide()
    house.send()
    late = bounce_of(house.letters()[0].message_id).replace(b"Action: failed", b"Action: delayed")
    house.arrive(late.replace(b"no such user", b"wang@example.cn is busy"))
    house.take_in()
    assert house.events("undelivered") == []


def test_tencents_own_message_id_does_not_hide_ours(house: House) -> None:
    """It keeps the sender's in X-OQ-MSGID."""
    house.arrive(with_file(plain_mail(4)))
    house.settle_and_decide()
    house.send()
    ours = house.letters()[0].message_id
    house.arrive(
        bounce_of("<tencent_1@qq.example>").replace(
            b"<tencent_1@qq.example>", f"<tencent_1@qq.example>\r\nX-OQ-MSGID: {ours}".encode()
        )
    )
    house.take_in()
    assert len(house.events("undelivered")) == 1


@pytest.mark.parametrize("header", ["auto_submitted", "list_id", "precedence"])
def test_papers_in_a_machines_mail_are_shown_to_staff(house: House, header: str) -> None:
    """A bureau's own office system may send its application: not answered, not dropped either."""
    value = {
        "auto_submitted": "auto-generated",
        "list_id": "<all.example.cn>",
        "precedence": "bulk",
    }[header]
    house.arrive(with_file(plain_mail(**{header: value})))
    house.settle_and_decide()
    assert (house.letters(), house.cases()) == ([], [])
    assert ["自动发出的邮件带有附件" in task.reason for task in tasks(house)] == [True]


def test_papers_that_staff_forward_from_our_own_address_are_shown_to_them(house: House) -> None:
    """Not an application of anybody's; a digest that comes back is ours and no news."""
    start(house.app)
    house.send_digest(house.clock.instant.date())
    house.arrive(house.letters()[0].mime)
    house.arrive(with_file(plain_mail(from_="Mailroom@office.example", subject="Fwd: 申报")))
    house.settle_and_decide()
    assert (house.cases(), [letter.kind for letter in house.letters()]) == ([], ["digest"])
    assert [event.message_id for event in house.events("own_papers")] == [2]


def test_a_machines_mail_without_papers_is_noise(house: House) -> None:
    """Out-of-office answers would drown the tasks."""
    house.arrive(plain_mail(auto_submitted="auto-replied"))
    house.settle_and_decide()
    assert tasks(house) == ()


def test_a_units_second_address_has_a_case_of_its_own_and_is_shown_to_staff(house: House) -> None:
    """A clerk may use another mailbox, and anybody can write a unit's name: a human looks."""
    name = "第一师阿拉尔市教育局"
    for number, local in enumerate(("clerk", "clerk", "other")):
        house.arrive(
            with_file(
                plain_mail(number, from_=f"{name} <{local}@example.cn>"), f"data {number}".encode()
            )
        )
        house.take_in()
    first, second = house.cases()
    assert (first.contested, second.contested) == (False, True)
    (task,) = (task for task in tasks(house) if "哪个案卷有效" in task.reason)
    assert "other@example.cn" in task.reason
    assert "clerk@example.cn" in task.reason


def test_people_without_an_address_never_share_a_case(house: House) -> None:
    """Nothing says that they are the same; a guess would mix up two applications."""
    for number in (1, 2):
        mail = with_file(plain_mail(number), f"data {number}".encode())
        del mail["From"]
        house.arrive(mail)
    house.settle_and_decide()
    assert len(house.cases()) == 2
    assert house.letters() == []


@pytest.mark.parametrize("sender", ["张三@example.cn", "zhang@b_c.example", "zhang@例子.example"])
def test_a_sender_who_cannot_be_written_to_is_judged_all_the_same(
    house: House, sender: str
) -> None:
    """No letter, a decision, and a task for staff."""
    raw = (
        with_file(plain_mail(from_="x@x.example"))
        .as_bytes()
        .replace(b"x@x.example", sender.encode())
    )
    house.arrive(raw)
    house.settle_and_decide()
    assert [case.decision for case in house.cases()] == [Decision.INCOMPLETE]
    assert house.letters() == []
    assert any("请电话联系" in task.reason for task in tasks(house))


def test_a_bounce_of_somebody_elses_letter_is_only_registered(house: House) -> None:
    """Spammers forge our address."""
    house.arrive(bounce_of("<unknown@elsewhere.example>"))
    house.take_in()
    assert (house.events("undelivered"), len(house.messages())) == ([], 1)


def test_a_forged_mail_is_shown_to_staff_and_not_answered(open_one: Open) -> None:
    """Only the office's own server is believed about it."""
    house = open_one(
        office={"staff": ["s@office.example"], "trusted_authserv_ids": ["mx.office.example"]}
    )
    forged = with_file(plain_mail(authentication_results="mx.office.example; dmarc=fail"))
    house.arrive(forged)
    house.settle_and_decide()
    assert (house.letters(), house.cases()) == ([], [])
    assert ["冒名" in task.reason for task in tasks(house)] == [True]


# --- supplements
# ---------------------------------------------------------------------------------------------------


def supplement(sample: str, **headers: str) -> bytes:
    """A later mail of the sample's sender with the sample's files."""
    mail = plain_mail(99, **{"subject": "补充材料", "text": "见附件"} | headers)
    for name, data in attachments(SAMPLES[sample]).items():
        with_file(mail, data, name)
    return mail.as_bytes()


def test_a_reply_to_our_letter_completes_the_case(house: House) -> None:
    """By In-Reply-To, though subject and files name nobody."""
    house.arrive_sample("09")
    house.settle_and_decide()
    house.wait(timedelta(days=1))
    letter = house.letters()[0]
    house.arrive(supplement("10", from_="bys_jyj@example.cn", in_reply_to=letter.message_id))
    house.settle_and_decide()
    assert [(case.decision, case.version) for case in house.cases()] == [(Decision.ACCEPTED, 2)]
    assert [letter.kind for letter in house.letters()] == ["incomplete", "accepted"]


def test_a_case_code_in_the_subject_completes_the_case(house: House) -> None:
    """From the address the case knows, as people type it; without any thread header."""
    house.arrive_sample("09")
    house.settle_and_decide()
    house.wait(timedelta(days=1))
    code = house.cases()[0].code.lower().replace("-", " ")
    house.arrive(supplement("10", from_="bys_jyj@example.cn", subject=f"补充 {code}"))
    house.settle_and_decide()
    assert [case.decision for case in house.cases()] == [Decision.ACCEPTED]
    with house.store() as session:
        joined = messages_of_case(session, house.cases()[0].id)[1][1]
    assert house.cases()[0].code in joined.joined_by


def test_a_stranger_who_quotes_a_case_is_held_for_staff(house: House) -> None:
    """No change of the case, and a receipt that says nothing of it."""
    house.arrive_sample("09")
    house.settle_and_decide()
    house.wait(timedelta(hours=1))
    house.arrive(
        supplement("10", from_="路人 <x@evil.example>", subject=f"补充 {house.cases()[0].code}")
    )
    house.settle_and_decide()
    assert [(case.decision, case.version) for case in house.cases()] == [(Decision.INCOMPLETE, 1)]
    assert [(letter.kind, letter.recipient) for letter in house.letters()] == [
        ("incomplete", "bys_jyj@example.cn"),
        ("noted", "x@evil.example"),
    ]
    assert [task.reason.startswith("处理引用他人案卷的来件") for task in tasks(house)] == [True]


def test_thanks_for_a_letter_open_no_judgement(house: House) -> None:
    """A receipt, and the case stays as it is."""
    house.arrive_sample("09")
    house.settle_and_decide()
    house.arrive(
        plain_mail(5, "谢谢", from_="bys_jyj@example.cn", in_reply_to=house.letters()[0].message_id)
    )
    house.settle_and_decide()
    assert [case.version for case in house.cases()] == [1]
    assert [letter.kind for letter in house.letters()] == ["incomplete", "received"]


# --- failures
# ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("raw", UNREADABLE, ids=["empty", "header bomb", "no header"])
def test_what_is_no_mail_is_set_aside_at_once_and_the_next_goes_on(
    house: House, raw: bytes
) -> None:
    """With its traceback, and as a task in the digest; a second look would see the same."""
    house.arrive(raw)
    house.wait(timedelta(minutes=1))
    house.arrive(plain_mail())
    house.take_in()
    poison, good = house.messages()
    assert (poison.state, poison.attempts, good.state) == (
        MessageState.SET_ASIDE,
        1,
        MessageState.READ,
    )
    assert "UnreadableMessage" in poison.error
    assert len(house.events("set_aside")) == 1
    assert any("已隔离" in task.reason for task in tasks(house))
    assert [letter.message_ref for letter in house.letters()] == [good.id]


def test_a_mail_whose_letter_cannot_be_made_is_not_read_by_halves(house: House) -> None:
    """Reading, event and letter are one transaction; after the mend a retry answers it."""
    whole = house.app.templates
    house.app.templates = Templates({**whole.sources, "received/body.txt": "{{ nonsense }}"})
    house.arrive(plain_mail())
    for _ in range(STRIKES):
        house.take_in()
        house.wait(AGAIN_AFTER)
    assert [row.state for row in house.messages()] == [MessageState.SET_ASIDE]
    assert (house.events("read"), house.letters()) == ([], [])
    house.app.templates = whole
    with house.app.database.writing() as session:
        assert retry_message(session, house.messages()[0].id)
    house.take_in()
    assert len(house.letters()) == 1


def test_a_mail_that_kills_the_program_each_time_is_set_aside(house: House) -> None:
    """Attempts are counted before the work, so the fourth start does not try again."""
    house.arrive(plain_mail())
    receive_all(house.app.inlet)
    for _ in range(STRIKES):
        start(house.app)
        with house.app.database.writing() as session:  # taken up, and never heard of again
            (waiting,) = first_of_each_sender(session, house.clock.instant)
            assert claim_message(session, waiting.id, house.clock.instant) is not None
    start(house.app)
    assert house.read_one()
    assert [row.state for row in house.messages()] == [MessageState.SET_ASIDE]


def test_a_mail_being_read_by_a_killed_program_is_taken_up_after_the_restart(
    open_one: Open,
) -> None:
    """Not before: somebody may still be at it."""
    house = open_one()
    house.arrive(plain_mail())
    receive_all(house.app.inlet)
    with house.app.database.writing() as session:
        claim_message(session, 1, house.clock.instant)
    assert not house.read_one()
    again = open_one(mailbox=house.mailbox, clock=house.clock)
    start(again.app)
    assert again.read_one()
    assert [row.state for row in again.messages()] == [MessageState.READ]
