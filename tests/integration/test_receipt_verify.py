"""``receipt verify``: an old letter holds years later, however it was copied; a changed one does
not.
"""

from __future__ import annotations

import io
import json
import re
import sys
from collections.abc import Callable
from datetime import timedelta
from email import message_from_bytes, policy
from pathlib import Path
from typing import Any

import pytest

from ingest.cli import run
from ingest.message.bodies import html_text
from ingest.receipts.key import KEY_BYTES, KEY_FILE
from notifier.outbox import OutboxRow
from tests.integration.house import House, plain_mail, with_file
from tests.nowhere import configuration

Verify = Callable[..., tuple[int, Any]]


@pytest.fixture
def letter(house: House) -> OutboxRow:
    """The first letter of a case, sent."""
    house.arrive(with_file(plain_mail(text="申报材料见附件。"), b"broken" * 5000))
    house.settle_and_decide()
    house.send()
    return house.letters()[0]


@pytest.fixture
def verify(house: House, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Verify:
    """Runs the command with a letter's bytes (.eml) or words (.txt); exit code and its JSON."""
    del house
    config = configuration(tmp_path)

    def verified(content: bytes | str = "", *options: str) -> tuple[int, Any]:
        path = tmp_path / ("letter.eml" if isinstance(content, bytes) else "letter.txt")
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        capsys.readouterr()
        code = run(
            ["--config", str(config), "receipt", "verify", "--json", *(options or (str(path),))],
        )
        out = capsys.readouterr().out
        return code, json.loads(out) if out else None

    return verified


def words(letter: OutboxRow, kind: str = "plain") -> str:
    body = message_from_bytes(letter.mime, policy=policy.default).get_body((kind,))
    assert body is not None
    return str(body.get_content())


def code_in(letter: OutboxRow) -> str:
    match = re.search(r"回执校验码：(\S+)", words(letter))
    assert match is not None
    return match[1]


def test_a_letter_as_it_was_sent_holds(letter: OutboxRow, verify: Verify) -> None:
    """Its file is enough; what is confirmed is said in Chinese."""
    code, report = verify(letter.mime)

    assert code == 0
    (receipt,) = report["receipts"]
    assert report["ok"]
    assert receipt["decision"] == letter.kind
    assert receipt["received"]
    assert "校验码属实" in receipt["text"][0]
    assert any(letter.recipient in line for line in receipt["text"])


def test_copied_words_hold_however_they_were_copied(letter: OutboxRow, verify: Verify) -> None:
    """Quoted, wrapped, from the HTML view, within a forwarded mail, or only a part of it."""
    plain = words(letter)
    quoted = "\n".join(f"> {line}" for line in plain.splitlines())
    wrapped = "\n".join(
        line[start : start + 30]
        for line in plain.splitlines()
        for start in range(
            0,
            len(line),
            30,
        )
    )
    shown = html_text(words(letter, "html"))
    forwarded = f"领导好，请看下面这封回执。\n---- 转发的邮件 ----\n发件人: x <x@example.cn>\n主题: 回执\n\n{plain}\n此致"
    part = "\n".join(
        line for line in plain.splitlines() if "回执校验码" in line or "案卷编号" in line
    )

    for text in (plain, quoted, wrapped, shown, forwarded, part):
        code, report = verify(text)
        assert (
            code,
            report["receipts"][0]["text"][2:],
        ) == (0, report["receipts"][0]["text"][2:]), text


def test_the_code_alone_holds(letter: OutboxRow, verify: Verify) -> None:
    """As read over the telephone; one wrong character does not."""
    printed = code_in(letter)
    assert verify("", "--code", printed.lower())[0] == 0
    wrong = printed[:-1] + ("A" if printed[-1] != "A" else "B")
    code, report = verify("", "--code", wrong)

    assert code == 1
    assert "校验码与台账不符" in report["receipts"][0]["text"][0]


def test_words_come_from_standard_input_too(
    letter: OutboxRow,
    verify: Verify,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A dash stands for it; GB 18030 is understood."""
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(words(letter).encode("gb18030"))))

    assert verify("", "-")[0] == 0


def test_a_changed_letter_with_a_genuine_code_does_not_hold(
    letter: OutboxRow,
    verify: Verify,
) -> None:
    """Another date, another applicant, another file, one line more: each is named."""
    plain = words(letter)
    (digest, *_) = re.findall(r"[0-9a-f]{16,64}", plain)
    received = next(line for line in plain.splitlines() if line.startswith("收到时间"))
    unit = next(line for line in plain.splitlines() if line.startswith("报送单位"))
    file = next(line for line in plain.splitlines() if line.startswith("1. ") and "KB" in line)
    for old, new, told in (
        (digest, "0" * len(digest), "0" * len(digest)),
        (received, received.replace("2024", "2023"), "这一行与本单位发出的信不同: 收到时间"),
        (unit, f"{unit}及第十师", "这一行与本单位发出的信不同: 报送单位"),
        (file, f"{file}\n{file.replace('1. ', '9. ')}", "这一行与本单位发出的信不同: 9."),
    ):
        code, report = verify(plain.replace(old, new))
        assert code == 1, old
        assert any(told in line for line in report["receipts"][0]["text"]), (told, report)


def test_a_letter_of_another_office_does_not_hold(
    letter: OutboxRow,
    verify: Verify,
    tmp_path: Path,
) -> None:
    """With another key nothing is confirmed; without one it is said, and none is made."""
    key = tmp_path / "files" / KEY_FILE
    key.write_bytes(bytes(KEY_BYTES))
    assert verify(letter.mime)[0] == 1

    key.unlink()
    assert verify(letter.mime)[0] == 74
    assert not key.exists()


@pytest.mark.parametrize("text", ["", "案卷编号：Q24-0001-X", "Z24-0099-X.1.ABCD-EFGH-IJKL-MNOP"])
def test_without_a_code_of_ours_nothing_is_confirmed(verify: Verify, text: str) -> None:
    """Exit code 1, and a word about it."""
    assert verify(text)[0] == 1


def test_one_of_file_and_code_must_be_given(verify: Verify, tmp_path: Path) -> None:
    """Not both, not none; a file that is not there is said so."""
    assert verify("x", "--code", "x", str(tmp_path / "letter.txt"))[0] == 64
    assert verify("x", str(tmp_path / "missing.txt"))[0] == 65


def test_an_older_receipt_holds_and_the_newer_decision_is_named(
    house: House, letter: OutboxRow, verify: Verify
) -> None:
    """It was true when it was sent; what is in force now is said beside it."""
    house.wait(timedelta(hours=1))
    subject = f"补充 {words(letter).partition('案卷编号：')[2].split()[0]}"
    mail = with_file(plain_mail(7, subject, from_=letter.recipient), b"another")
    house.arrive(mail)
    house.settle_and_decide()
    assert house.cases()[0].version == 2
    code, report = verify(letter.mime)

    assert code == 0
    assert "现行的是第 2 次" in report["receipts"][0]["text"][-1]


def test_the_receipt_of_a_question_holds(house: House, verify: Verify) -> None:
    """It names the mail by its bytes, and there is no case."""
    house.arrive(plain_mail())
    house.take_in()
    (letter,) = house.letters()
    code, report = verify(letter.mime)

    assert (code, report["receipts"][0]["decision"]) == (0, "received")
    assert code_in(letter).startswith("R")
