"""One body of behaviour for every way out: the fake that other tests use, and our SMTP client with
a real server.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Protocol

import pytest

from ingest.demo.smtp_sink import SmtpSink
from notifier.transport import SendOutcome, SmtpLoginRefused, SmtpUnavailable, Transport
from tests.fakes.transport import FakeTransport
from tests.servers.ports import free_port
from tests.servers.smtp import ACCOUNT, PASSWORD, transport_to

OFFICE, APPLICANT = "office@example.invalid", "school@example.invalid"
LETTER = b"From: office@example.invalid\r\nSubject: =?utf-8?B?5Zue5omn?=\r\n\r\n.first\r\n..second\r\nlast\r\n"


class Peer(Protocol):
    """A server's side: what it took, and what it may be told to answer to the next letter."""

    def transport(self) -> Transport: ...
    def broken(self, how: str) -> Transport: ...
    def refuse_recipient(self, reply: str | None) -> None: ...
    def taken(self) -> list[tuple[str, str, bytes]]: ...


class FakePeer:
    def __init__(self) -> None:
        self.fake = FakeTransport()

    def transport(self) -> Transport:
        return self.fake

    def broken(self, how: str) -> Transport:
        self.fake.trouble = (
            SmtpLoginRefused("535") if how == "password" else SmtpUnavailable("连不上")
        )
        return self.fake

    def refuse_recipient(self, reply: str | None) -> None:
        if reply is not None:
            outcome = SendOutcome.RETRY if reply.startswith("4") else SendOutcome.REFUSED
            self.fake.answer_next(outcome, int(reply[:3]), reply[4:])

    def taken(self) -> list[tuple[str, str, bytes]]:
        return [(letter.sender, letter.recipient, letter.data) for letter in self.fake.letters]


class SmtpPeer:
    def __init__(self, sink: SmtpSink) -> None:
        self.sink = sink

    def transport(self, **changes: Any) -> Transport:
        return transport_to(self.sink, **{"username": ACCOUNT, "password": PASSWORD, **changes})

    def broken(self, how: str) -> Transport:
        return (
            self.transport(
                password="wrong",
            )
            if how == "password"
            else self.transport(port=free_port())
        )

    def refuse_recipient(self, reply: str | None) -> None:
        self.sink.replies = {} if reply is None else {"RCPT": reply}

    def taken(self) -> list[tuple[str, str, bytes]]:
        return [(letter.sender, letter.recipients[0], letter.data) for letter in self.sink.letters]


@pytest.fixture(params=["fake", "smtp"])
def peer(request: pytest.FixtureRequest) -> Iterator[Peer]:
    if request.param == "fake":
        yield FakePeer()
    else:
        with SmtpSink(users={ACCOUNT: PASSWORD}) as sink:
            yield SmtpPeer(sink)


def test_a_letter_arrives_byte_for_byte_with_its_envelope(peer: Peer) -> None:
    """Leading dots included; the 250 and its text are kept as evidence."""
    with peer.transport().session() as session:
        result = session.send(OFFICE, APPLICANT, LETTER)
    assert (result.outcome, result.code) == (SendOutcome.SENT, 250)
    assert "queued" in result.reply
    assert peer.taken() == [(OFFICE, APPLICANT, LETTER)]


def test_several_letters_go_through_one_session(peer: Peer) -> None:
    """One login for a batch: providers count logins."""
    with peer.transport().session() as session:
        outcomes = [
            session.send(
                OFFICE,
                f"school{number}@example.invalid",
                LETTER,
            ).outcome
            for number in range(3)
        ]
        assert session.alive
    assert outcomes == [SendOutcome.SENT] * 3
    assert len(peer.taken()) == 3


@pytest.mark.parametrize(
    ("reply", "outcome"),
    [("550 Invalid User", SendOutcome.REFUSED), ("450 4.2.0 Greylisted", SendOutcome.RETRY)],
)
def test_a_refused_letter_does_not_stop_the_next(
    peer: Peer,
    reply: str,
    outcome: SendOutcome,
) -> None:
    """One wrong address among many."""
    with peer.transport().session() as session:
        peer.refuse_recipient(reply)
        first = session.send(OFFICE, APPLICANT, LETTER)
        peer.refuse_recipient(None)
        second = session.send(OFFICE, APPLICANT, LETTER)
    assert (first.outcome, first.code, first.reply) == (outcome, int(reply[:3]), reply[4:])
    assert second.outcome is SendOutcome.SENT
    assert len(peer.taken()) == 1


@pytest.mark.parametrize(
    "address",
    ["", "no-at-sign", "a b@example.invalid", "a@b\r\nRCPT TO:<c@d>", "学校@example.invalid"],
)
def test_an_address_that_is_none_is_refused_and_not_sent(peer: Peer, address: str) -> None:
    """An applicant's From line is untrusted text; it must not reach the command line of SMTP."""
    with peer.transport().session() as session:
        assert session.send(OFFICE, address, LETTER).outcome is SendOutcome.REFUSED
        assert session.send(OFFICE, APPLICANT, LETTER).outcome is SendOutcome.SENT
    assert [recipient for _, recipient, _ in peer.taken()] == [APPLICANT]


def test_a_wrong_password_is_told_apart_from_a_server_that_is_not_there(peer: Peer) -> None:
    """The first must not be tried again, the second should."""
    with pytest.raises(SmtpLoginRefused), peer.broken("password").session():
        pass
    with pytest.raises(SmtpUnavailable), peer.broken("network").session():
        pass
    assert peer.taken() == []
