"""An office on several machines, all of whose parts are killed: receivers, workers, PostgreSQL, the
object store; and the lines between them cut.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import psycopg

from ingest.demo.smtp_sink import SmtpSink
from tests.servers.dovecot import DovecotAccount
from tests.servers.line import Line
from tests.servers.objects import BUCKET, KEY_ID, SECRET, ObjectServer
from tests.servers.postgresql import PostgresqlServer
from tests.torture.check import rows
from tests.torture.mails import Posted
from tests.torture.runs import Taken, configuration, furnish
from tests.warm.command import python

COMMAND = "import sys; from ingest.cli import run; sys.exit(run(sys.argv[1:]))"
OWNER = "SELECT owner FROM jobs.leases"
_OBJECTS = """files = "s3://{bucket}/office"
local = "files/"
objects_endpoint = "{endpoint}"
objects_key_id = "{key_id}"
objects_secret_file = "objects.secret"
"""

#: readers' servers
_LOADED = "import multiprocessing; multiprocessing.set_executable({!r})\n"
#: what tests start is a client of a loaded process (``tests/warm``), which is to be struck itself
_HERE_I_AM = """
import os, pathlib
pathlib.Path({told!r}).with_suffix(".new").write_text(str(os.getpid()))
os.rename(pathlib.Path({told!r}).with_suffix(".new"), {told!r})
"""
_BEGINNING = 60.0  #: seconds within which a process says who it is
_OFF = """
import datetime, ingest.clock
class Off(datetime.datetime):
    @classmethod
    def now(cls, tz=None):
        return datetime.datetime.now(tz) + datetime.timedelta(seconds={seconds})
