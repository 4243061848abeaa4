"""The loop: rounds of steps, ticked by APScheduler (the only file that imports it), watched by
systemd.

APScheduler only ticks. What is due is decided from the database and the clock, because a job store
would drop or double work (measured: a digest whose minute passed during a restart never ran).
"""

from __future__ import annotations

import logging
import math
import signal
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from types import FrameType

from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.schedulers.background import BackgroundScheduler

from ingest.app import App
from ingest.clock import Jumps, SystemClock
from ingest.errors import (
    LoginRefusedError,
    MailroomError,
    StorageError,
    StoreBusyError,
    TemporaryError,
)
from ingest.log import get_logger
from ingest.mailbox.idle import HearingMailbox, Listener
from ingest.mailbox.patience import Patience
from ingest.notify import notify
from ingest.opening import UnfitStoreError
from ingest.sandbox.trial import require_walls
from ingest.steps.border import fault_of
from ingest.steps.canary import canary_if_due, watch_canary
from ingest.steps.closing import close_due
from ingest.steps.delivery import keep_undelivered_tasks
from ingest.steps.digest import digest_if_due, watch_digest
from ingest.steps.intake import ToldToStopError
from ingest.steps.judge import judge_one
from ingest.steps.receive import note_failure, receive_all
from ingest.steps.remind import remind_due
from ingest.steps.rules import look_at_rules, settle_rules
from ingest.steps.send import send_due
from ingest.steps.settle_uncertain import note_interrupted, settle_uncertain
from ingest.steps.staff.replies import answer_one
from ingest.steps.watch import alarm_login_refused, watch_intake, watch_walls
from ingest.stopsignal import StopSignal
from ingest.store.events import EventKind, record_event
from ingest.store.folders import forget_listings

WORK_EVERY = timedelta(seconds=5)
LISTEN_EVERY = timedelta(seconds=0.25)
"""How soon a SIGHUP, news of the mailbox, or that there is more to do is heard."""
NEWS_PAUSE = timedelta(seconds=5)
"""Between two looks that news caused: each is a login, and a hundred mails may come in a minute."""
WATCH_EVERY = timedelta(minutes=1)
"""How often the daemon looks at its own health."""
AT_ONCE = datetime(2000, 1, 1, tzinfo=UTC)
"""Now, for APScheduler, which waits for times of day: whatever a clock that was set says."""
LEFTOVERS_AFTER = timedelta(days=1)
TURN = timedelta(minutes=1)
"""How long reading or judging goes on before letters and the next look at the mailbox have their
turn.

The last day brings a hundred mails whose scans take a minute each: none may wait for all, and a
mailbox that nobody looks into for a quarter of an hour counts as dead.
"""
READING_TURN = timedelta(seconds=10)
"""How long the rest of the house waits for what is being read; the readers go on meanwhile."""
LONG = timedelta(minutes=10)
"""A step that has lasted so long is told; the longest turn of work is shorter."""
SENDING_TURN = timedelta(minutes=5)
"""The same for sending; longer, because each turn is a login, and NetEase wants 20 seconds between
two letters."""


def start(app: App) -> None:
    """What a fresh process does first: rules go in force, letters caught in sending become
    uncertain, claims end.

    Raises:
        ConfigError: a wall of the workers is missing, and it is asked for.
    """
    if app.settings.limits.require_confinement:
        require_walls()
    settle_rules(app.rules, app.database, app.clock.now())
    settle_past(app)


def settle_past(app: App) -> None:
    """What an earlier run left behind: letters caught in sending, claims, pieces of mails."""
    now = app.clock.now()
    app.files.remove_leftovers(now - LEFTOVERS_AFTER)
    with app.database.writing() as session:
        interrupted = note_interrupted(session, now)
        known = app.chronicle.confirm_interrupted(session, interrupted, now)
        app.readers.begin(session)
        forget_listings(session)
    app.chronicle.note_head(now)
    if uncertain := [each for each in interrupted if each not in known]:
        get_logger().warning("letters left in sending by an earlier run", letters=uncertain)


