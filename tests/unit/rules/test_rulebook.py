"""Reading rule files: what a rule can say, and every slip with its place."""

from __future__ import annotations

from collections.abc import Callable

from rules.call import Call
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

    assert (
        rule.on_violated,
        rule.on_blank,
        rule.on_undecided,
    ) == (Outcome.RETURN, Outcome.RETURN, Outcome.REFER)
    assert (
        rule.start,
        rule.end,
        rule.after_deadline,
        rule.disabled,
    ) == (-PERPETUAL, PERPETUAL, True, "")


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


def test_rules_with_slips_are_left_out_of_what_is_looked_at_further(call: Call) -> None:
    """Also those that only the engine's limits refuse."""
    words = ", ".join(f"申报书.教师人数 不少于 {number}" for number in range(40))
    lines = "".join(
        f"  - {{编号: {name}, 名称: 试, 依据: 一, 针对: 申报书, 要求: {condition}, 不满足: 退回补正}}\n"
        for name, condition in (
            ("R1", "申报书.职能部门 已填写"),
            ("R2", f"[{words}]"),
            ("R3", "申报书.无 已填写"),
        )
    )
    rulebook, errors = read_rulebook(HEAD + "规则:\n" + lines, call)

    assert rulebook is not None
    assert [rule.id for rule in rulebook.rules] == ["R1"]
    assert [error.code for error in errors] == ["E109", "E101"]
