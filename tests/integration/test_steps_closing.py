"""The closing run of a real house: prepared, looked at, released, interrupted."""

from __future__ import annotations

import email
import email.policy
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from ingest.steps import closing
from ingest.steps.closing import close_due, release_closing
from ingest.steps.judge import OnPurpose
from ingest.steps.receive import receive_all
from ingest.store.audit import verify_ledger
from ingest.store.events import EventKind, record_event
from ingest.store.staff import staff_decisions_in_force
from ingest.store.tasks import NewTask, open_task
from ingest.views.closing import Closing, closing_list
from notifier.outbox import OutboxRow, cancel
from notifier.outboxstates import OutboxState
from rules.tasks import TaskKind
from rules.verdict import Decision
from rules.vocabulary import BEIJING
from tests.integration.house import House, open_house, plain_mail, with_file

Open = Callable[..., House]
LAST_WEEK = datetime(2024, 8, 29, 9, 0, tzinfo=BEIJING)
TUESDAY = datetime(2024, 9, 3, 9, 0, tzinfo=BEIJING)
BUREAUS = {
    "五": "第五师双河市教育局 <shs_jyj@example.cn>",
    "十一": "第十一师教育局 <s11@example.cn>",
}


def submit(house: House, unit: str = "五", number: int = 1) -> None:
    """A mail whose one file cannot be opened; its letter asks to mend that, and leaves."""
    mail = plain_mail(number, f"示范区申报 {number}", "见附件", from_=BUREAUS[unit])
    house.arrive(with_file(mail, b"broken %d" % number))
    house.settle_and_decide()
    house.send()


def close(house: House) -> int:
    count = 0
    while close_due(house.app.database, house.app.mouth, house.clock.instant):
        count += 1
    return count


def release(house: House) -> list[Closing]:
    return release_closing(house.app.database, house.app.rules.call, "李主任", house.clock.instant)


def held(house: House) -> list[OutboxRow]:
    return [letter for letter in house.letters() if letter.state is OutboxState.HELD]


@pytest.fixture
def ended(house: House) -> House:
    """Two bureaus were told what to mend and did not; it is Tuesday."""
    house.clock.instant = LAST_WEEK
    submit(house, "五", 1)
    submit(house, "十一", 2)
    house.clock.instant = TUESDAY
    return house


def test_nothing_is_prepared_before_the_grace_is_over(ended: House) -> None:
    """Monday is the office's."""
    ended.clock.instant = TUESDAY - timedelta(hours=10)

    assert close(ended) == 0


def test_every_incomplete_case_has_its_letter_ready_and_nothing_leaves(ended: House) -> None:
    """The cases stand as before until a person has looked at the list."""
    assert close(ended) == 2
    assert close(ended) == 0
    assert ended.send() == 0
    assert [letter.kind for letter in held(ended)] == ["rejected", "rejected"]
    assert [case.decision for case in ended.cases()] == [Decision.INCOMPLETE] * 2
    data = ended.make_digest()[2]
    assert [line.case_code for line in data.closing] == [
        case.code for case in reversed(ended.cases())
    ]
    assert all(line.note.startswith("信函 ") for line in data.closing)
    assert data.left_open == ()


def test_a_released_list_decides_and_sends_every_case_once(ended: House) -> None:
    """A person's decision, the next version, the letter that was looked at; then nothing more."""
    close(ended)
    before = {letter.id: letter.mime for letter in held(ended)}
    assert [item.kept_back for item in release(ended)] == ["", ""]
    assert release(ended) == []
    while ended.send():
        pass

    assert close(ended) == 0
    assert [(case.decision, case.version) for case in ended.cases()] == [(Decision.REJECTED, 2)] * 2
    sent = [letter for letter in ended.letters() if letter.id in before]
    assert {letter.state for letter in sent} == {OutboxState.SENT}
    assert {letter.id: letter.mime for letter in sent} == before
    with ended.store() as session:
        (word,) = staff_decisions_in_force(session, ended.cases()[0].id)
        assert (word.who, word.action) == ("李主任", "不予受理")
        assert verify_ledger(session).findings == ()
    assert len(ended.events("closing_released")) == 2
    body = email.message_from_bytes(sent[0].mime, policy=email.policy.default).get_body(("plain",))
    assert body is not None
    assert "未补齐，按规定不予受理" in body.get_content()


