r"""A mailbox behind IMAP. The only file that imports imapclient; nothing about mails is decided
here.

Read-only by construction: EXAMINE and BODY.PEEK[] only, so nothing on the server changes, not even
a \Seen flag. Kept to the commands that every provider answers rightly: no ENVELOPE, no
BODYSTRUCTURE, no search by text (NetEase and QQ are on record for getting each of these wrong), no
ranges in FETCH, no long command lines. IDLE is a hint and lives in ``ingest/mailbox/idle.py``.
"""

from __future__ import annotations

import imaplib
import ssl
import threading
import time
import zlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import datetime
from itertools import islice, pairwise
from pathlib import Path
from typing import Any, BinaryIO, Literal, NamedTuple, Protocol

import imapclient

from ingest.clock import Clock, SystemClock
from ingest.errors import ConfigError, MailroomError, TemporaryError
from ingest.mailbox import trouble
from ingest.mailbox.idle import RENEW, SESSION, idle
from ingest.mailbox.protocol import (
    FolderMissingError,
    FolderState,
    MessageSummary,
    MessageUnreadableError,
)
from ingest.mailbox.sent import choose_sent, message_id_in
from ingest.mailbox.wire import BoundedIMAP4

#: a mail above this is fetched in pieces, so memory does not follow mail size
WHOLE = 8 * 1024 * 1024
PIECE = 4 * 1024 * 1024  #: the size of these
_PER_FETCH = 50  #: QQ silently drops command lines of more than about 6 KB
#: ASCII only; NetEase lets nobody in without
_ID = {"name": "mailroom", "version": "1", "vendor": "mailroom"}


class _Client(imapclient.IMAPClient):  # type: ignore[misc]  # imapclient ships no types
    """IMAPClient on a connection that is already open."""

    def __init__(self, wire: BoundedIMAP4, timeout: float) -> None:
        self._wire = wire
        super().__init__(wire.host, wire.port, ssl=False, timeout=timeout)
        # IMAPClient sets 5, and imaplib then formats every literal twice for nobody: ten times
        # slower on 3 MB mails.
        self._imap.debug = 0
        # else INTERNALDATE loses its offset to the time zone of this machine
        self.normalise_times = False

    def list_uids(self, *criteria: str) -> list[int]:
        """UID SEARCH; also where a server answers in several lines (the library calls that
        unexpected) or adds MODSEQ.
        """
        lines = self._raw_command_untagged(b"SEARCH", [word.encode() for word in criteria])
        words = b" ".join(line for line in lines if line).partition(b"(")[0]
        return [int(word) for word in words.split()]

    def login_with_token(self, username: str, token: str) -> None:
        """SASL XOAUTH2. Why it is refused comes as a challenge, which wants an empty answer."""
        words = iter([f"user={username}\1auth=Bearer {token}\1\1".encode()])
        self._imap.authenticate("XOAUTH2", lambda _challenge: next(words, b""))

    def _create_IMAP4(self) -> BoundedIMAP4:  # noqa: N802  the library's name
        return self._wire


class Tokens(Protocol):
    """Who has access tokens for an account: :class:`ingest.oauth2.TokenSource`."""

    def token(self) -> str:
        """One that holds for some minutes; raises MailroomError."""

    def forget(self) -> bool:
        """It was refused; whether it had been used before."""


class _Copy(NamedTuple):
    """What one reading of a mail amounted to."""

    length: int
    checksum: (
        #: CRC-32: two readings of one server are compared, nobody is being deceived; the spool has
        #: the SHA-256
        int
    )


