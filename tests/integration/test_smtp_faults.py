"""How far a letter had got when the server, or the way to it, misbehaved."""

from __future__ import annotations

import time
from typing import Any

import pytest

from ingest.demo.smtp_sink import SmtpSink
from notifier.smtp import SmtpTransport
from notifier.transport import SendOutcome, SendResult, SmtpLoginRefused, SmtpUnavailable
from tests.servers.certificates import Certificates
from tests.servers.faultproxy import Fault, FaultProxy
from tests.servers.scripted import Conversation, ScriptedServer
from tests.servers.smtp import ACCOUNT, PASSWORD, server_context, transport_to

OFFICE, APPLICANT = "office@example.invalid", "school@example.invalid"
LETTER = b"From: office@example.invalid\r\nSubject: receipt\r\n\r\n" + b"line\r\n" * 30_000


def send(transport: SmtpTransport, letter: bytes = LETTER) -> SendResult:
    """One letter in a session of its own."""
    with transport.session() as session:
        return session.send(OFFICE, APPLICANT, letter)


def send_through(sink: SmtpSink, *faults: Fault, letter: bytes = LETTER) -> SendResult:
    """The same through a wire that breaks."""
    with FaultProxy((sink.host, sink.port), *faults) as proxy:
        result = send(transport_to(sink, port=proxy.port, timeout=2.0, final_timeout=1.0), letter)
    assert all(fault.fired for fault in faults)
    return result


# --- the border at the final dot ------------------------------------------------------------------


@pytest.mark.parametrize(
    "action",
    ["deliver_then_reset", "deliver_then_close", "deliver_then_freeze"],
)
def test_a_reply_lost_after_the_final_dot_leaves_it_uncertain(
    smtp_sink: SmtpSink,
    action: Any,
) -> None:
    """The server took it, we cannot know; sending again would make two."""
    result = send_through(smtp_sink, Fault("client", rb"\r\n\.\r\n", action))
    assert result.outcome is SendOutcome.UNCERTAIN
    assert len(smtp_sink.letters) == 1


@pytest.mark.parametrize(
    ("pattern", "after"),
    [
        (rb"MAIL FROM", 0),
        (rb"RCPT TO[^\n]*\n", 0),
        (rb"DATA\r\n", 0),
        (rb"Subject: receipt", 20_000),
    ],
    ids=["at MAIL", "after RCPT", "at DATA", "in the text"],
)
def test_a_connection_lost_before_the_final_dot_may_be_tried_again(
    smtp_sink: SmtpSink, pattern: bytes, after: int
) -> None:
    """The server has no complete letter, so it has none.

    The letter is larger than all buffers on the way: of a small one everything is on its way before
    the cut is noticed, and then nobody knows.
    """
    result = send_through(
        smtp_sink,
        Fault("client", pattern, "reset", after=after),
        letter=LETTER + b"x" * 24_000_000,
    )
    assert result.outcome is SendOutcome.RETRY
    assert smtp_sink.letters == []


def test_a_reply_of_421_to_data_ends_the_session_and_the_letter_waits(smtp_sink: SmtpSink) -> None:
    """Nothing was handed over; the rest of the batch is not tried on a dead session."""
    hang_up = Fault(
        "client",
        rb"DATA\r\n",
        "answer",
        data=b"421 4.7.0 too many mails, try later\r\n",
    )
    with (
        FaultProxy((smtp_sink.host, smtp_sink.port), hang_up) as proxy,
        transport_to(smtp_sink, port=proxy.port).session() as session,
    ):
        first = session.send(OFFICE, APPLICANT, LETTER)
        assert not session.alive
        second = session.send(OFFICE, APPLICANT, LETTER)
    assert (first.outcome, first.code) == (SendOutcome.RETRY, 421)
    assert (second.outcome, second.code) == (SendOutcome.RETRY, 0)


def test_garbage_after_quit_does_not_undo_a_success(smtp_sink: SmtpSink) -> None:
    """QQ answers QUIT with NULs; the standard library raises for it although the letter
    was taken.
    """
    smtp_sink.replies["QUIT"] = "\x00\x00\x00"
    assert send(transport_to(smtp_sink)).outcome is SendOutcome.SENT
    assert len(smtp_sink.letters) == 1


def test_a_connection_reset_at_quit_does_not_undo_a_success(smtp_sink: SmtpSink) -> None:
    """The 250 after the final dot is the only word that counts."""
    assert (
        send_through(
            smtp_sink,
            Fault("client", rb"QUIT\r\n", "reset"),
        ).outcome
        is SendOutcome.SENT
    )


