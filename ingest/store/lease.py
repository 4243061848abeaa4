"""The receiver's part: one process at a time has it, another takes it over when that one is gone.

Held by an advisory lock of a session (the one ``mailroom run`` takes too), which the server lets go
when the session ends; and told by a row with the owner and its last sign of life, by the database's
clock. A standby that finds the lock taken and the row silent ends the owner's session: its machine
is frozen or cut off. Two who both believe to have it do no harm: every mail, decision and letter is
guarded by a unique key or a compare-and-set of its own. The lease spares the work, not the proof.
"""

from __future__ import annotations

import os
import socket
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from importlib.metadata import version
from typing import Self

from sqlalchemy import Connection, NullPool, create_engine, text

from ingest.errors import MailroomError
from ingest.log import get_logger
from ingest.store.database import translated_errors
from ingest.store.engine import KEEPALIVE
from ingest.store.lock import INSTANCE

NAME = "receiver"
BEAT = 5.0
"""Seconds between two signs of life."""
SILENT = 15.0
"""Seconds without one after which the owner gives its part up, and a standby may end its session:
with what is between two looks of the standby well below half a minute."""
_TAKE = "SELECT pg_try_advisory_lock(CAST(:lock AS bigint))"
_HAS_TABLE = "SELECT to_regclass('jobs.leases') IS NOT NULL"
_TELL = """
    INSERT INTO jobs.leases (name, owner, version, pid, since, seen_at)
    VALUES (:name, :owner, :version, pg_backend_pid(), clock_timestamp(), clock_timestamp())
    ON CONFLICT (name) DO UPDATE SET
        owner = excluded.owner, version = excluded.version, pid = excluded.pid,
        seen_at = excluded.seen_at, since = CASE
            WHEN leases.owner = excluded.owner AND leases.pid = excluded.pid THEN leases.since
            ELSE excluded.since END
"""
_OURS = """
    SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND pid = pg_backend_pid()
    AND classid = 0 AND objid = :lock AND granted
"""
_END_SILENT = """
    SELECT lease.owner, pg_terminate_backend(lease.pid) FROM jobs.leases lease
    JOIN pg_locks held ON held.pid = lease.pid AND held.locktype = 'advisory' AND held.classid = 0
        AND held.objid = :lock AND held.granted
        AND held.database = (SELECT oid FROM pg_database WHERE datname = current_database())
    WHERE lease.name = :name
    AND lease.seen_at < clock_timestamp() - make_interval(secs => :silent)
"""


def owner_name() -> str:
    """Who we are: the machine and the process."""
    return f"{socket.gethostname()}:{os.getpid()}"


class Lease:
    """The receiver's part, as this process has it or not. ``on_lost`` is called, once, from a
    thread, when it is gone.
    """

    def __init__(self, url: str, on_lost: Callable[[], None], *, beat: float = BEAT) -> None:
        server = "-c tcp_keepalives_idle=5 -c tcp_keepalives_interval=5 -c tcp_keepalives_count=2"
        arguments = {**KEEPALIVE, "tcp_user_timeout": 15_000, "options": server}
        self._engine = create_engine(
            url, poolclass=NullPool, isolation_level="AUTOCOMMIT", connect_args=arguments
        )
        self._on_lost, self._beat = on_lost, beat
        self._connection: Connection | None = None
        self._told = 0.0
        self._over = threading.Event()
        self._thread: threading.Thread | None = None

    def try_take(self) -> bool:
        """Take the part if it is free; end the session of an owner that has fallen silent. Raises
        as every work with the database.
        """
        with translated_errors():
            if self._connection is None:
                self._connection = self._engine.connect()
            taken = self._connection.execute(text(_TAKE), {"lock": INSTANCE})
            if taken.scalar():
                self._tell()
                return True
            self._end_silent_owner()
        return False

    def begin_beating(self) -> Self:
        """From now on give signs of life."""
        self._thread = threading.Thread(target=self._go_on_beating, name="lease", daemon=True)
        self._thread.start()
        return self

    @property
    def held(self) -> bool:
        """Whether we could make sure of it lately."""
        return not self._over.is_set() and time.monotonic() - self._told < SILENT

    def let_go(self) -> None:
        """Give the part up, so that a standby need not wait."""
        self._over.set()
        if self._thread is not None and self._thread is not threading.current_thread():
            self._thread.join(timeout=SILENT)
        self.forget()
        self._engine.dispose()

    def forget(self) -> None:
        """Close the connection, and with it whatever is held; another try makes a new one."""
        connection, self._connection = self._connection, None
        if connection is not None:
            with suppress(Exception):
                connection.invalidate()
                connection.close()

    def _tell(self) -> None:
        assert self._connection is not None
        if self._connection.exec_driver_sql(_HAS_TABLE).scalar():
            told = {"name": NAME, "owner": owner_name(), "version": version("mailroom")}
            self._connection.execute(text(_TELL), told)
        self._told = time.monotonic()

    def _end_silent_owner(self) -> None:
        assert self._connection is not None
        if self._connection.exec_driver_sql(_HAS_TABLE).scalar():
            about = {"name": NAME, "lock": INSTANCE, "silent": SILENT}
            for owner, _ in self._connection.execute(text(_END_SILENT), about):
                get_logger().warning("the receiver fell silent and is replaced", owner=owner)

    def _go_on_beating(self) -> None:
        try:
            while not self._over.wait(self._beat) and self._still_ours():
                pass
        finally:
            if not self._over.is_set():
                self._over.set()
                self._on_lost()

    def _still_ours(self) -> bool:
        """Ask the server, and tell it; False when the lock is gone or nobody answers."""
        assert self._connection is not None
        try:
            with translated_errors():
                if self._connection.execute(text(_OURS), {"lock": INSTANCE}).first() is None:
                    return False
                self._tell()
        except MailroomError as error:
            get_logger().warning("the receiver's part is lost", error=str(error))
            return False
        return True
