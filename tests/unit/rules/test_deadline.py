"""A deadline that moves: one setting with its notice, and whatever quotes it follows."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from ingest.calls import read_text
from ingest.namelists import with_list_files
from rules.authoring.examples import load_examples, run_examples
from rules.authoring.lint import check_source
from rules.callfile import check_call, load_call
from rules.judge import findings, judge
from rules.language import Rulebook
from rules.rulebook import load_rulebook
from tests.unit.rules.writing import CALL, HEAD, RULE, at, subject

CALLS = Path(__file__).parents[3] / "config/calls"
NOTICE = "延期: {截止: 2024-09-07 24:00, 依据: 某局8月28日《延期通知》}\n"
LATE = RULE.replace("申报书.职能部门 已填写", "来件.收到时间 早于 截止时间").replace(
    "针对: 申报书", "针对: 来件"
)


def read(rule: str, call: str = CALL) -> Rulebook:
    return load_rulebook(HEAD + rule, load_call("x", call))


def test_an_extension_is_the_deadline_and_keeps_the_first() -> None:
    """For the whole office: rules, letters, reminders."""
    call = load_call("x", CALL + NOTICE)
    assert call.deadline == at("2024-09-08 00:00")
    assert call.extension is not None
    assert call.extension.first == at("2024-09-01 00:00")
    assert check_call("x", CALL + NOTICE) == []


@pytest.mark.parametrize(
    ("notice", "message"),
    [
        ("延期: {截止: 2024-08-30 24:00, 依据: 甲}\n", "“延期”不晚于原来的“截止”"),
        ("延期: {截止: 2024-09-07 24:00}\n", "缺“依据”"),
        ("延期: {截止: 下周, 依据: 甲}\n", "“截止”要写到时分"),
        ("延期: 2024-09-07 24:00\n", "“延期”应是若干“键: 值”"),
    ],
)
def test_an_extension_that_is_none_is_told(notice: str, message: str) -> None:
    """Without its notice nobody could answer for it."""
    assert [slip.message for slip in check_call("x", CALL + notice)] == [message]


def test_rules_about_the_deadline_rest_on_the_notice_that_moved_it() -> None:
    """And no others."""
    plain, late = read(RULE, CALL + NOTICE), read(LATE, CALL + NOTICE)
    assert plain.rules[0].clause == "一"
    assert late.rules[0].clause == "一；截止时间已延至2024年9月7日24:00（某局8月28日《延期通知》）"
    [finding] = findings(
        late,
        judge(
            late,
            [subject("来件", "来件", 收到时间=int(at("2024-09-08 00:00").timestamp()))],
            at("2024-09-08 00:00"),
        ),
        [subject("来件", "来件", 收到时间=int(at("2024-09-08 00:00").timestamp()))],
    )
    assert finding.clause == late.rules[0].clause
    period = RULE + "    生效: {至: 截止时间}\n"
    assert "延至" in read(period, CALL + NOTICE).rules[0].clause


def test_texts_quote_parameters_and_the_deadline_by_name() -> None:
    """So that a limit or a day is written once; each period of a parameter says its own."""
    rule = (
        RULE.replace("申报书.职能部门 已填写", "申报书.教师账号开通率 不低于 下限")
        .replace("请补正", "请于{截止时间}前达到{下限}, 现为{申报书.教师账号开通率}")
        .replace("依据: 一", "依据: 一“{下限}以上”")
    )
    head = "参数: {下限: [{值: 98%}, {自: 2024-08-20, 值: 95%}]}\n"
    rulebook = load_rulebook(HEAD + head + rule, load_call("x", CALL))
    assert [one.message for one in rulebook.rules] == [
        f"请于2024年8月31日24:00前达到{limit}, 现为{{申报书.教师账号开通率}}"
        for limit in ("98%", "95%")
    ]
    assert [one.clause for one in rulebook.rules] == ["一“98%以上”", "一“95%以上”"]


@pytest.mark.parametrize(
    ("call", "clause", "said"),
    [
        (CALL, "一“8月31日前”", None),
        (CALL, "一“8月30日前”", "“依据”写的是8月30日, 截止是8月31日"),
        (CALL + NOTICE, "一“8月31日前”", None),
        (CALL.replace("08-31 24:00", "09-07 17:00"), "一“8月31日前”", "“依据”写的是8月31日, 截止是9月7日"),
    ],
)  # fmt: skip
def test_words_that_name_another_day_than_the_deadline_are_a_warning(
    call: str, clause: str, said: str | None
) -> None:
    """After an extension the day of the first notice is still its day."""
    source = HEAD + LATE.replace("依据: 一", f"依据: {clause}")
    found = [
        one.message for one in check_source(source, load_call("x", call)) if one.code == "W213"
    ]
    assert found == ([f"[日期不同] {said}"] if said else [])


@pytest.mark.parametrize("name", [path.name for path in sorted(CALLS.iterdir())])
def test_an_extension_of_a_shipped_call_is_one_line_and_green(name: str) -> None:
    """Examples, rules and their bases follow."""
    first = re.sub(r"(?m)^延期: .*\n", "", (CALLS / name / "call.yaml").read_text("utf-8"))
    source = first + "\n延期: {截止: 2026-01-09 17:30, 依据: 《延期通知》}\n"
    call = load_call(name, with_list_files(CALLS / name / "call.yaml", source, read_text))
    rules = (CALLS / name / "rules.yaml").read_text("utf-8")
    rulebook = load_rulebook(rules, call)
    examples = load_examples((CALLS / name / "examples.yaml").read_text("utf-8"), rulebook)
    assert run_examples(rulebook, examples) == []
    assert any("《延期通知》" in rule.clause for rule in rulebook.rules)
