"""Findings in words, outcomes before and after the deadline, and periods."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import pytest

from rules.call import Call
from rules.facts import Fact
from rules.judge import Narrator, bindings, epoch, findings, judge
from rules.language import Rulebook
from rules.logic import populate
from rules.rulebook import load_rulebook
from rules.subjects import Subject
from rules.verdict import Finding, Outcome, Truth
from tests.unit.rules.writing import HEAD, RULE, at, subject

Book = Callable[..., Rulebook]
IN_TIME, LATE = at("2024-08-31T23:59:59"), at("2024-09-01T00:00:00")


def found(
    rulebook: Rulebook,
    *subjects: Subject,
    received: datetime = IN_TIME,
) -> tuple[Finding, ...]:
    """The findings of a case."""
    return findings(rulebook, judge(rulebook, subjects, received), subjects)


def test_the_message_shows_values_as_people_write_them(book: Book) -> None:
    """Percent, blank and unread."""
    rule = book(
        "[申报书.教师账号开通率 不低于 98%, 申报书.职能部门 已填写]",
        告知='"教师 {申报书.教师账号开通率}, 学生 {申报书.学生账号开通率}, 部门 {申报书.职能部门}"',
    )
    form = subject(
        "申报书", "申1", 教师账号开通率=976_000, 学生账号开通率=None, 职能部门=Fact.blank()
    )
    (finding,) = found(rule, form)

    assert finding.text == "教师 97.6%（差0.4个百分点）, 学生 「未能识别」, 部门 「未填写」"
    assert (finding.rule, finding.title, finding.clause, finding.subjects) == (
        "R1",
        "试",
        "一",
        ("申1",),
    )
    assert finding.line == 5


def test_a_rule_without_words_gets_some(book: Book) -> None:
    """What is wrong for a violation; that staff will look for a doubt."""
    rule = book("申报书.教师账号开通率 不低于 98%")
    low, unread = (subject("申报书", f"申{n}", 教师账号开通率=v) for n, v in enumerate([1, None]))
    texts = [finding.text for finding in found(rule, low, unread)]

    assert "不符合要求" in texts[0]
    assert "工作人员核验" in texts[1]


def test_a_doubt_has_words_of_its_own(book: Book) -> None:
    """存疑告知 does not accuse."""
    rule = book("申报书.支持团场 是 是", 告知="没有", 存疑告知="待核")
    forms = [
        subject("申报书", f"申{n}", 支持团场=v) for n, v in enumerate([False, None, Fact.blank()])
    ]

    assert [(f.text, f.outcome, f.truth) for f in found(rule, *forms)] == [
        ("没有", Outcome.RETURN, Truth.VIOLATED),
        ("待核", Outcome.REFER, Truth.UNDECIDED),
        ("没有", Outcome.RETURN, Truth.BLANK),
    ]


def test_a_fault_is_named_as_a_fault(book: Book) -> None:
    """A list that says 已盖章 of what bears no seal is read the wrong way; a doubt is no fault."""
    brief = book("申报书.支持团场 是 是", 简述="未见公章", 改由="上级单位")
    plain = book("申报书.支持团场 是 是")
    forms = [subject("申报书", f"申{n}", 支持团场=v) for n, v in enumerate([False, None])]

    assert [one.fault for one in found(brief, *forms)] == ["未见公章", "待核：试"]
    assert [one.fault for one in found(plain, *forms)] == ["未达到“试”", "待核：试"]
    assert [one.instead for one in found(brief, *forms)] == ["上级单位", "上级单位"]


def test_a_letter_links_to_nothing_that_a_stranger_wrote(book: Book) -> None:
    """The office's own address in 告知 stays one."""
    words = '"见 https://office.example：{申报书.单位名称}"'
    rule = book("申报书.支持团场 是 是", 告知=words)
    name = "https://evil.example/ www.evil.example"
    (finding,) = found(rule, subject("申报书", "申1", 支持团场=False, 单位名称=name))

    assert finding.text == "见 https://office.example：https：//evil.example/ www．evil.example"


def test_a_letter_tells_an_instant_to_the_minute_and_the_trace_to_the_second(book: Book) -> None:
    """Seconds decide at the deadline; nobody reads them elsewhere."""
    rule = book("来件.收到时间 早于 2024-08-31 24:00", "来件", 告知='"{来件.收到时间}"')
    late = subject("来件", "件1", 收到时间=int(at("2024-09-01T09:16:40").timestamp()))
    (finding,) = found(rule, late)

    assert finding.text == "2024年9月1日 09:16"
    assert "09:16:40" in " ".join(finding.evidence)


