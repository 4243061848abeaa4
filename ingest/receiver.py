"""``mailroom receiver``: everything of ``mailroom run`` but the reading, which is done by workers.
One process at a time has the part; others stand by and take it over. PostgreSQL only.
"""

from __future__ import annotations

import signal
from dataclasses import dataclass, field
from datetime import timedelta
from types import FrameType

from ingest.app import App, build
from ingest.clock import SystemClock
from ingest.daemon import Daemon
from ingest.errors import ConfigError, StorageError, TemporaryError
from ingest.log import get_logger
from ingest.notify import notify
from ingest.settings import Settings
from ingest.steps.elsewhere import Elsewhere, Tending
from ingest.stopsignal import StopSignal
from ingest.store.engine import require_engine, require_engine_laid
from ingest.store.lease import Lease

LOOK_EVERY = 5.0
"""Seconds between two looks of a standby."""
CLOCKS_DIFFER = timedelta(minutes=1)


@dataclass
class Receiver:
    """Stands by until the part is free, works until it is told to stop or has lost the part."""

    settings: Settings
    stop: StopSignal = field(default_factory=StopSignal)
    _waiting: str = ""  #: why we stand by, as it was told last

    def run(self) -> None:
        """Work until SIGTERM or SIGINT.

        Raises:
            ConfigError: the database is no PostgreSQL, or something cannot be used.
            LoginRefusedError: a server refuses our password.
        """
        require_several_machines(self.settings)
        while not self.stop.is_set():
            for number in (signal.SIGTERM, signal.SIGINT):
                signal.signal(number, self._stop)
            signal.signal(signal.SIGHUP, signal.SIG_IGN)  # rule files are the other one's business
            notify("READY=1")
            lost = StopSignal()
            lease = Lease(self.settings.store.database, lost.set)
            try:
                if self._wait_for(lease):
                    self._serve(lease, lost)
            except (TemporaryError, StorageError) as error:
                self._stand_by(str(error))
                self.stop.wait(LOOK_EVERY)
            finally:
                lease.let_go()

    def _wait_for(self, lease: Lease) -> bool:
        """True when we have the part, False when we are told to stop."""
        while not self.stop.is_set():
            notify("WATCHDOG=1")
            if lease.try_take():
                return True
            self._stand_by("another receiver, or mailroom run, is at work")
            self.stop.wait(LOOK_EVERY)
        return False

    def _stand_by(self, reason: str) -> None:
        if reason != self._waiting:
            get_logger().info("standing by", reason=reason)
            notify("STATUS=standing by")
        self._waiting = reason

    def _serve(self, lease: Lease, lost: StopSignal) -> None:
        lease.begin_beating()  # what follows may take longer than a standby waits
        app = build(self.settings)
        try:
            prepare(app)
            app.elsewhere = Elsewhere()
            daemon = Daemon(app, stop=lost, entitled=lambda: lease.held)
            Tending(app.database, lost).start()
            self._waiting = ""
            get_logger().info("has the receiver's part")
            daemon.run()
            if daemon.told_to_stop:
                self.stop.set()
        finally:
            lost.set()
            app.close()

    def _stop(self, number: int, frame: FrameType | None) -> None:
        del number, frame
        self.stop.set()


def require_several_machines(settings: Settings) -> None:
    """Raises :class:`ConfigError` where there is but one machine, or the engine is missing."""
    if not settings.store.is_shared:
        raise ConfigError(
            "receiver 和 worker 用于多台机器, 需要 PostgreSQL; 这里的数据库是 SQLite",
            "一台机器用 mailroom run 就够; 要用多台, 见 docs/howto/多台机器.md",
        )
    require_engine()


def prepare(app: App) -> None:
    """What several machines must agree on: the queue's tables, and the time of day.

    Raises:
        ConfigError: the tables are those of another version of the engine.
    """
    with app.database.reading() as session:
        require_engine_laid(session.connection())
    ahead = app.clock.now() - SystemClock().now()
    if abs(ahead) > CLOCKS_DIFFER:
        seconds = round(ahead.total_seconds())
        get_logger().warning("this machine's clock differs; the database's counts", seconds=seconds)