class ImapMailbox:
    """An account on an IMAP server.

    ``timeout`` (seconds) is the patience for silence and, plus the time a slow line needs for the
    bytes asked for, the deadline of every single exchange; ``session_limit`` (seconds) is that of a
    whole session.
    """

    def __init__(
        self,
        host: str,
        port: int,
        *,
        security: Literal["tls", "starttls", "none"],
        username: str,
        password: str = "",
        tokens: Tokens | None = None,
        ca_file: Path | None = None,
        timeout: float = 60.0,
        session_limit: float = 3600.0,
        search_window: int = 20_000,
        max_message_size: int = 1024**3,
        clock: Clock | None = None,
    ) -> None:
        self.address = f"{host}:{port}"
        self._host, self._port, self._security = host, port, security
        self._username, self._password, self._tokens = username, password, tokens
        self._ca_file, self._timeout, self._session_limit = ca_file, timeout, session_limit
        self.search_window, self.max_message_size = search_window, max_message_size
        self.clock = clock or SystemClock()

    @contextmanager
    def session(self) -> Iterator[ImapSession]:
        """See :meth:`ingest.mailbox.protocol.Mailbox.session`."""
        tls = None if self._security == "none" else _tls_context(self._ca_file)
        if self._tokens is not None:
            self._password = self._tokens.token()
        wire = self._connect(tls)
        try:
            client = self._start(wire, tls)
            self._login(client, wire)
            yield ImapSession(client, wire, self)
            _say_goodbye(client, wire)
        finally:
            _shut(wire)

    def hear(self, folder: str, news: Callable[[], None], stop: threading.Event) -> bool:
        """See :class:`ingest.mailbox.idle.HearingMailbox`."""
        ends = time.monotonic() + SESSION.total_seconds()
        with self.session() as session:
            if not session.open_for_news(folder):
                return False
            news()  # what came between the last look and now
            while not stop.is_set() and time.monotonic() < ends:
                if session.wait_for_news(RENEW.total_seconds(), stop):
                    news()
        return True

    def words(self, wire: BoundedIMAP4) -> str:
        """The server's last status line, fit for a message."""
        return trouble.server_words(wire.last_words, self._password)

    def _connect(self, tls: ssl.SSLContext | None) -> BoundedIMAP4:
        try:
            return BoundedIMAP4(
                self._host,
                self._port,
                timeout=self._timeout,
                session_limit=self._session_limit,
                tls=tls if self._security == "tls" else None,
            )
        except trouble.SERVER_TROUBLE as error:
            raise trouble.connecting(error, self.address) from error

    def _start(self, wire: BoundedIMAP4, tls: ssl.SSLContext | None) -> _Client:
        """STARTTLS or nothing: a server, or somebody on the way, that does not offer it gets no
        password.
        """
        try:
            client = _Client(wire, self._timeout)
            if self._security == "starttls":
                if not client.has_capability("STARTTLS"):
                    raise trouble.no_starttls(self.address)
                client.starttls(tls)
        except trouble.SERVER_TROUBLE as error:
            raise trouble.connecting(error, self.address) from error
        return client

    def _login(self, client: _Client, wire: BoundedIMAP4) -> None:
        """LOGIN, then ID where it is known: NetEase refuses every folder to a client that has not
        named itself.
        """
        wire.allow(0)
        try:
            if client.has_capability("LOGINDISABLED"):
                raise trouble.plaintext_forbidden(self.address)
            if self._tokens is not None:
                client.login_with_token(self._username, self._password)
            else:
                client.login(self._username, self._password)
        except trouble.SERVER_TROUBLE as error:
            # From nowhere on purpose: the text of a cause could show what was sent.
            raise self._login_trouble(error, wire) from None
        wire.allow(0)
        try:
            if client.has_capability("ID"):
                client.id_(_ID)
        except trouble.SERVER_TROUBLE as error:
            if not _plain_refusal(error):
                raise trouble.interrupted(error, self.address, "登录") from error

    def _login_trouble(self, error: Exception, wire: BoundedIMAP4) -> MailroomError:
        """IMAPClient reports a connection lost during LOGIN as a LoginError too; the
        cause tells.
        """
        cause = error.__context__ if isinstance(error, imapclient.exceptions.LoginError) else error
        if _plain_refusal(cause) and self._tokens is not None:
            return trouble.token_refused(
                self.words(wire), self.address, self._username, used=self._tokens.forget()
            )
        if _plain_refusal(cause):
            return trouble.login_refused(self.words(wire), self.address, self._username)
        if isinstance(cause, UnicodeError):
            return ConfigError(
                "邮箱的用户名或密码里有非英文字符",
                "检查 username 与密码文件;授权码只有英文字母和数字。",
            )
        return trouble.interrupted(cause or error, self.address, "登录")


