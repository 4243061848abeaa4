"""Compiles a rule into the small subset of durable-rules that was measured to be safe. Rules in,
patterns out.

A rule's violation (适用 and not 要求) becomes a disjunction of clauses; every clause becomes rules of
two strengths: 真 fires when the violation is certain, 可能 when it cannot be ruled out. Only
constants, equality joins and "not exists" are ever emitted: no ``$or``, no regex, no arithmetic, no
``$nex``, no comparison of two fields by order - each of those was seen to answer wrongly, to hang
or to kill the process. The engine itself does not come in here; writing patterns out for it is
``rules/engine/shards.py``.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from functools import lru_cache
from itertools import combinations, product
from typing import TypeAlias

from rules.errors import RuleFileError
from rules.language import (
    AllOf,
    AnyOf,
    Compare,
    Condition,
    Exists,
    Leaf,
    Not,
    Operator,
    Probe,
    Rule,
    Same,
)

MAX_CLAUSES = 32
MAX_ALTERNATIVES = 64
MAX_LINKS = 4  #: equalities in one 其中; each doubles the cases to tell apart, because either side may be unreadable
MAX_PATTERNS = 14  #: the engine takes 16 facts a rule

LOW, HIGH, KNOWN, KEY = ".下", ".上", ".知", ".键"
SURE, POSSIBLE = "真", "可能"
_SURELY_KNOWN = "编号"


@dataclass(frozen=True)
class Check:
    """A property of the matched fact against a constant."""

    property: str
    operator: str  #: ``=`` or one of ``$neq $gt $gte $lt $lte``
    value: int


@dataclass(frozen=True)
class Join:
    """A property of the matched fact equals a property of a fact matched before."""

    property: str
    alias: str
    other: str


Requirement: TypeAlias = Check | Join


@dataclass(frozen=True)
class Pattern:
    """One fact of ``kind`` that must be there, or (``absent``) must not."""

    alias: str
    kind: str
    requirements: tuple[Requirement, ...]
    absent: bool = False


@dataclass(frozen=True)
class EngineRule:
    """One rule for the engine; its name is ``编号#clause.alternative#strength``, from the second edition on ``编号#v1.clause...``."""

    name: str
    start: int
    end: int
    patterns: tuple[Pattern, ...]
    distinct: bool  #: two patterns may not match the same fact (needed for 另一…)


@dataclass(frozen=True)
class Literal:
    """A leaf or a 存在, wanted true or wanted false."""

    node: Leaf | Exists
    positive: bool


def property_base(node: Compare | Probe) -> str:
    """The name under which the encoder asserts what ``node`` looks at."""
    if isinstance(node, Compare):
        return f"{node.field}~差~{node.less}" if node.less else node.field
    return f"{node.field}~{node.question}{hashlib.sha256(node.argument.encode()).hexdigest()[:12]}"


@lru_cache(maxsize=4_096)
def compile_rule(rule: Rule) -> tuple[EngineRule, ...]:
    """The engine's rules for ``rule``; reading a file, checking and judging by it ask for the same.

    Raises:
        RuleFileError: E109 when it would need more clauses or patterns than the engine is trusted
        with.
    """
    compiled: list[EngineRule] = []
    try:
        clauses = _violation(rule)
        for number, clause in enumerate(clauses):
            for strength in (SURE, POSSIBLE):
                drafts = _drafts(clause, rule, sure=strength == SURE)
                compiled += [
                    _rule(
                        rule,
                        f"{number}.{i}",
                        strength,
                        draft,
                    )
                    for i, draft in enumerate(drafts)
                ]
    except _TooComplexError as error:
        raise RuleFileError(
            f"规则“{rule.id}”太复杂({error})", rule.position, "拆成几条规则", "E109"
        ) from error
    return tuple(compiled)


class _TooComplexError(Exception):
    """More clauses or patterns than allowed."""


