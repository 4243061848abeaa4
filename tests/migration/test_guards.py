"""The ledger only grows, at its end, on both kinds of database, whoever asks for something else."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from sqlalchemy import Engine, create_engine
from sqlalchemy.exc import DBAPIError

from ingest.store import events
from ingest.store.audit import verify_ledger
from ingest.store.database import Database, open_database
from ingest.store.events import EventKind

NOW = datetime(2024, 8, 30, 2, 0, 0, 123456, tzinfo=UTC)
SECOND = "FROM events WHERE id = 2"
COLUMNS = "at, kind, message_id, case_id, outbox_id, sha256, text, content, chain"


@pytest.fixture
def database(laid_url: str) -> Iterator[Database]:
    opened = open_database(laid_url)
    with opened.writing() as session:
        for number in range(3):
            events.record_event(
                session, NOW, EventKind.DIGEST, f"第{number}件\x00", message_id=number, sha256="ab"
            )
    yield opened
    opened.close()


@pytest.fixture
def stranger(laid_url: str) -> Iterator[Engine]:
    """Another program with the same rights."""
    engine = create_engine(laid_url)
    yield engine
    engine.dispose()


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE events SET text = 'changed' WHERE id = 2",
        "DELETE FROM events WHERE id = 3",
        f"INSERT INTO events (id, {COLUMNS}) SELECT 0, {COLUMNS} {SECOND}",
        "TRUNCATE events",
    ],
)
def test_the_database_refuses_everything_but_adding(
    database: Database,
    stranger: Engine,
    statement: str,
) -> None:
    """And says why."""
    if stranger.dialect.name == "sqlite" and statement.startswith("TRUNCATE"):
        pytest.skip("SQLite knows no TRUNCATE")
    with pytest.raises(DBAPIError, match="only ever added to"), stranger.begin() as connection:
        connection.exec_driver_sql(statement)
    with database.reading() as session:
        assert [row.id for row in events.list_events(session)] == [1, 2, 3]


def test_the_chain_holds_as_the_database_gives_the_rows_back(database: Database) -> None:
    """Instants to the microsecond, unstorable characters replaced: nothing changes on the way."""
    with database.reading() as session:
        assert verify_ledger(session).findings == ()


def test_a_transaction_that_failed_leaves_no_gap(database: Database) -> None:
    """Numbers are given by us and not by a sequence, so a missing one always means a
    removed line.
    """

    def fail() -> None:
        with database.writing() as session:
            events.record_event(session, NOW, EventKind.DIGEST, "never")
            raise RuntimeError("power cut")

    with pytest.raises(RuntimeError, match="power cut"):
        fail()
    with database.writing() as session:
        events.record_event(session, NOW, EventKind.DIGEST, "later")
    with database.reading() as session:
        assert [row.id for row in events.list_events(session)] == [1, 2, 3, 4]
        assert verify_ledger(session).findings == ()
