"""Ports of loopback for servers that are told theirs before they are started.

One that the system chose and took back may be anybody's by then: the other workers' servers are
given ports all the time, and a client that knocks where nobody listens yet may be given that very
port and meet itself. Those told here the system never chooses by itself, and no other process of
the tests is told them.
"""

from __future__ import annotations

import secrets
import socket
from collections import deque
from pathlib import Path

_CHOSEN = Path("/proc/sys/net/ipv4/ip_local_port_range")
_OURS = range(15_000, 65_536)
_KEPT = 100  #: by then whoever was told one listens there
_held: deque[socket.socket] = deque()


def free_port() -> int:
    """A port nobody listens on, for whoever asks alone."""
    low, high = map(int, _CHOSEN.read_text(encoding="ascii").split())
    usable = [port for port in _OURS if not low <= port <= high] or _OURS
    while (port := secrets.choice(usable)) and not (_nobody_listens(port) and _is_ours(port)):
        pass
    return port


def _is_ours(port: int) -> bool:
    """Whether no other process was told it; a name that goes with its owner says so (unix(7))."""
    name = socket.socket(socket.AF_UNIX)
    try:
        name.bind(f"\0mailroom-tests-port-{port}")
    except OSError:
        name.close()
        return False
    _held.append(name)
    while len(_held) > _KEPT:
        _held.popleft().close()
    return True


def _nobody_listens(port: int) -> bool:
    with socket.socket() as probe:
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True
