"""Edits of a rule file that are right in form and wrong in meaning, as a tired person makes them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from rules.authoring.examples import load_examples, run_examples
from rules.authoring.lint import check_source
from rules.authoring.mutants import unshown_settings
from rules.callfile import load_call
from rules.rulebook import load_rulebook
from tests.slips.kinds import CALL, RULES


class Meaning(NamedTuple):
    """A pattern of the file, and what stands there instead."""

    name: str
    pattern: str
    instead: str


MEANINGS = tuple(
    Meaning(*one)
    for one in (
        ("下限写成低于", r"不低于 (\S*线|\S*下限|\d+%)", r"低于 \1"),
        ("至少写成至多", r"不少于", "不超过"),
        ("不超过写成超过", r" 不超过 ", " 超过 "),
        ("不超过写成少于", r" 不超过 ", " 少于 "),
        ("早于写成晚于", r" 早于 ", " 晚于 "),
        ("早于写成不晚于", r" 早于 截止时间", " 不晚于 截止时间"),
        ("是写成不是", r"(要求: \S+) 是 是", r"\1 不是 是"),
        ("是写成否", r"(要求: \S+) 是 是", r"\1 是 否"),
        ("属于写成不属于", r" 属于 ", " 不属于 "),
        ("包含写成不包含", r" 包含 ", " 不包含 "),
        ("已填写写成已读到", r"(要求: \S+) 已填写", r"\1 已读到"),
        ("已填写写成未填写", r"(要求: \S+) 已填写", r"\1 未填写"),
        ("任一写成都不", r"任一:", "都不:"),
        ("任一写成全部", r"任一:", "全部:"),
        ("退回写成提醒", r"不满足: 退回补正", "不满足: 提醒"),
        ("退回写成不予受理", r"不满足: 退回补正", "不满足: 不予受理"),
        ("不予受理写成转人工", r"不满足: 不予受理", "不满足: 转人工"),
        ("不予受理写成退回", r"不满足: 不予受理", "不满足: 退回补正"),
        ("转人工写成退回", r"不满足: 转人工", "不满足: 退回补正"),
        ("没读出来写成退回", r"无法判断: 转人工", "无法判断: 退回补正"),
        ("没读出来不提示", r"(    不满足: 退回补正\n)(?!    (?:未填|无法判断))", r"\1    无法判断: 不提示" + "\n"),
        ("没填不提示", r"(    针对: 申报书\n(?:    .*\n)*?    不满足: 退回补正\n)(?!    (?:未填|无法判断|截止后))", r"\1    未填: 不提示" + "\n"),
        ("截止后只提醒", r"(    截止后: )照常", r"\1只提醒"),
        ("截止后照常", r"(    针对: 申报书\n(?:    .*\n)*?    不满足: 退回补正\n)(?!    (?:未填|无法判断|截止后))", r"\1    截止后: 照常" + "\n"),
        ("停用一条", r"(    不满足: 退回补正\n)", r"\1    停用: 试试" + "\n"),
        ("百分数少一点", r"98%", "95%"),
        ("数少一个零", r"(\d)0(万元|元|,|\})", r"\1\2"),
        ("等于另一个字段", r"等于 申报书\.编号", "等于 申报书.单位名称"),
        ("多一个适用", r"(    针对: 申报书\n)(?!    (?:关联|适用))", r"\1    适用: 申报书.可编辑 是 否" + "\n"),
        ("一半的时间", r"(    不满足: 退回补正\n)", r"\1    生效: {自: 截止时间}" + "\n"),
        ("介于两头", r" 介于 ", " 不介于 "),
        ("年份写错", r"20\d\d(-01-01)", r"2026\1"),
        ("用到另外的类别", r"类别 是 ", "类别 不是 "),
        ("首次写成补正", r"性质 是 首次", "性质 是 补正"),
        ("不是写成是", r"(要求: \S+) 不是 是", r"\1 是 是"),
        ("两边写反", r"要求: (\S+) 不低于 (申报书\.\S+)", r"要求: \2 不低于 \1"),
        ("拿另一个字段比", r"申报书\.教师账号开通率 不低于", "申报书.学生账号开通率 不低于"),
        ("按另一个字段数", r"按: 依托单位", "按: 项目负责人"),
    )
)  # fmt: skip


_WORDS = re.compile(r"\s*(?:#|- 编号|名称|依据|告知|存疑告知|简述)")


def spoilt(texts: dict[str, str]) -> Iterator[tuple[Meaning, str]]:
    """The rule file of a call with each of them, at the first place that decides something."""
    text = texts[RULES]
    for meaning in MEANINGS:
        for found in re.finditer(meaning.pattern, text):
            line = text[text.rfind("\n", 0, found.start()) + 1 :]
            if not _WORDS.match(line):
                yield (
                    meaning,
                    text[: found.start()] + found.expand(meaning.instead) + text[found.end() :],
                )
                break


def shown_by(rules: str, texts: dict[str, str]) -> str:
    """What shows that something is wrong: ``check``, ``test`` (an example fails) or ``coverage``
    (``rules test`` says which of a rule's words no example shows); "" when nothing does.
    """
    call = load_call("x", texts[CALL])
    said = {one.severity: one for one in check_source(rules, call)}
    assert "error" not in said, said["error"]
    if "warning" in said:
        return "check"
    rulebook = load_rulebook(rules, call)
    examples = load_examples(texts["examples.yaml"], rulebook)
    if any(run_examples(rulebook, [one]) for one in examples):
        return "test"
    return "coverage" if unshown_settings(rulebook, examples) else ""
