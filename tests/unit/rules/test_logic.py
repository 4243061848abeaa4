"""Three truth values: what is certain, what is possible, and why something could not be decided."""

from __future__ import annotations

from collections.abc import Callable
from itertools import product

import pytest

from rules.facts import Fact, Provenance, Value
from rules.judge import findings, judge
from rules.language import AllOf, AnyOf, Kleene, Not, Operator, Probe, Question, Rulebook
from rules.language import Compare as Cmp
from rules.logic import evaluate, populate
from rules.subjects import Subject
from rules.values import actors_of, cell_of, number_of
from rules.verdict import Truth
from rules.vocabulary import Field, FieldType
from tests.unit.rules.writing import at, subject

Book = Callable[..., Rulebook]
RECEIVED = at("2024-08-20T09:00:00")


def truth(book: Rulebook, *subjects: Subject) -> list[Truth]:
    """What the one rule of ``book`` says, binding by binding."""
    return [result.truth for result in judge(book, subjects, RECEIVED)]


@pytest.mark.parametrize(("left", "right"), list(product((True, False, None), repeat=2)))
def test_and_or_not_follow_kleene(left: bool | None, right: bool | None, call: object) -> None:
    """All nine pairs of yes, no and maybe."""
    rank = {False: Kleene.NO, None: Kleene.MAYBE, True: Kleene.YES}
    fields = {"甲": Field("甲", FieldType.YES_NO), "乙": Field("乙", FieldType.YES_NO)}
    (actor,) = actors_of({"物": fields}, (subject("物", "1", 甲=left, 乙=right),))
    leaves = tuple(Cmp("物", name, Operator.EQUAL, 1) for name in "甲乙")
    bound, world = {"物": actor}, (actor,)

    assert evaluate(AllOf(leaves), bound, world) is min(rank[left], rank[right])
    assert evaluate(AnyOf(leaves), bound, world) is max(rank[left], rank[right])
    assert evaluate(Not(leaves[0]), bound, world) == 2 - rank[left]


@pytest.mark.parametrize(
    ("rate", "expected"),
    [
        (980_000, Truth.SATISFIED),
        (979_999, Truth.VIOLATED),
        (980_001, Truth.SATISFIED),
        (Fact.blank(), Truth.BLANK),
        (None, Truth.UNDECIDED),
        ("98%", Truth.UNDECIDED),
        (True, Truth.UNDECIDED),
        (10**18, Truth.UNDECIDED),
    ],
)
def test_the_rate_has_five_fates(rate: Value | Fact | None, expected: Truth, book: Book) -> None:
    """Exactly 98 % passes; blank, unreadable and wrongly typed values never count as no."""
    rule = book("申报书.教师账号开通率 不低于 98%")

    assert truth(rule, subject("申报书", "申1", 教师账号开通率=rate)) == [expected]


@pytest.mark.parametrize(
    ("value", "filled", "read"),
    [
        ("信息科", Truth.SATISFIED, Truth.SATISFIED), (" ", Truth.VIOLATED, Truth.SATISFIED),
        (Fact.blank(), Truth.VIOLATED, Truth.SATISFIED), (None, Truth.UNDECIDED, Truth.VIOLATED),
    ],
)  # fmt: skip
def test_filled_in_and_read_are_decided_by_what_was_found(
    value: Value | Fact | None, filled: Truth, read: Truth, book: Book
) -> None:
    """已填写: blank is no and unread is undecided; 已读到 is always decided."""
    form = subject("申报书", "申1", 职能部门=value)

    assert truth(book("申报书.职能部门 已填写"), form) == [filled]
    assert truth(book("申报书.职能部门 已读到"), form) == [read]


def test_a_field_nobody_looked_at_is_unknown(book: Book) -> None:
    """An absent field is neither filled in nor empty."""
    assert truth(book("申报书.职能部门 已填写"), subject("申报书", "申1")) == [Truth.UNDECIDED]


def test_ticks_are_counted(book: Book) -> None:
    """None ticked is certain, blank is blank, a value that is no tick list unknown."""
    rule = book("申报书.核心维度项数 不少于 1")
    forms = [
        subject("申报书", f"申{n}", 核心维度=v)
        for n, v in enumerate([(), ("教学",), Fact.blank(), None, "教学"])
    ]

    assert truth(rule, *forms) == [
        Truth.VIOLATED, Truth.SATISFIED, Truth.BLANK, Truth.UNDECIDED, Truth.UNDECIDED,
    ]  # fmt: skip
    assert truth(book("申报书.核心维度 已填写"), *forms[:2]) == [Truth.VIOLATED, Truth.SATISFIED]
    assert truth(book("申报书.核心维度 包含 教学"), *forms[:2]) == [Truth.VIOLATED, Truth.SATISFIED]


