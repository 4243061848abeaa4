"""Values computed from others: exact, three-valued, and the same for the engine."""

from __future__ import annotations

from datetime import date
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.call import Call
from rules.derived import PERCENT_UNIT
from rules.errors import RuleFileError
from rules.facts import Fact, Knowledge, Value
from rules.judge import Narrator, judge, judge_world
from rules.language import Rulebook
from rules.logic import populate
from rules.rulebook import load_rulebook
from rules.subjects import Subject
from rules.values import Cell
from rules.verdict import Truth
from rules.workdays import Workdays, year_known
from tests.unit.rules.writing import HEAD, RULE, at, subject

NOW = at("2024-08-20T09:00:00")


def declared(
    call: Call,
    operation: str,
    requirement: str = "申报书.值 不少于 0",
    kind: str = "申报书",
    head: str = "",
) -> Rulebook:
    """A rule file with one 派生 value called 值."""
    rule = RULE.replace("申报书.职能部门 已填写", requirement).replace(
        "针对: 申报书", f"针对: {kind}"
    )
    return load_rulebook(
        f"{HEAD}{head}派生:\n  - {{名称: 值, 对象: {kind}, {operation}}}\n{rule}", call
    )


def value(rulebook: Rulebook, **fields: Value | Fact | None) -> Cell:
    """What is computed for one 申报书."""
    return populate(rulebook, [subject("申报书", "申1", **fields)])[0].cell("值")


def truth(rulebook: Rulebook, **fields: Value | Fact | None) -> Truth:
    (result,) = judge(rulebook, [subject("申报书", "申1", **fields)], NOW)
    return result.truth


@pytest.mark.parametrize(
    ("operation", "expected"),
    [
        ("和: [教师人数, 教师人数, 5]", 25),
        ("差: [教师人数, 12]", -2),
        ("差: [12, 教师人数]", 2),
        ("天数差: {从: 公示开始, 到: 公示结束}", 6),
        ("天数差: {从: 公示结束, 到: 公示开始}", -6),
        ("天数差: {从: 公示结束, 到: 2024-08-31}", 13),
        ("天数差: {从: 公示结束, 到: 截止时间}", 14),
        ("年数差: {从: 公示开始, 到: 公示结束}", 0),
        ("年数差: {从: 1979-08-13, 到: 公示开始}", 44),
        ("年数差: {从: 1979-08-12, 到: 公示开始}", 45),
        ("年数差: {从: 公示开始, 到: 1979-08-13}", -44),
        ("年数差: {从: 2000-02-29, 到: 公示开始}", 24),
        ("工作日差: {从: 公示开始, 到: 公示结束}", 4),
        ("工作日差: {从: 公示结束, 到: 公示开始}", -4),
    ],
)
def test_whole_numbers_are_computed_exactly(call: Call, operation: str, expected: int) -> None:
    """24:00 of the last day belongs to the day after, as everywhere."""
    found = value(
        declared(call, operation), 教师人数=10, 公示开始="2024-08-12", 公示结束="2024-08-18"
    )

    assert (
        found.low,
        found.high,
        found.known,
        found.key,
    ) == (expected, expected, True, str(expected))


def test_the_day_of_an_instant_is_the_day_in_beijing(call: Call) -> None:
    """A minute before midnight is still the day before."""
    rulebook = declared(call, "天数差: {从: 2024-08-20, 到: 收到时间}", "来件.值 不少于 0", "来件")
    mails = [
        subject("来件", "件", 收到时间=int(at(text).timestamp()))
        for text in ("2024-08-20T23:59:59", "2024-08-21T00:00:00")
    ]

    cells = [populate(rulebook, [mail])[0].cell("值") for mail in mails]
    assert [(cell.knowledge, cell.low, cell.key) for cell in cells] == [
        (Knowledge.KNOWN, 0, "0"), (Knowledge.KNOWN, 1, "1"),
    ]  # fmt: skip


def test_shares_of_percentages_are_percentages(call: Call) -> None:
    """The difference of two rates is compared with a rate."""
    rulebook = declared(call, "差: [教师账号开通率, 学生账号开通率]", "申报书.值 不超过 1%")

    assert truth(rulebook, 教师账号开通率=990_000, 学生账号开通率=980_000) is Truth.SATISFIED
    assert truth(rulebook, 教师账号开通率=990_001, 学生账号开通率=980_000) is Truth.VIOLATED


