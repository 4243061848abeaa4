"""An IMAP mailbox in this very process (pymap, in memory): for the demo and for tests, never for
real mail.

pymap is an optional dependency (extra ``demo``) and imported only when a mailbox is opened. Mail
comes in the way a provider files it: APPEND with the arrival time as INTERNALDATE.
"""

from __future__ import annotations

import asyncio
import imaplib
import socket
from argparse import Namespace
from contextlib import ExitStack, suppress
from datetime import datetime
from functools import cache
from typing import Any, Self

from ingest.demo.loopback import HOST, serve_in_thread
from ingest.errors import ConfigError, TemporaryError

_TIMEOUT = 10.0


class EmbeddedMailbox:
    """One account with an INBOX on a port of 127.0.0.1, unencrypted; up within the ``with``
    block.
    """

    def __init__(
        self,
        username: str = "demo",
        password: str = "demo",  # noqa: S107 - lives for seconds, on loopback
        port: int = 0,
    ) -> None:
        self.host = HOST
        self.port = port  #: 0: a free one, known once the mailbox is open
        self.username = username
        self.password = password
        self._open = ExitStack()

    def __enter__(self) -> Self:
        """Start; raises :class:`ConfigError` when pymap is not installed."""
        self.port = self._open.enter_context(
            serve_in_thread(self._listen, quiet=("pymap", "asyncio")),
        )
        return self

    def __exit__(self, *_: object) -> None:
        """Stop; open sessions are cut."""
        self._open.close()

    def append(self, raw: bytes, received: datetime, folder: str = "INBOX") -> None:
        """File a mail that arrived at ``received`` (aware); a folder other than INBOX is made when
        it is missing.
        """
        append(self.host, self.port, self.username, self.password, raw, received, folder)

    async def _listen(self) -> asyncio.Server:
        try:
            from proxyprotocol.reader import ProxyProtocolReader  # noqa: PLC0415  optional
            from pymap.backend.dict import DictBackend  # noqa: PLC0415  optional
            from pymap.concurrent import Subsystem  # noqa: PLC0415  optional
            from pymap.imap import IMAPServer  # noqa: PLC0415  optional
            from pysasl.hashing import BuiltinHash  # noqa: PLC0415  optional
        except ImportError as error:
            raise ConfigError(
                "演示用的邮箱没有安装", '安装可选依赖:pip install "mailroom[demo]"。'
            ) from error
        backend, config = await DictBackend.init(
            self._arguments(),
            secure_auth=False,
            reject_dnsbl=False,
            # One round of hashing instead of 500,000: the password guards nothing, and a login
            # would cost 0.2 s.
            hash_context=BuiltinHash(rounds=1),
            # Its own choice is a pool of threads that outlives the server.
            cpu_subsystem=Subsystem.for_asyncio(),
        )
        config.apply_context()
        told = property(lambda _: _ways_to_log_in())
        setattr(type(config), "tls_auth", told)  # noqa: B010 - a property is no value to mypy
        answer = ProxyProtocolReader(
            config.proxy_protocol,
        ).get_callback(IMAPServer(backend.login, config))
        return await asyncio.start_server(answer, HOST, self.port)

    def _arguments(self) -> Namespace:
        """What pymap would have read from its command line."""
        return Namespace(
            host=HOST,
            port=0,
            debug=False,
            cert=None,
            key=None,
            tls=False,
            proxy_protocol=None,
            passlib_cfg=None,
            demo_data=False,
            demo_user=self.username,
            demo_password=self.password,
            skip_services=[],
        )


@cache
def _ways_to_log_in() -> Any:
    """Asked once: pymap looks for them among all installed packages, twice for every connection
    (``findings/pymap-searches-all-packages.sh``).
    """
    from pysasl import SASLAuth  # noqa: PLC0415  optional

    return SASLAuth.defaults()


def append(
    host: str,
    port: int,
    username: str,
    password: str,
    raw: bytes,
    received: datetime,
    folder: str = "INBOX",
) -> None:
    """File a mail into any IMAP account of a loopback server; bare line feeds become CRLF, as every
    server does it.

    Raises:
        TemporaryError: the server does not take it.
    """
    with imaplib.IMAP4(host, port, timeout=_TIMEOUT) as client:
        # 23 against 1,529 appends a second
        client.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        client.login(username, password)
        name = _mailbox_name(folder)
        if folder.upper() != "INBOX":
            with suppress(imaplib.IMAP4.error):
                client.create(name)  # NO when it is there already
        answer, words = client.append(name, "", received, raw)
        if answer != "OK":
            raise TemporaryError(f"邮箱没有收下这封邮件:{words!r}")


def _mailbox_name(folder: str) -> str:
    """Quoted, in modified UTF-7 (RFC 9051 appendix A.1); runs of Chinese between ASCII are all that
    is needed here.
    """
    encoded = folder.replace("&", "&-").encode("utf-7").replace(b"+", b"&").replace(b"/", b",")
    return '"' + encoded.decode("ascii") + '"'
