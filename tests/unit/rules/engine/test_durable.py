"""The door to durable-rules: quiet, bounded, and never able to take an answer away. Rows of the
measured table.
"""

from __future__ import annotations

import importlib.util
import sys
import threading
import time
from pathlib import Path

import pytest

from ingest.calls import read_call_text
from rules.callfile import load_call
from rules.engine import durable as door
from rules.engine.durable import Engine, engine_available
from rules.engine.shards import compile_rulebook
from rules.rulebook import load_rulebook

SHIPPED = sorted((Path(__file__).parents[4] / "config/calls").glob("*/rules.yaml"))
needs_engine = pytest.mark.skipif(
    not engine_available(),
    reason="durable-rules does not load in this Python",
)
RULES = {"R#0.0#真": {"all": [{"就绪": {"类型": "就绪"}}, {"甲": {"$and": [{"类型": "甲"}, {"数": 1}]}}], "dist": 0}, "完": {"all": [{"就绪": {"类型": "就绪"}}], "pri": 60_000}}  # fmt: skip
FACTS = [[{"id": "n0", "类型": "甲", "数": 1}]]


@needs_engine
def test_no_thread_of_the_librarys_own_is_running() -> None:
    """Row 7: its dispatcher walks over states that were deleted."""
    before = threading.active_count()
    engine = Engine([RULES])
    for _ in range(50):
        assert engine.evaluate(FACTS, 0)
    time.sleep(0)

    assert threading.active_count() == before
    engine.close()


@needs_engine
def test_states_are_deleted_in_any_order_of_cases_and_shards() -> None:
    """Rows 6 and 23: also where no rule but the last has run; more cases than the library has room
    for at once.
    """
    engine = Engine([RULES, RULES])
    for number in range(2_000):
        hits = engine.evaluate([FACTS[0] if number % 2 else [], []], number)
        assert {name for name, _ in hits} == ({"R#0.0#真", "完"} if number % 2 else {"完"})
    engine.close()


@needs_engine
def test_a_fact_that_no_rule_looks_at_is_no_error() -> None:
    """Upstream #286."""
    engine = Engine([RULES])

    assert [name for name, _ in engine.evaluate([[{"id": "n1", "类型": "乙"}]], 0)] == ["完"]
    engine.close()


@needs_engine
def test_an_action_notes_which_facts_it_was_for() -> None:
    """Row 24: an action that raises is swallowed, so it does nothing that could."""
    engine = Engine([RULES])
    hits = engine.evaluate(FACTS, 0)

    assert ("R#0.0#真", {"甲": "n0"}) in hits
    note = engine._action("x")
    note(object())
    assert engine._fired[-1] == ("x", {})
    engine.close()


@needs_engine
@pytest.mark.parametrize("path", SHIPPED, ids=[path.parent.name for path in SHIPPED])
def test_the_library_takes_every_shard_of_the_shipped_rules(path: Path) -> None:
    """Row 26: its own complaints are numbers; ours have come before."""
    call = load_call("x", read_call_text(path.parent))
    definitions = compile_rulebook(
        load_rulebook(path.read_text(encoding="utf-8"), call),
    ).definitions()
    engine = Engine(definitions)

    assert engine.evaluate([[] for _ in definitions], 0) == [("完", {})] * len(definitions)
    engine.close()


@needs_engine
def test_every_rule_set_gets_its_own_facts_and_memory_is_given_back_once() -> None:
    """A list too few is a mistake of ours, and closing twice is none."""
    engine = Engine([RULES, RULES])

    with pytest.raises(ValueError, match="shorter"):
        engine.evaluate(FACTS, 0)
    engine.close()
    engine.close()
    assert engine.evaluate([], 0) == []


def test_without_the_library_the_door_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    """Python 3.13 and later: the interpreter judges alone."""
    monkeypatch.setattr(door, "durable", None)

    assert not engine_available()
    with pytest.raises(RuntimeError, match="durable-rules is not available") as caught:
        Engine([])
    assert str(caught.value) == "durable-rules is not available in this interpreter"


def test_the_door_can_be_imported_where_the_library_cannot(monkeypatch: pytest.MonkeyPatch) -> None:
    """A copy of the module, loaded as on a Python the library does not load in."""
    monkeypatch.setitem(sys.modules, "durable", None)
    spec = importlib.util.spec_from_file_location("engine_without_library", door.__file__)
    assert spec
    assert spec.loader
    copy = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(copy)

    assert not copy.engine_available()
