"""Staff answer the digest: what their mails ask with a code of ours is done once, and they are told;
everything else changes nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from email.message import EmailMessage
from urllib.parse import parse_qs, urlsplit

import pytest

from ingest.receipts.staffcodes import find_codes
from ingest.steps.staff.orders import Hands
from ingest.steps.staff.replies import Reply, answer_one
from ingest.store.tasks import NewTask, open_task, open_tasks
from notifier.digest import HumanTask
from notifier.outbox import OutboxRow
from rules.tasks import TaskKind
from tests.integration.house import STAFF, House, plain_mail, with_file

Open = Callable[..., House]
BOSS = "boss@office.example"
OFFICE = {"staff": [STAFF], "administrators": [BOSS]}


@pytest.fixture
def waiting(open_one: Open) -> House:
    """Two cases whose only file cannot be read as any form: staff must look."""
    house = open_one(office=OFFICE)
    for number, sender in enumerate(("wang@example.cn", "li@example.cn"), 1):
        house.arrive(with_file(plain_mail(number, "示范区申报材料", from_=sender), b"%d" % number))
    house.settle_and_decide()
    return house


def tasks(house: House) -> tuple[HumanTask, ...]:
    """Those that can be answered, the oldest first."""
    found = [task for task in house.make_digest()[2].needs_human if task.links]
    return tuple(sorted(found, key=lambda task: task.handle.task if task.handle else 0))


def opened(url: str, reason: str | None = None, by: str = STAFF, number: int = 50) -> EmailMessage:
    """The mail that a link opens, as it is sent."""
    fields = parse_qs(urlsplit(url).query)
    body = fields["body"][0]
    body = body if reason is None else body.replace("理由：", f"理由：{reason}", 1)
    return plain_mail(number, fields["subject"][0], body, from_=by)


def link(task: HumanTask, label: str) -> str:
    return next(link.url for link in task.links if link.label == label)


def answer(house: House, *mails: EmailMessage) -> str:
    """The mails arrive; what the last answer to staff says."""
    before = len(house.letters())
    for mail in mails:
        house.arrive(mail)
    house.take_in()
    app = house.app
    while answer_one(app.database, app.rules, app.mouth, house.clock.instant):
        pass
    told = [row for row in house.letters()[before:] if row.recipient == STAFF]
    return text_of(told[-1]) if told else ""


def text_of(row: OutboxRow) -> str:
    import email  # noqa: PLC0415 - the one use
    import email.policy  # noqa: PLC0415 - see above

    mail = email.message_from_bytes(row.mime, policy=email.policy.default)
    body = mail.get_body(("plain",))
    assert body is not None
    return str(body.get_content())


def decisions(house: House) -> list[str | None]:
    return [case.decision for case in house.cases()]


def nothing_done(house: House) -> bool:
    return [case.version for case in house.cases()] == [1, 1]


def test_a_link_decides_and_both_sides_are_told(waiting: House) -> None:
    first = tasks(waiting)[0]

    told = answer(waiting, opened(link(first, "受理")))

    assert "已办理" in told
    assert "受理回执发往 wang@example.cn" in told
    assert decisions(waiting)[0] == "accepted"
    assert len(waiting.cases()) == 2  # a staff member's mail is no application
    letter = next(row for row in waiting.letters() if row.kind == "accepted")
    assert STAFF not in text_of(letter)
    (event,) = waiting.events("staff_decided")
    assert event.text.startswith(STAFF)


def test_a_code_is_good_for_one_use(waiting: House) -> None:
    first = tasks(waiting)[0]
    answer(waiting, opened(link(first, "受理")))

    told = answer(waiting, opened(link(first, "受理"), number=51))

    assert "办理码已用过" in told
    assert STAFF in told
    assert waiting.cases()[0].version == 2


def test_the_reason_of_the_reply_goes_to_the_applicant_and_must_be_there(waiting: House) -> None:
    """A code that did nothing is still good."""
    first = tasks(waiting)[0]

    told = answer(waiting, opened(link(first, "退回补正")))

    assert "没有写理由" in told
    assert nothing_done(waiting)
    assert "已办理" in answer(waiting, opened(link(first, "退回补正"), "附件打不开", number=51))
    assert any(
        "附件打不开" in text_of(row) for row in waiting.letters() if row.kind == "incomplete"
    )


def test_all_of_them_in_one_reply(waiting: House) -> None:
    data = waiting.make_digest()[2]

    told = answer(waiting, opened(data.accept_all))

    assert told.count("已办理") == 2
    assert decisions(waiting) == ["accepted", "accepted"]
    with waiting.store() as session:
        assert open_tasks(session) == []


def test_codes_that_contradict_each_other_do_nothing(waiting: House) -> None:
    first = tasks(waiting)[0]
    other = parse_qs(urlsplit(link(first, "不予受理")).query)["subject"][0].rsplit(" ", 1)[1]
    mail = opened(link(first, "受理"), f"核对过\n\n{other}")

    assert "几个不同的办理码" in answer(waiting, mail)
    assert nothing_done(waiting)


def swapped(mail: EmailMessage, old: str, new: str) -> EmailMessage:
    subject = str(mail["Subject"])
    assert old in subject
    mail.replace_header("Subject", subject.replace(old, new))
    return mail


def test_a_code_of_another_case_or_action_is_not_ours(waiting: House) -> None:
    first, second = tasks(waiting)
    assert first.handle is not None
    assert second.handle is not None
    numbers = f"-{first.handle.task}.1-", f"-{second.handle.task}.1-"

    for number, mail in enumerate(
        (
            swapped(opened(link(first, "受理")), *numbers),
            swapped(opened(link(first, "受理")), "MR-A-", "MR-N-"),
            swapped(opened(link(first, "受理")), numbers[0], "-99.1-"),
        ),
        60,
    ):
        mail.replace_header("Message-Id", f"<m{number}@office.example>")
        assert "不是本单位出具的" in answer(waiting, mail)
    assert nothing_done(waiting)


def test_a_code_expires(waiting: House) -> None:
    url = link(tasks(waiting)[0], "受理")
    waiting.wait(timedelta(days=9))

    assert "已过期" in answer(waiting, opened(url))
    assert nothing_done(waiting)


def test_a_case_that_has_changed_is_not_decided_by_an_old_code(waiting: House) -> None:
    url = link(tasks(waiting)[0], "受理")
    waiting.arrive(with_file(plain_mail(7, "示范区申报材料", from_="wang@example.cn"), b"new"))
    waiting.settle_and_decide()
    version = waiting.cases()[0].version

    assert "没有办理" in answer(waiting, opened(url))
    assert waiting.cases()[0].version == version


def test_nobody_else_can_use_a_code(waiting: House) -> None:
    url = link(tasks(waiting)[0], "受理")

    assert answer(waiting, opened(url, by="阅卷人 <eve@example.net>")) == ""
    assert nothing_done(waiting)
    assert waiting.events("staff_decided") == []


def test_a_staff_address_that_did_not_pass_is_not_believed(open_one: Open) -> None:
    """Where the office's own server says who passed."""
    house = open_one(office={**OFFICE, "trusted_authserv_ids": ["mx.office.example"]})
    house.arrive(with_file(plain_mail(1, "示范区申报材料")))
    house.settle_and_decide()
    url = link(tasks(house)[0], "受理")
    passed = opened(url, number=51)
    passed["Authentication-Results"] = "mx.office.example; dmarc=pass"

    assert answer(house, opened(url)) == ""
    assert house.cases()[0].version == 1
    assert "已办理" in answer(house, passed)


