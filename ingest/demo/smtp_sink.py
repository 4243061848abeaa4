"""A mail server that takes every letter and keeps it: for the demo and for tests. Nothing is ever
sent on.

aiosmtpd is an optional dependency (extra ``demo``) and imported only when a sink is opened.
"""

from __future__ import annotations

import asyncio
import ssl
import warnings
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any, Self

from ingest.demo.loopback import HOST, serve_in_thread
from ingest.errors import ConfigError

_MAX_LETTER = 60_000_000


@dataclass(frozen=True, slots=True)
class TakenLetter:
    """A letter as the server took it."""

    sender: str
    recipients: tuple[str, ...]
    data: bytes  #: CRLF lines, dots unstuffed


class SmtpSink:
    """A server on a port of 127.0.0.1; up within the ``with`` block.

    ``replies`` maps a stage (``MAIL``, ``RCPT``, ``CONTENT``, ``QUIT``) to a reply that is given
    instead of taking the step; it may be changed while the server runs. With ``users`` (name to
    password) nothing is taken without login. ``tls`` encrypts: from the first byte, or after
    STARTTLS when ``starttls`` is set.
    """

    def __init__(
        self,
        *,
        replies: Mapping[str, str] | None = None,
        users: Mapping[str, str] | None = None,
        tls: ssl.SSLContext | None = None,
        starttls: bool = False,
        port: int = 0,
    ) -> None:
        self.host = HOST
        self.port = port  #: 0: a free one, known once the sink is open
        self.letters: list[TakenLetter] = []
        self.replies = dict(replies or {})
        self.users = dict(users) if users is not None else None
        self._tls, self._starttls = tls, starttls
        self._open = ExitStack()

    def __enter__(self) -> Self:
        """Start; raises :class:`ConfigError` when aiosmtpd is not installed."""
        self.port = self._open.enter_context(
            serve_in_thread(self._listen, quiet=("mail.log", "mail.debug", "asyncio")),
        )
        return self

    def __exit__(self, *_: object) -> None:
        """Stop; open sessions are cut."""
        self._open.close()

    async def _listen(self) -> asyncio.Server:
        try:
            from aiosmtpd.smtp import SMTP  # noqa: PLC0415  optional
        except ImportError as error:
            raise ConfigError(
                "演示用的发信服务器没有安装", '安装可选依赖:pip install "mailroom[demo]"。'
            ) from error
        loop = asyncio.get_running_loop()
        handler = self._handler()

        def conversation() -> Any:
            with warnings.catch_warnings():
                # it warns of passwords without encryption: this is loopback
                warnings.simplefilter("ignore")
                return SMTP(
                    handler,
                    hostname="sink.invalid",
                    loop=loop,
                    data_size_limit=_MAX_LETTER,
                    **self._security(),
                )

        return await loop.create_server(
            conversation,
            HOST,
            self.port,
            ssl=None if self._starttls else self._tls,
        )

    def _handler(self) -> Any:
        return _Handler(self)

    def _security(self) -> dict[str, Any]:
        return {
            "tls_context": self._tls if self._starttls else None,
            "require_starttls": self._starttls and self._tls is not None,
            "authenticator": self._authenticate if self.users is not None else None,
            "auth_required": self.users is not None,
            "auth_require_tls": False,
        }

    def _authenticate(
        self,
        _server: Any,
        _session: Any,
        _envelope: Any,
        _mechanism: str,
        data: Any,
    ) -> Any:
        from aiosmtpd.smtp import AuthResult  # noqa: PLC0415  optional

        known = (self.users or {}).get(data.login.decode("utf-8", "replace"))
        return AuthResult(
            success=known is not None and known.encode() == data.password,
            handled=False,
        )


class _Handler:
    """aiosmtpd's hooks: a forced reply, or the step is taken."""

    def __init__(self, sink: SmtpSink) -> None:
        self._sink = sink

    async def handle_MAIL(  # noqa: N802
        self,
        _server: Any,
        _session: Any,
        envelope: Any,
        address: str,
        options: list[str],
    ) -> str:
        if forced := self._sink.replies.get("MAIL"):
            return forced
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return "250 2.1.0 OK"

    async def handle_RCPT(  # noqa: N802
        self,
        _server: Any,
        _session: Any,
        envelope: Any,
        address: str,
        options: list[str],
    ) -> str:
        if forced := self._sink.replies.get("RCPT"):
            return forced
        envelope.rcpt_tos.append(address)
        envelope.rcpt_options.extend(options)
        return "250 2.1.5 OK"

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:  # noqa: N802
        if forced := self._sink.replies.get("CONTENT"):
            return forced
        content = envelope.original_content or envelope.content
        self._sink.letters.append(
            TakenLetter(envelope.mail_from, tuple(envelope.rcpt_tos), bytes(content)),
        )
        return f"250 2.0.0 Mail OK queued as sink{len(self._sink.letters)}"

    async def handle_QUIT(self, _server: Any, _session: Any, _envelope: Any) -> str:  # noqa: N802
        return self._sink.replies.get("QUIT", "221 2.0.0 Bye")
