"""What judging costs: our interpreter, the engine, both with the cross-check, against plain Python
and zen-engine.

    make bench-rules                                  40 rules on 10 subjects, 400 on 100,
                                                      20,000 judgements for memory
    make bench-rules ARGS="--judgements 100000"       the long form

The floor is the same conditions as plain Python comparisons: no unknown values, no explanation, no
places. The peer is zen-engine (a Rust engine with Python bindings), which has neither Chinese names
nor unknown values; it gets the same conditions in ASCII on known values, and is installed into an
environment of its own for the run when it can be had. Only ratios mean anything on another machine.
No network of its own.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import subprocess
import sys
import tempfile
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

from bench.timing import median_milliseconds
from ingest.judging.judge import Judge
from rules.call import Call
from rules.callfile import load_call
from rules.engine.agreement import disagreements
from rules.engine.durable import Engine, engine_available
from rules.engine.shards import compile_rulebook
from rules.facts import Fact
from rules.judge import epoch, judge_world
from rules.logic import populate
from rules.rulebook import load_rulebook
from rules.subjects import Subject
from rules.vocabulary import BEIJING
from tests.unit.rules.writing import CALL

RECEIVED = datetime(2024, 8, 20, 9, tzinfo=BEIJING)
SIZES = ((40, 10), (400, 100))
Condition = tuple[str, str, int]
"""Field, comparison, constant."""

ZEN = """
import json, sys, time, zen
content, subjects, rounds = json.load(sys.stdin)
decision = zen.ZenEngine().create_decision(json.dumps(content))
hits = sum(len(decision.evaluate(one)["result"]) for one in subjects)
taken = []
for _ in range(rounds):
    start = time.perf_counter()
    for one in subjects:
        decision.evaluate(one)
    taken.append(time.perf_counter() - start)
