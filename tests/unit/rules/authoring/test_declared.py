"""What a file counts and computes is changed too, and examples that hold it notice."""

from __future__ import annotations

import pytest

from rules.authoring.declared import declared_mutants
from rules.authoring.examples import load_examples, run_examples
from rules.authoring.mutants import run_mutants
from rules.call import Call
from rules.rulebook import load_rulebook
from tests.unit.rules.writing import HEAD, RULE

COUNT = "统计:\n  - {名称: 数, 计数: 申报书, 其中: [申报书.教师人数 不少于 5]}\n"


@pytest.mark.parametrize(
    ("head", "expected"),
    [
        ("统计: [{名称: 数, 计数: 申报书}]", []),
        (
            "统计: [{名称: 数, 计数: 申报书, 按: 师市}]",
            ["统计: 按: 师市 改为 类别"],
        ),
        ("统计: [{名称: 数, 计数: 申报书, 按: 类别}]", []),
        ("统计: [{名称: 数, 计数: 附件, 按: 名称}]", []),
        ("统计: [{名称: 数, 求和: 申报书.教师人数}]", ["统计: 求和 改为 计数"]),
        (
            "统计: [{名称: 数, 计数: 申报书, 其中: [申报书.职能部门 已填写]}]",
            ["统计: “申报书.职能部门 已填写”去掉", "统计: “申报书.职能部门 已填写”反过来"],
        ),
        (
            "派生: [{名称: 值, 对象: 申报书, 和: [教师人数, 教师人数, 5]}]",
            [
                "派生: 去掉第 1 项", "派生: 去掉第 2 项", "派生: 去掉第 3 项",
                "派生: 第 3 项加 1", "派生: 第 3 项减 1",
            ],
        ),
        ("派生: [{名称: 值, 对象: 申报书, 差: [教师人数, 教师人数]}]", ["派生: 两项对调"]),
        (
            "派生: [{名称: 值, 对象: 申报书, 天数差: {从: 公示开始, 到: 公示结束}}]",
            ["派生: 两项对调", "派生: 天数差 改为 工作日差"],
        ),
        (
            "派生: [{名称: 值, 对象: 申报书, 年数差: {从: 公示开始, 到: 2025-01-01}}]",
            ["派生: 两项对调", "派生: “2025-01-01”加 1天", "派生: “2025-01-01”减 1天"],
        ),
    ],
)  # fmt: skip
def test_every_part_of_a_number_is_changed(call: Call, head: str, expected: list[str]) -> None:
    """Each in words, at its own entry of the file."""
    mutants = list(declared_mutants(load_rulebook(f"{HEAD}{head}\n{RULE}", call)))

    assert [one.change for one in mutants] == expected
    assert {(one.name, one.position.line) for one in mutants} <= {("数", 3), ("值", 3)}


CASE = "  - {{名称: {0}, 收到: 2024-08-20 09:00, 对象: [{{种类: 申报书, 编号: 申, 字段: {{教师人数: {0}}}}}, {{种类: 来件, 编号: 来件}}], 期望: {{R1: {1}}}}}\n"


def unnoticed(call: Call, *cases: str) -> list[str]:
    """What the cases do not hold of a number that a rule asks for."""
    rule = RULE.replace("申报书.职能部门 已填写", "统计.数 不少于 1").replace(
        "针对: 申报书", "针对: 统计"
    )
    rulebook = load_rulebook(HEAD + COUNT + rule, call)
    examples = load_examples("案例:\n" + "".join(cases), rulebook)
    assert run_examples(rulebook, examples) == []
    found = run_mutants(rulebook, examples).unnoticed
    return [one.change.rpartition("”")[2] for one in found if one.name == "数"]


def test_examples_notice_what_is_counted_otherwise(call: Call) -> None:
    """On both sides of the limit inside 其中; one that is far from it holds less."""
    close, other = CASE.format(5, "满足"), CASE.format(4, "退回补正")

    assert unnoticed(call, close, other) == []
    assert unnoticed(call, CASE.format(50, "满足")) == [
        "去掉", "界限加 1", "界限减 1", "恰好等于界限时反过来",
    ]  # fmt: skip
