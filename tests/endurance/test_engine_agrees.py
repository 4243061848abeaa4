"""The engine and the interpreter must agree about every rule, binding and order of facts.

``MAILROOM_FUZZ_RULEBOOKS`` (default 2000) sets how many random rule files are compared,
``MAILROOM_FUZZ_SEED`` where they start.
"""

from __future__ import annotations

import os
from datetime import datetime
from itertools import permutations
from typing import Any

import pytest

from rules.engine.agreement import disagreements
from rules.engine.durable import Engine, engine_available
from rules.engine.shards import compile_rulebook
from rules.facts import Fact
from rules.judge import epoch, judge_world
from rules.logic import populate
from rules.subjects import Subject
from rules.vocabulary import BEIJING
from tests.unit.rules.author import Author
from tests.unit.rules.table import triggers

pytestmark = pytest.mark.skipif(
    not engine_available(),
    reason="durable-rules does not load in this Python",
)

RULEBOOKS = int(os.environ.get("MAILROOM_FUZZ_RULEBOOKS", "2000"))
SEED = int(os.environ.get("MAILROOM_FUZZ_SEED", "1"))
PARTS = 4


@pytest.mark.slow
@pytest.mark.fuzz
@pytest.mark.timeout(max(120, RULEBOOKS // 10))
@pytest.mark.parametrize("part", range(PARTS))
def test_engine_and_interpreter_agree_on_random_rule_files(part: int) -> None:
    """Every rule set that is compiled is within the safe subset and says what the
    interpreter says.
    """
    seeds = range(SEED + part, SEED + RULEBOOKS, PARTS)

    assert sum(map(compared, seeds)) > len(seeds)


def compared(seed: int) -> int:
    """How many results of one rule file, over eight cases, both judges agree about."""
    author = Author(seed)
    rulebook = author.rulebook()
    program = compile_rulebook(rulebook)
    definitions = program.definitions()
    engine = Engine(definitions)
    number = 0
    for case in range(8):
        received = author.received()
        world = populate(rulebook, author.case(everything=case == 0))
        results = judge_world(rulebook, world, received)
        facts = program.facts(world)
        if case == 0:
            assert not any(triggers(*handed) for handed in zip(definitions, facts, strict=True))
        hits = engine.evaluate(facts, epoch(received))
        assert disagreements(results, hits) == (), f"seed {seed}"
        number += len(results)
    engine.close()
    return number


def test_the_order_of_facts_changes_nothing(book: Any) -> None:
    """All 720 orders of six facts give the same answer for a rule that asks for what is
    not there.
    """
    rulebook = book(
        "[{不存在: 汇总行, 其中: [汇总行.单位名称 等于 申报书.单位名称]}, {存在: 扫描件, 其中: [扫描件.对应 等于 申报书.编号]}]"
    )
    program = compile_rulebook(rulebook)
    engine = Engine(program.definitions())
    names = [
        ("申报书", "申0", "甲校"),
        ("申报书", "申1", "乙校"),
        ("汇总行", "汇0", "乙校"),
        ("汇总行", "汇1", "丙校"),
        ("扫描件", "扫0", "甲校"),
        ("扫描件", "扫1", "乙校"),
    ]
    subjects = [
        Subject(
            kind=kind, id=i, fields={"单位名称": Fact.known(name), "对应": Fact.known("申" + i[1])}
        )
        for kind, i, name in names
    ]
    received = datetime(2024, 8, 20, tzinfo=BEIJING)
    answers = set()
    for ordered in permutations(subjects):
        world = populate(rulebook, ordered)
        results = judge_world(rulebook, world, received)
        assert disagreements(results, engine.evaluate(program.facts(world), epoch(received))) == ()
        answers.add(frozenset((result.subjects, result.truth) for result in results))
    engine.close()

    assert len(answers) == 1