def _violation(rule: Rule) -> list[list[Literal]]:
    return disjunction(AllOf((rule.applies, Not(rule.requirement))))


def disjunction(node: Condition, *, positive: bool = True) -> list[list[Literal]]:
    """``node`` (or its negation) as a list of clauses, each a list of literals that must
    all hold.
    """
    match node:
        case Not(item=item):
            return disjunction(item, positive=not positive)
        case AllOf(items=items) | AnyOf(items=items):
            parts = [disjunction(item, positive=positive) for item in items]
            either = isinstance(node, AnyOf) == positive
            clauses = [clause for part in parts for clause in part] if either else _products(parts)
            return _bounded(clauses)
        case _:
            return [[Literal(node, positive)]]


def _products(parts: list[list[list[Literal]]]) -> list[list[Literal]]:
    clauses: list[list[Literal]] = [[]]
    for part in parts:
        clauses = _bounded([[*left, *right] for left in clauses for right in part])
    return clauses


def _bounded(clauses: list[list[Literal]]) -> list[list[Literal]]:
    if len(clauses) > MAX_CLAUSES:
        raise _TooComplexError(f"展开后超过 {MAX_CLAUSES} 种情形")
    return clauses


# --- one clause -----------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Draft:
    """An engine rule in the making: what the bound subjects must fulfil, and the patterns that
    follow them.
    """

    own: dict[str, tuple[Requirement, ...]] = field(default_factory=dict)
    tail: tuple[Pattern, ...] = ()

    @property
    def contradictory(self) -> bool:
        """Whether some property would have to have two values: such a rule can never fire."""
        wanted = [
            {
                (
                    need.property,
                    need.value,
                )
                for need in needs
                if isinstance(need, Check) and need.operator == "="
            }
            for needs in self.own.values()
        ]
        return any(len({name for name, _ in pairs}) < len(pairs) for pairs in wanted)

    def requiring(self, needs: Iterable[tuple[str, Requirement]]) -> _Draft:
        own = dict(self.own)
        for variable, requirement in needs:
            own[variable] = tuple(dict.fromkeys((*own.get(variable, ()), requirement)))
        return replace(self, own=own)

    def followed_by(self, *patterns: Pattern) -> _Draft:
        return replace(self, tail=(*self.tail, *patterns))


def _drafts(clause: list[Literal], rule: Rule, *, sure: bool) -> list[_Draft]:
    drafts = [_Draft()]
    for number, literal in enumerate(clause):
        grown = [one for draft in drafts for one in _grow(draft, literal, rule, number, sure=sure)]
        drafts = [one for one in grown if not one.contradictory]
        if len(drafts) > MAX_ALTERNATIVES:
            raise _TooComplexError(f"展开后超过 {MAX_ALTERNATIVES} 条")
    return drafts


def _grow(
    draft: _Draft,
    literal: Literal,
    rule: Rule,
    number: int,
    *,
    sure: bool,
) -> Iterator[_Draft]:
    node = literal.node
    if isinstance(node, Compare | Probe):
        yield draft.requiring((node.variable, check) for check in checks(literal, sure=sure))
        return
    quest = _quest(node, rule, number)
    if literal.positive:
        yield from _present(draft, quest, sure=sure)
    else:
        yield from _absent(draft, quest, sure=sure)


def checks(literal: Literal, *, sure: bool) -> list[Check]:
    """The interval encoding: what must hold of ``low`` and ``high`` for a comparison to be sure, or
    possible.
    """
    node, positive = literal.node, literal.positive
    assert isinstance(node, Compare | Probe)
    base = property_base(node)
    low, high = base + LOW, base + HIGH
    operator, constant = (
        (
            node.operator,
            node.constant,
        )
        if isinstance(node, Compare)
        else (Operator.EQUAL, 1)
    )
    if operator is Operator.EQUAL:
        if positive and sure:
            return [Check(low, "=", constant), Check(high, "=", constant)]
        if positive:
            return [Check(low, "$lte", constant), Check(high, "$gte", constant)]
        return [Check(low, "$neq", constant), *([Check(base + KNOWN, "=", 1)] if sure else [])]
    symbol = _SYMBOLS[operator if positive else _NEGATED[operator]]
    lower_end = (symbol in ("$gte", "$gt")) == sure
    return [Check(low if lower_end else high, symbol, constant)]


