"""What the house relies on holds on both kinds of database: one writer, one claim, all or nothing,
any text.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError, InternalError

from ingest.errors import TemporaryError, UnavailableError
from ingest.reading import Envelope, Reading, Screening, ScreeningKind
from ingest.store import cases, counts, events, folders, messages
from ingest.store.cases import Judgement, NewCase
from ingest.store.database import Database, open_database
from ingest.store.events import EventKind
from ingest.store.messages import Arrival
from ingest.store.tables import MessageRow
from notifier import outbox
from notifier.outbox import NewLetter
from notifier.outboxstates import OutboxState, Settlement
from rules.verdict import Decision, EntryVerdict, Verdict
from tests.servers.postgresql import PostgresqlServer

NOW = datetime(2024, 8, 30, 2, 0, 0, 123456, tzinfo=UTC)
LETTER = NewLetter(
    "k", "accepted", "a@example.org", "受理回执", "<1@example.org>", b"\x00\xffletter"
)
BIG = 4_294_967_295
ARRIVAL = Arrival("垃圾邮件", BIG, BIG, 10, NOW, "ab" * 32)


@pytest.fixture
def database(laid_url: str) -> Iterator[Database]:
    opened = open_database(laid_url)
    yield opened
    opened.close()


def in_threads(count: int, work: Callable[[], None]) -> None:
    threads = [threading.Thread(target=work) for _ in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def test_a_mail_goes_all_the_way_to_a_sent_letter(database: Database) -> None:
    """Every kind of row is written and comes back as it was, instants to the microsecond and in
    UTC.
    """
    screening = Screening(kind=ScreeningKind.PERSON, reply=True, reason="个人来信")
    envelope = Envelope(
        message_id="<" + "长" * 3000 + ">", subject="申报\x00材料", from_address="a@example.org"
    )
    verdict = Verdict(
        decision=Decision.ACCEPTED, rules_sha256="",
        entries=(EntryVerdict(entry="1", applicant="第一师", track="示范区", decision=Decision.ACCEPTED),),
    )  # fmt: skip
    with database.writing() as session:
        mail = messages.record_message(session, ARRIVAL, NOW)
        assert messages.claim_message(session, mail.id, NOW)
        assert messages.save_reading(
            session,
            mail.id,
            Reading(envelope=envelope, screening=screening, text="\x00"),
        )
        new = NewCase("call", "示范区", "Q", 2024, "一师" * 2000, "一师", "", "a@example.org", "")
        case, _ = cases.open_case(session, new, NOW, NOW)
        cases.join_case(session, case.id, mail.id, "发件人", NOW)
        cases.touch_case(session, case.id, NOW, NOW)
    with database.writing() as session:
        due = cases.next_case_to_judge(session, NOW)
        assert due is not None
        assert [reading.text for _, reading in cases.readings_of_case(session, due.id)] == ["\x00"]
        assert [row.id for row in cases.find_cases_by_mails(session, [envelope.message_id])] == [
            due.id,
        ]
        assert cases.save_decision(session, due, Judgement(verdict, (), [], NOW), NOW)
        letter, _ = outbox.enqueue(session, LETTER, NOW)
    with database.writing() as session:
        assert outbox.next_to_send(session, NOW) == letter.id
        assert outbox.claim(session, letter.id, NOW)
    with database.writing() as session:
        assert outbox.settle(session, letter.id, Settlement(OutboxState.SENT), "250", NOW)
        folders.save_folder(session, ARRIVAL.folder, BIG, (ARRIVAL.uid,), NOW)
    with database.reading() as session:
        row, sent = messages.get_message(session, mail.id), outbox.get_letter(session, letter.id)
        assert row is not None
        assert sent is not None
        assert (row.uid, row.received_at, row.subject) == (BIG, NOW, "申报\ufffd材料")
        assert row.received_at.utcoffset() == timedelta(0)
        assert (sent.state, sent.sent_at, sent.mime) == (OutboxState.SENT, NOW, LETTER.mime)
        assert [item.entry.applicant for item in cases.accepted_ledger(session, "call")] == [
            "第一师"
        ]
        assert counts.count_everything(session).cases[Decision.ACCEPTED] == 1
        assert counts.count_in_ledger(session) == counts.count_on_server(session) == 1


def test_exactly_one_of_many_claims_a_letter(database: Database) -> None:
    """Six try at once."""
    with database.writing() as session:
        letter = outbox.enqueue(session, LETTER, NOW)[0].id
    won: list[bool] = []

    def work() -> None:
        with database.writing() as session:
            won.append(outbox.claim(session, letter, NOW) is not None)

    in_threads(6, work)
    assert sorted(won) == [False] * 5 + [True]


def test_nothing_is_lost_between_writers_that_read_first(database: Database) -> None:
    """Cases opened at once get different numbers, the same mail recorded at once gets one row."""
    numbers = iter("abcdefgh")
    codes: list[str] = []
    rows: set[int] = set()

    def work() -> None:
        with database.writing() as session:
            key = next(numbers)
            codes.append(
                cases.open_case(
                    session, NewCase("call", "示范区", "Q", 2024, key, key, "", "", ""), NOW, NOW
                )[0].code
            )
            rows.add(messages.record_message(session, ARRIVAL, NOW).id)

    in_threads(8, work)
    assert sorted(code.split("-")[1] for code in codes) == [
        f"{number:04d}"
        for number in range(
            1,
            9,
        )
    ]
    assert len(rows) == 1


def test_a_failed_transaction_leaves_nothing(database: Database) -> None:
    """Neither letter nor event."""

    def fail() -> None:
        with database.writing() as session:
            outbox.enqueue(session, LETTER, NOW)
            events.record_event(session, NOW, EventKind.DIGEST, "y")
            raise RuntimeError("power cut")

    with pytest.raises(RuntimeError, match="power cut"):
        fail()
    with database.reading() as session:
        assert outbox.list_letters(session) == []
        assert events.list_events(session) == []


def test_the_database_refuses_a_second_row_for_a_uid(database: Database) -> None:
    """Even from code that forgets to look."""
    with database.writing() as session:
        fields = messages.record_message(session, ARRIVAL, NOW).model_dump(exclude={"id"})
    with pytest.raises(IntegrityError), database.writing() as session:
        session.add(MessageRow(**fields))


def test_the_database_refuses_a_mail_in_a_case_that_is_not_there(database: Database) -> None:
    """Foreign keys are kept."""
    with pytest.raises(IntegrityError), database.writing() as session:
        cases.join_case(session, 99, 99, "", NOW)


def test_a_reader_waits_for_no_writer(database: Database) -> None:
    """And sees only what is committed."""
    with database.writing() as session:
        messages.record_message(session, ARRIVAL, NOW)
        with database.reading() as other:
            assert messages.list_messages(other) == []


def test_a_writer_loses_patience(laid_url: str, database: Database) -> None:
    """With trouble that may pass."""
    hasty = open_database(laid_url, timedelta(milliseconds=50))
    with database.writing() as session:
        events.record_event(session, NOW, EventKind.DIGEST, "y")
        with pytest.raises(TemporaryError, match="正忙"), hasty.writing() as other:
            events.record_event(other, NOW, EventKind.DIGEST, "z")
    hasty.close()


@pytest.mark.postgresql
@pytest.mark.xdist_group("postgresql")
def test_postgresql_refuses_writes_in_a_reading_session(postgresql_url: str) -> None:
    """Ours to mend: a bug, not trouble of the world."""
    opened = open_database(postgresql_url)
    opened.migrate()
    with pytest.raises(InternalError, match="read-only"), opened.reading() as session:
        events.record_event(session, NOW, EventKind.DIGEST, "y")
    opened.close()


@pytest.mark.postgresql
@pytest.mark.xdist_group("postgresql")
def test_a_postgresql_that_is_not_running_is_unavailable(tmp_path: Path) -> None:
    """Nobody listens at this socket."""
    opened = open_database(f"postgresql://mailroom@/mailroom?host={tmp_path}")
    with pytest.raises(UnavailableError, match="连接不上"):
        opened.schema_state()
    opened.close()


@pytest.mark.postgresql
@pytest.mark.xdist_group("postgresql")
def test_a_postgresql_that_restarts_is_unavailable_and_then_works_again(
    postgresql_url: str,
) -> None:
    """A broken connection is trouble of the world; the next session has a new one."""
    opened, killer = open_database(postgresql_url), open_database(postgresql_url)
    opened.migrate()
    end_others = text(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND datname = current_database()"
    )

    def lose_the_connection() -> None:
        with opened.writing() as session:
            events.record_event(session, NOW, EventKind.DIGEST, "lost")
            with killer.reading() as other:
                other.execute(end_others)
            events.record_event(session, NOW, EventKind.DIGEST, "never written")

    with pytest.raises(UnavailableError):
        lose_the_connection()
    with opened.writing() as session:
        events.record_event(session, NOW, EventKind.DIGEST, "y")
        assert [row.text for row in events.list_events(session)] == ["y"]
    opened.close()
    killer.close()


@pytest.mark.postgresql
@pytest.mark.xdist_group("postgresql")
def test_a_server_without_our_database_says_so(postgresql_server: PostgresqlServer) -> None:
    """The administrator reads the server's own words."""
    opened = open_database(postgresql_server.address("nowhere"))
    with pytest.raises(UnavailableError, match="nowhere"):
        opened.schema_state()
    opened.close()
