"""Money and decimal numbers: read exactly, compared whatever unit they are written in, never rounded."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.amounts import decimal_text, money_text, parse_decimal, parse_money
from rules.authoring.lint import check_source
from rules.authoring.mutants import mutants_of
from rules.call import Call
from rules.callfile import check_call, load_call
from rules.facts import Fact
from rules.judge import findings, judge
from rules.language import Rulebook
from rules.logic import populate
from rules.rulebook import check_rulebook, load_rulebook
from rules.subjects import Subject
from rules.verdict import Truth
from rules.vocabulary import Field, FieldType, parse_value, show_value
from tests.unit.rules.writing import CALL, HEAD, RULE, at, subject

NOON = at("2024-08-20T12:00:00")
FIELDS = """      - {名称: 申请经费, 类型: 金额, 标签: [申请经费（万元）]}
      - {名称: 自筹经费, 类型: 金额, 标签: [自筹经费（元）]}
      - {名称: 绿地率, 类型: 小数}
"""
WITH_MONEY = CALL.replace("      - {名称: 联系电话, 类型: 电话}\n", FIELDS, 1)


@pytest.fixture
def funded() -> Call:
    return load_call("试", WITH_MONEY)


def read(sentence: str, call: Call, head: str = "", said: str = "请补正") -> Rulebook:
    rule = RULE.replace("申报书.职能部门 已填写", sentence).replace("告知: 请补正", f"告知: {said}")
    return load_rulebook(HEAD + head + rule, call)


def paper(**raw: str) -> Subject:
    """An application as it is read from boxes."""
    fields = load_call("试", WITH_MONEY).forms[0].fields
    types = {field.name: field for field in fields}
    values = {name: parse_value(types[name], text) for name, text in raw.items()}
    return subject("申报书", "申1", **values)


@pytest.mark.parametrize(
    ("text", "ten_thousands", "cents"),
    [
        ("12.5", True, 12_500_000),
        ("12.5", False, 1_250),
        ("12.5万元", False, 12_500_000),
        ("125,000元", True, 12_500_000),
        ("￥125000.00", False, 12_500_000),
        ("人民币 １２．５ 万元整", False, 12_500_000),
        ("1.2亿元", True, 12_000_000_000),
        ("0.01", False, 1),
        ("0.001", False, None),
        ("约12万元", True, None),
        ("12万元以上", True, None),
        ("10-12", True, None),
        ("12 5", True, None),
        ("十二万元", True, None),
        ("9999999999999", True, None),
        ("", True, None),
    ],
)
def test_money_is_read_in_its_own_unit(text: str, ten_thousands: bool, cents: int | None) -> None:
    """A unit that is written goes before the form's; what is no amount of 分 is none."""
    assert parse_money(text, ten_thousands=ten_thousands) == cents


@pytest.mark.parametrize(
    ("text", "millionths"),
    [
        ("12.5", 12_500_000), ("1,200.75平方米", 1_200_750_000), ("共3个", 3_000_000), ("０．５", 500_000),
        ("0.0000001", None), ("约3", None), ("3.", None), ("1. 5", None), ("-1", None), ("1e3", None),
    ],
)  # fmt: skip
def test_decimals_are_read_exactly(text: str, millionths: int | None) -> None:
    assert parse_decimal(text) == millionths


@given(st.integers(0, 10**12), st.booleans())
def test_what_is_shown_is_read_back(number: int, ten_thousands: bool) -> None:
    """No place is lost on the way."""
    shown = money_text(number, ten_thousands=ten_thousands)
    assert parse_money(shown, ten_thousands=not ten_thousands) == number
    assert parse_decimal(decimal_text(number)) == number


def test_less_than_nothing_is_shown_too() -> None:
    assert show_value(Field("差", FieldType.MONEY), -150) == "-1.5元"
    assert show_value(Field("差", FieldType.DECIMAL), -500_000) == "-0.5"


@pytest.mark.parametrize(
    ("sentence", "raw", "expected"),
    [
        ("申报书.申请经费 不超过 50万元", {"申请经费": "50"}, Truth.SATISFIED),
        ("申报书.申请经费 不超过 500000元", {"申请经费": "50.01"}, Truth.VIOLATED),
        ("申报书.自筹经费 不低于 申报书.申请经费", {"申请经费": "5", "自筹经费": "50000"}, Truth.SATISFIED),
        ("申报书.自筹经费 不低于 申报书.申请经费", {"申请经费": "5", "自筹经费": "4.9万元"}, Truth.VIOLATED),
        ("申报书.申请经费 介于 1万元 和 5万元", {"申请经费": "5.01"}, Truth.VIOLATED),
        ("申报书.绿地率 不低于 0.35", {"绿地率": "0.35"}, Truth.SATISFIED),
        ("申报书.绿地率 低于 0.35", {"绿地率": "0.349999"}, Truth.SATISFIED),
        ("申报书.申请经费 不超过 50万元", {"申请经费": "五十"}, Truth.UNDECIDED),
    ],
)  # fmt: skip
def test_amounts_are_compared_whatever_their_unit(
    funded: Call, sentence: str, raw: dict[str, str], expected: Truth
) -> None:
    """Boxes in 万元, boxes in 元, limits in either."""
    [result] = judge(read(sentence, funded), [paper(**raw)], NOON)
    assert result.truth is expected


