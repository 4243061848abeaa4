"""Judges cases: the interpreter decides, the engine in its child process must agree, or staff look.

A crash, a hang or a disagreement never loses a case and never lets one pass: it adds a finding that
refers the whole case to staff, and a text for the administrators. What rules mean is ``rules/``.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from functools import lru_cache
from types import TracebackType
from typing import Any, Self

from ingest.judging.child import Child, ChildDiedError
from rules.call import Call
from rules.engine.agreement import disagreements
from rules.engine.shards import Program, compile_rulebook
from rules.judge import Narrator, RuleResult, epoch, judge_world
from rules.language import Rulebook
from rules.logic import populate
from rules.rulebook import load_rulebook
from rules.subjects import Subject
from rules.values import World
from rules.verdict import Finding, Outcome, Truth

SYSTEM_RULE = "SYS"
WORKER = "ingest.judging.worker"
ATTEMPTS = 2  #: one restart, one retry

Hits = list[tuple[str, dict[str, str]]]


@dataclass(frozen=True)
class Judgement:
    """What the rules say of a case."""

    findings: tuple[Finding, ...]
    #: every applicable rule and binding with its trace, JSON-able, for ``case explain``
    results: list[dict[str, Any]]
    rules_sha256: str
    #: for the administrators; "" when engine and interpreter agree or there is no engine
    disagreement: str


@lru_cache(maxsize=4)
def _compiled(source: str, call: Call) -> tuple[Rulebook, Program]:
    rulebook = load_rulebook(source, call)
    return rulebook, compile_rulebook(rulebook)


class Judge:
    """A rule file at work; close it, or use it as a context manager, to end its child process."""

    def __init__(
        self,
        source: str,
        call: Call,
        *,
        timeout: float = 20.0,
        worker: str = WORKER,
    ) -> None:
        """Read and compile ``source``; ``timeout`` is in seconds per case. The child starts with
        the first case.

        Raises:
            RuleFileError: when the rule file cannot be used.
        """
        self.rulebook, self._program = _compiled(source, call)
        self.rules_sha256 = hashlib.sha256(source.encode()).hexdigest()
        #: whether the engine takes part; None before the first case
        self.engine: bool | None = None
        self._timeout = timeout
        self._worker = worker
        self._child: Child | None = None

    @property
    def worker_pid(self) -> int | None:
        """Process id of the running child, None when there is none."""
        return self._child.pid if self._child is not None else None

    def start(self) -> None:
        """Have the engine compile the rules now, in the child process, not with the first case.

        Raises:
            ChildDiedError: it cannot.
        """
        self._running()

    def judge(self, subjects: Sequence[Subject], received: datetime) -> Judgement:
        """Judge one case; ``received`` is the aware instant at which the server received
        the mail.
        """
        world = populate(self.rulebook, subjects)
        results = judge_world(self.rulebook, world, received)
        differences = self._cross_check(world, results, epoch(received))
        narrator = Narrator(self.rulebook, world)
        found = [narrator.finding(result) for result in results if result.outcome is not None]
        if differences:
            found.append(_system_finding(differences))
        record = [
            _recorded(
                result,
                narrator,
            )
            for result in results
            if result.truth is not Truth.NOT_APPLICABLE
        ]
        return Judgement(tuple(found), record, self.rules_sha256, "\n".join(differences))

    def _cross_check(
        self,
        world: World,
        results: Sequence[RuleResult],
        instant: int,
    ) -> tuple[str, ...]:
        try:
            hits = self._ask({"facts": self._program.facts(world), "instant": instant})
        except ChildDiedError as error:
            return (str(error),)
        return disagreements(results, hits) if self.engine else ()

    def _ask(self, case: dict[str, Any]) -> Hits:
        """The engine's hits; a child that fails is replaced once.

        Raises:
            ChildDiedError: when the second one fails too.
        """
        for attempt in range(1, ATTEMPTS + 1):
            try:
                answer = self._running().ask(case, self._timeout)
                return [(str(name), dict(matched)) for name, matched in answer["hits"]]
            except ChildDiedError:
                self._child = None
                if attempt == ATTEMPTS:
                    raise
        raise AssertionError("unreachable")

    def _running(self) -> Child:
        if self._child is None:
            child = Child(self._worker)
            opening = {"definitions": self._program.definitions(), "seconds": self._timeout + 1}
            self.engine = bool(child.ask(opening, self._timeout)["engine"])
            self._child = child
        return self._child

    def close(self) -> None:
        """End the child process."""
        if self._child is not None:
            self._child.close()
            self._child = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()


def _system_finding(differences: tuple[str, ...]) -> Finding:
    return Finding(
        rule=SYSTEM_RULE, title="系统核验", clause="", outcome=Outcome.REFER, truth=Truth.UNDECIDED,
        text="材料已收到。系统自动核验未能得出一致的结论，将由工作人员核验，贵单位暂不需要处理。",
        subjects=(), evidence=differences,
    )  # fmt: skip


def _recorded(result: RuleResult, narrator: Narrator) -> dict[str, Any]:
    steps = narrator.trace(result)
    return {
        "rule": result.rule.id,
        "title": result.rule.title,
        "clause": result.rule.clause,
        "line": result.rule.position.line,
        "subjects": list(result.subjects),
        "truth": str(result.truth),
        "outcome": str(result.outcome) if result.outcome is not None else "",
        "trace": [str(step) for step in steps],
        "conditions": [asdict(step) for step in steps],
    }
