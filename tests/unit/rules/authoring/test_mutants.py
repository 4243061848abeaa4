"""Examples are only worth what they notice: every kind of change, tried on examples that do and do
not guard it.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from ingest.calls import open_call
from rules.authoring.examples import load_examples, run_examples
from rules.authoring.mutants import mutants_of, run_mutants, unshown_settings
from rules.call import Call
from rules.language import AllOf, AnyOf, Compare, Condition, Exists, Not, Operator
from rules.rulebook import load_rulebook
from tests.unit.rules.writing import HEAD

SHIPPED = Path(__file__).parents[4] / "config/calls/smart-education-2024"
RULE = "规则:\n  - {{编号: R1, 名称: 试, 依据: 一, 针对: {kind}, {keys}, 不满足: 退回补正}}\n"

SIGNS = {
    Operator.AT_LEAST: "≥",
    Operator.ABOVE: ">",
    Operator.AT_MOST: "≤",
    Operator.BELOW: "<",
    Operator.EQUAL: "=",
}


def book(call: Call, keys: str, kind: str = "申报书", head: str = ""):  # noqa: ANN201 - read with its callers
    return load_rulebook(HEAD + head + RULE.format(kind=kind, keys=keys), call)


def changes(call: Call, keys: str, kind: str = "申报书") -> list[str]:
    """Every mutant of one rule, in words, without those of outcomes."""
    rulebook = book(call, keys, kind)
    mutants = mutants_of(rulebook.rules[0], rulebook.vocabulary)
    return [one.change for one in mutants if one.change[:2] in ("适用", "要求")]


@pytest.mark.parametrize(
    ("keys", "expected"),
    [
        ("要求: 申报书.职能部门 已填写", ["反过来", "去掉"]),
        ("要求: 申报书.职能部门 未填写", ["反过来", "去掉"]),
        ("要求: 申报书.教师账号开通率 不低于 98%", ["界限加 0.01%", "界限减 0.01%", "恰好等于界限时反过来", "反过来", "去掉"]),
        ("要求: 申报书.公示结束 早于 2024-08-31", ["界限加 1天", "界限减 1天", "恰好等于界限时反过来", "反过来", "去掉"]),
        ("要求: 申报书.教师人数 超过 5", ["界限加 1", "界限减 1", "恰好等于界限时反过来", "反过来", "去掉"]),
        ("要求: 申报书.学校类型 属于 小学、初中", ["反过来", "去掉第 1 个值", "去掉第 2 个值"]),
        ("要求: 申报书.公示开始 等于 申报书.公示结束", ["反过来", "去掉"]),
        ("要求: {任一: [申报书.职能部门 已填写, 申报书.支持团场 是 是]}", ["去掉", "反过来", "去掉", "反过来"]),
        ("要求: {都不: [申报书.职能部门 已填写]}", ["反过来", "反过来", "去掉"]),
        ("要求: {不存在: 汇总行}", ["反过来", "反过来", "去掉"]),
    ],
)  # fmt: skip
def test_every_place_of_a_condition_is_changed(call: Call, keys: str, expected: list[str]) -> None:
    """Limits by a unit and at the limit itself, conditions turned round and left out."""
    assert [change.rpartition("”")[2] for change in changes(call, keys)] == expected


def test_conditions_of_other_subjects_and_of_applies_are_changed_too(call: Call) -> None:
    """With their place in the file."""
    keys = "适用: [申报书.支持团场 是 是], 要求: {存在: 汇总行, 其中: [汇总行.单位名称 等于 申报书.单位名称]}"

    assert changes(call, keys) == [
        "适用: “申报书.支持团场 是 是”去掉",
        "适用: “申报书.支持团场 是 是”反过来",
        "要求: “汇总行.单位名称 等于 申报书.单位名称”去掉",
        "要求: “汇总行.单位名称 等于 申报书.单位名称”反过来",
        "要求: “存在 汇总行”反过来",
        "要求: “存在 汇总行”去掉",
    ]
    rulebook = book(call, keys)
    assert {one.position.line for one in mutants_of(rulebook.rules[0], rulebook.vocabulary)} == {4}


def told(node: Condition) -> str:
    """What a condition says, in signs."""
    if isinstance(node, Compare):
        return f"{node.field}{SIGNS[node.operator]}{node.constant}"
    if isinstance(node, AllOf | AnyOf):
        return f"({('且' if isinstance(node, AllOf) else '或').join(map(told, node.items))})"
    if isinstance(node, Exists):
        return f"有{node.variable}{told(node.where)}"
    assert isinstance(node, Not)
    return f"非{told(node.item)}"


def test_a_change_is_told_in_words_at_its_place_and_is_what_it_says(call: Call) -> None:
    """A group has no place of its own but the rule's; whatever is not changed stays as it was."""
    keys = "适用: {都不: [申报书.类别 是 示范校]}, 要求: [{任一: [申报书.学校类型 属于 小学、初中, 申报书.公示结束 早于 2024-08-31]}, {存在: 汇总行, 其中: [汇总行.教师账号开通率 不低于 98%]}]"
    rulebook = book(call, keys)
    made = [
        (
            one.position.column,
            one.change,
            told(one.rule.applies if one.change[:2] == "适用" else one.rule.requirement),
        )
        for one in mutants_of(rulebook.rules[0], rulebook.vocabulary)
    ]

    assert told(rulebook.rules[0].applies) == "非(类别=1)"
    assert (
        told(rulebook.rules[0].requirement)
        == "(((学校类型=0或学校类型=1)或公示结束<739129)且有汇总行(教师账号开通率≥980000))"
    )
    assert made == [
        (47, "适用: “申报书.类别 是 示范校”反过来", "非(非类别=1)"),
        (42, "适用: “都不”反过来", "(类别=1)"),
        (42, "适用: “都不”去掉", "()"),
        (69, "要求: “任一”去掉", "(有汇总行(教师账号开通率≥980000))"),
        (
            74,
            "要求: “申报书.学校类型 属于 小学、初中”去掉",
            "((公示结束<739129)且有汇总行(教师账号开通率≥980000))",
        ),
        (
            74,
            "要求: “申报书.学校类型 属于 小学、初中”反过来",
            "((非(学校类型=0或学校类型=1)或公示结束<739129)且有汇总行(教师账号开通率≥980000))",
        ),
        (
            74,
            "要求: “申报书.学校类型 属于 小学、初中”去掉第 1 个值",
            "(((学校类型=1)或公示结束<739129)且有汇总行(教师账号开通率≥980000))",
        ),
        (
            74,
            "要求: “申报书.学校类型 属于 小学、初中”去掉第 2 个值",
            "(((学校类型=0)或公示结束<739129)且有汇总行(教师账号开通率≥980000))",
        ),
        (
            93,
            "要求: “申报书.公示结束 早于 2024-08-31”去掉",
            "(((学校类型=0或学校类型=1))且有汇总行(教师账号开通率≥980000))",
        ),
        (
            93,
            "要求: “申报书.公示结束 早于 2024-08-31”界限加 1天",
            "(((学校类型=0或学校类型=1)或公示结束<739130)且有汇总行(教师账号开通率≥980000))",
        ),
        (
            93,
            "要求: “申报书.公示结束 早于 2024-08-31”界限减 1天",
            "(((学校类型=0或学校类型=1)或公示结束<739128)且有汇总行(教师账号开通率≥980000))",
        ),
        (
            93,
            "要求: “申报书.公示结束 早于 2024-08-31”恰好等于界限时反过来",
            "(((学校类型=0或学校类型=1)或公示结束≤739129)且有汇总行(教师账号开通率≥980000))",
        ),
        (
            93,
            "要求: “申报书.公示结束 早于 2024-08-31”反过来",
            "(((学校类型=0或学校类型=1)或非公示结束<739129)且有汇总行(教师账号开通率≥980000))",
        ),
        (120, "要求: “存在 汇总行”去掉", "(((学校类型=0或学校类型=1)或公示结束<739129))"),
        (
            134,
            "要求: “汇总行.教师账号开通率 不低于 98%”去掉",
            "(((学校类型=0或学校类型=1)或公示结束<739129)且有汇总行())",
        ),
        (
            134,
            "要求: “汇总行.教师账号开通率 不低于 98%”界限加 0.01%",
            "(((学校类型=0或学校类型=1)或公示结束<739129)且有汇总行(教师账号开通率≥980100))",
        ),
        (
            134,
            "要求: “汇总行.教师账号开通率 不低于 98%”界限减 0.01%",
            "(((学校类型=0或学校类型=1)或公示结束<739129)且有汇总行(教师账号开通率≥979900))",
        ),
        (
            134,
            "要求: “汇总行.教师账号开通率 不低于 98%”恰好等于界限时反过来",
            "(((学校类型=0或学校类型=1)或公示结束<739129)且有汇总行(教师账号开通率>980000))",
        ),
        (
            134,
            "要求: “汇总行.教师账号开通率 不低于 98%”反过来",
            "(((学校类型=0或学校类型=1)或公示结束<739129)且有汇总行(非教师账号开通率≥980000))",
        ),
        (
            120,
            "要求: “存在 汇总行”反过来",
            "(((学校类型=0或学校类型=1)或公示结束<739129)且非有汇总行(教师账号开通率≥980000))",
        ),
        (
            5,
            "不满足: 退回补正 改为 转人工",
            "(((学校类型=0或学校类型=1)或公示结束<739129)且有汇总行(教师账号开通率≥980000))",
        ),
    ]


