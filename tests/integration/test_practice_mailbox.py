"""The mailbox to practise on: a mail put into a folder arrives, a letter is found in another."""

from __future__ import annotations

import smtplib
from pathlib import Path
from types import SimpleNamespace

import pytest

from ingest.demo import practice
from ingest.demo.practice import ADDRESS, INCOMING, PASSWORD, at_rest, practice_mailbox, seen, serve
from ingest.errors import ConfigError
from ingest.mailbox.imap import ImapMailbox
from tests.servers.ports import free_port

LETTER = (
    f"From: {ADDRESS}\r\nTo: a@unit.example\r\nSubject: x\r\n"
    "Message-ID: <mailroom.K99-0001-V.1.aa@office.example>\r\n"
    "Content-Type: text/plain; charset=utf-8\r\n\r\nReceived.\r\n"
)


def test_a_mail_that_is_still_being_copied_is_left_alone() -> None:
    """Taken when two looks find it the same."""
    whole, growing, new = Path("1.eml"), Path("2.eml"), Path("3.eml")
    before = {whole: (9, 1), growing: (3, 1)}
    assert at_rest(before, {whole: (9, 1), growing: (5, 2), new: (1, 2)}) == {whole}
    assert at_rest({}, before) == set()


def test_a_mail_arrives_once_and_a_letter_is_written(tmp_path: Path) -> None:
    """Each is told in one line; both logins want the password."""
    imap, smtp = free_port(), free_port()
    with practice_mailbox(tmp_path, imap, smtp) as mailbox:
        (tmp_path / INCOMING / "1.eml").write_bytes(b"Subject: a\r\n\r\nb\r\n")
        assert list(mailbox.look()) == []
        assert list(mailbox.look()) == ["邮箱收到 1.eml"]
        assert list(mailbox.look()) == []
        account = ImapMailbox(
            host="127.0.0.1", port=imap, security="none", username=ADDRESS, password=PASSWORD,
            timeout=5.0,
        )  # fmt: skip
        with account.session() as session:
            assert len(session.examine("INBOX").uids) == 1
        with smtplib.SMTP("127.0.0.1", smtp, timeout=5) as client:
            client.login(ADDRESS, PASSWORD)
            client.sendmail(ADDRESS, ["a@unit.example"], LETTER)
        assert list(mailbox.look()) == ["寄给 a@unit.example 一封"]
        assert list(mailbox.look()) == []
    assert "Received." in (tmp_path / "letters/K99-0001-V.1.aa.txt").read_text("utf-8")


def test_a_port_that_is_taken_is_told_with_what_to_do(tmp_path: Path) -> None:
    """A second one in another terminal; whichever of the two ports it is."""
    first, second = free_port(), free_port()
    with (
        practice_mailbox(tmp_path, first, second),
        pytest.raises(ConfigError, match=f"端口 {first} 用不了\n.*--imap-port"),
        practice_mailbox(tmp_path, first, free_port()),
    ):
        pass
    with (
        practice_mailbox(tmp_path, first, second),
        pytest.raises(ConfigError, match=f"端口 {second} "),
        practice_mailbox(tmp_path, free_port(), second),
    ):
        pass


def test_it_stays_open_until_it_is_interrupted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And says how it is reached, and that it is gone."""

    def interrupted(_: float) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(practice, "time", SimpleNamespace(sleep=interrupted))
    imap, smtp, said = free_port(), free_port(), list[str]()
    serve(tmp_path, imap, smtp, said.append)
    assert f"127.0.0.1:{imap}" in said[0]
    assert f"127.0.0.1:{smtp}" in said[0]
    assert PASSWORD in said[0]
    assert said[-1] == "练习邮箱关了"
    assert seen(tmp_path / INCOMING) == {}
    assert practice.INCOMING in said[1]
