"""An office on several machines, all of whose parts are killed: receivers, workers, PostgreSQL."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import psycopg

from ingest.demo.smtp_sink import SmtpSink
from tests.servers.dovecot import DovecotAccount
from tests.servers.postgresql import PostgresqlServer
from tests.torture.check import rows
from tests.torture.mails import Posted
from tests.torture.runs import ROOT, Taken, configuration

COMMAND = "import sys; from ingest.cli import run; sys.exit(run(sys.argv[1:]))"


@dataclass
class Office:
    """Several processes with one ledger; what any of them writes is kept in one log."""

    directory: Path
    account: DovecotAccount
    sink: SmtpSink
    server: PostgresqlServer
    posted: list[Posted] = field(default_factory=list)
    taken: Taken = field(default_factory=Taken)
    kills: int = 0
    processes: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.directory.mkdir(parents=True, exist_ok=True)
        self.sink.letters = self.taken
        url = self.server.ready_database()
        self.database = url
        told = configuration(self.account, self.sink, url)
        (self.directory / "mailroom.toml").write_text(told, encoding="utf-8")
        password = self.directory / "mailbox-password"
        password.write_text(self.account.password + "\n", encoding="utf-8")

    @property
    def files(self) -> Path:
        """Where the raw mails lie."""
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
        environment = {**os.environ, "PYTHONPATH": str(ROOT)}
        if kill_at:
            environment["MAILROOM_KILL_AT"] = kill_at
        role, config = name.rstrip("0123456789"), str(self.directory / "mailroom.toml")
        with self.log.open("ab") as log:
            self.processes[name] = subprocess.Popen(
                [sys.executable, "-c", COMMAND, role, "--config", config],
                cwd=self.directory, env=environment, stdout=log, stderr=log,
            )  # fmt: skip

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
                self.kills += process.returncode == -signal.SIGKILL
                self.start(name)

    def close(self) -> None:
        """End whatever runs."""
        for process in self.processes.values():
            process.kill()
        for process in self.processes.values():
            process.wait(120)
        self.processes.clear()

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
