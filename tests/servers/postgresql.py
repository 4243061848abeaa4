"""A private PostgreSQL on a Unix socket, and with a password on loopback, thrown away afterwards."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import suppress
from itertools import count
from pathlib import Path

import psycopg
from sqlalchemy import make_url

from ingest.store.database import open_database
from tests.servers.folders import remove_behind
from tests.servers.ports import free_port

BINARIES = Path("/usr/lib/postgresql/15/bin")
INSTALLED = (BINARIES / "initdb").exists()
PASSWORD = "not-a-real-secret"
_WHO = """
local all all trust
host all all 127.0.0.1/32 scram-sha-256
"""


def _as_postgres() -> dict[str, object]:
    """PostgreSQL refuses to run as root; Debian's package brings the user postgres."""
    if os.geteuid() != 0:
        return {}
    return {"user": "postgres", "group": "postgres", "extra_groups": []}


def _run(*command: str | Path) -> None:
    done = subprocess.run(
        command,
        capture_output=True,
        text=True,
        cwd="/",
        check=False,
        **_as_postgres(),
    )  # type: ignore[call-overload]
    assert done.returncode == 0, f"{command}\n{done.stdout}\n{done.stderr}"


class PostgresqlServer:
    """A cluster with the superuser ``mailroom``, in a directory of its own."""

    def __init__(self, *, durable: bool = False) -> None:
        # Not pytest's tmp_path: its parents are closed to the user postgres, and a socket's path
        # must be short.
        self.base = Path(tempfile.mkdtemp(prefix="mailroom-pg-"))
        if os.geteuid() == 0:
            shutil.chown(self.base, "postgres", "postgres")
        self.data = self.base / "data"
        self.host, self.port = "127.0.0.1", free_port()
        self._fsync = "on" if durable else "off"
        self._numbers = count(1)
        self._ready: str | None = None
        _run(
            BINARIES / "initdb", "-D", self.data, "-U", "mailroom", "-A", "trust", "-E", "UTF8",
            "--locale=C", "--no-sync",
        )  # fmt: skip
        (self.data / "pg_hba.conf").write_text(_WHO)

    def start(self) -> None:
        """Start it, also after it was killed."""
        options = (
            f"-c listen_addresses={self.host} -c port={self.port} -c fsync={self._fsync}"
            f" -c unix_socket_directories={self.base} -c max_connections=60"
        )
        log = self.base / "log"
        _run(BINARIES / "pg_ctl", "-D", self.data, "-o", options, "-l", log, "-w", "start")

    def stop(self, mode: str = "immediate") -> None:
        """Stop it: ``fast`` ends all sessions, ``immediate`` is a crash."""
        _run(BINARIES / "pg_ctl", "-D", self.data, "-m", mode, "-w", "stop")

    def kill(self) -> None:
        """SIGKILL to the server and what it has started."""
        first = int((self.data / "postmaster.pid").read_text().split()[0])
        os.kill(first, signal.SIGKILL)
        while processes := [*self._processes()]:
            for process in processes:
                with suppress(ProcessLookupError):
                    os.kill(process, signal.SIGKILL)
            time.sleep(0.05)
        # Where nobody buries the dead (a container), their numbers look alive to the next server.
        (self.data / "postmaster.pid").unlink()
        (self.base / f".s.PGSQL.{self.port}.lock").unlink(missing_ok=True)

    def _processes(self) -> Iterator[int]:
        """All that work in its directory: sessions outlive a server that was killed."""
        for entry in Path("/proc").glob("[0-9]*"):
            with suppress(OSError):
                if (entry / "cwd").readlink() == self.data:
                    yield int(entry.name)

    def core_ns(self) -> int:
        """Nanoseconds of a core that all its living processes have used so far."""
        used = 0
        for process in self._processes():
            with suppress(OSError):
                used += int(Path(f"/proc/{process}/schedstat").read_text().split()[0])
        return used

    def new_database(self, template: str = "template0") -> str:
        """The address of a new database, empty unless another one is named."""
        name = f"mailroom{next(self._numbers)}"
        _run(
            BINARIES / "createdb", "-h", self.base, "-p", str(self.port), "-U", "mailroom",
            "-T", template, name,
        )  # fmt: skip
        return self.address(name)

    def address(self, name: str) -> str:
        """Of a database, by the Unix socket."""
        return f"postgresql://mailroom@/{name}?host={self.base}&port={self.port}"

    def through(self, port: int, url: str) -> str:
        """The address of the same database behind another port of loopback."""
        self.ask(url, f"ALTER ROLE mailroom PASSWORD '{PASSWORD}'")
        name = make_url(url).database
        return f"postgresql://mailroom:{PASSWORD}@{self.host}:{port}/{name}"

    def ask(self, url: str, *statements: str) -> list[tuple[object, ...]]:
        """Plain SQL, each statement a transaction of its own; the rows of the last."""
        with psycopg.connect(url, autocommit=True) as session:
            for statement in statements:
                found = session.execute(statement)  # type: ignore[call-overload]
            return found.fetchall() if found.description else []

    def ready_database(self) -> str:
        """The address of a new database with the present schema: laid once, then copied."""
        if self._ready is None:
            url = self.new_database()
            database = open_database(url)
            database.migrate()
            database.close()
            self._ready = str(make_url(url).database)
        return self.new_database(template=self._ready)

    def remove(self) -> None:
        """Nothing is left of it, a little later."""
        remove_behind(self.base)
