"""No row of the measured table is ever handed to the engine, whatever the rule file and whatever
the case.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from ingest.calls import read_call_text
from rules.authoring.examples import load_examples
from rules.call import Call
from rules.callfile import load_call
from rules.engine.shards import compile_rulebook
from rules.logic import populate
from rules.rulebook import load_rulebook
from tests.unit.rules.author import Author
from tests.unit.rules.table import TABLE, Definition, Facts, Row, triggers
from tests.unit.rules.writing import HEAD

SHIPPED = sorted((Path(__file__).parents[3] / "config/calls").glob("*/rules.yaml"))
pytestmark = pytest.mark.xdist_group("table")  # what is handed is worked out by one worker
AT_THE_DOOR = {"7", "24"}  #: background threads, and an action that raises: test_engine.py


@pytest.mark.parametrize("row", TABLE.values(), ids=TABLE)
def test_the_detector_of_a_row_sees_its_trigger(row: Row) -> None:
    """One that saw nothing would prove nothing."""
    assert row.found(row.definition, row.facts)


def test_every_row_has_a_detector() -> None:
    """27 rows, two of them about the door."""
    numbers = {name.split()[0] for name in TABLE} - {"texts:"}

    assert numbers | AT_THE_DOOR == {str(number) for number in range(1, 28)}


def test_a_harmless_rule_set_shows_no_trigger() -> None:
    """So that a finding is one."""
    gate, last = (
        {"就绪": {"$and": [{"类型": "就绪"}]}},
        {"all": [{"就绪": {"类型": "就绪"}}], "pri": 60_000},
    )
    pattern = {"甲": {"$and": [{"类型": "甲"}, {"$lt": {"数.上": 5}}]}}

    assert (
        triggers(
            {"R": {"all": [gate, pattern], "dist": 0}, "完": last},
            [{"id": "n0", "类型": "甲", "数.上": 3}],
        )
        == []
    )


@pytest.fixture(scope="module")
def handed(call: Call) -> list[tuple[Definition, Facts]]:
    """What the engine would be handed for all shipped examples and for forty random rule files."""
    return [*_of_the_shipped(), *_of_chance(call), *_of_many_rules(call)]


def _of_the_shipped() -> Iterator[tuple[Definition, Facts]]:
    for path in SHIPPED:
        call = load_call("x", read_call_text(path.parent))
        rulebook = load_rulebook(path.read_text(encoding="utf-8"), call)
        program = compile_rulebook(rulebook)
        examples = load_examples(
            (path.parent / "examples.yaml").read_text(encoding="utf-8"),
            rulebook,
        )
        for example in examples[::7]:
            yield from zip(
                program.definitions(),
                program.facts(populate(rulebook, example.subjects)),
                strict=True,
            )


def _of_chance(_: Call) -> Iterator[tuple[Definition, Facts]]:
    for seed in range(40):
        author = Author(seed)
        rulebook = author.rulebook()
        program = compile_rulebook(rulebook)
        yield from zip(
            program.definitions(),
            program.facts(populate(rulebook, author.case(everything=True))),
            strict=True,
        )


def _of_many_rules(call: Call) -> Iterator[tuple[Definition, Facts]]:
    """Rows 9, 11 and 12: 520 limits on one field, and 260 rules that are alike."""
    line = "  - {{编号: R{0}, 名称: 试, 依据: 一, 针对: 申报书, 要求: {1}, 不满足: 退回补正}}\n"
    for count, sentence in ((520, "申报书.教师人数 不少于 {0}"), (260, "申报书.职能部门 已填写")):
        source = (
            HEAD + "规则:\n" + "".join(line.format(n, sentence.format(n)) for n in range(count))
        )
        program = compile_rulebook(load_rulebook(source, call))
        assert len(program.shards) > 1
        yield from ((definition, []) for definition in program.definitions())


@pytest.mark.parametrize("name", TABLE)
def test_the_compiler_never_emits(name: str, handed: list[tuple[Definition, Facts]]) -> None:
    """The trigger of this row."""
    assert len(handed) > 100
    assert not any(TABLE[name].found(definition, facts) for definition, facts in handed)
