"""The store on a real SQLite file: several writers, kills, full and broken disks."""

from __future__ import annotations

import multiprocessing
import os
import signal
import sqlite3
import stat
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from multiprocessing.queues import Queue
from multiprocessing.synchronize import Barrier
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from ingest.errors import ConfigError, StorageError, TemporaryError
from ingest.exitcodes import ExitCode
from ingest.store import counts, events, folders, messages
from ingest.store.database import Database, open_database
from ingest.store.events import EventKind
from ingest.store.messages import Arrival
from notifier import outbox
from notifier.outbox import NewLetter
from notifier.outboxstates import OutboxState
from tests.ready_schema import lay_schema

NOW = datetime(2024, 8, 30, 2, 0, tzinfo=UTC)
LETTER = NewLetter("k", "accepted", "a@example.org", "受理回执", "<1@example.org>", b"letter")
SPAWN = multiprocessing.get_context("spawn")


@pytest.fixture
def url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'state' / 'mailroom.db'}"


@pytest.fixture
def database(url: str) -> Iterator[Database]:
    lay_schema(Path(url.removeprefix("sqlite:///")))
    with opened(url) as database:
        yield database


@contextmanager
def opened(url: str, patience: timedelta = timedelta(seconds=30)) -> Iterator[Database]:
    database = open_database(url, patience)
    try:
        yield database
    finally:
        database.close()


def arrival(uid: int) -> Arrival:
    return Arrival("INBOX", 1, uid, 10, NOW, f"{uid:064x}")


def test_the_database_is_private_durable_and_checked(url: str, database: Database) -> None:
    """Mode 0600, write-ahead log, full synchronisation, foreign keys."""
    with database.writing() as session:
        pragmas = {
            name: session.execute(text(f"PRAGMA {name}")).scalar()
            for name in ("journal_mode", "synchronous", "foreign_keys")
        }
        files = [Path(url.removeprefix("sqlite:///") + end) for end in ("", "-wal", "-shm")]
        assert {stat.S_IMODE(file.stat().st_mode) for file in files} == {0o600}
    assert pragmas == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1}
    assert database.damage() == []