@given(
    part=st.integers(0, 10**9),
    whole=st.integers(1, 10**9),
    limit=st.integers(0, 2 * PERCENT_UNIT),
)
def test_a_ratio_is_never_decided_wrongly(part: int, whole: int, limit: int) -> None:
    """Compared as fractions; undecided only closer to the limit than one part per million."""
    low, high = part * PERCENT_UNIT // whole, -(-part * PERCENT_UNIT // whole)
    exact = Fraction(part * PERCENT_UNIT, whole)

    assert low <= exact <= high
    assert high - low <= 1
    if low >= limit:
        assert exact >= limit
    if high < limit:
        assert exact < limit
    if low < limit <= high:
        assert abs(exact - limit) < 1


def test_a_ratio_closer_to_the_limit_than_it_is_computed_goes_to_staff(call: Call) -> None:
    """2,449,999 of 2,500,000 is 97.99996 %: less than 98 %, by less than anybody can have meant."""
    rulebook = declared(call, "比: [教师人数, 2500000]", "申报书.值 不低于 98%")
    found = [truth(rulebook, 教师人数=number) for number in (2_450_000, 2_449_999, 2_449_997)]

    assert found == [Truth.SATISFIED, Truth.UNDECIDED, Truth.VIOLATED]


def test_equal_ratios_are_equal_however_they_are_written(call: Call) -> None:
    """1/3 is 2/6, and not 333333 parts per million."""
    derived = "派生:\n  - {名称: 甲, 对象: 申报书, 比: [教师人数, 3]}\n  - {名称: 乙, 对象: 申报书, 比: [教师人数, 6]}\n"
    rulebook = load_rulebook(HEAD + derived + RULE, call)
    one, two = (
        populate(rulebook, [subject("申报书", "申", 教师人数=number)])[0] for number in (1, 2)
    )

    assert one.cell("甲").key == two.cell("乙").key != one.cell("乙").key
    assert one.cell("甲").key != "333333"


@pytest.mark.parametrize(
    ("fields", "knowledge"),
    [
        ({"公示开始": Fact.blank(), "公示结束": "2024-08-18"}, Knowledge.BLANK),
        ({"公示开始": "2024-08-12", "公示结束": None}, Knowledge.UNKNOWN),
        ({"公示开始": Fact.blank(), "公示结束": None}, Knowledge.UNKNOWN),
        ({"公示开始": "2024-08-12"}, Knowledge.UNKNOWN),
        ({"公示开始": "2024-02-31", "公示结束": "2024-08-18"}, Knowledge.UNKNOWN),
    ],
)
def test_what_cannot_be_computed_is_blank_or_unknown(
    call: Call, fields: dict[str, Value | Fact | None], knowledge: Knowledge
) -> None:
    """Blank only when nothing but blanks stand in the way."""
    rulebook = declared(call, "天数差: {从: 公示开始, 到: 公示结束}", "申报书.值 不少于 5")

    assert value(rulebook, **fields).knowledge is knowledge
    assert truth(
        rulebook,
        **fields,
    ) is (Truth.BLANK if knowledge is Knowledge.BLANK else Truth.UNDECIDED)


def test_division_by_nothing_is_unknown(call: Call) -> None:
    """No number of the applicant's can stop a case."""
    rulebook = declared(call, "比: [5, 教师人数]", "申报书.值 不低于 98%")

    assert truth(rulebook, 教师人数=0) is Truth.UNDECIDED
    assert truth(rulebook, 教师人数=5) is Truth.SATISFIED


def test_numbers_beyond_all_measure_are_unknown(call: Call) -> None:
    """The engine keeps 63 bits."""
    assert (
        value(declared(call, "和: [教师人数, 教师人数]"), 教师人数=9 * 10**14).knowledge
        is Knowledge.UNKNOWN
    )


def test_a_value_may_use_those_written_before_it_and_tick_counts(call: Call) -> None:
    """So there can be no circle."""
    derived = "派生:\n  - {名称: 甲, 对象: 申报书, 和: [教师人数, 核心维度项数]}\n  - {名称: 乙, 对象: 申报书, 差: [甲, 1]}\n"
    (form, _) = populate(
        load_rulebook(HEAD + derived + RULE, call),
        [subject("申报书", "申", 教师人数=3, 核心维度=("教学",))],
    )

    assert (form.cell("甲").low, form.cell("乙").low) == (4, 3)


def test_counts_that_are_uncertain_make_ranges(call: Call) -> None:
    """One known and one unread 示范区 of two: between 50 % and 100 %."""
    head = "统计:\n  - {名称: 区, 计数: 申报书, 其中: [申报书.类别 是 示范区]}\n  - {名称: 总, 计数: 申报书}\n"
    rulebook = declared(call, "比: [区, 总]", "统计.值 不低于 50%", "统计", head)
    forms = [subject("申报书", "申1", 类别="示范区"), subject("申报书", "申2", 类别=None)]
    world = populate(rulebook, forms)
    (result,) = judge_world(rulebook, world, NOW)

    assert (world[-1].cell("值").low, world[-1].cell("值").high) == (500_000, 1_000_000)
    assert result.truth is Truth.SATISFIED
    assert "50%至100%" in "".join(str(step) for step in Narrator(rulebook, world).trace(result))


