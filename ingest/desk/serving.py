"""The desk on its port, until it is told to stop. The only module that imports ``uvicorn``."""

from __future__ import annotations

import logging
import signal
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import uvicorn
from starlette.types import ASGIApp

from ingest.errors import ConfigError
from ingest.notify import notify

_AT_ONCE = 64  #: connections; a browser opens six


class Server(uvicorn.Server):
    """Tells the service manager when it listens, and stops on SIGTERM like every service."""

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Listen."""
        await super().startup(sockets=sockets)
        if not self.should_exit:
            notify("READY=1")

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """SIGTERM and SIGINT end the serving and nothing else: uvicorn would raise them again
        afterwards, and whoever called us could not close the house.
        """
        if threading.current_thread() is threading.main_thread():
            for number in (signal.SIGTERM, signal.SIGINT):
                signal.signal(number, self.handle_exit)
        yield


MOVE_THE_DESK = "可能另有一个正在运行; 或在 [desk] 换一个 address、port"


def serve(app: ASGIApp, address: str, port: int, *, otherwise: str = MOVE_THE_DESK) -> None:
    """Serve until SIGTERM or SIGINT; the requests in hand are finished first.

    Raises:
        ConfigError: the port cannot be had; ``otherwise`` is the hint.
    """
    with _listen(address, port, otherwise) as listener:
        Server(configuration(app)).run(sockets=[listener])


def configuration(app: ASGIApp) -> uvicorn.Config:
    """How the desk is served, wherever it listens."""
    logging.getLogger("uvicorn.error").setLevel(logging.CRITICAL)  # told by app.py, once
    return uvicorn.Config(
        app,
        log_config=None,
        access_log=False,
        proxy_headers=False,  # nothing here depends on who a proxy says is asking
        server_header=False,
        lifespan="off",
        ws="none",
        timeout_keep_alive=15,
        timeout_graceful_shutdown=30,
        limit_concurrency=_AT_ONCE,
        h11_max_incomplete_event_size=32 * 1024,
    )


def _listen(address: str, port: int, otherwise: str) -> socket.socket:
    try:
        family, kind, _, _, place = socket.getaddrinfo(address, port, type=socket.SOCK_STREAM)[0]
        listener = socket.socket(family, kind)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(place)
    except OSError as error:
        raise ConfigError(
            f"不能在 {address}:{port} 上提供服务: {error.strerror}", otherwise
        ) from error
    return listener
