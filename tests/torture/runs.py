"""An office that is killed: a Dovecot account, an SMTP peer that keeps what it took, and runs of
the command.
"""

from __future__ import annotations

import json
import os
import signal
import sqlite3
import subprocess
import threading
from collections.abc import Callable, Iterable
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

from ingest.demo.smtp_sink import SmtpSink, TakenLetter
from tests.servers.dovecot import DovecotAccount
from tests.torture.mails import Posted
from tests.warm.command import python

ROOT = Path(__file__).parents[2]
KILLED = -signal.SIGKILL
LONGEST_RUN = 600.0


class Taken(list[TakenLetter]):
    """What the SMTP peer took. ``on_next`` is called once, after a letter was taken and before the
    250 is said.
    """

    on_next: Callable[[], None] | None = None
    after = 1

    def append(self, letter: TakenLetter, /) -> None:
        super().append(letter)
        self.after -= 1
        if self.on_next is not None and self.after <= 0:
            strike, self.on_next = self.on_next, None
            strike()


class Zygote:
    """The process that forks a run whenever it is told to."""

    def __enter__(self) -> Self:
        self._process = subprocess.Popen(
            [python(), "-m", "tests.torture.zygote"], cwd=ROOT, text=True,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        )  # fmt: skip
        assert self._answer() == "ready"
        return self

    def __exit__(self, *_: object) -> None:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.close()
        self._process.wait(LONGEST_RUN)
        self._process.stdout.close()

    def run(
        self,
        arguments: list[str],
        log: Path,
        environment: dict[str, str],
        started: Callable[[int], None] = lambda _: None,
        *,
        acts: tuple[str, int] | None = None,
    ) -> int:
        """One run; how it ended, as ``subprocess`` counts (-9 = SIGKILL). ``started`` is told its
        process id. ``acts``: it dies before that act below that directory (``acts.py``).
        """
        assert self._process.stdin is not None
        order = {"arguments": arguments, "log": str(log), "environment": environment}
        if acts is not None:
            order["acts"] = acts
        self._process.stdin.write(json.dumps(order) + "\n")
        self._process.stdin.flush()
        process = int(self._answer())
        watch = threading.Timer(LONGEST_RUN, os.kill, (process, signal.SIGTERM))
        watch.start()
        try:
            started(process)
            return int(self._answer())
        finally:
            watch.cancel()

    def _answer(self) -> str:
        assert self._process.stdout is not None
        answer = self._process.stdout.readline().strip()
        if not answer:
            raise RuntimeError("the zygote is gone")
        return answer


@dataclass
class KilledOffice:
    """One office, its store and its post, through as many deaths as it takes."""

    directory: Path
    account: DovecotAccount
    sink: SmtpSink
    zygote: Zygote
    posted: list[Posted] = field(default_factory=list)
    taken: Taken = field(default_factory=Taken)
    runs: int = 0
    kills: int = 0

    def __post_init__(self) -> None:
        self.directory.mkdir(parents=True, exist_ok=True)
        self.sink.letters = self.taken
        told = configuration(self.account, self.sink, "sqlite:///mailroom.db")
        furnish(self.directory, told, self.account)

    @property
    def database(self) -> Path:
        return self.directory / "mailroom.db"

    @property
    def files(self) -> Path:
        return self.directory / "files"

    @property
    def log(self) -> Path:
        return self.directory / "runs.log"

    def _grow_old(self) -> None:
        """The store was set up long ago, so that the digest of the last hour is due."""
        if self.database.exists():
            with closing(sqlite3.connect(self.database)) as database, database:
                database.execute("UPDATE store SET founded_at = '2024-01-01 00:00:00.000000'")

    def post(self, mails: Iterable[Posted]) -> None:
        """These mails are in the mailbox."""
        for mail in mails:
            self.account.append(mail.raw, mail.received)
            self.posted.append(mail)

    def run(self, kill_at: str = "", *, after: float | None = None) -> int:
        """``mailroom run --once``, to the end or to its death.

        ``kill_at`` is ``point:count``, or ``dot:count``: the mail server has taken the letter and
        not said so yet. ``after`` kills from outside, so many seconds after the start.
        """
        self._grow_old()
        name, _, count = kill_at.partition(":")
        environment = {} if name in {"", "dot"} else {"MAILROOM_KILL_AT": kill_at}
        timers: list[threading.Timer] = []

        def started(process: int) -> None:
            self.taken.on_next = (
                (
                    lambda: os.kill(
                        process,
                        signal.SIGKILL,
                    )
                )
                if name == "dot"
                else None
            )
            self.taken.after = int(count or 1)
            if after is not None:
                timers.append(threading.Timer(after, _kill, (process,)))
                timers[0].start()

        arguments = ["run", "--once", "--config", str(self.directory / "mailroom.toml")]
        code = self.zygote.run(arguments, self.log, environment, started)
        for timer in timers:
            timer.cancel()
            timer.join()
        self.taken.on_next = None
        self.runs += 1
        self.kills += code == KILLED
        return code


def _kill(process: int) -> None:
    try:
        os.kill(process, signal.SIGKILL)
    except ProcessLookupError:
        return


def furnish(folder: Path, told: str, account: DovecotAccount) -> None:
    """What an office begins with: its configuration and the password of its mailbox."""
    (folder / "mailroom.toml").write_text(told, encoding="utf-8")
    (folder / "mailbox-password").write_text(account.password + "\n", encoding="utf-8")


def configuration(account: DovecotAccount, sink: SmtpSink, database: str) -> str:
    """``mailroom.toml`` of an office that is killed."""
    return f"""
[mailbox]
host = "{account.host}"
port = {account.server.tls_port}
security = "tls"
username = "{account.username}"
password_file = "mailbox-password"
ca_file = "{account.server.certificates.ca}"
accept_since = "2024-08-08T00:00:00+08:00"
[smtp]
host = "{sink.host}"
port = {sink.port}
security = "none"
from_address = "mailroom@office.example"
pace = "0s"
[store]
database = "{database}"
files = "files/"
[office]
staff = ["staff@office.example"]
digest_at = "00:00"
[letters]
global_per_hour = 1000000
[calls]
directory = "{ROOT / "config/calls"}"
active = ["smart-education-2024"]
"""
