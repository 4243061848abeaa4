"""What rules and examples leave open: clauses of the notice without a rule, rules without an example."""

from __future__ import annotations

import pytest

from rules.authoring.clauses import clauses_of, coverage, references
from rules.authoring.examples import load_examples
from rules.call import Call
from rules.rulebook import load_rulebook
from tests.unit.rules.writing import HEAD, RULE

NOTICE = """关于某事的通知
一、目的
做好某事。
二、条件
（一）学校。
1.有专人负责；
2．开通率达98%以上。
(二) 其他。
三、报送
1、Word版。
2.5万元以下的不报。
"""


def test_a_notice_is_taken_apart_by_its_numbers() -> None:
    """Only paragraphs without others below them; a decimal number is no number of a clause."""
    assert [(clause.name, clause.words) for clause in clauses_of(NOTICE)] == [
        ("一", "目的"), ("二(一)1", "有专人负责；"), ("二(一)2", "开通率达98%以上。"), ("二(二)", "其他。"),
        ("三1", "Word版。"),
    ]  # fmt: skip
    assert clauses_of("没有编号的通知\n（一）不在任何一条之下") == ()


@pytest.mark.parametrize(
    ("clause", "named"),
    [
        ("三(一)4“教师账号开通率达98%以上”", [("三", "一", "4")]),
        ("五（五）", [("五", "五")]),
        ("二、三(二)", [("二",), ("三", "二")]),
        ("五(五)“由三、四科办理”和六", [("五", "五"), ("六",)]),
        ("《关于第三批的通知》", []),
        ("十二1", [("十二", "1")]),
    ],
)
def test_a_basis_names_clauses(clause: str, named: list[tuple[str, ...]]) -> None:
    """By their numbers, outside of what is quoted."""
    assert list(references(clause)) == named


def test_what_is_not_covered_is_told(call: Call) -> None:
    """A rule on a clause covers what is below it; a parameter's basis counts; an example must show
    the rule at work.
    """
    head = "参数: {线: {值: 98%, 依据: 三1}}\n"
    rule = RULE.replace("依据: 一", "依据: 二(一)“学校”")
    two = rule + rule.split("规则:\n")[1].replace("R1", "R2").replace("已填写", "已读到")
    rulebook = load_rulebook(HEAD + head + two, call)
    source = (
        "案例: [{名称: 甲, 收到: 截止前1天, 对象: [{种类: 申报书, 字段: {职能部门: 甲}}],"
        " 期望: {R1: 满足, R2: 不适用}}]"
    )
    source = source.replace("R2: 不适用", "R2: 满足")
    shown = load_examples(source, rulebook)

    found = coverage(rulebook, shown, NOTICE)
    assert [clause.name for clause in found.clauses] == ["一", "二(二)"]
    assert found.rules == ()
    assert coverage(rulebook, (), "").rules == ("R1", "R2")
    assert coverage(rulebook, (), "").clauses == ()
