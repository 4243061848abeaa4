"""Judges a case by a rule file: results per rule and binding, then findings in words. Pure.

The engine is not asked and not known here; ``rules/engine/agreement.py`` compares what it said with
what is said here.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import product

from rules.facts import Knowledge
from rules.language import AllOf, Compare, Kleene, Not, Rule, Rulebook
from rules.logic import Bound, Explainer, Step, evaluate, populate, reasons
from rules.nearest import POINTS, required
from rules.subjects import Subject
from rules.values import World
from rules.verdict import Finding, Outcome, Truth


@dataclass(frozen=True)
class RuleResult:
    """What one rule said of one combination of subjects."""

    rule: Rule
    subjects: tuple[str, ...]  #: their ids
    places: tuple[int, ...]  #: their places in the world, unique where ids might not be
    truth: Truth
    outcome: Outcome | None  #: what follows; None when nothing is to be said


def judge(
    rulebook: Rulebook,
    subjects: Sequence[Subject],
    received: datetime,
) -> tuple[RuleResult, ...]:
    """Every rule in force at ``received``, for every combination of its subjects, in the order of
    file and subjects.

    ``received`` is the aware instant at which the server received the mail; parts of a second are
    cut off.
    """
    return judge_world(rulebook, populate(rulebook, subjects), received)


def judge_world(rulebook: Rulebook, world: World, received: datetime) -> tuple[RuleResult, ...]:
    """The same for a world that is populated already."""
    instant = epoch(received)
    late = instant >= rulebook.deadline
    return tuple(
        one
        for rule in rulebook.rules_in_force
        for one in judge_rule(
            rule,
            world,
            instant,
            late=late,
        )
    )


def judge_rule(rule: Rule, world: World, instant: int, *, late: bool) -> tuple[RuleResult, ...]:
    """One rule for every combination of its subjects; nothing when it is not in force at
    ``instant``.
    """
    if not rule.start <= instant < rule.end:
        return ()
    return tuple(_result(rule, bound, world, late=late) for bound in bindings(rule, world))


def judge_again(
    rule: Rule, results: Iterable[RuleResult], world: World, *, late: bool
) -> tuple[RuleResult, ...]:
    """``rule`` for the combinations of subjects that ``results`` are of, those of a rule of the
    same kinds and links.
    """
    return tuple(
        _result(rule, _bound(rule, result.places, world), world, late=late) for result in results
    )


def _bound(rule: Rule, places: Iterable[int], world: World) -> Bound:
    return dict(zip(rule.kinds, (world[place] for place in places), strict=True))


def epoch(received: datetime) -> int:
    """Whole seconds since the epoch; 23:59:59.9 is still 23:59:59.

    Raises:
        ValueError: for a naive time, which could be eight hours wrong.
    """
    if received.tzinfo is None:
        raise ValueError("the received time must be aware")
    return int(received.timestamp() // 1)


def bindings(rule: Rule, world: World) -> list[Bound]:
    """The combinations of subjects the rule speaks about: those that its 关联 surely links."""
    groups = [[actor for actor in world if actor.subject.kind == kind] for kind in rule.kinds]
    combined = [dict(zip(rule.kinds, chosen, strict=True)) for chosen in product(*groups)]
    if not rule.links:
        return list[Bound](combined)
    return [
        bound
        for bound in combined
        if all(
            evaluate(
                link,
                bound,
                world,
            )
            is Kleene.YES
            for link in rule.links
        )
    ]


def _result(rule: Rule, bound: Bound, world: World, *, late: bool) -> RuleResult:
    truth = _truth(rule, bound, world)
    outcome = _outcome(rule, truth)
    if outcome is not None and late and not rule.after_deadline:
        outcome = Outcome.REMIND
    actors = tuple(bound.values())
    ids = tuple(actor.subject.id for actor in actors)
    return RuleResult(rule, ids, tuple(actor.index for actor in actors), truth, outcome)


def _outcome(rule: Rule, truth: Truth) -> Outcome | None:
    if truth is Truth.VIOLATED:
        return rule.on_violated
    if truth is Truth.BLANK:
        return rule.on_blank
    return rule.on_undecided if truth is Truth.UNDECIDED else None


def _truth(rule: Rule, bound: Bound, world: World) -> Truth:
    """Whether it applies and what it requires is not so."""
    applies = evaluate(rule.applies, bound, world)
    if applies is Kleene.NO:
        return Truth.NOT_APPLICABLE
    holds = evaluate(rule.requirement, bound, world)
    if holds is Kleene.YES:
        return Truth.SATISFIED
    if holds is Kleene.NO and applies is Kleene.YES:
        return Truth.VIOLATED
    violation = AllOf((rule.applies, Not(rule.requirement)))
    blank = reasons(violation, bound, world) == {Knowledge.BLANK}
    return Truth.BLANK if blank else Truth.UNDECIDED


# --- findings -------------------------------------------------------------------------------------

_PLACEHOLDER = re.compile(r"\{([^{}.]+)\.([^{}]+)\}")
_WWW = re.compile(r"\b(www)\.", re.IGNORECASE | re.ASCII)
#: An instant as it is shown; a letter says it to the minute, the trace to the second.
_SECONDS = re.compile(r"(\d{4}年\d{1,2}月\d{1,2}日 \d\d:\d\d):\d\d")


def findings(
    rulebook: Rulebook,
    results: Iterable[RuleResult],
    subjects: Sequence[Subject],
) -> tuple[Finding, ...]:
    """The results something follows from, in words an applicant understands, in the order of the
    results.
    """
    narrator = Narrator(rulebook, populate(rulebook, subjects))
    return tuple(narrator.finding(result) for result in results if result.outcome is not None)


def _unlinked(words: str) -> str:
    """What a stranger wrote, as text of which no mail program makes a link; the office's own words
    around it may hold one.
    """
    return _WWW.sub(r"\1．", words.replace("://", "：//"))


@dataclass(frozen=True)
class Narrator:
    """Puts results of one world into words."""

    rulebook: Rulebook
    world: World

    def finding(self, result: RuleResult) -> Finding:
        """The finding of a result that has an outcome.

        Raises:
            ValueError: when it has none.
        """
        if result.outcome is None:
            raise ValueError("nothing follows from this result")
        rule = result.rule
        return Finding(
            rule=rule.id,
            title=rule.title,
            clause=rule.clause,
            outcome=result.outcome,
            truth=result.truth,
            text=self._text(result),
            subjects=result.subjects,
            line=rule.position.line,
            evidence=tuple(str(step) for step in self.trace(result)),
            brief=rule.brief,
            instead=rule.instead,
        )

    def trace(self, result: RuleResult) -> list[Step]:
        """How the result came about, one condition a step."""
        bound, wanted = self._bound(result), result.rule.requirement
        explainer = Explainer(self.rulebook.vocabulary, self.world)
        asking = replace(explainer, limits=frozenset(required(wanted)))
        return explainer.explain(result.rule.applies, bound) + asking.explain(wanted, bound)

    def _bound(self, result: RuleResult) -> Bound:
        return _bound(result.rule, result.places, self.world)

    def _text(self, result: RuleResult) -> str:
        rule = result.rule
        if result.truth is Truth.UNDECIDED:
            message = (
                rule.doubt_message
                or f"“{rule.title}”一项未能自动核实，将由工作人员核验，贵单位暂不需要处理。"
            )
        else:
            message = rule.message or f"“{rule.title}”一项不符合要求，请对照通知核对后补正。"
        return self._filled(message, self._bound(result), tuple(required(rule.requirement)))

    def _filled(self, message: str, bound: Bound, limits: Sequence[Compare]) -> str:
        """``message`` with its values; behind a rate that falls short, by how much."""
        explainer = Explainer(self.rulebook.vocabulary, self.world, frozenset(limits))
        gaps = {(leaf.variable, leaf.field): explainer.gap(leaf, bound) for leaf in limits}

        def shown(match: re.Match[str]) -> str:
            gap = gaps.get((match[1], match[2]), "")
            rate = f"（{gap}）" if gap.endswith(POINTS) else ""
            words = explainer.shown(bound[match[1]], match[2])
            return _unlinked(_SECONDS.sub(r"\1", words)) + rate

        return _PLACEHOLDER.sub(shown, message)
