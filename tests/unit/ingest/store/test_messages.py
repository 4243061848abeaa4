"""Mails in the store: recorded once, claimed once, read once."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from sqlalchemy.exc import StatementError
from sqlmodel import Session

from ingest.reading import Envelope, Reading, Screening, ScreeningKind
from ingest.store import messages
from ingest.store.database import Database
from ingest.store.messages import Arrival
from ingest.store.tables import MessageState

SHA = "ab" * 32


@pytest.fixture
def arrival(now: datetime) -> Arrival:
    return Arrival("INBOX", 4_294_967_295, 4_294_967_294, 1234, now - timedelta(minutes=5), SHA)


def reading(message_id: str = "<m1@example.org>") -> Reading:
    return Reading(
        envelope=Envelope(
            message_id=message_id,
            from_address="wang@example.org",
            from_name="王老师",
            subject="申报材料",
        ),
        screening=Screening(kind=ScreeningKind.PERSON, reply=True, reason="个人来信"),
        text="您好",
    )


def due(session: Session, now: datetime) -> list[int]:
    """The mails that may be read, the longest received first."""
    waiting = messages.first_of_each_sender(session, now)
    return [each.id for each in sorted(waiting, key=lambda one: one.received)]


def record(database: Database, arrival: Arrival, now: datetime) -> int:
    with database.writing() as session:
        return messages.record_message(session, arrival, now).id


def test_the_same_mail_is_recorded_once(
    database: Database,
    arrival: Arrival,
    now: datetime,
) -> None:
    """A second sight of the same UID changes nothing, not even the received time."""
    first = record(database, arrival, now)
    second = record(database, replace(arrival, received_at=now, size=1), now + timedelta(hours=1))
    with database.reading() as session:
        row = messages.get_message(session, first)
    assert second == first
    assert row is not None
    assert (row.size, row.received_at, row.fetched_at) == (1234, arrival.received_at, now)


def test_uids_are_known_per_folder_and_incarnation(
    database: Database,
    arrival: Arrival,
    now: datetime,
) -> None:
    """UIDs mean nothing in another folder or under another UIDVALIDITY."""
    record(database, arrival, now)
    with database.reading() as session:
        assert messages.known_uids(session, "INBOX", arrival.uidvalidity) == {arrival.uid}
        assert messages.known_uids(session, "INBOX", 1) == set()
        assert messages.known_uids(session, "垃圾邮件", arrival.uidvalidity) == set()


def test_the_same_bytes_elsewhere_are_a_duplicate_of_the_first(
    database: Database, arrival: Arrival, now: datetime
) -> None:
    """After a change of UIDVALIDITY nobody is answered twice, and chains of duplicates all name the
    first mail.
    """
    first = record(database, arrival, now)
    others = [record(database, replace(arrival, uidvalidity=7, uid=uid), now) for uid in (1, 2)]
    with database.reading() as session:
        rows = [messages.get_message(session, other) for other in others]
        original = messages.find_by_sha256(session, SHA)
    assert [(row.state, row.duplicate_of, row.answered) for row in rows if row] == [
        (MessageState.DUPLICATE, first, True)
    ] * 2
    assert original is not None
    assert original.id == first


def test_mails_that_were_not_downloaded_are_no_duplicates(
    database: Database,
    arrival: Arrival,
    now: datetime,
) -> None:
    """Two mails without a hash have nothing in common."""
    large = replace(arrival, sha256="", state=MessageState.TOO_LARGE)
    ids = [record(database, replace(large, uid=uid), now) for uid in (1, 2)]
    with database.reading() as session:
        rows = messages.list_messages(session, [MessageState.TOO_LARGE])
        assert messages.find_by_sha256(session, "") is None
    assert [(row.id, row.answered) for row in rows] == [(ids[0], False), (ids[1], False)]


def test_a_mail_from_before_the_cut_off_needs_no_answer(
    database: Database,
    arrival: Arrival,
    now: datetime,
) -> None:
    """Old mail is written down, so that nothing is unaccounted for, and left alone."""
    record(database, replace(arrival, sha256="", state=MessageState.BEFORE_CUTOFF), now)
    with database.reading() as session:
        assert [row.answered for row in messages.list_messages(session)] == [True]
        assert due(session, now) == []


def test_the_longest_received_mail_is_read_first(
    database: Database,
    arrival: Arrival,
    now: datetime,
) -> None:
    """Received time decides, not the order of fetching."""
    late = record(database, arrival, now)
    early = record(
        database,
        replace(arrival, uid=9, sha256="cd" * 32, received_at=now - timedelta(days=1)),
        now,
    )
    with database.writing() as session:
        assert due(session, now)[0] == early
        messages.claim_message(session, early, now)
        assert due(session, now)[0] == late


def test_an_attempt_is_counted_when_it_begins(
    database: Database,
    arrival: Arrival,
    now: datetime,
) -> None:
    """A mail whose reader dies has been tried, waits for its lease, and is due again afterwards."""
    message = record(database, arrival, now)
    with database.writing() as session:
        claimed = messages.claim_message(session, message, now, timedelta(minutes=3))
    assert claimed is not None
    assert claimed.attempts == 1
    with database.writing() as session:
        assert messages.claim_message(session, message, now + timedelta(minutes=2)) is None
        again = messages.claim_message(session, message, now + timedelta(minutes=3))
    assert again is not None
    assert again.attempts == 2


def test_a_restart_frees_claimed_mails_and_remembers_their_attempts(
    database: Database, arrival: Arrival, now: datetime
) -> None:
    """After a kill nobody waits for the lease to end."""
    message = record(database, arrival, now)
    with database.writing() as session:
        messages.claim_message(session, message, now)
    with database.writing() as session:
        assert messages.release_claims(session) == 1
        again = messages.claim_message(session, message, now)
    assert again is not None
    assert again.attempts == 2


def test_a_postponed_mail_waits(database: Database, arrival: Arrival, now: datetime) -> None:
    """Trouble of the world puts a mail off, with the reason beside it."""
    message = record(database, arrival, now)
    with database.writing() as session:
        claimed = messages.claim_message(session, message, now)
        assert claimed is not None
        messages.postpone_message(session, claimed, now + timedelta(hours=1), "磁盘满")
    with database.reading() as session:
        assert due(session, now + timedelta(minutes=59)) == []
        assert due(session, now + timedelta(hours=1))[0] == message
        assert messages.list_messages(session)[0].error == "磁盘满"


def test_a_claim_is_ended_once_and_by_whoever_holds_it(
    database: Database, arrival: Arrival, now: datetime
) -> None:
    """Not when the lease was over and another reader has the mail, nor when it has been read."""
    message, later = record(database, arrival, now), now + timedelta(hours=1)
    with database.writing() as session:
        slow = messages.claim_message(session, message, now)
    with database.writing() as session:
        quick = messages.claim_message(session, message, later)
    assert slow is not None
    assert quick is not None
    with database.writing() as session:
        assert not messages.give_back(session, slow, None)
        assert not messages.postpone_message(session, slow, now, "磁盘满")
        assert not messages.set_aside(session, slow, "Traceback ...")
        assert due(session, later) == []
        assert messages.give_back(session, quick, None)
        assert not messages.give_back(session, quick, None)
        row = messages.get_message(session, message)
        assert row is not None
        assert (row.attempts, row.state) == (1, MessageState.STORED)
        messages.save_reading(session, message, reading())
        assert not messages.set_aside(session, row, "Traceback ...")
        assert messages.list_messages(session, [MessageState.READ])


def test_a_reading_is_kept_with_the_columns_people_search_by(
    database: Database, arrival: Arrival, now: datetime
) -> None:
    """What was read comes back equal, and sender, subject and screening stand beside it."""
    message = record(database, arrival, now)
    with database.writing() as session:
        assert messages.save_reading(session, message, reading())
    with database.reading() as session:
        row = messages.get_message(session, message)
    assert row is not None
    assert messages.load_reading(row) == reading()
    assert (row.state, row.from_name, row.subject) == (MessageState.READ, "王老师", "申报材料")
    assert (row.screening_kind, row.screening_reply, row.answered) == ("person", True, False)


def test_the_first_reading_stays(database: Database, arrival: Arrival, now: datetime) -> None:
    """Two readers of the same mail cannot both keep what they read."""
    message = record(database, arrival, now)
    with database.writing() as session:
        assert messages.save_reading(session, message, reading())
        assert not messages.save_reading(session, message, reading("<other@example.org>"))
        assert not messages.claim_message(session, message, now)
        assert messages.list_messages(session)[0].message_id_header == "<m1@example.org>"


def test_a_mail_set_aside_is_out_of_the_way_until_it_is_retried(
    database: Database, arrival: Arrival, now: datetime
) -> None:
    """Its traceback is kept; a retry begins with a clean count."""
    message = record(database, arrival, now)
    with database.writing() as session:
        claimed = messages.claim_message(session, message, now)
        assert claimed is not None
        assert messages.set_aside(session, claimed, "Traceback ...")
        assert due(session, now + timedelta(days=9)) == []
        assert [row.error for row in messages.list_messages(session, [MessageState.SET_ASIDE])] == [
            "Traceback ...",
        ]
        assert messages.retry_message(session, message)
        assert not messages.retry_message(session, message)
        claimed = messages.claim_message(session, message, now)
    assert claimed is not None
    assert claimed.attempts == 1


def test_unanswered_mails_are_found_until_they_are_answered(
    database: Database, arrival: Arrival, now: datetime
) -> None:
    """Whoever owes an answer can be listed."""
    message = record(database, arrival, now)
    with database.writing() as session:
        assert [row.id for row in messages.list_messages(session, answered=False)] == [message]
        messages.mark_answered(session, message)
        assert messages.list_messages(session, answered=False) == []


def test_text_that_no_database_can_hold_is_mended(
    database: Database,
    arrival: Arrival,
    now: datetime,
) -> None:
    """NUL, half surrogates and endless Message-IDs do not stop a mail from being kept, nor its
    thread from being found.
    """
    endless = "<" + "长" * 5000 + ">"
    message = record(database, arrival, now)
    with database.writing() as session:
        claimed = messages.claim_message(session, message, now)
        assert claimed is not None
        messages.set_aside(session, claimed, "a\x00b\udc80c")
        messages.retry_message(session, message)
        messages.save_reading(session, message, reading(endless))
        row = messages.get_message(session, message)
        assert row is not None
        assert len(row.message_id_header) == 600


def test_an_instant_without_a_zone_is_refused(
    database: Database,
    arrival: Arrival,
    now: datetime,
) -> None:
    """A naive received time would be eight hours wrong."""
    nowhere = datetime(2024, 8, 31, 23, 59)  # noqa: DTZ001 - that is the point
    with pytest.raises((StatementError, ValueError), match="timezone"):
        record(database, replace(arrival, received_at=nowhere), now)