def in_threads(count: int, work: Callable[[int], None]) -> None:
    """Run ``work`` in threads that begin together."""
    barrier = threading.Barrier(count)

    def run(number: int) -> None:
        barrier.wait()
        work(number)

    threads = [threading.Thread(target=run, args=(number,)) for number in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def test_of_many_threads_exactly_one_claims_a_letter_and_a_mail(database: Database) -> None:
    """Eight try at once; each of 5 letters and mails is had by one."""
    with database.writing() as session:
        letters = [
            outbox.enqueue(
                session,
                NewLetter(str(i), "accepted", "a@example.org", "", "", b""),
                NOW,
            )[0].id
            for i in range(5)
        ]
        mails = [messages.record_message(session, arrival(i), NOW).id for i in range(5)]
    won: list[tuple[str, int]] = []

    def work(_number: int) -> None:
        for letter, mail in zip(letters, mails, strict=True):
            with database.writing() as session:
                if outbox.claim(session, letter, NOW):
                    won.append(("letter", letter))
            with database.writing() as session:
                if messages.claim_message(session, mail, NOW):
                    won.append(("mail", mail))

    in_threads(8, work)
    assert sorted(won) == sorted([("letter", i) for i in letters] + [("mail", i) for i in mails])


def test_nothing_is_lost_between_writers_that_read_first(database: Database) -> None:
    """Read, decide, write by eight at once: with SQLite's defaults updates vanish here
    (measured).
    """

    def work(_number: int) -> None:
        for _ in range(5):
            with database.writing() as session:
                count = next((row.server_count for row in folders.list_folders(session)), 0)
                folders.save_folder(session, "INBOX", 1, range(count + 1), NOW)

    in_threads(8, work)
    with database.reading() as session:
        assert counts.count_on_server(session) == 40


def test_the_same_mail_recorded_by_many_at_once_is_one_row(database: Database) -> None:
    """Nobody gets an error either."""
    ids: list[int] = []

    def work(_number: int) -> None:
        with database.writing() as session:
            ids.append(messages.record_message(session, arrival(1), NOW).id)

    in_threads(6, work)
    assert len(ids) == 6
    assert len(set(ids)) == 1


def test_a_reader_waits_for_no_writer_and_sees_only_what_is_committed(database: Database) -> None:
    """Status can be asked while a long write goes on."""
    with database.writing() as session:
        messages.record_message(session, arrival(1), NOW)
        with database.reading() as other:
            assert messages.list_messages(other) == []
    with database.reading() as other:
        assert len(messages.list_messages(other)) == 1


def test_what_is_done_in_a_reading_session_is_not_kept(database: Database) -> None:
    """It ends with a rollback."""
    with database.reading() as session:
        events.record_event(session, NOW, EventKind.DIGEST, "y")
    with database.reading() as session:
        assert events.list_events(session) == []


def _claim_in_process(url: str, letter: int, together: Barrier, won: Queue[bool]) -> None:
    together.wait(100)
    with opened(url) as database, database.writing() as session:
        won.put(outbox.claim(session, letter, NOW) is not None)


def test_of_two_processes_exactly_one_claims_a_letter(url: str, database: Database) -> None:
    """Also when the daemon and ``run --once`` meet."""
    with database.writing() as session:
        letter = outbox.enqueue(session, LETTER, NOW)[0].id
    won: Queue[bool] = SPAWN.Queue()
    together = SPAWN.Barrier(2)
    processes = [
        SPAWN.Process(
            target=_claim_in_process,
            args=(url, letter, together, won),
        )
        for _ in range(2)
    ]
    for process in processes:
        process.start()
    for process in processes:
        process.join(100)
    assert sorted(won.get(timeout=5) for _ in processes) == [False, True]
    won.close()
    won.join_thread()


def _die_while_sending(url: str, letter: int) -> None:
    database = open_database(url)
    with database.writing() as session:
        outbox.claim(session, letter, NOW)
    with database.writing() as session:
        events.record_event(session, NOW, EventKind.SENT, "已发出", outbox_id=letter)
        os.kill(os.getpid(), signal.SIGKILL)


def test_a_kill_keeps_what_was_committed_and_nothing_else(url: str, database: Database) -> None:
    """A letter claimed by a killed program is found in sending; its unfinished transaction left
    nothing.
    """
    with database.writing() as session:
        letter = outbox.enqueue(session, LETTER, NOW)[0].id
    process = SPAWN.Process(target=_die_while_sending, args=(url, letter))
    process.start()
    process.join(100)
    assert process.exitcode == -signal.SIGKILL
    with database.writing() as session:
        assert events.list_events(session) == []
        assert outbox.settle_interrupted(session) == [letter]
        assert outbox.count_by_state(session)[OutboxState.UNCERTAIN] == 1
    assert database.damage() == []


def test_a_busy_database_is_trouble_that_may_pass(url: str, database: Database) -> None:
    """Whoever waits longer than its patience gets a TemporaryError, exit code 75."""
    with opened(url, timedelta(milliseconds=50)) as hasty, database.writing() as session:
        messages.record_message(session, arrival(1), NOW)
        with pytest.raises(TemporaryError, match="正忙") as caught, hasty.writing() as other:
            messages.record_message(other, arrival(2), NOW)
    assert caught.value.exit_code is ExitCode.TEMPORARY
    assert isinstance(caught.value.__cause__, OperationalError)


def test_a_full_database_is_trouble_of_storage_and_loses_nothing(database: Database) -> None:
    """SQLITE_FULL (as on a full disk) gets its words; what was there stays, and writing goes on
    when there is room.
    """
    with database.writing() as session:
        messages.record_message(session, arrival(1), NOW)
        pages = session.execute(text("PRAGMA page_count")).scalar()

    def fill() -> None:
        with database.writing() as session:
            session.execute(text(f"PRAGMA max_page_count = {pages}"))
            events.record_event(session, NOW, EventKind.DIGEST, "长" * 100_000)

    with pytest.raises(StorageError, match="磁盘空间不足") as caught:
        fill()
    assert caught.value.exit_code is ExitCode.IO_ERROR
    with database.writing() as session:
        session.execute(text("PRAGMA max_page_count = 1000000"))
        events.record_event(session, NOW, EventKind.DIGEST, "长" * 100_000)
        assert len(messages.list_messages(session)) == len(events.list_events(session)) == 1


def test_a_file_that_is_no_database_is_named(tmp_path: Path) -> None:
    """Also when SQLite notices only while the connection is being prepared."""
    path = tmp_path / "mailroom.db"
    path.write_bytes(b"this is a text file, certainly no database\n" * 100)
    with (
        opened(f"sqlite:///{path}") as database,
        pytest.raises(StorageError, match="不是 SQLite 数据库"),
    ):
        database.schema_state()


def test_damage_is_found(url: str, database: Database) -> None:
    """``doctor`` is told what SQLite finds wrong, or that the file cannot be read at all."""
    with database.writing() as session:
        for _ in range(50):
            events.record_event(session, NOW, EventKind.DIGEST, "长" * 2000)
    database.close()
    path = Path(url.removeprefix("sqlite:///"))
    with path.open("r+b") as file:
        file.seek(path.stat().st_size // 2)
        file.write(b"\xff" * 8192)
    with opened(url) as broken:
        assert broken.damage()


def test_a_place_that_cannot_be_written_is_trouble_of_storage(tmp_path: Path) -> None:
    """A file stands where the directory should be."""
    (tmp_path / "state").write_text("")
    with (
        opened(f"sqlite:///{tmp_path}/state/mailroom.db") as database,
        pytest.raises(StorageError, match="无法建立"),
    ):
        database.migrate()


def test_looking_makes_no_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nor does an address that is refused; a database that is not there is an empty one."""
    monkeypatch.chdir(tmp_path)
    with opened("sqlite:///x") as database:
        assert database.schema_state() == "empty"
        with (
            pytest.raises(ConfigError, match="还没有数据库文件"),
            database.reading() as session,
        ):
            counts.count_everything(session)
    with pytest.raises(ConfigError):
        open_database("sqlite+nosuch:///y")
    with pytest.raises(ConfigError, match="还没有数据库文件"):
        open_database("sqlite:///z", existing=True)

    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "url",
    ["", "mailroom.db", "mysql://user:geheim@localhost/x", "nosuch://x", "sqlite+nosuch:///x"],
)
def test_an_address_that_cannot_be_used_is_the_administrators_to_mend(url: str) -> None:
    """With the exit code for configuration, and without a word of the password."""
    with pytest.raises(ConfigError) as caught:
        open_database(url)
    assert caught.value.exit_code is ExitCode.CONFIGURATION
    assert "geheim" not in str(caught.value)


def test_our_own_faults_are_not_dressed_up(database: Database) -> None:
    """Wrong SQL is a bug: it reaches the step border with its traceback."""
    with pytest.raises(OperationalError, match="no such table"), database.writing() as session:
        session.execute(text("SELECT * FROM nowhere"))


def test_a_database_without_our_tables_is_empty(url: str) -> None:
    """Before the first migration."""
    with opened(url) as database:
        assert database.schema_state() == "empty"
        database.migrate()
        database.migrate()
        assert database.schema_state() == "current"


def test_a_database_of_a_newer_program_is_left_alone(url: str, database: Database) -> None:
    """An old program must not write to a schema it does not know."""
    with sqlite3.connect(url.removeprefix("sqlite:///")) as connection:
        connection.execute("UPDATE alembic_version SET version_num = 'f00d'")
    connection.close()
    assert database.schema_state() == "ahead"
    with pytest.raises(ConfigError, match="更新版本"):
        database.migrate()


def test_a_migration_that_fails_leaves_nothing_behind(url: str) -> None:
    """All steps or none: a table in the way stops it, and nothing of ours is there afterwards."""
    Path(url.removeprefix("sqlite:///")).parent.mkdir()
    with opened(url) as database:
        with sqlite3.connect(url.removeprefix("sqlite:///")) as connection:
            connection.execute("CREATE TABLE outbox (x)")
        with pytest.raises(OperationalError, match="already exists"):
            database.migrate()
        tables = {
            row[0]
            for row in connection.execute(
                "SELECT name FROM sqlite_master WHERE type = 'table'",
            )
        }
        connection.close()
        assert tables == {"outbox"}
        assert database.schema_state() == "empty"
