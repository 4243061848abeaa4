"""Reminders of a real house: what is written, to whom, how often."""

from __future__ import annotations

import email
import email.policy
import shutil
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

from ingest.calls import default_config
from ingest.steps.receive import receive_all
from ingest.steps.remind import remind_due
from ingest.store.events import EventKind, record_event
from ingest.store.tasks import NewTask, open_task
from notifier.outboxstates import OutboxState
from rules.tasks import TaskKind
from rules.vocabulary import BEIJING
from tests.integration.house import House, open_house, plain_mail, with_file

Open = Callable[..., House]
CALL = "smart-education-2024"
BUREAU = "第五师双河市教育局 <shs_jyj@example.cn>"
DAYS = [datetime(2024, 8, day, 9, 5, tzinfo=BEIJING) for day in (22, 28, 30)]


def submit(house: House, number: int = 1, sender: str = BUREAU) -> None:
    mail = plain_mail(number, f"示范区申报 {number}", "见附件", from_=sender)
    house.arrive(with_file(mail, b"broken %d" % number))
    house.settle_and_decide()
    house.send()


def remind(house: House, now: datetime) -> int:
    house.clock.instant = now
    count = 0
    while remind_due(house.app.database, house.app.mouth, now):
        count += 1
    return count


def reminders(house: House) -> list[str]:
    return [letter.recipient for letter in house.letters() if letter.kind == "reminder"]


def test_a_case_is_reminded_once_on_each_day_through_restarts(tmp_path: Path) -> None:
    """What the letter says of the days left is true on that day."""
    with open_house(tmp_path) as house:
        submit(house)
        assert [remind(house, day) for day in DAYS[:2]] == [1, 1]
    with open_house(tmp_path) as house:
        assert remind(house, DAYS[1]) == 0
        assert remind(house, DAYS[2]) == 1
        letter = house.letters()[-1]
    mail = email.message_from_bytes(letter.mime, policy=email.policy.default)
    text = mail.get_body(("plain",))
    assert text is not None
    assert "还有 1 天" in text.get_content()
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail["In-Reply-To"] == mail["References"]
    assert "自动回复" not in str(mail["Subject"])


def test_after_an_outage_one_reminder_is_written_not_three(house: House) -> None:
    """The latest that was due."""
    submit(house)

    assert remind(house, DAYS[2] + timedelta(days=1)) == 1


def test_papers_that_came_are_judged_first(house: House) -> None:
    """Nobody is reminded of what lies here already."""
    submit(house)
    house.clock.instant = DAYS[0]
    house.arrive(with_file(plain_mail(2, "示范区申报 补正", "见附件", from_=BUREAU), b"more"))
    receive_all(house.app.inlet)
    assert remind(house, DAYS[0]) == 0
    house.take_in()

    assert remind(house, DAYS[0]) == 0


def test_a_letter_that_waits_or_came_back_is_not_reminded_of(open_one: Open) -> None:
    """Of the one nobody knows yet; the other goes where nobody reads."""
    house = open_one(letters={"approve_first": 1})
    submit(house)
    assert remind(house, DAYS[0]) == 0

    house = open_one()
    letter = next(letter for letter in house.letters() if letter.state is OutboxState.HELD)
    with house.app.database.writing() as session:
        row = session.merge(letter)
        row.state, row.sent_at = OutboxState.SENT, house.clock.instant - timedelta(days=2)
        record_event(
            session, house.clock.instant, EventKind.UNDELIVERED, "退回", outbox_id=letter.id
        )
    assert remind(house, DAYS[1]) == 0


def test_a_case_people_must_speak_of_first_is_not_reminded(house: House) -> None:
    """The unit asked to withdraw; or the case is withdrawn, closed, contested."""
    submit(house)
    (case,) = house.cases()
    with house.app.database.writing() as session:
        open_task(session, NewTask("w", TaskKind.WITHDRAWAL, "撤回", case.id), DAYS[0])
    assert remind(house, DAYS[0]) == 0


def test_a_reminder_that_waits_gives_way_to_the_next(open_one: Open) -> None:
    """Two reminders of one thing are never released together."""
    house = open_one(letters={"approve_first": 5})
    submit(house)
    (letter,) = house.letters()
    with house.app.database.writing() as session:
        row = session.merge(letter)
        row.state, row.sent_at = OutboxState.SENT, house.clock.instant
    assert [remind(house, day) for day in DAYS[:2]] == [1, 1]
    assert [letter.state for letter in house.letters()[1:]] == [
        OutboxState.SUPERSEDED,
        OutboxState.HELD,
    ]


def test_a_cap_keeps_a_reminder_back_and_is_asked_once(open_one: Open) -> None:
    """The ledger says that there should have been one."""
    house = open_one(letters={"per_case": 1})
    submit(house)
    assert remind(house, DAYS[0]) == 1
    assert remind(house, DAYS[0]) == 0
    assert reminders(house) == []
    assert "没有写出" in house.events("reminded")[0].text


def test_units_on_the_list_that_sent_nothing_are_reminded_when_the_call_says_so(
    open_one: Open, tmp_path: Path
) -> None:
    """In words without case and receipt; who has sent something is not among them."""
    shutil.copytree(default_config() / "calls" / CALL, tmp_path / "calls" / CALL)
    path = tmp_path / "calls" / CALL / "call.yaml"
    text = path.read_text("utf-8").replace("提醒未报: 否", "提醒未报: 是")
    for unit in ("第五师双河市", "第十一师"):
        text = text.replace(
            f"{{名称: {unit}, ", f"{{名称: {unit}, 邮箱: [d{len(unit)}@listed.example], "
        )
    path.write_text(text, "utf-8")
    house = open_one(calls_={"directory": tmp_path / "calls"})
    submit(house)
    assert remind(house, DAYS[0]) == 2
    assert remind(house, DAYS[0]) == 0
    letter = next(letter for letter in house.letters() if letter.kind == "call_reminder")
    mail = email.message_from_bytes(letter.mime, policy=email.policy.default)
    body = mail.get_body(("plain",))
    assert body is not None
    assert letter.recipient == "d4@listed.example"
    assert "第十一师教育局" in body.get_content()
    assert "收到时间" not in body.get_content()
    assert "案卷编号" not in str(mail["Subject"])