class ImapSession:
    """See :class:`ingest.mailbox.protocol.MailboxSession`."""

    def __init__(self, client: _Client, wire: BoundedIMAP4, mailbox: ImapMailbox) -> None:
        self._client, self._wire, self._mailbox = client, wire, mailbox

    def examine(self, folder: str) -> FolderState:
        """See the protocol. EXAMINE, then SEARCH ALL; above ``search_window`` mails in several
        windows of uids.

        Raises:
            FolderMissingError: there is no such folder.
            TemporaryError: any other trouble; also a folder that is said to hold mails and lists
            none.
        """
        with self._asking(f"打开文件夹“{folder}”"):
            answer = self._select(folder)
            exists = int(answer.get(b"EXISTS", 0))
            uids = tuple(sorted(set(self._list(exists))))
        if exists and not uids:
            raise TemporaryError(
                f"邮件服务器 {self._mailbox.address} 说“{folder}”里有 {exists} 封邮件,却一封也没有列出",
                "稍后会再试。",
            )
        return FolderState(folder, int(answer.get(b"UIDVALIDITY", 0)), uids)

    def open_for_news(self, folder: str) -> bool:
        """Open a folder without listing it; False when the server cannot tell news of it."""
        with self._asking(f"打开文件夹“{folder}”"):
            if not self._client.has_capability("IDLE"):
                return False
            self._select(folder)
        return True

    def wait_for_news(self, seconds: float, stop: threading.Event) -> bool:
        """Whether the opened folder may hold new mail; waits for that at most ``seconds``."""
        with self._asking("等待新邮件"):
            return idle(self._wire, seconds, stop)

    def summaries(self, uids: Iterable[int]) -> list[MessageSummary]:
        """See the protocol."""
        found: list[MessageSummary] = []
        for batch in _batches(uids):
            with self._asking("列出邮件"):
                answer = self._client.fetch(batch, ["RFC822.SIZE", "INTERNALDATE"])
            found += [self._summary(uid, answer[uid]) for uid in batch if answer.get(uid)]
        return sorted(found, key=lambda summary: summary.uid)

    def fetch_raw(self, uid: int, size: int, into: BinaryIO) -> bool:
        """See the protocol.

        Servers are on record for announcing a wrong RFC822.SIZE. When the bytes do not add up the
        mail is read a second time: two equal readings outvote the announcement, two different ones
        are trouble to be retried.

        Raises:
            MessageUnreadableError: two readings differ, or are longer than the mail may be.
        """
        first = self._copy(uid, size, into)
        if first is None:
            return False
        if first.length != size and (first.length == 0 or self._copy(uid, size, None) != first):
            raise MessageUnreadableError(
                f"邮件服务器 {self._mailbox.address} 给出的邮件 {uid} 不完整:应有 {size} 字节,收到 {first.length} 字节",
                "稍后会再试。",
            )
        return True

    def _copy(self, uid: int, size: int, into: BinaryIO | None) -> _Copy | None:
        checksum, length = 0, 0
        for piece in self._pieces(uid, size):
            if piece is None:
                return None
            checksum = zlib.crc32(piece, checksum)
            length += len(piece)
            if length > max(self._mailbox.max_message_size, size):
                raise MessageUnreadableError(
                    f"邮件 {uid} 比邮件服务器 {self._mailbox.address} 说的大得多({size} 字节),不再接收",
                    "请在网页邮箱里看看这封邮件。",
                )
            if into is not None:
                into.write(piece)
        return _Copy(length, checksum)

    def _pieces(self, uid: int, size: int) -> Iterator[bytes | None]:
        """The mail whole or in pieces, up to the first short one; None when it is gone."""
        if size <= WHOLE:
            yield self._body(uid, "BODY.PEEK[]", WHOLE + PIECE)
            return
        offset = 0
        while True:
            piece = self._body(uid, f"BODY.PEEK[]<{offset}.{PIECE}>", 2 * PIECE)
            yield piece
            if piece is None or len(piece) < PIECE:
                return
            offset += PIECE

    def fetch_small(self, summaries: Sequence[MessageSummary]) -> dict[int, bytes]:
        """See the protocol."""
        sizes = {summary.uid: summary.size for summary in summaries}
        try:
            with self._asking("下载邮件", sum(sizes.values()), MessageUnreadableError):
                answer = self._client.fetch(list(sizes), ["BODY.PEEK[]"])
        except MessageUnreadableError:
            return {}
        bodies = {uid: _body_of(answer.get(uid, {})) for uid in sizes}
        return {
            uid: body
            for uid, body in bodies.items()
            if body is not None
            and len(
                body,
            )
            == sizes[uid]
            > 0
        }

    def fetch_header(self, uid: int, limit: int) -> bytes | None:
        """See the protocol."""
        return self._body(uid, f"BODY.PEEK[HEADER]<0.{limit}>", limit)

    def sent_folder(self) -> str | None:
        """See the protocol. LIST; servers that flag nothing are known by their folders' names."""
        with self._asking("列出文件夹"):
            return choose_sent(self._client.list_folders())

    def message_ids(self, uids: Iterable[int]) -> frozenset[str]:
        """See the protocol. One header field of each mail; nothing is searched."""
        found: set[str] = set()
        for batch in _batches(uids):
            with self._asking("查看已发送的邮件"):
                answer = self._client.fetch(batch, ["BODY.PEEK[HEADER.FIELDS (MESSAGE-ID)]"])
            bodies = (_body_of(answer.get(uid, {})) for uid in batch)
            found.update(name for body in bodies if body and (name := message_id_in(body)))
        return frozenset(found)

    def _body(self, uid: int, item: str, expected_bytes: int) -> bytes | None:
        """One FETCH. NIL means expunged or lost on the server, an empty answer means expunged: both
        are "gone".
        """
        with self._asking(f"下载邮件 {uid}", expected_bytes, MessageUnreadableError):
            return _body_of(self._client.fetch([uid], [item]).get(uid, {}))

    def _select(self, folder: str) -> dict[bytes, Any]:
        try:
            return dict(self._client.select_folder(folder, readonly=True))
        except imaplib.IMAP4.error as error:
            if not _plain_refusal(error):
                raise
            # Looked at before the next question overwrites it.
            words = self._mailbox.words(self._wire)
            if not self._client.folder_exists(folder):
                raise FolderMissingError(
                    f"邮箱里没有文件夹“{folder}”",
                    "检查 [mailbox] 的 folder 与 also_watch;文件夹名以网页邮箱显示的为准。",
                ) from error
            raise trouble.refused(words, self._mailbox.address, f"打开文件夹“{folder}”") from error

    def _list(self, exists: int) -> Iterator[int]:
        """All uids. Windows begin at the uid of every n-th mail: uids may be sparse and start at a
        thousand million.
        """
        if exists == 0:
            return
        if exists <= self._mailbox.search_window:
            yield from self._client.list_uids("ALL")
            return
        firsts = sorted(set(self._uids_at(range(1, exists + 1, self._mailbox.search_window))))
        for low, above in pairwise([1, *firsts[1:], 0]):
            self._wire.allow(0)
            # "n:*" also names the last mail when its uid is below n (RFC 9051 6.4.4): the caller
            # drops doubles.
            yield from self._client.list_uids("UID", f"{low}:{above - 1 if above else '*'}")

    def _uids_at(self, positions: Iterable[int]) -> Iterator[int]:
        self._client.use_uid = False
        try:
            for batch in _batches(positions):
                self._wire.allow(0)
                yield from (
                    int(items[b"UID"])
                    for items in self._client.fetch(
                        batch,
                        ["UID"],
                    ).values()
                )
        finally:
            self._client.use_uid = True

    def _summary(self, uid: int, items: dict[bytes, Any]) -> MessageSummary:
        received = items.get(b"INTERNALDATE")
        size = int(items.get(b"RFC822.SIZE") or 0)
        if isinstance(received, datetime) and received.tzinfo is not None:
            return MessageSummary(uid, size, received)
        return MessageSummary(uid, size, self._mailbox.clock.now(), dated=False)

    @contextmanager
    def _asking(
        self, doing: str, expected_bytes: int = 0, refusal: type[TemporaryError] = TemporaryError
    ) -> Iterator[None]:
        """One exchange under its own limits, with the library's errors turned into ours;
        ``refusal`` for a NO or BAD.
        """
        self._wire.allow(expected_bytes)
        try:
            yield
        except trouble.SERVER_TROUBLE as error:
            if _plain_refusal(error):
                words = self._mailbox.words(self._wire)
                raise trouble.refused(words, self._mailbox.address, doing, refusal) from error
            raise trouble.interrupted(error, self._mailbox.address, doing) from error


