"""Reading rule files: what a rule can say, and every slip with its place."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from rules.call import Call
from rules.errors import RuleFileError
from rules.language import PERPETUAL, Exists, Rulebook, existences
from rules.rulebook import check_rulebook, load_rulebook, read_rulebook
from rules.verdict import Outcome
from tests.unit.rules.writing import HEAD, RULE

Book = Callable[..., Rulebook]


def errors(source: str, call: Call) -> list[tuple[str, int]]:
    """Codes and lines of what is wrong."""
    return [(error.code, error.position.line) for error in check_rulebook(source, call)]


def test_a_rule_has_sensible_defaults(book: Book) -> None:
    """Blank means send back, unreadable means staff, in force always, also late."""
    (rule,) = book("申报书.职能部门 已填写").rules

    assert (rule.on_violated, rule.on_blank, rule.on_undecided) == (Outcome.RETURN, Outcome.RETURN, Outcome.REFER)
    assert (rule.start, rule.end, rule.after_deadline, rule.disabled) == (-PERPETUAL, PERPETUAL, True, "")


def test_a_disabled_rule_is_checked_but_not_in_force(book: Book) -> None:
    """停用 keeps the rule and its reason in the file."""
    rulebook = book("申报书.职能部门 已填写", 停用="等文件")

    assert rulebook.rules[0].disabled == "等文件"
    assert rulebook.rules_in_force == ()


def test_an_outcome_can_be_silence(book: Book) -> None:
    """不提示 says nothing where something could not be decided."""
    (rule,) = book("申报书.职能部门 已填写", 未填="不提示", 无法判断="不提示").rules

    assert (rule.on_blank, rule.on_undecided) == (None, None)


def test_a_period_is_half_open_and_may_name_the_deadline(book: Book) -> None:
    """Two rules that meet at the deadline leave no gap."""
    (early,) = book("申报书.职能部门 已填写", 生效="{至: 截止时间}").rules
    (late,) = book("申报书.职能部门 已填写", 生效="{自: 2024-08-31 24:00}").rules

    assert early.end == late.start == 1_725_120_000


def test_late_mails_are_only_noted_where_the_file_says_so(call: Call) -> None:
    """截止后: 只提醒 for the file, 照常 for one rule."""
    (rule,) = load_rulebook(HEAD + "截止后: 只提醒\n" + RULE, call).rules
    (other,) = load_rulebook(HEAD + "截止后: 只提醒\n" + RULE + "    截止后: 照常\n", call).rules

    assert (rule.after_deadline, other.after_deadline) == (False, True)


def test_the_deadline_is_the_calls_own(call: Call) -> None:
    """It is predefined and cannot be written twice."""
    assert load_rulebook(HEAD + RULE, call).parameters["截止时间"].at(0) == "2024-08-31 24:00"
    assert errors(HEAD + "参数: {截止时间: 2024-09-30 24:00}\n" + RULE, call) == [("E107", 3)]


def test_conditions_nest(book: Book) -> None:
    """全部, 任一, 都不, 存在, 不存在 and lists inside one another."""
    (rule,) = book(
        "[{全部: [申报书.职能部门 已填写, {任一: [申报书.类别 是 示范区, {都不: [申报书.支持团场 是 是]}]}]},"
        " {不存在: 扫描件, 其中: [扫描件.对应 等于 申报书.编号, {任一: [扫描件.盖章 是 否, 扫描件.是扫描 是 否]}]}]"
    ).rules

    (found,) = existences(rule.requirement)
    assert isinstance(found, Exists)
    assert (found.variable, found.kind, found.another) == ("扫描件", "扫描件", False)


def test_every_slip_is_reported_at_its_line(call: Call) -> None:
    """One broken rule does not hide the next."""
    source = (
        HEAD
        + "截止后: 随便\n参数: {甲: [1]}\n统计: [{名称: 数, 计数: 台账, 其中: [台账.类 是 示范区]}]\n"
        + RULE.replace("已填写", "已填")
        + RULE.replace("规则:\n", "").replace("R1", "R2").replace("退回补正", "拒绝")
        + RULE.replace("规则:\n", "").replace("R1", "R 3")
    )

    assert errors(source, call) == [
        ("E101", 3), ("E108", 4), ("E101", 5), ("E102", 11), ("E101", 18), ("E108", 19),
    ]  # fmt: skip
    with pytest.raises(RuleFileError) as caught:
        load_rulebook(source, call)
    assert caught.value.position.line == 3


def test_an_identifier_is_used_once(call: Call) -> None:
    """The second rule of that name is the error."""
    assert errors(HEAD + RULE + RULE.replace("规则:\n", ""), call) == [("E107", 10)]


@pytest.mark.parametrize(
    ("source", "code"),
    [
        ("- 甲\n", "E108"),
        ("版本: 1\n通知: 试\n", "E106"),
        ("版本: 1\n通知: 试\n规则: 无\n", "E108"),
        (HEAD.replace("1", "2") + RULE, "E108"),
        (HEAD + "规测: []\n" + RULE, "E101"),
        (HEAD + "参数: 无\n" + RULE, "E108"),
        (HEAD + "统计: [{名称: 数}]\n" + RULE, "E106"),
        (HEAD + "统计: [{名称: 数, 计数: 统计}]\n" + RULE, "E108"),
        (HEAD + "统计: [{名称: 数, 计数: 台账, 其中: [{存在: 申报书}]}]\n" + RULE, "E108"),
        (HEAD + "规则: [甲]\n", "E108"),
        (HEAD + "规则:\n\t- 甲\n", "Y010"),
        ("", "Y003"),
    ],
)
def test_a_file_of_the_wrong_shape_is_refused(source: str, code: str, call: Call) -> None:
    """Always an error with a place, never an exception of another kind."""
    assert [code] == [found for found, _ in errors(source, call)]


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ({"编号": "R 1"}, "E108"),
        ({"编号": "SYS"}, "E108"),
        ({"依据": "''"}, "E106"),
        ({"针对": "申报表"}, "E101"),
        ({"针对": "[申报书, 申报书]"}, "E108"),
        ({"针对": "[]"}, "E108"),
        ({"要求": "[]"}, "E106"),
        ({"要求": "{}"}, "E106"),
        ({"要求": "{全部: [申报书.职能部门 已填写], 任一: [申报书.职能部门 已填写]}"}, "E108"),
        ({"要求": "{任一: 申报书.职能部门 已填写}"}, "E108"),
        ({"要求": "{任一: []}"}, "E108"),
        ({"要求": "{任一: [申报书.职能部门 已填写], 其中: []}"}, "E108"),
        ({"要求": "{任意: [申报书.职能部门 已填写]}"}, "E101"),
        ({"要求": "{存在: 统计}"}, "E108"),
        ({"要求": "{存在: 申报书}"}, "E108"),
        ({"要求": "{存在: 另一扫描件}"}, "E108"),
        ({"要求": "{存在: 扫描本}"}, "E101"),
        ({"要求": "{存在: [扫描件]}"}, "E108"),
        ({"要求": "{存在: 扫描件, 其中: [{存在: 汇总行}]}"}, "E108"),
        ({"要求": "{存在: 扫描件, 其中: [申报书.类别 是 示范区]}"}, "E108"),
        ({"要求": "{存在: 扫描件, 其中: [申报书.教师账号开通率 等于 申报书.学生账号开通率]}"}, "E108"),
        ({"要求": "{存在: 扫描件, 其中: [扫描件.对应 等于 扫描件.单位名称]}"}, "E108"),
        ({"要求": "{存在: 扫描件, 其中: [{都不: [扫描件.对应 等于 申报书.编号]}]}"}, "E108"),
        ({"要求": "[{存在: 另一申报书}, {存在: 扫描件}]"}, "E108"),
        ({"要求": "[{存在: 另一申报书}, 申报书.教师账号开通率 等于 申报书.学生账号开通率]"}, "E108"),
        ({"关联": "[申报书.职能部门 已填写]"}, "E108"),
        ({"关联": "[申报书.教师账号开通率 等于 申报书.学生账号开通率]"}, "E108"),
        ({"生效": "{自: 截止时间, 至: 截止时间}"}, "E108"),
        ({"生效": "{从: 截止时间}"}, "E101"),
        ({"生效": "{自: 明天}"}, "E104"),
        ({"不满足": "不提示"}, "E108"),
        ({"不满足": "退回"}, "E101"),
        ({"告知": "'缺{单位名称}'"}, "E103"),
        ({"告知": "'缺{申报书.单位}'"}, "E101"),
        ({"告知": "'缺{扫描件.单位名称}'"}, "E101"),
        ({"告知": "[甲]"}, "E108"),
        ({"停用原因": "无"}, "E101"),
    ],
)
def test_a_rule_of_the_wrong_shape_is_refused(more: dict[str, str], code: str, book: Book) -> None:
    """Each with its own code and a place inside the rule."""
    rest = {key: value for key, value in more.items() if key not in {"要求", "针对"}}
    with pytest.raises(RuleFileError) as caught:
        book(more.get("要求", "申报书.职能部门 已填写"), more.get("针对", "申报书"), **rest)

    assert caught.value.code == code
    assert caught.value.position.line >= 4


def test_rules_with_slips_are_left_out_of_what_is_looked_at_further(call: Call) -> None:
    """Also those that only the engine's limits refuse."""
    words = ", ".join(f"申报书.教师人数 不少于 {number}" for number in range(40))
    lines = "".join(
        f"  - {{编号: {name}, 名称: 试, 依据: 一, 针对: 申报书, 要求: {condition}, 不满足: 退回补正}}\n"
        for name, condition in (("R1", "申报书.职能部门 已填写"), ("R2", f"[{words}]"), ("R3", "申报书.无 已填写"))
    )
    rulebook, errors = read_rulebook(HEAD + "规则:\n" + lines, call)

    assert rulebook is not None
    assert [rule.id for rule in rulebook.rules] == ["R1"]
    assert [error.code for error in errors] == ["E109", "E101"]
