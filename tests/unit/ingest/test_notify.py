"""What systemd hears from us."""

from __future__ import annotations

import os
import socket
from pathlib import Path

from ingest.notify import notify


def test_a_state_reaches_the_socket_of_the_service_manager(tmp_path: Path) -> None:
    """READY=1 arrives as one datagram at the path in NOTIFY_SOCKET."""
    path = str(tmp_path / "notify")
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
        manager.bind(path)
        manager.settimeout(5)

        assert notify("READY=1", {"NOTIFY_SOCKET": path}) is True
        assert manager.recv(100) == b"READY=1"


def test_a_leading_at_sign_means_the_abstract_name_space() -> None:
    """@name in NOTIFY_SOCKET is the abstract address NUL name."""
    name = f"mailroom-test-{os.getpid()}"
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
        manager.bind("\0" + name)
        manager.settimeout(5)

        assert notify("STATUS=收到 3 封", {"NOTIFY_SOCKET": "@" + name}) is True
        assert manager.recv(100).decode() == "STATUS=收到 3 封"


def test_outside_systemd_nothing_is_sent() -> None:
    """Without NOTIFY_SOCKET the answer is False."""
    assert notify("READY=1", {}) is False


def test_a_socket_that_is_gone_does_not_stop_the_daemon(tmp_path: Path) -> None:
    """A dead address gives False, not an exception."""
    assert notify("WATCHDOG=1", {"NOTIFY_SOCKET": str(tmp_path / "gone")}) is False
