"""The bytes of an IMAP connection, with a limit on time and amount that a hostile or dying server
cannot stretch.

Only socket, TLS and imaplib's reading come in; no IMAP command, no error text for users, no
imapclient.

imaplib's own timeout counts from the last byte that arrived: a server that drips one byte a second
holds it for ever (measured: timeout=1 still going after 4.2 s), and a literal announced as
``{99999999999}`` is allocated before it is read.
"""

from __future__ import annotations

import imaplib
import socket
import ssl
import time
from typing import Any

#: room for all that is not payload: about 400,000 ten-digit uids in one SEARCH answer
_CHATTER = 4 * 1024 * 1024
_RECEIVE = 256 * 1024
#: Slowest line that is still called working. 56 kB modems were faster than half of this.
SLOWEST_BYTES_PER_SECOND = 16 * 1024


class BoundedIMAP4(imaplib.IMAP4):
    """imaplib's client, reading under a deadline and a budget of bytes that :meth:`allow` sets for
    each exchange.
    """

    def __init__(
        self,
        host: str,
        port: int,
        *,
        timeout: float,
        session_limit: float,
        tls: ssl.SSLContext | None,
    ) -> None:
        self._timeout = timeout
        self._tls = tls
        self._session_ends = time.monotonic() + session_limit
        self._deadline = self._session_ends
        self._budget = 0
        self._silence = timeout
        self._inbound = bytearray()
        self._inbound_socket: socket.socket | None = None
        self.last_words = b""
        self.allow(0)
        super().__init__(host, port, timeout=timeout)

    def allow(self, expected_bytes: int, seconds: float | None = None) -> None:
        """Begin an exchange: so many bytes of payload may come, within the timeout plus the time a
        slow line needs.

        ``seconds`` replaces the connection's timeout, where an exchange deserves less patience.
        """
        patience = self._silence = self._timeout if seconds is None else seconds
        self._deadline = min(
            self._session_ends,
            time.monotonic() + patience + expected_bytes / SLOWEST_BYTES_PER_SECOND,
        )
        self._budget = expected_bytes + _CHATTER

    def starttls(self, ssl_context: ssl.SSLContext | None = None) -> Any:
        """As imaplib does it; what arrived in the clear behind the answer is refused by
        :meth:`_receive`.
        """
        return super().starttls(ssl_context)

    def read(self, size: int) -> bytes:
        """Exactly ``size`` bytes, fewer only at the end of the connection.

        Raises:
            imaplib.IMAP4.abort: a literal beyond the budget; it is refused unread.
        """
        self._same_socket()
        if size > self._budget + len(self._inbound):
            raise self.abort(f"literal of {size} bytes is more than was asked for")
        while len(self._inbound) < size and self._receive():
            pass
        return self._take(size)

    def readline(self) -> bytes:
        """One line with its end; what there is at the end of the connection."""
        self._same_socket()
        searched = 0
        while (end := self._inbound.find(b"\n", searched)) < 0:
            searched = len(self._inbound)
            if not self._receive():
                return self._take(searched)
        line = self._take(end + 1)
        if not line.startswith(b"* "):
            self.last_words = line
        return line

    def line_within(self, seconds: float) -> bytes | None:
        """The next line, or None when none has ended by then; what has arrived of one is kept for
        the next call.
        """
        self.allow(0, seconds)
        try:
            return self.readline()
        except TimeoutError:
            return None

    def _create_socket(self, timeout: float | None = None) -> socket.socket:
        """Connect, switch off Nagle's delay (23 against 1,529 APPENDs a second with pymap), and
        wrap in TLS if asked.
        """
        connection = socket.create_connection(
            (self.host, self.port),
            self._timeout if timeout is None else timeout,
        )
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if self._tls is None:
            return connection
        return self._tls.wrap_socket(connection, server_hostname=self.host)

    def _same_socket(self) -> None:
        """After STARTTLS nothing read in the clear may be believed: somebody on the way could have
        put it there.
        """
        if self._inbound_socket is not self.sock:
            if self._inbound:
                raise self.abort("unencrypted text behind STARTTLS")
            self._inbound_socket = self.sock

    def _receive(self) -> int:
        """Add what has arrived to the buffer; 0 at the end of the connection."""
        left = self._deadline - time.monotonic()
        if left <= 0:
            raise TimeoutError("deadline of the exchange")
        self.sock.settimeout(min(self._silence, left))
        chunk = self.sock.recv(_RECEIVE)
        self._budget -= len(chunk)
        if self._budget < 0:
            raise self.abort("server sends more than was asked for")
        self._inbound += chunk
        return len(chunk)

    def _take(self, size: int) -> bytes:
        taken = bytes(memoryview(self._inbound)[:size])
        del self._inbound[:size]
        return taken
