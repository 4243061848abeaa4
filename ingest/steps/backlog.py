"""How far a heap of mails has been read: a line in the log now and then, with the time that is
likely left. What takes less than the first line's time is not spoken of. Who watches at a terminal
is told of each.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable

from ingest.log import get_logger
from ingest.progress import Progress, untold

LINE_EVERY = 60.0  #: seconds between two lines


class Backlog:
    """One heap after another; ``clock`` gives seconds that only pass."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock, self._read = clock, 0
        self.watcher: Progress = untold
        self._began = self._last = clock()

    def begin(self) -> None:
        """Nothing waits any more; the next mail is the first of another heap."""
        self._read, self._began = 0, self._clock()
        self._last = self._began

    def one_read(self, waiting: Callable[[], int]) -> None:
        """One more was read; ``waiting`` counts the rest and is asked only when it is
        told.
        """
        self._read += 1
        now = self._clock()
        due = now - self._last >= LINE_EVERY
        if not due and self.watcher is untold:
            return
        left = waiting()
        self.watcher(self._read, self._read + left)
        if due:
            self._tell(now, left)

    def _tell(self, now: float, left: int) -> None:
        self._last = now
        minutes = math.ceil((now - self._began) / self._read * left / 60)
        get_logger().info("backlog", read=self._read, left=left, minutes_left=minutes)
