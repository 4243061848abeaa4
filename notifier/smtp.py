"""Hands letters to a mail server. The only file that imports smtplib; what a reply means stands in
``notifier/serverreplies.py``.

Only MAIL, RCPT, DATA one by one, so that it is always known how far a letter had got: up to the
final dot a failure means "certainly not taken", from the final dot on only a reply tells (RFC 5321
4.1.1.4). ``smtplib.sendmail`` hides that border, and leaving ``with SMTP()`` raises for what comes
after QUIT although the letter was taken (seen at QQ).
"""

from __future__ import annotations

import re
import smtplib
import socket
import ssl
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Literal, Protocol

from notifier.serverreplies import Stage, classify, login_may_be_repeated, readable
from notifier.transport import (
    SendOutcome,
    SendResult,
    SmtpLoginRefused,
    SmtpUnavailable,
    deliverable,
)

_MAX_REPLY = 64 * 1024  #: bytes of one reply, all lines together
_SLOWEST_BYTES_PER_SECOND = 16 * 1024  #: a line slower than this is called dead
_QUIT_TIMEOUT = 10.0
_NEWLINE = re.compile(rb"\r\n|\r|\n")
_LEADING_DOT = re.compile(rb"^\.", re.MULTILINE)


class Tokens(Protocol):
    """Who has access tokens for an account."""

    def token(self) -> str:
        """One that holds for some minutes. Raises :class:`SmtpLoginRefused` or
        :class:`SmtpUnavailable`.
        """

    def forget(self) -> bool:
        """It was refused; whether it had been used before."""


class _Connection(smtplib.SMTP):
    """smtplib's client with a deadline and a limit of size for every reply: a dripping server
    cannot hold us.
    """

    def __init__(self, host: str, port: int, timeout: float, tls: ssl.SSLContext | None) -> None:
        self._tls = tls
        self._patience = timeout
        self._inbound = bytearray()
        self._inbound_socket: socket.socket | None = None
        # Said outright, because smtplib would look its own name up in the DNS, which can take
        # minutes.
        super().__init__(local_hostname="[127.0.0.1]", timeout=timeout)
        self._host = host  # the name on the certificate, also for STARTTLS
        self._service = port

    def open(self) -> None:
        """Connect and read the greeting; whoever calls this closes, whatever happens."""
        code, words = self.connect(self._host, self._service)
        if code != 220:
            raise smtplib.SMTPConnectError(code, words)

    def getreply(self, patience: float | None = None) -> tuple[int, bytes]:
        """The next reply, its lines joined; code -1 when it is not SMTP. Raises OSError at the end
        of the connection.
        """
        if self._inbound_socket is not self.sock:
            # After STARTTLS nothing read in the clear may be believed (RFC 3207 4.2).
            self._inbound.clear()
            self._inbound_socket = self.sock
        deadline = time.monotonic() + (self._patience if patience is None else patience)
        lines, room = [], _MAX_REPLY
        while True:
            line = self._line(deadline, room)
            room -= len(line)
            if not line[:3].isdigit():
                return -1, line[:200]
            lines.append(line[4:].strip())
            if line[3:4] != b"-":
                return int(line[:3]), b"\n".join(lines)

    def send_within(self, data: bytes, seconds: float) -> None:
        """Send; the time is that for all of it."""
        assert self.sock is not None
        self.sock.settimeout(seconds)
        self.send(data)

    def auth_token(self, challenge: bytes | None = None) -> str:
        """SASL XOAUTH2. Why it is refused comes as a challenge, which wants an empty answer."""
        if challenge is not None:
            return ""
        return f"user={self.user}\1auth=Bearer {self.password}\1\1"

    def _line(self, deadline: float, room: int) -> bytes:
        while (end := self._inbound.find(b"\n")) < 0:
            if len(self._inbound) > room:
                raise smtplib.SMTPServerDisconnected("endless reply")
            self._receive(deadline)
        line = bytes(self._inbound[: end + 1])
        del self._inbound[: end + 1]
        return line

    def _receive(self, deadline: float) -> None:
        left = deadline - time.monotonic()
        if left <= 0:
            raise TimeoutError("deadline of the reply")
        assert self.sock is not None
        self.sock.settimeout(left)
        chunk = self.sock.recv(8192)
        if not chunk:
            raise smtplib.SMTPServerDisconnected("end of connection")
        self._inbound += chunk

    def _get_socket(self, host: str, port: int, timeout: float) -> socket.socket:
        connection = socket.create_connection((host, port), timeout)
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return (
            connection
            if self._tls is None
            else self._tls.wrap_socket(
                connection,
                server_hostname=host,
            )
        )


