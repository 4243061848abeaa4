"""When two ways of writing a name mean one applicant."""

from __future__ import annotations

from itertools import combinations
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.call import Call
from rules.callfile import load_call
from rules.names import (
    Name,
    Roll,
    Sameness,
    abbreviates,
    same_applicant,
    sameness,
    take_apart,
    unit_of,
)

CALLS = Path(__file__).parents[3] / "config/calls"
SMART, GRANTS = (
    load_call(name, (CALLS / name / "call.yaml").read_text(encoding="utf-8"))
    for name in ("smart-education-2024", "community-grants-2025")
)
FOURTH, EIGHTH = "第四师可克达拉市", "第八师石河子市"


def apart(text: str, home: str = "", call: Call = SMART) -> Name:
    """``text`` taken apart."""
    return take_apart(text, call, home)


ONE = [
    ("第四师可克达拉市红旗小学", "红旗小学", FOURTH),
    ("可克达拉市红旗小学", "第四师红旗小学", ""),
    ("四师可克达拉红旗小学", "新疆生产建设兵团第四师可克达拉市红旗小学（盖章）", ""),
    ("第四师（可克达拉市）红旗小学", "第四师 可克达拉市 红旗小学", ""),
    ("第八师143团一中", "一四三团第一中学", EIGHTH),
    ("第8师石河子市第一中学", "第八师石河子市第一中学", ""),
    ("第11师第三小学", "第十一师第3小学", ""),
    ("第八师第143团第一中学", "八师一四三团第1中学", ""),
    ("石河子市金穗初中", "石河子市金穗初级中学", ""),
    ("石河子第十二中学", "石河子市第12中学", ""),
    ("石河子一中", "石河子第一中学（石河子一中）", ""),
    ("图木舒克市教育局", "第三师图木舒克市教育局", ""),
    ("第三师教育局（盖章）", "第三师图木舒克市教体局", ""),
    ("兵团二中", "兵团第二中学（盖章）", ""),
    ("建筑工程师第三小学", "第十一师第三小学", ""),
    ("“红旗”小学", "红旗小学", FOURTH),
]


@pytest.mark.parametrize(("first", "second", "home"), ONE)
def test_one_applicant_in_two_ways(first: str, second: str, home: str) -> None:
    """Names of 师 and 市, short forms, numbers, spaces and the remark where to stamp make no
    difference.
    """
    assert sameness(apart(first, home), apart(second, home)) is Sameness.SAME


LIKELY = [
    ("第八师石河子市第一中学", "石河子第一中学", ""),
    ("第一中学", "图木舒克市第一中学", "第三师图木舒克市"),
    ("石河子第一中学", "石河子第一中学（东校区）", ""),
    ("红旗小学", "可克达拉市红旗小学", ""),
]


@pytest.mark.parametrize(("first", "second", "home"), LIKELY)
def test_one_says_less_than_the_other(first: str, second: str, home: str) -> None:
    """They are one where nothing else is about."""
    assert sameness(apart(first, home), apart(second, home)) is Sameness.LIKELY
    assert same_applicant(first, second, SMART, home)


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("第三师第一中学", "图木舒克市第一中学"),
        ("第三师一中", "图木舒克一中"),
        ("八师实验小学", "石河子市实验小学"),
        ("第三师职业技术学校", "图木舒克市职业技术学校"),
    ],
)
def test_a_plain_name_of_a_division_and_of_its_town_are_for_a_person_to_tell(
    first: str, second: str
) -> None:
    """Many schools bear it; 师 and 市 may each have one."""
    assert sameness(apart(first), apart(second)) is Sameness.UNSURE
    assert not same_applicant(first, second, SMART)


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("石河子第一中学", "石河子第二中学"),
        ("石河子第一中学", "石河子第一中学分校"),
        ("石河子第一中学（东校区）", "石河子第一中学（西校区）"),
        ("第三师教育局", "第四师教育局"),
        ("第一师教育局", "第十一师教育局"),
        ("第一师第一中学", "第十一师第一中学"),
        ("可克达拉市红旗小学", "双河市红旗小学"),
        ("双河镇小学", "双河市小学"),
        ("八一中学", "第八十一中学"),
        ("兵团第二中学", "第三师第二中学"),
        ("兵团第二中学", "兵团第二中学附属小学"),
        ("红旗小学", "红旗中学"),
    ],
)
def test_two_applicants(first: str, second: str) -> None:
    """A shared beginning is not enough, and neither is a shared unit."""
    assert sameness(apart(first), apart(second)) is Sameness.OTHER


def test_nobody_is_not_somebody() -> None:
    """Two names that could not be read are no pair."""
    assert not same_applicant("", "", SMART)


def test_a_call_with_other_words_is_served_alike() -> None:
    """A unit of one name has a short form; numbers are numbers."""
    same = sameness(apart("柳湾街道第一社区", call=GRANTS), apart("青枫区柳湾第1社区", call=GRANTS))
    assert same is Sameness.SAME


def test_the_unit_a_text_names() -> None:
    """However it is written; none where none is."""
    assert unit_of("第五师", SMART) == unit_of("双河市", SMART) == "第五师双河市"
    assert unit_of(None, SMART) == unit_of("某县", SMART) == ""


# --- a whole case ---------------------------------------------------------------------------------

DIVISION, TOWN = apart("第三师第一中学"), apart("图木舒克市第一中学")
BOTH, BARE = apart("第三师图木舒克市第一中学"), apart("第一中学", "第三师图木舒克市")


