"""``mailroom worker``: reads mails that the receiver has stored, one at a time; one a core,
on any machine, killed at any time. PostgreSQL only.
"""

from __future__ import annotations

import signal
import time
from contextlib import ExitStack
from functools import partial
from types import FrameType

from ingest.app import App, Unconnected, build
from ingest.errors import (
    ConfigError,
    MailroomError,
    StorageError,
    StoreBusyError,
    TemporaryError,
    UnavailableError,
)
from ingest.killpoints import point
from ingest.log import get_logger
from ingest.notify import notify
from ingest.opening import Opening
from ingest.receiver import prepare, require_several_machines
from ingest.sandbox.trial import require_walls
from ingest.settings import Settings
from ingest.steps.read import file_or_strike, read_mail
from ingest.steps.rules import follow_rules_in_force
from ingest.stopsignal import StopSignal
from ingest.store.engine import work_off
from ingest.store.messages import claim_message

REST = 5.0
"""Seconds of rest when the world is in trouble: the jobs would otherwise be run through at once."""


class Worker:
    """Takes one job after the other until it is told to stop, or must not go on."""

    def __init__(self, app: App) -> None:
        self._app = app
        self._stop = StopSignal()
        self._fatal: MailroomError | None = None

    def run(self) -> None:
        """Work until SIGTERM or SIGINT; the mail in hand is finished first.

        Raises:
            ConfigError: the database belongs to another version by now.
        """
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._told)
        notify("READY=1")
        get_logger().info("started")
        work_off(self._app.settings.store.database, self.read, self._stop)
        notify("STOPPING=1")
        if self._fatal is not None:
            raise self._fatal

    def read(self, message_id: int) -> None:
        """One job. What it leaves undone is found by the receiver: a mail that waits for another
        try, one whose turn has not come, one that a database in trouble did not let us claim.
        """
        try:
            self._read(message_id)
        except (TemporaryError, StorageError) as error:
            get_logger().warning("trouble, will try again", message=message_id, error=str(error))
            self._stop.wait(REST)
        except ConfigError as error:  # another version has taken over
            self._fatal = error
            self._stop.set()

    def _read(self, message_id: int) -> None:
        app = self._app
        app.database.require_current()
        follow_rules_in_force(app.rules, app.database)
        now = app.clock.now()
        with app.database.writing() as session:
            row = claim_message(session, message_id, now)
        if row is None:  # read, purged, in another's hands, or to be tried later
            return
        point("claimed")
        mouth = app.mouth
        file_or_strike(app.database, mouth, row, partial(read_mail, app.files, mouth, row), now)

    def _told(self, number: int, frame: FrameType | None) -> None:
        del number, frame
        self._stop.set()


def work(settings: Settings) -> None:
    """Be a worker. Raises as :func:`join` and :meth:`Worker.run`."""
    require_several_machines(settings)
    if settings.limits.require_confinement:
        require_walls()
    app = join(settings)
    try:
        Worker(app).run()
    finally:
        app.close()


def join(settings: Settings) -> App:
    """Beside the receiver, as soon as it has set the store up and the database answers, also when
    that goes away in the middle. Raises as :func:`ingest.app.build` and :func:`prepare`.
    """
    waiting = ""
    while True:
        try:
            return _joined(settings)
        except (UnavailableError, StoreBusyError) as error:
            if str(error) != waiting:
                get_logger().info("standing by", reason=str(error))
            waiting = str(error)
            time.sleep(REST)


def _joined(settings: Settings) -> App:
    nobody = Unconnected()
    app = build(settings, mailbox=nobody, transport=nobody, opening=Opening.JOIN)
    with ExitStack() as unless_ready:
        unless_ready.callback(app.close)
        prepare(app)
        unless_ready.pop_all()
    return app