def _body_of(items: dict[bytes, Any]) -> bytes | None:
    body = next((value for key, value in items.items() if key.startswith(b"BODY[")), None)
    return body if isinstance(body, bytes) else None


def _plain_refusal(error: BaseException | None) -> bool:
    """A NO or BAD on a connection that still works. ``readonly`` is an ``abort`` too, but EXAMINE
    never raises it.
    """
    broken = (imaplib.IMAP4.abort, imapclient.exceptions.ProtocolError)
    return isinstance(error, imaplib.IMAP4.error) and not isinstance(error, broken)


def _tls_context(ca_file: Path | None) -> ssl.SSLContext:
    try:
        return ssl.create_default_context(cafile=ca_file)
    except OSError as error:
        raise ConfigError(
            f"读不了 CA 证书文件 {ca_file}", "检查 ca_file:应是 PEM 格式,且运行本程序的用户可读。"
        ) from error


def _say_goodbye(client: _Client, wire: BoundedIMAP4) -> None:
    """LOGOUT; whatever the server makes of that changes nothing."""
    wire.allow(0, seconds=5.0)
    with suppress(*trouble.SERVER_TROUBLE):
        client.logout()


def _shut(wire: BoundedIMAP4) -> None:
    with suppress(*trouble.SERVER_TROUBLE):
        wire.shutdown()


def _batches(numbers: Iterable[int]) -> Iterator[list[int]]:
    remaining = iter(numbers)
    while batch := list(islice(remaining, _PER_FETCH)):
        yield batch