@pytest.mark.parametrize(
    ("reply", "outcome"),
    [
        ("550 DT:SPM 163 smtp1", SendOutcome.REFUSED),
        ("451 DT:SPM ,please try again", SendOutcome.RETRY),
        ("554 DT:SUM 163 smtp1", SendOutcome.CONFIGURATION),
        ("550 MI:STC 163 smtp1", SendOutcome.TOMORROW),
        ("354 go on", SendOutcome.UNCERTAIN),
        ("251 hm", SendOutcome.UNCERTAIN),
    ],
)
def test_only_250_after_the_final_dot_is_a_success(
    smtp_sink: SmtpSink,
    reply: str,
    outcome: SendOutcome,
) -> None:
    """Everything else has its own meaning."""
    smtp_sink.replies["CONTENT"] = reply
    result = send(transport_to(smtp_sink))
    assert (result.outcome, result.reply) == (outcome, reply[4:])


def test_the_patience_after_the_final_dot_is_longer_than_for_other_replies() -> None:
    """A server that looks through the letter for a while is not dead."""

    def talk(conversation: Conversation) -> None:
        _until_content(conversation)
        time.sleep(0.8)
        conversation.say(b"250 Mail OK queued as slow1")
        conversation.line()

    with ScriptedServer(talk) as server:
        transport = SmtpTransport(
            server.host,
            server.port,
            security="none",
            timeout=0.4,
            final_timeout=5.0,
        )
        assert send(transport) == SendResult(SendOutcome.SENT, 250, "Mail OK queued as slow1")


def _until_content(conversation: Conversation) -> None:
    conversation.say(b"220 ready")
    for reply in (b"250 sink", b"250 ok", b"250 ok", b"354 go on"):
        conversation.line()
        conversation.say(reply)
    while conversation.line() != b".":
        pass


# --- security and login ---------------------------------------------------------------------------


@pytest.mark.parametrize("starttls", [False, True])
def test_login_and_letter_are_encrypted_when_asked(
    certificates: Certificates,
    *,
    starttls: bool,
) -> None:
    """Port 465 and port 587."""
    with SmtpSink(
        users={ACCOUNT: PASSWORD},
        tls=server_context(certificates),
        starttls=starttls,
    ) as sink:
        security = "starttls" if starttls else "tls"
        transport = transport_to(
            sink,
            certificates.ca,
            security=security,
            username=ACCOUNT,
            password=PASSWORD,
        )
        assert send(transport).outcome is SendOutcome.SENT
        assert len(sink.letters) == 1


def test_a_server_nobody_vouches_for_gets_no_letter(certificates: Certificates) -> None:
    """Our own CA file is not given here."""
    with SmtpSink(tls=server_context(certificates)) as sink:
        with pytest.raises(SmtpUnavailable, match="证书不可信"):
            send(transport_to(sink, security="tls"))
        assert sink.letters == []


def test_without_the_offer_of_starttls_nothing_is_sent(smtp_sink: SmtpSink) -> None:
    """Somebody on the way may have taken it out."""
    with pytest.raises(SmtpUnavailable, match="STARTTLS"):
        send(transport_to(smtp_sink, security="starttls", username=ACCOUNT, password=PASSWORD))
    assert smtp_sink.letters == []


def test_replies_smuggled_in_behind_starttls_are_not_believed(certificates: Certificates) -> None:
    """What came before the encryption may have been written by anybody; believed, it would answer
    for the server.
    """

    def talk(conversation: Conversation) -> None:
        conversation.say(b"220 ready")
        conversation.line()
        conversation.say(b"250-real", b"250 STARTTLS")
        conversation.line()
        conversation.say(b"220 go", b"250 smuggled")
        context = server_context(certificates)
        with context.wrap_socket(conversation.connection, server_side=True) as encrypted:
            inside = Conversation(encrypted, conversation.stopping)
            for reply in (b"250 real", b"250 ok", b"250 ok", b"354 go on"):
                inside.line()
                inside.say(reply)
            while inside.line() != b".":
                pass
            inside.say(b"250 queued as real1")
            inside.line()
            inside.close()

    with ScriptedServer(talk) as server:
        transport = SmtpTransport(
            server.host,
            server.port,
            security="starttls",
            ca_file=certificates.ca,
            timeout=2.0,
            final_timeout=2.0,
        )
        assert send(transport) == SendResult(SendOutcome.SENT, 250, "queued as real1")


def refusing(reply: bytes) -> ScriptedServer:
    """A server that answers AUTH so and hangs up."""

    def talk(conversation: Conversation) -> None:
        conversation.say(b"220 ready")
        conversation.line()
        conversation.say(b"250-refuser", b"250 AUTH LOGIN PLAIN")
        conversation.line()
        conversation.connection.sendall(reply)

    return ScriptedServer(talk)


def test_the_reason_of_a_refused_login_is_told_although_the_server_hangs_up_at_once() -> None:
    """A client that tries the next mechanism reads the end of the connection instead."""
    with (
        refusing("535 Error: 授权码错误 correct-horse\r\n".encode()) as server,
        pytest.raises(SmtpLoginRefused, match="授权码错误") as told,
    ):
        send(
            SmtpTransport(
                server.host,
                server.port,
                security="none",
                username=ACCOUNT,
                password=PASSWORD,
                timeout=2.0,
            )
        )
    assert PASSWORD not in str(told.value)


