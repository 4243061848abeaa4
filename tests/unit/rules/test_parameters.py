"""Parameters that change at dates: every received time has exactly one value, and the engine is
told the same.
"""

from __future__ import annotations

import pytest

from rules.call import Call
from rules.engine.shards import compile_rulebook
from rules.errors import RuleFileError
from rules.judge import judge
from rules.language import PERPETUAL, Rulebook
from rules.rulebook import check_rulebook, load_rulebook
from rules.verdict import Truth
from tests.unit.rules.writing import HEAD, RULE, at, subject

DATED = """参数:
  下限:
    - {值: 98%, 依据: 甲}
    - {自: 2024-08-20, 值: 97.5%, 依据: 乙}
    - {自: 2024-08-25 12:00, 值: 97%}
"""
RATE = RULE.replace("申报书.职能部门 已填写", "申报书.教师账号开通率 不低于 下限")


def dated(call: Call, head: str = DATED, rules: str = RATE) -> Rulebook:
    return load_rulebook(HEAD + head + rules, call)


@pytest.mark.parametrize(
    ("received", "rate", "truth"),
    [
        ("2024-08-19T23:59:59", 979_999, Truth.VIOLATED),
        ("2024-08-20T00:00:00", 975_000, Truth.SATISFIED),
        ("2024-08-25T11:59:59", 974_999, Truth.VIOLATED),
        ("2024-08-25T12:00:00", 970_000, Truth.SATISFIED),
        ("2030-01-01T00:00:00", 969_999, Truth.VIOLATED),
        ("1999-01-01T00:00:00", 980_000, Truth.SATISFIED),
    ],
)
def test_the_value_in_force_at_the_received_time_counts(
    call: Call,
    received: str,
    rate: int,
    truth: Truth,
) -> None:
    """The first value holds from the beginning, each later one from its own first second."""
    (result,) = judge(dated(call), [subject("申报书", "申1", 教师账号开通率=rate)], at(received))

    assert result.truth is truth


def test_a_rule_has_one_edition_for_every_period_and_no_more(call: Call) -> None:
    """A rule that does not name the parameter stays one rule."""
    other = RULE.removeprefix("规则:\n").replace("R1", "R2")
    rules = dated(call, rules=RATE + other).rules

    assert [(rule.id, rule.edition) for rule in rules] == [
        ("R1", 0),
        ("R1", 1),
        ("R1", 2),
        ("R2", 0),
    ]
    assert [rule.end for rule in rules[:2]] == [rule.start for rule in rules[1:3]]
    assert (rules[0].start, rules[2].end) == (-PERPETUAL, PERPETUAL)
    assert (rules[3].start, rules[3].end) == (-PERPETUAL, PERPETUAL)


def test_every_edition_has_a_name_of_its_own_in_the_engine(call: Call) -> None:
    """Two rules of one name would overwrite each other."""
    (shard,) = compile_rulebook(dated(call)).shards

    assert [rule.name for rule in shard.rules] == [
        f"R1#{edition}0.0#{strength}"
        for edition in ("", "v1.", "v2.")
        for strength in ("真", "可能")
    ]


def test_a_period_of_the_rule_itself_narrows_its_editions(call: Call) -> None:
    """Outside of it there is none."""
    rules = dated(
        call, rules=RATE + "    生效: {自: 2024-08-20 00:00, 至: 2024-08-25 12:00}\n"
    ).rules

    assert [(rule.edition, rule.end - rule.start) for rule in rules] == [
        (0, 5 * 86_400 + 12 * 3_600),
    ]


def test_a_parameter_may_give_its_clause(call: Call) -> None:
    """As a plain value, with 依据, or dated."""
    found = dated(call, "参数: {甲: 98%, 乙: {值: 5, 依据: 三(一)}}\n", RULE).parameters

    assert [(one.at(0), one.values[0].clause) for one in (found["甲"], found["乙"])] == [
        ("98%", ""),
        ("5", "三(一)"),
    ]


def test_a_period_that_no_edition_is_left_of_is_an_error_too(call: Call) -> None:
    """Each edition has a period of its own, and it lies in the other's time."""
    head = """参数:
  起: [{值: 2024-08-25 00:00}, {自: 2024-08-20, 值: 2024-08-01 00:00}]
  止: [{值: 2024-08-30 00:00}, {自: 2024-08-20, 值: 2024-08-10 00:00}]
"""
    with pytest.raises(RuleFileError) as caught:
        dated(call, head, RULE + "    生效: {自: 起, 至: 止}\n")
    assert caught.value.message == "“生效”的“自”不早于“至”, 规则永远用不上"
    assert caught.value.position == (7, 5)


def test_a_rule_that_is_too_complex_in_every_period_is_told_once(call: Call) -> None:
    """One rule, one complaint."""
    words = ", ".join(f"申报书.教师账号开通率 不低于 {number}%" for number in range(40))
    many = RULE.replace("申报书.职能部门 已填写", f"[申报书.教师账号开通率 不低于 下限, {words}]")
    (error,) = check_rulebook(HEAD + DATED + many, call)

    assert error.code == "E109"
