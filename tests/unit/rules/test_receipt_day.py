"""Rules for papers received from or until a day: as 生效 of the whole rule, or among 适用. What the
language reference shows is what is judged here.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from rules.call import Call
from rules.facts import Fact
from rules.judge import judge
from rules.rulebook import load_rulebook
from rules.verdict import Truth
from tests.unit.rules.writing import HEAD, RULE, at, subject

REFERENCE = Path(__file__).parents[3] / "docs/rules/规则语言.md"
SECTION = "### 只管某一天起、某一天前收到的"


def shown() -> Iterator[str]:
    """The keys that the reference shows in its two blocks."""
    section = REFERENCE.read_text("utf-8").partition(SECTION)[2].partition("\n## ")[0]
    for block in section.split("```yaml\n")[1:]:
        yield block.partition("```")[0]


def truths(call: Call, keys: str, received: str, *, supported: bool = True) -> list[Truth]:
    """What a rule with ``keys`` says of an empty field received at a time."""
    inside = "".join(f"    {line}\n" for line in keys.splitlines())
    kind = "" if "针对" in keys else "    针对: 申报书\n"
    rulebook = load_rulebook(HEAD + RULE.replace("    针对: 申报书\n", kind + inside), call)
    papers = [
        subject("来件", "来件", 收到时间=int(at(received).timestamp())),
        subject("申报书", "申", 职能部门=Fact.blank(), 支持团场=supported),
    ]
    return [one.truth for one in judge(rulebook, papers, at(received))]


@pytest.mark.parametrize(
    ("received", "period", "condition"),
    [
        ("2024-08-19 23:59:59", [], [Truth.NOT_APPLICABLE]),
        ("2024-08-20 00:00:00", [Truth.VIOLATED], [Truth.VIOLATED]),
        ("2024-08-21 09:00:00", [Truth.VIOLATED], [Truth.VIOLATED]),
    ],
)
def test_both_ways_begin_with_the_first_second_of_the_day(
    call: Call, received: str, period: list[Truth], condition: list[Truth]
) -> None:
    """A rule out of its period says nothing at all; a condition that is not met is 不适用."""
    whole, part = shown()

    assert truths(call, whole, received) == period
    assert truths(call, part, received) == condition


def test_until_a_day_is_with_its_last_second(call: Call) -> None:
    """24:00 is the first second that is out."""
    until = "生效: {至: 2024-08-20 24:00}"

    assert truths(call, until, "2024-08-20 23:59:59") == [Truth.VIOLATED]
    assert truths(call, until, "2024-08-21 00:00:00") == []


def test_the_day_stands_beside_other_conditions(call: Call) -> None:
    """All of 适用 must be met."""
    _, part = shown()

    assert truths(call, part, "2024-08-21 09:00", supported=False) == [Truth.NOT_APPLICABLE]
