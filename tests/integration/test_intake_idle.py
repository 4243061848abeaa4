"""Listening beside looking: news arrive at once where the server tells them, and nothing it does
can stop the looks.
"""

from __future__ import annotations

import signal
import threading
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from itertools import count

import pytest
from structlog.testing import capture_logs

from ingest.daemon import Daemon
from ingest.errors import TemporaryError
from ingest.mailbox import idle
from ingest.mailbox.idle import HearingMailbox, Listener
from ingest.mailbox.patience import Patience
from tests.fakes.mailbox import FakeMailbox
from tests.integration.house import MORNING, House, plain_mail
from tests.integration.test_mailbox_faults import client
from tests.servers.dovecot import DovecotAccount
from tests.servers.faultproxy import Fault, FaultProxy
from tests.servers.scripted import Conversation, ImapManners, ScriptedServer

Open = Callable[..., House]
RAW = b"Subject: x\r\n\r\nx\r\n"


class News:
    """Counts the calls, and lets a test wait for the next one."""

    def __init__(self) -> None:
        self.calls = 0
        self._changed = threading.Condition()

    def __call__(self) -> None:
        with self._changed:
            self.calls += 1
            self._changed.notify_all()

    def wait_for(self, calls: int, seconds: float = 10.0) -> bool:
        with self._changed:
            return self._changed.wait_for(lambda: self.calls >= calls, seconds)


@pytest.fixture
def stop() -> Iterator[threading.Event]:
    event = threading.Event()
    yield event
    event.set()


def test_the_fake_cannot_hear_and_is_not_taken_for_one_that_can() -> None:
    """The daemon then only looks at intervals."""
    assert not isinstance(FakeMailbox(), HearingMailbox)


@pytest.mark.dovecot
@pytest.mark.parametrize("security", ["tls", "none"])
def test_a_new_mail_is_heard_of_at_once(
    dovecot: DovecotAccount,
    stop: threading.Event,
    security: str,
) -> None:
    """Once when listening begins, then for each arrival, over one connection."""
    news = News()
    listener = Listener(dovecot.mailbox(security=security), "INBOX", news, stop)
    listener.start()
    assert not news.wait_for(1, 0.3), "it must not knock before a look has succeeded"
    listener.well.set()
    assert news.wait_for(1)
    for calls in (2, 3):
        dovecot.append(RAW, MORNING)
        assert news.wait_for(calls)
    stop.set()
    listener.join(5.0)
    assert not listener.is_alive()


IDLING = {"CAPABILITY": b"* CAPABILITY IMAP4rev1 ID IDLE\r\n{t} OK done"}


class Idling(ScriptedServer):
    """A server whose answer to IDLE a test writes."""

    def __init__(
        self,
        answer: Callable[[Conversation, bytes], None],
        manners: dict[str, bytes] | None = None,
    ) -> None:
        super().__init__(self._converse)
        self.manners, self._answer = ImapManners(IDLING if manners is None else manners), answer

    def _converse(self, conversation: Conversation) -> None:
        conversation.say(b"* OK ready")
        while line := conversation.line():
            tag, _, command = line.partition(b" ")
            if command == b"IDLE":
                self._answer(conversation, tag)
            else:
                conversation.say(self.manners.answer(line))


def refuse(conversation: Conversation, tag: bytes) -> None:
    conversation.say(tag + b" BAD not now")


def hang_up(conversation: Conversation, tag: bytes) -> None:
    conversation.say(b"+ idling", b"* BYE shutting down")


def in_two_halves(conversation: Conversation, tag: bytes) -> None:
    conversation.say(b"+ idling")
    conversation.drip(b"* 2 EXISTS\r\n", 0.15)
    assert conversation.line() == b"DONE"
    conversation.say(tag + b" OK done")


def never_end(conversation: Conversation, tag: bytes) -> None:
    conversation.say(b"+ idling", b"* 2 EXISTS")
    conversation.stall()


def test_a_line_that_arrives_in_halves_is_one_line(stop: threading.Event) -> None:
    """It took longer than one wait for a line."""
    news = News()
    with Idling(in_two_halves) as server:
        listener = Listener(client(server), "INBOX", news, stop)
        listener.well.set()
        listener.start()
        assert news.wait_for(2)
        stop.set()
        listener.join(5.0)
    assert not listener.is_alive()


@pytest.mark.parametrize("answer", [refuse, hang_up, never_end])
def test_trouble_while_listening_is_trouble_of_the_world(
    answer: Callable[[Conversation, bytes], None], stop: threading.Event
) -> None:
    """A refused, ended or frozen IDLE."""
    with Idling(answer) as server, pytest.raises(TemporaryError, match="等待新邮件"):
        client(server, timeout=1.0).hear("INBOX", News(), stop)


