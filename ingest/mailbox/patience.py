"""How long to leave a server alone after it failed us. No socket, no thread; the time is given by a
monotonic clock.

Providers lock accounts whose programs knock too often (163 answered ``login frequency limited`` to
five mailboxes polled every seven minutes with dead passwords), so trouble is asked about ever more
rarely.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from ingest.errors import MailroomError, ServerBusyError

WAITS = tuple(timedelta(minutes=minutes) for minutes in (1, 2, 5, 10, 15))
"""After the first, second ... failure in a row; the last one repeats."""

BUSY_WAIT = timedelta(minutes=15)
"""After the server said that we come too often: QQ was seen to take mail again after a quarter of
an hour.
"""


def wait_after(failures: int, *, busy: bool) -> timedelta:
    """The wait after so many failures in a row (counted from 1), at least :data:`BUSY_WAIT` when
    ``busy``.
    """
    wait = WAITS[min(max(failures, 1), len(WAITS)) - 1]
    return max(wait, BUSY_WAIT) if busy else wait


@dataclass
class Patience:
    """Counts failures in a row and says when the server may be asked again. A restart forgets:
    whoever restarts has mended something.
    """

    seconds_now: Callable[[], float] = time.monotonic
    failures: int = 0
    ready_at: float = 0.0

    @property
    def ready(self) -> bool:
        """Whether the server may be asked."""
        return self.failures == 0 or self.seconds_now() >= self.ready_at

    def failed(self, error: MailroomError) -> timedelta:
        """It failed again; how long it will be left alone."""
        self.failures += 1
        wait = wait_after(self.failures, busy=isinstance(error, ServerBusyError))
        self.ready_at = self.seconds_now() + wait.total_seconds()
        return wait

    def succeeded(self) -> None:
        """All is well again."""
        self.failures = 0
