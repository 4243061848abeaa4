"""Computes 派生 values: exact whole numbers over ranges, unknown where an operand is. Actors in, actors out.

The engine has no part in it (its own arithmetic was seen to kill the process): it is handed the
results as ranges.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from fractions import Fraction

from rules.facts import Fact, Knowledge, Provenance
from rules.language import PERPETUAL, Derived, Operand, Operation
from rules.values import BLANK, UNKNOWN, Actor, Cell
from rules.workdays import Workdays

PERCENT_UNIT = 1_000_000
_DAY, _BEIJING = 86_400, 8 * 3_600
_EPOCH_DAY = date(1970, 1, 1).toordinal()

Range = tuple[int, int]


def with_derived(actor: Actor, derivations: Iterable[Derived], workdays: Workdays) -> Actor:
    """``actor`` with the 派生 values of its kind, computed in the order of the file."""
    own = [one for one in derivations if one.kind == actor.subject.kind]
    if not own:
        return actor
    cells, facts = dict(actor.cells), dict(actor.subject.fields)
    for one in own:
        cell = derive(one, cells, workdays)
        cells[one.name] = cell
        facts[one.name] = _fact(one, cell)
    return Actor(actor.index, actor.subject.model_copy(update={"fields": facts}), cells)


def derive(one: Derived, cells: dict[str, Cell], workdays: Workdays) -> Cell:
    """The value of ``one``: blank where an operand is blank, unknown where one is unreadable.

    A ratio between two parts per million is the range of both: compared with a limit it is decided
    exactly, except closer to the limit than one part per million, where it stays undecided.
    """
    operands = [_operand(operand, cells) for operand in one.operands]
    unreadable = [cell for cell in operands if not cell.known and cell.low == -PERPETUAL]
    if unreadable:
        return BLANK if all(cell.knowledge is Knowledge.BLANK for cell in unreadable) else UNKNOWN
    found = _computed(one.operation, [(cell.low, cell.high) for cell in operands], workdays)
    if found is None or max(map(abs, found)) >= PERPETUAL:
        return UNKNOWN
    known = all(cell.known for cell in operands)
    return Cell(
        Knowledge.KNOWN if known else Knowledge.UNKNOWN,
        *found,
        key=_key(one.operation, found, operands),
    )


def _operand(operand: Operand, cells: dict[str, Cell]) -> Cell:
    if not operand.field:
        return Cell(Knowledge.KNOWN, operand.constant, operand.constant)
    cell = cells.get(operand.field, UNKNOWN)
    if not operand.seconds or not cell.known:
        return cell
    day = _EPOCH_DAY + (cell.low + _BEIJING) // _DAY
    return Cell(Knowledge.KNOWN, day, day)


def _computed(operation: Operation, ranges: Sequence[Range], workdays: Workdays) -> Range | None:
    if operation is Operation.SUM:
        return sum(low for low, _ in ranges), sum(high for _, high in ranges)
    (first_low, first_high), (second_low, second_high) = ranges
    match operation:
        case Operation.DIFFERENCE:
            return first_low - second_high, first_high - second_low
        case Operation.RATIO:
            return _ratio(ranges[0], ranges[1])
        case Operation.DAYS:
            return second_low - first_high, second_high - first_low
        case Operation.YEARS:
            years = _years(first_low, second_low)
            return years, years
        case _:
            days = workdays.between(first_low, second_low)
            return None if days is None else (days, days)


def _years(first: int, last: int) -> int:
    """Whole years between two days, negative when ``last`` is earlier; who was born on 29 February
    is a year older on 1 March of other years.
    """
    if first > last:
        return -_years(last, first)
    begin, end = date.fromordinal(first), date.fromordinal(last)
    return end.year - begin.year - ((end.month, end.day) < (begin.month, begin.day))


def _ratio(part: Range, whole: Range) -> Range | None:
    """Parts per million, the lower end rounded down and the upper end up; None where the whole may
    be nothing.
    """
    if whole[0] <= 0:
        return None
    low = min(part[0] * PERCENT_UNIT // end for end in whole)
    high = max(-(-part[1] * PERCENT_UNIT // end) for end in whole)
    return low, high


def _key(operation: Operation, found: Range, operands: Sequence[Cell]) -> str:
    """Two ratios are equal when their fractions are, not when they round alike."""
    if operation is Operation.RATIO and found[0] != found[1]:
        return str(Fraction(operands[0].low, operands[1].low))
    return str(found[0])


def _fact(one: Derived, cell: Cell) -> Fact:
    words = "、".join(operand.field for operand in one.operands if operand.field)
    origin = Provenance(method=f"由{words}按“{one.operation}”算出")
    if cell.known:
        return Fact.known(cell.low, origin)
    return Fact.blank(origin) if cell.knowledge is Knowledge.BLANK else Fact.unknown(origin)
