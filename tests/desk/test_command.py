"""``mailroom desk`` as a process: it comes up, tells how it is, and leaves when it is told to."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from ingest.exitcodes import ExitCode
from tests.desk.server import Visitor
from tests.servers.ports import free_port
from tests.warm.command import INSTALLED, mailroom

CALLS = Path(__file__).parents[2] / "config/calls"


@pytest.fixture
def config(tmp_path: Path) -> Path:
    """The configuration of an office whose servers are not there: the desk needs none."""
    path = tmp_path / "mailroom.toml"
    path.write_text(
        f"""
[mailbox]
host = "127.0.0.1"
username = "shenbao"
accept_since = "2024-08-08T00:00:00+08:00"
[smtp]
host = "127.0.0.1"
from_address = "mailroom@office.example"
[office]
staff = ["staff@office.example"]
[calls]
directory = "{CALLS}"
active = ["smart-education-2024"]
""",
        encoding="utf-8",
    )
    return path


@contextmanager
def running(
    config: Path, command: Path | None = None, **desk: object
) -> Iterator[subprocess.Popen[bytes]]:
    environment = dict(os.environ) | {
        f"MAILROOM_DESK__{name.upper()}": str(value) for name, value in desk.items()
    }
    process = subprocess.Popen(
        [command or mailroom(), "--config", config, "desk"], env=environment, stderr=subprocess.PIPE
    )
    try:
        yield process
    finally:
        process.kill()
        process.communicate(timeout=30)


def wait_for(port: int) -> None:
    ends = time.monotonic() + 60
    while time.monotonic() < ends:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise AssertionError("nobody listens")


def test_the_desk_comes_up_and_leaves_on_sigterm(config: Path) -> None:
    port = free_port()
    with running(config, INSTALLED, port=port) as process:
        wait_for(port)
        visitor = Visitor(port)
        assert visitor.get("/healthz").status == 200
        assert "办件台" in visitor.get("/sign-in").text
        process.send_signal(signal.SIGTERM)

        assert process.wait(40) == 0


def test_a_port_that_is_taken_is_said(config: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with running(config, port=port) as process:
            _, said = process.communicate(timeout=60)

    assert process.returncode == ExitCode.CONFIGURATION
    assert f"127.0.0.1:{port}" in said.decode()


def test_a_desk_open_to_everybody_does_not_start(config: Path) -> None:
    with running(config, address="0.0.0.0") as process:  # noqa: S104 - what must not be
        _, said = process.communicate(timeout=60)

    assert process.returncode == ExitCode.CONFIGURATION
    assert "没有加密" in said.decode()
