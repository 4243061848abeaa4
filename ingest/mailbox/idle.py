"""IDLE (RFC 9051 6.3.13): a server says at once that something came. A hint that causes a look,
never a fact.

Its own connection in its own thread, so that nothing that happens here can delay or stop the
regular looks: on a half-open line IDLE hears nothing for ever, and NetEase does not have it at all.
IMAPClient's ``idle_check`` is not used because a line that arrives in two halves breaks it; the
dialogue is six lines.
"""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Callable
from datetime import timedelta
from itertools import count
from typing import Protocol, runtime_checkable

from ingest.errors import ConfigError, LoginRefusedError, MailroomError
from ingest.log import get_logger
from ingest.mailbox.patience import WAITS, Patience
from ingest.mailbox.wire import BoundedIMAP4

RENEW = timedelta(minutes=9)
"""One IDLE at most; servers may hang up after 29 minutes (RFC 9051 6.3.13), home routers forget a
silent line sooner.
"""
SESSION = timedelta(minutes=50)
"""One connection at most: below the limit of a session."""
SLICE = 1.0
"""Seconds after which the thread looks whether it should end."""

_NEWS = re.compile(rb"\* \d+ (?:EXISTS|RECENT)\b", re.IGNORECASE)
_numbers = count(1)


@runtime_checkable
class HearingMailbox(Protocol):
    """A mailbox that may be told of new mail instead of asking for it."""

    def hear(self, folder: str, news: Callable[[], None], stop: threading.Event) -> bool:
        """Call ``news`` once when listening begins and whenever the folder may hold new mail; ends
        with ``stop`` or after a while.

        False when the server cannot do that. Raises as ``session()`` of the mailbox.
        """


class Listener(threading.Thread):
    """Listens as long as looks succeed; trouble is told in the journal, waited out, and never
    anybody else's.
    """

    def __init__(
        self,
        mailbox: HearingMailbox,
        folder: str,
        news: Callable[[], None],
        stop: threading.Event,
    ) -> None:
        super().__init__(name="idle", daemon=True)
        #: set while regular looks succeed: listening never knocks where they failed
        self.well = threading.Event()
        self._mailbox, self._folder, self._news, self._stop_asked = mailbox, folder, news, stop

    def run(self) -> None:
        """Until told to stop, or until there is nothing to listen to."""
        patience = Patience()
        while not self._stop_asked.is_set():
            if not (self.well.wait(SLICE) and patience.ready):
                self._stop_asked.wait(SLICE)
                continue
            began = patience.seconds_now()
            try:
                if not self._mailbox.hear(self._folder, self._news, self._stop_asked):
                    get_logger().info("server has no IDLE, mails are looked for at intervals only")
                    return
                patience.succeeded()
            # the next regular look says so, and draws conclusions
            except (LoginRefusedError, ConfigError) as error:
                get_logger().warning("listening ends", error=str(error))
                return
            except MailroomError as error:
                if patience.seconds_now() - began > WAITS[-1].total_seconds():
                    patience.succeeded()  # a line that held for long is no failure in a row
                wait = patience.failed(error)
                get_logger().warning(
                    "listening interrupted",
                    error=str(error),
                    again_in=wait.total_seconds(),
                )


def idle(wire: BoundedIMAP4, seconds: float, stop: threading.Event) -> bool:
    """One IDLE on an opened folder, of at most ``seconds``; True as soon as the server names a new
    number of mails.

    Raises imaplib's errors and OSError when the server refuses, hangs up or does not end the IDLE
    when asked to.
    """
    tag = b"IDLE%d" % next(_numbers)
    wire.allow(0)
    wire.send(tag + b" IDLE\r\n")
    heard = _read_until(wire, b"+", tag)
    ends = time.monotonic() + seconds
    while not heard and not stop.is_set() and time.monotonic() < ends:
        line = wire.line_within(SLICE)
        heard = line is not None and _is_news(wire, line)
    wire.allow(0)
    wire.send(b"DONE\r\n")
    return _read_until(wire, tag + b" OK", tag) or heard


def _read_until(wire: BoundedIMAP4, wanted: bytes, tag: bytes) -> bool:
    """Read up to the line that begins with ``wanted``; whether news came before it."""
    heard = False
    while not (line := wire.readline()).upper().startswith(wanted):
        if line.startswith(tag):
            raise wire.error(f"IDLE refused: {line[:80]!r}")
        heard = _is_news(wire, line) or heard
    return heard


def _is_news(wire: BoundedIMAP4, line: bytes) -> bool:
    if not line or line.upper().startswith(b"* BYE"):
        raise wire.abort("server hung up during IDLE")
    return _NEWS.match(line) is not None
