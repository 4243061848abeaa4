"""One body of behaviour for every mailbox: the fake that other tests use, the embedded one of the
demo, and Dovecot.
"""

from __future__ import annotations

import imaplib
import io
import random
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from typing import Any, Protocol

import pytest

from ingest.demo.mailbox import EmbeddedMailbox
from ingest.errors import LoginRefusedError
from ingest.mailbox.imap import PIECE, ImapMailbox
from ingest.mailbox.protocol import FolderMissingError, Mailbox
from tests.fakes.mailbox import FakeMailbox
from tests.servers.dovecot import DovecotAccount

BEIJING = timezone(timedelta(hours=8))
LAST_MINUTE = datetime(2024, 8, 31, 23, 59, 58, tzinfo=BEIJING)
MAIL = (
    b"From: a@example.invalid\r\nSubject: =?utf-8?B?55Sz5oql?=\r\n\r\nhello\r\n.\r\n..\r\nbye\r\n"
)


class Account(Protocol):
    """What a test may do to an account from outside, and our client for it."""

    def append(self, raw: bytes, received: datetime, folder: str = "INBOX") -> Any: ...
    def mailbox(self, **changes: Any) -> Mailbox: ...
    def expunge(self, uid: int) -> None: ...


class FakeAccount:
    def __init__(self) -> None:
        self.fake = FakeMailbox()
        self.append, self.expunge = self.fake.append, self.fake.expunge

    def mailbox(self, **changes: Any) -> Mailbox:
        self.fake.password_accepted = "password" not in changes
        return self.fake


class EmbeddedAccount:
    def __init__(self, server: EmbeddedMailbox) -> None:
        self.server = server
        self.append = server.append

    def mailbox(self, **changes: Any) -> Mailbox:
        server = self.server
        settings: dict[str, Any] = {
            "username": server.username,
            "password": server.password,
            "timeout": 10.0,
        }
        return ImapMailbox(server.host, server.port, security="none", **(settings | changes))

    def expunge(self, uid: int) -> None:
        with imaplib.IMAP4(self.server.host, self.server.port, timeout=10) as client:
            client.login(self.server.username, self.server.password)
            client.select()
            client.uid("STORE", str(uid), "+FLAGS", r"(\Deleted)")
            client.expunge()


@pytest.fixture(params=["fake", "embedded", pytest.param("dovecot", marks=pytest.mark.dovecot)])
def account(request: pytest.FixtureRequest) -> Iterator[Account]:
    if request.param == "fake":
        yield FakeAccount()
    elif request.param == "embedded":
        with EmbeddedMailbox() as server:
            yield EmbeddedAccount(server)
    else:
        dovecot: DovecotAccount = request.getfixturevalue("dovecot")
        yield dovecot


def raw_of(mailbox: Mailbox, uid: int) -> bytes | None:
    """A mail of the INBOX as our client gets it; None when it is gone."""
    with mailbox.session() as session:
        session.examine("INBOX")
        sizes = {summary.uid: summary.size for summary in session.summaries([uid])}
        into = io.BytesIO()
        return into.getvalue() if session.fetch_raw(uid, sizes.get(uid, 0), into) else None


def test_an_empty_folder_lists_no_mail(account: Account) -> None:
    """Nothing there is an answer, not an error."""
    with account.mailbox().session() as session:
        state = session.examine("INBOX")
        assert (state.name, state.uids) == ("INBOX", ())
        assert session.summaries([]) == []


def test_mails_are_listed_once_each_in_the_order_they_came(account: Account) -> None:
    """Ascending uids, whatever arrived in between."""
    for number in range(3):
        account.append(MAIL + b"%d\r\n" % number, LAST_MINUTE)
    with account.mailbox().session() as session:
        first = session.examine("INBOX")
    account.append(MAIL, LAST_MINUTE)
    with account.mailbox().session() as session:
        second = session.examine("INBOX")
    assert len(first.uids) == 3
    assert list(second.uids) == sorted(set(second.uids))
    assert second.uids[:3] == first.uids
    assert second.uidvalidity == first.uidvalidity


def test_a_summary_tells_the_size_and_the_instant_of_arrival(account: Account) -> None:
    """The instant is aware: a mail of 23:59:58 in Beijing is one of 15:59:58 UTC wherever this
    runs.
    """
    account.append(MAIL, LAST_MINUTE)
    with account.mailbox().session() as session:
        (summary,) = session.summaries(session.examine("INBOX").uids)
    assert summary.size == len(MAIL)
    assert summary.received == datetime(2024, 8, 31, 15, 59, 58, tzinfo=UTC)
    assert summary.received.utcoffset() is not None
    assert summary.dated


