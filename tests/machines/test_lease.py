"""One receiver at a time: what it takes to get the part, to lose it, and to take it over."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import ExitStack

import pytest
from sqlalchemy import create_engine, text

from ingest.errors import TemporaryError
from ingest.store.lease import Lease
from ingest.store.lock import single_instance
from tests.servers.postgresql import PostgresqlServer

pytestmark = [pytest.mark.postgresql, pytest.mark.xdist_group("postgresql")]


class Part:
    """A lease, and whether it was said to be lost."""

    def __init__(self, url: str) -> None:
        self.lost = threading.Event()
        self.lease = Lease(url, self.lost.set, beat=0.1)


@pytest.fixture
def url(postgresql_server: PostgresqlServer) -> str:
    return postgresql_server.ready_database()


@pytest.fixture
def two(url: str) -> Iterator[tuple[Part, Part]]:
    """Two processes that want the part."""
    with ExitStack() as stack:
        parts = Part(url), Part(url)
        for part in parts:
            stack.callback(part.lease.let_go)
        yield parts


def _gets(part: Part) -> bool:
    """It gets the part as soon as the server has noticed the end of the other's session, for which
    a busy machine takes its time.
    """
    pause = threading.Event()
    return any(part.lease.try_take() or pause.wait(0.1) for _ in range(300))


def _ask(url: str, statement: str, **values: object) -> list[tuple[object, ...]]:
    engine = create_engine(url)
    with engine.begin() as connection:
        found = connection.execute(text(statement), values)
        rows = [tuple(row) for row in found.all()] if found.returns_rows else []
    engine.dispose()
    return rows


def test_one_has_it_until_it_lets_go(url: str, two: tuple[Part, Part]) -> None:
    """``mailroom run`` counts as one more; the row says who has it."""
    first, second = two
    assert first.lease.try_take()
    assert not second.lease.try_take()
    with pytest.raises(TemporaryError, match="另一个"), single_instance(url):
        pass
    assert first.lease.held
    assert not second.lease.held

    first.lease.let_go()

    assert not first.lease.held
    assert _gets(second)
    assert _ask(url, "SELECT count(*), min(owner) LIKE '%:%' FROM jobs.leases") == [(1, True)]
    assert not first.lost.is_set()


def test_it_is_lost_with_its_session(url: str, two: tuple[Part, Part]) -> None:
    """The server restarted, or somebody ended the session: known within a beat, and never taken
    back by a connection made anew in silence.
    """
    first, second = two
    assert first.lease.try_take()
    first.lease.begin_beating()
    _ask(url, "SELECT pg_terminate_backend(pid) FROM jobs.leases")

    assert first.lost.wait(10)

    assert not first.lease.held
    assert _gets(second)


def test_signs_of_life_are_given(url: str, two: tuple[Part, Part]) -> None:
    """By the database's clock; as long as they come nobody ends the session."""
    first, second = two
    assert first.lease.try_take()
    _ask(url, "UPDATE jobs.leases SET seen_at = seen_at - interval '1 hour'")
    first.lease.begin_beating()
    pause = threading.Event()
    for _ in range(300):
        age = _ask(url, "SELECT clock_timestamp() - seen_at < interval '10 s' FROM jobs.leases")
        if age == [(True,)]:
            break
        pause.wait(0.1)
    else:
        pytest.fail("no sign of life")
    assert not second.lease.try_take()
    assert first.lease.held


def test_a_silent_owner_is_replaced(url: str, two: tuple[Part, Part]) -> None:
    """Its machine is frozen or cut off: the server would keep its session for hours."""
    first, second = two
    assert first.lease.try_take()
    _ask(url, "UPDATE jobs.leases SET seen_at = seen_at - interval '16 seconds'")

    assert not second.lease.try_take()  # ends the other's session
    assert _gets(second)
    first.lease.begin_beating()
    assert first.lost.wait(10)


def test_a_server_that_is_away_is_trouble_of_the_world(postgresql_server: PostgresqlServer) -> None:
    """To be tried again; a standby waits for it."""
    part = Part(f"postgresql://mailroom@/x?host={postgresql_server.base / 'nowhere'}")
    with pytest.raises(TemporaryError):
        part.lease.try_take()
    part.lease.let_go()
