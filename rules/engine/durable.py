"""The one file that talks to durable-rules. JSON-able rule sets and facts in, names of the rules
that fired out.

It knows nothing of rule files, fields or applicants, and it must be run in a process that may die:
the library is unmaintained C. What keeps it safe is that only ``rules/engine/compile.py`` feeds it
(see there), and the four measures below. Background threads, events, and the library's own rule
language may not come in here.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from typing import Any, TypeAlias

try:
    from durable import engine as durable
except ImportError:  # not installed, or Python >= 3.13, for which 2.0.28 does not load
    durable = None

GATE = "就绪"  #: as in rules/engine/shards.py, which is not imported so that the child process starts quickly
Hit: TypeAlias = tuple[str, dict[str, str]]
"""A rule that fired: its name, and which fact stood for which alias."""


def engine_available() -> bool:
    """Whether durable-rules can be used in this interpreter."""
    return durable is not None


class Engine:
    """A compiled rule file, loaded into the engine."""

    def __init__(self, definitions: Sequence[Mapping[str, object]]) -> None:
        self._fired: list[Hit] = []
        self._host = _quiet_host()
        self._names = [f"s{number}" for number in range(len(definitions))]
        self._cases = 0
        for name, definition in zip(self._names, definitions, strict=True):
            self._host.set_rulesets(
                {
                    name: {
                        rule: {
                            **body,
                            "run": self._action(rule),
                        }
                        for rule, body in _items(definition)
                    }
                }
            )

    def _action(self, name: str) -> Callable[[object], None]:
        """An action only notes that it ran: the library swallows whatever an action raises."""

        def note(context: object) -> None:
            matched: Mapping[str, Mapping[str, str]] = getattr(context, "_m", None) or {}
            self._fired.append(
                (name, {alias: fact["id"] for alias, fact in matched.items() if alias != GATE}),
            )

        return note

    def evaluate(self, facts: Sequence[Sequence[Mapping[str, object]]], instant: int) -> list[Hit]:
        """The rules that fire for one case; ``facts`` has one list for every rule set, ``instant``
        is in epoch seconds.
        """
        self._fired.clear()
        self._cases += 1
        for name, asserted in zip(self._names, facts, strict=True):
            self._evaluate_one(name, asserted, instant)
        return list(self._fired)

    def _evaluate_one(self, name: str, facts: Sequence[Mapping[str, object]], instant: int) -> None:
        ruleset, case = self._host.get_ruleset(name), str(self._cases)
        try:
            for fact in facts:
                _assert(ruleset.assert_fact, {**fact, "sid": case})
            # Through the host, which runs the actions; last, so that "not exists" is asked when all
            # facts are in.
            self._host.assert_fact(name, {"id": "gate", "类型": GATE, "时刻": instant, "sid": case})
        finally:
            # Safe because the last rule of every set has run by now; a state nobody acted on
            # crashes when deleted.
            ruleset.delete_state(case)

    def close(self) -> None:
        """Give the engine's memory back."""
        for name in self._names:
            handle = self._host.get_ruleset(name)._handle  # noqa: SLF001 - it has no public name
            durable.durable_rules_engine.delete_ruleset(handle)
        self._names = []


def _items(definition: Mapping[str, object]) -> list[tuple[str, Mapping[str, object]]]:
    return [(name, body) for name, body in definition.items() if isinstance(body, Mapping)]


def _assert(assert_fact: Callable[[dict[str, object]], object], fact: dict[str, object]) -> None:
    # not an error: no rule of this set looks at the fact
    with suppress(durable.MessageNotHandledException):
        assert_fact(fact)


def _quiet_host() -> Any:
    """A host without the background threads of the library's own, which crash when states are
    deleted.
    """
    if durable is None:
        raise RuntimeError("durable-rules is not available in this interpreter")

    class QuietHost(durable.Host):  # type: ignore[misc]
        def _run(self) -> None:
            pass

    return QuietHost()
