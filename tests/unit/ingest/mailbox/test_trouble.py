"""What a server's words mean, and that no password is among ours."""

from __future__ import annotations

import imaplib
import socket
import ssl

import pytest

from ingest.errors import LoginRefusedError, TemporaryError, UnavailableError
from ingest.mailbox import trouble

WHERE = "imap.example.invalid:993"


@pytest.mark.parametrize(
    "words",
    [
        "[AUTHENTICATIONFAILED] Authentication failed.",
        "LOGIN Login error or password error",
        "Login fail. Account is abnormal, service is not open, password is incorrect, login frequency limited, or system is busy",
        "ERR.LOGIN.PASSERR",
        "用户名或密码错误",
        "",
    ],
)
def test_a_refusal_that_may_mean_the_password_is_never_tried_again(words: str) -> None:
    """QQ's sentence names five causes; one of them locks the account."""
    assert isinstance(trouble.login_refused(words, WHERE, "office"), LoginRefusedError)


@pytest.mark.parametrize(
    "words",
    [
        "[LIMIT] Maximum number of connections from user+IP exceeded",
        "login frequency limited",
        "ERR.LOGIN.SYSTEMBUSY",
        "[UNAVAILABLE] Temporary authentication failure.",
        "登录过于频繁,请稍后再试",
    ],
)
def test_a_refusal_for_being_too_often_or_too_busy_is_tried_again(words: str) -> None:
    """Dovecot says LIMIT in the same place where it says a password is wrong."""
    assert isinstance(trouble.login_refused(words, WHERE, "office"), TemporaryError)


def test_netease_unsafe_login_has_its_own_hint() -> None:
    """What to do about it stands in no manual."""
    error = trouble.refused(
        "EXAMINE Unsafe Login. Please contact kefu@188.com for help", WHERE, "打开文件夹“INBOX”"
    )
    assert "网易" in error.hint


@pytest.mark.parametrize(
    ("error", "kind", "hint"),
    [
        (socket.gaierror(-2, "Name or service not known"), UnavailableError, "host"),
        (ConnectionRefusedError(111, "Connection refused"), UnavailableError, "port"),
        (TimeoutError(), UnavailableError, "防火墙"),
        (ssl.SSLError(1, "WRONG_VERSION_NUMBER"), TemporaryError, "security"),
        (imaplib.IMAP4.error("BYE"), TemporaryError, "稍后"),
    ],
)
def test_no_connection_says_where_and_what_to_check(
    error: Exception,
    kind: type[TemporaryError],
    hint: str,
) -> None:
    """An administrator reads host, port and the setting to look at."""
    told = trouble.connecting(error, WHERE)
    assert type(told) is kind
    assert WHERE in told.message
    assert hint in told.hint


def test_the_servers_words_are_decoded_shortened_and_scrubbed() -> None:
    """GB 18030 is what older servers speak; a server that echoes the command must not leak the
    password.
    """
    line = "A003 NO 登录失败 s3cret\a".encode("gb18030") + b"!" * 900
    words = trouble.server_words(line, "s3cret")
    assert words.startswith("登录失败 ***!")
    assert len(words) == 200
