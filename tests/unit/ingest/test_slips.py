"""Slips that the values of a configuration tell: every answer of the pure decisions."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from ingest.settings import MailboxSettings, OfficeSettings, Security, SmtpSettings
from ingest.slips import (
    RESERVE,
    account_slip,
    connection_slip,
    deadline_slip,
    is_loopback,
    loss_without_authserv,
    opening_slip,
    readers_slip,
    room_slip,
)

NOW = datetime(2024, 8, 20, 2, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("host", "port", "security", "said"),
    [
        ("smtp.163.com", 465, "tls", ""),
        ("smtp.163.com", 587, "starttls", ""),
        ("smtp.163.com", 2465, "starttls", ""),
        ("localhost", 25, "none", ""),
        ("127.0.0.1", 465, "none", ""),
        ("smtp.163.com", 465, "starttls", 'security = "tls"'),
        ("smtp.163.com", 587, "tls", 'security = "starttls"'),
        ("smtp.163.com", 25, "none", "明文"),
        ("10.0.0.9", 25, "none", "明文"),
        ("smtp.example.org", 465, "tls", "样例"),
    ],
)
def test_how_a_server_is_spoken_to(host: str, port: int, security: Security, said: str) -> None:
    """Told before anybody waits for it."""
    found = connection_slip("smtp", SmtpSettings(host=host, port=port, security=security))
    assert (said in found, found == "") == (True, said == "")


@pytest.mark.parametrize(
    ("staff", "administrators", "said"),
    [
        (("a@office.cn",), (), ""),
        ((), ("a@office.cn",), ""),
        ((), (), "没有人会收到日报"),
        (("a@office.cn", "张老师"), (), "张老师"),
        (("a@office.cn",), ("a@office。cn",), "a@office。cn"),
        (("bangongshi@example.org",), (), "样例"),
    ],
)
def test_who_reads_the_digest(
    staff: tuple[str, ...], administrators: tuple[str, ...], said: str
) -> None:
    """One that cannot be written to is named."""
    found = readers_slip(OfficeSettings(staff=staff, administrators=administrators))
    assert (said in found, found == "") == (True, said == "")


def test_times_and_room() -> None:
    """To the second, to the byte."""
    soon, past = NOW + timedelta(seconds=1), NOW - timedelta(seconds=1)
    assert (opening_slip(NOW, NOW), "将来" in opening_slip(soon, NOW)) == ("", True)
    assert (deadline_slip(NOW, NOW), "已过" in deadline_slip(past, NOW)) == ("", True)
    assert (room_slip(RESERVE, "/x"), "199 MB" in room_slip(RESERVE - 1, "/x")) == ("", True)


def test_what_is_lost_without_a_trusted_server_is_said() -> None:
    """A warning with the mend."""
    assert "冒用" in loss_without_authserv(OfficeSettings())
    assert loss_without_authserv(OfficeSettings(trusted_authserv_ids=("mx.163.com",))) == ""


def test_the_sample_mailbox_is_nobodys() -> None:
    """And this machine has more than one name."""
    given = {"host": "imap.163.com", "accept_since": NOW}
    assert "样例" in account_slip(MailboxSettings(username="zhengji@example.org", **given))
    assert account_slip(MailboxSettings(username="zhengji@office.cn", **given)) == ""
    assert [is_loopback(each) for each in ("localhost", "::1", "127.9.9.9", "mail.cn")] == [
        True, True, True, False,
    ]  # fmt: skip