@pytest.mark.parametrize(
    "raw",
    [
        MAIL,
        b"Subject: \xb9\xd8\xd3\xda\xc9\xea\xb1\xa8\r\n\r\n\xc4\xfa\xba\xc3\r\n",
        b"Subject: long\r\n\r\n" + b"x" * 100_000 + b"\r\n",
        b"Subject: no line end at the end\r\n\r\nend",
    ],
    ids=["dots", "raw GBK", "one long line", "no last line end"],
)
def test_a_mail_arrives_byte_for_byte(account: Account, raw: bytes) -> None:
    """What is stored and hashed is what the server holds."""
    account.append(raw, LAST_MINUTE)
    with account.mailbox().session() as session:
        (uid,) = session.examine("INBOX").uids
    assert raw_of(account.mailbox(), uid) == raw


def test_a_mail_of_several_pieces_arrives_whole(account: Account) -> None:
    """Above one piece it is fetched in several, and the seams do not show."""
    body = random.Random(7).randbytes(PIECE + PIECE // 4).hex().encode()
    raw = (
        b"Subject: big\r\n\r\n"
        + b"\r\n".join(
            body[at : at + 76]
            for at in range(
                0,
                len(body),
                76,
            )
        )
        + b"\r\n"
    )
    account.append(raw, LAST_MINUTE)
    with account.mailbox().session() as session:
        (uid,) = session.examine("INBOX").uids
    assert raw_of(account.mailbox(), uid) == raw


def test_small_mails_come_together_and_a_gone_one_is_left_out(account: Account) -> None:
    """One exchange for all; whoever asks for the missing one alone is told why."""
    mails = [MAIL + b"%d\r\n" % number for number in range(3)]
    for raw in mails:
        account.append(raw, LAST_MINUTE)
    with account.mailbox().session() as session:
        first, gone, last = session.summaries(session.examine("INBOX").uids)
    account.expunge(gone.uid)
    with account.mailbox().session() as session:
        session.examine("INBOX")
        assert session.fetch_small([first, gone, last]) == {first.uid: mails[0], last.uid: mails[2]}


def test_small_mails_that_do_not_add_up_are_left_out(account: Account) -> None:
    """A summary that says another size is not to be believed, and neither are the bytes before they
    were read twice.
    """
    account.append(MAIL, LAST_MINUTE)
    with account.mailbox().session() as session:
        (summary,) = session.summaries(session.examine("INBOX").uids)
        assert session.fetch_small([replace(summary, size=summary.size + 1)]) == {}


def test_a_header_block_comes_without_its_body(account: Account) -> None:
    """All that is known of a mail too large to be taken."""
    account.append(MAIL, LAST_MINUTE)
    with account.mailbox().session() as session:
        (uid,) = session.examine("INBOX").uids
        head = MAIL[: MAIL.index(b"hello")]
        assert session.fetch_header(uid, 1000) == head
        assert session.fetch_header(uid, 10) == head[:10]
        assert session.fetch_header(uid + 1, 1000) is None


def test_a_mail_that_is_gone_is_left_out_and_not_an_empty_mail(account: Account) -> None:
    """Somebody deleted it between listing and fetching."""
    for _ in range(2):
        account.append(MAIL, LAST_MINUTE)
    with account.mailbox().session() as session:
        gone, kept = session.examine("INBOX").uids
    account.expunge(gone)
    with account.mailbox().session() as session:
        assert session.examine("INBOX").uids == (kept,)
        assert [summary.uid for summary in session.summaries([gone, kept])] == [kept]
        assert session.fetch_raw(gone, len(MAIL), io.BytesIO()) is False


def test_a_missing_folder_is_said_so_and_the_session_goes_on(account: Account) -> None:
    """One wrong name in the settings does not stop the other folders."""
    with account.mailbox().session() as session:
        with pytest.raises(FolderMissingError, match="没有文件夹“订阅邮件”"):
            session.examine("订阅邮件")
        assert session.examine("INBOX").uids == ()


def test_a_folder_with_a_chinese_name_is_read_like_any_other(account: Account) -> None:
    """Applicants' mails land in 垃圾邮件."""
    account.append(MAIL, LAST_MINUTE, "垃圾邮件")
    with account.mailbox().session() as session:
        assert session.examine("INBOX").uids == ()
        assert len(session.examine("垃圾邮件").uids) == 1


def test_a_wrong_password_is_refused_and_not_called_trouble(account: Account) -> None:
    """Trying a wrong password again leads to a lock-out."""
    with pytest.raises(LoginRefusedError), account.mailbox(password="wrong").session():
        pass


def test_errors_of_the_caller_pass_through_a_session_unchanged(account: Account) -> None:
    """A full disk while a mail is written is not the mail server's fault."""

    class FullDisk(io.BytesIO):
        def write(self, data: Any) -> int:
            raise OSError(28, "No space left on device")

    def fetch(into: io.BytesIO) -> None:
        with account.mailbox().session() as session:
            (uid,) = session.examine("INBOX").uids
            session.fetch_raw(uid, len(MAIL), into)

    account.append(MAIL, LAST_MINUTE)
    with pytest.raises(OSError, match="No space left"):
        fetch(FullDisk())
