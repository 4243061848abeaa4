"""The rule the README shows is a rule."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from rules.call import Call
from rules.callfile import load_call
from rules.errors import RuleFileError
from rules.rulebook import load_rulebook

ROOT = Path(__file__).parents[2]
CALL = ROOT / "config" / "calls" / "smart-education-2024" / "call.yaml"


@pytest.fixture
def call() -> Call:
    """The call that ships."""
    return load_call(CALL.parent.name, CALL.read_text(encoding="utf-8"))


def rule_file() -> str:
    """The example as a whole file."""
    blocks = re.findall(
        r"```yaml\n(.*?)```",
        (ROOT / "README.md").read_text(encoding="utf-8"),
        re.DOTALL,
    )
    (example,) = (block for block in blocks if "编号" in block)
    return "版本: 1\n通知: 示例\n规则:\n" + "".join(f"  {line}\n" for line in example.splitlines())


def test_the_rule_in_the_readme_is_accepted(call: Call) -> None:
    """An administrator may copy it."""
    assert [rule.id for rule in load_rulebook(rule_file(), call).rules] == ["Z02"]


def test_a_slip_in_the_rule_is_told_with_its_line(call: Call) -> None:
    """The promise in the README's text: which line, which column."""
    lines = rule_file().replace("教师账号开通率 不低于", "教师帐号开通率 不低于").splitlines()
    with pytest.raises(RuleFileError) as caught:
        load_rulebook("\n".join(lines), call)

    assert "教师帐号开通率" in lines[caught.value.position.line - 1]
    assert "教师账号开通率" in caught.value.hint
