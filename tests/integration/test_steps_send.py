"""Letters on their way out: every outcome, the caps, the hold file, lost sessions and restarts."""

from __future__ import annotations

import socket
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from ingest.daemon import start
from ingest.errors import LoginRefusedError, TemporaryError
from ingest.steps.send import send_due
from ingest.views.systemstate import system_state
from notifier import outbox
from notifier.outboxstates import OutboxState
from notifier.transport import SendOutcome, SmtpLoginRefused, SmtpUnavailable
from rules.vocabulary import BEIJING
from tests.integration.house import House

Open = Callable[..., House]
TOMORROW = datetime(2024, 8, 21, 8, 0, tzinfo=BEIJING)


def test_a_letter_that_is_taken_is_sent_with_the_servers_word(house: House) -> None:
    """From the office's address, to its one recipient, byte for byte; then never again."""
    house.queue()
    assert house.send() == 1
    letter = house.letters()[0]
    assert (letter.state, letter.sent_at, letter.attempts) == (
        OutboxState.SENT,
        house.clock.instant,
        1,
    )
    assert letter.last_reply == "250 queued as 1"
    sent = house.transport.letters[0]
    assert (sent.sender, sent.recipient, sent.data) == (
        "mailroom@office.example",
        "wang@example.cn",
        letter.mime,
    )
    house.wait(timedelta(days=9))
    assert house.send() == 0


@pytest.mark.parametrize(
    ("outcome", "state", "wait"),
    [
        (SendOutcome.RETRY, OutboxState.RETRY, timedelta(minutes=1)),
        (
            SendOutcome.TOMORROW,
            OutboxState.RETRY,
            TOMORROW - datetime(2024, 8, 20, 9, tzinfo=BEIJING),
        ),
        (SendOutcome.CONFIGURATION, OutboxState.RETRY, timedelta(hours=1)),
        (SendOutcome.REFUSED, OutboxState.FAILED, None),
        (SendOutcome.UNCERTAIN, OutboxState.UNCERTAIN, None),
    ],
)
def test_every_outcome_ends_in_its_state_and_is_written_down(
    house: House, outcome: SendOutcome, state: OutboxState, wait: timedelta | None
) -> None:
    """With the server's words; tried again exactly when it should be, and failed or uncertain ones
    never.
    """
    house.queue()
    house.transport.answer_next(outcome, 451, "nicht jetzt")
    house.send()
    letter = house.letters()[0]
    assert (letter.state, letter.last_reply) == (state, "451 nicht jetzt")
    assert [event.outbox_id for event in house.events(str(state))] == [letter.id]
    if wait is None:
        house.wait(timedelta(days=30))
        assert house.send() == 0
        return
    house.wait(wait - timedelta(seconds=1))
    assert house.send() == 0
    house.wait(timedelta(seconds=1))
    assert house.send() == 1
    assert house.letters()[0].state is OutboxState.SENT


def test_an_uncertain_letter_is_not_sent_again_after_a_restart(open_one: Open) -> None:
    """Only by a person's word."""
    house = open_one()
    number = house.queue()
    house.transport.answer_next(SendOutcome.UNCERTAIN, 0, "?", then_lost=True)
    house.send()
    again = open_one(clock=house.clock)
    start(again.app)
    assert again.send() == 0
    with again.app.database.writing() as session:
        assert outbox.retry(session, number, again.clock.instant)
    assert again.send() == 1


def test_a_refused_configuration_is_told_to_staff(house: House) -> None:
    """It concerns every letter."""
    house.queue()
    house.transport.answer_next(
        SendOutcome.CONFIGURATION, 553, "Mail from must equal authorized user"
    )
    house.send()
    with house.store() as session:
        errors = system_state(session, house.app.settings, house.app.clock.now()).errors
    assert any("authorized user" in error for error in errors)


def test_a_lost_session_costs_the_waiting_letters_nothing(house: House) -> None:
    """They leave in the next session, with their first attempt."""
    for number in range(3):
        house.queue(f"k{number}")
    house.transport.answer_next(SendOutcome.UNCERTAIN, 0, "?", then_lost=True)
    assert house.send() == 1
    assert [letter.attempts for letter in house.letters()] == [1, 0, 0]
    assert house.send() == 2
    assert [letter.state for letter in house.letters()] == [
        OutboxState.UNCERTAIN,
        OutboxState.SENT,
        OutboxState.SENT,
    ]