class SmtpTransport:
    """A mail server that takes letters from us.

    ``timeout`` is the patience for any reply in seconds, except for the one after the final dot:
    that server may be looking through the letter, and giving up early makes duplicates, hence ten
    minutes (RFC 5321 4.5.3.2.6). Without a ``username`` nobody logs in.
    """

    def __init__(
        self,
        host: str,
        port: int,
        *,
        security: Literal["tls", "starttls", "none"],
        username: str = "",
        password: str = "",
        tokens: Tokens | None = None,
        ca_file: Path | None = None,
        timeout: float = 60.0,
        final_timeout: float = 600.0,
    ) -> None:
        self.address = f"{host}:{port}"
        self._host, self._port, self._security = host, port, security
        self._username, self._password, self._ca_file = username, password, ca_file
        self._timeout, self._final_timeout = timeout, final_timeout
        self._tokens = tokens

    @contextmanager
    def session(self) -> Iterator[SmtpSession]:
        """See :meth:`notifier.transport.Transport.session`."""
        if self._tokens is not None:
            self._password = self._tokens.token()
        connection = self._connect()
        try:
            self._login(connection)
            session = SmtpSession(connection, self._timeout, self._final_timeout)
            yield session
            if session.alive:
                _quit(connection)
        finally:
            connection.close()

    def _connect(self) -> _Connection:
        tls = None if self._security == "none" else self._tls_context()
        connection = _Connection(
            self._host,
            self._port,
            self._timeout,
            tls if self._security == "tls" else None,
        )
        try:
            connection.open()
            self._greet(connection, tls)
        except OSError as error:
            connection.close()
            raise self._unavailable(error) from error
        return connection

    def _greet(self, connection: _Connection, tls: ssl.SSLContext | None) -> None:
        connection.ehlo_or_helo_if_needed()
        if self._security == "starttls":
            # Raises when it is not offered: without encryption no password is sent.
            code, words = connection.starttls(context=tls)
            if code != 220:
                raise smtplib.SMTPResponseException(code, words)
            connection.ehlo_or_helo_if_needed()

    def _login(self, connection: _Connection) -> None:
        """AUTH with exactly one mechanism: trying several hides the 535 behind the hang-up that
        follows it.
        """
        if not self._username:
            return
        connection.user, connection.password = self._username, self._password
        try:
            if self._tokens is not None:
                connection.auth("XOAUTH2", connection.auth_token)
            elif "PLAIN" in connection.esmtp_features.get("auth", "").upper().split():
                connection.auth("PLAIN", connection.auth_plain)
            else:
                connection.auth("LOGIN", connection.auth_login)
        except smtplib.SMTPResponseException as error:
            raise self._login_trouble(error.smtp_code, self._words(error)) from None
        except UnicodeError:
            raise SmtpLoginRefused(
                "发信的用户名或密码里有非英文字符:检查 username 与密码文件。"
            ) from None
        except OSError as error:
            raise self._unavailable(error) from error

    def _login_trouble(self, code: int, words: str) -> SmtpLoginRefused | SmtpUnavailable:
        used = self._tokens is not None and self._tokens.forget()
        if used or login_may_be_repeated(code, words):
            return SmtpUnavailable(
                f"发信服务器 {self.address} 暂不让 {self._username} 登录:{code} {words}"
            )
        if self._tokens is not None:
            return SmtpLoginRefused(
                f"发信服务器 {self.address} 拒绝 {self._username} 用令牌登录:{code} {words}。"
                "检查 username 是不是授权的那个账户,授权时有没有包括 SMTP。改好之前不会再试。"
            )
        return SmtpLoginRefused(
            f"发信服务器 {self.address} 拒绝 {self._username} 登录:{code} {words}。"
            "检查用户名与密码;163、QQ 等邮箱要用授权码并先开启 SMTP 服务。改好之前不会再试。"
        )

    def _words(self, error: smtplib.SMTPResponseException) -> str:
        words = readable(
            error.smtp_error if isinstance(error.smtp_error, bytes) else error.smtp_error.encode(),
        )
        return words.replace(self._password, "***") if self._password else words

    def _unavailable(self, error: OSError) -> SmtpUnavailable:
        """Why there is no session, and what to check."""
        where = f"发信服务器 {self.address}"
        match error:
            case smtplib.SMTPNotSupportedError():
                return SmtpUnavailable(
                    f"{where} 没有提供 STARTTLS 加密,没有登录:检查 port 与 security,465 端口用 tls。"
                )
            case smtplib.SMTPResponseException():
                return SmtpUnavailable(
                    f"{where} 没有接受连接:{error.smtp_code} {self._words(error)}"
                )
            case ssl.SSLCertVerificationError():
                return SmtpUnavailable(
                    f"{where} 的证书不可信:{error.verify_message}。检查 host、本机时间与 ca_file。"
                )
            case ssl.SSLError():
                return SmtpUnavailable(
                    f"与{where} 的加密握手失败:检查 port 与 security 是否相配,465 用 tls,587 或 25 用 starttls。"
                )
            case socket.gaierror():
                return SmtpUnavailable(f"找不到{where}:检查 host 是否写对,以及本机的域名解析。")
            case TimeoutError():
                return SmtpUnavailable(
                    f"{where} 没有及时应答:检查网络与防火墙,以及 port 与 security 是否相配。"
                )
            case _:
                return SmtpUnavailable(f"连不上{where}:检查 host、port、网络与防火墙。")

    def _tls_context(self) -> ssl.SSLContext:
        try:
            return ssl.create_default_context(cafile=self._ca_file)
        except OSError as error:
            raise SmtpUnavailable(
                f"读不了 CA 证书文件 {self._ca_file}:应是 PEM 格式,且运行本程序的用户可读。"
            ) from error