def test_a_change_keeps_the_words_it_was_made_of(call: Call) -> None:
    """So that what is explained of a changed rule is the sentence of the file."""
    rulebook = book(
        call,
        "适用: {都不: [{全部: [申报书.类别 是 示范校]}]}, 要求: 申报书.学校类型 属于 小学、初中",
    )
    words = [
        (one.rule.applies.source.text, one.rule.requirement.source.text)
        for one in mutants_of(rulebook.rules[0], rulebook.vocabulary)
    ]

    assert words == [
        ("都不", "申报书.学校类型 属于 小学、初中"),
        ("都不", "申报书.学校类型 属于 小学、初中"),
        ("都不", "申报书.学校类型 属于 小学、初中"),
        ("", "申报书.学校类型 属于 小学、初中"),
        ("都不", "申报书.学校类型 属于 小学、初中"),
        ("都不", "申报书.学校类型 属于 小学、初中"),
        ("都不", "申报书.学校类型 属于 小学、初中"),
        ("都不", "申报书.学校类型 属于 小学、初中"),
    ]


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        ("", ["不满足: 退回补正 改为 转人工"]),
        (", 未填: 提醒, 无法判断: 不提示", ["不满足: 退回补正 改为 转人工", "未填: 提醒 改为 退回补正", "无法判断: 不提示 改为 转人工"]),
        (", 未填: 不提示, 无法判断: 提醒", ["不满足: 退回补正 改为 转人工", "未填: 不提示 改为 退回补正", "无法判断: 提醒 改为 转人工"]),
        (", 未填: 退回补正, 无法判断: 转人工", ["不满足: 退回补正 改为 转人工"]),
    ],
)  # fmt: skip
def test_outcomes_are_exchanged_where_the_file_says_its_own(
    call: Call,
    more: str,
    expected: list[str],
) -> None:
    """The default needs no example."""
    rulebook = book(call, "要求: 申报书.职能部门 已填写" + more)

    mutants = list(mutants_of(rulebook.rules[0], rulebook.vocabulary))[2:]
    assert [one.change for one in mutants] == expected
    assert {one.position for one in mutants} == {rulebook.rules[0].position}
    for one in mutants:
        become = {
            "不满足": one.rule.on_violated,
            "未填": one.rule.on_blank,
            "无法判断": one.rule.on_undecided,
        }
        assert become[one.change.split(":")[0]] == one.change.rpartition(" ")[2]


