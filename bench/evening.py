"""``make bench-evening``: the last evening of a call, with ``mailroom run`` as it is started, a real
mailbox and SQLite.

Two things are counted, each from the first mail taken in: how long the samples take to their
letters, and how busy the cores were while documents remained (nothing was read before, no print is
known); and how long a plain question waits that came after forty mails built to cost as much as
they can, all from one sender, beside what one such mail takes by itself.
"""

from __future__ import annotations

import argparse
import os
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from bench.main_job import core_of, family
from bench.workers import samples
from ingest.demo.smtp_sink import SmtpSink
from tests.hostile.mails import MAILS
from tests.servers.dovecot import DovecotServer
from tests.torture.machines import COMMAND
from tests.torture.mails import FIRST, Posted, question
from tests.torture.runs import ROOT, configuration, furnish

_HEAVY = "a Word file of a million paragraphs"
_ALL_READ = "SELECT count(*) = {} AND sum(state = 'stored') = 0 FROM messages"
_ALL_JUDGED = "SELECT count(*) = 0 FROM cases WHERE judge_after IS NOT NULL"
_ANSWERED = "SELECT count(*) > 0 FROM outbox WHERE recipient LIKE '{}'"
_LOOK_EVERY = 0.1
_LONGEST = 7200.0


class Evening:
    """An office whose mailbox is full before its program starts."""

    def __init__(self, folder: Path, server: DovecotServer, sink: SmtpSink) -> None:
        self._folder, self._account = folder, server.new_account()
        folder.mkdir()
        told = configuration(self._account, sink, "sqlite:///mailroom.db")
        furnish(folder, told, self._account)

    def post(self, mails: list[Posted]) -> None:
        """These mails are in the mailbox."""
        for mail in mails:
            self._account.append(mail.raw, mail.received)

    @contextmanager
    def at_work(self) -> Iterator[int]:
        """``mailroom run``, its process; ended by SIGTERM."""
        told = ["run", "--config", str(self._folder / "mailroom.toml")]
        with (self._folder / "log").open("ab") as log:
            office = subprocess.Popen(
                [sys.executable, "-c", COMMAND, *told],
                cwd=self._folder, env={**os.environ, "PYTHONPATH": str(ROOT)}, stdout=log, stderr=log,
            )  # fmt: skip
        try:
            yield office.pid
        finally:
            office.send_signal(signal.SIGTERM)
            office.wait(60)

    def seconds(self, *queries: str) -> float:
        """From the first mail taken in until each of these has come true, one after the other."""
        self._wait("SELECT count(*) > 0 FROM messages")
        began = time.monotonic()
        for query in queries:
            self._wait(query)
        return time.monotonic() - began

    def _wait(self, query: str) -> None:
        end = time.monotonic() + _LONGEST
        while not self._true(query):
            if time.monotonic() > end:
                raise TimeoutError(query)
            time.sleep(_LOOK_EVERY)

    def _true(self, query: str) -> bool:
        try:
            with closing(
                sqlite3.connect(f"file:{self._folder}/mailroom.db?mode=ro", uri=True)
            ) as db:
                return bool(db.execute(query).fetchone()[0])
        except sqlite3.OperationalError:  # not set up yet
            return False


def hostile(count: int) -> list[Posted]:
    """All from one sender, none like another."""
    raw = MAILS[_HEAVY]()
    return [
        Posted(raw.replace(b"<h@", b"<h%d@" % number, 1), FIRST, answered=True, what=_HEAVY)
        for number in range(count)
    ]


def all_samples(evening: Evening, times: int) -> str:
    """How long, how much, how busy, each sample so many times."""
    mails = samples(times)
    evening.post(mails)
    with evening.at_work() as office:
        seconds = evening.seconds(_ALL_READ.format(len(mails)), _ALL_JUDGED)
        used, cores = sum(map(core_of, family(office))), len(os.sched_getaffinity(0))
    return (
        f"{len(mails)} samples to their letters: {seconds:.0f} s, {seconds / len(mails):.2f} s a mail; "
        f"{used:.0f} s of a core, start included, {used / seconds / cores:.0%} of {cores} cores"
    )


def waits_for(evening: Evening, mails: list[Posted], sender: str) -> float:
    """Seconds until there is a letter for ``sender``."""
    evening.post(mails)
    with evening.at_work():
        return evening.seconds(_ANSWERED.format(sender))


def main() -> None:
    """Lines of figures."""
    options = argparse.ArgumentParser(prog="make bench-evening", description=__doc__)
    options.add_argument("--hostile", type=int, default=40)
    options.add_argument("--times", type=int, default=1, help="each sample so many times")
    given, say = options.parse_args(), sys.stdout.write
    with tempfile.TemporaryDirectory() as place, SmtpSink() as sink:
        folder, server = Path(place), DovecotServer(Path(place))
        server.start()
        try:
            quick = waits_for(Evening(folder / "question", server, sink), [question(1)], "t1@%")
            say(f"a question by itself: {quick:.1f} s\n")
            alone = waits_for(Evening(folder / "one", server, sink), hostile(1), "zhang@%")
            say(f"one hostile mail by itself: {alone:.1f} s\n")
            crowd = [*hostile(given.hostile), question(1)]
            behind = waits_for(Evening(folder / "crowd", server, sink), crowd, "t1@%")
            say(f"a question behind {given.hostile} of them: {behind:.1f} s\n")
            sys.stdout.flush()
            say(all_samples(Evening(folder / "all", server, sink), given.times) + "\n")
        finally:
            server.stop()


if __name__ == "__main__":
    main()
