"""The clock that several machines share, and the one of the machine when it is set."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest

from ingest.clock import Jumps, ServerClock
from ingest.errors import UnavailableError

NOON = datetime(2024, 8, 20, 12, 0, tzinfo=UTC)


class Server:
    """Says what time it is, or is away."""

    def __init__(self) -> None:
        self.says, self.asked, self.away = NOON, 0, False

    def __call__(self) -> datetime:
        self.asked += 1
        if self.away:
            raise UnavailableError("away", "")
        return self.says


@pytest.fixture
def passed(monkeypatch: pytest.MonkeyPatch) -> Callable[[float], None]:
    """Lets so many steady seconds pass."""
    steady = [100.0]
    monkeypatch.setattr("ingest.clock.time", SimpleNamespace(monotonic=lambda: steady[0]))

    def passed(seconds: float) -> None:
        steady[0] += seconds

    return passed


def test_the_servers_time_goes_on_by_steady_seconds(passed: Callable[[float], None]) -> None:
    """Asked once, and again after a while: what it says then counts."""
    server = Server()
    clock = ServerClock(server)
    passed(29)
    assert clock.now() == NOON + timedelta(seconds=29)
    assert server.asked == 1

    server.says = NOON + timedelta(seconds=33)
    passed(2)
    assert clock.now() == NOON + timedelta(seconds=33)
    assert server.asked == 2


def test_a_server_that_is_away_stops_no_clock(passed: Callable[[float], None]) -> None:
    """It is asked again the next time."""
    server = Server()
    clock = ServerClock(server)
    server.away = True
    passed(60)
    assert clock.now() == NOON + timedelta(minutes=1)
    server.away, server.says = False, NOON + timedelta(minutes=2)
    assert clock.now() == NOON + timedelta(minutes=2)


def test_a_clock_that_was_set_is_noticed_once() -> None:
    """Forward, back, and by less than a second not at all."""
    wall = [0.0]
    jumps = Jumps(lambda: time.monotonic() + wall[0])
    said = []
    for wall[0] in (0.0, 0.3, 3600.3, 3600.3, 0.3, -28799.7):
        said.append(jumps.since())
    assert said == [0, 0, 3600, 0, -3600, -28800]
