"""How fast is the main job: sample mails from a real mailbox through to queued letters; and what it
costs in memory.

    make bench-main-job                        200 mails
    make bench-main-job ARGS="--mails 40"

The yardstick is the least anybody must do: fetch the same mails from the same server and hash them.
Absolute figures belong to the machine, the ratio to the program. Needs Dovecot (Debian package
dovecot-imapd); loopback only. Copies of a sample differ by sender and Message-ID only, so later
copies land in the case of the first, which makes judging a little dearer than with as many separate
cases. Nothing that a test relies on belongs here.

Started by ``python -c`` (see the Makefile), not as a script: every worker process would import a
main script anew, with all that stands above; the installed command's own main script is two lines.
"""

from __future__ import annotations

import argparse
import hashlib
import io
import logging
import os
import re
import shutil
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar

import structlog
from sqlmodel import func, select

from ingest.app import App, build
from ingest.clock import FixedClock
from ingest.demo.smtp_sink import SmtpSink
from ingest.mailbox.protocol import Mailbox
from ingest.sandbox import mail as conducting
from ingest.settings import Settings
from ingest.steps.judge import judge_one
from ingest.steps.read import read_one
from ingest.steps.receive import receive_all
from notifier.outbox import OutboxRow
from notifier.smtp import SmtpTransport
from rules.vocabulary import BEIJING
from tests.servers.dovecot import DovecotAccount, DovecotServer, program

T = TypeVar("T")

ROOT = Path(__file__).parents[1]
RECEIVED = datetime(2024, 8, 20, 10, 0, tzinfo=BEIJING)
OCR = "其中识读扫描件文字"
LOOK_EVERY = 0.25  #: seconds between two looks at the memory


@dataclass
class Stages:
    """Seconds spent in each stage, and in a part of one."""

    seconds: dict[str, float] = field(default_factory=dict)
    within: dict[str, float] = field(default_factory=dict)

    def run(self, name: str, function: Callable[[], T]) -> T:
        """Call ``function`` and add its time to stage ``name``."""
        start = time.perf_counter()
        try:
            return function()
        finally:
            self.seconds[name] = self.seconds.get(name, 0.0) + time.perf_counter() - start

    @property
    def total(self) -> float:
        """All stages together."""
        return sum(self.seconds.values())


@contextmanager
def print_reading_timed(stages: Stages) -> Iterator[None]:
    """Adds what the OCR workers take to ``stages``; the rest of a mail's reading is the
    difference.
    """
    real = conducting.run_in_worker

    def timed(function: str, *args: object, **more: Any) -> object:
        start = time.perf_counter()
        try:
            return real(function, *args, **more)
        finally:
            if function == conducting.READ_SCANS:
                stages.within[OCR] = stages.within.get(OCR, 0.0) + time.perf_counter() - start

    conducting.run_in_worker = timed  # type: ignore[assignment]
    try:
        yield
    finally:
        conducting.run_in_worker = real


class MemoryWatch(threading.Thread):
    """The most memory this process and all it started ever held at once, in bytes (proportional:
    shared pages once).
    """

    def __init__(self) -> None:
        super().__init__(daemon=True)
        self.peak = 0
        self._stop_asked = threading.Event()

    def run(self) -> None:
        """Look until asked to stop."""
        while not self._stop_asked.wait(LOOK_EVERY):
            self.peak = max(self.peak, sum(map(memory_of, family())))

    def stop(self) -> int:
        """The peak."""
        self._stop_asked.set()
        self.join()
        return self.peak


def family(root: int | None = None) -> Iterator[int]:
    """A process (this one unless named) and its descendants; the mail server is a daemon and not
    among them.
    """
    parents: dict[int, int] = {}
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            parents[int(path.parent.name)] = int(path.read_text().rpartition(")")[2].split()[1])
        except OSError:
            continue  # gone meanwhile
    wave = {root or int(Path("/proc/self").readlink().name)}
    while wave:
        yield from wave
        wave = {child for child, parent in parents.items() if parent in wave}


def memory_of(process: int) -> int:
    """Proportional set size in bytes; 0 when the process has ended."""
    try:
        match = re.search(
            r"(?m)^Pss:\s+(\d+) kB",
            Path(f"/proc/{process}/smaps_rollup").read_text(),
        )
    except OSError:
        return 0
    return int(match[1]) * 1024 if match else 0


def core_of(process: int) -> float:
    """Seconds of a core that it and those it has waited for took; 0 when the process has ended."""
    try:
        told = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0.0
    return sum(map(int, told[11:15])) / os.sysconf("SC_CLK_TCK")