CASE = "  - {{名称: {0}, 收到: 2024-08-20 09:00, 对象: [{{种类: 申报书, 编号: 申, 字段: {{教师人数: {0}}}}}], 期望: {{R1: {1}}}{2}}}\n"


def unnoticed(call: Call, *cases: str, keys: str = "要求: 申报书.教师人数 不少于 5") -> list[str]:
    rulebook = book(call, keys)
    examples = load_examples("案例:\n" + "".join(cases), rulebook)
    assert run_examples(rulebook, examples) == []
    return [one.change.rpartition("”")[2] for one in run_mutants(rulebook, examples).unnoticed]


def test_examples_on_both_sides_of_the_limit_notice_everything(call: Call) -> None:
    """5 passes and 4 is sent back."""
    assert unnoticed(call, CASE.format(5, "满足", ""), CASE.format(4, "退回补正", "")) == []


def test_an_example_far_from_the_limit_does_not_guard_it(call: Call) -> None:
    """The list tells which example to add."""
    assert unnoticed(call, CASE.format(50, "满足", ""), CASE.format(1, "退回补正", "")) == [
        "界限加 1",
        "界限减 1",
        "恰好等于界限时反过来",
    ]
    assert unnoticed(call, CASE.format(5, "满足", "")) == [
        "不满足: 退回补正 改为 转人工",
        "界限减 1",
        "去掉",
    ]


