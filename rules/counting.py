"""Counts and adds up what 统计 asks for: exact whole numbers over ranges, unknown where a member or its
value is. Members and how sure they belong in, a cell out.

Whether a subject fulfils 其中 is for ``rules/logic.py``; the engine has no part in it, it is handed
the results as ranges.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from rules.facts import Fact, Knowledge, Provenance
from rules.language import PERPETUAL, Kleene, Statistic
from rules.values import BLANK, UNKNOWN, Actor, Cell, range_cell

Members = Iterable[tuple[Kleene, Actor]]
"""Subjects of the counted kind, each with whether it fulfils 其中."""


@dataclass(frozen=True)
class _Total:
    """What some members come to: between two numbers, unless a value is empty or unreadable."""

    low: int = 0
    high: int = 0
    blank: bool = False
    unread: bool = False

    def with_member(self, member: Kleene, value: Cell) -> _Total:
        certain = member is Kleene.YES
        if value.low == -PERPETUAL:
            left_empty = certain and value.knowledge is Knowledge.BLANK
            blank, unread = self.blank or left_empty, self.unread or not left_empty
            return _Total(self.low, self.high, blank, unread)
        low = value.low if certain else min(0, value.low)
        high = value.high if certain else max(0, value.high)
        return _Total(self.low + low, self.high + high, self.blank, self.unread)

    def with_total(self, other: _Total) -> _Total:
        return _Total(
            self.low + other.low,
            self.high + other.high,
            self.blank or other.blank,
            self.unread or other.unread,
        )

    @property
    def cell(self) -> Cell:
        if self.unread or max(abs(self.low), abs(self.high)) >= PERPETUAL:
            return UNKNOWN
        return BLANK if self.blank else range_cell(self.low, self.high)


_NOTHING = _Total()


class Tally:
    """What one 统计 comes to, of the whole case and for each value of its 按."""

    def __init__(self, one: Statistic, members: Members) -> None:
        self._by = one.by
        self._alike: dict[str, _Total] = {}
        self._astray = _NOTHING  #: of those who may belong to anybody: their value is not known
        for truth, actor in members:
            if truth is Kleene.NO:
                continue
            value = actor.cell(one.summed) if one.summed else range_cell(1, 1)
            key = actor.cell(one.by)
            if one.by and not key.known:
                self._astray = self._astray.with_member(Kleene.MAYBE, value)
                continue
            total = self._alike.get(key.key, _NOTHING)
            self._alike[key.key] = total.with_member(truth, value)

    @property
    def whole(self) -> Cell:
        """Of every member; without 按 all of them are alike."""
        return self._alike.get("", _NOTHING).cell

    def of(self, holder: Actor) -> Cell:
        """Of the members whose value is that of ``holder``; without one there is no number."""
        key = holder.cell(self._by)
        if not key.known:
            return BLANK if key.knowledge is Knowledge.BLANK else UNKNOWN
        return self._alike.get(key.key, _NOTHING).with_total(self._astray).cell


def with_number(holder: Actor, one: Statistic, cell: Cell) -> Actor:
    """``holder`` with its own number of ``one`` as a field."""
    facts = {**holder.subject.fields, one.name: _fact(one, cell)}
    subject = holder.subject.model_copy(update={"fields": facts})
    return Actor(holder.index, subject, {**holder.cells, one.name: cell})


def _fact(one: Statistic, cell: Cell) -> Fact:
    origin = Provenance(method=f"{one.kind}按“{one.by}”统计")
    if cell.known:
        return Fact.known(cell.low, origin)
    return Fact.blank(origin) if cell.knowledge is Knowledge.BLANK else Fact.unknown(origin)
