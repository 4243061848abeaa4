"""Signed receipts: who has only the published key checks a letter, without the office's ledger."""

from __future__ import annotations

import os
import stat
import subprocess
from collections.abc import Callable
from email import message_from_bytes, policy
from pathlib import Path

import pytest

from ingest.message.bodies import html_text
from ingest.receipts.officekey import (
    OFFICE_KEY_FILE,
    make_office_key,
    office_signer,
    public_pem,
)
from ingest.store.backup import make_backup
from notifier.outbox import OutboxRow
from tests.integration.house import House, plain_mail, with_file
from tests.warm import command as warm

Verify = Callable[..., subprocess.CompletedProcess[str]]


def mailroom(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """The command as a stranger has it: no configuration and no store."""
    clean = {name: text for name, text in os.environ.items() if not name.startswith("MAILROOM_")}
    return subprocess.run(
        [warm.mailroom(), *arguments], cwd=folder, env=clean, check=False, capture_output=True,
        text=True,
    )  # fmt: skip


@pytest.fixture
def letter(house: House) -> OutboxRow:
    """The signed letter of a case, sent."""
    make_office_key(house.app.settings.store.files)
    house.app.sign = office_signer(house.app.settings.store.files)
    house.arrive(with_file(plain_mail(text="申报材料见附件。"), b"broken" * 5000))
    house.settle_and_decide()
    house.send()
    return house.letters()[0]


@pytest.fixture
def verify(house: House, tmp_path: Path) -> Verify:
    """What the command says of a letter (.eml) or its words, given the published key alone."""

    def verified(content: bytes | str) -> subprocess.CompletedProcess[str]:
        elsewhere = tmp_path / "elsewhere"
        elsewhere.mkdir(exist_ok=True)
        (elsewhere / "office.pem").write_text(public_pem(house.app.settings.store.files))
        path = elsewhere / ("letter.eml" if isinstance(content, bytes) else "letter.txt")
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return mailroom(
            elsewhere, "receipt", "verify", path.name, "--public-key", str(elsewhere / "office.pem")
        )

    return verified


def words(letter: OutboxRow, kind: str = "plain") -> str:
    body = message_from_bytes(letter.mime, policy=policy.default).get_body((kind,))
    assert body is not None
    return str(body.get_content())


def test_a_letter_holds_by_the_published_key_alone(letter: OutboxRow, verify: Verify) -> None:
    """As its file, quoted and wrapped, and forwarded; its signature is short."""
    plain = words(letter)
    line = plain.rstrip().splitlines()[-1]
    quoted = "\n".join(
        f"> {each[start : start + 60]}"
        for each in plain.splitlines()
        for start in range(0, len(each), 60)
    )

    assert len(line) < 180
    assert line in html_text(words(letter, "html"))
    for content in (letter.mime, plain, quoted, f"转发的邮件\n主题：回执\n{plain}\n此致"):
        told = verify(content)
        assert (told.returncode, told.stderr) == (0, ""), told
        assert "签名属实" in told.stdout
        assert "全文一字未改" in told.stdout


def test_a_changed_letter_does_not_hold(letter: OutboxRow, verify: Verify) -> None:
    """What the signature itself says is still told, so that nobody is misled by the words."""
    plain = words(letter)
    changed = verify(plain.replace("收到时间：2024年8月20日", "收到时间：2024年8月19日"))

    assert changed.returncode == 1
    assert "正文与签名时的不同" in changed.stdout
    assert "2024年8月20日" in changed.stdout


def test_another_decision_or_another_key_does_not_hold(
    letter: OutboxRow, verify: Verify, house: House
) -> None:
    """Each field is signed; and a letter of one office is not another's."""
    plain = words(letter)
    line = plain.rstrip().splitlines()[-1]
    for old, new in ((".1.", ".2."), (letter.kind, "accepted"), (".20240820T", ".20240819T")):
        assert old in line
        forged = plain.replace(line, line.replace(old, new, 1))
        told = verify(forged)
        assert (told.returncode, "签名不是这把公钥的" in told.stdout) == (1, True), old
    (house.app.settings.store.files / OFFICE_KEY_FILE).unlink()
    make_office_key(house.app.settings.store.files)

    assert verify(letter.mime).returncode == 1


def test_the_signature_alone_is_told_as_such(letter: OutboxRow, verify: Verify) -> None:
    """As read out of a letter on paper."""
    told = verify(words(letter).rstrip().splitlines()[-1])

    assert told.returncode == 0
    assert "其余没有核对" in told.stdout


def test_without_the_setting_nothing_is_signed(house: House, verify: Verify) -> None:
    """It is off unless asked for; a letter without a signature confirms nothing."""
    make_office_key(house.app.settings.store.files)
    house.arrive(plain_mail())
    house.settle_and_decide()
    house.send()
    told = verify(house.letters()[0].mime)

    assert "电子签名" not in words(house.letters()[0])
    assert told.returncode == 1
    assert "没有找到电子签名" in told.stdout


def test_the_key_is_made_once_by_the_command_and_is_private(tmp_path: Path) -> None:
    """The public half alone goes to standard output; an existing key is never replaced."""
    (tmp_path / "mailroom.toml").write_text(
        '[mailbox]\nhost = "127.0.0.1"\nusername = "u"\naccept_since = "2024-08-08T00:00:00+08:00"\n'
        '[smtp]\nhost = "127.0.0.1"\n[calls]\nactive = ["x"]\n[letters]\nsign_receipts = true\n',
        encoding="utf-8",
    )
    command = ("--config", "mailroom.toml", "receipt", "key")
    missing = mailroom(tmp_path, *command)
    made = mailroom(tmp_path, *command, "--new")
    key = tmp_path / "files" / OFFICE_KEY_FILE

    assert missing.returncode == 78
    assert "receipt key --new" in missing.stderr
    assert made.returncode == 0
    assert made.stdout == public_pem(tmp_path / "files")
    assert "PRIVATE" not in made.stdout + made.stderr
    assert stat.S_IMODE(key.stat().st_mode) == 0o600
    before = key.read_bytes()
    assert mailroom(tmp_path, *command, "--new").returncode == 65
    assert key.read_bytes() == before
    assert mailroom(tmp_path, *command).stdout == made.stdout


@pytest.mark.parametrize("content", [b"", b"-----BEGIN PUBLIC KEY-----\nAAAA\n"])
def test_what_is_no_key_is_said(tmp_path: Path, content: bytes) -> None:
    """On both sides, in one line."""
    (tmp_path / "office.pem").write_bytes(content)
    (tmp_path / "letter.txt").write_text("x")
    told = mailroom(tmp_path, "receipt", "verify", "letter.txt", "--public-key", "office.pem")

    assert told.returncode == 65
    assert "不是签名公钥" in told.stderr


def test_a_backup_has_the_key(house: House, tmp_path: Path) -> None:
    """Beside the other one, so that a restored office signs as before."""
    make_office_key(house.app.settings.store.files)
    house.arrive(plain_mail())
    house.settle_and_decide()
    database, now = house.app.settings.store.database, house.clock.now()
    _, backup = make_backup(database, house.app.files, tmp_path / "backups", now)

    assert [path.name for path in backup.rglob(OFFICE_KEY_FILE)] == [OFFICE_KEY_FILE]