def test_a_refused_login_stops_everything(house: House) -> None:
    """No letter was touched, and the caller must not try again."""
    house.queue()
    house.transport.trouble = SmtpLoginRefused("535 authentication failed")
    with pytest.raises(LoginRefusedError, match="535"):
        send_due(house.app.outlet)
    assert [(letter.state, letter.attempts) for letter in house.letters()] == [
        (OutboxState.QUEUED, 0)
    ]


def test_an_unreachable_server_is_trouble_of_the_world(house: House) -> None:
    """The letter leaves when it is back."""
    house.queue()
    house.transport.trouble = SmtpUnavailable("连不上")
    with pytest.raises(TemporaryError, match="连不上"):
        send_due(house.app.outlet)
    house.transport.trouble = None
    assert house.send() == 1


def test_nothing_to_send_means_no_session(house: House) -> None:
    """Providers count logins."""
    assert house.send() == 0
    assert house.transport.sessions == 0


def test_the_hold_file_silences_everything_until_it_is_gone(house: House) -> None:
    """The letters wait untouched."""
    house.queue()
    hold = house.app.settings.letters.hold_file
    hold.touch()
    assert (house.send(), house.transport.sessions) == (0, 0)
    with house.store() as session:
        assert system_state(session, house.app.settings, house.app.clock.now()).held
    hold.unlink()
    assert house.send() == 1


def test_a_hold_file_that_appears_during_a_batch_stops_the_next_letter(open_one: Open) -> None:
    """A claimed letter is put back as if nothing had been."""
    house = open_one()
    for number in range(3):
        house.queue(f"k{number}")
    hold = house.app.settings.letters.hold_file
    send = house.transport.next_answer

    def answer() -> object:
        hold.touch()
        return send()

    house.transport.next_answer = answer  # type: ignore[assignment, method-assign]
    assert house.send() == 1
    assert [(letter.state, letter.attempts) for letter in house.letters()] == [
        (OutboxState.SENT, 1), (OutboxState.QUEUED, 0), (OutboxState.QUEUED, 0),
    ]  # fmt: skip


def test_an_hour_takes_no_more_than_its_cap_through_restarts(open_one: Open) -> None:
    """Counted in the database; a full hour opens no session at all."""
    house = open_one(letters={"global_per_hour": 2})
    for number in range(5):
        house.queue(f"k{number}")
    assert house.send() == 2
    again = open_one(clock=house.clock, letters={"global_per_hour": 2})
    assert (again.send(), again.transport.sessions) == (0, 0)
    again.wait(timedelta(hours=1, seconds=1))
    assert again.send() == 2


def test_a_letter_caught_in_sending_by_a_kill_is_uncertain_at_the_start(open_one: Open) -> None:
    """Taken or not, nobody knows."""
    house = open_one()
    number = house.queue()
    with house.app.database.writing() as session:
        assert outbox.claim(session, number, house.clock.instant) is not None
    again = open_one(clock=house.clock)
    start(again.app)
    assert [letter.state for letter in again.letters()] == [OutboxState.UNCERTAIN]
    assert again.send() == 0


def test_a_letter_is_given_up_after_five_days(house: House) -> None:
    """RFC 5321 4.5.4.1; staff see it as undelivered."""
    house.queue()
    for _ in range(60):
        house.transport.answer_next(SendOutcome.RETRY, 451, "greylisted")
    for _ in range(60):
        house.wait(timedelta(hours=4))
        house.send()
    assert house.letters()[0].state is OutboxState.FAILED
    assert house.letters()[0].attempts < 60


def test_a_slow_batch_tells_systemd_that_it_lives(
    house: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """NetEase wants 20 seconds between two letters: a batch of fifty takes longer than the watchdog
    waits.
    """
    path = str(tmp_path / "notify")
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as systemd:
        systemd.bind(path)
        systemd.settimeout(5)
        monkeypatch.setenv("NOTIFY_SOCKET", path)
        for number in range(3):
            house.queue(f"k{number}")
        assert house.send() == 3
        assert [systemd.recv(100) for _ in range(3)] == [b"WATCHDOG=1"] * 3