def test_a_restart_in_the_middle_does_nothing_twice(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Killed while the second case was being released: the first is done, the second still waits."""
    with open_house(tmp_path) as house:
        house.clock.instant = LAST_WEEK
        submit(house, "五", 1)
        submit(house, "十一", 2)
        house.clock.instant = TUESDAY
        close(house)
        calls = iter([closing.add_staff_decision])

        def killed(*given: object, **more: object) -> object:
            return next(calls)(*given, **more)  # type: ignore[arg-type]

        with monkeypatch.context() as patch:
            patch.setattr(closing, "add_staff_decision", killed)
            with pytest.raises(StopIteration):
                release(house)
    with open_house(tmp_path) as house:
        house.clock.instant = TUESDAY
        assert close(house) == 0
        assert sorted(case.version for case in house.cases()) == [1, 2]
        assert len(release(house)) == 1
        assert [case.version for case in house.cases()] == [2, 2]
        assert len(house.letters()) == 4


def test_a_supplement_cancels_the_letter_and_is_judged(ended: House) -> None:
    """While it is not judged yet its letter is kept back; then it never leaves."""
    close(ended)
    mail = plain_mail(3, "示范区申报 3", "补正", from_=BUREAUS["五"])
    ended.arrive(with_file(mail, b"broken 3"))
    ended.take_in()
    found = {item.case_code: item.kept_back for item in release(ended)}
    five, eleven = ended.cases()
    assert found == {five.code: "有新来件，等待裁定", eleven.code: ""}
    ended.wait(timedelta(minutes=10))
    ended.decide()

    (letter,) = (row for row in ended.letters() if row.key.startswith(f"closing:{five.code}"))
    assert letter.state is OutboxState.SUPERSEDED
    assert ended.cases()[0].decision is Decision.REFERRED


def test_mail_that_lies_unread_may_be_the_supplement(ended: House) -> None:
    """It came in time, and reading the mails takes an hour on the last day."""
    mail = plain_mail(3, "示范区申报 3", "补正", from_=BUREAUS["五"])
    ended.arrive(with_file(mail, b"broken 3"))
    receive_all(ended.app.inlet)

    assert close(ended) == 0


def test_what_waits_for_staff_is_left_out_and_told(ended: House) -> None:
    """With the reason, in the digest of that day."""
    five, _ = ended.cases()
    with ended.app.database.writing() as session:
        open_task(session, NewTask("w", TaskKind.WITHDRAWAL, "撤回", five.id), TUESDAY)
    assert close(ended) == 1
    (line,) = ended.make_digest()[2].left_open
    assert (line.case_code, "确认撤回" in line.note) == (five.code, True)


def test_a_task_that_comes_up_afterwards_keeps_the_letter_back(ended: House) -> None:
    """The list is looked at again when it is released."""
    close(ended)
    five, _ = ended.cases()
    with ended.app.database.writing() as session:
        open_task(session, NewTask("w", TaskKind.WITHDRAWAL, "撤回", five.id), TUESDAY)
        found = closing_list(session, ended.app.rules.call, TUESDAY)
    assert [bool(item.kept_back) for item in found] == [True, False]
    assert [bool(item.kept_back) for item in release(ended)] == [True, False]
    assert [case.decision for case in ended.cases()] == [Decision.INCOMPLETE, Decision.REJECTED]


def test_who_never_heard_what_to_mend_is_not_refused(open_one: Open) -> None:
    """The notice waits for approval, or came back: the office telephones first."""
    house = open_one(letters={"approve_first": 1})
    house.clock.instant = LAST_WEEK
    submit(house)
    house.clock.instant = TUESDAY
    assert close(house) == 0
    assert "没有发出" in house.make_digest()[2].left_open[0].note


def test_a_notice_that_came_back_closes_nothing(ended: House) -> None:
    """Only that case stays open."""
    letter = ended.letters()[0]
    with ended.app.database.writing() as session:
        record_event(session, TUESDAY, EventKind.UNDELIVERED, "退回", outbox_id=letter.id)

    assert close(ended) == 1


def test_a_letter_a_person_cancelled_is_not_prepared_again(ended: House) -> None:
    """Somebody decided that this case waits."""
    close(ended)
    with ended.app.database.writing() as session:
        assert cancel(session, held(ended)[0].id)

    assert close(ended) == 0
    assert len(release(ended)) == 1


def test_a_closed_case_stays_closed_when_it_is_judged_again(ended: House) -> None:
    """The rules would still ask for what is missing; a person has ended that, on these papers."""
    close(ended)
    release(ended)
    row = ended.rejudge(ended.cases()[0], OnPurpose("李主任", "再看一遍"))

    assert (row.version, row.decision) == (3, Decision.REJECTED)
