"""Every small change of a condition: limits moved by one unit or made (in)exclusive, sentences
turned round or left out. Pure.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from rules.errors import Position
from rules.language import AllOf, AnyOf, Compare, Condition, Exists, Not, Operator, Probe, Same
from rules.vocabulary import ORDERED, FieldType, Vocabulary, counts_in_ten_thousands

#: people write percentages and decimals to two places, money to 元 or 0.01万元; all else changes by one
UNITS = {FieldType.PERCENT: 100, FieldType.DECIMAL: 10_000, FieldType.MONEY: 100}
UNIT_NAMES = {
    FieldType.PERCENT: "0.01%", FieldType.DECIMAL: "0.01", FieldType.MONEY: "1元",
    FieldType.DATE: "1天", FieldType.INSTANT: "1秒",
}  # fmt: skip
_BOUNDARY = {
    Operator.AT_LEAST: Operator.ABOVE, Operator.ABOVE: Operator.AT_LEAST,
    Operator.AT_MOST: Operator.BELOW, Operator.BELOW: Operator.AT_MOST,
}  # fmt: skip
_ALWAYS = AllOf(())


@dataclass(frozen=True)
class Change:
    """A condition with one change in it."""

    condition: Condition
    position: Position
    change: str


@dataclass(frozen=True)
class Maker:
    """Makes the changed copies of one rule's conditions."""

    vocabulary: Vocabulary
    kinds: dict[str, str]  #: variable -> kind
    fallback: Position

    def condition(self, node: Condition, *, removable: bool) -> Iterator[Change]:
        """``node`` with one change in it; ``removable`` when leaving it out means something."""
        if isinstance(node, AllOf | AnyOf):
            yield from self._group(node)
            return
        if isinstance(node, Compare):
            yield from self._limits(node)
        elif isinstance(node, Exists):
            yield from self._inside(node, node.where, _rebuilt_exists(node))
        elif isinstance(node, Not) and not isinstance(node.item, Compare | Probe | Same):
            yield from self._inside(node, node.item, lambda inner: Not(inner, node.source))
        yield self._change(
            node, node.item if isinstance(node, Not) else Not(node, node.source), "反过来"
        )
        if removable:
            yield self._change(node, _ALWAYS, "去掉")

    def _group(self, node: AllOf | AnyOf) -> Iterator[Change]:
        sentence = bool(
            node.items,
        ) and all(item.source == node.source and node.source.text for item in node.items)
        if sentence:  # 属于: one sentence, several values
            yield self._change(node, Not(node, node.source), "反过来")
        for number, item in enumerate(node.items):
            before, after = node.items[:number], node.items[number + 1 :]
            if before or after or isinstance(node, AllOf):
                yield self._change(
                    item,
                    replace(node, items=before + after),
                    _left_out(node, item, sentence=sentence),
                )
            if not sentence or isinstance(node, AllOf):  # of 介于 each limit is moved
                for one in self.condition(item, removable=False):
                    yield replace(
                        one,
                        condition=replace(node, items=(*before, one.condition, *after)),
                    )

    def _inside(
        self, node: Condition, inner: Condition, rebuild: Callable[[Condition], Condition]
    ) -> Iterator[Change]:
        maker = self
        if isinstance(node, Exists):
            maker = replace(self, kinds={**self.kinds, node.variable: node.kind})
        for one in maker.condition(inner, removable=False):
            yield replace(one, condition=rebuild(one.condition))

    def _limits(self, node: Compare) -> Iterator[Change]:
        field = self.vocabulary[self.kinds[node.variable]][node.field]
        if field.type not in ORDERED:
            return
        unit, name = UNITS.get(field.type, 1), UNIT_NAMES.get(field.type, "1")
        if field.type is FieldType.MONEY and counts_in_ten_thousands(field):
            unit, name = 10_000, "0.01万元"
        yield self._change(node, replace(node, constant=node.constant + unit), f"界限加 {name}")
        yield self._change(node, replace(node, constant=node.constant - unit), f"界限减 {name}")
        yield self._change(
            node, replace(node, operator=_BOUNDARY[node.operator]), "恰好等于界限时反过来"
        )

    def _change(self, node: Condition, changed: Condition, what: str) -> Change:
        place = node.source.position if node.source.text else self.fallback
        return Change(changed, place, f"“{node.source.text}”{what}" if node.source.text else what)


def _rebuilt_exists(node: Exists) -> Callable[[Condition], Condition]:
    return lambda inner: replace(node, where=inner)


def _left_out(node: AllOf | AnyOf, item: Condition, *, sentence: bool) -> str:
    return f"去掉第 {node.items.index(item) + 1} 个值" if sentence else "去掉"