@pytest.mark.parametrize(
    ("derived", "expected"),
    [
        ("和: [申请经费, 自筹经费, 1万元]", 7_500_000), ("差: [申请经费, 自筹经费]", 3_500_000),
        ("比: [自筹经费, 申请经费]", 300_000),
    ],
)  # fmt: skip
def test_amounts_are_added_and_divided(funded: Call, derived: str, expected: int) -> None:
    head = f"派生: [{{名称: 值, 对象: 申报书, {derived}}}]\n"
    rulebook = read("申报书.职能部门 已填写", funded, head)
    world = populate(rulebook, [paper(申请经费="5", 自筹经费="15000")])
    assert world[0].cell("值").low == expected


def test_decimals_are_added(funded: Call) -> None:
    head = "派生: [{名称: 值, 对象: 申报书, 和: [绿地率, 0.15]}]\n"
    world = populate(read("申报书.职能部门 已填写", funded, head), [paper(绿地率="0.2")])
    assert world[0].cell("值").low == 350_000


def test_a_sum_of_money_is_money(funded: Call) -> None:
    """And is compared with a limit that has a unit."""
    head = "统计: [{名称: 合计, 求和: 申报书.申请经费}]\n"
    rule = RULE.replace("申报书.职能部门 已填写", "统计.合计 不超过 9万元").replace(
        "针对: 申报书", "针对: 统计"
    )
    rulebook = load_rulebook(HEAD + head + rule, funded)
    results = judge(rulebook, [paper(申请经费="5"), paper(申请经费="4.5")], NOON)
    assert [result.truth for result in results] == [Truth.VIOLATED]


def test_the_letter_says_the_amount_as_the_form_counts(funded: Call) -> None:
    """With its unit, and the trace by how much it is over."""
    rulebook = read("申报书.申请经费 不超过 50万元", funded, said='"申请 {申报书.申请经费}"')
    subjects = [paper(申请经费="50.5")]
    [finding] = findings(rulebook, judge(rulebook, subjects, NOON), subjects)
    assert finding.text == "申请 50.5万元"
    assert "实际: 50.5万元，超出0.5万元" in finding.evidence[-1]


@pytest.mark.parametrize(
    ("sentence", "message", "hint"),
    [
        ("申报书.申请经费 不超过 50", "金额“50”没有单位", "写成 50万元 或 50元"),
        ("申报书.自筹经费 不超过 50", "金额“50”没有单位", "写成 50元"),
        ("申报书.申请经费 不超过 很多", "“很多”不是金额", "例如 50万元"),
        ("申报书.绿地率 不超过 百分之五", "“百分之五”不是小数", "例如 0.5"),
        ("申报书.申请经费 不超过 申报书.绿地率", "类型不同的两个字段不能比大小", "“申请经费”是金额, “绿地率”是小数"),
    ],
)  # fmt: skip
def test_a_limit_says_what_it_counts_in(
    funded: Call, sentence: str, message: str, hint: str
) -> None:
    """Ten thousand times too little is not guessed at."""
    [slip] = check_rulebook(HEAD + RULE.replace("申报书.职能部门 已填写", sentence), funded)
    assert (slip.message, slip.hint) == (message, hint)


def test_money_without_a_unit_is_nothing_to_add(funded: Call) -> None:
    head = "派生: [{名称: 值, 对象: 申报书, 和: [申请经费, 5]}]\n"
    [slip] = check_rulebook(HEAD + head + RULE, funded)
    assert slip.message == "不认识“5”"


@pytest.mark.parametrize(
    ("sentence", "moved"),
    [
        ("申报书.申请经费 不超过 50万元", "0.01万元"), ("申报书.自筹经费 不超过 50万元", "1元"),
        ("申报书.绿地率 不低于 0.3", "0.01"),
    ],
)  # fmt: skip
def test_limits_are_moved_by_what_people_write(funded: Call, sentence: str, moved: str) -> None:
    """So that an example just over the limit notices."""
    rulebook = read(sentence, funded)
    changes = [one.change for one in mutants_of(rulebook.rules[0], rulebook.vocabulary)]
    assert f"要求: “{sentence}”界限加 {moved}" in changes


def test_a_text_that_says_another_amount_is_told(funded: Call) -> None:
    """Whatever unit it says it in."""
    rule = RULE.replace("申报书.职能部门 已填写", "申报书.申请经费 不超过 50万元")
    same = HEAD + rule.replace("告知: 请补正", "告知: 不超过500000元")
    other = HEAD + rule.replace("告知: 请补正", "告知: 不超过5万元")
    assert not check_source(same, funded)
    [warning] = check_source(other, funded)
    assert warning.message == "[数字不同] “告知”写的是 50000元, 规则“R1”用的是 500000元"


def test_a_form_counts_in_one_unit() -> None:
    labels = "标签: [申请经费（万元）]"
    [slip] = check_call("试", WITH_MONEY.replace(labels, "标签: [申请经费（万元）, 经费（元）]"))
    assert (slip.code, slip.message) == ("C115", "“申请经费”的标签里既有元又有万元")


def test_a_number_that_is_no_value_of_its_type_is_unknown(funded: Call) -> None:
    rulebook = read("申报书.申请经费 不超过 50万元", funded)
    [result] = judge(rulebook, [subject("申报书", "申1", 申请经费=Fact.known("五"))], NOON)
    assert result.truth is Truth.UNDECIDED