def test_a_server_without_idle_is_left_alone(stop: threading.Event) -> None:
    """NetEase: one login, no unknown command, and the thread is gone."""
    with Idling(refuse, {}) as server:
        listener = Listener(client(server), "INBOX", News(), stop)
        listener.well.set()
        listener.start()
        listener.join(5.0)
        assert (listener.is_alive(), server.connections) == (False, 1)
        assert "IDLE" not in " ".join(server.manners.commands)


def test_a_listener_in_trouble_does_not_knock_again_at_once(stop: threading.Event) -> None:
    """It waits as long as a look would."""
    with Idling(refuse) as server:
        listener = Listener(client(server), "INBOX", News(), stop)
        listener.well.set()
        listener.start()
        with capture_logs() as said:
            while not said:  # that it was refused
                time.sleep(0.05)
        time.sleep(2.5)
        assert (server.connections, listener.is_alive()) == (1, True)


@pytest.mark.parametrize(("held", "waits"), [(0, [60, 120, 300]), (3600, [60, 60, 60])])
def test_a_line_that_held_for_long_is_no_failure_in_a_row(
    held: int, waits: list[int], stop: threading.Event, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A router that cuts it every hour would else have ended listening within the day."""
    clock, cuts = [0.0], count(1)

    def now() -> float:
        clock[0] += 30.0
        return clock[0]

    class Cut(FakeMailbox):
        def hear(self, folder: str, news: Callable[[], None], stop: threading.Event) -> bool:
            clock[0] += held
            if next(cuts) == len(waits):
                stop.set()
            raise TemporaryError("断了")

    monkeypatch.setattr(idle, "Patience", lambda: Patience(now))
    monkeypatch.setattr(idle, "SLICE", 0.01)
    listener = Listener(Cut(), "INBOX", News(), stop)
    listener.well.set()
    with capture_logs() as said:
        listener.run()
    assert [line["again_in"] for line in said] == waits


# --- with the daemon ------------------------------------------------------------------------------


def run_until(house: House, done: Callable[[], bool], then: Callable[[], None]) -> bool:
    """The daemon in this very thread; ``then`` is called once it has looked, and it stops when
    ``done``.
    """
    main, finished = threading.get_ident(), []

    def watch() -> None:
        limit = time.monotonic() + 20
        while not house.events("received") and time.monotonic() < limit:
            time.sleep(0.05)
        then()
        while not (ok := done()) and time.monotonic() < limit:
            time.sleep(0.05)
        finished.append(ok)
        signal.pthread_kill(main, signal.SIGTERM)

    watcher = threading.Thread(target=watch)
    watcher.start()
    Daemon(house.app).run()
    watcher.join()
    return finished[0]


@pytest.fixture
def signals() -> Iterator[None]:
    """The handlers as they were before."""
    numbers = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)
    before = [signal.getsignal(number) for number in numbers]
    yield
    for number, handler in zip(numbers, before, strict=True):
        signal.signal(number, handler)


@pytest.mark.dovecot
@pytest.mark.usefixtures("signals")
def test_the_daemon_fetches_a_mail_long_before_its_next_regular_look(
    open_one: Open,
    dovecot: DovecotAccount,
) -> None:
    """It looks every hour, and is told."""
    house = open_one(mailbox=dovecot.mailbox(), mailbox_={"poll_every": timedelta(hours=1)})
    dovecot.append(plain_mail(1).as_bytes(), MORNING)
    assert run_until(
        house,
        done=lambda: len(house.events("received")) == 2,
        then=lambda: dovecot.append(plain_mail(2).as_bytes(), MORNING),
    )


@pytest.mark.dovecot
@pytest.mark.usefixtures("signals")
def test_a_line_that_freezes_in_idle_stops_no_look(open_one: Open, dovecot: DovecotAccount) -> None:
    """Half open: the listener hears nothing, the regular look finds the mail."""
    fault = Fault("client", rb"IDLE\d+ IDLE", "freeze")
    with FaultProxy(("127.0.0.1", dovecot.server.port), fault) as proxy:
        mailbox = dovecot.mailbox(security="none", port=proxy.port, timeout=2.0)
        house = open_one(mailbox=mailbox, mailbox_={"poll_every": timedelta(seconds=1)})
        dovecot.append(plain_mail(1).as_bytes(), MORNING)
        assert run_until(
            house,
            done=lambda: fault.fired and len(house.events("received")) == 2,
            then=lambda: dovecot.append(plain_mail(2).as_bytes(), MORNING),
        )
