"""A TCP proxy on loopback that breaks a connection at an exact place of the conversation.

Where it breaks is said by a pattern in the bytes of one side, and by how many bytes after it are
still let through.
"""

from __future__ import annotations

import re
import socket
import struct
import threading
from contextlib import suppress
from dataclasses import dataclass
from typing import Literal, Self

Action = Literal[
    "reset",
    "close",
    "freeze",
    "deliver_then_reset",
    "deliver_then_close",
    "deliver_then_freeze",
    "answer",
]


@dataclass
class Fault:
    """One misfortune, fired once.

    ``deliver_then_...`` lets everything through and strikes when the server answers, before the
    answer gets through; ``answer`` sends ``data`` back in the server's name and keeps the bytes of
    the match from it.
    """

    side: Literal["client", "server"]  #: whose bytes are watched
    pattern: bytes
    action: Action
    after: int = 0
    data: bytes = b""
    fired: bool = False


@dataclass
class _Pair:
    client: socket.socket
    server: socket.socket
    awaiting: str | None = None  #: what happens to it when the server answers
    frozen: bool = False
    over: bool = False

    def way(self, side: str) -> tuple[socket.socket, socket.socket]:
        """From where to where the bytes of one side go."""
        return (self.client, self.server) if side == "client" else (self.server, self.client)


class FaultProxy:
    """Listens on a free port and passes everything on to ``upstream`` until a fault fires."""

    def __init__(self, upstream: tuple[str, int], *faults: Fault) -> None:
        self.host = "127.0.0.1"
        self.faults = list(faults)
        self._upstream = upstream
        self._listener = socket.create_server((self.host, 0))
        self._listener.settimeout(0.05)
        self.port = int(self._listener.getsockname()[1])
        self._stopping = threading.Event()
        self._threads = [threading.Thread(target=self._accept, daemon=True)]
        self._pairs: list[_Pair] = []

    def __enter__(self) -> Self:
        self._threads[0].start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stopping.set()
        for pair in list(self._pairs):
            _cut(pair, abruptly=True)
        for thread in self._threads:
            thread.join(5)
        self._listener.close()

    def _accept(self) -> None:
        while not self._stopping.is_set():
            with suppress(TimeoutError):
                client, _ = self._listener.accept()
                client.settimeout(None)
                pair = _Pair(client, socket.create_connection(self._upstream))
                self._pairs.append(pair)
                for side in ("client", "server"):
                    thread = threading.Thread(target=self._pump, args=(pair, side), daemon=True)
                    self._threads.append(thread)
                    thread.start()

    def _pump(self, pair: _Pair, side: Literal["client", "server"]) -> None:
        source, target = pair.way(side)
        seen = b""
        with suppress(OSError):
            while chunk := source.recv(65536):
                if pair.frozen:
                    continue
                if pair.awaiting is not None and side == "server":
                    self._end(pair, pair.awaiting)
                    continue
                found = self._due(side, seen, chunk)
                if found is not None and self._strike(pair, *found, chunk):
                    return
                if found is None:
                    target.sendall(chunk)
                seen = (seen + chunk)[-256:]
            if not pair.over:
                target.shutdown(socket.SHUT_WR)

    def _due(self, side: str, seen: bytes, chunk: bytes) -> tuple[Fault, int] | None:
        """The fault that fires within this chunk, and the place in the chunk."""
        for fault in self.faults:
            match = (
                None
                if fault.fired or fault.side != side
                else re.search(
                    fault.pattern,
                    seen + chunk,
                    re.DOTALL,
                )
            )
            if match is None:
                continue
            place = match.end() - len(seen) + fault.after
            if place <= len(chunk):
                fault.fired = True
                return fault, max(place, 0)
            # Still to come: from now on only the bytes are counted.
            fault.pattern, fault.after = b"", place - len(chunk) + min(len(seen + chunk), 256)
            return None
        return None

    def _strike(self, pair: _Pair, fault: Fault, place: int, chunk: bytes) -> bool:
        """True when the connection is at its end."""
        source, target = pair.way(fault.side)
        if fault.action == "answer":
            source.sendall(fault.data)
            return False
        if fault.action.startswith("deliver_then"):
            pair.awaiting = fault.action.removeprefix("deliver_then_")
            target.sendall(chunk)
            return False
        target.sendall(chunk[:place])
        self._end(pair, fault.action)
        return True

    def _end(self, pair: _Pair, how: str) -> None:
        if how == "freeze":
            pair.frozen = True
        else:
            _cut(pair, abruptly=how == "reset")


def _cut(pair: _Pair, *, abruptly: bool) -> None:
    """End both sides, with RST or with FIN. The reading half goes first: that wakes the threads
    waiting in recv.
    """
    pair.over = True
    for end in (pair.client, pair.server):
        with suppress(OSError):
            if abruptly:
                end.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            end.shutdown(socket.SHUT_RD if abruptly else socket.SHUT_RDWR)
        end.close()