def sample_mails(count: int) -> Iterator[bytes]:
    """``count`` mails: the samples in turn, each copy with a sender and a Message-ID of its own."""
    samples = [path.read_bytes() for path in sorted((ROOT / "samples" / "mails").glob("*.eml"))]
    for number in range(count):
        head, separator, body = samples[number % len(samples)].partition(b"\r\n\r\n")
        if not separator:
            head, separator, body = samples[number % len(samples)].partition(b"\n\n")
        head = re.sub(rb"(?mi)^(Message-ID:\s*<)", rb"\g<1>%d." % number, head)
        head = re.sub(rb"(?m)^(From:.*?<)([^@>]+@)", rb"\g<1>copy%d-\2" % number, head)
        yield head + separator + body


@contextmanager
def dovecot() -> Iterator[DovecotAccount]:
    """An account on a private server."""
    if program("dovecot") is None:
        sys.exit("缺少 Dovecot: apt-get install dovecot-imapd")
    base = Path(tempfile.mkdtemp(prefix="bench-"))
    server = DovecotServer(base)
    try:
        server.start()
        yield server.new_account()
        server.stop()
    finally:
        shutil.rmtree(base, ignore_errors=True)


def fetch_and_hash(mailbox: Mailbox) -> tuple[int, int]:
    """The yardstick: every mail over the wire and through SHA-256; (mails, bytes)."""
    count = size = 0
    with mailbox.session() as session:
        for summary in session.summaries(session.examine("INBOX").uids):
            mail = io.BytesIO()
            session.fetch_raw(summary.uid, summary.size, mail)
            hashlib.sha256(mail.getbuffer()).digest()
            count, size = count + 1, size + len(mail.getbuffer())
    return count, size


def settings(folder: Path) -> Settings:
    """Nothing waits: a case is judged as soon as its mail is read."""
    return Settings.model_validate(
        {
            "mailbox": {
                "host": "127.0.0.1",
                "username": "office@example.org",
                "accept_since": "2024-08-08T00:00:00+08:00",
            },
            "smtp": {"host": "127.0.0.1", "username": ""},
            "store": {
                "database": f"sqlite:///{folder}/mailroom.db",
                "files": str(folder / "files"),
            },
            "letters": {"settle": "0s", "per_sender_per_day": 10_000, "global_per_hour": 100_000},
            "calls": {
                "directory": str(ROOT / "config" / "calls"),
                "active": ["smart-education-2024"],
            },
        }
    )


def work(app: App, stages: Stages) -> None:
    """Every mail of the mailbox to its letter in the queue."""
    stages.run("收件入库", lambda: receive_all(app.inlet))
    while stages.run(
        "读附件", lambda: read_one(app.database, app.files, app.mouth, app.clock.now())
    ):
        while stages.run(
            "判定与写信", lambda: judge_one(app.database, app.rules, app.mouth, app.clock.now())
        ):
            pass


def letters(app: App) -> int:
    """How many letters are queued."""
    with app.database.reading() as session:
        return session.exec(select(func.count()).select_from(OutboxRow)).one()


def main_job(account: DovecotAccount, folder: Path) -> tuple[Stages, int, int]:
    """Stages, letters and peak memory of the whole job."""
    watch, stages = MemoryWatch(), Stages()
    with SmtpSink() as sink:
        transport = SmtpTransport(
            host="127.0.0.1",
            port=sink.port,
            security="none",
            username="",
            password="",
        )
        clock = FixedClock(RECEIVED + timedelta(hours=1))
        app = build(settings(folder), clock=clock, mailbox=account.mailbox(), transport=transport)
        watch.start()
        try:
            with print_reading_timed(stages):
                work(app, stages)
            return stages, letters(app), watch.stop()
        finally:
            app.close()


def report(count: int, size: int, yardstick: float, result: tuple[Stages, int, int]) -> None:
    """The figures, for people."""
    stages, written, peak = result
    print(f"来件 {count} 封,共 {size / 1e6:.1f} MB;信函 {written} 封入发件箱")
    print(
        f"完整流程 {stages.total:.1f} s,{count / stages.total:.1f} 封/秒,内存峰值 {peak / 1e6:.0f} MB(含工作进程)"
    )
    for name, seconds in (stages.seconds | stages.within).items():
        print(f"  {name}  {seconds:.1f} s  {seconds / stages.total:.0%}")
    print(
        f"只下载并计算校验值 {yardstick:.2f} s,{count / yardstick:.0f} 封/秒;完整流程是它的 {stages.total / yardstick:.0f} 倍"
    )


def main() -> None:
    """Deliver, measure the yardstick, measure the job."""
    parser = argparse.ArgumentParser(description="完整流程的吞吐量与峰值内存")
    parser.add_argument("--mails", type=int, default=200)
    count = parser.parse_args().mails
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    with dovecot() as account, tempfile.TemporaryDirectory(prefix="bench-") as folder:
        for mail in sample_mails(count):
            account.append(mail, RECEIVED)
        fetch_and_hash(account.mailbox())  # the server's caches are warm for both
        start = time.perf_counter()
        fetched, size = fetch_and_hash(account.mailbox())
        yardstick = time.perf_counter() - start
        report(fetched, size, yardstick, main_job(account, Path(folder)))
