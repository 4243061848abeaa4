"""How far a value is from what a rule requires: ``差0.4个百分点``. Conditions and cells in, words out.

Exact numbers only: of a value that is not surely known nothing is said.
"""

from __future__ import annotations

from collections.abc import Iterator

from rules.language import AllOf, Compare, Condition, Operator
from rules.values import Cell
from rules.vocabulary import Field, FieldType, show_value

POINTS = "个百分点"
"""What a gap between rates is counted in; a letter names such gaps."""
_PPM_OF_A_POINT = 10_000


def required(node: Condition) -> Iterator[Compare]:
    """The comparisons with a limit that must all hold; none that is one way of several."""
    if isinstance(node, Compare) and not node.less:
        yield node
    elif isinstance(node, AllOf):
        for item in node.items:
            yield from required(item)


def gap_text(node: Compare, cell: Cell, field: Field) -> str:
    """How far ``cell`` is from a limit that counts itself; "" when it keeps it, is not known or is
    no amount.
    """
    if not cell.known:
        return ""
    below, above = node.constant - cell.low, cell.low - node.constant
    if node.operator is Operator.AT_LEAST and below > 0:
        return _amount("差", below, field)
    if node.operator is Operator.AT_MOST and above > 0:
        return _amount("超出", above, field)
    return ""


def _amount(word: str, number: int, field: Field) -> str:
    match field.type:
        case FieldType.PERCENT:
            return f"{word}{number / _PPM_OF_A_POINT:g}{POINTS}"
        case FieldType.INTEGER | FieldType.DECIMAL | FieldType.MONEY:
            return f"{word}{show_value(field, number)}"
        case FieldType.DATE:
            return f"{word}{number}天"
        case _:
            return ""
