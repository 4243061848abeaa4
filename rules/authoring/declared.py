"""Small changes of what a rule file counts (统计) and computes (派生), each as a whole rulebook: a
number that no rule asks for correctly changes what every rule says of it. Pure.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date

from rules.authoring.changes import UNIT_NAMES, UNITS, Maker
from rules.errors import Position
from rules.language import (
    BETWEEN_DAYS,
    Derived,
    Operand,
    Operation,
    Rulebook,
    Statistic,
)
from rules.subjects import SubjectField
from rules.vocabulary import Vocabulary

_EXCHANGED = {
    Operation.DAYS: Operation.WORKDAYS, Operation.WORKDAYS: Operation.DAYS,
}  # fmt: skip


@dataclass(frozen=True)
class DeclaredMutant:
    """A rulebook with one change in what it counts or computes."""

    rulebook: Rulebook
    name: str  #: of what is changed
    position: Position
    change: str  #: in words


def declared_mutants(rulebook: Rulebook) -> Iterator[DeclaredMutant]:
    """Every mutant of the 统计 and 派生 of ``rulebook``."""
    for number, counted in enumerate(rulebook.statistics):
        before, after = rulebook.statistics[:number], rulebook.statistics[number + 1 :]
        for one, position, change in _counted_otherwise(counted, rulebook.vocabulary):
            book = replace(rulebook, statistics=(*before, one, *after))
            yield DeclaredMutant(book, counted.name, position, f"统计: {change}")
    for number, derived in enumerate(rulebook.derived):
        first, last = rulebook.derived[:number], rulebook.derived[number + 1 :]
        for other, change in _computed_otherwise(derived):
            book = replace(rulebook, derived=(*first, other, *last))
            yield DeclaredMutant(book, derived.name, derived.position, f"派生: {change}")


def _counted_otherwise(
    one: Statistic, vocabulary: Vocabulary
) -> Iterator[tuple[Statistic, Position, str]]:
    """其中 changed, members told apart by their 类别 instead of 按, 求和 as 计数."""
    maker = Maker(vocabulary, {one.kind: one.kind}, one.position)
    for each in maker.condition(one.where, removable=True):
        yield replace(one, where=each.condition), each.position, each.change
    coarse = str(SubjectField.TRACK)
    if (
        one.by
        and one.by != coarse
        and all(coarse in vocabulary[it] for it in (one.kind, one.holder))
    ):
        yield replace(one, by=coarse), one.position, f"按: {one.by} 改为 {coarse}"
    if one.summed:
        yield replace(one, summed=""), one.position, "求和 改为 计数"


def _computed_otherwise(one: Derived) -> Iterator[tuple[Derived, str]]:
    """A summand left out, the two operands exchanged, days counted otherwise, a constant moved."""
    if one.operation is Operation.SUM:
        for number in range(len(one.operands)):
            kept = (*one.operands[:number], *one.operands[number + 1 :])
            yield replace(one, operands=kept), f"去掉第 {number + 1} 项"
    else:
        yield replace(one, operands=one.operands[::-1]), "两项对调"
    if one.operation in _EXCHANGED:
        other = _EXCHANGED[one.operation]
        yield replace(one, operation=other), f"{one.operation} 改为 {other}"
    for operands, change in _moved(one):
        yield replace(one, operands=operands), change


def _moved(one: Derived) -> Iterable[tuple[tuple[Operand, ...], str]]:
    days = one.operation in BETWEEN_DAYS
    unit = 1 if days else UNITS.get(one.field.type, 1)
    name = "1天" if days else UNIT_NAMES.get(one.field.type, "1")
    for number, operand in enumerate(one.operands):
        if operand.field:
            continue
        place = f"“{date.fromordinal(operand.constant)}”" if days else f"第 {number + 1} 项"
        for step, word in ((unit, "加"), (-unit, "减")):
            moved = replace(operand, constant=operand.constant + step)
            yield (
                (*one.operands[:number], moved, *one.operands[number + 1 :]),
                f"{place}{word} {name}",
            )
