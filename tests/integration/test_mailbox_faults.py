"""What becomes of a session when the server, or the way to it, misbehaves."""

from __future__ import annotations

import io
import logging
import time
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from ingest.clock import FixedClock
from ingest.errors import ConfigError, LoginRefusedError, TemporaryError, UnavailableError
from ingest.mailbox.imap import ImapMailbox
from ingest.mailbox.protocol import FolderMissingError, MailboxSession, MessageUnreadableError
from tests.servers.certificates import make_certificates
from tests.servers.dovecot import DovecotAccount
from tests.servers.faultproxy import Fault, FaultProxy
from tests.servers.ports import free_port
from tests.servers.scripted import Conversation, ImapManners, ScriptedImap, ScriptedServer
from tests.servers.smtp import server_context

SECRET = "s3cret-word"
ARRIVED = datetime(2024, 8, 31, 15, 59, 58, tzinfo=UTC)
MAIL = b"Subject: big\r\n\r\n" + b"0123456789abcdef" * 20_000 + b"\r\n"


def client(server: ScriptedServer | FaultProxy, **changes: Any) -> ImapMailbox:
    """Our client for a server on loopback, impatient as tests are."""
    settings: dict[str, Any] = {
        "security": "none",
        "username": "office",
        "password": SECRET,
        "timeout": 3.0,
    }
    return ImapMailbox(server.host, server.port, **(settings | changes))


def look(mailbox: ImapMailbox, folder: str = "INBOX") -> tuple[int, ...]:
    """Open a folder and list it."""
    with mailbox.session() as session:
        return session.examine(folder).uids


def fetch(mailbox: ImapMailbox, uid: int, size: int) -> bytes | None:
    """A mail of the INBOX, or None when it is gone."""
    into = io.BytesIO()
    with mailbox.session() as session:
        session.examine("INBOX")
        return into.getvalue() if session.fetch_raw(uid, size, into) else None


def body(*answers: bytes) -> dict[str, bytes]:
    """A server that answers FETCH with these untagged lines."""
    return {"UID FETCH": b"".join(line + b"\r\n" for line in answers) + b"{t} OK done"}


# --- a real server, and a wire that breaks --------------------------------------------------------


@pytest.mark.dovecot
@pytest.mark.parametrize("action", ["reset", "close", "freeze"])
def test_a_mail_cut_in_the_middle_is_trouble_and_whole_the_next_time(
    dovecot: DovecotAccount,
    action: Any,
) -> None:
    """Half a mail is never taken for a whole one, and nothing is lost by trying again."""
    dovecot.append(MAIL, ARRIVED)
    fault = Fault("server", rb"BODY\[\] \{\d+\}\r\n", action, after=100_000)
    with FaultProxy(("127.0.0.1", dovecot.server.port), fault) as proxy:
        mailbox = dovecot.mailbox(security="none", port=proxy.port, timeout=1.0)
        with pytest.raises(TemporaryError, match="下载邮件 1"):
            fetch(mailbox, 1, len(MAIL))
        assert fault.fired
        assert fetch(mailbox, 1, len(MAIL)) == MAIL


@pytest.mark.dovecot
def test_reading_changes_nothing_on_the_server(dovecot: DovecotAccount) -> None:
    """Staff see every mail as unread in their own program."""
    dovecot.append(MAIL, ARRIVED)
    fetch(dovecot.mailbox(), 1, len(MAIL))
    assert dovecot.unseen() == 1


@pytest.mark.dovecot
def test_a_new_uidvalidity_is_seen(dovecot: DovecotAccount) -> None:
    """A repaired mailbox gets new numbers."""
    dovecot.append(MAIL, ARRIVED)
    dovecot.renumber(1234567890)
    with dovecot.mailbox().session() as session:
        assert session.examine("INBOX").uidvalidity == 1234567890


@pytest.mark.dovecot
def test_a_folder_is_listed_in_windows_as_completely_as_in_one(dovecot: DovecotAccount) -> None:
    """A mailbox of a hundred thousand mails does not fit one answer; gaps in the numbers do not
    matter.
    """
    for number in range(11):
        dovecot.append(b"Subject: %d\r\n\r\nx\r\n" % number, ARRIVED)
    for uid in (1, 4, 5):
        dovecot.expunge(uid)
    assert (
        look(dovecot.mailbox(search_window=3))
        == look(dovecot.mailbox())
        == (
            2,
            3,
            6,
            7,
            8,
            9,
            10,
            11,
        )
    )


