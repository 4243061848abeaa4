"""Sentences: what can be said, and the error, place and hint for what cannot."""

from __future__ import annotations

import pytest

from rules.call import Call, vocabulary_of
from rules.errors import Position, RuleFileError
from rules.language import (
    AnyOf,
    Compare,
    Condition,
    Not,
    Operator,
    Probe,
    Question,
    Same,
    Source,
    walk,
)
from rules.sentences import Scope, parse_sentence, unknown_word
from rules.values import with_item_counts
from rules.vocabulary import Field, FieldType
from rules.yaml_text import text_at


@pytest.fixture
def scope(call: Call) -> Scope:
    """A place where an application, a summary row and the counts can be spoken of."""
    variables = {kind: kind for kind in ("申报书", "汇总行", "扫描件", "来件", "统计")}
    vocabulary = with_item_counts(vocabulary_of(call))
    vocabulary["统计"]["区数"] = Field("区数", FieldType.INTEGER)
    return Scope(vocabulary, variables, {"下限": "98%", "截止时间": "2024-09-01 00:00"})


def parse(sentence: str, scope: Scope) -> Condition:
    """The condition of a sentence that starts at line 7, column 11."""
    return parse_sentence(text_at(sentence, Position(7, 11)), scope)


@pytest.mark.parametrize(
    ("sentence", "expected"),
    [
        (
            "申报书.教师账号开通率 不低于 98%",
            Compare("申报书", "教师账号开通率", Operator.AT_LEAST, 980_000),
        ),
        (
            "申报书.教师账号开通率 低于 下限",
            Compare("申报书", "教师账号开通率", Operator.BELOW, 980_000),
        ),
        ("申报书.教师人数 超过 10", Compare("申报书", "教师人数", Operator.ABOVE, 10)),
        ("申报书.核心维度项数 不少于 1", Compare("申报书", "核心维度项数", Operator.AT_LEAST, 1)),
        ("统计.区数 不超过 1", Compare("统计", "区数", Operator.AT_MOST, 1)),
        ("来件.收到时间 早于 截止时间", Compare("来件", "收到时间", Operator.BELOW, 1_725_120_000)),
        (
            "来件.收到时间 早于 2024-08-31 24:00",
            Compare("来件", "收到时间", Operator.BELOW, 1_725_120_000),
        ),
        (
            "申报书.公示结束 不晚于 2024年8月31日",
            Compare("申报书", "公示结束", Operator.AT_MOST, 739_129),
        ),
        ("申报书.支持团场 是 是", Compare("申报书", "支持团场", Operator.EQUAL, 1)),
        ("申报书.类别 不是 示范校", Not(Compare("申报书", "类别", Operator.EQUAL, 1))),
        ("申报书.单位名称 包含 教育局", Probe("申报书", "单位名称", Question.CONTAINS, "教育局")),
        (
            "申报书.单位名称 不包含 教育局",
            Not(Probe("申报书", "单位名称", Question.CONTAINS, "教育局")),
        ),
        ("申报书.单位名称 是 甲 校", Probe("申报书", "单位名称", Question.IS, "甲校")),
        (
            "申报书.联系电话 是 0991-8878035",
            Probe("申报书", "联系电话", Question.IS, "09918878035"),
        ),
        ("申报书.核心维度 包含 教学", Probe("申报书", "核心维度", Question.TICKED, "教学")),
        ("申报书.职能部门 已填写", Probe("申报书", "职能部门", Question.FILLED)),
        ("申报书.职能部门 未填写", Not(Probe("申报书", "职能部门", Question.FILLED))),
        ("申报书.职能部门 已读到", Probe("申报书", "职能部门", Question.READ)),
        ("申报书.职能部门 未读到", Not(Probe("申报书", "职能部门", Question.READ))),
        ("申报书.单位名称 等于 汇总行.单位名称", Same("申报书", "单位名称", "汇总行", "单位名称")),
        ("扫描件.对应 等于 申报书.编号", Same("扫描件", "对应", "申报书", "编号")),
        (
            "申报书.学校类型 属于 小学、初中",
            AnyOf(tuple(Compare("申报书", "学校类型", Operator.EQUAL, n) for n in (0, 1))),
        ),
        ("申报书.学校类型 不属于 小学", Not(Compare("申报书", "学校类型", Operator.EQUAL, 0))),
    ],
)
def test_a_sentence_means_its_condition(sentence: str, expected: Condition, scope: Scope) -> None:
    """Every comparison word, with constants typed by the field; all of it remembers the sentence
    and its place.
    """
    found = parse(sentence, scope)

    assert found == expected
    assert {node.source for node in walk(found)} == {Source(sentence, Position(7, 11))}


@pytest.mark.parametrize(("number", "end"), [(39, ""), (40, ""), (41, " 等")])
def test_no_more_words_are_offered_than_can_be_read(number: int, end: str) -> None:
    """Forty; that there are others is said."""
    with pytest.raises(RuleFileError) as caught:
        unknown_word("甲", map(str, range(number)), Position(7, 11))

    assert caught.value.hint == "可用: " + "、".join(map(str, range(min(number, 40)))) + end
