"""Each kind of database for the tests that are the same on all of them."""

from __future__ import annotations

from pathlib import Path

import pytest


@pytest.fixture(
    params=[
        "sqlite",
        pytest.param(
            "postgresql",
            marks=[pytest.mark.postgresql, pytest.mark.xdist_group("postgresql")],
        ),
    ]
)
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of a new, empty database, once on each of the supported kinds."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'mailroom.db'}"
    address: str = request.getfixturevalue("postgresql_url")
    return address
