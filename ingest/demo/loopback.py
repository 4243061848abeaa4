"""An asyncio server on 127.0.0.1 in a thread of its own: what the embedded mailbox and the SMTP
sink stand on.

Loopback and free ports only. Nothing of mail comes in.
"""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager

HOST = "127.0.0.1"
_START_TIMEOUT = 10.0
_STOP_TIMEOUT = 5.0


@contextmanager
def serve_in_thread(
    listen: Callable[[], Awaitable[asyncio.Server]],
    *,
    quiet: tuple[str, ...] = (),
) -> Iterator[int]:
    """Run what ``listen`` starts until the end of the block; yields the port.

    ``quiet`` names loggers of the server that would otherwise write on the terminal. An error of
    ``listen`` is raised here.
    """
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, name="loopback-server", daemon=True)
    with _silenced(quiet):
        thread.start()
        try:
            server = asyncio.run_coroutine_threadsafe(_awaited(listen), loop).result(_START_TIMEOUT)
            try:
                yield int(server.sockets[0].getsockname()[1])
            finally:
                loop.call_soon_threadsafe(server.close)
        finally:
            asyncio.run_coroutine_threadsafe(_cancel_all(), loop).result(_STOP_TIMEOUT)
            loop.call_soon_threadsafe(loop.stop)
            thread.join(_STOP_TIMEOUT)
            loop.close()


async def _awaited(listen: Callable[[], Awaitable[asyncio.Server]]) -> asyncio.Server:
    return await listen()


async def _cancel_all() -> None:
    """End the conversations that are still open, so that no task is left behind when the loop
    closes.
    """
    tasks = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    await asyncio.get_running_loop().shutdown_asyncgens()
    await asyncio.get_running_loop().shutdown_default_executor()


@contextmanager
def _silenced(names: tuple[str, ...]) -> Iterator[None]:
    before = {name: logging.getLogger(name).level for name in names}
    for name in names:
        logging.getLogger(name).setLevel(logging.CRITICAL + 1)
    try:
        yield
    finally:
        for name, level in before.items():
            logging.getLogger(name).setLevel(level)