@pytest.mark.dovecot
@pytest.mark.parametrize("security", ["tls", "starttls", "none"])
def test_every_kind_of_security_reaches_the_mailbox(dovecot: DovecotAccount, security: str) -> None:
    """All three settings work against a real server."""
    dovecot.append(MAIL, ARRIVED)
    assert fetch(dovecot.mailbox(security=security), 1, len(MAIL)) == MAIL


@pytest.mark.dovecot
def test_a_server_whose_certificate_nobody_vouches_for_gets_no_password(
    dovecot: DovecotAccount,
) -> None:
    """The message says which settings to look at."""
    with pytest.raises(TemporaryError, match="证书不可信") as told:
        look(dovecot.mailbox(ca_file=None))
    assert "ca_file" in told.value.hint


@pytest.mark.dovecot
def test_too_many_connections_is_trouble_and_not_a_wrong_password(dovecot: DovecotAccount) -> None:
    """Dovecot says [LIMIT] in the place of "authentication failed"; ten are allowed."""
    mailboxes = [dovecot.mailbox().session() for _ in range(11)]
    with pytest.raises(TemporaryError, match="LIMIT"):
        _enter_all(mailboxes)


def _enter_all(sessions: list[Any]) -> None:
    with ExitStack() as stack:
        for session in sessions:
            stack.enter_context(session)


# --- unreachable ----------------------------------------------------------------------------------


def test_a_server_that_is_not_there_is_unavailable() -> None:
    """Exit code 69, and nobody is told that the password is wrong."""
    port = free_port()
    with pytest.raises(UnavailableError, match=f"127.0.0.1:{port}"):
        look(
            ImapMailbox(
                "127.0.0.1",
                port,
                security="none",
                username="a",
                password="b",
                timeout=1.0,
            )
        )


def test_a_server_that_never_greets_is_unavailable_after_the_timeout() -> None:
    """The library alone would wait for ever."""
    with (
        ScriptedServer(Conversation.stall) as server,
        pytest.raises(UnavailableError, match="超时"),
    ):
        look(client(server, timeout=0.3))


def test_an_expired_certificate_is_named_as_such(tmp_path: Path) -> None:
    """The administrator of the mail server has to mend that."""
    certificates = make_certificates(tmp_path, expired=True)

    def talk(conversation: Conversation) -> None:
        with server_context(certificates).wrap_socket(conversation.connection, server_side=True):
            conversation.stall()

    with ScriptedServer(talk) as server, pytest.raises(TemporaryError, match="expired"):
        look(client(server, security="tls", ca_file=certificates.ca))


def test_tls_against_a_plain_port_says_that_port_and_security_do_not_fit() -> None:
    """The commonest mistake in the settings."""
    with ScriptedImap() as server, pytest.raises(TemporaryError) as told:
        look(client(server, security="tls"))
    assert "security" in told.value.hint


def test_a_ca_file_that_cannot_be_read_is_the_administrators_fault(tmp_path: Path) -> None:
    """Not trouble of the world: no retrying mends it."""
    with pytest.raises(ConfigError, match="CA"):
        look(
            ImapMailbox(
                "127.0.0.1",
                9,
                security="tls",
                username="a",
                password="b",
                ca_file=tmp_path / "none.pem",
            )
        )


# --- login ----------------------------------------------------------------------------------------


def test_the_client_names_itself_after_login_and_before_the_first_folder() -> None:
    """Without that NetEase answers every folder with Unsafe Login."""
    with ScriptedImap() as server:
        look(client(server))
    verbs = [command.split()[0] for command in server.commands]
    assert verbs.index("LOGIN") < verbs.index("ID") < verbs.index("EXAMINE")
    assert '"name" "mailroom"' in next(
        command
        for command in server.commands
        if command.startswith(
            "ID",
        )
    )


def test_a_server_without_id_is_not_asked_for_it() -> None:
    """QQ closes the connection on commands it does not know."""
    with ScriptedImap({"CAPABILITY": b"* CAPABILITY IMAP4rev1\r\n{t} OK done"}) as server:
        assert look(client(server)) == (11,)
    assert not any(command.startswith("ID") for command in server.commands)


