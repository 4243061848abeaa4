"""统计 with 求和 and 按: what a case's papers add up to, and each paper's share with those like it."""

from __future__ import annotations

import pytest

from rules.authoring.lint import check_source
from rules.call import Call
from rules.callfile import load_call
from rules.facts import Fact, Value
from rules.judge import Narrator, findings, judge
from rules.language import Rulebook
from rules.logic import populate
from rules.rulebook import load_rulebook
from rules.subjects import Subject
from rules.values import Cell
from rules.verdict import Truth
from tests.unit.rules.writing import CALL, HEAD, RULE, at, subject

NOON = at("2024-08-20T12:00:00")
BLANK, UNREAD = Fact.blank(), Fact.unknown()
PAIR = "统计: [{名称: 份数, 计数: 申报书, 按: 单位名称}]\n"
SUM = "统计: [{名称: 人数, 求和: 申报书.教师人数, 其中: [申报书.类别 是 示范区]}]\n"


def read(
    sentence: str, call: Call, head: str, kind: str = "申报书", said: str = "请补正"
) -> Rulebook:
    rule = RULE.replace("申报书.职能部门 已填写", sentence).replace("针对: 申报书", f"针对: {kind}")
    return load_rulebook(HEAD + head + rule.replace("告知: 请补正", f"告知: {said}"), call)


def papers(*names: Value | Fact) -> list[Subject]:
    return [subject("申报书", f"申{n}", 单位名称=name) for n, name in enumerate(names, 1)]


def truths(rulebook: Rulebook, subjects: list[Subject]) -> list[Truth]:
    return [result.truth for result in judge(rulebook, subjects, NOON)]


def total(rulebook: Rulebook, subjects: list[Subject]) -> Cell:
    return populate(rulebook, subjects)[-1].cell("人数")


def counted(call: Call, *values: tuple[Value | Fact, Value | Fact]) -> Cell:
    """The sum of the numbers whose track is the counted one."""
    rulebook = read("统计.人数 不超过 20", call, SUM, "统计")
    subjects = [
        subject("申报书", f"申{n}", 教师人数=number, 类别=track)
        for n, (number, track) in enumerate(values)
    ]
    return total(rulebook, subjects)


def test_each_paper_knows_how_many_there_are_of_its_unit(call: Call) -> None:
    """Two of one unit, one of another; white space makes no other unit."""
    rulebook = read("申报书.份数 不超过 1", call, PAIR)
    assert truths(rulebook, papers("甲校", "乙校", "甲 校")) == [
        Truth.VIOLATED, Truth.SATISFIED, Truth.VIOLATED,
    ]  # fmt: skip


def test_a_paper_of_an_unread_unit_may_be_anybodys(call: Call) -> None:
    """What is over the limit without it is over it; else nobody can tell."""
    rulebook = read("申报书.份数 不超过 2", call, PAIR)
    assert truths(rulebook, papers("甲校", "甲校", UNREAD)) == [Truth.UNDECIDED] * 3
    assert truths(rulebook, papers("甲校", "甲校", "甲校", UNREAD))[:3] == [Truth.VIOLATED] * 3
    assert truths(rulebook, papers("甲校", BLANK)) == [Truth.SATISFIED, Truth.BLANK]


def test_papers_are_counted_for_those_of_another_kind(call: Call) -> None:
    """At least one row of the table for each application."""
    head = "统计: [{名称: 行数, 计数: 汇总行, 按: 单位名称, 对象: 申报书}]\n"
    rulebook = read("申报书.行数 不少于 1", call, head)
    rows = [subject("汇总行", "汇1", 单位名称="甲校")]
    assert truths(rulebook, [*papers("甲校", "乙校"), *rows]) == [Truth.SATISFIED, Truth.VIOLATED]


def test_a_sum_is_exact(call: Call) -> None:
    """Of nothing it is 0; those that are no members do not count."""
    assert counted(call) == Cell(Fact.known(0).knowledge, 0, 0, "0")
    found = counted(call, (9, "示范区"), (11, "示范区"), (5, "示范校"))
    assert (found.low, found.high, found.known) == (20, 20, True)


def test_a_sum_with_uncertain_members_is_a_range(call: Call) -> None:
    """From what surely counts to what may count."""
    found = counted(call, (9, "示范区"), (11, UNREAD))
    assert (found.low, found.high, found.known) == (9, 20, False)


@pytest.mark.parametrize(
    ("values", "blank"),
    [
        ([(9, "示范区"), (BLANK, "示范区")], True),
        ([(BLANK, "示范校")], None),
        ([(BLANK, UNREAD)], False),
        ([(BLANK, "示范区"), (UNREAD, "示范区")], False),
        ([(10**15 - 1, "示范区"), (1, "示范区")], False),
    ],
)
def test_a_sum_with_a_gap_says_whose_gap_it_is(
    call: Call, values: list[tuple[Value | Fact, Value | Fact]], blank: bool | None
) -> None:
    """Left empty is blank, unreadable (or past all numbers) is unknown; of no member it is neither."""
    found = counted(call, *values)
    assert found.known is (blank is None)
    if blank is not None:
        assert found.knowledge is (BLANK if blank else UNREAD).knowledge


def test_the_letter_and_the_trace_show_the_number(call: Call) -> None:
    """With where it comes from."""
    rulebook = read("申报书.份数 不超过 1", call, PAIR, said='"同一单位报了 {申报书.份数} 份"')
    subjects = papers("甲校", "甲校")
    results = judge(rulebook, subjects, NOON)

    assert findings(rulebook, results, subjects)[0].text == "同一单位报了 2 份"
    [step] = Narrator(rulebook, populate(rulebook, subjects)).trace(results[0])
    assert (step.actual, step.origin) == ("2，超出1", "申报书按“单位名称”统计")


def test_a_number_nobody_asks_for_is_told(call: Call) -> None:
    """By the words it would be asked for with."""
    source = HEAD + PAIR + RULE
    assert [one.code for one in check_source(source, call)] == ["W208"]
    assert not check_source(
        HEAD + PAIR + RULE.replace("申报书.职能部门 已填写", "申报书.份数 不超过 1"), call
    )


def test_what_makes_two_papers_alike_is_of_one_type() -> None:
    """A day is no text."""
    rows = "列: [{名称: 单位名称}]"
    call = load_call(
        "试", CALL.replace(rows, "列: [{名称: 单位名称}, {名称: 职能部门, 类型: 日期}]")
    )
    head = "统计: [{名称: 数, 计数: 汇总行, 按: 职能部门, 对象: 申报书}]\n"
    [slip] = check_source(HEAD + head + RULE, call)
    assert (slip.code, slip.hint) == ("E105", "文本 / 日期")
