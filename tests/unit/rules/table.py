"""The measured table of what crashes durable-rules 2.0.28, hangs it or makes it answer wrongly: a
detector for every row.

Each looks for its trigger in what the engine is handed, rule sets and facts, without knowing how
they were made, and carries the trigger itself, so that it can be shown to see it. Rows 7
(background threads) and 24 (an action that raises) are about the door (``rules/engine/durable.py``,
``test_engine.py``); "texts" are two findings below the table.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from rules.engine.shards import name_hash

Definition = Mapping[str, Any]
Facts = Sequence[Mapping[str, Any]]
_T = TypeVar("_T")
OPERATORS = {"$gt", "$gte", "$lt", "$lte", "$neq"}
RULE_KEYS = {"all", "dist", "pri"}
GATE_TEST = {"类型": "就绪"}
LAST = {"完": {"all": [{"就绪": GATE_TEST}], "pri": 60_000}}


@dataclass(frozen=True)
class Row:
    """One row: whether its trigger is in a rule set and its facts, and an example of the
    trigger.
    """

    found: Callable[[Definition, Facts], bool]
    definition: Definition
    facts: Facts = ()


# --- what is in a rule set ------------------------------------------------------------------------


def remembered(look: Callable[[Definition], _T]) -> Callable[[Definition], _T]:
    """``look`` at some hundred definitions once each: many rows look at the same ones in turn."""
    seen: dict[int, tuple[Definition, _T]] = {}

    def remembering(definition: Definition) -> _T:
        found = seen.get(id(definition))
        if found is None or found[0] is not definition:
            if len(seen) >= 500:
                seen.clear()
            found = seen[id(definition)] = definition, look(definition)
        return found[1]

    return remembering


@remembered
def patterns(definition: Definition) -> list[tuple[str, int, str, list[Any]]]:
    """Rule, place in it, alias and tests of every pattern."""
    return [
        (name, place, alias, body.get("$and", [body]))
        for name, rule in definition.items()
        for place, pattern in enumerate(rule.get("all", ()))
        for alias, body in pattern.items()
    ]


@remembered
def conditions(definition: Definition) -> list[tuple[str, Any]]:
    """Left and right side of every test."""
    return [pair for *_, tests in patterns(definition) for test in tests for pair in test.items()]


@remembered
def joins(definition: Definition) -> list[tuple[str, str, str]]:
    """Property, alias and property of the other fact of every comparison with a fact matched
    before.
    """
    return list(_joins(conditions(definition)))


def _joins(tests: Iterable[tuple[str, Any]]) -> Iterator[tuple[str, str, str]]:
    for left, right in tests:
        inner = (
            next(iter(right.values()))
            if left.startswith("$")
            and isinstance(
                right,
                dict,
            )
            else right
        )
        if isinstance(inner, dict):
            own = next(iter(right)) if left.startswith("$") else left
            for alias, other in inner.items():
                yield own, alias, str(other)


@remembered
def words(definition: Definition) -> frozenset[str]:
    """Every key of a definition, however deep."""
    found: set[str] = set()
    waiting: list[Any] = [definition]
    while waiting:
        one = waiting.pop()
        if isinstance(one, dict):
            found.update(one)
            waiting += one.values()
        elif isinstance(one, list | tuple):
            waiting += one
    return frozenset(found)


def says(*operators: str) -> Callable[[Definition, Facts], bool]:
    """Whether one of ``operators`` is used anywhere."""
    return lambda definition, _: not words(definition).isdisjoint(operators)


def values(facts: Facts) -> Iterator[tuple[str, Any]]:
    """Every property of every fact."""
    for fact in facts:
        yield from fact.items()


# --- the rows -------------------------------------------------------------------------------------


def unequal_join(definition: Definition, _: Facts) -> bool:
    return any(
        left.startswith("$")
        and isinstance(
            right,
            dict,
        )
        and any(isinstance(one, dict) for one in right.values())
        for left, right in conditions(definition)
    )


def join_on_text(definition: Definition, facts: Facts) -> bool:
    named = {name for own, _, other in joins(definition) for name in (own, other)}
    keys = [value for name, value in values(facts) if name in named or name.endswith(".键")]
    return any(not name.endswith(".键") for name in named - {"id", "sid"}) or any(
        isinstance(key, str) and not re.fullmatch(r"[ku]\d+", key) for key in keys
    )


def no_last_rule(definition: Definition, _: Facts) -> bool:
    return definition.get("完") != LAST["完"]


def open_to_the_engines_own_facts(definition: Definition, _: Facts) -> bool:
    return "$nex" in words(definition) or any(
        list(tests[0]) != ["类型"] for *_, tests in patterns(definition) if tests
    )


def too_many_first_conditions(definition: Definition, _: Facts) -> bool:
    return len({repr(tests[0]) for *_, tests in patterns(definition) if tests}) >= 511


def too_many_conditions_for_a_fact(definition: Definition, _: Facts) -> bool:
    """Tests that begin alike are one node; a join, and what stands behind it, is never shared."""
    nodes = set()
    for rule, _place, alias, tests in patterns(definition):
        path: tuple[str, ...] = (repr(tests[0]),) if tests else ()
        for test in tests:
            ((left, right),) = test.items()
            joined = isinstance(right, dict) and not left.startswith("$")
            path = (*path, repr(test), *([rule, alias] if joined else []))
            nodes.add(path)
    return max(Counter(path[0] for path in nodes).values(), default=0) > 64


def absent_without_gate(definition: Definition, facts: Facts) -> bool:
    """Something may be asked for before everything is in: a rule without the gate, or a gate among
    the facts.
    """
    ungated = any(
        list(rule["all"][0]) != ["就绪"] for rule in definition.values() if rule.get("all")
    )
    return ungated or any(fact.get("类型") == "就绪" for fact in facts)


def wrong_types(definition: Definition, facts: Facts) -> bool:
    return any(
        type(value)
        not in (
            int,
            str,
        )
        for value in constants(definition) + [value for _, value in values(facts)]
    )


@remembered
def constants(definition: Definition) -> list[Any]:
    """What properties are compared with."""
    return [one for left, right in conditions(definition) for one in _constants(left, right)]


def _constants(left: str, right: Any) -> list[Any]:
    return (
        list(right.values())
        if left.startswith("$") and isinstance(right, dict)
        else [right]
        if not isinstance(right, dict)
        else []
    )


def join_on_numbers(definition: Definition, facts: Facts) -> bool:
    named = {name for own, _, other in joins(definition) for name in (own, other)}
    return any(name in named and not isinstance(value, str) for name, value in values(facts))


def unwritable_numbers(definition: Definition, facts: Facts) -> bool:
    numbers = [
        one
        for one in constants(definition) + [value for _, value in values(facts)]
        if isinstance(
            one,
            int | float,
        )
    ]
    return any(
        isinstance(
            one,
            float,
        )
        or not math.isfinite(one)
        or abs(one) > 10**15
        for one in numbers
    )


def no_id(_: Definition, facts: Facts) -> bool:
    ids = [fact.get("id") for fact in facts]
    return len(set(ids)) < len(ids) or any(not isinstance(one, str) for one in ids)


def too_large(definition: Definition, _: Facts) -> bool:
    properties = {
        next(
            iter(right),
        )
        if left.startswith("$")
        else left
        for left, right in conditions(definition)
    }
    joined = (
        sum(isinstance(one, dict) for test in tests for one in test.values())
        for *_, tests in patterns(
            definition,
        )
    )
    patterns_of_a_rule = (len(rule.get("all", ())) for rule in definition.values())
    return (
        len(properties) > 252
        or max(
            joined,
            default=0,
        )
        > 29
        or max(patterns_of_a_rule, default=0) > 16
    )


def unknown_alias(definition: Definition, _: Facts) -> bool:
    for rule in definition.values():
        seen: set[str] = set()
        for pattern in rule.get("all", ()):
            bodies = [test for body in pattern.values() for test in body.get("$and", [body])]
            tests = [pair for test in bodies for pair in test.items()]
            if not {alias for _, alias, _ in _joins(tests)} <= seen:
                return True
            seen |= {alias.removesuffix("$not") for alias in pattern}
    return False


def unknown_words(definition: Definition, _: Facts) -> bool:
    operators = {word for word in words(definition) if word.startswith("$")}
    return not operators <= OPERATORS | {
        "$and",
    } or any(not set(rule) <= RULE_KEYS for rule in definition.values())


def equal_hashes(definition: Definition, facts: Facts) -> bool:
    named = {
        name
        for name, _ in values(
            facts,
        )
    } | {left for left, _ in conditions(definition) if left[:1] != "$"}
    return len({name_hash(name) for name in named}) < len(named)


def bad_texts(_: Definition, facts: Facts) -> bool:
    texts = [value for _, value in values(facts) if isinstance(value, str)]
    return any(
        len(one.encode(errors="replace")) > 60_000
        or re.search(
            r"[\ud800-\udfff]",
            one,
        )
        for one in texts
    )


def _of(*tests: Any, alias: str = "甲", more: Any = None) -> dict[str, Any]:
    """A rule set of one rule: the gate, another kind, and a pattern of ``tests``."""
    body = {"$and": [{"类型": "乙"}, *tests]}
    return {
        "R": {
            "all": [
                {"就绪": GATE_TEST},
                {"w": {"$and": [{"类型": "丙"}]}},
                {alias: body},
                *(more or []),
            ]
        },
        **LAST,
    }


def _facts(**properties: Any) -> list[dict[str, Any]]:
    return [{"id": "n0", "类型": "乙", **properties}]


TABLE: dict[str, Row] = {
    "1 a join that is no equality": Row(unequal_join, _of({"$neq": {"单位.键": {"w": "单位.键"}}})),
    "2 a join on applicants' text": Row(join_on_text, _of({"单位": {"w": "单位"}})),
    "2 an applicant's text as a key": Row(join_on_text, _of(), _facts(**{"单位.键": "costarring"})),
    "3 arithmetic": Row(
        says("$add", "$sub", "$mul", "$div"), _of({"数": {"$div": {"$l": {"w": "数"}, "$r": 0}}})
    ),
    "4 a regular expression": Row(says("$mt", "$imt"), _of({"$mt": {"名": "[一-龥]"}})),
    "5 a join on id": Row(
        lambda d, _: bool({"id", "sid"} & {n for o, _, p in joins(d) for n in (o, p)}),
        _of({"id": {"w": "id"}}),
    ),
    "6 no rule that always runs": Row(no_last_rule, {"R": {"all": [{"就绪": GATE_TEST}]}}),
    "8 an empty pattern": Row(
        lambda d, _: any(not tests for *_, tests in patterns(d)), _of(more=[{"空": {"$and": []}}])
    ),
    "9 hundreds of first conditions": Row(
        too_many_first_conditions,
        _of(more=[{f"a{n}": {"$and": [{"k": f"v{n}"}]}} for n in range(512)]),
    ),
    "10 absence of a property": Row(open_to_the_engines_own_facts, _of({"$nex": {"名": 1}})),
    "10 no kind first": Row(
        open_to_the_engines_own_facts,
        {"R": {"all": [{"就绪": GATE_TEST}, {"甲": {"$and": [{"数": 1}]}}]}},
    ),
    "11 too many conditions for one fact": Row(
        too_many_conditions_for_a_fact,
        _of(*({f"p{n}": n} for n in range(64))),
    ),
    "12 too many rules behind one condition": Row(
        lambda d, _: len(d) > 255, {f"R{n}": {"all": [{"就绪": GATE_TEST}]} for n in range(256)}
    ),
    "13 an alternative in a condition": Row(says("$or"), _of({"$or": [{"数": 1}, {"数": 2}]})),
    "14 a fact that may come after the question": Row(
        absent_without_gate, _of(alias="甲$not"), [{"id": "g", "类型": "就绪"}]
    ),
    "15 absence asked for first": Row(
        absent_without_gate, {"R": {"all": [{"甲$not": {"$and": [{"类型": "乙"}]}}]}}
    ),
    "16 alternatives of a rule": Row(says("any", "$any"), {"R": {"any": [{"甲": {"类型": "乙"}}]}}),
    "17 two properties compared": Row(unequal_join, _of({"$gt": {"数": {"$m": "另"}}})),
    "18 a truth value": Row(wrong_types, _of(), _facts(真=True)),
    "18 a truth value in a rule": Row(wrong_types, _of({"真": True})),
    "19 nothing": Row(wrong_types, _of(), _facts(数=None)),
    "19 a list": Row(wrong_types, _of(), _facts(数=[1])),
    "20 a join on numbers": Row(
        join_on_numbers, _of({"数.键": {"w": "数.键"}}), _facts(**{"数.键": 5})
    ),
    "21 a fraction": Row(unwritable_numbers, _of(), _facts(数=1e-07)),
    "21 a giant number": Row(unwritable_numbers, _of({"数": 2**63})),
    "22 a fact without id": Row(no_id, _of(), [{"类型": "乙"}]),
    "22 two facts of one id": Row(no_id, _of(), [*_facts(), *_facts()]),
    "23 more patterns than the engine has room for": Row(
        too_large, _of(more=[{f"a{n}": {"$and": [{"类型": "乙"}]}} for n in range(15)])
    ),
    "23 more joins in a pattern": Row(
        too_large, _of(*({f"p{n}.键": {"w": "x.键"}} for n in range(30)))
    ),
    "23 more properties than the engine has room for": Row(
        too_large,
        _of(*({f"p{n}": n} for n in range(253))),
    ),
    "25 an alias nobody has met": Row(unknown_alias, _of({"名.键": {"谁": "名.键"}})),
    "26 an operator that does not exist": Row(unknown_words, _of({"$like": {"名": 1}})),
    "26 a key that does not exist": Row(
        unknown_words, {"R": {"all": [{"就绪": GATE_TEST}], "when": 1}}
    ),
    "27 two names of one hash": Row(equal_hashes, _of({"costarring": 1}, {"liquid": 1})),
    "texts: half a character": Row(bad_texts, _of(), _facts(名="\ud800")),
    "texts: more than 65,535 bytes": Row(bad_texts, _of(), _facts(名="甲" * 30_000)),
}


def triggers(definition: Definition, facts: Facts) -> list[str]:
    """The rows whose trigger is in what the engine would be handed."""
    return [name for name, row in TABLE.items() if row.found(definition, facts)]
