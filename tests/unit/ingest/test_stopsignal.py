"""An event that a signal handler may set."""

from __future__ import annotations

import os
import signal
import threading

import pytest

from ingest import stopsignal
from ingest.stopsignal import StopSignal


def test_it_is_told_once_and_for_all() -> None:
    """Whoever waits goes on at once, also when nobody said how long to wait."""
    event = StopSignal()
    assert (event.is_set(), event.wait(0.01)) == (False, False)
    threading.Timer(0.05, event.set).start()
    assert event.wait()
    assert (event.is_set(), event.wait(60)) == (True, True)


def test_a_handler_may_set_it_while_it_is_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    """Real signals, two at a time, into the thread that waits."""
    monkeypatch.setattr(stopsignal, "SLICE", 0.01)
    before = [signal.getsignal(number) for number in (signal.SIGUSR1, signal.SIGUSR2)]
    try:
        for _ in range(20):
            event = StopSignal()
            senders = []
            for number in (signal.SIGUSR1, signal.SIGUSR2):
                signal.signal(number, lambda *_, event=event: event.set())
                senders.append(threading.Timer(0.005, os.kill, (os.getpid(), number)))
                senders[-1].start()
            assert event.wait(5)
            for sender in senders:  # none of it comes when nobody listens any more
                sender.join()
    finally:
        for number, handler in zip((signal.SIGUSR1, signal.SIGUSR2), before, strict=True):
            signal.signal(number, handler)
