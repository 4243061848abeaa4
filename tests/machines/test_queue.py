"""Mails and their jobs: one transaction, no mail without a living job, no job that does harm."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlmodel import Session
from structlog.testing import capture_logs

from ingest.errors import ConfigError, StorageError, StoreAwayError
from ingest.steps.elsewhere import Tending, tend
from ingest.steps.receive import receive_all
from ingest.store import engine
from ingest.store.database import Database
from ingest.store.engine import find_engine, require_engine_laid
from ingest.store.queue import QueueState, Tended, queue_state
from ingest.store.tables import MessageState, Row
from ingest.views.attention import attention
from ingest.worker import Worker
from tests.integration.house import House, plain_mail

pytestmark = [pytest.mark.postgresql, pytest.mark.xdist_group("postgresql")]

Ask = Callable[..., list[tuple[object, ...]]]
JOBS = "SELECT args->>'message_id', status::text, priority FROM jobs.procrastinate_jobs ORDER BY id"
OTHER = {"from_": "李老师 <li@example.org>"}


def test_mails_and_their_jobs_are_one_transaction(
    receiver_house: House, ask: Ask, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What cannot be written down wakes nobody; what is, wakes somebody, senders in their turn."""
    for number in (1, 2):
        receiver_house.arrive(plain_mail(number))
    receiver_house.arrive(plain_mail(3, **OTHER))
    with monkeypatch.context() as patch:
        patch.setattr("ingest.steps.intake.record_received", lambda *_: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            receive_all(receiver_house.app.inlet)
    assert ask(JOBS) == []

    receive_all(receiver_house.app.inlet)

    known = [str(row.id) for row in receiver_house.messages()]
    assert ask(JOBS) == [(known[0], "todo", 0), (known[1], "todo", -1), (known[2], "todo", 0)]
    assert [row.state for row in receiver_house.messages()] == [MessageState.STORED] * 3


def test_a_database_in_trouble_when_jobs_are_put_is_told_as_for_any_statement(
    receiver_house: House, ask: Ask, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A full disk, say; the engine has words of its own. The mail comes with its job later."""
    receiver_house.arrive(plain_mail())

    def take_nothing_more(session: Session) -> None:
        find_engine(session)
        session.connection().exec_driver_sql("SET TRANSACTION READ ONLY")

    with monkeypatch.context() as patch:
        patch.setattr("ingest.store.engine.find_engine", take_nothing_more)
        with pytest.raises(StorageError, match="只接受读取"):
            receive_all(receiver_house.app.inlet)
    assert ask(JOBS) == []

    receive_all(receiver_house.app.inlet)
    assert [status for _, status, _ in ask(JOBS)] == ["todo"]


def test_the_queue_is_tended_whatever_befell_a_round(
    receiver_house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Trouble of the world and faults of ours: the thread has nobody who would start it again."""
    monkeypatch.setattr("ingest.steps.elsewhere.TEND_EVERY", timedelta(seconds=0.01))
    stop, rounds = threading.Event(), iter([StoreAwayError("away"), ZeroDivisionError(), None])

    def round_through(_database: Database) -> None:
        fault = next(rounds)
        if fault is None:
            stop.set()
        else:
            raise fault

    monkeypatch.setattr("ingest.steps.elsewhere.tend", round_through)
    with capture_logs() as said:
        tending = Tending(receiver_house.app.database, stop)
        tending.start()
        tending.join(60)
    assert stop.is_set()
    expected = ["the queue cannot be tended", "unexpected error"]
    assert [line["event"] for line in said] == expected


def test_the_queue_knows_no_person(receiver_house: House, ask: Ask) -> None:
    """Mails of one sender share a lock, and it is not the address."""
    for number in (1, 2):
        receiver_house.arrive(plain_mail(number))
    receive_all(receiver_house.app.inlet)

    assert ask("SELECT count(DISTINCT lock) FROM jobs.procrastinate_jobs") == [(1,)]
    assert "example" not in str(ask("SELECT * FROM jobs.procrastinate_jobs"))


def test_a_worker_reads_a_mail_once(receiver_house: House, ask: Ask) -> None:
    """A duplicate job, one of a mail that was purged and one of a mail that never was do nothing."""
    receiver_house.arrive(plain_mail())
    receive_all(receiver_house.app.inlet)
    worker = Worker(receiver_house.app)

    for _ in range(2):
        worker.read(1)
    worker.read(99)

    assert [row.state for row in receiver_house.messages()] == [MessageState.READ]
    assert len(receiver_house.letters()) == 1
    ask("UPDATE messages SET state = 'purged', reading = NULL")
    worker.read(1)
    assert [row.state for row in receiver_house.messages()] == [MessageState.PURGED]


def test_the_mail_of_a_dead_worker_is_read_again(receiver_house: House, ask: Ask) -> None:
    """Its claim ends with it; the try it was counts."""
    receiver_house.arrive(plain_mail())
    receive_all(receiver_house.app.inlet)
    _begin(ask)
    ask("UPDATE messages SET attempts = 1, next_attempt_at = clock_timestamp() + interval '20 min'")
    assert tend(receiver_house.app.database) == Tended((), ())

    ask("UPDATE jobs.procrastinate_workers SET last_heartbeat = now() - interval '31 seconds'")

    _lease(ask, silent=0)
    assert _state(receiver_house).stuck == 1
    assert tend(receiver_house.app.database) == Tended((1,), ())
    assert ask(JOBS) == [("1", "todo", 0)]
    assert ask("SELECT attempts, next_attempt_at FROM messages") == [(1, None)]


@pytest.mark.parametrize("waits", [False, True])
def test_a_job_whose_end_was_not_heard_blocks_nobody(
    receiver_house: House, ask: Ask, *, waits: bool
) -> None:
    """The database was away when the worker said that it had done it: the worker lives on, the job
    would count as running for ever. Where another job of the mail waits, that one is enough.
    """
    receiver_house.arrive(plain_mail())
    receive_all(receiver_house.app.inlet)
    _begin(ask)
    ask("UPDATE jobs.procrastinate_events SET at = at - interval '61 seconds'")
    if waits:
        ask("INSERT INTO jobs.procrastinate_jobs (queue_name, task_name, queueing_lock, args)"
            " VALUES ('reading', 'read_mail', '1', '{\"message_id\": 1}')")  # fmt: skip

    assert tend(receiver_house.app.database).revived == (1,)
    assert ask(JOBS) == [("1", "todo", 0)]


def test_every_due_mail_gets_a_job(receiver_house: House, ask: Ask) -> None:
    """Also one that staff gave back to be read again; one that is to wait waits."""
    for number in (1, 2, 3):
        receiver_house.arrive(plain_mail(number))
    receive_all(receiver_house.app.inlet)
    ask("DELETE FROM jobs.procrastinate_jobs WHERE queueing_lock <> '2'")
    ask("UPDATE messages SET next_attempt_at = clock_timestamp() + interval '1 min' WHERE id = 3")

    assert tend(receiver_house.app.database) == Tended((), (1,))
    assert tend(receiver_house.app.database) == Tended((), ())
    assert ask(JOBS) == [("2", "todo", -1), ("1", "todo", 0)]


def test_a_claim_that_could_not_be_given_back_ends(receiver_house: House, ask: Ask) -> None:
    """The database went away under a worker that lives on: its job is gone, its claim is not."""
    receiver_house.arrive(plain_mail())
    receive_all(receiver_house.app.inlet)
    ask("DELETE FROM jobs.procrastinate_jobs")
    ask("UPDATE messages SET next_attempt_at = clock_timestamp() + interval '20 min'")

    assert tend(receiver_house.app.database) == Tended((), (1,))
    assert ask("SELECT next_attempt_at FROM messages") == [(None,)]


def test_failed_jobs_are_seen_until_their_mail_is_done_with(
    receiver_house: House, ask: Ask
) -> None:
    """A fault of ours is shown; the mail is tried again."""
    receiver_house.arrive(plain_mail())
    receive_all(receiver_house.app.inlet)
    ask("UPDATE jobs.procrastinate_jobs SET status = 'failed'")

    assert tend(receiver_house.app.database) == Tended((), (1,))
    _lease(ask, silent=0)
    assert (_state(receiver_house).failed, _state(receiver_house).waiting) == (1, 1)
    Worker(receiver_house.app).read(1)
    tend(receiver_house.app.database)
    assert _state(receiver_house).failed == 0


def test_trouble_of_the_queue_is_told(receiver_house: House, ask: Ask) -> None:
    """In status, digest and metrics; nothing is said while one process does everything."""
    app = receiver_house.app
    ask("DELETE FROM jobs.leases")
    with receiver_house.store() as session:
        assert queue_state(session) is None

    _lease(ask, silent=0)
    receiver_house.arrive(plain_mail())
    receive_all(receiver_house.app.inlet)
    with receiver_house.store() as session:
        told = list(attention(session, app.settings, receiver_house.clock.instant))
    assert [line for line in told if "worker" in line] == [
        "1 件来件等着读，却没有一个 worker 在工作：在任一台机器上启动 mailroom worker"
    ]

    _begin(ask)
    ask("UPDATE jobs.procrastinate_jobs SET status = 'failed'")
    _lease(ask, silent=45)
    with receiver_house.store() as session:
        told = list(attention(session, app.settings, receiver_house.clock.instant))
    assert any("receiver 已 45 秒没有动静" in line for line in told)
    assert any("1 件来件的读取任务出错" in line for line in told)


def test_another_version_is_refused(
    receiver_house: House, ask: Ask, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A worker leaves politely when the tables were brought to another version under it, and does
    not begin with another engine; the mail waits.
    """
    receiver_house.arrive(plain_mail())
    receive_all(receiver_house.app.inlet)
    worker = Worker(receiver_house.app)
    ask("UPDATE alembic_version SET version_num = 'later'")

    worker.read(1)

    assert worker._stop.is_set()
    assert isinstance(worker._fatal, ConfigError)
    assert receiver_house.messages()[0].attempts == 0
    ask("UPDATE alembic_version SET version_num = '0007'")
    monkeypatch.setattr(engine, "_steps", lambda: [Path("99.00.00_01_pre_more.sql")])
    with receiver_house.store() as session, pytest.raises(ConfigError, match="procrastinate"):
        require_engine_laid(session.connection())


def test_the_engine_lies_beside_our_tables(receiver_house: House) -> None:
    """Our own schema is what it was; the engine's is what its package needs."""
    with receiver_house.store() as session:
        connection = session.connection()
        require_engine_laid(connection)
        assert compare_metadata(MigrationContext.configure(connection), Row.metadata) == []
        assert (
            connection.exec_driver_sql("SELECT to_regclass('procrastinate_jobs')").scalar() is None
        )


def test_a_mail_that_kills_its_readers_is_set_aside(receiver_house: House, ask: Ask) -> None:
    """Tries are counted in the row: the engine would go on for ever."""
    receiver_house.arrive(plain_mail())
    receive_all(receiver_house.app.inlet)
    ask("UPDATE messages SET attempts = 3")

    Worker(receiver_house.app).read(1)

    assert [row.state for row in receiver_house.messages()] == [MessageState.SET_ASIDE]


def test_a_worker_reads_by_the_rules_in_force(receiver_house: House, ask: Ask) -> None:
    """Not by what stands on its own disk: every machine reads alike."""
    receiver_house.settle_rules()
    title = receiver_house.app.rules.call.title
    ask("UPDATE rule_files SET call_source = replace(call_source, :old, '换了的标题')", old=title)
    receiver_house.arrive(plain_mail())
    receive_all(receiver_house.app.inlet)

    Worker(receiver_house.app).read(1)

    assert receiver_house.app.rules.call.title == "换了的标题"


def test_a_database_in_trouble_costs_no_try(
    receiver_house: House, ask: Ask, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A server that only reads (a standby, a full disk): the worker rests, the mail waits."""
    monkeypatch.setattr("ingest.worker.REST", 0.01)
    receiver_house.arrive(plain_mail())
    receive_all(receiver_house.app.inlet)
    name = str(ask("SELECT current_database()")[0][0])
    ask(f'ALTER DATABASE "{name}" SET default_transaction_read_only = on')
    receiver_house.app.database.close()

    Worker(receiver_house.app).read(1)

    with receiver_house.app.database.reading() as session:
        session.connection().exec_driver_sql("SELECT 1")
    assert receiver_house.messages()[0].attempts == 0


def _begin(ask: Ask) -> None:
    ask("INSERT INTO jobs.procrastinate_workers DEFAULT VALUES")
    ask("UPDATE jobs.procrastinate_jobs SET status = 'doing',"
        " worker_id = (SELECT max(id) FROM jobs.procrastinate_workers)")  # fmt: skip


def _lease(ask: Ask, silent: int) -> None:
    ask("DELETE FROM jobs.leases")
    ask("INSERT INTO jobs.leases VALUES ('receiver', 'one:1', '0', 1, clock_timestamp(),"
        " clock_timestamp() - make_interval(secs => :silent))", silent=silent)  # fmt: skip


def _state(house: House) -> QueueState:
    with house.store() as session:
        state = queue_state(session)
    assert state is not None
    return state