_SYMBOLS = {
    Operator.AT_LEAST: "$gte",
    Operator.ABOVE: "$gt",
    Operator.AT_MOST: "$lte",
    Operator.BELOW: "$lt",
}
_NEGATED = {
    Operator.AT_LEAST: Operator.BELOW, Operator.BELOW: Operator.AT_LEAST,
    Operator.AT_MOST: Operator.ABOVE, Operator.ABOVE: Operator.AT_MOST,
}  # fmt: skip


@dataclass(frozen=True)
class _Link:
    """``mine`` of the fact looked for equals ``other`` of the bound ``variable``."""

    mine: str
    variable: str
    other: str

    @property
    def ways(self) -> tuple[str, ...]:
        """How the link can possibly hold: keys equal, mine unreadable, the other's unreadable."""
        mine = ("mine",) if self.mine != _SURELY_KNOWN else ()
        return ("equal", *mine, *(("other",) if self.other != _SURELY_KNOWN else ()))


@dataclass(frozen=True)
class _Quest:
    """A fact that is looked for: its kind and, per way of fulfilling 其中, its links and own conditions."""

    alias: str
    kind: str
    ways: tuple[tuple[tuple[_Link, ...], tuple[Literal, ...]], ...]


def _quest(node: Same | Exists, rule: Rule, number: int) -> _Quest:
    if isinstance(node, Same):
        # The bound fact once more (found by its own number), this time equal to the other: needs
        # ``dist: 0``.
        kind = rule.kinds[rule.kinds.index(node.variable)]
        links = (
            _Link(_SURELY_KNOWN, node.variable, _SURELY_KNOWN),
            _Link(node.field, node.other_variable, node.other_field),
        )
        return _Quest(f"自{number}", kind, ((links, ()),))
    ways = tuple(_way(clause, node.variable) for clause in disjunction(node.where))
    return _Quest(f"寻{number}", node.kind, ways)


def _way(clause: list[Literal], variable: str) -> tuple[tuple[_Link, ...], tuple[Literal, ...]]:
    links: list[_Link] = []
    for literal in clause:
        if isinstance(node := literal.node, Same):
            mine = node.variable == variable
            links.append(
                _Link(node.field, node.other_variable, node.other_field)
                if mine
                else _Link(node.other_field, node.variable, node.field)
            )
    if len(set(links)) > MAX_LINKS:
        raise _TooComplexError(f"“其中”里的“等于”超过 {MAX_LINKS} 个")
    return tuple(
        dict.fromkeys(links),
    ), tuple(literal for literal in clause if not isinstance(literal.node, Same))


def _pattern(
    quest: _Quest,
    alias: str,
    links: Iterable[_Link],
    own: Iterable[Literal],
    *,
    sure: bool,
    absent: bool,
    unknown: frozenset[str],
) -> Pattern:
    """A fact that fulfils ``own`` and ``links``, except that the fields in ``unknown`` are not
    known.
    """
    wanted: list[Requirement] = []
    for literal in own:
        wanted += checks(literal, sure=sure)
    wanted += [Check(name + KNOWN, "=", 0) for name in sorted(unknown)]
    wanted += [
        Join(
            link.mine + KEY,
            link.variable,
            link.other + KEY,
        )
        for link in links
        if link.mine not in unknown
    ]
    return Pattern(alias, quest.kind, tuple(dict.fromkeys(wanted)), absent)


