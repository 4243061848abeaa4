"""A private PostgreSQL, started for these tests on a Unix socket only and thrown away
after them.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from itertools import count
from pathlib import Path

import pytest

BINARIES = Path("/usr/lib/postgresql/15/bin")
_NUMBERS = count(1)


def _as_postgres() -> dict[str, object]:
    """PostgreSQL refuses to run as root; Debian's package brings the user postgres."""
    return (
        {
            "user": "postgres",
            "group": "postgres",
            "extra_groups": [],
        }
        if os.geteuid() == 0
        else {}
    )


def _run(*command: str | Path) -> None:
    done = subprocess.run(
        command,
        capture_output=True,
        text=True,
        cwd="/",
        check=False,
        **_as_postgres(),
    )  # type: ignore[call-overload]
    assert done.returncode == 0, f"{command}\n{done.stdout}\n{done.stderr}"


@pytest.fixture(scope="session")
def postgresql_socket() -> Iterator[Path]:
    """The socket directory of a running cluster with the superuser ``mailroom``."""
    if not (BINARIES / "initdb").exists():
        pytest.skip("PostgreSQL 15 is not installed (Debian package postgresql)")
    # Not pytest's tmp_path: its parents are closed to the user postgres, and a socket's path must
    # be short.
    base = Path(tempfile.mkdtemp(prefix="mailroom-pg-"))
    if os.geteuid() == 0:
        shutil.chown(base, "postgres", "postgres")
    data = base / "data"
    try:
        _run(
            BINARIES / "initdb",
            "-D",
            data,
            "-U",
            "mailroom",
            "-A",
            "trust",
            "-E",
            "UTF8",
            "--locale=C",
            "--no-sync",
        )
        options = f"-c listen_addresses= -c unix_socket_directories={base} -c fsync=off -c max_connections=30"
        _run(BINARIES / "pg_ctl", "-D", data, "-o", options, "-l", base / "log", "-w", "start")
        try:
            yield base
        finally:
            _run(BINARIES / "pg_ctl", "-D", data, "-m", "immediate", "-w", "stop")
    finally:
        shutil.rmtree(base, ignore_errors=True)


@pytest.fixture
def postgresql_url(postgresql_socket: Path) -> str:
    """The address of a new, empty database."""
    name = f"mailroom{next(_NUMBERS)}"
    _run(BINARIES / "createdb", "-h", postgresql_socket, "-U", "mailroom", name)
    return f"postgresql://mailroom@/{name}?host={postgresql_socket}"


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
