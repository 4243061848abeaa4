"""``make bench-ledger``: what is done again and again, in a PostgreSQL ledger of more and more rows:
enqueue, claim, the receiver's round, a look at the mailbox that finds nothing new, ``status``.

Processor time of this process and of the server's together, the median of several, so that a busy
machine changes it little.
"""

from __future__ import annotations

import argparse
import logging
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from time import process_time_ns

import structlog
from sqlalchemy import text

from bench.queue import fill
from ingest.app import App, build
from ingest.clock import SystemClock
from ingest.steps.elsewhere import Elsewhere, tend
from ingest.steps.receive import receive_all
from ingest.store.messages import claim_message
from ingest.store.queue import put_arrived_in_queue
from ingest.views.status import status_report
from tests.fakes.mailbox import FakeMailbox
from tests.fakes.transport import FakeTransport
from tests.integration.house import settings
from tests.servers.postgresql import PostgresqlServer

SIZES = (10_000, 100_000, 1_000_000)
_AT_ONCE = 50
_EVENTS = """
    INSERT INTO events (id, at, kind, message_id, sha256, text, content, chain)
    SELECT number, now(), 'received', number, '', '收到来件', md5(number::text), md5(number::text)
    FROM generate_series(CAST(:first AS int), CAST(:last AS int)) AS number
"""
_LEASE = "INSERT INTO jobs.leases VALUES ('receiver', 'bench', '0', 0, now(), now())"


class Ledger:
    """An office with so many mails behind it."""

    def __init__(self, app: App, server: PostgresqlServer) -> None:
        self.app, self._server, self.rows = app, server, 0
        self._claimable: list[int] = []
        for number in range(100):
            app.mailbox.append(b"Subject: %d\n\n" % number, app.clock.now())  # type: ignore[attr-defined]
        receive_all(app.inlet)
        with app.database.writing() as session:
            session.connection().execute(text(_LEASE))
            session.connection().execute(text("UPDATE messages SET state = 'read'"))

    def grow(self, rows: int) -> None:
        """So many mails and lines of the ledger more, all done with."""
        with self.app.database.writing() as session:
            ledger = session.connection()
            ledger.exec_driver_sql("ALTER TABLE events DISABLE TRIGGER USER")
            first = ledger.exec_driver_sql("SELECT max(id) + 1 FROM events").scalar()
            ledger.execute(text(_EVENTS), {"first": first, "last": rows})
            ledger.exec_driver_sql("ALTER TABLE events ENABLE TRIGGER USER")
        fill(self.app.database, "read", 1000 + self.rows, 1000 + rows - 1)
        self.rows = rows + 1000
        with self.app.database.writing() as session:
            session.connection().execute(text("ANALYZE"))

    def enqueue(self) -> None:
        """Fifty mails and their jobs."""
        ids = fill(self.app.database, "stored", self.rows, self.rows + _AT_ONCE - 1)
        self.rows += _AT_ONCE
        with self.app.database.writing() as session:
            put_arrived_in_queue(session, ids)
        self._claimable += ids

    def claim(self) -> None:
        """A worker's claim."""
        with self.app.database.writing() as session:
            number = self._claimable.pop()
            assert claim_message(session, number, self.app.clock.now()) is not None

    def tend(self) -> None:
        """A round of the receiver."""
        tend(self.app.database)

    def poll(self) -> None:
        """A look that finds nothing new."""
        receive_all(self.app.inlet)

    def status(self) -> None:
        """All that ``mailroom status`` asks."""
        app = self.app
        with app.database.reading() as session:
            status_report(session, hold=False, now=app.clock.now(), settings=app.settings)

    def milliseconds(self, work: Callable[[], None], times: int) -> float:
        """Of this process and the server, the median."""
        work()
        spent = []
        for _ in range(times):
            began = process_time_ns() + self._server.core_ns()
            work()
            spent.append(process_time_ns() + self._server.core_ns() - began)
        return median(spent) / 1e6


@contextmanager
def opened() -> Iterator[Ledger]:
    """In a PostgreSQL of its own, which syncs as it should."""
    server = PostgresqlServer(durable=True)
    try:
        server.start()
        with tempfile.TemporaryDirectory() as folder:
            store = {"database": server.ready_database(), "files": Path(folder) / "files"}
            app = build(
                settings(Path(folder), store_=store), clock=SystemClock(),
                mailbox=FakeMailbox(), transport=FakeTransport(),
            )  # fmt: skip
            app.elsewhere = Elsewhere()
            try:
                yield Ledger(app, server)
            finally:
                app.close()
        server.stop()
    finally:
        server.remove()


def main() -> None:
    """A table."""
    options = argparse.ArgumentParser(prog="make bench-ledger", description=__doc__)
    options.add_argument("--sizes", type=int, nargs="+", default=SIZES)
    options.add_argument("--times", type=int, default=40)
    given, say = options.parse_args(), sys.stdout.write
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    say("| rows | enqueue, a mail | claim | round | look | status |\n|---|---|---|---|---|---|\n")
    with opened() as ledger:
        for size in given.sizes:
            ledger.grow(size)
            put = ledger.milliseconds(ledger.enqueue, given.times) / _AT_ONCE
            works = (ledger.claim, ledger.tend, ledger.poll, ledger.status)
            costs = [put, *(ledger.milliseconds(work, given.times) for work in works)]
            say(f"| {size:,} | {' | '.join(f'{ms:.2f} ms' for ms in costs)} |\n")
            sys.stdout.flush()


if __name__ == "__main__":
    main()
