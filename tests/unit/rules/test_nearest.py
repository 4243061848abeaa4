"""How far a value is from what is required."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from rules.facts import Fact, Knowledge
from rules.judge import findings, judge
from rules.language import AllOf, AnyOf, Compare, Not, Operator, Rulebook
from rules.nearest import gap_text, required
from rules.values import UNKNOWN, Cell
from rules.vocabulary import Field, FieldType
from tests.unit.rules.writing import at, subject

RATE, COUNT = Field("率", FieldType.PERCENT), Field("数", FieldType.INTEGER)
DAY, KIND = Field("日", FieldType.DATE), Field("类", FieldType.CHOICE, ("甲", "乙"))


def known(number: int) -> Cell:
    """A number that is sure."""
    return Cell(Knowledge.KNOWN, number, number)


@pytest.mark.parametrize(
    ("operator", "constant", "number", "field", "text"),
    [
        (Operator.AT_LEAST, 980_000, 976_000, RATE, "差0.4个百分点"),
        (Operator.AT_LEAST, 980_000, 979_999, RATE, "差0.0001个百分点"),
        (Operator.AT_LEAST, 980_000, 980_000, RATE, ""),
        (Operator.ABOVE, 980_000, 980_000, RATE, ""),
        (Operator.AT_MOST, 500_000, 510_000, RATE, "超出1个百分点"),
        (Operator.AT_MOST, 4, 9, COUNT, "超出5"),
        (Operator.BELOW, 4, 9, COUNT, ""),
        (Operator.AT_MOST, 4, 3, COUNT, ""),
        (Operator.AT_LEAST, 12, 9, COUNT, "差3"),
        (Operator.AT_LEAST, 739_000, 738_998, DAY, "差2天"),
        (Operator.AT_LEAST, 1, 0, KIND, ""),
        (Operator.EQUAL, 5, 3, COUNT, ""),
    ],
)
def test_a_gap_is_exact(
    operator: Operator, constant: int, number: int, field: Field, text: str
) -> None:
    """In the unit of the field; only amounts have one."""
    assert gap_text(Compare("申报书", field.name, operator, constant), known(number), field) == text


def test_of_what_is_not_sure_nothing_is_said() -> None:
    """A range may keep the limit."""
    assert gap_text(Compare("申报书", "率", Operator.AT_LEAST, 5), UNKNOWN, RATE) == ""


def test_only_what_must_hold_is_a_limit() -> None:
    """Not one way of several, and not what must not be."""
    first, second = (Compare("申报书", name, Operator.AT_LEAST, 1) for name in "甲乙")
    node = AllOf((first, AllOf((second,)), AnyOf((first, second)), Not(second)))

    assert list(required(node)) == [first, second]


def test_a_letter_says_by_how_much_a_rate_falls_short(book: Callable[..., Rulebook]) -> None:
    """A rate that keeps the limit stands alone."""
    rates = {"教师账号开通率": 976_000, "学生账号开通率": 989_000}
    form = subject("申报书", "申1", **{name: Fact.known(rate) for name, rate in rates.items()})
    rulebook = book(
        "[申报书.教师账号开通率 不低于 98%, 申报书.学生账号开通率 不低于 98%]",
        告知="教师 {申报书.教师账号开通率}，学生 {申报书.学生账号开通率}。",
    )
    results = judge(rulebook, [form], at("2024-08-20 09:00"))

    (said,) = findings(rulebook, results, [form])

    assert said.text == "教师 97.6%（差0.4个百分点），学生 98.9%。"