def test_a_decision_guards_rules_that_are_not_named(call: Call) -> None:
    """A case with its 裁定 notices any rule that begins to speak."""
    silent = "  - {名称: 甲, 收到: 2024-08-20 09:00, 对象: [{种类: 申报书, 编号: 申, 字段: {教师人数: 5}}], 期望: {}"

    assert "反过来" in unnoticed(call, silent + "}\n")
    assert "反过来" not in unnoticed(call, silent + ", 裁定: 受理}\n")


def test_silence_can_be_expected(call: Call) -> None:
    """不提示 is the difference between a rule that says nothing and one that repeats another's words."""
    keys = "要求: 申报书.教师人数 不少于 5, 未填: 不提示"
    cases = [CASE.format(5, "满足", ""), CASE.format(4, "退回补正", "")]

    assert unnoticed(call, *cases, CASE.format("空白", "未填", ""), keys=keys) == [
        "未填: 不提示 改为 退回补正"
    ]
    assert unnoticed(call, *cases, CASE.format("空白", "不提示", ""), keys=keys) == []


@pytest.mark.parametrize(
    ("head", "keys", "expected"),
    [
        ("", "要求: 申报书.教师人数 不少于 5", []),
        ("", "要求: 申报书.教师人数 不少于 5, 未填: 转人工", ["未填: 转人工 改为 退回补正"]),
        ("", "要求: 申报书.教师人数 不少于 5, 未填: 不提示", ["未填: 不提示 改为 退回补正"]),
        ("", "要求: 申报书.教师人数 不少于 5, 无法判断: 不提示", ["无法判断: 不提示 改为 转人工"]),
        ("", "要求: 申报书.教师人数 不少于 5, 截止后: 只提醒", ["截止后: 只提醒 改为 照常"]),
        ("", "要求: 申报书.教师人数 不少于 5, 截止后: 照常", []),
        ("截止后: 只提醒\n", "要求: 申报书.教师人数 不少于 5, 截止后: 照常", ["截止后: 照常 改为 只提醒"]),
        ("截止后: 只提醒\n", "要求: 申报书.教师人数 不少于 5, 截止后: 只提醒", []),
        ("", "要求: {不存在: 汇总行}, 未填: 不提示", []),
        ("", "适用: 申报书.职能部门 是 甲, 要求: {不存在: 汇总行}, 未填: 不提示", ["未填: 不提示 改为 退回补正"]),
    ],
)  # fmt: skip
def test_what_a_rule_says_of_blank_unread_and_late_needs_an_example(
    call: Call, head: str, keys: str, expected: list[str]
) -> None:
    """Where it only says what holds anyhow, or what never comes about, none is needed."""
    rulebook = book(call, keys, head=head)
    examples = load_examples("案例:\n" + CASE.format(50, "满足", ""), rulebook)
    assert [one.change for one in unshown_settings(rulebook, examples)] == expected