def test_a_login_refused_for_being_too_frequent_is_tried_again_later() -> None:
    """It is not the password's fault."""
    with (
        refusing(b"535 login frequency limited\r\n") as server,
        pytest.raises(
            SmtpUnavailable,
            match="frequency",
        ),
    ):
        send(
            SmtpTransport(
                server.host,
                server.port,
                security="none",
                username=ACCOUNT,
                password=PASSWORD,
                timeout=2.0,
            )
        )


def test_a_server_that_knows_only_login_is_logged_in_to() -> None:
    """AUTH LOGIN, as older servers have it."""
    said: list[bytes] = []

    def talk(conversation: Conversation) -> None:
        conversation.say(b"220 ready")
        for reply in (
            b"250-old\r\n250 AUTH LOGIN",
            b"334 UGFzc3dvcmQ6",
            b"235 ok",
            b"250 ok",
            b"550 Invalid User",
            b"250 ok",
        ):
            said.append(conversation.line())
            conversation.say(reply)
        conversation.line()

    with ScriptedServer(talk) as server:
        transport = SmtpTransport(
            server.host,
            server.port,
            security="none",
            username=ACCOUNT,
            password=PASSWORD,
            timeout=2.0,
        )
        assert send(transport) == SendResult(SendOutcome.REFUSED, 550, "Invalid User")
    assert said[1].startswith(b"AUTH LOGIN ")


@pytest.mark.parametrize(
    "reply",
    [b"", b"\r\n", b"\x00\x00\x00\r\n"],
    ids=["end", "empty line", "NULs"],
)
def test_a_connection_lost_or_spoilt_during_login_is_no_wrong_password(reply: bytes) -> None:
    """It may be tried again."""
    with refusing(reply) as server, pytest.raises(SmtpUnavailable):
        send(
            SmtpTransport(
                server.host,
                server.port,
                security="none",
                username=ACCOUNT,
                password=PASSWORD,
                timeout=2.0,
            )
        )


def test_a_password_that_cannot_be_one_is_said_so_and_not_shown() -> None:
    """Typed with the Chinese input method switched on."""
    with refusing(b"") as server, pytest.raises(SmtpLoginRefused, match="非英文字符") as told:
        send(
            SmtpTransport(
                server.host,
                server.port,
                security="none",
                username=ACCOUNT,
                password="密钥",
                timeout=2.0,
            )
        )
    assert "密钥" not in str(told.value)


def test_a_sender_address_that_is_none_is_a_fault_of_the_settings(smtp_sink: SmtpSink) -> None:
    """No letter can leave until somebody mends it."""
    with transport_to(smtp_sink).session() as session:
        assert session.send("办公室", APPLICANT, LETTER).outcome is SendOutcome.CONFIGURATION
    assert smtp_sink.letters == []


# --- hostile servers ------------------------------------------------------------------------------


def test_a_server_that_drips_is_left_at_the_deadline() -> None:
    """A byte every fifth of a second resets the library's timeout, for longer than a test has."""

    def talk(conversation: Conversation) -> None:
        conversation.drip(b"220 " + b"x" * 1000, 0.2)

    with ScriptedServer(talk) as server, pytest.raises(SmtpUnavailable, match="没有及时应答"):
        send(SmtpTransport(server.host, server.port, security="none", timeout=0.6))


def test_a_reply_without_end_is_cut_off() -> None:
    """The library would collect it until memory is gone."""

    def talk(conversation: Conversation) -> None:
        while not conversation.stopping.is_set():
            conversation.say(*[b"220-endless"] * 100)

    with ScriptedServer(talk) as server, pytest.raises(SmtpUnavailable):
        send(SmtpTransport(server.host, server.port, security="none", timeout=600.0))


def test_a_greeting_that_refuses_is_told(smtp_sink: SmtpSink) -> None:
    """554 instead of 220."""

    def talk(conversation: Conversation) -> None:
        conversation.say("554 IP 被拒绝".encode())

    with ScriptedServer(talk) as server, pytest.raises(SmtpUnavailable, match="IP 被拒绝"):
        send(SmtpTransport(server.host, server.port, security="none", timeout=2.0))


def test_bare_line_feeds_leave_as_crlf(smtp_sink: SmtpSink) -> None:
    """Servers cut or refuse anything else, and a bare LF before a dot would be a way to smuggle a
    second letter.
    """
    with transport_to(smtp_sink).session() as session:
        session.send(
            OFFICE,
            APPLICANT,
            b"Subject: x\n\nfirst\n.\nMAIL FROM:<evil@example.invalid>\nlast",
        )
    (letter,) = smtp_sink.letters
    assert (
        letter.data
        == b"Subject: x\r\n\r\nfirst\r\n.\r\nMAIL FROM:<evil@example.invalid>\r\nlast\r\n"
    )
