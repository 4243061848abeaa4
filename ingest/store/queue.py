"""What is known of the queue beside the ledger: which mails have no living job, which jobs no
living worker, and the state of it all. PostgreSQL only; the engine is ``engine.py``'s.

Instants are the database's own: the clocks of several machines differ.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import text
from sqlmodel import Session

from ingest.store.engine import STALLED_AFTER, ReadingJob, find_engine, put_in_queue

SWEPT = 500
"""Jobs made anew in one transaction at most."""
CLAIMED = 120
"""Seconds: a mail that is put off for longer is claimed by a reader (another try comes after one
minute), and without a living job that reader is gone: it could not give the claim back, because the
database was away."""
BEGUN_AFTER = 60
"""Seconds after which a mail whose job runs must be claimed by whoever runs it."""

_PATIENCE = {"stalled": STALLED_AFTER, "begun": BEGUN_AFTER}
_STALLED = """
    SELECT job.id, (job.args->>'message_id')::bigint AS message_id
    FROM jobs.procrastinate_jobs job
    LEFT JOIN jobs.procrastinate_workers worker ON worker.id = job.worker_id
    LEFT JOIN messages mail ON mail.id = (job.args->>'message_id')::bigint
    WHERE job.status = 'doing' AND (
        worker.id IS NULL
        OR worker.last_heartbeat < clock_timestamp() - make_interval(secs => :stalled)
        OR (
            (mail.id IS NULL OR mail.state <> 'stored' OR mail.next_attempt_at IS NULL
                OR mail.next_attempt_at <= clock_timestamp())
            AND (SELECT max(at) FROM jobs.procrastinate_events begun WHERE begun.job_id = job.id)
                < clock_timestamp() - make_interval(secs => :begun)
        )
    )
"""
"""Jobs nobody works on any more: their worker gives no sign of life, or it does and is not at this
mail (its answer to the engine was lost)."""

_UNATTENDED = """
    SELECT mail.id, mail.from_address, (
        SELECT count(*) FROM messages other
        WHERE other.state = 'stored' AND other.from_address = mail.from_address
        AND (other.received_at, other.id) < (mail.received_at, mail.id)
    ) AS before
    FROM messages mail
    WHERE mail.state = 'stored'
    AND (
        mail.next_attempt_at IS NULL OR mail.next_attempt_at <= clock_timestamp()
        OR mail.next_attempt_at > clock_timestamp() + make_interval(secs => :claimed)
    )
    AND NOT EXISTS (
        SELECT 1 FROM jobs.procrastinate_jobs job
        WHERE job.queueing_lock = mail.id::text AND job.status IN ('todo', 'doing')
    )
    ORDER BY mail.received_at, mail.id LIMIT :most
"""

_DONE_WITH = """
    DELETE FROM jobs.procrastinate_jobs job
    WHERE job.status NOT IN ('todo', 'doing') AND NOT EXISTS (
        SELECT 1 FROM messages mail
        WHERE mail.id = (job.args->>'message_id')::bigint AND mail.state = 'stored'
    )
"""

_RELEASE = """
    UPDATE messages SET next_attempt_at = NULL
    WHERE state = 'stored' AND id IN (SELECT unnest(CAST(:mails AS bigint[])))