ingest.clock.datetime = Off
"""
CLOCKS = {"receiver2": -600, "worker3": 600}
"""By how many seconds the clocks of some machines are wrong, where each is one of its own."""


@dataclass(frozen=True)
class Role:
    """A process of the office; whatever befalls it befalls it itself, not who started it."""

    client: subprocess.Popen[bytes]
    told: Path  #: where it says its number

    @property
    def pid(self) -> int:
        """Its number, as soon as it has begun. Raises ProcessLookupError when it ended before."""
        ends = time.monotonic() + _BEGINNING
        while time.monotonic() < ends and not (self.told.exists() or self.poll() is not None):
            time.sleep(0.01)
        if not self.told.exists():
            raise ProcessLookupError(self.told.name)
        return int(self.told.read_text())

    def send_signal(self, number: int) -> None:
        """Strike it; nothing when it has ended."""
        with suppress(ProcessLookupError):
            if self.poll() is None:
                os.kill(self.pid, number)

    def poll(self) -> int | None:
        """How it ended; None when it has not."""
        return self.client.poll()

    def wait(self, seconds: float) -> int:
        """How it ends. Raises subprocess.TimeoutExpired."""
        return self.client.wait(seconds)


@dataclass
class Office:
    """Several processes with one ledger; what any of them writes is kept in one log.

    With ``objects`` each of them is a machine of its own: a folder that nobody else looks into, and
    a line of its own to the database.
    """

    directory: Path
    account: DovecotAccount
    sink: SmtpSink
    server: PostgresqlServer
    objects: ObjectServer | None = None
    posted: list[Posted] = field(default_factory=list)
    taken: Taken = field(default_factory=Taken)
    kills: int = 0
    environment: dict[str, str] = field(default_factory=dict)  #: of every process
    processes: dict[str, Role] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.directory.mkdir(parents=True, exist_ok=True)
        self.sink.letters = self.taken
        self.database = self.server.ready_database()
        self.lines: dict[str, Line] = {}
        if self.objects is None:
            self._furnish(self.directory, configuration(self.account, self.sink, self.database))

    def _furnish(self, folder: Path, told: str) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        furnish(folder, told, self.account)
        (folder / "objects.secret").write_text(SECRET, encoding="utf-8")

    def place(self, name: str) -> Path:
        """The folder of one of them."""
        if self.objects is None:
            return self.directory
        folder = self.directory / name
        if name not in self.lines:
            line = self.lines[name] = Line((self.server.host, self.server.port)).__enter__()
            url = self.server.through(line.port, self.database)
            told = _OBJECTS.format(bucket=BUCKET, endpoint=self.objects.endpoint, key_id=KEY_ID)
            plain = configuration(self.account, self.sink, url)
            self._furnish(folder, plain.replace('files = "files/"\n', told))
        return folder

    def hand_out_key(self, name: str) -> None:
        """Bring the key that the first receiver made to a machine that has none."""
        made = next(iter(self.directory.glob("*/files/secret.key")), None)
        files = self.place(name) / "files"
        if self.objects is not None and made is not None and not (files / made.name).exists():
            files.mkdir(mode=0o700, exist_ok=True)
            shutil.copy(made, files)

    @property
    def files(self) -> Path:
        """Where the raw mails lie."""
        if self.objects is not None:
            return self.objects.root / BUCKET / "office" / "mails"
        return self.directory / "files"

    @property
    def log(self) -> Path:
        """What all of them said."""
        return self.directory / "log"

    def post(self, mails: Iterable[Posted]) -> None:
        """These mails are in the mailbox."""
        for mail in mails:
            self.account.append(mail.raw, mail.received)
            self.posted.append(mail)

    def start(self, name: str, kill_at: str = "") -> None:
        """``receiver1``, ``worker2``: the role is its name without the number."""
        environment = {**os.environ, **self.environment}
        if kill_at:
            environment["MAILROOM_KILL_AT"] = kill_at
        self.hand_out_key(name)
        role, config = name.rstrip("0123456789"), str(self.place(name) / "mailroom.toml")
        wrong = CLOCKS.get(name) if self.objects is not None else None
        told = self.directory / f"{name}.pid"
        told.unlink(missing_ok=True)
        first = _LOADED.format(python()) + _HERE_I_AM.format(told=str(told))
        first += _OFF.format(seconds=wrong) if wrong is not None else ""
        with self.log.open("ab") as log:
            client = subprocess.Popen(
                [python(), "-c", first + COMMAND, role, "--config", config],
                cwd=self.place(name), env=environment, stdout=log, stderr=log,
            )  # fmt: skip
        self.processes[name] = Role(client, told)

    def kill(self, name: str, number: int = signal.SIGKILL) -> None:
        """End one of them, and wait for it."""
        process = self.processes.pop(name)
        process.send_signal(number)
        process.wait(120)
        self.kills += number == signal.SIGKILL

    def kill_database(self, away: float) -> None:
        """PostgreSQL dies and comes back after so many seconds."""
        self.server.kill()
        self.kills += 1
        time.sleep(away)
        self.server.start()

    def revive(self) -> None:
        """Whoever died by itself is started again, as a service manager would."""
        for name, process in [*self.processes.items()]:
            if process.poll() is not None:
                self.kills += process.poll() == -signal.SIGKILL
                self.start(name)

    def close(self) -> None:
        """End whatever runs."""
        for process in self.processes.values():
            process.send_signal(signal.SIGKILL)
        for process in self.processes.values():
            process.wait(120)
        self.processes.clear()
        for line in self.lines.values():
            line.__exit__()

    def ask(self, query: str) -> list[object]:
        """One column, as plain SQL gives it; nothing while the database is away."""
        with suppress(psycopg.OperationalError):
            return [row[0] for row in rows(self.database, query)]
        return []

    def wait_until(self, holds: Callable[[], bool], seconds: float) -> bool:
        """Whether it holds within so many seconds."""
        ends = time.monotonic() + seconds
        while time.monotonic() < ends:
            if holds():
                return True
            time.sleep(0.2)
        return False

    def at_rest(self) -> bool:
        """Every posted mail has been read, judged and answered, as far as the ledger knows."""
        waits = self.ask("""
            SELECT (SELECT count(*) FROM messages WHERE state = 'stored')
                + (SELECT count(*) FROM messages WHERE state = 'read' AND NOT answered)
                + (SELECT count(*) FROM cases WHERE judge_after IS NOT NULL)
                + (SELECT count(*) FROM outbox WHERE state NOT IN ('sent', 'uncertain', 'failed'))
                - (SELECT count(*) FROM messages)
        """)
        return waits == [-len(self.posted)]
