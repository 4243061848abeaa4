"""A line between a client and a server on loopback, that can be cut as a cable is, or be slow.

Cut means that no packet gets through and nobody is told: a socket filter that takes nothing lies on
the sockets in between (https://docs.kernel.org/networking/filter.html), so that nothing is even
acknowledged, and the ends have nothing but their own patience. What was on its way is sent again by
the ends' kernels when the line is mended.
"""

from __future__ import annotations

import ctypes
import socket
import struct
import threading
from contextlib import suppress
from typing import Self

_ATTACH, _DETACH = 26, 27  # SO_ATTACH_FILTER, SO_DETACH_FILTER (asm-generic/socket.h)
_TAKE_NOTHING = ctypes.create_string_buffer(struct.pack("HBBI", 0x06, 0, 0, 0))  # BPF_RET | BPF_K


class Line:
    """Listens on a free port and passes everything on to ``upstream``, after ``delay`` seconds."""

    def __init__(self, upstream: tuple[str, int]) -> None:
        self.host, self.delay = "127.0.0.1", 0.0
        self._upstream = upstream
        self._listener = socket.create_server((self.host, 0))
        self._listener.settimeout(0.05)
        self.port = int(self._listener.getsockname()[1])
        self._whole, self._over = threading.Event(), threading.Event()
        self._whole.set()
        self._lock = threading.Lock()
        self._sockets = {self._listener}
        self._accepting = threading.Thread(target=self._accept, daemon=True)

    def __enter__(self) -> Self:
        self._accepting.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._accepting.join()
        self.mend()
        for end in [*self._sockets]:
            _close(end)

    def cut(self) -> None:
        """From now on nothing gets through."""
        program = struct.pack("HL", 1, ctypes.addressof(_TAKE_NOTHING))
        with self._lock:
            self._whole.clear()
            for end in self._sockets:
                with suppress(OSError):
                    end.setsockopt(socket.SOL_SOCKET, _ATTACH, program)

    def mend(self) -> None:
        """Everything gets through again."""
        with self._lock:
            for end in self._sockets:
                with suppress(OSError):
                    end.setsockopt(socket.SOL_SOCKET, _DETACH, 0)
            self._whole.set()

    def _accept(self) -> None:
        while not self._over.is_set():
            with suppress(OSError):  # nobody came, or the server is away
                client, _ = self._listener.accept()
                try:
                    server = socket.create_connection(self._upstream, timeout=5)
                except OSError:
                    _close(client)
                    continue
                self._join(client, server)

    def _join(self, client: socket.socket, server: socket.socket) -> None:
        for end in (client, server):
            end.settimeout(None)
            _ask_whether_alive(end)
        with self._lock:
            self._sockets |= {client, server}
        for source, target in ((client, server), (server, client)):
            threading.Thread(target=self._pump, args=(source, target), daemon=True).start()

    def _pump(self, source: socket.socket, target: socket.socket) -> None:
        with suppress(OSError):
            while chunk := source.recv(65536):
                if self.delay:
                    self._over.wait(self.delay)
                self._whole.wait()
                target.sendall(chunk)
        self._whole.wait()  # nor does an end get through
        with self._lock:
            self._sockets -= {source, target}
        _close(source)
        _close(target)


def _ask_whether_alive(end: socket.socket) -> None:
    """Who has gone while the line was cut is found out when it is mended, and not before."""
    end.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    for option, value in ((socket.TCP_KEEPIDLE, 1), (socket.TCP_KEEPINTVL, 1)):
        end.setsockopt(socket.IPPROTO_TCP, option, value)
    end.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPCNT, 127)
    end.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)


def _close(end: socket.socket) -> None:
    with suppress(OSError):
        end.shutdown(socket.SHUT_RDWR)
    end.close()