@pytest.mark.parametrize(
    ("said", "value", "word"), [("未填", "空白", "不提示"), ("无法判断", "未知", "不提示")]
)
def test_an_example_that_meets_it_shows_it(call: Call, said: str, value: str, word: str) -> None:
    rulebook = book(call, f"要求: 申报书.教师人数 不少于 5, {said}: 不提示")
    examples = load_examples("案例:\n" + CASE.format(value, word, ""), rulebook)
    assert unshown_settings(rulebook, examples) == ()


def test_an_edition_that_no_example_falls_into_is_not_guarded(call: Call) -> None:
    """A parameter that changes on the 25th needs examples from before and after."""
    head = "参数: {线: [{值: 5}, {自: 2024-08-25, 值: 3}]}\n"
    rulebook = book(call, "要求: 申报书.教师人数 不少于 线", head=head)
    examples = load_examples(
        "案例:\n" + CASE.format(5, "满足", "") + CASE.format(4, "退回补正", ""), rulebook
    )

    assert {one.rule.edition for one in run_mutants(rulebook, examples).unnoticed} == {1}


def test_an_edition_counts_from_its_first_second(call: Call) -> None:
    """Examples at the very change of the parameter guard the later edition and not the
    earlier one.
    """
    head = "参数: {线: [{值: 5}, {自: 2024-08-25, 值: 3}]}\n"
    rulebook = book(call, "要求: 申报书.教师人数 不少于 线", head=head)
    cases = (CASE.format(3, "满足", ""), CASE.format(2, "退回补正", ""))
    examples = load_examples(
        "案例:\n" + "".join(cases).replace("2024-08-20 09:00", "2024-08-25 00:00"), rulebook
    )
    report = run_mutants(rulebook, examples)

    assert [one.rule.edition for one in report.unnoticed] == [0] * 6
    assert (report.total, report.noticed) == (12, 6)


def test_changes_are_judged_as_late_as_the_example_is(call: Call) -> None:
    """From the first second after the deadline nothing but a note is left of an outcome."""
    rulebook = book(call, "要求: 申报书.教师人数 不少于 5, 截止后: 只提醒")
    late = CASE.format(4, "提醒", "").replace("2024-08-20 09:00", "2024-08-31 24:00")
    unnoticed = run_mutants(rulebook, load_examples("案例:\n" + late, rulebook)).unnoticed

    assert "不满足: 退回补正 改为 转人工" in [one.change for one in unnoticed]


def test_only_the_changed_rule_is_judged_again(call: Call) -> None:
    """What the others said stands."""
    other = (
        RULE.removeprefix("规则:\n")
        .replace("R1", "R2")
        .format(kind="申报书", keys="要求: 申报书.教师人数 不少于 9")
    )
    rulebook = load_rulebook(
        HEAD + RULE.format(kind="申报书", keys="要求: 申报书.教师人数 不少于 5") + other, call
    )
    case = CASE.format(7, "满足, R2: 退回补正", ", 裁定: 待补正")
    unnoticed = run_mutants(rulebook, load_examples("案例:\n" + case, rulebook)).unnoticed

    assert [(one.rule.id, one.change.rpartition("”")[2]) for one in unnoticed] == [
        ("R1", "不满足: 退回补正 改为 转人工"),
        ("R1", "界限加 1"),
        ("R1", "界限减 1"),
        ("R1", "恰好等于界限时反过来"),
        ("R1", "去掉"),
        ("R2", "界限加 1"),
        ("R2", "界限减 1"),
        ("R2", "恰好等于界限时反过来"),
    ]


@pytest.mark.parametrize(
    ("call_id", "at_least"),
    [
        ("community-grants-2025", 170),
        ("research-projects-2025", 210),
        ("smart-education-2024", 500),
    ],
)
def test_the_shipped_examples_notice_nineteen_of_twenty_changes(
    call_id: str, at_least: int
) -> None:
    """Of the shipped rules; the list of the others is short enough to be read."""
    folder = open_call(SHIPPED.parent, call_id)
    rulebook = load_rulebook(folder.rules_source, folder.call)
    report = run_mutants(rulebook, load_examples(folder.examples_source, rulebook))

    assert report.total > at_least
    assert report.noticed / report.total > 0.95
