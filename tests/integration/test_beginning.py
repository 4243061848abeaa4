"""``init`` and ``call new`` as an administrator meets them: real logins on loopback, real files."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from ingest.cli import run
from ingest.demo.mailbox import EmbeddedMailbox
from ingest.demo.smtp_sink import SmtpSink

Capture = pytest.CaptureFixture[str]
CALL = [
    "--title", "关于征集2027年示例项目的通知", "--authority", "某某办", "--deadline", "2027-03-31", "--published", "2027-01-04",
    "--office", "某某办项目科", "--telephone", "010-5550100", "--mailbox", "a@office.example", "--tracks", "甲类项目",
    "--units", "第一单位,第二单位",
]  # fmt: skip


@pytest.fixture(autouse=True)
def _clean(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("MAILROOM_CONFIG", "CREDENTIALS_DIRECTORY", "MAILROOM_INIT_PASSWORD"):
        monkeypatch.delenv(name, raising=False)


def init(folder: Path, *more: str, provider: str = "generic") -> int:
    return run([
        "init", str(folder), "--provider", provider, "--address", "a@office.example",
        "--staff", "s@office.example", "--administrators", "b@office.example", *more,
    ])  # fmt: skip


def test_an_office_begins_and_both_logins_are_tried(
    tmp_path: Path, smtp_sink: SmtpSink, monkeypatch: pytest.MonkeyPatch, capsys: Capture
) -> None:
    """Secrets are nobody else's to read; the three commands that follow stand at the end."""
    with EmbeddedMailbox() as mailbox:
        monkeypatch.setenv("MAILROOM_INIT_PASSWORD", mailbox.password)
        monkeypatch.setenv("MAILROOM_MAILBOX__USERNAME", mailbox.username)
        monkeypatch.setenv("MAILROOM_SMTP__USERNAME", "")
        servers = [
            "--imap", f"{mailbox.host}:{mailbox.port}", "--smtp", f"{smtp_sink.host}:{smtp_sink.port}",
            "--security", "none",
        ]  # fmt: skip
        assert init(tmp_path / "office", *servers) == 0
    out = capsys.readouterr().out
    assert "邮箱登录: OK" in out
    assert "发信登录: OK" in out
    assert [line.split("#")[0].split()[-1] for line in out.splitlines()[-3:]] == [
        "check",
        "--once",
        "run",
    ]
    for name in ("mailroom.toml", "secrets/mailbox-password", "secrets/smtp-password"):
        assert stat.S_IMODE((tmp_path / "office" / name).stat().st_mode) == 0o600
    assert (tmp_path / "office/secrets/mailbox-password").read_text() == f"{mailbox.password}\n"
    assert run(["config", "show", "--config", str(tmp_path / "office/mailroom.toml")]) == 0
    assert mailbox.password not in capsys.readouterr().out


def test_a_login_that_fails_is_told_and_what_was_written_stays(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Capture
) -> None:
    """Exit 1; nothing to be typed again but the password."""
    monkeypatch.setenv("MAILROOM_INIT_PASSWORD", "x")
    nowhere = ["--imap", "127.0.0.1:1", "--smtp", "127.0.0.1:1", "--security", "none"]
    assert init(tmp_path, *nowhere) == 1
    assert "OK" not in capsys.readouterr().out
    assert (tmp_path / "mailroom.toml").is_file()


def test_nothing_that_is_there_is_overwritten(tmp_path: Path, capsys: Capture) -> None:
    """Exit 73, before any question; the example as it was installed is nobody's work."""
    (tmp_path / "mailroom.toml").write_text("# 我的\n", "utf-8")
    assert init(tmp_path) == 73
    assert "已经存在" in capsys.readouterr().err
    assert (tmp_path / "mailroom.toml").read_text("utf-8") == "# 我的\n"


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ((), "--password-file"),
        (("--staff", "not an address"), "不是邮箱地址"),
        (("--imap", "h:0"), "端口"),
        (("--provider", "hotmail"), "hotmail"),
        (("--password-file", "/nowhere"), "/nowhere"),
    ],
)
def test_an_answer_that_cannot_be_used_is_told_and_nothing_is_written(
    more: tuple[str, ...], said: str, tmp_path: Path, capsys: Capture
) -> None:
    """Off a terminal nobody is asked."""
    assert init(tmp_path / "office", *more, provider="163") in (64, 65)
    assert said in capsys.readouterr().err
    assert not (tmp_path / "office").exists()


def test_a_call_begins_with_files_that_pass_every_check(tmp_path: Path, capsys: Capture) -> None:
    """As the daemon would try them; a second one of the same name is refused, a bad one not written."""
    folder = ["--dir", str(tmp_path)]
    assert run(["call", "new", "shili-2027", *CALL, *folder]) == 0
    assert capsys.readouterr().out.count(": OK") == 6
    assert sorted(path.name for path in (tmp_path / "shili-2027").iterdir()) == [
        "call.yaml",
        "examples.yaml",
        "forms",
        "rules.yaml",
    ]
    assert run(["call", "new", "shili-2027", *CALL, *folder]) == 73
    assert run(["call", "new", "Shili 2027", *CALL, *folder]) == 64
    assert run(["call", "new", "again", *CALL, "--units", "是", *folder]) == 64
    assert not (tmp_path / "again").exists()