def test_a_refused_login_carries_the_servers_chinese_words_but_no_password() -> None:
    """The library drops everything that is not ASCII; the reason stands there."""
    refusal = f"{{t}} NO LOGIN {SECRET} 授权码已过期".encode()
    with (
        ScriptedImap({"LOGIN": refusal}) as server,
        pytest.raises(LoginRefusedError, match="授权码已过期") as told,
    ):
        look(client(server))
    assert SECRET not in str(told.value)
    assert told.value.__cause__ is None


def test_a_login_refused_for_being_too_frequent_is_tried_again_later() -> None:
    """That passes by itself."""
    with (
        ScriptedImap(
            {"LOGIN": b"{t} NO login frequency limited"},
        ) as server,
        pytest.raises(TemporaryError),
    ):
        look(client(server))


def test_a_connection_lost_during_login_is_no_wrong_password() -> None:
    """The library reports both with the same class."""

    def talk(conversation: Conversation) -> None:
        conversation.say(b"* OK ready")
        tag = conversation.line().split()[0]
        conversation.say(b"* CAPABILITY IMAP4rev1", tag + b" OK done")
        conversation.line()

    with ScriptedServer(talk) as server, pytest.raises(TemporaryError, match="登录时中断"):
        look(client(server))


def test_a_server_that_forbids_plain_login_gets_no_password() -> None:
    """LOGINDISABLED: sending it anyway would show it to everybody on the way."""
    with ScriptedImap(
        {"CAPABILITY": b"* CAPABILITY IMAP4rev1 LOGINDISABLED\r\n{t} OK done"},
    ) as server:
        with pytest.raises(LoginRefusedError) as told:
            look(client(server))
        assert "tls" in told.value.hint
    assert not any(command.startswith("LOGIN") for command in server.commands)


def test_without_the_offer_of_starttls_nothing_is_sent() -> None:
    """Somebody on the way may have taken it out."""
    with ScriptedImap() as server, pytest.raises(TemporaryError, match="STARTTLS"):
        look(client(server, security="starttls"))
    assert not any(command.startswith("LOGIN") for command in server.commands)


def test_plain_text_smuggled_in_behind_starttls_ends_the_session(tmp_path: Path) -> None:
    """What came before the encryption may have been written by anybody."""
    certificates = make_certificates(tmp_path)

    def talk(conversation: Conversation) -> None:
        conversation.say(b"* OK ready")
        tag = conversation.line().split()[0]
        conversation.say(b"* CAPABILITY IMAP4rev1 STARTTLS", tag + b" OK done")
        tag = conversation.line().split()[0]
        conversation.say(tag + b" OK begin", b"* OK smuggled")
        with server_context(certificates).wrap_socket(conversation.connection, server_side=True):
            conversation.stall()

    with ScriptedServer(talk) as server, pytest.raises(TemporaryError) as told:
        look(client(server, security="starttls", ca_file=certificates.ca))
    assert "behind STARTTLS" in str(told.value.__cause__)


def test_a_refused_id_does_not_end_the_session() -> None:
    """It is a courtesy; the next answer tells whether it mattered."""
    with ScriptedImap({"ID": b"{t} BAD Parse command error"}) as server:
        assert look(client(server)) == (11,)


def test_a_password_that_cannot_be_one_is_said_so_and_not_shown() -> None:
    """Typed with the Chinese input method switched on."""
    with ScriptedImap() as server, pytest.raises(ConfigError, match="非英文字符") as told:
        look(client(server, password="密钥"))
    assert "密钥" not in str(told.value)


# --- folders and lists ----------------------------------------------------------------------------


def test_a_refused_folder_that_exists_is_trouble_and_not_a_missing_folder() -> None:
    """NetEase refuses and still lists it."""
    refusal = b"{t} NO EXAMINE Unsafe Login. Please contact kefu@188.com for help"
    with (
        ScriptedImap({"EXAMINE": refusal}) as server,
        pytest.raises(
            TemporaryError,
            match="Unsafe Login",
        ) as told,
    ):
        look(client(server))
    assert "网易" in told.value.hint


def test_a_refused_folder_that_is_not_listed_is_missing() -> None:
    """The administrator wrote a name that is not there."""
    with (
        ScriptedImap({"EXAMINE": b"{t} NO no such mailbox", "LIST": b"{t} OK done"}) as server,
        pytest.raises(FolderMissingError),
    ):
        look(client(server), "垃圾邮件")


