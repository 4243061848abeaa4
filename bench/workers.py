"""``make bench-workers``: mails read a second by one, two and four ``mailroom worker`` processes, with a
real PostgreSQL; for a quiet machine. Beside it what does not hang on other load: seconds of a core
for a mail.

The mails (the samples, or with ``--light`` small ones) wait in the queue before the first worker
starts; counted is from the first mail read to the last. The last line is the floor: what these two
cores give two processes that share nothing, no queue, no database and no store, and read the same
pages.
"""

from __future__ import annotations

import argparse
import base64
import email
import email.policy
import multiprocessing
import signal
import statistics
import sys
import tempfile
import time
from dataclasses import replace
from multiprocessing.queues import SimpleQueue
from multiprocessing.synchronize import Barrier
from pathlib import Path
from typing import TypeGuard

from bench.main_job import core_of, family
from ingest.demo.mails import load_samples
from ingest.demo.smtp_sink import SmtpSink
from ingest.document.paged.pages import page_pictures
from ingest.document.print.ocr import OcrEngine
from ingest.document.seal.pixels import at_working_scale
from ingest.reading import Kind
from tests.servers.dovecot import DovecotServer
from tests.servers.postgresql import PostgresqlServer
from tests.torture.machines import Office
from tests.torture.mails import Posted, mixed

_UNREAD = "SELECT count(*) FROM messages WHERE state = 'stored'"
_KNOWN = "SELECT count(*) FROM messages"
_LONG = 3600.0
_ROUNDS = 9  #: of the floor; some five seconds each


def samples(times: int = 1) -> list[Posted]:
    """Every sample mail so many times, each time with other bytes."""
    mails = [
        Posted(each.path.read_bytes(), each.received, answered=True, what=each.what)
        for each in load_samples()
    ]
    return mails + [_once_more(mail, number) for number in range(1, times) for mail in mails]


def _once_more(mail: Posted, number: int) -> Posted:
    """The same mail as another one, with scans of other bytes, so that their print is read again."""
    parsed = email.message_from_bytes(mail.raw)
    identity = f"<{number}.{parsed['Message-ID'].strip('<> ')}>"
    parsed.replace_header("Message-ID", identity)
    for part in parsed.walk():
        data = part.get_payload(decode=True)
        if _is_pdf(data):
            part.set_payload(base64.encodebytes(b"%s%%%d\n" % (data, number)).decode("ascii"))
    return replace(mail, raw=parsed.as_bytes(policy=email.policy.SMTP))


def count(office: Office, query: str) -> int:
    """One number."""
    return int(str(office.ask(query)[0]))


def fill(office: Office, mails: list[Posted]) -> None:
    """All mails wait to be read, and no receiver is at work any more."""
    office.post(mails)
    office.start("receiver1")
    assert office.wait_until(lambda: count(office, _KNOWN) == len(mails), _LONG)
    office.kill("receiver1", signal.SIGTERM)


def read_all(office: Office, workers: int) -> tuple[float, float]:
    """Mails a second, and seconds of a core for a mail, what starting costs included."""
    waiting = count(office, _UNREAD)
    for number in range(1, workers + 1):
        office.start(f"worker{number}")
    assert office.wait_until(lambda: count(office, _UNREAD) < waiting, _LONG)
    began, left = time.monotonic(), count(office, _UNREAD)
    assert office.wait_until(lambda: count(office, _UNREAD) == 0, _LONG)
    seconds = time.monotonic() - began
    used = sum(core_of(one) for each in office.processes.values() for one in family(each.pid))
    for number in range(1, workers + 1):
        office.kill(f"worker{number}", signal.SIGTERM)
    return left / seconds, used / waiting


def floor() -> float:
    """How many times as much two processes that share nothing read as one alone, in turns."""
    context = multiprocessing.get_context("spawn")
    barrier, told = context.Barrier(2), context.SimpleQueue()
    both = [
        context.Process(target=_reads, args=(barrier, told), kwargs={"alone": each})
        for each in (True, False)
    ]
    for process in both:
        process.start()
    (one, two), (_, other) = sorted((told.get() for _ in both), key=lambda each: not each[0])
    for process in both:
        process.join()
    together = statistics.median(map(max, two, other))
    return 2 * float(statistics.median(one)) / float(together)


def _reads(
    barrier: Barrier, told: SimpleQueue[tuple[list[float], list[float]]], *, alone: bool
) -> None:
    """Tell the seconds for the pages of a sample's scans, one process reading and both."""
    engine, one, two = OcrEngine(), list[float](), list[float]()
    parts = email.message_from_bytes(load_samples()[0].path.read_bytes()).walk()
    scans = [part for part in (each.get_payload(decode=True) for each in parts) if _is_pdf(part)]
    pages = [at_working_scale(page) for scan in scans for page in page_pictures(Kind.PDF, scan)]
    for round_ in range(-1, _ROUNDS):  # the first one loads the models
        for seconds, reading in ((one, alone), (two, True)):
            barrier.wait()
            began = time.monotonic()
            for page in pages if reading else ():
                engine.read_page(page)
            if reading and round_ >= 0:
                seconds.append(time.monotonic() - began)
    told.put((one, two))


def _is_pdf(content: object) -> TypeGuard[bytes]:
    return isinstance(content, bytes) and content.startswith(b"%PDF")


def main() -> None:
    """A table."""
    options = argparse.ArgumentParser(prog="make bench-workers", description=__doc__)
    options.add_argument("--workers", type=int, nargs="+", default=[1, 2, 4])
    options.add_argument("--light", type=int, default=0, help="so many small mails instead")
    options.add_argument("--times", type=int, default=1, help="each sample so many times")
    given, say = options.parse_args(), sys.stdout.write
    mails = mixed(given.light) if given.light else samples(given.times)
    say("| workers | mails a second | times the first | core, a mail |\n|---|---|---|---|\n")
    first = 0.0
    with tempfile.TemporaryDirectory() as folder, SmtpSink() as sink:
        dovecot, server = DovecotServer(Path(folder)), PostgresqlServer(durable=True)
        dovecot.start()
        server.start()
        try:
            for workers in given.workers:
                place = Path(folder) / f"office{workers}"
                office = Office(place, dovecot.new_account(), sink, server)
                try:
                    fill(office, mails)
                    rate, cost = read_all(office, workers)
                finally:
                    office.close()
                first = first or rate
                say(f"| {workers} | {rate:.2f} | {rate / first:.2f} | {cost:.2f} s |\n")
                sys.stdout.flush()
        finally:
            server.stop()
            server.remove()
            dovecot.stop()
    say(f"| floor: 2 processes that share nothing | | {floor():.2f} | |\n")


if __name__ == "__main__":
    main()