def test_a_reply_without_a_code_is_a_question_to_the_administrators(waiting: House) -> None:
    """Also when the whole digest is quoted, with all its links."""
    digest = waiting.make_digest()[0]
    mail = plain_mail(50, "回复: 收件日报", f"第一个可以。\n\n{digest.text}", from_=STAFF)

    told = answer(waiting, with_file(mail))

    assert "没有办理码" in told
    assert nothing_done(waiting)
    asked = [row for row in waiting.letters() if row.recipient == BOSS]
    assert [row.subject for row in asked] == ["【工作人员来信】回复: 收件日报"]
    with waiting.store() as session:
        assert [task.kind for task in open_tasks(session)].count(TaskKind.STAFF_MAIL) == 1
    assert len(waiting.cases()) == 2


def test_any_task_is_closed_by_its_link(waiting: House) -> None:
    with waiting.app.database.writing() as session:
        new = NewTask("q:1", TaskKind.QUESTION, "来信咨询", message_id=1)
        open_task(session, new, waiting.clock.instant)
    asked = next(task for task in tasks(waiting) if task.handle and not task.handle.case)

    assert "没有写理由" in answer(waiting, opened(link(asked, "办结")))
    assert "已办结（答复来信）" in answer(
        waiting, opened(link(asked, "办结"), "已电话答复", number=51)
    )
    assert "办理码已用过" in answer(waiting, opened(link(asked, "办结"), "再办", number=52))


def test_a_program_that_was_stopped_after_the_work_knows_its_own(waiting: House) -> None:
    """The decision is kept, the answer was not written yet: it is written now, nothing twice."""
    first = tasks(waiting)[0]
    waiting.arrive(opened(link(first, "受理")))
    waiting.take_in()
    row, app = waiting.messages()[-1], waiting.app
    hands = Hands(app.database, app.rules, app.mouth, STAFF, waiting.clock.instant)
    codes = find_codes(row.subject, "")
    assert all("已办理" in line for line in Reply(hands, row, "核对过").carry_out(codes[0], codes))
    waiting.wait(timedelta(minutes=1))

    assert "已办理" in answer(waiting)
    assert waiting.cases()[0].version == 2