def test_a_folder_that_lists_nothing_though_it_has_mails_is_trouble() -> None:
    """An empty list would look like "all mails deleted"."""
    with (
        ScriptedImap({"UID SEARCH": b"* SEARCH\r\n{t} OK done"}) as server,
        pytest.raises(TemporaryError, match="没有列出"),
    ):
        look(client(server))


def test_a_server_without_uidnext_and_with_uids_of_a_thousand_million_is_read() -> None:
    """As NetEase answers."""
    answers = {
        "EXAMINE": b"* 2 EXISTS\r\n* 0 RECENT\r\n* OK [UIDVALIDITY 1] UIDs valid\r\n{t} OK [READ-ONLY] done",
        "UID SEARCH": b"* SEARCH 1392611459 1392611444\r\n{t} OK done",
    }
    with ScriptedImap(answers) as server:
        assert look(client(server)) == (1392611444, 1392611459)


def test_a_mail_without_a_readable_date_gets_the_moment_it_was_asked_for() -> None:
    """It is marked, so that nobody takes that for the server's word."""
    answers = body(b'* 1 FETCH (UID 11 RFC822.SIZE 5 INTERNALDATE "not a date")')
    with (
        ScriptedImap(answers) as server,
        client(
            server,
            clock=FixedClock(ARRIVED),
        ).session() as session,
    ):
        session.examine("INBOX")
        (summary,) = session.summaries([11])
    assert (summary.received, summary.dated, summary.size) == (ARRIVED, False, 5)


def test_no_command_line_grows_with_the_mailbox() -> None:
    """QQ drops long lines without a word: fifty mails to a FETCH."""
    with ScriptedImap(body()) as server, client(server).session() as session:
        session.examine("INBOX")
        assert session.summaries(range(1_392_611_000, 1_392_611_130)) == []
    fetches = [command for command in server.commands if command.startswith("UID FETCH")]
    assert len(fetches) == 3
    assert max(len(command) for command in fetches) < 1000


# --- bytes ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "answer",
    [b"* 1 FETCH (UID 11 BODY[] NIL)", b"* 1 EXPUNGE", b"* OK still here"],
)
def test_a_body_of_nil_or_none_at_all_means_gone(answer: bytes) -> None:
    """Never an empty mail."""
    with ScriptedImap(body(answer)) as server:
        assert fetch(client(server), 11, 100) is None


def test_an_empty_body_for_a_mail_that_has_a_size_is_trouble() -> None:
    """It may be there the next time; taking it as an empty mail would lose it."""
    with (
        ScriptedImap(body(b"* 1 FETCH (UID 11 BODY[] {0}", b")")) as server,
        pytest.raises(TemporaryError, match="不完整"),
    ):
        fetch(client(server), 11, 100)


def test_a_wrong_announced_size_is_outvoted_by_two_equal_readings() -> None:
    """Some servers count wrong for ever; such a mail must not be stuck for ever."""
    with ScriptedImap(body(b"* 1 FETCH (UID 11 BODY[] {5}", b"hello)")) as server:
        assert fetch(client(server), 11, 99) == b"hello"
    assert sum("BODY.PEEK[]" in command for command in server.commands) == 2


def test_two_different_readings_are_trouble() -> None:
    """Then nobody knows what the mail is."""
    bodies = iter([b"hello", b"help!"])
    manners = ImapManners()

    def talk(conversation: Conversation) -> None:
        conversation.say(b"* OK ready")
        while line := conversation.line():
            if b"FETCH" in line:
                text = next(bodies)
                conversation.say(
                    b"* 1 FETCH (UID 11 BODY[] {%d}" % len(text),
                    text + b")",
                    line.split()[0] + b" OK done",
                )
            else:
                conversation.say(manners.answer(line))

    with ScriptedServer(talk) as server, pytest.raises(TemporaryError, match="不完整"):
        fetch(client(server), 11, 99)


def test_a_literal_larger_than_anything_asked_for_is_refused_unread() -> None:
    """The library would reserve the memory first."""
    answers = body(b"* 1 FETCH (UID 11 BODY[] {99999999999}", b"x)")
    with ScriptedImap(answers) as server, pytest.raises(TemporaryError) as told:
        fetch(client(server), 11, 100)
    assert "more than was asked for" in str(told.value.__cause__)


