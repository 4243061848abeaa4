"""The signal to stop, by whatever gives it: a signal of the system, another thread. Nothing else
belongs here.
"""

from __future__ import annotations

import math
import threading
import time

SLICE = 0.25
"""Seconds after which whoever waits looks whether it was told."""


class StopSignal(threading.Event):
    """An event that a signal handler may set. It runs in the thread it interrupts, and the lock of
    a usual event may be held by that very thread, which waits for the event or is in the middle of
    the handler of another signal: one stop in some hundred that were sent twice ended never.
    """

    def __init__(self) -> None:
        super().__init__()
        self._told = False

    def set(self) -> None:
        """From now on; without any lock."""
        self._told = True

    def is_set(self) -> bool:
        """Whether it was told."""
        return self._told

    def wait(self, timeout: float | None = None) -> bool:
        """Whether it was told within so many seconds."""
        ends = time.monotonic() + (math.inf if timeout is None else timeout)
        while not self._told and (left := ends - time.monotonic()) > 0:
            time.sleep(min(left, SLICE))
        return self._told