class SmtpSession:
    """See :class:`notifier.transport.TransportSession`."""

    def __init__(self, connection: _Connection, timeout: float, final_timeout: float) -> None:
        self.alive = True
        self._connection = connection
        self._timeout, self._final_timeout = timeout, final_timeout

    def send(self, sender: str, recipient: str, data: bytes) -> SendResult:
        """See the protocol. A refused letter leaves the session ready for the next one."""
        if not deliverable(sender):
            return SendResult(
                SendOutcome.CONFIGURATION, 0, f"发件地址不能用于发信:{sender[:100]!r}"
            )
        if not deliverable(recipient):
            return SendResult(SendOutcome.REFUSED, 0, f"收件地址不能用于发信:{recipient[:100]!r}")
        if not self.alive:
            return SendResult(
                SendOutcome.RETRY, 0, "与发信服务器的连接已经中断,这封信还没有开始发送"
            )
        payload = _on_the_wire(data)
        for stage, command, hoped_for in self._envelope(sender, recipient, len(payload)):
            refusal = self._step(stage, command, hoped_for)
            if refusal is not None:
                return refusal
        return self._content(payload)

    def _envelope(
        self,
        sender: str,
        recipient: str,
        size: int,
    ) -> Iterator[tuple[Stage, str, frozenset[int]]]:
        sized = f" SIZE={size}" if self._connection.has_extn("size") else ""
        # Reports of failure only: a report of delay or success would be one more mail for staff to
        # read.
        reported = " NOTIFY=FAILURE" if self._connection.has_extn("dsn") else ""
        yield Stage.MAIL, f"MAIL FROM:<{sender}>{sized}", frozenset({250})
        yield Stage.RCPT, f"RCPT TO:<{recipient}>{reported}", frozenset({250, 251})
        yield Stage.DATA, "DATA", frozenset({354})

    def _step(self, stage: Stage, command: str, hoped_for: frozenset[int]) -> SendResult | None:
        """One command before the content; None when it was answered as hoped for."""
        try:
            self._connection.putcmd(command)
            code, words = self._connection.getreply()
        except OSError:
            return self._lost(SendOutcome.RETRY, "连接在发送正文之前中断,这封信没有发出")
        return None if code in hoped_for else self._refused(stage, code, words)

    def _content(self, payload: bytes) -> SendResult:
        """The letter, then its final dot as a packet of its own: the border between "not taken" and
        "unknown".
        """
        try:
            self._connection.send_within(
                payload,
                self._timeout + len(payload) / _SLOWEST_BYTES_PER_SECOND,
            )
        except OSError:
            return self._lost(SendOutcome.RETRY, "连接在发送正文时中断,这封信没有发完")
        try:
            self._connection.send_within(b".\r\n", self._timeout)
            code, words = self._connection.getreply(self._final_timeout)
        except OSError:
            return self._lost(
                SendOutcome.UNCERTAIN,
                "正文发完后没有等到服务器的答复,这封信可能已经发出,也可能没有",
            )
        if code == 250:
            return SendResult(SendOutcome.SENT, code, readable(words))
        return self._refused(Stage.CONTENT, code, words)

    def _refused(self, stage: Stage, code: int, words: bytes) -> SendResult:
        outcome = classify(stage, code, readable(words))
        # it is hanging up, or we no longer understand each other
        if code == 421 or not 400 <= code < 600:
            return self._lost(outcome, readable(words), max(code, 0))
        with suppress(OSError):
            self._connection.putcmd("RSET")
            self.alive = self._connection.getreply()[0] == 250
            return SendResult(outcome, code, readable(words))
        return self._lost(outcome, readable(words), code)

    def _lost(self, outcome: SendOutcome, reply: str, code: int = 0) -> SendResult:
        self.alive = False
        self._connection.close()
        return SendResult(outcome, code, reply)


def _on_the_wire(data: bytes) -> bytes:
    """CRLF line ends throughout, a last line end, leading dots doubled (RFC 5321 4.5.2)."""
    lines = _NEWLINE.sub(b"\r\n", data)
    if not lines.endswith(b"\r\n"):
        lines += b"\r\n"
    return _LEADING_DOT.sub(b"..", lines)


def _quit(connection: _Connection) -> None:
    """Say goodbye. Whatever comes back changes nothing: QQ answers with NULs, others just
    hang up.
    """
    with suppress(OSError):
        connection.putcmd("QUIT")
        connection.getreply(_QUIT_TIMEOUT)
