"""What ``mailroom check`` accepts is what the daemon takes, and never sets a mail aside: held over
configurations edited the way people edit them.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from ingest.calls import default_config
from ingest.checks import run_checks
from ingest.errors import ConfigError
from ingest.store.rulefiles import last_good
from tests.integration.house import MORNING, House, settings

CALL = "smart-education-2024"
PARTS = ("征集配置", "规则文件", "样例", "空白表", "根证书", "信函模板")
Open = Callable[..., House]


@dataclass(frozen=True)
class Edit:
    """One edit of the shipped call's folder."""

    name: str
    file: str
    old: str  #: "" = the whole file is written anew
    new: str
    part: str = ""  #: the part that is complained of; "" = it is fine

    def make(self, folder: Path) -> None:
        path = folder / self.file
        path.parent.mkdir(exist_ok=True, parents=True)
        text = path.read_text("utf-8") if self.old else ""
        assert self.old in text
        path.write_text(text.replace(self.old, self.new, 1) if self.old else self.new, "utf-8")


EDITS = [
    Edit("code in Chinese", "call.yaml", "代码: Q", "代码: 示范", "征集配置"),
    Edit("blank form", "call.yaml", "空白表: 附件1 兵团", "空白表: 附件9 兵团", "空白表"),
    Edit("a field no form has", "call.yaml", "标签: [联系人, 联系人姓名]", "标签: [经办人]", "空白表"),
    Edit("doubt rejects", "rules.yaml", "无法判断: 转人工", "无法判断: 不予受理", "规则文件"),
    Edit("other limit", "rules.yaml", "值: 98%", "值: 88%", "样例"),
    Edit("no root", "roots/某某CA.pem", "", "none", "根证书"),
    Edit("eleven characters", "templates/accepted/body.txt", "", "您的材料已收到,谢谢。", "信函模板"),
    Edit("a template of one's own", "templates/accepted/subject.txt", "", "受理 {{ case_code }}"),
]  # fmt: skip


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the shipped call."""
    target = tmp_path / "calls" / CALL
    shutil.copytree(default_config() / "calls" / CALL, target)
    return target


def complaints(tmp_path: Path) -> dict[str, str]:
    """What `mailroom check` says of the call's folder."""
    given = settings(
        tmp_path, calls_={"directory": tmp_path / "calls"}, mailbox_={"password": "p", "port": 1}
    )
    return {
        name: problem for name, problem in run_checks(given, MORNING) if problem and name in PARTS
    }


def taken(house: House, folder: Path) -> bool:
    """Whether the rules in force are those on the disk."""
    with house.store() as session:
        row = last_good(session, CALL)
    return (
        row is not None
        and row.call_source == (folder / "call.yaml").read_text("utf-8")
        and row.rules_source == (folder / "rules.yaml").read_text("utf-8")
    )


@pytest.mark.parametrize("edit", EDITS, ids=[edit.name for edit in EDITS])
def test_what_check_accepts_is_what_the_daemon_takes(
    tmp_path: Path, open_one: Open, folder: Path, edit: Edit
) -> None:
    """And what it refuses the daemon refuses; a mail that comes then is never set aside."""
    edit.make(folder)
    found = complaints(tmp_path)

    assert ("征集配置" if "征集配置" in found else "".join(found)) == edit.part
    if edit.part == "征集配置":  # without a call there is no office
        with pytest.raises(ConfigError) as refused:
            open_one(calls_={"directory": folder.parent})
        assert str(refused.value) == found["征集配置"]
        return
    house = open_one(calls_={"directory": folder.parent})
    house.settle_rules()
    assert taken(house, folder) == (not found)
    if not found:
        house.arrive_sample("03")
        house.settle_and_decide()
        assert house.cases()
        assert not house.events("set_aside")


def test_examples_are_not_lost_unnoticed(tmp_path: Path, open_one: Open, folder: Path) -> None:
    """Neither all of them nor some; a person can agree, and only to what is there then."""
    house = open_one(calls_={"directory": folder.parent})
    house.settle_rules()
    examples = folder / "examples.yaml"
    whole = examples.read_text("utf-8")
    fewer = whole[: whole.rindex("\n  - 名称:")] + "\n"
    for text, said in ((None, "样例没有了"), (fewer, "减少到")):
        examples.unlink() if text is None else examples.write_text(text, "utf-8")
        assert said in complaints(tmp_path)["样例"]
        assert "confirm-examples" in complaints(tmp_path)["样例"]
        assert not house.look_at_rules(closely=True)
        assert said in house.events("rules_refused")[-1].text
    house.agree_to_examples("示例只是演示")
    assert complaints(tmp_path) == {}
    assert house.look_at_rules(closely=True)
    examples.unlink()
    assert "样例没有了" in complaints(tmp_path)["样例"]