def test_blank_is_only_said_when_nothing_else_is_missing(book: Book) -> None:
    """One empty rate and one unreadable one: staff have to look."""
    rule = book("[申报书.教师账号开通率 不低于 98%, 申报书.学生账号开通率 不低于 98%]")
    blank = subject("申报书", "申1", 教师账号开通率=Fact.blank(), 学生账号开通率=990_000)
    both = subject("申报书", "申2", 教师账号开通率=Fact.blank(), 学生账号开通率=None)
    low = subject("申报书", "申3", 教师账号开通率=Fact.blank(), 学生账号开通率=900_000)

    assert truth(rule, blank, both, low) == [Truth.BLANK, Truth.UNDECIDED, Truth.VIOLATED]


def test_an_alternative_that_holds_hides_what_is_unknown_beside_it(book: Book) -> None:
    """Reasons are looked for only where the doubt is."""
    rule = book(
        "[{任一: [申报书.类别 是 示范区, 申报书.职能部门 已填写]}, 申报书.教师人数 不少于 1]"
    )
    form = subject("申报书", "申1", 类别="示范区", 职能部门=None, 教师人数=Fact.blank())

    assert truth(rule, form) == [Truth.BLANK]


def test_names_are_equal_whatever_their_spaces_and_width(book: Book) -> None:
    """NFKC and no white space; telephone numbers by their digits."""
    rule = book(
        "[申报书.单位名称 等于 汇总行.单位名称, 申报书.联系电话 等于 汇总行.联系电话]",
        "[申报书, 汇总行]",
    )
    form = subject("申报书", "申1", 单位名称="第１中学", 联系电话="0991-8878035")

    assert truth(
        rule, form, subject("汇总行", "行1", 单位名称="第1 中学", 联系电话="09918878035")
    ) == [Truth.SATISFIED]
    assert truth(rule, form, subject("汇总行", "行1", 单位名称="第2中学", 联系电话=None)) == [
        Truth.VIOLATED
    ]
    assert truth(
        rule, form, subject("汇总行", "行1", 单位名称="第1中学", 联系电话=Fact.blank())
    ) == [Truth.BLANK]


def test_an_option_that_is_not_in_the_list_is_known_and_none_of_them(book: Book) -> None:
    """A form may hold an answer nobody foresaw."""
    forms = [subject("申报书", "申1", 学校类型="大学"), subject("申报书", "申2", 学校类型=3)]

    assert truth(book("申报书.学校类型 属于 小学、初中"), *forms) == [
        Truth.VIOLATED,
        Truth.UNDECIDED,
    ]
    assert truth(book("申报书.学校类型 不属于 小学、初中"), *forms) == [
        Truth.SATISFIED,
        Truth.UNDECIDED,
    ]


def test_exists_looks_for_candidates_and_an_unreadable_one_is_a_maybe(book: Book) -> None:
    """No candidate is a certain no; a candidate whose key was not read may be the one."""
    rule = book("{存在: 扫描件, 其中: [扫描件.对应 等于 申报书.编号, 扫描件.盖章 是 是]}")
    form = subject("申报书", "申1")
    scans = {
        "stamped": subject("扫描件", "扫1", 对应="申1", 盖章=True),
        "unstamped": subject("扫描件", "扫2", 对应="申1", 盖章=False),
        "faint": subject("扫描件", "扫3", 对应="申1", 盖章=None),
        "stray": subject("扫描件", "扫4", 对应=None, 盖章=True),
        "other": subject("扫描件", "扫5", 对应="申9", 盖章=True),
    }

    assert truth(rule, form) == [Truth.VIOLATED]
    assert truth(rule, form, scans["unstamped"], scans["other"]) == [Truth.VIOLATED]
    assert truth(rule, form, scans["unstamped"], scans["faint"]) == [Truth.UNDECIDED]
    assert truth(rule, form, scans["stray"]) == [Truth.UNDECIDED]
    assert truth(rule, form, scans["stray"], scans["stamped"]) == [Truth.SATISFIED]


def test_another_leaves_the_bound_subject_out(book: Book) -> None:
    """A row is not its own duplicate."""
    rule = book("{不存在: 另一汇总行, 其中: [另一汇总行.单位名称 等于 汇总行.单位名称]}", "汇总行")
    rows = [subject("汇总行", f"行{n}", 单位名称=name) for n, name in enumerate(["甲", "乙", "甲"])]

    assert truth(rule, *rows) == [Truth.VIOLATED, Truth.SATISFIED, Truth.VIOLATED]
    assert truth(rule, rows[0]) == [Truth.SATISFIED]


