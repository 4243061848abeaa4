"""The interpreter of the rule language: three truth values after Kleene, and the reasons. World in,
answers out.

It decides alone where the engine is absent, and it writes every explanation. The engine must not
come in here: the two are compared with each other.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import assert_never

from rules.counting import Tally, with_number
from rules.derived import with_derived
from rules.facts import METHOD_NAMES, Fact, Knowledge
from rules.language import (
    PERPETUAL,
    AllOf,
    AnyOf,
    Compare,
    Condition,
    Exists,
    Kleene,
    Leaf,
    Not,
    Operator,
    Probe,
    Rulebook,
    Same,
    children,
)
from rules.nearest import gap_text
from rules.subjects import Subject
from rules.values import (
    SHOWN_BLANK,
    SHOWN_UNKNOWN,
    Actor,
    Cell,
    World,
    actors_of,
    counts_actor,
    leaf_cell,
)
from rules.vocabulary import Vocabulary, show_value

Bound = Mapping[str, Actor]
"""Variable -> the subject it stands for."""


def populate(rulebook: Rulebook, subjects: Sequence[Subject]) -> World:
    """The world rules are judged in: the subjects, their derived fields, what is counted for each
    of them and, last, the file's own counts.
    """
    plain = actors_of(rulebook.vocabulary, tuple(subjects))
    actors = tuple(with_derived(actor, rulebook.derived, rulebook.workdays) for actor in plain)
    cells: dict[str, Cell] = {}
    for one in rulebook.statistics:
        members = [
            (evaluate(one.where, {one.kind: actor}, actors), actor)
            for actor in actors
            if actor.subject.kind == one.kind
        ]
        tally = Tally(one, members)
        if not one.by:
            cells[one.name] = tally.whole
            continue
        actors = tuple(
            with_number(actor, one, tally.of(actor)) if actor.subject.kind == one.holder else actor
            for actor in actors
        )
    counts = with_derived(counts_actor(len(actors), cells), rulebook.derived, rulebook.workdays)
    return (*actors, counts)


def evaluate(node: Condition, bound: Bound, world: World) -> Kleene:
    """Whether ``node`` holds for the subjects in ``bound``."""
    match node:  # the commonest first: this is what judging takes its time for
        case Compare():
            return _compare(node, leaf_cell(node, bound[node.variable]))
        case AllOf():
            return _weakest(node.items, bound, world)
        case Probe():
            cell = leaf_cell(node, bound[node.variable])
            return _ANSWERS[cell.low] if cell.known else Kleene.MAYBE
        case Not():
            return _OPPOSITE[evaluate(node.item, bound, world)]
        case Same():
            return _same(_pair(node, bound))
        case AnyOf():
            return _strongest(evaluate(item, bound, world) for item in node.items)
        case Exists():
            return _strongest(
                evaluate(node.where, {**bound, node.variable: one}, world)
                for one in candidates(node, bound, world)
            )
        case _:
            assert_never(node)


_ANSWERS = (Kleene.NO, Kleene.YES)  #: by what is known of a yes-or-no question
_OPPOSITE = (Kleene.YES, Kleene.MAYBE, Kleene.NO)  #: by the truth value


def _weakest(items: Sequence[Condition], bound: Bound, world: World) -> Kleene:
    """And: nothing behind what does not hold is looked at."""
    found = Kleene.YES
    for item in items:
        truth = evaluate(item, bound, world)
        if truth is Kleene.NO:
            return truth
        if truth is Kleene.MAYBE:
            found = truth
    return found


def _strongest(truths: Iterable[Kleene]) -> Kleene:
    """Or: nothing behind what holds is looked at."""
    found = Kleene.NO
    for truth in truths:
        if truth is Kleene.YES:
            return truth
        if truth is Kleene.MAYBE:
            found = truth
    return found


def candidates(node: Exists, bound: Bound, world: World) -> list[Actor]:
    """The subjects a 存在 looks at: all of its kind, for 另一… without those already bound."""
    taken = {actor.index for actor in bound.values()} if node.another else set()
    alike = (actor for actor in world if actor.subject.kind == node.kind)
    return [actor for actor in alike if actor.index not in taken]


def _pair(node: Same, bound: Bound) -> tuple[Cell, Cell]:
    return bound[node.variable].cell(node.field), bound[node.other_variable].cell(node.other_field)


def _same(cells: tuple[Cell, Cell]) -> Kleene:
    if not all(cell.known for cell in cells):
        return Kleene.MAYBE
    return Kleene.YES if cells[0].key == cells[1].key else Kleene.NO


def _compare(node: Compare, cell: Cell) -> Kleene:
    """A range against a constant: sure when the whole range agrees, possible when part of
    it does.
    """
    sure, possible = _HOLDS[node.operator](cell.low, cell.high, node.constant)
    return Kleene.YES if sure else Kleene.MAYBE if possible else Kleene.NO


_HOLDS: Mapping[Operator, Callable[[int, int, int], tuple[bool, bool]]] = {
    Operator.AT_LEAST: lambda low, high, constant: (low >= constant, high >= constant),
    Operator.ABOVE: lambda low, high, constant: (low > constant, high > constant),
    Operator.AT_MOST: lambda low, high, constant: (high <= constant, low <= constant),
    Operator.BELOW: lambda low, high, constant: (high < constant, low < constant),
    Operator.EQUAL: lambda low, high, constant: (low == high == constant, low <= constant <= high),
}


def reasons(node: Condition, bound: Bound, world: World) -> frozenset[Knowledge]:
    """Why ``node`` could not be decided: empty cells, unreadable ones, or both. Empty when it was
    decided.
    """
    if evaluate(node, bound, world) is not Kleene.MAYBE:
        return frozenset()
    match node:
        case Exists():
            return frozenset({Knowledge.UNKNOWN})
        case Same():
            return frozenset(cell.knowledge for cell in _pair(node, bound) if not cell.known)
        case Compare() | Probe():
            return frozenset({leaf_cell(node, bound[node.variable]).knowledge})
        case _:
            return frozenset().union(*(reasons(child, bound, world) for child in children(node)))


# --- explanation ----------------------------------------------------------------------------------

MARKS = {Kleene.YES: "✓", Kleene.NO: "✗", Kleene.MAYBE: "?"}
MAX_SHOWN_CANDIDATES = 5


@dataclass(frozen=True)
class Step:
    """One line of an explanation."""

    line: int  #: in the rule file
    depth: int
    text: str  #: the condition as written, or which candidate is looked at
    mark: str  #: ✓ ✗ ? or ""
    actual: str = ""  #: the value met, as a person writes it
    origin: str = ""  #: where the value comes from

    def __str__(self) -> str:
        actual = f"　实际: {self.actual}" if self.actual else ""
        origin = f"（{self.origin}）" if self.origin else ""
        return f"第{self.line}行 {'　' * self.depth}{self.mark or '·'} {self.text}{actual}{origin}"


@dataclass(frozen=True)
class Explainer:
    """Writes out how conditions came to their truth values in one world."""

    vocabulary: Vocabulary
    world: World
    limits: frozenset[Compare] = frozenset()  #: comparisons whose gap is told

    def explain(self, node: Condition, bound: Bound, depth: int = 0) -> list[Step]:
        """``node`` and everything inside it, one step a line."""
        line, text = node.source.position.line, node.source.text
        mark = MARKS[evaluate(node, bound, self.world)]
        leaf = _sentence_leaf(node)
        if leaf is not None:
            return [Step(line, depth, text, mark, *self._values(leaf, bound))]
        inner = node.item if isinstance(node, Not) and node.item.source.text == text else node
        header = [Step(line, depth, text, mark)] if text else []
        below = depth + len(header)
        if isinstance(inner, Exists):
            return header + self._candidates(inner, bound, below)
        return header + [
            step
            for child in children(inner)
            for step in self.explain(
                child,
                bound,
                below,
            )
        ]

    def _candidates(self, node: Exists, bound: Bound, depth: int) -> list[Step]:
        """The first few candidates, those that decide before those that do not fit."""
        line = node.source.position.line
        within = [{**bound, node.variable: actor} for actor in candidates(node, bound, self.world)]
        found = sorted(within, key=lambda one: -evaluate(node.where, one, self.world))
        steps: list[Step] = []
        for one in found[:MAX_SHOWN_CANDIDATES]:
            steps.append(Step(line, depth, f"候选 {one[node.variable].subject.id}", ""))
            steps += self.explain(node.where, one, depth + 1)
        if len(found) > MAX_SHOWN_CANDIDATES:
            steps.append(Step(line, depth, f"另有 {len(found) - MAX_SHOWN_CANDIDATES} 个候选", ""))
        return steps or [Step(line, depth, "没有候选", "")]

    def _values(self, leaf: Leaf, bound: Bound) -> tuple[str, str]:
        places = [(leaf.variable, leaf.field)]
        if isinstance(leaf, Same):
            places.append((leaf.other_variable, leaf.other_field))
        if isinstance(leaf, Compare) and leaf.less:
            places.append((leaf.variable, leaf.less))
        origins = [_origin(bound[variable].subject.fact(field)) for variable, field in places]
        shown = [self.shown(bound[variable], field) for variable, field in places]
        gap = self.gap(leaf, bound) if isinstance(leaf, Compare) else ""
        return "，".join(filter(None, (" / ".join(shown), gap))), "; ".join(filter(None, origins))

    def gap(self, leaf: Compare, bound: Bound) -> str:
        """How far the value is from the limit; "" when it keeps it, or is none of those told."""
        if leaf not in self.limits:
            return ""
        actor = bound[leaf.variable]
        field = self.vocabulary[actor.subject.kind].get(leaf.field)
        return gap_text(leaf, actor.cell(leaf.field), field) if field is not None else ""

    def shown(self, actor: Actor, field: str) -> str:
        """The value as a person writes it, 「未填写」 or 「未能识别」; an uncertain count as its range."""
        cell, fact = actor.cell(field), actor.subject.fact(field)
        if fact.value is not None and (cell.known or fact.knowledge is Knowledge.UNKNOWN):
            return show_value(self.vocabulary[actor.subject.kind][field], fact.value)
        if cell.knowledge is Knowledge.BLANK:
            return SHOWN_BLANK
        if cell.low == -PERPETUAL:
            return SHOWN_UNKNOWN
        kind = self.vocabulary[actor.subject.kind][field]
        return f"{show_value(kind, cell.low)}至{show_value(kind, cell.high)}"


def _sentence_leaf(node: Condition) -> Leaf | None:
    """A leaf of the one sentence that ``node`` is (属于 makes several of one), None for what spans lines."""
    while not isinstance(node, Compare | Probe | Same):
        inside = children(node)
        if not inside or inside[0].source != node.source:
            return None
        node = inside[0]
    return node


def _origin(fact: Fact) -> str:
    found = fact.provenance
    method = METHOD_NAMES.get(found.method, found.method)
    words = [word for word in (found.part, found.place, method) if word]
    return "，".join(
        [*words, f"可信度 {found.confidence:.2f}"] if words and found.confidence < 1 else words
    )
