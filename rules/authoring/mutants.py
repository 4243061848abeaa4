"""How well the examples guard the rules: rules changed in one place each, and which change no
example notices. Pure.

A change is a limit moved by one unit or made (in)exclusive, a condition turned round or left out,
an outcome exchanged; only the changed rule is judged again. What the file counts (统计) and computes
(派生) is changed by ``rules/authoring/declared.py``; then every rule is.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from rules.authoring.changes import Maker
from rules.authoring.declared import DeclaredMutant, declared_mutants
from rules.authoring.examples import Example, differences
from rules.errors import Position
from rules.judge import RuleResult, epoch, judge, judge_rule, judge_world
from rules.language import (
    Rule,
    Rulebook,
)
from rules.logic import populate
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
        for mutant in mutants_of(rule, rulebook.vocabulary)
    ]
    mutants += declared_mutants(rulebook)
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

    def notices(self, mutant: Mutant | DeclaredMutant) -> bool:
        """Whether the example fails with the mutant in place of what it was made of."""
        if isinstance(mutant, DeclaredMutant):
            example = self.example
            again = judge(mutant.rulebook, example.subjects, example.received)
            return bool(differences(example, again))
        return self._fails_with(mutant.rule)

    def _fails_with(self, rule: Rule) -> bool:
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
    maker = Maker(vocabulary, {kind: kind for kind in rule.kinds}, rule.position)
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
