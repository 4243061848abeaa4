"""Mails that are read by workers on any machine: the receiver writes them down with their jobs, and
looks after the jobs.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from datetime import timedelta
from typing import TYPE_CHECKING

from ingest.errors import MailroomError
from ingest.log import get_logger
from ingest.steps.backlog import Backlog
from ingest.steps.border import fault_of
from ingest.store.queue import Tended, put_arrived_in_queue, tend_queue

if TYPE_CHECKING:
    from sqlmodel import Session

    from ingest.clock import Clock
    from ingest.office import Mouth
    from ingest.store.database import Database
    from ingest.store.files import Files
    from ingest.store.tables import MessageRow

TEND_EVERY = timedelta(seconds=10)
"""With the engine's 30 seconds: a mail whose worker died is read again within a minute."""


class Elsewhere:
    """Stands where an office on one machine has its readers."""

    def __init__(self) -> None:
        self.backlog = Backlog()

    def begin(self, session: Session) -> None:
        """Workers go on reading while a receiver starts: their claims stay."""

    def arrived(self, session: Session, rows: Sequence[MessageRow]) -> None:
        """Wake a worker for each, when the transaction commits."""
        put_arrived_in_queue(session, [row.id for row in rows])

    def read_next(self, database: Database, files: Files, mouth: Mouth, clock: Clock) -> bool:
        """Nothing is read here."""
        del database, files, mouth, clock
        return False

    def close(self, database: Database) -> None:
        """There is nothing in hand."""


def tend(database: Database) -> Tended:
    """One round through the queue. Raises as every work with the database."""
    with database.writing() as session:
        tended = tend_queue(session)
    if tended.revived:
        get_logger().warning("readers died; their mails are read again", messages=tended.revived)
    if tended.swept:
        get_logger().info("mails had no job and got one", messages=len(tended.swept))
    return tended


class Tending(threading.Thread):
    """Rounds through the queue beside everything else, until ``stop``: a turn of sending may last
    minutes, and no mail waits for it.
    """

    def __init__(self, database: Database, stop: threading.Event) -> None:
        super().__init__(name="tending", daemon=True)
        self._database, self._stop_event = database, stop

    def run(self) -> None:
        """Trouble waits for the next round, and so does a fault of ours: without rounds a mail
        whose worker died would wait for the next start.
        """
        while not self._stop_event.is_set():
            fault = fault_of(lambda: tend(self._database))
            if isinstance(fault, MailroomError):
                get_logger().warning("the queue cannot be tended", error=str(fault))
            elif fault is not None:
                get_logger().error("unexpected error", exc_info=fault)
            self._stop_event.wait(TEND_EVERY.total_seconds())
