"""The outbox: every letter once, every change of state by one only."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import cache

import pytest
from sqlmodel import Session, create_engine

from notifier import outbox
from notifier.outbox import NewLetter, OutboxRow
from notifier.outboxstates import LIFETIME, OutboxState, Settlement
from notifier.rows import Row

NOW = datetime(2024, 8, 30, 2, 0, tzinfo=UTC)
LETTER = NewLetter(
    "case-1-v1",
    "accepted",
    "a@example.org",
    "受理回执",
    "<1@example.org>",
    b"From: ...\r\n",
    case_id=1,
)


@pytest.fixture
def session() -> Iterator[Session]:
    engine = create_engine("sqlite://", creator=_with_tables)
    with Session(engine) as opened:
        yield opened
    engine.dispose()


def _with_tables() -> sqlite3.Connection:
    connection = sqlite3.connect(":memory:", check_same_thread=False)
    connection.deserialize(_tables())
    return connection


@cache
def _tables() -> bytes:
    with closing(sqlite3.connect(":memory:")) as connection:
        Row.metadata.create_all(create_engine("sqlite://", creator=lambda: connection))
        return connection.serialize()


def put(session: Session, state: OutboxState, key: str = "k") -> int:
    """A letter in ``state``."""
    row, _ = outbox.enqueue(session, replace(LETTER, key=key), NOW)
    row.state = state
    session.flush()
    return row.id


def state_of(session: Session, outbox_id: int) -> OutboxState:
    row = outbox.get_letter(session, outbox_id)
    assert row is not None
    return row.state


def test_a_letter_is_queued_once_for_its_key(session: Session) -> None:
    """A second one for the same key is refused and changes nothing, even after the first
    was sent.
    """
    row, new = outbox.enqueue(session, LETTER, NOW)
    row.state = OutboxState.SENT
    again, new_again = outbox.enqueue(session, replace(LETTER, mime=b"other"), NOW + timedelta(1))
    assert (new, new_again, again.id) == (True, False, row.id)
    assert (again.mime, again.state) == (LETTER.mime, OutboxState.SENT)
    assert len(outbox.list_letters(session)) == 1


def test_a_letter_to_be_approved_waits_for_its_release(session: Session) -> None:
    """It is not due until a person lets it go, and then has a full life before it."""
    row, _ = outbox.enqueue(session, replace(LETTER, held=True), NOW)
    assert outbox.next_to_send(session, NOW) is None
    assert outbox.release(session, row.id, NOW + timedelta(days=6))
    assert outbox.next_to_send(session, NOW + timedelta(days=6)) == row.id
    assert row.give_up_at == NOW + timedelta(days=6) + LIFETIME


def test_a_claim_is_counted_and_given_to_one_only(session: Session) -> None:
    """Whoever comes second gets nothing."""
    letter = put(session, OutboxState.QUEUED)
    claimed = outbox.claim(session, letter, NOW)
    assert claimed is not None
    assert (claimed.state, claimed.attempts) == (OutboxState.SENDING, 1)
    assert outbox.claim(session, letter, NOW) is None


def test_letters_leave_in_the_order_they_became_due(session: Session) -> None:
    """A retry whose time has come before a letter was queued goes first; one whose time has not
    come does not go.
    """
    late, early = put(session, OutboxState.QUEUED, "a"), put(session, OutboxState.RETRY, "b")
    retried = outbox.get_letter(session, early)
    assert retried is not None
    retried.next_attempt_at = NOW - timedelta(minutes=1)
    session.flush()
    assert outbox.next_to_send(session, NOW) == early
    retried.next_attempt_at = NOW + timedelta(minutes=1)
    session.flush()
    assert outbox.next_to_send(session, NOW) == late
    assert outbox.claim(session, early, NOW) is None


def test_a_settled_letter_keeps_what_the_server_said(session: Session) -> None:
    """And cannot be settled a second time."""
    letter = put(session, OutboxState.SENDING)
    assert outbox.settle(session, letter, Settlement(OutboxState.SENT), "250 queued as 7", NOW)
    assert not outbox.settle(session, letter, Settlement(OutboxState.FAILED), "550", NOW)
    row = outbox.get_letter(session, letter)
    assert row is not None
    assert (row.state, row.sent_at, row.last_reply) == (OutboxState.SENT, NOW, "250 queued as 7")


def test_a_letter_to_be_retried_is_due_at_its_time(session: Session) -> None:
    """Not a second before."""
    letter = put(session, OutboxState.SENDING)
    outbox.settle(
        session,
        letter,
        Settlement(OutboxState.RETRY, NOW + timedelta(minutes=5)),
        "451",
        NOW,
    )
    assert outbox.next_to_send(session, NOW + timedelta(minutes=5, seconds=-1)) is None
    assert outbox.next_to_send(session, NOW + timedelta(minutes=5)) == letter


def test_a_claimed_letter_that_never_left_goes_back_uncounted(session: Session) -> None:
    """Without a session with the server no attempt was made."""
    letter = put(session, OutboxState.QUEUED)
    outbox.claim(session, letter, NOW)
    assert outbox.unclaim(session, letter)
    assert not outbox.unclaim(session, letter)
    row = outbox.get_letter(session, letter)
    assert row is not None
    assert (row.state, row.attempts) == (OutboxState.QUEUED, 0)


def test_letters_being_sent_when_the_program_died_are_uncertain(session: Session) -> None:
    """Only those; and evidence of delivery settles them."""
    sending, queued = put(session, OutboxState.SENDING, "a"), put(session, OutboxState.QUEUED, "b")
    assert outbox.settle_interrupted(session) == [sending]
    assert outbox.settle_interrupted(session) == []
    assert state_of(session, queued) is OutboxState.QUEUED
    assert outbox.confirm(session, sending, "在“已发送”中找到", NOW)
    assert state_of(session, sending) is OutboxState.SENT


STATES = set(OutboxState)
ALLOWED = {
    "hold": {OutboxState.QUEUED, OutboxState.RETRY},
    "release": {OutboxState.HELD},
    "retry": {OutboxState.RETRY, OutboxState.FAILED, OutboxState.UNCERTAIN},
    "cancel": STATES
    - {OutboxState.SENDING, OutboxState.SENT, OutboxState.CANCELLED, OutboxState.SUPERSEDED},
    "confirm": {OutboxState.UNCERTAIN},
}


@pytest.mark.parametrize("state", list(OutboxState), ids=str)
@pytest.mark.parametrize("order", ALLOWED)
def test_a_person_can_order_only_what_makes_sense(
    session: Session,
    order: str,
    state: OutboxState,
) -> None:
    """What is being sent or was sent cannot be called back; a refused order changes nothing."""
    letter = put(session, state)
    done = {
        "hold": lambda: outbox.hold(session, letter),
        "release": lambda: outbox.release(session, letter, NOW),
        "retry": lambda: outbox.retry(session, letter, NOW),
        "cancel": lambda: outbox.cancel(session, letter),
        "confirm": lambda: outbox.confirm(session, letter, "", NOW),
    }[order]()
    assert done == (state in ALLOWED[order])
    assert (state_of(session, letter) is state) == (not done)


def test_an_ordered_retry_begins_a_new_life(session: Session) -> None:
    """A letter that failed after five days is not given up at the next hiccup."""
    letter = put(session, OutboxState.FAILED)
    assert outbox.retry(session, letter, NOW + timedelta(days=7))
    row = outbox.claim(session, letter, NOW + timedelta(days=7))
    assert row is not None
    assert (row.attempts, row.give_up_at) == (1, NOW + timedelta(days=7) + LIFETIME)


def test_letters_are_found_by_message_id_state_and_case(session: Session) -> None:
    """What a bounce reports, and what the command line lists."""
    first = put(session, OutboxState.SENT, "a")
    second, _ = outbox.enqueue(
        session,
        replace(LETTER, key="b", case_id=2, message_id="<2@example.org>"),
        NOW,
    )

    def ids(rows: list[OutboxRow]) -> list[int]:
        return [row.id for row in rows]

    assert ids(outbox.find_letters(session, ["<2@example.org>", "<3@example.org>"])) == [second.id]
    assert ids(outbox.list_letters(session, [OutboxState.SENT])) == [first]
    assert ids(outbox.list_letters(session, case_id=2)) == [second.id]
    assert ids(outbox.list_letters(session)) == [first, second.id]


def test_letters_are_counted_for_the_limits(session: Session) -> None:
    """Per recipient and in all, since a moment, without those that will never leave."""
    put(session, OutboxState.SENT, "a")
    put(session, OutboxState.CANCELLED, "b")
    put(session, OutboxState.SUPERSEDED, "d")
    outbox.enqueue(
        session,
        replace(LETTER, key="c", recipient="b@example.org"),
        NOW + timedelta(hours=1),
    )
    assert outbox.count_letters(session, NOW) == 2
    assert outbox.count_letters(session, NOW, "a@example.org") == 1
    assert outbox.count_letters(session, NOW + timedelta(minutes=1)) == 1
    assert outbox.count_by_state(session)[OutboxState.HELD] == 0
    assert outbox.count_by_state(session)[OutboxState.CANCELLED] == 1


@pytest.mark.parametrize("state", list(OutboxState), ids=str)
def test_only_what_waits_is_superseded(session: Session, state: OutboxState) -> None:
    """What is being sent or was sent is history; what failed is told of until a letter arrives."""
    letter, _ = outbox.enqueue(session, replace(LETTER, key="i", kind="incomplete", case_id=1), NOW)
    letter.state = state
    session.flush()
    found = outbox.supersede(session, 1)

    waits = state in {OutboxState.QUEUED, OutboxState.RETRY, OutboxState.HELD}
    assert [row.id for row in found] == [letter.id] * waits
    assert state_of(session, letter.id) is (OutboxState.SUPERSEDED if waits else state)


def test_a_decision_supersedes_what_tells_the_one_before_and_nothing_else(
    session: Session,
) -> None:
    """Not the letters of another case, not a receipt that says only that something came."""
    for key, kind, case_id in (
        ("a", "incomplete", 1),
        ("b", "received", 1),
        ("c", "incomplete", 2),
        ("d", "reminder", 1),
    ):
        outbox.enqueue(session, replace(LETTER, key=key, kind=kind, case_id=case_id), NOW)

    assert [row.key for row in outbox.supersede(session, 1)] == ["a", "d"]
    assert outbox.supersede(session, 1) == []


def test_whose_letter_was_superseded_is_untold_until_another_is_written(session: Session) -> None:
    """Two who speak for one unit, and the later decision answers only one of them."""
    told = replace(LETTER, kind="incomplete", case_id=1)
    outbox.enqueue(session, replace(told, key="a", recipient="a@example.org"), NOW)
    outbox.enqueue(session, replace(told, key="b", recipient="b@example.org"), NOW)
    old = outbox.supersede(session, 1)
    outbox.enqueue(session, replace(told, key="a2", recipient="a@example.org"), NOW)

    assert outbox.untold(session, 1) == ["b@example.org"]
    assert [outbox.is_outdated(session, row) for row in old] == [True, True]
    newest = outbox.list_letters(session)[-1]
    assert not outbox.is_outdated(session, newest)
    receipt, _ = outbox.enqueue(session, replace(LETTER, key="r"), NOW)
    assert not outbox.is_outdated(session, receipt)
