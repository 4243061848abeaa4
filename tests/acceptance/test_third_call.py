"""A third call, of forms and sentences the first two have none of, is served without a line of code:
three forms without a summary table, a budget, an age, two to a unit, a co-signature, a deadline that
was extended.
"""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from ingest.calls import default_config
from samples.research import CALL, RECEIVED
from tests.environment import without_office
from tests.warm import command as warm

pytestmark = [
    pytest.mark.slow,
    pytest.mark.timeout(300),
    pytest.mark.xdist_group("the third call's print"),  # two that begin at once read it twice
]
MAILS = Path(__file__).parents[2] / "samples/research"


def mailroom(*arguments: str | Path) -> Any:
    """The installed command's JSON, with no office at all."""
    environment = without_office()
    done = subprocess.run(
        [warm.mailroom(), *map(str, arguments), "--json"],
        cwd="/", env=environment, capture_output=True, text=True, timeout=250, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def inspect(mail: str, received: str = RECEIVED.isoformat()) -> Any:
    return mailroom(
        "message", "inspect", MAILS / mail, "--call", CALL, "--received", received,
    )  # fmt: skip


def test_three_forms_make_one_application() -> None:
    """Each in Word and as a stamped scan; the pledge bears two seals; received in the extension."""
    report = inspect("1.eml")
    assert {(item["form"], item["role"], item["rendition"]) for item in report["documents"]} == {
        (form, role, rendition)
        for form, role in (("附表1", "申报书"), ("附表2", "其他表"), ("附表3", "其他表"))
        for rendition in ("editable", "stamped_scan")
    }
    [entry] = report["entries"]
    assert (entry["applicant"], entry["verdict"]) == ("低温储能材料的衰减与修复", "accepted")
    assert "附表2（可编辑Word）" in report["letter"]["text"]


def test_age_budget_and_partner_are_judged_by_its_own_rules() -> None:
    """Money in the unit of each form."""
    [entry] = inspect("2.eml")["entries"]
    said = {finding["rule"]: finding["text"] for finding in entry["findings"]}
    assert said.keys() == {"F03", "G01", "J03", "J04"}
    assert "已满 39 周岁" in said["G01"]
    assert "预算表合计 190000元，申报书申请 18万元" in said["J03"]
    assert "看到 1 枚印章" in said["F03"]


def test_after_the_extension_it_is_too_late() -> None:
    """17:00 of the day of the notice."""
    [entry] = inspect("1.eml", "2025-09-26T17:00:00+08:00")["entries"]
    assert [finding["rule"] for finding in entry["findings"]] == ["D01"]


def test_the_demo_runs_it(tmp_path: Path) -> None:
    """On the program's own servers."""
    folder = default_config() / "calls" / CALL
    rows = mailroom("demo", "--call", folder, "--mails", MAILS, "--dir", tmp_path / "answers")
    assert [(row["file"], row["letter"]) for row in rows] == [
        ("1.eml", "accepted"), ("2.eml", "referred"),
    ]  # fmt: skip
