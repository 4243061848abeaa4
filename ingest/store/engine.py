"""The one door to procrastinate, the queue of an office on more than one machine (PostgreSQL only).

A job says that a mail waits to be read, by the id of its row, and nothing else: the row is the
truth, the job wakes somebody. The engine's tables lie in a schema of their own, beside ours.
Nothing is imported before it is asked for: an office on one machine installs none of this.
"""

from __future__ import annotations

import hashlib
import logging
import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import make_url, text
from sqlalchemy.exc import DBAPIError
from sqlmodel import Session

from ingest.errors import ConfigError

if TYPE_CHECKING:
    from procrastinate import App
    from sqlalchemy import Connection

SCHEMA = "jobs"
QUEUE = "reading"
TASK = "read_mail"
CONNECTIONS = 3
"""Of one worker to the engine at most: one asks for jobs, one listens, one beats."""


@dataclass(frozen=True, slots=True)
class ReadingJob:
    """A mail that waits to be read."""

    message_id: int
    sender: str  #: "" when nobody can tell; mails of one sender are read one after another
    before: int  #: mails of this sender that wait before it


def put_in_queue(session: Session, jobs: Sequence[ReadingJob]) -> None:
    """Wake somebody for these mails when, and only if, the transaction commits. None of them may
    have a job that waits already.

    Raises:
        DBAPIError: as every statement of the session.
    """
    if not jobs:
        return
    from procrastinate.exceptions import ConnectorException  # noqa: PLC0415 - as below
    from procrastinate.jobs import Job  # noqa: PLC0415 - an office on one machine has none

    find_engine(session)
    made = [
        Job(
            queue=QUEUE, task_name=TASK, task_kwargs={"message_id": job.message_id},
            priority=-job.before, lock=_lock(job.sender), queueing_lock=str(job.message_id),
        )
        for job in jobs
    ]  # fmt: skip
    raw = session.connection().connection.driver_connection
    try:
        _app().job_manager.batch_defer_jobs(made, connection=raw)
    except ConnectorException as error:  # in its own words, which whoever holds the session reads
        if error.__cause__ is None:
            raise
        raise DBAPIError("batch_defer_jobs", None, error.__cause__) from error


def find_engine(session: Session) -> None:
    """Let the rest of the transaction find the engine's tables and functions behind our own."""
    session.connection().execute(
        text(
            "SELECT set_config('search_path', current_setting('search_path') || :schema, true)",
        ),
        {"schema": f", {SCHEMA}"},
    )


def _lock(sender: str) -> str | None:
    """The same for one sender, and no address: the engine's tables are no place for people."""
    return hashlib.sha256(sender.encode()).hexdigest()[:32] if sender else None


def require_engine() -> None:
    """Raises :class:`ConfigError` when the engine is not installed."""
    try:
        import procrastinate  # noqa: F401, PLC0415 - see above
    except ModuleNotFoundError as error:
        raise ConfigError(
            f"多机运行需要 Python 包 {error.name}", "请安装 mailroom[postgresql]"
        ) from error


@cache
def _app() -> App:
    """Without a connection of its own: for jobs that go in a transaction of ours."""
    from procrastinate import App, SyncPsycopgConnector  # noqa: PLC0415 - see above

    return App(connector=SyncPsycopgConnector())


def lay_engine(connection: Connection) -> None:
    """Bring the engine's tables to what the installed engine needs, for a migration of ours.

    How far they have come stands beside them, because the engine's own steps can only be taken
    once, and not all of them in one transaction with the first.
    """
    require_engine()
    from procrastinate.schema import SchemaManager  # noqa: PLC0415 - see above

    raw: Any = connection.connection.driver_connection
    laid = _step_laid(connection)
    connection.exec_driver_sql(f"CREATE SCHEMA IF NOT EXISTS {SCHEMA}")
    connection.exec_driver_sql(f"SET LOCAL search_path TO {SCHEMA}")
    if laid is None:
        raw.execute(SchemaManager.get_schema())
    else:
        for step in (step for step in _steps() if step.stem > laid):
            raw.execute(step.read_text(encoding="utf-8"))
    connection.exec_driver_sql(f"COMMENT ON SCHEMA {SCHEMA} IS '{_steps()[-1].stem}'")
    connection.exec_driver_sql("SET LOCAL search_path TO DEFAULT")


def require_engine_laid(connection: Connection) -> None:
    """Raises :class:`ConfigError` when the engine's tables are not those of the installed one."""
    require_engine()
    if _step_laid(connection) != _steps()[-1].stem:
        raise ConfigError(
            "任务队列的表与已安装的 procrastinate 版本不一致",
            "安装与数据库相配的 mailroom[postgresql], 或升级后运行 mailroom migrate",
        )


def _steps() -> list[Path]:
    from procrastinate.schema import SchemaManager  # noqa: PLC0415 - see above

    return sorted(Path(SchemaManager.get_migrations_path()).glob("*.sql"))


def _step_laid(connection: Connection) -> str | None:
    """The engine's last own step that was taken; None where there is no engine."""
    said: str | None = connection.exec_driver_sql(
        f"SELECT obj_description(to_regnamespace('{SCHEMA}'), 'pg_namespace')"
    ).scalar()
    return said


def work_off(
    url: str, read: Callable[[int], None], stop: threading.Event, *, rest: float = 2.0
) -> None:
    """Take jobs, one at a time, until ``stop``; the job in hand is finished first.

    ``read`` is called in a thread with a mail's id; what it raises is kept as a failed job, what it
    leaves undone the receiver's sweep finds. When the database is away, tried again after ``rest``
    seconds.
    """
    import asyncio  # noqa: PLC0415 - see above

    from procrastinate.exceptions import ProcrastinateException  # noqa: PLC0415 - see above
    from psycopg import Error  # noqa: PLC0415 - see above

    while not stop.is_set():
        try:
            asyncio.run(_work_off(url, read, stop))
        except (ProcrastinateException, Error, OSError) as error:
            first = (str(error).splitlines() or [type(error).__name__])[0]
            logging.getLogger("mailroom").warning("the queue cannot be asked: %s", first)
        stop.wait(rest)


async def _work_off(url: str, read: Callable[[int], None], stop: threading.Event) -> None:
    import asyncio  # noqa: PLC0415 - see above

    from procrastinate import App, PsycopgConnector  # noqa: PLC0415 - see above

    # psycopg's pool waits by itself for a server that is away
    connector = PsycopgConnector(
        conninfo=_address(url), kwargs={"options": f"-csearch_path={SCHEMA}", **KEEPALIVE},
        min_size=1, max_size=CONNECTIONS, timeout=10.0,
    )  # fmt: skip
    app = App(connector=connector)

    @app.task(name=TASK, queue=QUEUE)
    def read_mail(message_id: int) -> None:
        read(message_id)

    async with app.open_async():
        worker = asyncio.create_task(
            app.run_worker_async(
                queues=[QUEUE], concurrency=1, delete_jobs="successful",
                install_signal_handlers=False, stalled_worker_timeout=STALLED_AFTER,
            )
        )  # fmt: skip
        while not worker.done() and not await asyncio.to_thread(stop.wait, 0.5):
            pass
        worker.cancel()
        with suppress(asyncio.CancelledError):
            await worker


STALLED_AFTER = 30.0
"""Seconds without a sign of life after which a worker counts as dead; it gives one every 10."""
KEEPALIVE = {
    "connect_timeout": 10,
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "tcp_user_timeout": 30_000,
}
"""So that a network cut in two is noticed within half a minute; nothing on a socket of the same
machine."""


def _address(url: str) -> str:
    return make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
