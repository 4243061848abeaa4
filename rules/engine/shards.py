"""Writes compiled rules and facts out as the engine takes them: plain JSON-able dictionaries, in
shards.

The engine hangs, loses facts or refuses above certain sizes (measured: 512 first conditions, 64
conditions matched by one fact, 255 rules sharing a first condition), so a rule file is spread over
several small rule sets. The engine itself does not come in here: this is what the parent process
prepares and the child process runs.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from itertools import count, takewhile
from typing import TypeAlias

from rules.engine.compile import (
    HIGH,
    KEY,
    KNOWN,
    LOW,
    Check,
    EngineRule,
    Join,
    Pattern,
    Requirement,
    compile_rule,
    property_base,
)
from rules.errors import Position, RuleFileError
from rules.language import PERPETUAL, Compare, Probe, Rulebook, walk
from rules.values import Actor, Cell, World, leaf_cell

GATE = "就绪"  #: asserted last: nothing joins before every fact is in, so the order of facts cannot matter
INSTANT = "时刻"
LAST_RULE = "完"  #: lets one action run in every shard; deleting the state of a case none ran for is a crash
LAST_PRIORITY = 60_000
MAX_CONDITIONS = 45
MAX_RULES = 200
_FNV_OFFSET, _FNV_PRIME = 0x811C9DC5, 0x01000193

Json = object


@dataclass(frozen=True)
class Shard:
    """One rule set: its rules, and the properties they look at, by kind."""

    rules: tuple[EngineRule, ...]
    properties: Mapping[str, tuple[str, ...]]

    def definition(self) -> dict[str, Json]:
        """The rule set as the engine takes it, without its actions."""
        rules: dict[str, Json] = {
            rule.name: {"all": _conditions(rule), "dist": int(rule.distinct)} for rule in self.rules
        }
        return rules | {LAST_RULE: {"all": [{GATE: {"类型": GATE}}], "pri": LAST_PRIORITY}}


@dataclass(frozen=True)
class Program:
    """A rule file, compiled."""

    shards: tuple[Shard, ...]
    computed: Mapping[str, Compare | Probe]  #: by the name of the property that answers them

    def definitions(self) -> list[dict[str, Json]]:
        """Every shard's rule set."""
        return [shard.definition() for shard in self.shards]

    def facts(self, world: World) -> list[list[dict[str, Json]]]:
        """The facts of one case for every shard; only properties a shard's rules look at
        are named.
        """
        return [encode(world, shard, self.computed) for shard in self.shards]


def compile_rulebook(rulebook: Rulebook) -> Program:
    """Every rule in force, in shards within the engine's limits.

    Raises:
        RuleFileError: E109 when one rule alone exceeds them, E110 when two property names share a
            hash (the engine compares names by hash only).
    """
    shards: list[Shard] = []
    pending: list[EngineRule] = []
    load = _Load()
    for rule in rulebook.rules_in_force:
        for compiled in compile_rule(rule):
            added = load.added(compiled)
            full = load.most_with(added) > MAX_CONDITIONS
            if full and load_of([compiled]) > MAX_CONDITIONS:
                raise RuleFileError(
                    f"规则“{rule.id}”的条件太多", rule.position, "拆成几条规则", "E109"
                )
            if pending and (full or len(pending) >= MAX_RULES):
                shards.append(_shard(pending))
                pending, load = [], _Load()
                added = load.added(compiled)
            pending.append(compiled)
            load.take(added)
    if pending:
        shards.append(_shard(pending))
    _refuse_collisions(shards)
    return Program(tuple(shards), _computed(rulebook))


def shown_rule(rulebook: Rulebook, identifier: str) -> dict[str, Json]:
    """What the engine is given for one rule, by the names of the engine's rules; empty when there
    is no such rule.
    """
    rules = [one for rule in rulebook.rules if rule.id == identifier for one in compile_rule(rule)]
    definition = _shard(rules).definition() if rules else {}
    return {name: body for name, body in definition.items() if name != LAST_RULE}


def _shard(rules: list[EngineRule]) -> Shard:
    found: dict[str, dict[str, None]] = {}
    for rule in rules:
        kinds = {pattern.alias: pattern.kind for pattern in rule.patterns}
        for pattern in rule.patterns:
            names = found.setdefault(pattern.kind, {})
            for requirement in pattern.requirements:
                names[requirement.property] = None
                if isinstance(requirement, Join):
                    found.setdefault(kinds[requirement.alias], {})[requirement.other] = None
    return Shard(tuple(rules), {kind: tuple(names) for kind, names in found.items()})


def _computed(rulebook: Rulebook) -> dict[str, Compare | Probe]:
    """The leaves whose value is no plain cell, by the name under which it is asserted."""
    nodes = [
        node
        for rule in rulebook.rules_in_force
        for node in walk(
            rule.applies,
            rule.requirement,
        )
    ]
    return {
        property_base(node): node
        for node in nodes
        if isinstance(node, Probe) or (isinstance(node, Compare) and node.less)
    }


# --- rules ----------------------------------------------------------------------------------------


def _conditions(rule: EngineRule) -> list[Json]:
    gate: list[Json] = [{"类型": GATE}]
    gate += [{"$gte": {INSTANT: rule.start}}] if rule.start > -PERPETUAL else []
    gate += [{"$lt": {INSTANT: rule.end}}] if rule.end < PERPETUAL else []
    return [{GATE: {"$and": gate}}, *(_pattern(pattern) for pattern in rule.patterns)]


