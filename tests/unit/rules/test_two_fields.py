"""介于 … 和 …, and one field against another of the same paper: read, judged, explained, mutated, given to
the engine.
"""

from __future__ import annotations

import pytest

from rules.authoring.lint import check_source
from rules.authoring.mutants import mutants_of
from rules.call import Call
from rules.engine.shards import compile_rulebook
from rules.facts import Fact, Value
from rules.judge import Narrator, findings, judge
from rules.language import Rulebook
from rules.logic import populate
from rules.rulebook import load_rulebook
from rules.subjects import Subject
from rules.verdict import Truth
from tests.unit.rules.writing import HEAD, RULE, at, subject

NOON = at("2024-08-20 12:00")
BLANK, UNREAD = Fact.blank(), Fact.unknown()


def read(sentence: str, call: Call, head: str = "") -> Rulebook:
    return load_rulebook(HEAD + head + RULE.replace("申报书.职能部门 已填写", sentence), call)


def truth(rulebook: Rulebook, paper: Subject) -> Truth:
    [result] = judge(rulebook, [paper], NOON)
    return result.truth


@pytest.mark.parametrize(
    ("sentence", "value", "expected"),
    [
        ("教师人数 介于 9 和 11", 9, Truth.SATISFIED),
        ("教师人数 介于 9 和 11", 11, Truth.SATISFIED),
        ("教师人数 介于 9 和 11", 12, Truth.VIOLATED),
        ("教师人数 介于 9 到 11", 8, Truth.VIOLATED),
        ("教师人数 不介于 9 至 11", 8, Truth.SATISFIED),
        ("教师人数 不介于 9 和 11", 9, Truth.VIOLATED),
        ("教师人数 介于 9 和 11", BLANK, Truth.BLANK),
        ("教师人数 介于 9 和 11", UNREAD, Truth.UNDECIDED),
    ],
)
def test_between_counts_both_ends(
    call: Call, sentence: str, value: Value | Fact, expected: Truth
) -> None:
    """And says nothing of what was not read."""
    rulebook = read(f"申报书.{sentence}", call)
    assert truth(rulebook, subject("申报书", "申1", 教师人数=value)) is expected


@pytest.mark.parametrize(
    ("sentence", "first", "second", "expected"),
    [
        ("教师账号开通率 不低于 申报书.学生账号开通率", 980_000, 980_000, Truth.SATISFIED),
        ("教师账号开通率 不低于 申报书.学生账号开通率", 979_999, 980_000, Truth.VIOLATED),
        ("教师账号开通率 高于 申报书.学生账号开通率", 980_000, 980_000, Truth.VIOLATED),
        ("教师账号开通率 不超过 申报书.学生账号开通率", BLANK, 980_000, Truth.BLANK),
        ("教师账号开通率 不超过 申报书.学生账号开通率", BLANK, BLANK, Truth.BLANK),
        ("教师账号开通率 不超过 申报书.学生账号开通率", BLANK, UNREAD, Truth.UNDECIDED),
        ("教师账号开通率 低于 申报书.学生账号开通率", 1, UNREAD, Truth.UNDECIDED),
    ],
)
def test_a_field_against_another_is_their_difference_against_nothing(
    call: Call, sentence: str, first: Value | Fact, second: Value | Fact, expected: Truth
) -> None:
    """Blank where all that is missing was left empty."""
    rulebook = read(f"申报书.{sentence}", call)
    paper = subject("申报书", "申1", 教师账号开通率=first, 学生账号开通率=second)
    assert truth(rulebook, paper) is expected


def test_days_are_compared_as_days(call: Call) -> None:
    """In the words of time."""
    rulebook = read("申报书.公示开始 不晚于 申报书.公示结束", call)
    days = {"公示开始": "2024-08-12", "公示结束": "2024-08-11"}
    assert truth(rulebook, subject("申报书", "申1", **days)) is Truth.VIOLATED


def test_numbers_too_large_for_a_difference_are_not_believed(call: Call) -> None:
    """As everywhere beyond what a form can hold."""
    rulebook = read("申报书.教师人数 不超过 申报书.核心维度项数", call)
    paper = subject("申报书", "申1", 教师人数=-(10**15) + 1, 核心维度=("基础", "教学"))
    assert truth(rulebook, paper) is Truth.UNDECIDED


def test_counts_that_are_ranges_are_compared_as_ranges(call: Call) -> None:
    """Undecided only where the ranges overlap."""
    head = "统计:\n  - {名称: 多, 计数: 申报书}\n  - {名称: 少, 计数: 申报书, 其中: [申报书.教师人数 超过 5]}\n"
    rule = RULE.replace("针对: 申报书", "针对: 统计").replace(
        "申报书.职能部门 已填写", "统计.少 低于 统计.多"
    )
    rulebook = load_rulebook(HEAD + head + rule, call)
    papers = [subject("申报书", f"申{n}", 教师人数=value) for n, value in enumerate((None, 9, 1))]
    assert [one.truth for one in judge(rulebook, papers, NOON)] == [Truth.SATISFIED]
    assert [one.truth for one in judge(rulebook, papers[:2], NOON)] == [Truth.UNDECIDED]


def test_both_values_are_explained_and_no_gap_is_told(call: Call) -> None:
    """The gap to a limit is told of limits only."""
    rulebook = read("申报书.教师账号开通率 不低于 申报书.学生账号开通率", call)
    papers = [subject("申报书", "申1", 教师账号开通率=970_000, 学生账号开通率=980_000)]
    [result] = judge(rulebook, papers, NOON)
    [step] = [
        one for one in Narrator(rulebook, populate(rulebook, papers)).trace(result) if one.mark
    ]
    assert (step.mark, step.actual) == ("✗", "97% / 98%")
    between = read("申报书.教师账号开通率 介于 98% 和 99%", call)
    [found] = findings(between, judge(between, papers, NOON), papers)
    assert "实际: 97%，差1个百分点" in "".join(found.evidence)


def test_every_limit_of_between_is_mutated(call: Call) -> None:
    """Moved, made exclusive, left out, turned round."""
    rulebook = read("申报书.教师人数 介于 9 和 11", call)
    changes = [one.change for one in mutants_of(rulebook.rules[0], rulebook.vocabulary)]
    assert sum("界限加 1" in change for change in changes) == 2
    assert sum("界限减 1" in change for change in changes) == 2
    assert sum("去掉第" in change for change in changes) == 2


def test_the_engine_is_handed_the_difference_as_a_range(call: Call) -> None:
    """Never two fields to compare: that was seen to answer wrongly."""
    rulebook = read("申报书.教师人数 不超过 申报书.核心维度项数", call)
    program = compile_rulebook(rulebook)
    papers = [subject("申报书", "申1", 教师人数=3, 核心维度=("基础",))]
    facts = [fact for shard in program.facts(populate(rulebook, papers)) for fact in shard]
    named = [fact for fact in facts if "教师人数~差~核心维度项数.下" in fact]
    assert [fact["教师人数~差~核心维度项数.下"] for fact in named] == [2]


def test_a_rule_about_two_fields_is_not_said_to_have_been_tried(call: Call) -> None:
    """Values of single fields say nothing about it."""
    source = HEAD + RULE.replace("职能部门 已填写", "教师账号开通率 低于 申报书.学生账号开通率")
    assert [one.code for one in check_source(source, call)] == ["I301"]
