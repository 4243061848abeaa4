"""What the queue of several machines costs: a job beside its work, and the receiver's rounds in a
ledger with many rows. Needs PostgreSQL (tests/servers/postgresql.py starts one of its own).

``python -m bench.queue --rows 100000``
"""

from __future__ import annotations

import argparse
import sys
import threading
import time
from collections.abc import Callable
from statistics import median

from sqlalchemy import text

from ingest.store.database import Database, open_database
from ingest.store.engine import work_off
from ingest.store.queue import put_arrived_in_queue, queue_state, tend_queue
from tests.servers.postgresql import PostgresqlServer

_ROWS = """
    INSERT INTO messages (folder, uidvalidity, incarnation, uid, sha256, size, announced_size,
        received_at, dated, fetched_at, state, attempts, error, message_id_header, from_address,
        from_name, subject, screening_kind, screening_reply, screening_reason, answered, call)
    SELECT 'INBOX', 1, 0, number, md5(number::text), 2000, 2000, now(), true, now(), :state, 0, '',
        '', 'teacher' || number || '@example.cn', '', '', '', false, '', false, ''
    FROM generate_series(CAST(:first AS int), CAST(:last AS int)) AS number RETURNING id
"""
JOBS = 200


def fill(database: Database, state: str, first: int, last: int) -> list[int]:
    """Rows of mails; their ids."""
    with database.writing() as session:
        found = session.connection().execute(
            text(_ROWS), {"state": state, "first": first, "last": last}
        )
        return [row.id for row in found]


def milliseconds(work: Callable[[], object], times: int = 9) -> float:
    """The median of several."""
    spent = []
    for _ in range(times):
        began = time.perf_counter()
        work()
        spent.append(time.perf_counter() - began)
    return 1000 * median(spent)


def rounds(database: Database) -> dict[str, float]:
    """What is done again and again, in milliseconds."""

    def tend() -> None:
        with database.writing() as session:
            tend_queue(session)

    def state() -> None:
        with database.reading() as session:
            queue_state(session)

    return {"a round of the receiver": milliseconds(tend), "status": milliseconds(state)}


def enqueue(database: Database, first: int) -> float:
    """Milliseconds of a mail for its job, in the transaction that records fifty."""
    ids = fill(database, "stored", first, first + 49)
    began = time.perf_counter()
    with database.writing() as session:
        put_arrived_in_queue(session, ids)
    return 1000 * (time.perf_counter() - began) / 50


def empty_jobs(database: Database, url: str, first: int) -> tuple[float, float]:
    """Milliseconds of the clock and of this process's core for a job that does nothing."""
    ids = fill(database, "stored", first, first + JOBS - 1)
    with database.writing() as session:
        put_arrived_in_queue(session, ids)
    stop, done = threading.Event(), list[int]()
    spent = list[tuple[float, float]]()

    def read(message_id: int) -> None:
        spent.append((time.perf_counter(), time.process_time()))
        done.append(message_id)
        if len(done) == JOBS:
            stop.set()

    work_off(url, read, stop)
    (wall, core), (wall_end, core_end) = spent[0], spent[-1]
    return 1000 * (wall_end - wall) / (JOBS - 1), 1000 * (core_end - core) / (JOBS - 1)


def main() -> None:
    """A few lines."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--rows", type=int, default=100_000)
    given, say = options.parse_args(), sys.stdout.write
    server = PostgresqlServer(durable=True)
    try:
        server.start()
        url = server.ready_database()
        database = open_database(url)
        with database.writing() as session:
            session.connection().execute(text(
                "INSERT INTO jobs.leases VALUES ('receiver', 'bench', '0', 0, now(), now())"
            ))  # fmt: skip
        at = 1
        for rows in (1_000, given.rows):
            fill(database, "read", at, rows)
            with database.writing() as session:
                session.connection().execute(text("ANALYZE"))
            put = enqueue(database, rows + 1)
            costs = rounds(database)
            wall, core = empty_jobs(database, url, rows + 51)
            at = rows + 51 + JOBS
            told = ", ".join(f"{name} {ms:.1f} ms" for name, ms in costs.items())
            say(f"{rows} rows: enqueue {put:.2f} ms a mail, {told}, "
                f"empty job {wall:.1f} ms, {core:.1f} ms CPU of the worker\n")  # fmt: skip
        database.close()
        server.stop()
    finally:
        server.remove()


if __name__ == "__main__":
    main()