def _present(draft: _Draft, quest: _Quest, *, sure: bool) -> Iterator[_Draft]:
    """存在. Possible also where the candidate's key, or the bound subject's own, could not be read."""
    for links, own in quest.ways:
        choices = [("equal",) if sure else link.ways for link in links]
        for choice in product(*choices):
            chosen = list(zip(choice, links, strict=True))
            unknown = frozenset(link.mine for how, link in chosen if how == "mine")
            kept = [link for how, link in chosen if how != "other"]
            pattern = _pattern(
                quest,
                quest.alias,
                kept,
                own,
                sure=sure,
                absent=False,
                unknown=unknown,
            )
            needs = [
                (
                    link.variable,
                    Check(link.other + KNOWN, "=", 0),
                )
                for how, link in chosen
                if how == "other"
            ]
            yield draft.requiring(needs).followed_by(pattern)


def _absent(draft: _Draft, quest: _Quest, *, sure: bool) -> Iterator[_Draft]:
    """不存在. Sure only when there is no candidate that might match, also not one whose key could not be read."""
    drafts = [draft]
    for way_number, (links, own) in enumerate(quest.ways):
        drafts = [
            grown
            for one in drafts
            for grown in _absent_way(
                one,
                quest,
                (way_number, links, own),
                sure=sure,
            )
        ]
    yield from drafts


def _absent_way(
    draft: _Draft,
    quest: _Quest,
    way: tuple[int, tuple[_Link, ...], tuple[Literal, ...]],
    *,
    sure: bool,
) -> Iterator[_Draft]:
    number, links, own = way
    alias = f"{quest.alias}_{number}_"
    if not sure:
        yield draft.followed_by(
            _pattern(quest, alias + "0", links, own, sure=True, absent=True, unknown=frozenset()),
        )
        return
    unsure = [link for link in links if "other" in link.ways]
    for readable in product((True, False), repeat=len(unsure)):
        dropped = {link for link, known in zip(unsure, readable, strict=True) if not known}
        needs = [
            (
                link.variable,
                Check(link.other + KNOWN, "=", int(link not in dropped)),
            )
            for link in unsure
        ]
        kept = [link for link in links if link not in dropped]
        patterns = [
            _pattern(quest, f"{alias}{i}", kept, own, sure=False, absent=True, unknown=unknown)
            for i, unknown in enumerate(_subsets({link.mine for link in kept} - {_SURELY_KNOWN}))
        ]
        yield draft.requiring(needs).followed_by(*patterns)


def _subsets(names: set[str]) -> list[frozenset[str]]:
    ordered = sorted(names)
    return [
        frozenset(chosen)
        for size in range(len(ordered) + 1)
        for chosen in combinations(
            ordered,
            size,
        )
    ]


# --- the finished rule ----------------------------------------------------------------------------


def _rule(rule: Rule, number: str, strength: str, draft: _Draft) -> EngineRule:
    bound: list[Pattern] = []
    for kind in rule.kinds:
        seen = {pattern.alias for pattern in bound}
        joins = [join for link in rule.links if (join := _link_join(link, kind, seen)) is not None]
        bound.append(Pattern(kind, kind, (*draft.own.get(kind, ()), *joins)))
    patterns = (*bound, *draft.tail)
    if len(patterns) > MAX_PATTERNS:
        raise _TooComplexError(f"要同时看超过 {MAX_PATTERNS} 份材料")
    edition = f"v{rule.edition}." if rule.edition else ""
    return EngineRule(
        f"{rule.id}#{edition}{number}#{strength}",
        rule.start,
        rule.end,
        patterns,
        rule.another,
    )


def _link_join(link: Same, kind: str, seen: set[str]) -> Join | None:
    """关联 as a join of the later of its two subjects to the earlier one."""
    if link.variable == kind and link.other_variable in seen:
        return Join(link.field + KEY, link.other_variable, link.other_field + KEY)
    if link.other_variable == kind and link.variable in seen:
        return Join(link.other_field + KEY, link.variable, link.field + KEY)
    return None
