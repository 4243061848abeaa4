"""Sent mail of every mailbox: the fake, the embedded one and Dovecot find the folder and name what
lies in it alike.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any, Protocol

import pytest

from ingest.demo.mailbox import EmbeddedMailbox
from ingest.mailbox.imap import ImapMailbox
from ingest.mailbox.protocol import Mailbox
from tests.fakes.mailbox import FakeMailbox
from tests.servers.dovecot import DovecotAccount

NOW = datetime(2024, 8, 30, 2, 0, tzinfo=UTC)


class Account(Protocol):
    def append(self, raw: bytes, received: datetime, folder: str = "INBOX") -> Any: ...
    def mailbox(self) -> Mailbox: ...


class Fake(FakeMailbox):
    def mailbox(self) -> Mailbox:
        return self


class Embedded:
    def __init__(self, server: EmbeddedMailbox) -> None:
        self.server, self.append = server, server.append

    def mailbox(self) -> Mailbox:
        server = self.server
        return ImapMailbox(
            server.host,
            server.port,
            security="none",
            username=server.username,
            password=server.password,
            timeout=10.0,
        )


@pytest.fixture(params=["fake", "embedded", pytest.param("dovecot", marks=pytest.mark.dovecot)])
def account(request: pytest.FixtureRequest) -> Iterator[Account]:
    if request.param == "fake":
        yield Fake()
    elif request.param == "embedded":
        with EmbeddedMailbox() as server:
            yield Embedded(server)
    else:
        dovecot: DovecotAccount = request.getfixturevalue("dovecot")
        yield dovecot


def letter(number: int) -> bytes:
    return (
        b"Subject: x\r\nMessage-ID: <letter%d@office.example>\r\n\r\nMessage-ID: <body@office.example>\r\n"
        % number
    )


@pytest.mark.parametrize("folder", ["已发送", "Sent Messages"])
def test_what_was_sent_is_known_by_its_message_id(account: Account, folder: str) -> None:
    """Only from the headers, also in more than one exchange; mails without one and mails that are
    gone are left out.
    """
    for number in range(60):
        account.append(letter(number), NOW, folder)
    account.append(b"Subject: no identity\r\n\r\nx\r\n", NOW, folder)
    with account.mailbox().session() as session:
        assert session.sent_folder() == folder
        uids = session.examine(folder).uids
        assert session.message_ids(
            uids,
        ) == {f"<letter{number}@office.example>" for number in range(60)}
        assert session.message_ids(uids[:1]) == {"<letter0@office.example>"}
        assert session.message_ids([uids[-1] + 1000]) == frozenset()


def test_an_account_that_keeps_no_sent_mail_says_so(account: Account) -> None:
    """None, and the session goes on."""
    with account.mailbox().session() as session:
        assert session.sent_folder() is None
        assert session.examine("INBOX").uids == ()


@pytest.mark.dovecot
def test_nothing_is_marked_as_read_by_looking(dovecot: DovecotAccount) -> None:
    """The folder is opened read-only and only headers are peeked at."""
    dovecot.append(letter(1), NOW, "Sent")
    with dovecot.mailbox().session() as session:
        session.message_ids(session.examine("Sent").uids)
    flags = dovecot.server.doveadm(
        "fetch",
        "-u",
        dovecot.username,
        "flags",
        "mailbox",
        "Sent",
        "all",
    )
    assert "Seen" not in flags
