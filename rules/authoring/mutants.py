"""How well the examples guard the rules: rules changed in one place each, and which change no
example notices. Pure.

A change is a limit moved by one unit or made (in)exclusive, a condition turned round or left out,
an outcome exchanged. Only the changed rule is judged again. What the file counts (统计) and computes
(派生) is not changed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace

from rules.authoring.examples import Example, differences
from rules.errors import Position
from rules.judge import RuleResult, epoch, judge_rule, judge_world
from rules.language import (
    AllOf,
    AnyOf,
    Compare,
    Condition,
    Exists,
    Not,
    Operator,
    Probe,
    Rule,
    Rulebook,
    Same,
)
from rules.logic import populate
from rules.values import World
from rules.verdict import Outcome
from rules.vocabulary import ORDERED, FieldType, Vocabulary, counts_in_ten_thousands

#: people write percentages and decimals to two places, money to 元 or 0.01万元; all else changes by one
_UNITS = {FieldType.PERCENT: 100, FieldType.DECIMAL: 10_000, FieldType.MONEY: 100}
_UNIT_NAMES = {
    FieldType.PERCENT: "0.01%", FieldType.DECIMAL: "0.01", FieldType.MONEY: "1元",
    FieldType.DATE: "1天", FieldType.INSTANT: "1秒",
}  # fmt: skip
_BOUNDARY = {
    Operator.AT_LEAST: Operator.ABOVE, Operator.ABOVE: Operator.AT_LEAST,
    Operator.AT_MOST: Operator.BELOW, Operator.BELOW: Operator.AT_MOST,
}  # fmt: skip
_EXCHANGED = {
    Outcome.REJECT: Outcome.RETURN, Outcome.RETURN: Outcome.REFER,
    Outcome.REFER: Outcome.RETURN, Outcome.REMIND: Outcome.RETURN,
}  # fmt: skip
_ALWAYS = AllOf(())


@dataclass(frozen=True)
class Mutant:
    """A rule with one change."""

    rule: Rule
    position: Position  #: of what is changed
    change: str  #: in words


@dataclass(frozen=True)
class MutantReport:
    """What trying all mutants on all examples showed."""

    total: int
    unnoticed: tuple[Mutant, ...]  #: in the order of the file

    @property
    def noticed(self) -> int:
        """How many mutants made at least one example fail."""
        return self.total - len(self.unnoticed)


def run_mutants(rulebook: Rulebook, examples: Iterable[Example]) -> MutantReport:
    """Try every mutant of every rule in force on the examples, which must all hold for the rules as
    they are.
    """
    stages = [_stage(rulebook, example) for example in examples]
    mutants = [
        mutant
        for rule in rulebook.rules_in_force
        for mutant in mutants_of(
            rule,
            rulebook.vocabulary,
        )
    ]
    unnoticed = [mutant for mutant in mutants if not any(stage.notices(mutant) for stage in stages)]
    return MutantReport(len(mutants), tuple(sorted(unnoticed, key=lambda mutant: mutant.position)))


# --- trying ---------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Stage:
    """One example with what the rules as they are say of it."""

    example: Example
    world: World
    instant: int
    late: bool
    results: tuple[RuleResult, ...]

    def notices(self, mutant: Mutant) -> bool:
        """Whether the example fails with the mutant in its rule's place."""
        rule = mutant.rule
        edition = (rule.id, rule.edition)
        mine = [one for one in self.results if (one.rule.id, one.rule.edition) == edition]
        if not rule.start <= self.instant < rule.end:
            return False
        changed = judge_rule(rule, self.world, self.instant, late=self.late)
        if [(one.places, one.truth, one.outcome) for one in changed] == [
            (one.places, one.truth, one.outcome) for one in mine
        ]:
            return False
        others = [one for one in self.results if one not in mine]
        return bool(differences(self.example, [*others, *changed]))


def _stage(rulebook: Rulebook, example: Example) -> _Stage:
    world = populate(rulebook, example.subjects)
    instant = epoch(example.received)
    results = judge_world(rulebook, world, example.received)
    return _Stage(example, world, instant, instant >= rulebook.deadline, results)


# --- making ---------------------------------------------------------------------------------------


def mutants_of(rule: Rule, vocabulary: Vocabulary) -> Iterator[Mutant]:
    """Every mutant of ``rule``."""
    maker = _Maker(vocabulary, {kind: kind for kind in rule.kinds}, rule.position)
    for one in maker.condition(rule.applies, removable=True):
        yield Mutant(replace(rule, applies=one.condition), one.position, "适用: " + one.change)
    for one in maker.condition(rule.requirement, removable=True):
        yield Mutant(replace(rule, requirement=one.condition), one.position, "要求: " + one.change)
    yield from _outcome_mutants(rule)


def _outcome_mutants(rule: Rule) -> Iterator[Mutant]:
    """The outcome exchanged; those for blank and unread values where the file says something of its
    own.
    """
    other = _EXCHANGED[rule.on_violated]
    yield Mutant(
        replace(rule, on_violated=other), rule.position, f"不满足: {rule.on_violated} 改为 {other}"
    )
    if rule.on_blank is not Outcome.RETURN:
        yield Mutant(
            replace(rule, on_blank=Outcome.RETURN),
            rule.position,
            f"未填: {rule.on_blank or '不提示'} 改为 {Outcome.RETURN}",
        )
    if rule.on_undecided is not Outcome.REFER:
        said = f"无法判断: {rule.on_undecided or '不提示'} 改为 {Outcome.REFER}"
        yield Mutant(replace(rule, on_undecided=Outcome.REFER), rule.position, said)


@dataclass(frozen=True)
class _Change:
    condition: Condition
    position: Position
    change: str


@dataclass(frozen=True)
class _Maker:
    """Makes the changed copies of one rule's conditions."""

    vocabulary: Vocabulary
    kinds: dict[str, str]  #: variable -> kind
    fallback: Position

    def condition(self, node: Condition, *, removable: bool) -> Iterator[_Change]:
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

    def _group(self, node: AllOf | AnyOf) -> Iterator[_Change]:
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
    ) -> Iterator[_Change]:
        maker = self
        if isinstance(node, Exists):
            maker = replace(self, kinds={**self.kinds, node.variable: node.kind})
        for one in maker.condition(inner, removable=False):
            yield replace(one, condition=rebuild(one.condition))

    def _limits(self, node: Compare) -> Iterator[_Change]:
        field = self.vocabulary[self.kinds[node.variable]][node.field]
        if field.type not in ORDERED:
            return
        unit, name = _UNITS.get(field.type, 1), _UNIT_NAMES.get(field.type, "1")
        if field.type is FieldType.MONEY and counts_in_ten_thousands(field):
            unit, name = 10_000, "0.01万元"
        yield self._change(node, replace(node, constant=node.constant + unit), f"界限加 {name}")
        yield self._change(node, replace(node, constant=node.constant - unit), f"界限减 {name}")
        yield self._change(
            node, replace(node, operator=_BOUNDARY[node.operator]), "恰好等于界限时反过来"
        )

    def _change(self, node: Condition, changed: Condition, what: str) -> _Change:
        place = node.source.position if node.source.text else self.fallback
        return _Change(changed, place, f"“{node.source.text}”{what}" if node.source.text else what)


def _rebuilt_exists(node: Exists) -> Callable[[Condition], Condition]:
    return lambda inner: replace(node, where=inner)


def _left_out(node: AllOf | AnyOf, item: Condition, *, sentence: bool) -> str:
    return f"去掉第 {node.items.index(item) + 1} 个值" if sentence else "去掉"