def test_the_explanation_says_how_the_value_came_about(call: Call) -> None:
    """Staff can check it by hand."""
    rulebook = declared(call, "天数差: {从: 公示开始, 到: 公示结束}", "申报书.值 不少于 5")
    forms: list[Subject] = [subject("申报书", "申1", 公示开始="2024-08-12", 公示结束="2024-08-13")]
    world = populate(rulebook, forms)
    (step,) = Narrator(rulebook, world).trace(judge_world(rulebook, world, NOW)[0])

    assert "实际: 1" in str(step)
    assert "由公示开始、公示结束按“天数差”算出" in str(step)


def test_what_could_not_be_computed_says_from_what_and_why(call: Call) -> None:
    """A blank operand makes a blank result, an unread one an unread one; both name the fields to
    look at.
    """
    rulebook = declared(call, "天数差: {从: 公示开始, 到: 公示结束}", "申报书.值 不少于 5")
    known, blank, unread = (
        populate(rulebook, [subject("申报书", "申1", 公示开始="2024-08-12", 公示结束=end)])[
            0
        ].subject.fact("值")
        for end in ("2024-08-13", Fact.blank(), None)
    )

    assert (known.knowledge, known.value) == (Knowledge.KNOWN, 1)
    assert (blank.knowledge, unread.knowledge) == (Knowledge.BLANK, Knowledge.UNKNOWN)
    assert {one.provenance.method for one in (known, blank, unread)} == {
        "由公示开始、公示结束按“天数差”算出"
    }


def test_numbers_at_the_edge_of_all_measure(call: Call) -> None:
    """The last one that is kept, and the first that is not."""
    most = 10**15 - 1
    sums = [value(declared(call, "和: [教师人数, 1]"), 教师人数=most - one) for one in (1, 0)]

    assert [(one.knowledge, one.high) for one in sums] == [
        (Knowledge.KNOWN, most),
        (Knowledge.UNKNOWN, 10**15),
    ]


def test_one_is_enough_to_divide_by(call: Call) -> None:
    """Only nothing is not."""
    assert (
        value(declared(call, "比: [教师人数, 1]", "申报书.值 不低于 50%"), 教师人数=2).low
        == 2 * PERCENT_UNIT
    )


# --- working days ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("first", "last", "days"),
    [
        ("2024-08-12", "2024-08-12", 0),
        ("2024-08-16", "2024-08-19", 1),  # over a weekend
        ("2024-09-30", "2024-10-08", 1),  # over the National Day holidays
        ("2024-09-13", "2024-09-14", 1),  # a Saturday that was worked
    ],
)
def test_holidays_and_worked_weekends_are_known(first: str, last: str, days: int) -> None:
    """The State Council's notice for 2024 (国办发明电〔2023〕7号)."""
    ends = [date.fromisoformat(text).toordinal() for text in (first, last)]

    assert Workdays().between(*ends) == days
    assert Workdays().between(*reversed(ends)) == -days


@pytest.mark.parametrize("day", ["2003-12-31", "9999-12-31", "0001-01-01"])
def test_a_year_without_a_calendar_is_not_known(call: Call, day: str) -> None:
    """It is neither all work nor all rest, and goes to staff."""
    rulebook = declared(call, "工作日差: {从: 公示开始, 到: 公示结束}", "申报书.值 不少于 5")

    assert not year_known(int(day[:4]))
    assert Workdays().is_workday(date.fromisoformat(day).toordinal()) is None
    assert truth(rulebook, 公示开始=day, 公示结束="2024-08-18") is Truth.UNDECIDED
    assert truth(rulebook, 公示开始="2024-08-18", 公示结束=day) is Truth.UNDECIDED


def test_the_rule_file_can_correct_the_calendar(call: Call) -> None:
    """An office may work on a Saturday, or stop on a Monday."""
    head = "日历: {休息: [2024-08-13], 上班: [2024-08-17, 2024-08-18]}\n"
    rulebook = declared(call, "工作日差: {从: 公示开始, 到: 公示结束}", head=head)

    assert value(rulebook, 公示开始="2024-08-12", 公示结束="2024-08-18").low == 5


def test_a_derived_value_cannot_be_used_where_it_is_not_declared(call: Call) -> None:
    """It belongs to one object."""
    with pytest.raises(RuleFileError) as caught:
        declared(call, "和: [教师人数, 1]", "申报书.它 不少于 1")
    assert caught.value.code == "E101"
