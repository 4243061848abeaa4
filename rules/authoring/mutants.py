"""How well the examples guard the rules: rules changed in one place each, and which change no
example notices. Pure.

A change is a limit moved by one unit or made (in)exclusive, a condition turned round or left out,
an outcome exchanged; only the changed rule is judged again. What the file counts (统计) and computes
(派生) is changed by ``rules/authoring/declared.py``; then every rule is.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import chain
from typing import TypeAlias

from rules.authoring.changes import Maker
from rules.authoring.declared import DeclaredMutant, declared_mutants
from rules.authoring.examples import Example, differences
from rules.declarations import LATE_NORMAL, LATE_REMIND
from rules.errors import Position
from rules.judge import RuleResult, epoch, judge, judge_again, judge_world
from rules.language import (
    Compare,
    Condition,
    Exists,
    Probe,
    Rule,
    Rulebook,
    Same,
    children,
)
from rules.logic import populate
from rules.rulebook import SILENT
from rules.values import World
from rules.verdict import Outcome
from rules.vocabulary import Vocabulary

_EXCHANGED = {
    Outcome.REJECT: Outcome.RETURN, Outcome.RETURN: Outcome.REFER,
    Outcome.REFER: Outcome.RETURN, Outcome.REMIND: Outcome.RETURN,
}  # fmt: skip


@dataclass(frozen=True)
class Mutant:
    """A rule with one change."""

    rule: Rule
    position: Position  #: of what is changed
    change: str  #: in words

    @property
    def name(self) -> str:
        """What is changed."""
        return self.rule.id


@dataclass(frozen=True)
class MutantReport:
    """What trying all mutants on all examples showed."""

    total: int
    unnoticed: tuple[Mutant | DeclaredMutant, ...]  #: in the order of the file

    @property
    def noticed(self) -> int:
        """How many mutants made at least one example fail."""
        return self.total - len(self.unnoticed)


def run_mutants(rulebook: Rulebook, examples: Iterable[Example]) -> MutantReport:
    """Try every mutant of every rule in force, and of what they count and compute, on the examples,
    which must all hold for the rules as they are.
    """
    stages = [_stage(rulebook, example) for example in examples]
    mutants: list[Mutant | DeclaredMutant] = [
        mutant
        for rule in rulebook.rules_in_force
        for mutant in (*mutants_of(rule, rulebook.vocabulary), *_late_mutants(rule, rulebook))
    ]
    mutants += declared_mutants(rulebook)
    unnoticed = [mutant for mutant in mutants if not any(stage.notices(mutant) for stage in stages)]
    return MutantReport(len(mutants), tuple(sorted(unnoticed, key=lambda mutant: mutant.position)))


def unshown_settings(rulebook: Rulebook, examples: Iterable[Example]) -> tuple[Mutant, ...]:
    """What rules say of their own for blank, unread and late material, and no example shows: with
    such a word on the wrong rule nobody would ever look at what it meets.
    """
    stages = [_stage(rulebook, example) for example in examples]
    return tuple(
        mutant
        for rule in rulebook.rules_in_force
        for mutant in (*_doubt_mutants(rule), *_late_mutants(rule, rulebook))
        if not any(stage.notices(mutant) for stage in stages)
    )


# --- trying ---------------------------------------------------------------------------------------


_Edition: TypeAlias = tuple[str, int]
"""A rule's id, and which of its wordings."""


@dataclass(frozen=True)
class _Stage:
    """One example with what each edition of the rules as they are says of it."""

    example: Example
    world: World
    late: bool
    results: Mapping[_Edition, tuple[RuleResult, ...]]

    def notices(self, mutant: Mutant | DeclaredMutant) -> bool:
        """Whether the example fails with the mutant in place of what it was made of."""
        if isinstance(mutant, DeclaredMutant):
            example = self.example
            again = judge(mutant.rulebook, example.subjects, example.received)
            return bool(differences(example, again))
        return self._fails_with(mutant.rule)

    def _fails_with(self, rule: Rule) -> bool:
        edition = (rule.id, rule.edition)
        mine = self.results.get(edition, ())
        changed = judge_again(rule, mine, self.world, late=self.late)
        if [(one.places, one.truth, one.outcome) for one in changed] == [
            (one.places, one.truth, one.outcome) for one in mine
        ]:
            return False
        others = (all_of for key, all_of in self.results.items() if key != edition)
        return bool(differences(self.example, [*chain.from_iterable(others), *changed]))


def _stage(rulebook: Rulebook, example: Example) -> _Stage:
    world = populate(rulebook, example.subjects)
    results: dict[_Edition, list[RuleResult]] = {}
    for one in judge_world(rulebook, world, example.received):
        results.setdefault((one.rule.id, one.rule.edition), []).append(one)
    of_each = {edition: tuple(found) for edition, found in results.items()}
    return _Stage(example, world, epoch(example.received) >= rulebook.deadline, of_each)


# --- making ---------------------------------------------------------------------------------------


def mutants_of(rule: Rule, vocabulary: Vocabulary) -> Iterator[Mutant]:
    """Every mutant of ``rule``."""
    maker = Maker(vocabulary, {kind: kind for kind in rule.kinds}, rule.position)
    for one in maker.condition(rule.applies, removable=True):
        yield Mutant(replace(rule, applies=one.condition), one.position, "适用: " + one.change)
    for one in maker.condition(rule.requirement, removable=True):
        yield Mutant(replace(rule, requirement=one.condition), one.position, "要求: " + one.change)
    yield from _outcome_mutants(rule)


def _outcome_mutants(rule: Rule) -> Iterator[Mutant]:
    """The outcome exchanged, and what is said of blank and unread values."""
    other = _EXCHANGED[rule.on_violated]
    yield Mutant(
        replace(rule, on_violated=other), rule.position, f"不满足: {rule.on_violated} 改为 {other}"
    )
    yield from _doubt_mutants(rule)


def _doubt_mutants(rule: Rule) -> Iterator[Mutant]:
    """未填 and 无法判断 as they would be unsaid, where the file says something of its own."""
    if rule.on_blank is not Outcome.RETURN and _asks_a_cell(rule.applies, rule.requirement):
        changed = replace(rule, on_blank=Outcome.RETURN)
        yield _otherwise(changed, "未填", rule.on_blank or SILENT, Outcome.RETURN)
    if rule.on_undecided is not Outcome.REFER:
        changed = replace(rule, on_undecided=Outcome.REFER)
        yield _otherwise(changed, "无法判断", rule.on_undecided or SILENT, Outcome.REFER)


def _asks_a_cell(*nodes: Condition) -> bool:
    """Whether a blank can decide: what is looked for (存在) is unread when it is, never blank."""
    return any(
        isinstance(node, Compare | Probe | Same)
        or (not isinstance(node, Exists) and _asks_a_cell(*children(node)))
        for node in nodes
    )


def _late_mutants(rule: Rule, rulebook: Rulebook) -> Iterator[Mutant]:
    """截止后 as the file says it, where the rule says it otherwise."""
    if rule.after_deadline is not rulebook.after_deadline:
        changed = replace(rule, after_deadline=rulebook.after_deadline)
        yield _otherwise(changed, "截止后", _late_word(rule), _late_word(changed))


def _late_word(rule: Rule) -> str:
    return LATE_NORMAL if rule.after_deadline else LATE_REMIND


def _otherwise(changed: Rule, key: str, said: str, unsaid: str) -> Mutant:
    return Mutant(changed, changed.position, f"{key}: {said} 改为 {unsaid}")
