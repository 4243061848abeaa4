"""Another call, with other tracks, forms, senders and rules, is served without a line of code."""

from __future__ import annotations

import email
import email.policy
import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from samples.grants import CALL, DOUBTED, GOOD, RECEIVED, Project, mail_of
from tests.acceptance.conftest import Office
from tests.environment import without_office
from tests.warm import command as warm

pytestmark = pytest.mark.slow


def mailroom(*arguments: str | Path) -> Any:
    """The installed command's JSON, with no office at all."""
    environment = without_office()
    done = subprocess.run(
        [warm.mailroom(), *map(str, arguments), "--call", CALL, "--json"],
        cwd="/", env=environment, capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def inspect(project: Project, directory: Path) -> Any:
    (directory / "mail.eml").write_bytes(mail_of(project))
    return mailroom(
        "message",
        "inspect",
        directory / "mail.eml",
        "--received",
        RECEIVED.isoformat(),
    )


def test_a_complete_application_is_accepted(tmp_path: Path) -> None:
    """Forms, applicant, unit, seals and rules of the second call."""
    report = inspect(GOOD, tmp_path)
    assert {(item["form"], item["rendition"]) for item in report["documents"]} == {
        ("附表1", "editable"), ("附表1", "stamped_scan"), ("附表3", "editable"), ("附表3", "stamped_scan"),
    }  # fmt: skip
    assert [
        (
            entry["applicant"],
            entry["track"],
            entry["verdict"],
        )
        for entry in report["entries"]
    ] == [("荷塘社区", "空间改造", "accepted")]
    assert "青枫区社区发展治理办公室" in report["letter"]["text"]
    assert not any(
        word in json.dumps(report, ensure_ascii=False)
        for word in ("师市", "教育局", "兵团", "学校")
    )


def test_its_own_rules_speak_its_own_words(tmp_path: Path) -> None:
    """A community that writes directly, and that too few residents agree with."""
    report = inspect(DOUBTED, tmp_path)
    [entry] = report["entries"]
    found = {finding["rule"]: finding["text"] for finding in entry["findings"]}
    assert entry["verdict"] == "rejected"
    assert "街道办事处" in found["S01"]
    assert "62%" in found["K01"]


def test_its_blank_forms_are_recognised(tmp_path: Path) -> None:
    """Those that stand in its folder."""
    del tmp_path
    blanks = sorted((Path(__file__).parents[2] / "config/calls" / CALL / "forms").glob("*.docx"))
    assert [mailroom("document", "inspect", path)["form"] for path in blanks] == [
        "附表1",
        "附表2",
        "附表3",
        "附表4",
    ]


def test_its_examples_hold() -> None:
    """And its rules are without fault."""
    assert mailroom("rules", "test")["failures"] == []


@pytest.mark.dovecot
@pytest.mark.timeout(300)
def test_an_office_serves_it_from_mailbox_to_letter(office: Office) -> None:
    """``run --once``: two mails, two cases with its own codes, two letters."""
    text = office.config.read_text(encoding="utf-8")
    office.config.write_text(text.replace("smart-education-2024", CALL), encoding="utf-8")
    for project in (GOOD, DOUBTED):
        office.account.append(mail_of(project), RECEIVED)
    done = office.run("run", "--once")
    assert done.returncode == 0, done.stderr
    cases = {case["submitter"]: case for case in office.json("case", "list")}
    assert {name: case["decision"] for name, case in cases.items()} == {
        "柳湾街道办事处": "accepted", "梧桐社区居委会": "rejected",
    }  # fmt: skip
    assert {case["code"][:3] for case in cases.values()} == {"K25"}
    sent = [
        email.message_from_bytes(
            letter.data,
            policy=email.policy.default,
        )
        for letter in office.sink.letters
    ]
    assert {letter["In-Reply-To"] for letter in sent} >= {GOOD.identity, DOUBTED.identity}
    assert office.json("rules", "status")["mode"] == "现行规则"
