"""The handbook holds every rule, clause and example of the files, and nothing else."""

from __future__ import annotations

from pathlib import Path

import pytest

from rules.authoring.examples import load_examples
from rules.authoring.manual import Manual, ManualRule, Phrase, manual_of
from rules.call import Call
from rules.callfile import load_call
from rules.rulebook import load_rulebook
from tests.unit.rules.writing import HEAD

SHIPPED = Path(__file__).parents[4] / "config/calls/smart-education-2024"
RULES = (
    HEAD
    + """参数: {线: [{值: 98%, 依据: 甲}, {自: 2024-08-20, 值: 97%, 依据: 乙}], 数: 5}
派生: [{名称: 差数, 对象: 申报书, 差: [教师人数, 5]}]
统计: [{名称: 区, 计数: 申报书, 其中: [申报书.类别 是 示范区]}]
规则:
  - {编号: R0, 名称: 零, 依据: 一, 针对: 统计, 要求: 统计.区 不超过 1, 不满足: 转人工}
  # ---------- 率 ----------
  - 编号: R1
    名称: 率
    依据: 三(一)
    针对: [扫描件, 申报书]
    关联: [扫描件.对应 等于 申报书.编号]
    生效: {至: 截止时间}
    适用: [申报书.类别 是 示范区, {都不: [申报书.支持团场 是 是]}]
    要求:
      - 任一: [申报书.教师账号开通率 不低于 线, 申报书.学校类型 属于 小学、初中]
      - 不存在: 汇总行
        其中: [汇总行.单位名称 等于 申报书.单位名称]
    不满足: 不予受理
    未填: 不提示
    告知: 话
    存疑告知: 疑
    停用: 等文件
"""
)


@pytest.fixture
def manual(call: Call) -> Manual:
    rulebook = load_rulebook(RULES, call)
    examples = load_examples(
        "案例:\n  - {名称: 好, 收到: 2024-08-20 09:00, 期望: {R0: 满足}}\n"
        "  - {名称: 空, 收到: 2024-08-20 09:00, 期望: {R0: 不适用}, 裁定: 待补正}\n"
        "  - {名称: 坏, 收到: 2024-08-20 09:00, 对象: [{种类: 申报书, 编号: 甲, 字段: {类别: 示范区}}, {种类: 申报书, 编号: 乙, 字段: {类别: 示范区}}], 期望: {R0: 转人工}}\n",
        rulebook,
    )
    return manual_of(rulebook, RULES, call, examples, "abc")


def test_sections_are_the_headings_of_the_file(manual: Manual) -> None:
    """A rule before the first heading stands under 规则; the editions of a rule are one entry."""
    assert [
        (
            section.title,
            [entry.id for entry in section.entries],
        )
        for section in manual.sections
    ] == [
        ("规则", ["R0"]),
        ("率", ["R1"]),
    ]
    assert manual.count == 2
    assert manual.deadline == "2024-08-31 24:00"
    assert (manual.title, manual.notice, manual.authority, manual.sha256) == (
        "试用征集",
        "试用",
        "某教育局",
        "abc",
    )


def test_parameters_stand_with_their_dates_and_clauses(manual: Manual) -> None:
    """One row per value."""
    assert manual.parameters == (
        ("截止时间", "", "2024-08-31 24:00", "call.yaml 的“截止”"),
        ("线", "", "98%", "甲"),
        ("线", "2024-08-20 00:00起", "97%", "乙"),
        ("数", "", "5", ""),
    )
    assert manual.derived == (("申报书.差数", "差: 教师人数、5"),)
    assert manual.statistics == (
        ("统计.区", (Phrase(0, "计数 申报书"), Phrase(1, "申报书.类别 是 示范区"))),
    )


def test_a_rule_is_told_as_it_was_written(manual: Manual) -> None:
    """Groups as headings, their conditions below; one sentence is one line."""
    entry: ManualRule = manual.sections[1].entries[0]

    assert entry.applies == (
        Phrase(0, "配对: 扫描件.对应 等于 申报书.编号"),
        Phrase(0, "申报书.类别 是 示范区"),
        Phrase(0, "下列都不成立:"),
        Phrase(1, "申报书.支持团场 是 是"),
    )
    assert entry.requirement == (
        Phrase(0, "下列任一:"),
        Phrase(1, "申报书.教师账号开通率 不低于 线"),
        Phrase(1, "申报书.学校类型 属于 小学、初中"),
        Phrase(0, "不存在 汇总行"),
        Phrase(1, "汇总行.单位名称 等于 申报书.单位名称"),
    )
    assert entry.consequences == (
        ("不满足", "不予受理"),
        ("未填", "不提示"),
        ("无法判断", "转人工"),
    )
    assert (entry.title, entry.clause, entry.kinds, entry.disabled) == (
        "率",
        "三(一)",
        "扫描件、申报书",
        "等文件",
    )
    assert (entry.message, entry.doubt_message, entry.examples) == ("话", "疑", ())
    assert entry.period == "至 2024-09-01 00:00(不含)"


def test_the_period_of_a_rule_is_told_where_it_has_one(call: Call) -> None:
    """Half-open, as it is judged; a heading on the line before a rule is the rule's."""
    rules = "".join(
        f"  - {{编号: R{number}, 名称: 试, 依据: 一, 针对: 申报书, 生效: {{{period}}}, 要求: 申报书.教师人数 不少于 {number}, 不满足: 退回补正}}\n"
        for number, period in enumerate(
            ("", "自: 2024-08-20 00:00", "自: 2024-08-20 00:00, 至: 截止时间")
        )
    )
    source = f"{HEAD}规则:\n  # --- 一 ---\n{rules}"
    (section,) = manual_of(load_rulebook(source, call), source, call, [], "").sections

    assert section.title == "一"
    assert [entry.period for entry in section.entries] == [
        "",
        "自 2024-08-20 00:00",
        "自 2024-08-20 00:00 至 2024-09-01 00:00(不含)",
    ]


def test_examples_stand_beside_the_rule_they_name(manual: Manual) -> None:
    """What goes wrong first; with the decision on the whole case."""
    shown = manual.sections[0].entries[0].examples

    assert [(one.name, one.word, one.decision) for one in shown] == [
        ("坏", "转人工", "转人工"),
        ("好", "满足", "受理"),
        ("空", "不适用", "待补正"),
    ]


def test_every_shipped_rule_has_an_example() -> None:
    """And every shipped rule is in the handbook."""
    call = load_call("x", (SHIPPED / "call.yaml").read_text(encoding="utf-8"))
    source = (SHIPPED / "rules.yaml").read_text(encoding="utf-8")
    rulebook = load_rulebook(source, call)
    examples = load_examples((SHIPPED / "examples.yaml").read_text(encoding="utf-8"), rulebook)
    entries = [
        entry
        for section in manual_of(
            rulebook,
            source,
            call,
            examples,
            "",
        ).sections
        for entry in section.entries
    ]

    assert [entry.id for entry in entries] == [rule.id for rule in rulebook.rules]
    assert [entry.id for entry in entries if not entry.examples] == []
