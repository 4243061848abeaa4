"""What a readable rule file says without meaning it, and what a hostile one can do: nothing but get
a message.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import pytest

from rules.authoring.lint import check_source, lint_rulebook
from rules.call import Call
from rules.callfile import load_call
from rules.rulebook import load_rulebook
from tests.unit.rules.writing import CALL, HEAD, RULE

FOLDER = Path(__file__).parents[4] / "config/calls/smart-education-2024"
Found = list[tuple[str, int]]


def rule(identifier: str, requirement: str, **more: str) -> str:
    """One line of a rule file."""
    keys = {
        "编号": identifier,
        "名称": identifier,
        "依据": "一",
        "针对": "申报书",
        "要求": requirement,
        "不满足": "退回补正",
        "告知": "请补正",
    } | more
    return "  - {" + ", ".join(f"{key}: {value}" for key, value in keys.items()) + "}\n"


@pytest.fixture
def look(call: Call) -> Callable[..., Found]:
    """Codes and lines (of the rules, counted from 1) of what is said about some rules."""

    def check(*rules: str, head: str = "") -> Found:
        before = (HEAD + head).count("\n") + 1
        found = check_source(HEAD + head + "规则:\n" + "".join(rules), call)
        return [(error.code, error.position.line - before) for error in found]

    return check


def test_the_shipped_rules_have_no_warning_but_say_what_was_not_looked_at() -> None:
    """Rules that compare several papers cannot be tried one value at a time."""
    call = load_call("smart-education-2024", (FOLDER / "call.yaml").read_text(encoding="utf-8"))
    found = check_source((FOLDER / "rules.yaml").read_text(encoding="utf-8"), call)

    assert {one.severity for one in found} == {"note"}
    assert {"Q01", "C06", "F04"} <= {one.message.split("“")[1].split("”")[0] for one in found}


@pytest.mark.parametrize(
    ("requirement", "more", "expected"),
    [
        ("申报书.教师账号开通率 不低于 98%", {}, []),
        ("申报书.职能部门 已填写", {}, []),
        ("申报书.教师账号开通率 不低于 98%", {"适用": "[申报书.类别 是 示范区, 申报书.类别 是 示范校]"}, [("W201", 1)]),
        ("申报书.职能部门 已填写", {"适用": "[申报书.教师人数 超过 5, 申报书.教师人数 少于 6]"}, [("W201", 1)]),
        ("申报书.职能部门 已填写", {"适用": "[申报书.单位名称 包含 甲乙, 申报书.单位名称 不包含 乙]"}, [("W201", 1)]),
        ("{任一: [申报书.教师账号开通率 不低于 98%, 申报书.教师账号开通率 低于 99%]}", {}, [("W202", 1)]),
        ("申报书.教师账号开通率 不超过 100%", {}, [("W202", 1)]),
        ("申报书.核心维度项数 不超过 4", {}, [("W202", 1)]),
        ("申报书.核心维度项数 不少于 5", {}, [("W203", 1)]),
        ("申报书.教师人数 不少于 0", {}, [("W202", 1)]),
        ("申报书.类别 是 示范区", {"适用": "申报书.类别 不是 示范区"}, [("W203", 1)]),
        ("申报书.支持团场 是 是", {"适用": "申报书.支持团场 是 否"}, [("W203", 1)]),
        ("申报书.职能部门 未填写", {"适用": "申报书.职能部门 已填写"}, [("W203", 1)]),
        ("申报书.核心维度 包含 教学", {"适用": "申报书.核心维度 不包含 教学"}, [("W203", 1)]),
        ("申报书.公示结束 不早于 2024-08-31", {"适用": "申报书.公示结束 早于 2024-08-31"}, [("W203", 1)]),
        ("申报书.职能部门 已填写", {"生效": "{至: 2024-08-08 10:00}"}, [("W201", 1)]),
        ("申报书.职能部门 已填写", {"生效": "{至: 2024-08-08 10:01}"}, []),
        ("申报书.公示开始 等于 申报书.公示结束", {}, [("I301", 1)]),
        ("{存在: 汇总行}", {}, [("I301", 1)]),
        ("申报书.单位名称 属于 一、二、三、四、五、六、七", {}, [("I301", 1)]),
        ("申报书.核心维度 包含 教学", {"适用": "[申报书.核心维度 未读到]"}, []),
    ],
)  # fmt: skip
def test_a_rule_that_cannot_do_its_work_is_named(
    requirement: str, more: dict[str, str], expected: Found, look: Callable[..., Found]
) -> None:
    """Never used, never violated, or never fulfilled; 未检查 where that cannot be told."""
    assert look(rule("R1", requirement, **more)) == expected


def test_a_computed_value_may_be_negative(look: Callable[..., Found]) -> None:
    """“Not below nothing” is a requirement for a difference, and none for a count."""
    head = "派生: [{名称: 天, 对象: 申报书, 天数差: {从: 公示开始, 到: 公示结束}}]\n"

    assert look(rule("R1", "申报书.天 不少于 0"), head=head) == []


AT_98, AT_95 = "申报书.教师账号开通率 不低于 98%", "申报书.教师账号开通率 不低于 95%"


@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [
        (rule("R1", AT_98), rule("R2", AT_98), [("W204", 2)]),
        (rule("R1", AT_98), rule("R2", AT_98, 不满足="转人工"), [("W204", 2)]),
        (rule("R1", AT_98), rule("R2", f"{{都不: [{AT_98.replace('不低于', '低于')}]}}"), [("W204", 2)]),
        (rule("R1", "{存在: 汇总行}"), rule("R2", "{存在: 汇总行}"), [("I301", 1), ("W204", 2), ("I301", 2)]),
        (rule("R1", AT_98), rule("R2", AT_95), [("W205", 2)]),
        (rule("R1", AT_95), rule("R2", AT_98), [("W205", 1)]),
        (rule("R1", AT_98, 不满足="提醒"), rule("R2", AT_95), []),
        (rule("R1", AT_98), rule("R2", "申报书.教师账号开通率 低于 95%"), [("W206", 2)]),
        (rule("R1", AT_98, 适用="申报书.类别 是 示范区"), rule("R2", AT_95, 适用="申报书.类别 是 示范校"), []),
        (rule("R1", AT_98, 生效="{至: 截止时间}"), rule("R2", AT_98, 生效="{自: 截止时间}"), []),
        (rule("R1", AT_98), rule("R2", "申报书.学生账号开通率 不低于 98%"), []),
        (rule("R1", AT_98), rule("R2", AT_98, 停用="等文件"), []),
    ],
)  # fmt: skip
def test_rules_that_repeat_cover_or_contradict_each_other_are_named(
    first: str, second: str, expected: Found, look: Callable[..., Found]
) -> None:
    """A milder rule before a stricter one is a warning to the applicant, not a mistake."""
    assert sorted(look(first, second), key=lambda one: (one[1], one[0] == "I301")) == sorted(
        expected, key=lambda one: (one[1], one[0] == "I301")
    )


@pytest.mark.parametrize(
    ("until", "since", "gap"),
    [
        ("2024-08-31 24:00", "2024-09-01 00:01", True),
        ("2024-08-31 24:00", "2024-09-01 00:00", False),
    ],
)
@pytest.mark.parametrize(
    "titles", [("名称: 盖章(截止前)", "名称: 盖章(截止后)"), ("名称: 甲", "名称: 乙")]
)
def test_a_minute_that_nobody_looks_at_is_named(
    until: str, since: str, gap: bool, titles: tuple[str, str], look: Callable[..., Found]
) -> None:
    """Rules that take turns: by their title up to a bracket, or by the same requirement."""
    first = rule("R1", AT_98, 生效=f"{{至: {until}}}").replace("名称: R1", titles[0])
    second = rule("R2", AT_98, 生效=f"{{自: {since}}}", 不满足="转人工").replace(
        "名称: R2", titles[1]
    )

    assert look(first, second) == ([("W207", 2)] if gap else [])


def test_a_third_rule_that_covers_both_leaves_no_gap(look: Callable[..., Found]) -> None:
    """The one in force longest counts, not the one that began last."""
    periods = (
        "{自: 2024-08-08 00:00, 至: 2024-08-31 24:00}",
        "{自: 2024-08-09 00:00, 至: 2024-08-10 00:00}",
        "{自: 2024-08-20 00:00, 至: 2024-08-21 00:00}",
    )
    rules = [
        rule(f"R{n}", AT_98, 生效=one).replace(f"名称: R{n}", "名称: 甲")
        for n, one in enumerate(periods)
    ]

    assert "W207" not in {code for code, _ in look(*rules)}


def test_a_parameter_that_changes_in_between_is_no_gap(look: Callable[..., Found]) -> None:
    """Such a rule is one per period to the engine, and one to whoever wrote it."""
    head = "参数: {线: [{值: 98%}, {自: 2024-08-20, 值: 97%}]}\n"
    first = rule("R1", "申报书.教师账号开通率 不低于 线", 生效="{至: 截止时间}").replace(
        "名称: R1", "名称: 甲(前)"
    )
    second = rule("R2", AT_98, 生效="{自: 截止时间}").replace("名称: R2", "名称: 甲(后)")
    late = rule("R2", AT_98, 生效="{自: 2024-09-02 00:00}").replace("名称: R2", "名称: 甲(后)")

    assert "W207" not in {code for code, _ in look(first, second, head=head)}
    assert ("W207", 2) in look(first, late, head=head)


def test_a_rule_in_force_for_longer_is_not_called_superfluous(look: Callable[..., Found]) -> None:
    """The stricter one covers it only as long as it is in force itself."""
    assert look(rule("R1", AT_98, 生效="{至: 截止时间}"), rule("R2", AT_95)) == []
    assert look(rule("R1", AT_98), rule("R2", AT_95, 生效="{至: 截止时间}")) == [("W205", 2)]


def test_what_is_used_anywhere_is_not_named(look: Callable[..., Found]) -> None:
    """In a condition, a period, a message."""
    head = (
        "参数: {用: 5, 时: 2024-08-31 24:00}\n统计: [{名称: 数, 计数: 申报书}]\n"
        "派生: [{名称: 天, 对象: 申报书, 和: [教师人数, 1]}]\n"
    )
    first = rule("R1", "申报书.教师人数 不少于 用", 生效="{至: 时}", 告知='"{申报书.天}"')
    second = rule("R2", "统计.数 不少于 1", 针对="统计")

    assert look(first, second, head=head) == []


def test_years_whose_working_days_are_not_published_are_a_warning() -> None:
    """By the calendar of Beijing; only where working days are counted."""
    written = CALL.replace("发布: 2024-08-08 10:00", "发布: 2099-01-01 02:00").replace(
        "2024-08-31 24:00", "2100-01-01 01:00"
    )
    head = (
        "派生: [{名称: 天, 对象: 申报书, 工作日差: {从: 公示开始, 到: 公示结束}},"
        " {名称: 日, 对象: 申报书, 天数差: {从: 公示开始, 到: 公示结束}}]\n"
    )
    rules = rule("R1", "申报书.天 不少于 5") + rule("R2", "申报书.日 不少于 5")
    (warning,) = check_source(HEAD + head + "规则:\n" + rules, load_call("later", written))

    assert (warning.code, warning.position) == ("W209", (3, 6))
    assert warning.message == "[日历] 2099、2100 年的工作日安排还不在日历里, “天”将算不出"
    assert warning.hint == "更新 chinesecalendar; 在此之前相关规则都会转人工"


# --- hostile files --------------------------------------------------------------------------------

_LINE = "  - {{编号: R{0}, 名称: 试, 依据: 一, 针对: 申报书, 要求: {1}, 不满足: 退回补正}}\n"
_EQUALITIES = ", ".join(
    f"扫描件.{a} 等于 申报书.{b}"
    for a in ("单位名称", "对应")
    for b in ("单位名称", "职能部门", "编号")
)
HOSTILE = {
    "empty": ("", "Y003"),
    "comments": ("# 无\n\n", "Y003"),
    "a million characters": ("甲" * 1_000_000, "Y001"),
    "ten thousand rules": ("规则:\n" + "".join(_LINE.format(n, "x") for n in range(10_000)), "Y001"),
    "two thousand and one rules": (HEAD + "规则:\n" + "".join(_LINE.format(n, "x") for n in range(2_001)), "E112"),
    "brackets": ("[" * 100_000, "Y013"),
    "brackets on lines": ("[\n" * 50_000, "Y013"),
    "braces": (HEAD + "规则: " + "{a: " * 50_000, "Y013"),
    "dashes": ("- " * 100_000, "Y013"),
    "a ring": (HEAD + "规则: &a [*a]\n", "Y012"),
    "a tag": (HEAD + "规则: !!python/object:os.system x\n", "Y012"),
    "a word of 200,000": (HEAD + RULE.replace("已填写", "甲" * 200_000), "E102"),
    "a field of 200,000": (HEAD + RULE.replace("职能部门", "甲" * 200_000), "E101"),
    "braces in a message": (HEAD + RULE.replace("请补正", "甲" + "{" * 100_000), "E103"),
    "equalities": (HEAD + RULE.replace("申报书.职能部门 已填写", f"{{不存在: 扫描件, 其中: [{_EQUALITIES}]}}"), "E109"),
    "nested alternatives": (HEAD + RULE.replace("申报书.职能部门 已填写", "{任一: [" + ", ".join(["[申报书.职能部门 已填写, 申报书.职能部门 已读到]"] * 40) + "]}"), "E109"),
    "an unclosed quotation": ('"' + "a" * 250_000, "Y016"),
    "a lone surrogate": ("版本: \ud800\n", "Y002"),
    "a nought": ("版本: \0\n", "Y002"),
    "full-width colons": ("甲：" * 100_000, "Y011"),
    "a list as a key": (HEAD + "? [a]\n: 1\n", "Y014"),
    "a key twice": (HEAD + "版本: 1\n" + RULE, "Y015"),
}  # fmt: skip


@pytest.mark.parametrize(("source", "code"), HOSTILE.values(), ids=HOSTILE)
def test_a_hostile_file_ends_in_a_message_within_seconds(
    call: Call,
    source: str,
    code: str,
) -> None:
    """With a place and a limit; the slowest of them takes three seconds on a small machine."""
    begin = time.process_time()
    found = check_source(source, call)

    assert code in {error.code for error in found}
    assert all(error.position.line >= 1 and len(error.message) < 200 for error in found)
    assert time.process_time() - begin < 15


def test_a_hundred_rules_on_one_field_are_summed_up(call: Call) -> None:
    """Thousands of lines are read by nobody."""
    rules = (rule(f"R{n}", f"申报书.教师人数 不少于 {n + 1}") for n in range(40))
    found = check_source(HEAD + "规则:\n" + "".join(rules), call)

    covered = [one.message for one in found if one.code == "W205"]
    assert len(covered) == 21
    assert covered[-1].startswith("同类的还有")


def test_a_file_of_too_many_rules_is_told_that_not_all_pairs_were_compared(call: Call) -> None:
    """What was tried before the budget was spent is said all the same, and so is where it ended."""
    pair = [
        rule(name, f"申报书.教师人数 不少于 {least}")
        for name, least in (("R1", 5), ("R2", 6), ("R3", 7))
    ]
    rulebook = load_rulebook(HEAD + "规则:\n" + "".join(pair), call)
    first = (HEAD + "规则:\n").count("\n") + 1

    assert [one.code for one in lint_rulebook(rulebook, call)].count("I301") == 0
    found = [
        (one.code, one.position.line - first)
        for one in lint_rulebook(
            rulebook,
            call,
            most_tried=0,
        )
    ]
    assert found[-1] == ("I301", 2)
    assert len(found) > 1