def _pattern(pattern: Pattern) -> dict[str, Json]:
    tests: list[Json] = [
        {"类型": pattern.kind},
        *(_requirement(one) for one in pattern.requirements),
    ]
    return {pattern.alias + ("$not" if pattern.absent else ""): {"$and": tests}}


def _requirement(one: Requirement) -> dict[str, Json]:
    if isinstance(one, Join):
        return {one.property: {one.alias: one.other}}
    return (
        {
            one.property: one.value,
        }
        if one.operator == "="
        else {one.operator: {one.property: one.value}}
    )


def load_of(rules: Iterable[EngineRule]) -> int:
    """The most conditions that one fact can have to pass at once, which is what the engine's limit
    of 64 counts.
    """
    load = _Load()
    for rule in rules:
        load.take(load.added(rule))
    return max(load.nodes.values(), default=0)


_Added: TypeAlias = tuple[dict[str, int], set[tuple[object, ...]]]
"""Nodes by kind, and the beginnings of patterns that no other rule has."""


class _Load:
    """What the rules of one set make one fact of each kind pass.

    Conditions that start two patterns alike are one node of the engine's tree; but it keeps a node
    of its own for every join, and for everything behind it (read in rete.c ``findAlpha``, and met
    as error 303 in random tests).
    """

    def __init__(self) -> None:
        self.nodes: dict[str, int] = defaultdict(int)
        self._shared: set[tuple[object, ...]] = set()

    def most_with(self, added: _Added) -> int:
        """The most conditions of one fact, were a rule that adds so much among the others."""
        nodes, _ = added
        return max((self.nodes[kind] + number for kind, number in nodes.items()), default=0)

    def take(self, added: _Added) -> None:
        """Count a rule that adds so much among the others."""
        nodes, paths = added
        for kind, number in nodes.items():
            self.nodes[kind] += number
        self._shared |= paths

    def added(self, rule: EngineRule) -> _Added:
        """What ``rule`` adds to the others."""
        nodes: dict[str, int] = defaultdict(int)
        paths: set[tuple[object, ...]] = {(GATE, rule.start, rule.end)}
        for pattern in rule.patterns:
            plain = tuple(takewhile(lambda one: isinstance(one, Check), pattern.requirements))
            nodes[pattern.kind] += len(pattern.requirements) - len(plain)
            paths.update((pattern.kind, *plain[:end]) for end in range(1, len(plain) + 1))
        paths -= self._shared
        for path in paths:
            nodes[str(path[0])] += 1
        return nodes, paths


def _refuse_collisions(shards: Iterable[Shard]) -> None:
    names = {"id", "sid", "类型", INSTANT}
    looked_at = [properties for shard in shards for properties in shard.properties.values()]
    names |= {name for properties in looked_at for name in properties}
    seen: dict[int, str] = {}
    for name in sorted(names):
        other = seen.setdefault(name_hash(name), name)
        if other != name:
            raise RuleFileError(
                f"字段名“{name}”与“{other}”在引擎里无法区分",
                Position(1, 1),
                "给其中一个字段换个名称",
                "E110",
            )


@lru_cache(maxsize=4_096)
def name_hash(name: str) -> int:
    """FNV-1a, 32 bits, over UTF-8: all the engine keeps of a property's name."""
    value = _FNV_OFFSET
    for byte in name.encode():
        value = ((value ^ byte) * _FNV_PRIME) & 0xFFFFFFFF
    return value


# --- facts ----------------------------------------------------------------------------------------


class _Interned:
    """Keys for equality joins: short names instead of applicants' text, whose hashes an applicant
    could make collide.
    """

    def __init__(self) -> None:
        self._names: dict[str, str] = {}
        self._unknown = count()

    def __call__(self, cell: Cell) -> str:
        if not cell.known:
            return f"u{next(self._unknown)}"
        return self._names.setdefault(cell.key, f"k{len(self._names)}")


def encode(
    world: World, shard: Shard, computed: Mapping[str, Compare | Probe]
) -> list[dict[str, Json]]:
    """The facts of ``world`` for ``shard``: flat, an explicit id each, integers and short names
    only.
    """
    intern = _Interned()
    used = [actor for actor in world if actor.subject.kind in shard.properties]
    return [
        {"id": f"n{actor.index}", "类型": actor.subject.kind}
        | dict(_properties(actor, shard.properties[actor.subject.kind], computed, intern))
        for actor in used
    ]


def _properties(
    actor: Actor, names: Iterable[str], computed: Mapping[str, Compare | Probe], intern: _Interned
) -> Iterator[tuple[str, Json]]:
    for name in names:
        base, suffix = name[:-2], name[-2:]
        cell = leaf_cell(computed[base], actor) if base in computed else actor.cell(base)
        if suffix == KEY:
            yield name, intern(cell)
        elif suffix == KNOWN:
            yield name, int(cell.known)
        else:
            yield name, {LOW: cell.low, HIGH: cell.high}[suffix]


__all__ = [
    "GATE",
    "INSTANT",
    "Check",
    "Program",
    "Shard",
    "compile_rulebook",
    "encode",
    "load_of",
    "name_hash",
]