def test_braces_in_an_applicants_name_are_not_filled_in(book: Book) -> None:
    """What comes from a document is text, never a template."""
    rule = book("申报书.支持团场 是 是", 告知='"{申报书.单位名称}"')
    (finding,) = found(rule, subject("申报书", "申1", 支持团场=False, 单位名称="{申报书.编号}"))

    assert finding.text == "{申报书.编号}"


def test_silence_makes_no_finding(book: Book) -> None:
    """不提示, 满足 and 不适用 say nothing."""
    rule = book("申报书.支持团场 是 是", 适用="申报书.类别 是 示范区", 无法判断="不提示")
    forms = [
        subject("申报书", "申1", 类别="示范区", 支持团场=None),
        subject("申报书", "申2", 类别="示范区", 支持团场=True),
        subject("申报书", "申3", 类别="示范校", 支持团场=False),
    ]

    assert found(rule, *forms) == ()
    assert [r.truth for r in judge(rule, forms, IN_TIME)] == [
        Truth.UNDECIDED, Truth.SATISFIED, Truth.NOT_APPLICABLE,
    ]  # fmt: skip


def test_findings_stand_in_the_order_of_rules_then_subjects(call: Call) -> None:
    """The same case always gives the same list."""
    source = HEAD + RULE + RULE.replace("规则:\n", "").replace("R1", "A0")
    forms = [subject("申报书", name, 职能部门=Fact.blank()) for name in ("乙", "甲")]
    listed = [(f.rule, *f.subjects) for f in found(load_rulebook(source, call), *forms)]

    assert listed == [("R1", "乙"), ("R1", "甲"), ("A0", "乙"), ("A0", "甲")]


def test_after_the_deadline_shortcomings_are_only_noted_if_the_file_says_so(call: Call) -> None:
    """From 24:00 of the last day on."""
    form = subject("申报书", "申1", 职能部门=Fact.blank())
    noting = load_rulebook(HEAD + "截止后: 只提醒\n" + RULE, call)
    normal = load_rulebook(HEAD + RULE, call)

    assert [f.outcome for f in found(noting, form)] == [Outcome.RETURN]
    assert [f.outcome for f in found(noting, form, received=LATE)] == [Outcome.REMIND]
    assert [f.outcome for f in found(normal, form, received=LATE)] == [Outcome.RETURN]


def test_a_rule_is_only_judged_in_its_period(book: Book) -> None:
    """Half-open: the end itself is out, the start is in."""
    form = subject("申报书", "申1", 职能部门=Fact.blank())
    until, since = (book("申报书.职能部门 已填写", 生效=f"{{{key}: 截止时间}}") for key in "至自")

    assert (len(found(until, form)), len(found(until, form, received=LATE))) == (1, 0)
    assert (len(found(since, form)), len(found(since, form, received=LATE))) == (0, 1)


def test_parts_of_a_second_do_not_make_a_mail_late() -> None:
    """23:59:59.9 is still the last second."""
    assert epoch(at("2024-08-31T23:59:59.9")) == epoch(IN_TIME)


def test_a_naive_time_is_refused() -> None:
    """It could be eight hours wrong."""
    with pytest.raises(ValueError, match="aware"):
        epoch(datetime(2024, 8, 31))  # noqa: DTZ001 - that is the point


def test_only_surely_linked_pairs_are_compared(book: Book) -> None:
    """关联: another entry's scan is none of this entry's business."""
    rule = book("扫描件.盖章 是 是", "[扫描件, 申报书]", 关联="[扫描件.对应 等于 申报书.编号]")
    world = populate(
        rule,
        [
            subject("申报书", "申1"), subject("申报书", "申2"),
            subject("扫描件", "扫1", 对应="申1"), subject("扫描件", "扫2", 对应=None),
        ],
    )  # fmt: skip
    pairs = [
        tuple(actor.subject.id for actor in bound.values())
        for bound in bindings(
            rule.rules[0],
            world,
        )
    ]

    assert pairs == [("扫1", "申1")]


def test_a_result_without_outcome_has_no_finding(book: Book) -> None:
    """Asking for one is our own mistake."""
    rule = book("申报书.职能部门 已填写")
    form = subject("申报书", "申1", 职能部门="信息科")
    (result,) = judge(rule, [form], IN_TIME)

    with pytest.raises(ValueError, match="nothing follows"):
        Narrator(rule, populate(rule, [form])).finding(result)
