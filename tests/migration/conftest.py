"""Each kind of database for the tests that are the same on all of them."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.ready_schema import lay_schema
from tests.servers.postgresql import PostgresqlServer

KINDS = [
    "sqlite",
    pytest.param(
        "postgresql",
        marks=[pytest.mark.postgresql, pytest.mark.xdist_group("postgresql")],
    ),
]


@pytest.fixture(params=KINDS)
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of a new, empty database, once on each of the supported kinds."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'mailroom.db'}"
    address: str = request.getfixturevalue("postgresql_url")
    return address


@pytest.fixture(params=KINDS)
def laid_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The same of one that has the present schema and nothing else."""
    if request.param == "sqlite":
        lay_schema(tmp_path / "mailroom.db")
        return f"sqlite:///{tmp_path / 'mailroom.db'}"
    server: PostgresqlServer = request.getfixturevalue("postgresql_server")
    return server.ready_database()