def work(
    app: App,
    stop: threading.Event | None = None,
    sending: Patience | None = None,
    *,
    turn: timedelta = timedelta.max,
    sending_turn: timedelta = timedelta.max,
) -> bool:
    """Everything that can be done with what is here: read, judge, send, and the digest when it is
    due. True when a turn was over before its work was.

    ``stop`` ends it after the unit in hand; ``sending`` says whether the mail server may be asked
    to take letters. Each kind of work ends with the first unit beyond its turn; the rest waits for
    the next call. Trouble with one kind keeps no other waiting, and no letter from leaving: mails
    that cannot be had from their store for an hour would else have stopped the whole house.
    """
    told = stop or threading.Event()
    now, database, clock, mouth = app.clock.now(), app.database, app.clock, app.mouth
    app.chronicle.acquaint(app.mailbox, now)
    look_at_rules(app.rules, database, now)
    settle_uncertain(database, app.mailbox, now)
    # a single round has all the time it needs: whoever waits for it has nobody else waiting
    reading_turn = turn if turn == timedelta.max else min(turn, READING_TURN)
    left: list[bool] = []

    def turn_of(unit: Callable[[], bool], turn: timedelta = turn) -> Callable[[], object]:
        return lambda: left.append(_take_turn(unit, told, turn))

    try:
        _do_all(
            told,
            turn_of(lambda: app.readers.read_next(database, app.files, mouth, clock), reading_turn),
            turn_of(lambda: answer_one(database, app.rules, mouth, clock.now())),
            turn_of(lambda: judge_one(database, app.rules, mouth, clock.now())),
            turn_of(lambda: remind_due(database, mouth, clock.now())),
            turn_of(lambda: close_due(database, mouth, clock.now())),
            lambda: keep_undelivered_tasks(database, clock.now()),
            lambda: digest_if_due(database, app.settings, mouth, clock.now()),
        )
    finally:
        _send(app, told, sending or Patience(), sending_turn)
    return any(left)


def _do_all(told: threading.Event, *steps: Callable[[], object]) -> None:
    """Every step until told to stop, whatever became of those before it: each may wait half a
    minute for a database that is locked. Raises the first fault.
    """
    faults = [fault for step in steps if not told.is_set() and (fault := fault_of(step))]
    for fault in faults[1:]:
        get_logger().error("one more trouble in this turn", error=str(fault))
    if faults:
        raise faults[0]


def _take_turn(unit: Callable[[], bool], told: threading.Event, turn: timedelta) -> bool:
    """Unit by unit; True when the turn was over first."""
    ends = time.monotonic() + turn.total_seconds()
    while not told.is_set() and unit():
        if time.monotonic() >= ends:
            return True
        notify("WATCHDOG=1")
    return False


def _send(
    app: App, told: threading.Event, patience: Patience, turn: timedelta = SENDING_TURN
) -> None:
    """Send what is due, unless the server failed so lately that it is left alone."""
    if told.is_set() or not patience.ready:
        return
    ends, outlet = time.monotonic() + turn.total_seconds(), app.outlet
    try:
        _take_turn(lambda: bool(send_due(outlet, ends, told)), told, turn)
        patience.succeeded()
    except StoreBusyError:
        raise
    except (TemporaryError, LoginRefusedError) as error:
        wait = patience.failed(error)
        get_logger().warning(
            "letters cannot leave", failures=patience.failures, again_in=wait.total_seconds()
        )
        if patience.failures == 1:
            with app.database.writing() as session:
                record_event(
                    session, app.clock.now(), EventKind.ALARM, f"暂时发不了信: {error.message}"
                )
        raise


def watch(app: App, since: datetime) -> None:
    """Look at our own health, and let the canary fly."""
    now, database, mouth, mailbox = app.clock.now(), app.database, app.mouth, app.settings.mailbox
    watch_intake(database, mailbox, mouth, since, now)
    watch_walls(database, now)
    watch_digest(database, app.settings, mouth, now)
    app.chronicle.note_head(now)
    if mailbox.canary:
        watch_canary(database, mouth, mailbox.folder, now)
        canary_if_due(database, mouth, now)