def test_the_only_one_of_its_name_is_meant() -> None:
    """A table that writes less than the form, and nothing else that could be meant."""
    roll = Roll([TOWN], [[BARE]])

    assert roll.same(TOWN, BARE)
    assert not roll.unsure(TOWN, BARE)


def test_two_listed_schools_stay_two() -> None:
    """What one table names twice are two applicants."""
    roll = Roll([DIVISION, TOWN], [[DIVISION, TOWN]])

    assert roll.same(TOWN, TOWN)
    assert not roll.same(DIVISION, TOWN)
    assert roll.unsure(DIVISION, TOWN)


def test_a_name_that_fits_two_is_for_a_person_to_tell() -> None:
    """Neither of them is taken."""
    roll = Roll([DIVISION, TOWN], [[BARE]])

    assert roll.unsure(BARE, DIVISION)
    assert roll.unsure(BARE, TOWN)


def test_a_table_that_names_less_and_more_means_two() -> None:
    """Nobody lists one school twice on purpose."""
    assert Roll([], [[BOTH, BARE]]).unsure(BOTH, BARE)
    assert Roll([BOTH], [[BARE], [BOTH]]).same(BOTH, BARE)


def test_two_parts_of_one_school_leave_open_which_is_meant() -> None:
    """The school without a remark may be either."""
    whole, east, west = (apart(f"石河子第一中学{where}") for where in ("", "（东）", "（西）"))
    roll = Roll([whole, east, west])

    assert roll.unsure(whole, east)
    assert roll.unsure(whole, west)


def test_a_name_of_elsewhere_is_compared_by_itself() -> None:
    """The roll does not know it."""
    assert not Roll([TOWN]).same(TOWN, BARE)
    assert not Roll([]).same(BOTH, BARE)


# --- what holds for all names ---------------------------------------------------------------------

_UNITS = [unit for unit in SMART.units if not unit.direct]
_OWN = (
    "红旗小学",
    "第一中学",
    "一中",
    "一四三团一中",
    "143团第一中学",
    "实验小学",
    "教育局",
    "晨曦中学（东校区）",
)


@st.composite
def written(draw: st.DrawFn) -> str:
    """A name as somebody may write it."""
    unit = draw(st.sampled_from(_UNITS))
    before = draw(st.lists(st.sampled_from((unit.name, *unit.aliases)), max_size=2))
    return "".join(before) + draw(st.sampled_from(_OWN)) + draw(st.sampled_from(("", "（盖章）")))


homes = st.sampled_from(["", *(unit.name for unit in _UNITS)])


@given(written(), homes)
def test_a_name_is_the_same_as_itself(name: str, home: str) -> None:
    """Reflexive."""
    assert sameness(apart(name, home), apart(name, home)) is Sameness.SAME


@pytest.mark.parametrize(
    ("first", "second", "perhaps"),
    [
        ("第六师芳草湖中学", "芳草湖农场中学", True),
        ("晨曦小学校", "晨曦小学", True),
        ("第二中学", "第二十中学", False),
        ("第六师红旗中学", "第七师红旗农场中学", False),
        ("红旗小学（东校区）", "红旗中心小学（西校区）", False),
        ("红旗小学", "晨曦小学", False),
        ("红旗小学", "红旗小学", False),
        ("中学", "红旗中学", False),
    ],
)
def test_a_name_with_something_left_out_may_be_the_other(
    first: str, second: str, perhaps: bool
) -> None:
    """A person tells; numbers are never left out."""
    assert abbreviates(apart(first), apart(second)) is perhaps
    assert abbreviates(apart(second), apart(first)) is perhaps


@pytest.mark.parametrize("name", ["晨曦小学东校区", "晨曦小学（东校区）"])
def test_a_campus_is_a_remark_with_or_without_brackets(name: str) -> None:
    assert (apart(name).own, apart(name).remark) == ("晨曦小学", "东校区")


@given(written(), written(), homes)
def test_the_order_of_two_names_makes_no_difference(first: str, second: str, home: str) -> None:
    """Symmetric."""
    names = apart(first, home), apart(second, home)
    assert sameness(*names) is sameness(*reversed(names))


@given(st.lists(written(), min_size=3, max_size=3), homes)
def test_what_is_the_same_as_the_same_is_the_same(texts: list[str], home: str) -> None:
    """Transitive, for names that are surely the same."""
    first, second, third = (apart(text, home) for text in texts)
    if sameness(first, second) is sameness(second, third) is Sameness.SAME:
        assert sameness(first, third) is Sameness.SAME


@given(st.lists(written(), max_size=6), st.lists(written(), max_size=6), homes)
def test_a_roll_parts_the_names_and_merges_none_that_one_table_tells_apart(
    texts: list[str], listed: list[str], home: str
) -> None:
    """Same is an equivalence in every case, and distinct listed names stay distinct."""
    names = [apart(text, home) for text in texts]
    table = [apart(text, home) for text in listed]
    roll = Roll(names, [table])

    for first, second in combinations(dict.fromkeys(table), 2):
        assert not roll.same(first, second)
    for first in (*names, *table):
        group = {other for other in (*names, *table) if roll.same(first, other)}
        assert all(roll.same(one, other) for one in group for other in group)


@given(st.lists(st.sampled_from(_UNITS), min_size=2, max_size=2, unique_by=lambda unit: unit.name))
def test_schools_of_two_units_are_never_one(units: list[object]) -> None:
    """Whatever they are called."""
    first, second = (getattr(unit, "name", "") for unit in units)
    for own in _OWN:
        assert not same_applicant(first + own, second + own, SMART)
