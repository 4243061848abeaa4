"""Letters that wait for a person or a server while their case moves on."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

from ingest.calls import default_config
from ingest.store.audit import verify_ledger
from notifier.outbox import settle
from notifier.outboxstates import OutboxState, Settlement
from tests.integration.house import House, plain_mail, with_file

Open = Callable[..., House]
CALL = "smart-education-2024"
BUREAU = "第五师双河市教育局 <shs_jyj@example.cn>"
COLLEAGUE = "第五师双河市教育局 <shs_xxk@example.cn>"


def submit(house: House, number: int, sender: str = BUREAU) -> None:
    """A mail of the bureau comes and is judged; its one file cannot be opened."""
    mail = plain_mail(number, f"示范区申报 {number}", "见附件", from_=sender)
    house.arrive(with_file(mail, b"broken %d" % number))
    house.settle_and_decide()


def states(house: House) -> list[OutboxState]:
    return [letter.state for letter in house.letters()]


def test_two_decisions_while_letters_are_held_send_one_letter(open_one: Open) -> None:
    """The hold file stood there for a day; what leaves is how the case stands now."""
    house = open_one(smtp={"pace": "0s"})
    house.app.settings.letters.hold_file.touch()
    submit(house, 1)
    submit(house, 2)
    assert states(house) == [OutboxState.SUPERSEDED, OutboxState.QUEUED]
    house.app.settings.letters.hold_file.unlink()
    house.send()

    assert states(house) == [OutboxState.SUPERSEDED, OutboxState.SENT]
    assert len(house.transport.letters) == 1
    (event,) = house.events("superseded")
    assert event.outbox_id == house.letters()[0].id
    with house.store() as session:
        assert verify_ledger(session).findings == ()


def test_what_waits_for_approval_gives_its_place_to_the_next(open_one: Open) -> None:
    """approve_first means letters people have looked at, not letters that never left."""
    house = open_one(letters={"approve_first": 1})
    submit(house, 1)
    submit(house, 2)

    assert states(house) == [OutboxState.SUPERSEDED, OutboxState.HELD]


def test_a_letter_on_its_way_is_not_called_back(open_one: Open) -> None:
    """Perhaps it arrived; the next one says what is true now."""
    house = open_one()
    submit(house, 1)
    house.send()
    submit(house, 2)

    assert states(house) == [OutboxState.SENT, OutboxState.QUEUED]


def test_both_who_write_for_a_unit_are_told_when_the_first_letter_never_left(
    open_one: Open, tmp_path: Path
) -> None:
    """Each in a letter of his own, with a Message-ID of its own."""
    shutil.copytree(default_config() / "calls" / CALL, tmp_path / "calls" / CALL)
    path = tmp_path / "calls" / CALL / "call.yaml"
    name = "{名称: 第五师双河市, "
    listed = path.read_text("utf-8").replace(name, f"{name}邮箱: ['@example.cn'], ")
    path.write_text(listed, "utf-8")
    house = open_one(calls_={"directory": tmp_path / "calls"}, letters={"approve_first": 1})
    submit(house, 1)
    submit(house, 2, COLLEAGUE)

    first, *rest = house.letters()
    assert first.state is OutboxState.SUPERSEDED
    assert {letter.recipient for letter in rest} == {"shs_jyj@example.cn", "shs_xxk@example.cn"}
    assert len({letter.message_id for letter in house.letters()}) == 3


def test_nobody_sends_a_letter_that_is_no_longer_true(open_one: Open) -> None:
    """One that failed stays on the list of those to telephone, but is not tried again."""
    house = open_one()
    submit(house, 1)
    (letter,) = house.letters()
    with house.app.database.writing() as session:
        letter_row = session.merge(letter)
        letter_row.state = OutboxState.SENDING
        session.flush()
        settle(session, letter.id, Settlement(OutboxState.FAILED), "550", house.clock.instant)
    submit(house, 2)

    assert states(house) == [OutboxState.FAILED, OutboxState.QUEUED]
