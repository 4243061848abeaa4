"""Letters that may or may not have left: found in sent mail they are confirmed, otherwise people
are told; never resent.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from ingest.cli import run
from ingest.daemon import run_once, start, work
from ingest.errors import LoginRefusedError, MailroomError, UnavailableError
from ingest.steps.settle_uncertain import LOOK_AGAIN
from ingest.views.digest import collect_digest
from notifier import outbox
from notifier.outboxstates import OutboxState
from notifier.transport import SendOutcome
from tests.integration.house import STAFF, House
from tests.nowhere import configuration

Open = Callable[..., House]
SENT = "已发送"


@pytest.fixture
def doubtful(house: House) -> House:
    """A house whose one letter ended in doubt."""
    house.queue()
    house.transport.answer_next(SendOutcome.UNCERTAIN, 0, "连接中断")
    house.send()
    return house


def states(house: House) -> list[OutboxState]:
    return [letter.state for letter in house.letters()]


def file_sent(house: House, message_id: str = "<k@office.example>", folder: str = SENT) -> None:
    house.mailbox.append(
        f"Message-ID: {message_id}\r\nSubject: x\r\n\r\nx\r\n".encode(), house.clock.instant, folder
    )


def test_a_letter_found_in_sent_mail_is_confirmed(doubtful: House) -> None:
    """With the evidence in the row and in the ledger; nothing is sent."""
    file_sent(doubtful, "<other@office.example>")
    file_sent(doubtful)

    assert doubtful.settle_uncertain() == 1
    (letter,) = doubtful.letters()
    assert (letter.state, letter.sent_at, letter.next_attempt_at) == (
        OutboxState.SENT,
        doubtful.clock.instant,
        None,
    )
    assert letter.last_reply == "在“已发送”文件夹中找到"
    assert [event.outbox_id for event in doubtful.events("sent")] == [letter.id]
    assert doubtful.transport.letters == []


def test_a_letter_that_is_not_found_stays_and_is_never_sent_again(doubtful: House) -> None:
    """Looked for every ten minutes, with one line for staff, until its life is over."""
    file_sent(doubtful, "<other@office.example>")
    doubtful.app.chronicle.acquainted = True  # the look at the start is another one
    for _ in range(3):
        work(doubtful.app)
        doubtful.wait(timedelta(seconds=5))
    assert doubtful.mailbox.sessions == 1
    doubtful.wait(LOOK_AGAIN)
    work(doubtful.app)
    assert doubtful.mailbox.sessions == 2
    doubtful.wait(timedelta(days=6))
    work(doubtful.app)

    assert doubtful.mailbox.sessions == 2
    assert states(doubtful)[0] is OutboxState.UNCERTAIN
    assert [
        letter.recipient
        for letter in doubtful.transport.letters
        if letter.recipient == "wang@example.cn"
    ] == []
    told = [event.text for event in doubtful.events("uncertain") if "没有找到" in event.text]
    assert len(told) == 1
    assert "请电话确认" in told[0]


def test_a_copy_that_is_filed_late_is_found_at_a_later_look(doubtful: House) -> None:
    """Providers take their time."""
    file_sent(doubtful, "<other@office.example>")
    assert doubtful.settle_uncertain() == 0
    file_sent(doubtful)
    assert doubtful.settle_uncertain() == 0, "it is not due yet"
    doubtful.wait(LOOK_AGAIN)

    assert doubtful.settle_uncertain() == 1


def test_a_letter_caught_in_sending_by_a_crash_is_looked_for_at_the_next_start(
    open_one: Open,
) -> None:
    """The copy in sent mail settles it before anything else is sent."""
    house = open_one()
    number = house.queue()
    with house.app.database.writing() as session:
        assert outbox.claim(session, number, house.clock.instant)
    again = open_one(clock=house.clock)
    file_sent(again)
    run_once(again.app)

    assert states(again)[0] is OutboxState.SENT
    assert [event.text for event in again.events("uncertain")] == [
        "发信时程序中断,信函是否发出无法确定"
    ]
    assert {letter.recipient for letter in again.transport.letters} == {STAFF}, "the digest alone"


def test_an_account_without_sent_mail_leaves_it_to_people(doubtful: House) -> None:
    """And says why nothing could be found out."""
    assert doubtful.settle_uncertain() == 0
    assert any("没有“已发送”文件夹" in event.text for event in doubtful.events("uncertain"))


@pytest.mark.parametrize(
    "error", [UnavailableError("连不上", "稍后"), LoginRefusedError("拒绝登录")]
)
@pytest.mark.parametrize("step", ["session", "sent_folder", "examine", "message_ids"])
def test_trouble_with_the_mailbox_keeps_no_letter_from_leaving(
    doubtful: House, step: str, error: MailroomError
) -> None:
    """The doubtful one is looked for again later, the others are sent."""
    file_sent(doubtful)
    doubtful.queue("other")
    doubtful.app.chronicle.acquainted = True  # the look at the start is another one
    doubtful.mailbox.fail_next(step, error)
    work(doubtful.app)

    assert states(doubtful)[:2] == [OutboxState.UNCERTAIN, OutboxState.SENT]
    doubtful.wait(LOOK_AGAIN)
    work(doubtful.app)
    assert states(doubtful)[0] is OutboxState.SENT


def test_nobody_logs_in_when_there_is_no_doubt(house: House) -> None:
    """The usual case costs nothing."""
    house.queue()
    house.send()
    start(house.app)

    assert house.settle_uncertain() == 0
    assert house.mailbox.sessions == 0


def test_staff_read_of_a_doubtful_letter_what_to_do(doubtful: House) -> None:
    """In the digest, among the letters that did not arrive."""
    doubtful.settle_uncertain()
    with doubtful.store() as session:
        (line,) = collect_digest(
            session, doubtful.app.rules.call, doubtful.app.settings, doubtful.app.clock.now()
        ).undelivered

    assert line.recipient == "wang@example.cn"
    assert "请电话确认" in line.reason
    assert "outbox confirm 1" in line.reason
    assert "outbox retry 1" in line.reason


@pytest.mark.parametrize(
    ("command", "state"), [("confirm", OutboxState.SENT), ("retry", OutboxState.QUEUED)]
)
def test_a_person_has_the_last_word(
    doubtful: House, tmp_path: Path, command: str, state: OutboxState
) -> None:
    """Who telephoned knows; a second word about the same letter is refused."""
    path = configuration(tmp_path)
    assert run(["--config", str(path), "outbox", command, "1"]) == 0
    assert states(doubtful) == [state]
    assert run(["--config", str(path), "outbox", "confirm", "1"]) == 64