print(json.dumps([hits, sorted(taken)[len(taken) // 2]]))
"""


def conditions(count: int) -> list[Condition]:
    """Limits on three fields, all different."""
    fields = (
        ("教师账号开通率", "不低于", 10_000),
        ("学生账号开通率", "不低于", 10_000),
        ("教师人数", "不少于", 1),
    )
    return [
        (
            *fields[n % 3][:2],
            (n // 3 % 99 + 1) * fields[n % 3][2] + n // 297,
        )
        for n in range(count)
    ]


def source_of(count: int) -> str:
    """A rule file of ``count`` rules that require them."""
    lines = [f"  - {{编号: R{n}, 名称: 试, 依据: 一, 针对: 申报书, 适用: 申报书.类别 是 示范区, 要求: {_sentence(one)}, 不满足: 退回补正}}\n" for n, one in enumerate(conditions(count))]  # fmt: skip
    return "版本: 1\n通知: 试\n规则:\n" + "".join(lines)


def _sentence(one: Condition) -> str:
    field, word, limit = one
    return (
        f"申报书.{field} {word} {limit / 10_000:.4f}%"
        if field.endswith("率")
        else f"申报书.{field} {word} {limit}"
    )


def subjects_of(count: int) -> list[Subject]:
    """``count`` forms, all values known, half of them of the track the rules are for."""
    chance = random.Random(7)  # noqa: S311 - figures for a measurement are no secret
    values = [
        {
            "类别": "示范区" if n % 2 else "示范校", "教师账号开通率": chance.randrange(1_000_000),
            "学生账号开通率": chance.randrange(1_000_000), "教师人数": chance.randrange(100),
        }
        for n in range(count)
    ]  # fmt: skip
    return [
        Subject(kind="申报书", id=f"申{n}", fields={k: Fact.known(v) for k, v in one.items()})
        for n, one in enumerate(values)
    ]


def floor(rules: list[Condition], subjects: list[Subject]) -> Callable[[], list[tuple[int, int]]]:
    """The same conditions as plain comparisons."""
    rows = [{name: fact.value for name, fact in one.fields.items()} for one in subjects]
    checks = [(field, limit) for field, _, limit in rules]

    def run() -> list[tuple[int, int]]:
        return [
            (number, place)
            for number, (field, limit) in enumerate(checks)
            for place, row in enumerate(rows)
            if row["类别"] == "示范区" and row[field] < limit  # type: ignore[operator]
        ]

    return run


def zen_decision(rules: list[Condition]) -> dict[str, Any]:
    """The same conditions as a decision table that collects every rule that is violated."""
    names = {"教师账号开通率": "a", "学生账号开通率": "b", "教师人数": "c"}
    table = {
        "hitPolicy": "collect",
        "inputs": [{"id": key, "field": key, "name": key} for key in ("track", "a", "b", "c")],
        "outputs": [{"id": "rule", "field": "rule", "name": "rule"}],
        "rules": [
            {"_id": str(n), "track": '"zone"', "rule": f'"R{n}"', names[field]: f"< {limit}"}
            for n, (field, _, limit) in enumerate(rules)
        ],
    }
    nodes = [
        {"id": "in", "type": "inputNode", "name": "in"},
        {"id": "table", "type": "decisionTableNode", "name": "table", "content": table},
        {"id": "out", "type": "outputNode", "name": "out"},
    ]
    edges = [
        {
            "id": f"{a}{b}",
            "sourceId": a,
            "targetId": b,
            "type": "edge",
        }
        for a, b in (("in", "table"), ("table", "out"))
    ]
    return {"contentType": "application/vnd.gorules.decision", "nodes": nodes, "edges": edges}


def zen_python(folder: Path) -> str | None:
    """A Python that has zen-engine, in an environment of its own; None when it cannot be had."""
    made = subprocess.run(
        [sys.executable, "-m", "venv", str(folder)],
        check=False,
        capture_output=True,
    )
    python = folder / "bin" / "python"
    if made.returncode:
        return None
    got = subprocess.run(
        [
            str(python),
            "-m",
            "pip",
            "install",
            "--quiet",
            "zen-engine",
        ],
        check=False,
        capture_output=True,
    )
    return str(python) if got.returncode == 0 else None


def zen(
    python: str,
    rules: list[Condition],
    subjects: list[Subject],
    rounds: int,
) -> tuple[int, float]:
    """How many violations it finds, and the median milliseconds of a case."""
    rows = [
        {
            "track": "zone" if one.fields["类别"].value == "示范区" else "school", "a": one.fields["教师账号开通率"].value,
            "b": one.fields["学生账号开通率"].value, "c": one.fields["教师人数"].value,
        }
        for one in subjects
    ]  # fmt: skip
    handed = json.dumps([zen_decision(rules), rows, rounds])
    answer = subprocess.run(
        [python, "-c", ZEN],
        input=handed,
        check=True,
        capture_output=True,
        text=True,
    )
    hits, seconds = json.loads(answer.stdout)
    return int(hits), seconds * 1000


def compare(call: Call, count: int, facts: int, python: str | None) -> list[tuple[str, float]]:
    """The milliseconds of one case for everybody; they must agree about every violation."""
    rounds = 20 if count < 100 else 5
    rules, subjects = conditions(count), subjects_of(facts)
    rulebook = load_rulebook(source_of(count), call)
    program = compile_rulebook(rulebook)
    plain = floor(rules, subjects)
    rows = [("plain Python, two values", median_milliseconds(plain, rounds))]

    def interpreted() -> Any:
        return judge_world(rulebook, populate(rulebook, subjects), RECEIVED)

    violated = sum(one.truth == "不满足" for one in interpreted())
    assert violated == len(plain())
    rows.append(("interpreter, three values", median_milliseconds(interpreted, rounds)))
    if engine_available():
        engine = Engine(program.definitions())

        def asked() -> Any:
            return engine.evaluate(program.facts(populate(rulebook, subjects)), epoch(RECEIVED))

        assert disagreements(interpreted(), asked()) == ()
        rows.append(("engine, three values", median_milliseconds(asked, rounds)))
        both = median_milliseconds(lambda: disagreements(interpreted(), asked()), rounds)
        rows.append(("interpreter and engine, compared", both))
        engine.close()
    with Judge(source_of(count), call) as judge:
        judge.judge(subjects, RECEIVED)
        whole = median_milliseconds(lambda: judge.judge(subjects, RECEIVED), rounds)
        rows.append(("as in service: child process, findings, traces", whole))
    if python:
        hits, taken = zen(python, rules, subjects, rounds)
        assert hits == violated, (hits, violated)
        rows.append(("zen-engine, two values", taken))
    return rows


def resident(process: int) -> float:
    """Resident memory of a process in MB."""
    pages = int(Path(f"/proc/{process}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


def memory(call: Call, judgements: int) -> None:
    """Resident memory of both processes over many cases: it must stay where it was after the first
    tenth.
    """
    subjects = subjects_of(2)
    with Judge(source_of(10), call) as judge:
        for number in range(judgements + 1):
            judge.judge(subjects, RECEIVED)
            if (number and number % (judgements // 5) == 0) or number == judgements // 10:
                child = resident(judge.worker_pid) if judge.worker_pid else 0
                print(
                    f"  after {number:>7} judgements: {resident(os.getpid()):6.1f} MB, child {child:6.1f} MB",
                    flush=True,
                )


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--judgements", type=int, default=20_000)
    parser.add_argument("--no-peer", action="store_true", help="do not try to install zen-engine")
    options = parser.parse_args()
    call = load_call("bench", CALL)
    with tempfile.TemporaryDirectory() as folder:
        python = None if options.no_peer else zen_python(Path(folder))
        if python is None:
            print("zen-engine is not compared: it could not be installed, or was not asked for")
        for count, facts in SIZES:
            print(f"{count} rules on {facts} subjects, one case:")
            rows = compare(call, count, facts, python)
            for name, taken in rows:
                print(f"  {name:<48} {taken:9.2f} ms  {taken / rows[0][1]:7.1f}", flush=True)
    print("memory:")
    memory(call, options.judgements)


if __name__ == "__main__":
    main()