"""


@dataclass(frozen=True, slots=True)
class Tended:
    """What a round through the queue mended."""

    revived: tuple[int, ...]  #: mails whose reader died
    swept: tuple[int, ...]  #: mails that waited without a job


def tend_queue(session: Session) -> Tended:
    """Let jobs of dead workers be done again, and give every due mail without a living job one.

    How often a mail is tried is counted in its row, when it is claimed.
    """
    return Tended(tuple(_revive(session)), tuple(_sweep(session)))


def _revive(session: Session) -> list[int]:
    connection = session.connection()
    stalled = connection.execute(text(_STALLED), _PATIENCE).all()
    if stalled:
        find_engine(session)
        connection.execute(text(_RELEASE), {"mails": [row.message_id for row in stalled]})
        again = text("SELECT jobs.procrastinate_retry_job_v2(:job, NULL, NULL, NULL, NULL)")
        for row in stalled:
            if not _waits_already(session, row.message_id):
                connection.execute(again, {"job": row.id})
            else:  # two jobs of one mail may not both wait
                connection.execute(
                    text("SELECT jobs.procrastinate_finish_job_v1(:job, 'failed', true)"),
                    {"job": row.id},
                )
    return [row.message_id for row in stalled]


def _waits_already(session: Session, message_id: int) -> bool:
    query = "SELECT 1 FROM jobs.procrastinate_jobs WHERE queueing_lock = :mail AND status = 'todo'"
    found = session.connection().execute(text(query), {"mail": str(message_id)})
    return found.first() is not None


def _sweep(session: Session) -> list[int]:
    connection = session.connection()
    find_engine(session)
    connection.execute(text(_DONE_WITH))
    found = connection.execute(text(_UNATTENDED), {"most": SWEPT, "claimed": CLAIMED}).all()
    connection.execute(text(_RELEASE), {"mails": [row.id for row in found]})
    put_in_queue(session, [ReadingJob(row.id, row.from_address, row.before) for row in found])
    return [row.id for row in found]


def put_arrived_in_queue(session: Session, message_ids: list[int]) -> None:
    """Wake somebody for mails that this transaction writes down."""
    if not message_ids:
        return
    session.flush()
    arrived = _UNATTENDED.replace("WHERE mail.state", "WHERE mail.id = ANY(:mails) AND mail.state")
    about = {"mails": message_ids, "most": len(message_ids), "claimed": CLAIMED}
    found = session.connection().execute(text(arrived), about).all()
    put_in_queue(session, [ReadingJob(row.id, row.from_address, row.before) for row in found])


@dataclass(frozen=True, slots=True)
class QueueState:
    """The queue and who works on it, at one moment."""

    waiting: int
    doing: int
    stuck: int  #: nobody works on them any more, and nobody has noticed yet
    failed: int  #: ended by a fault of ours; their mails are tried again
    workers: int  #: that gave a sign of life lately
    receiver: str  #: who has the part; "" = nobody ever had
    receiver_version: str
    receiver_silent: int  #: seconds since its last sign of life


_COUNTS = """
    SELECT
        (SELECT count(*) FROM jobs.procrastinate_jobs WHERE status = 'todo') AS waiting,
        (SELECT count(*) FROM jobs.procrastinate_jobs WHERE status = 'doing') AS doing,
        (SELECT count(*) FROM jobs.procrastinate_jobs WHERE status = 'failed') AS failed,
        (SELECT count(*) FROM jobs.procrastinate_workers WHERE last_heartbeat
            > clock_timestamp() - make_interval(secs => :stalled)) AS workers
"""
_RECEIVER = """
    SELECT owner, version, extract(epoch FROM clock_timestamp() - seen_at)::int AS silent
    FROM jobs.leases WHERE name = 'receiver'
"""


def queue_state(session: Session) -> QueueState | None:
    """The state of the queue; None where one process does everything."""
    connection = session.connection()
    if connection.dialect.name != "postgresql":
        return None
    held = connection.execute(text(_RECEIVER)).first()
    if held is None:
        return None
    counts = connection.execute(text(_COUNTS), {"stalled": STALLED_AFTER}).one()
    stuck = len(connection.execute(text(_STALLED), _PATIENCE).all())
    return QueueState(
        waiting=counts.waiting, doing=counts.doing, stuck=stuck, failed=counts.failed,
        workers=counts.workers, receiver=held.owner, receiver_version=held.version,
        receiver_silent=held.silent,
    )  # fmt: skip


def server_time(session: Session) -> datetime:
    """What the database's clock says."""
    said: datetime = session.connection().execute(text("SELECT clock_timestamp()")).scalar_one()
    return said
