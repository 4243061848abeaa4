"""The loop: rounds of steps, ticked by APScheduler (the only file that imports it), watched by systemd.

APScheduler only ticks. What is due is decided from the database and the clock, because a job store would drop or
double work (measured: a digest whose minute passed during a restart never ran).
"""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from types import FrameType

from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.schedulers.background import BackgroundScheduler

from ingest.app import App
from ingest.errors import LoginRefusedError, MailroomError, StorageError, TemporaryError
from ingest.log import get_logger
from ingest.notify import notify
from ingest.steps.digest import digest_if_due
from ingest.steps.judge import judge_one
from ingest.steps.read import read_one
from ingest.steps.receive import note_failure, receive_all
from ingest.steps.send import send_due
from ingest.store.messages import release_claims
from notifier.outbox import settle_interrupted

WORK_EVERY = timedelta(seconds=5)
LEFTOVERS_AFTER = timedelta(days=1)


def start(app: App) -> None:
    """What a fresh process does first: letters caught in sending become uncertain, claimed mails are due again.

    Raises:
        ConfigError: the rule file cannot be used; better told now than when the first case is due.
    """
    _ = app.judge
    app.files.remove_leftovers(app.clock.now() - LEFTOVERS_AFTER)
    with app.database.session() as session:
        uncertain = settle_interrupted(session)
        release_claims(session)
    if uncertain:
        get_logger().warning("letters left in sending by an earlier run", letters=uncertain)


def work(app: App, stop: threading.Event | None = None) -> None:
    """Everything that can be done with what is here: read, judge, send, and the digest when it is due.

    ``stop`` ends it after the unit in hand. A digest that cannot be made keeps no letter from leaving.
    """
    told = stop or threading.Event()
    while not told.is_set() and read_one(app):
        notify("WATCHDOG=1")
    while not told.is_set() and judge_one(app):
        notify("WATCHDOG=1")
    try:
        digest_if_due(app)
    finally:
        while not told.is_set() and send_due(app):
            notify("WATCHDOG=1")


def run_once(app: App) -> None:
    """One round: handle what is there, send what is due.

    A mailbox that cannot be reached does not keep waiting letters from leaving; its error is raised at the end.

    Raises:
        MailroomError: as :func:`ingest.steps.receive.receive_all` and :func:`ingest.steps.send.send_due`.
    """
    start(app)
    trouble: MailroomError | None = None
    try:
        receive_all(app)
    except (TemporaryError, LoginRefusedError) as error:
        note_failure(app, error)
        trouble = error
    work(app)
    if trouble is not None:
        raise trouble


@dataclass
class Daemon:
    """``mailroom run``: ticks until it is told to stop or must not go on."""

    app: App
    stop: threading.Event = field(default_factory=threading.Event)
    fatal: MailroomError | None = None

    def run(self) -> None:
        """Work until SIGTERM or SIGINT; the unit in hand is finished first.

        Raises:
            LoginRefusedError: a server refuses our password; going on would lock the account.
        """
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._stop)
        signal.signal(signal.SIGHUP, signal.SIG_IGN)  # a reload is a restart for now; a stray SIGHUP must not kill
        start(self.app)
        scheduler = BackgroundScheduler(
            timezone="UTC", executors={"default": ThreadPoolExecutor(1)},
            job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None},
        )  # fmt: skip
        poll = self.app.settings.mailbox.poll_every.total_seconds()
        scheduler.add_job(lambda: self._tick(lambda: receive_all(self.app)), "interval", seconds=max(1.0, poll))
        scheduler.add_job(
            lambda: self._tick(lambda: work(self.app, self.stop)), "interval", seconds=WORK_EVERY.total_seconds()
        )
        notify("READY=1")
        get_logger().info("started", poll_every=poll)
        self._tick(lambda: receive_all(self.app))
        scheduler.start()
        self.stop.wait()
        notify("STOPPING=1")
        scheduler.shutdown(wait=True)
        if self.fatal is not None:
            raise self.fatal

    def _stop(self, number: int, frame: FrameType | None) -> None:
        del number, frame
        self.stop.set()

    def _tick(self, step: Callable[[], object]) -> None:
        """Run one step; trouble of the world waits for the next tick, a refused login ends the daemon."""
        if self.stop.is_set():
            return
        try:
            step()
            notify("WATCHDOG=1")
        except LoginRefusedError as error:
            self.fatal = error
            self.stop.set()
            self._note(error)
        except (TemporaryError, StorageError) as error:
            get_logger().warning("trouble, will try again", error=str(error))
            self._note(error)
            notify("WATCHDOG=1")
        except Exception:  # noqa: BLE001 - step border: ours; the loop goes on, staff see it in the journal
            get_logger().exception("unexpected error")

    def _note(self, error: Exception) -> None:
        try:
            note_failure(self.app, error)
        except MailroomError as second:
            get_logger().error("the database cannot be written", error=str(second))