def run_once(app: App) -> None:
    """One round: handle what is there, send what is due.

    A mailbox that cannot be reached does not keep waiting letters from leaving; its error is raised
    at the end.

    Raises:
        MailroomError: as :func:`ingest.steps.receive.receive_all` and
            :func:`ingest.steps.send.send_due`.
    """
    start(app)
    trouble: MailroomError | None = None
    try:
        receive_all(app.inlet)
    except (TemporaryError, LoginRefusedError) as error:
        note_failure(app.database, app.settings.mailbox.folder, error)
        trouble = error
    work(app)
    if trouble is not None:
        raise trouble


@dataclass
class Daemon:
    """``mailroom run``: ticks until it is told to stop or must not go on."""

    app: App
    stop: StopSignal = field(default_factory=StopSignal)
    fatal: MailroomError | None = None
    looking: Patience = field(default_factory=Patience)  #: with the mailbox
    sending: Patience = field(default_factory=Patience)  #: with the server that takes letters
    #: the server said that something came
    news: threading.Event = field(default_factory=threading.Event)
    listener: Listener | None = None
    reload: bool = False  #: SIGHUP came
    #: whether we may go on; False where another process has taken our part over
    entitled: Callable[[], bool] = lambda: True
    told_to_stop: bool = False  #: by a signal
    more: bool = False  #: there is work that no tick need be waited for
    quiet_until: float = 0.0  #: no look that news caused before then
    #: steps that wait behind what is due, each once: a turn of sending may last five minutes
    asked: set[Callable[[], object]] = field(default_factory=set)
    begun: float = math.inf  #: when the step in hand began

    def run(self) -> None:
        """Work until SIGTERM or SIGINT; the unit in hand is finished first.

        A refused password ends everything, not intake alone: a daemon that sends letters and
        answers nobody would look alive to the service manager, whose "failed" with code 77 is the
        one sign that does not depend on mail getting through, and a mended password needs a restart
        anyway. Before it leaves it queues an alarm and sends what is decided; letters to be tried
        again wait in the outbox for the restart, mails in the mailbox.

        Raises:
            LoginRefusedError: a server refuses our password; going on would lock the account.
            UnfitStoreError: the account's sent mail knows letters that the store does not.
        """
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._stop)
        signal.signal(signal.SIGHUP, self._ask_reload)
        start(self.app)
        scheduler = BackgroundScheduler(
            timezone="UTC", executors={"default": ThreadPoolExecutor(1)},
            job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None},
        )  # fmt: skip
        # it warns of every tick that comes while a turn lasts
        logging.getLogger("apscheduler.scheduler").setLevel(logging.ERROR)
        poll = self.app.settings.mailbox.poll_every.total_seconds()
        started = self.app.clock.now()
        ticks = [
            scheduler.add_job(self._tick, "interval", [step], seconds=seconds)
            for step, seconds in (
                (self._look, max(1.0, poll)),
                (self._work, WORK_EVERY.total_seconds()),
                (lambda: watch(self.app, started), WATCH_EVERY.total_seconds()),
            )
        ]
        notify("READY=1")
        get_logger().info("started", poll_every=poll)
        self._listen()
        self._tick(self._look)
        scheduler.start()
        jumps = Jumps()
        while not self.stop.wait(LISTEN_EVERY.total_seconds()):
            if seconds := jumps.since():
                get_logger().warning("the clock was set, or stood still", seconds=seconds)
                for tick in ticks:
                    tick.modify(next_run_time=SystemClock().now())
            self._tell_of_long_step()
            for asked in self._asked_for():
                scheduler.add_job(self._tick, "date", [asked], run_date=AT_ONCE)
        notify("STOPPING=1")
        scheduler.shutdown(wait=True)
        if self.listener is not None:
            self.listener.join(timeout=5.0)
        if self.fatal is not None:
            raise self.fatal

    def _tell_of_long_step(self) -> None:
        """Once; nothing else is done meanwhile, and the service manager ends us before long."""
        if (seconds := time.monotonic() - self.begun) >= LONG.total_seconds():
            get_logger().warning("a step goes on for long", seconds=round(seconds))
            self.begun = math.inf

    def _asked_for(self) -> Iterator[Callable[[], object]]:
        """The steps that no tick is waited for, each until it begins. Queued by the thread that
        ends the scheduler: the end waits for the step in hand, with a lock that queueing takes.
        """
        heard = self.news.is_set() and time.monotonic() >= self.quiet_until
        for step, wanted in (
            (self._reload, self.reload), (self._work_on, self.more), (self._look_again, heard)
        ):  # fmt: skip
            if wanted and step not in self.asked:
                self.asked.add(step)
                yield step

    def _listen(self) -> None:
        """Where the server tells of new mail, let that cause a look beside the regular ones."""
        mailbox = self.app.settings.mailbox
        if mailbox.idle and isinstance(self.app.mailbox, HearingMailbox):
            self.listener = Listener(self.app.mailbox, mailbox.folder, self.news.set, self.stop)
            self.listener.start()

    def _reload(self) -> None:
        self.asked.discard(self._reload)
        self.reload = False
        look_at_rules(self.app.rules, self.app.database, self.app.clock.now(), closely=True)

    def _work(self) -> None:
        """One turn of work, so that the next look at the mailbox is never far."""
        if work(self.app, self.stop, self.sending, turn=TURN, sending_turn=SENDING_TURN):
            self.more = True

    def _work_on(self) -> None:
        """Another turn right behind what is due: while mails wait no reader idles until the next
        tick, as a quarter of both cores did.
        """
        self.asked.discard(self._work_on)
        self.more = False
        self._work()

    def _look_again(self) -> None:
        """The look that news caused."""
        self.asked.discard(self._look_again)
        self.news.clear()
        self.quiet_until = time.monotonic() + NEWS_PAUSE.total_seconds()
        self._look()

    def _look(self) -> None:
        """Look into the mailbox, unless it failed so lately that it is left alone."""
        if not self.looking.ready:
            return
        try:
            received = receive_all(replace(self.app.inlet, told=self.stop.is_set))
        except ToldToStopError:
            return
        except (StorageError, StoreBusyError) as error:
            self._note(error)  # the server is well; as soon as there is room mails come in
            raise
        except (TemporaryError, LoginRefusedError) as error:
            self._lost(error)
            raise
        self.looking.succeeded()
        if received:
            self.more = True
        if self.listener is not None:
            self.listener.well.set()

    def _lost(self, error: TemporaryError | LoginRefusedError) -> None:
        """Leave the server alone for a while, or for good, and write down why."""
        if self.listener is not None:
            self.listener.well.clear()
        wait = self.looking.failed(error)
        get_logger().warning(
            "mailbox not seen", failures=self.looking.failures, again_in=wait.total_seconds()
        )
        self._note(error)
        if isinstance(error, LoginRefusedError):
            self._farewell(error)

    def _farewell(self, error: LoginRefusedError) -> None:
        """What can still be said before we stop; not by a refused door, which is never knocked at
        twice.
        """
        try:
            alarm_login_refused(self.app.database, self.app.mouth, error, self.app.clock.now())
            _send(self.app, self.stop, self.sending)
        except MailroomError as second:
            get_logger().error("not everything could be sent before stopping", error=str(second))

    def _stop(self, number: int, frame: FrameType | None) -> None:
        del number, frame
        self.told_to_stop = True
        self.stop.set()

    def _ask_reload(self, number: int, frame: FrameType | None) -> None:
        del number, frame
        self.reload = True

    def _tick(self, step: Callable[[], object]) -> None:
        """Run one step; trouble of the world waits for the next tick, a refused login ends the
        daemon.
        """
        if self.stop.is_set() or not self.entitled():
            return
        self.begun = time.monotonic()
        try:
            step()
            notify("WATCHDOG=1")
        except (LoginRefusedError, UnfitStoreError) as error:
            self.fatal = error
            self.stop.set()
        except (TemporaryError, StorageError) as error:
            get_logger().warning("trouble, will try again", error=str(error))
            notify("WATCHDOG=1")
        except Exception:  # noqa: BLE001 - step border: ours, for the journal; the loop goes on
            get_logger().exception("unexpected error")
        finally:
            self.begun = math.inf

    def _note(self, error: Exception) -> None:
        try:
            note_failure(self.app.database, self.app.settings.mailbox.folder, error)
        except MailroomError as second:
            get_logger().error("the database cannot be written", error=str(second))
