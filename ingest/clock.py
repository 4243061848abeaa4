"""The one place that asks what time it is; everything else is given ``now``."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Protocol

from ingest.errors import StorageError, TemporaryError


class Clock(Protocol):
    """Tells the time."""

    def now(self) -> datetime:
        """The present instant, aware, in UTC."""


class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        """The present instant, aware, in UTC."""
        return datetime.now(UTC)


class ServerClock:
    """The clock of a server that several machines share: theirs may differ, and what they agree
    on must not. Asked now and then; between two answers, and while nobody answers, it goes on by
    this machine's steady count of seconds.
    """

    def __init__(self, ask: Callable[[], datetime], again_after: float = 30.0) -> None:
        self._ask, self._again_after = ask, again_after
        self._said, self._at = ask(), time.monotonic()

    def now(self) -> datetime:
        """The present instant, aware, in UTC."""
        if time.monotonic() - self._at > self._again_after:
            with suppress(TemporaryError, StorageError):
                self._said, self._at = self._ask(), time.monotonic()
        return self._said + timedelta(seconds=time.monotonic() - self._at)


class FixedClock:
    """A clock that is set by hand: the demo's scenario time."""

    def __init__(self, instant: datetime) -> None:
        self.instant = instant

    def now(self) -> datetime:
        """The instant it was set to."""
        return self.instant


class Jumps:
    """Notices that the machine's clock was set. A scheduler that waits for a time of day sits out
    the hours by which it was put back (a hardware clock that shows Beijing time begins eight hours
    ahead), and counts every tick of the years by which a clock that had lost its time was put on.
    """

    def __init__(self, wall: Callable[[], float] = time.time) -> None:
        self._wall = wall
        self._ahead = self._lead()

    def since(self) -> int:
        """By how many seconds since this was asked last, whole ones, back below zero; 0 when it was
        not.
        """
        before, self._ahead = self._ahead, self._lead()
        return round(self._ahead - before)

    def _lead(self) -> float:
        return self._wall() - time.monotonic()