def test_a_count_with_uncertain_members_is_a_range(book: Book) -> None:
    """Between 1 and 2: not more than 2 for sure, not more than 1 perhaps."""
    head = "统计: [{名称: 区数, 计数: 台账, 其中: [台账.类别 是 示范区]}]\n"
    entries = [
        subject("台账", "账1", 类别="示范区"),
        subject("台账", "账2", 类别=None),
        subject("台账", "账3", 类别="示范校"),
    ]
    message = '"共 {统计.区数} 个"'
    sure, unsure = (book(f"统计.区数 不超过 {n}", "统计", head, 存疑告知=message) for n in (2, 1))

    assert truth(sure, *entries) == [Truth.SATISFIED]
    assert truth(unsure, *entries) == [Truth.UNDECIDED]
    (finding,) = findings(unsure, judge(unsure, entries, RECEIVED), entries)
    assert finding.text == "共 1至2 个"


def test_dates_and_instants_compare(book: Book) -> None:
    """The first instant that is too late is 24:00 of the last day."""
    rule = book("来件.收到时间 早于 截止时间", "来件")
    last = int(at("2024-08-31T23:59:59").timestamp())
    day = book("申报书.公示结束 不晚于 2024-08-31")

    assert truth(rule, subject("来件", "件", 收到时间=last)) == [Truth.SATISFIED]
    assert truth(rule, subject("来件", "件", 收到时间=last + 1)) == [Truth.VIOLATED]
    assert truth(day, *(subject("申报书", d, 公示结束=d) for d in ("2024-08-31", "2024-09-01", "31.8."))) == [
        Truth.SATISFIED, Truth.VIOLATED, Truth.UNDECIDED,
    ]  # fmt: skip


def test_the_trace_shows_line_mark_value_and_origin(book: Book) -> None:
    """Staff see what was met, where, and by which means."""
    origin = Provenance(part="2/附件1.docx", place="表1 第3行", method="table", confidence=0.8)
    rule = book(
        "[{都不: [申报书.类别 是 示范校]}, 申报书.学校类型 不属于 小学、初中, {存在: 扫描件, 其中: [扫描件.盖章 是 是]}]"
    )
    form = subject("申报书", "申1", 类别="示范区", 学校类型=Fact.known("小学", origin))
    scans = [subject("扫描件", f"扫{n}", 盖章=None) for n in range(7)]
    (finding,) = findings(rule, judge(rule, [form, *scans], RECEIVED), [form, *scans])
    trace = "\n".join(finding.evidence)

    assert (
        "✗ 申报书.学校类型 不属于 小学、初中　实际: 小学（2/附件1.docx，表1 第3行，表格，可信度 0.80）"
        in trace
    )
    assert "✓ 都不" in trace
    assert "? 存在 扫描件" in trace
    assert "候选 扫4" in trace
    assert "另有 2 个候选" in trace
    assert "「未能识别」" in trace
    assert trace.count("学校类型") == 1


def test_the_trace_says_when_there_was_no_candidate(book: Book) -> None:
    """An empty list is an answer too."""
    rule = book("{存在: 扫描件}")
    form = subject("申报书", "申1")
    (finding,) = findings(rule, judge(rule, [form], RECEIVED), [form])

    assert any("没有候选" in line for line in finding.evidence)


def test_subjects_of_unknown_kinds_are_left_alone(book: Book) -> None:
    """The shell may know more kinds than the rules."""
    rule = book("申报书.职能部门 已填写")
    world = populate(rule, [subject("彩页", "彩1"), subject("申报书", "申1")])

    assert [actor.subject.kind for actor in world] == ["申报书", "统计"]


def test_values_of_a_wrong_type_become_unknown() -> None:
    """Whatever the shell hands over, a cell is of its field's type or unknown."""
    text = Field("名", FieldType.TEXT)

    assert number_of(text, "9") is None
    assert not cell_of(text, Fact.known(9)).known
    assert not cell_of(Field("日", FieldType.DATE), Fact.known(9)).known
    assert cell_of(text, Fact.known("９ 号")).key == "9号"
    assert (
        evaluate(
            Probe("物", "名", Question.FILLED),
            {"物": actors_of({"物": {}}, (subject("物", "1"),))[0]},
            (),
        )
        is Kleene.MAYBE
    )


def test_the_trace_of_a_comparison_shows_both_values(book: Book) -> None:
    """Which of two papers is wrong is for people to see."""
    rule = book("申报书.教师账号开通率 等于 申报书.学生账号开通率")
    form = subject("申报书", "申1", 教师账号开通率=980_000, 学生账号开通率=970_000)
    (finding,) = findings(rule, judge(rule, [form], at("2024-08-20T09:00:00")), [form])

    assert "98% / 97%" in finding.evidence[-1]
