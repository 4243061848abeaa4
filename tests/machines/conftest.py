"""Houses whose ledger lies in a real PostgreSQL."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from sqlalchemy import text

from ingest.clock import FixedClock, SystemClock
from ingest.steps.elsewhere import Elsewhere
from ingest.store.engine import find_engine
from tests.integration.house import House, open_house
from tests.servers.postgresql import PostgresqlServer


@pytest.fixture
def receiver_house(postgresql_server: PostgresqlServer, tmp_path: Path) -> Iterator[House]:
    """A house that reads nothing itself, at the present (the database's clock counts)."""
    url = postgresql_server.ready_database()
    with ExitStack() as stack:
        house = stack.enter_context(
            open_house(
                tmp_path,
                clock=FixedClock(SystemClock().now()),
                store_={"database": url, "files": tmp_path / "files"},
            )
        )
        house.app.elsewhere = Elsewhere()
        yield house


@pytest.fixture
def ask(receiver_house: House) -> Callable[..., list[tuple[object, ...]]]:
    """Plain SQL, committed."""

    def asked(statement: str, **values: object) -> list[tuple[object, ...]]:
        with receiver_house.app.database.writing() as session:
            find_engine(session)
            found = session.connection().execute(text(statement), values)
            return [tuple(row) for row in found.all()] if found.returns_rows else []

    return asked
