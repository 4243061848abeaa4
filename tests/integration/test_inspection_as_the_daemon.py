"""``message inspect`` answers as the daemon does that has the same configuration: the same mail is
put through both.
"""

from __future__ import annotations

import email
import email.policy
import shutil
from datetime import timedelta
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest

from ingest.calls import default_config, open_call
from ingest.inspection.mail import CODE_OF_NOTHING, inspect_message
from ingest.submission.codes import find_codes
from tests.integration.house import MORNING, SETTLE, open_house, plain_mail, settings, with_file

pytestmark = pytest.mark.timeout(120)

TRUSTED = "mx.office.example"
CALL = "smart-education-2024"


def configured(directory: Path) -> dict[str, dict[str, Any]]:
    """Every setting that changes what a mail is taken for, or how it is answered, away from its
    default.
    """
    return {
        "mailbox_": {"username": "shenbao@bingtuan.example", "max_message_size": 20_000},
        "office": {"trusted_authserv_ids": (TRUSTED,)},
        "smtp": {"from_address": "mailroom@office.example", "username": "relay@office.example"},
        "limits": {"entries": 3},
        "calls": {"directory": directory / "config/calls"},
    }


def forged() -> EmailMessage:
    """Our provider says that the sender is not who it says it is."""
    mail = with_file(plain_mail())
    mail["Authentication-Results"] = f"{TRUSTED}; dmarc=fail header.from=example.cn"
    return mail


def own(address: str) -> EmailMessage:
    """A mail from an address that only the configuration says is ours."""
    return with_file(plain_mail(from_=f"收发室 <{address}>"))


MAILS = {
    "a question": plain_mail(subject="申报材料"),
    "an application": with_file(plain_mail()),
    "a blank mail": plain_mail(subject="", text=""),
    "forged": forged(),
    "from the account": own("shenbao@bingtuan.example"),
    "from the sender of letters": own("mailroom@office.example"),
    "from the relay's user": own("relay@office.example"),
    "too large": with_file(plain_mail(), b"x" * 30_000),
}


@pytest.fixture
def calls(tmp_path: Path) -> Path:
    """A configuration of one's own, with a receipt of one's own beside the calls."""
    shutil.copytree(default_config() / "calls", tmp_path / "config/calls")
    letter = tmp_path / "config/templates/received/subject.txt"
    letter.parent.mkdir(parents=True)
    letter.write_text("本单位自己的回执标题 {{ case_code }}\n", encoding="utf-8")
    return tmp_path / "config/calls"


@pytest.mark.parametrize("name", MAILS)
def test_a_mail_is_screened_and_answered_as_by_the_daemon(
    name: str,
    calls: Path,
    tmp_path: Path,
) -> None:
    """Its kind, whether it is answered, and every line of the letter that no ledger and no key goes
    into.
    """
    path = tmp_path / "mail.eml"
    path.write_bytes(MAILS[name].as_bytes())
    sections = configured(tmp_path)
    report = inspect_message(
        path,
        open_call(calls, CALL),
        settings(tmp_path, **sections),
        MORNING,
        MORNING,
    )

    with open_house(tmp_path, **sections) as house:
        house.arrive(path.read_bytes())
        house.take_in()
        house.wait(SETTLE)
        house.decide()
        (row,), letters = house.messages(), house.letters()

    screening = report["screening"]
    assert (screening["kind"], screening["reply"]) == (row.screening_kind, row.screening_reply)
    assert screening["reason"] == row.screening_reason
    assert (report["letter"] is None) == (not letters)
    for letter in letters:
        sent = email.message_from_bytes(letter.mime, policy=email.policy.default)
        body = sent.get_body(("plain",))
        assert body is not None
        assert (report["letter"]["kind"], report["letter"]["to"]) == (letter.kind, letter.recipient)
        assert comparable(report["letter"]["subject"]) == comparable(letter.subject)
        assert comparable(report["letter"]["text"]) == comparable(body.get_content())


def test_a_mail_from_before_the_beginning_is_not_let_in(calls: Path, tmp_path: Path) -> None:
    """``accept_since`` leaves what lay in the mailbox to whoever answered it by hand."""
    path = tmp_path / "mail.eml"
    path.write_bytes(MAILS["an application"].as_bytes())
    office, before = settings(tmp_path), MORNING - timedelta(days=30)
    report = inspect_message(path, open_call(calls, CALL), office, before, MORNING)

    with open_house(tmp_path) as house:
        house.arrive(path.read_bytes(), before)
        house.take_in()
        house.wait(SETTLE)
        house.decide()
        (row,) = house.messages()
        assert (row.sha256, house.letters()) == ("", [])

    assert report["letter"] is None
    assert "accept_since" in report["note"]


def comparable(text: str) -> list[str]:
    """Lines without case codes and receipt codes."""
    text = text.replace(CODE_OF_NOTHING, "案")
    for code in find_codes(text):
        text = text.replace(code, "案")
    return [
        line.strip()
        for line in text.strip().splitlines()
        if not any(word in line for word in ("回执校验码", "【校验码】")) and line.strip()
    ]


def test_templates_beside_the_calls_are_used(calls: Path, tmp_path: Path) -> None:
    """As the daemon uses them, and also without a configuration file."""
    path = tmp_path / "mail.eml"
    path.write_bytes(MAILS["a question"].as_bytes())
    report = inspect_message(path, open_call(calls, CALL), None, MORNING, MORNING)
    assert report["letter"]["subject"] == "本单位自己的回执标题"


def test_without_a_configuration_the_calls_own_mailbox_is_ours(tmp_path: Path) -> None:
    """And an address that no configuration names is a person's."""
    folder = open_call(default_config() / "calls", CALL)
    path = tmp_path / "mail.eml"
    for address, kind in ((folder.call.contact.mailbox, "own"), ("relay@office.example", "person")):
        path.write_bytes(own(address).as_bytes())
        assert inspect_message(path, folder, None, MORNING, MORNING)["screening"]["kind"] == kind


def test_a_mail_that_forgot_its_attachment_is_told_so(tmp_path: Path) -> None:
    """It has opened no case, and nothing of it is being checked."""
    path = tmp_path / "mail.eml"
    path.write_bytes(
        plain_mail(subject="第三师申报材料", text="附件是我单位的申报书,请查收。").as_bytes()
    )
    report = inspect_message(
        path,
        open_call(default_config() / "calls", CALL),
        None,
        MORNING,
        MORNING,
    )
    assert "来信没有附件" in report["letter"]["text"]
    assert "正在核对" not in report["letter"]["text"]
    assert "案卷编号" not in report["letter"]["text"] + report["letter"]["subject"]