def test_a_mail_the_server_does_not_hand_over_does_not_stop_the_others() -> None:
    """One broken mail must not stop the whole inbox."""
    answers = {
        "UID FETCH 11": b"{t} NO [SERVERBUG] Internal error",
        **body(b"* 2 FETCH (UID 12 BODY[] {5}", b"hello)"),
    }
    into = io.BytesIO()
    with ScriptedImap(answers) as server, client(server).session() as session:
        session.examine("INBOX")
        with pytest.raises(MessageUnreadableError, match="SERVERBUG"):
            session.fetch_raw(11, 100, io.BytesIO())
        assert session.fetch_raw(12, 5, into)
    assert into.getvalue() == b"hello"


def test_no_word_of_a_mail_and_no_password_gets_into_the_log(
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Not even when everything is logged; the library formats every mail for its log unless told
    not to.
    """
    with (
        caplog.at_level(
            logging.DEBUG,
        ),
        ScriptedImap(body(b"* 1 FETCH (UID 11 BODY[] {5}", b"hello)")) as server,
    ):
        fetch(client(server), 11, 5)
    assert "hello" not in caplog.text
    assert SECRET not in caplog.text


def test_a_mail_that_grows_beyond_the_limit_is_not_taken() -> None:
    """The announced size was small, what comes is not."""
    answers = body(b"* 1 FETCH (UID 11 BODY[] {5000}", b"x" * 5000 + b")")
    with ScriptedImap(answers) as server, pytest.raises(TemporaryError, match="大得多"):
        fetch(client(server, max_message_size=1000), 11, 10)


@pytest.mark.parametrize(
    "nonsense",
    [
        b"* 1 FETCH (UID eleven BODY[] {5}",
        b"* 1 FETCH ((((((((",
        b"\x00\xff\xfe",
        b"* 1 FETCH (UID 11 BODY[] {-1}",
        b"garbage",
    ],
)
def test_nonsense_from_the_server_is_trouble_and_nothing_worse(nonsense: bytes) -> None:
    """One family of errors comes out, whatever the library raises."""
    with ScriptedImap(body(nonsense)) as server, pytest.raises(TemporaryError):
        fetch(client(server, timeout=0.5), 11, 5)


@pytest.mark.parametrize(
    "flood",
    [b"x" * 65536, b"* OK on and on\r\n" * 4096],
    ids=["one line", "many lines"],
)
def test_a_server_that_floods_is_cut_off(flood: bytes) -> None:
    """One endless line, or lines without end: neither fills the memory."""

    def talk(conversation: Conversation) -> None:
        conversation.say(b"* OK ready")
        conversation.line()
        while not conversation.stopping.is_set():
            conversation.connection.sendall(flood)

    with ScriptedServer(talk) as server, pytest.raises(TemporaryError) as error:
        look(client(server, timeout=20.0))
    assert "more than was asked for" in str(error.value.__cause__)


def test_a_server_that_drips_is_left_at_the_deadline() -> None:
    """A byte every fifth of a second resets the library's timeout, for longer than a test has."""

    def talk(conversation: Conversation) -> None:
        conversation.drip(b"* OK " + b"x" * 1000, 0.2)

    with ScriptedServer(talk) as server, pytest.raises(UnavailableError):
        look(client(server, timeout=0.6))


def test_a_session_ends_at_its_own_limit_however_busy_it_is() -> None:
    """A server that always says a little within each deadline does not hold us either."""

    def for_ever(session: MailboxSession) -> None:
        while True:
            session.examine("INBOX")

    with ScriptedImap() as server, client(server, session_limit=2.0).session() as session:
        session.examine("INBOX")
        with pytest.raises(TemporaryError, match="没有及时应答"):
            for_ever(session)


def test_a_session_that_stalls_near_its_limit_does_not_get_the_whole_patience_once_more() -> None:
    """A minute of patience is for the middle of a session."""
    begin = time.monotonic()

    def talk(conversation: Conversation) -> None:
        conversation.say(b"* OK ready")
        conversation.stall()

    with ScriptedServer(talk) as server, pytest.raises(UnavailableError):
        look(client(server, timeout=60.0, session_limit=0.4))
    assert time.monotonic() - begin < 25  # the server stalls for thirty
