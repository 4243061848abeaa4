"""A migrated database in a file of its own, and short ways to put something into it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from ingest.store.database import Database, open_database
from tests.ready_schema import lay_schema


@pytest.fixture
def now() -> datetime:
    """A morning in the last days of the call."""
    return datetime(2024, 8, 30, 2, 0, tzinfo=UTC)


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    """An SQLite database with the present schema."""
    lay_schema(tmp_path / "mailroom.db")
    opened = open_database(f"sqlite:///{tmp_path / 'mailroom.db'}")
    yield opened
    opened.close()
