"""The walls tried in earnest: what a worker of this machine, under this account, is refused.

The parent's side of ``probes.py``: makes what is reached for, asks a real worker, and says which
walls stand. Nothing of the house is touched.
"""

from __future__ import annotations

import os
import socket
import sqlite3
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from functools import cache

from ingest.errors import ConfigError
from ingest.sandbox.workers import run_in_worker
from ingest.scratch import scratch_folder
from ingest.walls.confinement import Walls
from ingest.walls.limits import Limits
from ingest.walls.probes import Attempt, Targets

IN_THE_WORKER = "ingest.walls.probes:attempts"
IN_ITS_CHILD = "ingest.walls.probes:attempts_of_a_child"


@cache
def standing_walls() -> Walls:
    """Which walls stand around the workers of this machine; asked once, a kernel does not change.

    Raises:
        WorkerDied, WorkerFailed: it could not even be asked.
    """
    return run_in_worker("ingest.walls.confinement:standing", returns=Walls)


def require_walls() -> None:
    """Refuse to go on where a wall is missing (``[limits] require_confinement``).

    Raises:
        ConfigError: naming each that is.
        WorkerDied, WorkerFailed: as :func:`standing_walls`.
    """
    if gaps := standing_walls().gaps:
        raise ConfigError(
            f"读取附件的进程隔离不全: {'; '.join(gaps)}",
            "换用 5.13 以上、带 Landlock 的内核, 或在 [limits] 把 require_confinement 改为 false",
        )


def try_walls(where: str = IN_THE_WORKER, limits: Limits | None = None) -> list[Attempt]:
    """Every attempt and the error it got, in a worker with ``limits``, or in a child of one.

    Raises:
        WorkerDied, WorkerFailed: as :func:`standing_walls`.
        OSError: the targets could not be made.
    """
    with _targets() as targets:
        return run_in_worker(where, targets, returns=list[Attempt], limits=limits)


@contextmanager
def _targets() -> Iterator[Targets]:
    """A key, another's mail, a database and three sockets, all made for this."""
    with scratch_folder("trial") as folder, ExitStack() as stack:
        for name in ("key", "other.eml"):
            (folder / name).write_bytes(b"nothing")
        with closing(sqlite3.connect(folder / "house.db")) as database:
            database.execute("create table a (b)")
        abstract = f"mailroom-trial-{os.getpid()}"
        tcp = stack.enter_context(socket.create_server(("127.0.0.1", 0)))
        for address in (str(folder / "socket"), f"\0{abstract}"):
            stack.enter_context(_listening(address))
        yield Targets(str(folder), abstract, tcp.getsockname()[1], os.getpid(), os.getpgrp())


def _listening(address: str) -> socket.socket:
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    listener.bind(address)
    listener.listen()
    return listener
