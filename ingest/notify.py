"""Telling systemd how the daemon fares: sd_notify(3) without a library. Nothing but this protocol
belongs here.
"""

from __future__ import annotations

import os
import socket
from collections.abc import Mapping


def notify(state: str, environment: Mapping[str, str] | None = None) -> bool:
    """Send one state to the service manager: ``READY=1``, ``WATCHDOG=1``, ``STATUS=...``,
    ``STOPPING=1``.

    Returns whether it was handed over; outside systemd, or when the socket is gone, False and
    nothing else, because the daemon's work never depends on being watched. A leading ``@`` of
    NOTIFY_SOCKET stands for a zero byte, the abstract name space of unix(7).
    """
    address = (os.environ if environment is None else environment).get("NOTIFY_SOCKET", "")
    if not address:
        return False
    if address.startswith("@"):
        address = "\0" + address[1:]
    try:
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as channel:
            channel.connect(address)
            channel.sendall(state.encode())
    except OSError:
        return False
    return True
