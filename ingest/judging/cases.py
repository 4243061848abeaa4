"""One case judged: every entry by its own papers, and what came in time apart from what came late.

The rules are asked about the whole case, then, where mails came on both sides of the deadline,
about what had come in time and about those who were named only afterwards. No I/O.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Protocol

from ingest.judging.judge import Judgement
from ingest.submission.byhand import HandFact, with_hand_facts
from ingest.submission.case import Case
from ingest.submission.presenting import LedgerEntry, subjects_of, verdict_of
from ingest.submission.sender import Sender
from ingest.submission.timely import first_time, in_time, newcomers
from rules.call import Call
from rules.kept import with_kept_acceptances, with_newcomers, with_timely_entries
from rules.subjects import Subject
from rules.verdict import Verdict


class Judging(Protocol):
    """Whatever judges subjects."""

    def judge(self, subjects: Sequence[Subject], received: datetime) -> Judgement:
        """As :meth:`ingest.judging.judge.Judge.judge`."""


@dataclass(frozen=True)
class Surroundings:
    """What the rules may ask beside a case's own papers."""

    call: Call
    sender: Sender
    ledger: tuple[LedgerEntry, ...] = ()
    decided_before: bool = False
    before: Verdict | None = None  #: the verdict in force, whose acceptances are kept
    facts: tuple[HandFact, ...] = ()  #: what people read, the oldest first


@dataclass(frozen=True)
class CaseJudgement:
    """A verdict and what it rests on."""

    verdict: Verdict
    subjects: tuple[Subject, ...]
    results: list[dict[str, Any]]  #: every applicable rule with its trace
    disagreement: str


def judge_case(judge: Judging, case: Case, around: Surroundings) -> CaseJudgement:
    """The verdict on a case."""
    subjects = _subjects(case, around)
    judged = judge.judge(subjects, case.last.received)
    verdict = verdict_of(case, judged.findings, judged.rules_sha256)
    timely = in_time(case, around.call)
    if timely is not None:
        late = newcomers(case, timely)
        if late:
            first = judge.judge(first_time(subjects), case.last.received)
            verdict = with_newcomers(
                verdict, verdict_of(case, first.findings, first.rules_sha256), late
            )
            judged = joined(judged, first)
        verdict = with_timely_entries(verdict, _timely(judge, timely, around), case.names.alike)
    verdict = with_kept_acceptances(verdict, around.before, case.names.alike)
    return CaseJudgement(verdict, subjects, judged.results, judged.disagreement)


def _subjects(case: Case, around: Surroundings) -> tuple[Subject, ...]:
    subjects = subjects_of(
        case,
        around.call,
        around.sender,
        decided_before=around.decided_before,
        ledger=around.ledger,
    )
    return with_hand_facts(subjects, case, around.facts, around.call)


def _timely(judge: Judging, timely: Case, around: Surroundings) -> Verdict:
    subjects = _subjects(timely, replace(around, decided_before=False))
    judged = judge.judge(subjects, timely.last.received)
    return verdict_of(timely, judged.findings, judged.rules_sha256)


def joined(judged: Judgement, first: Judgement) -> Judgement:
    """What the rules said of a case, with what else they said of those who are new in it."""
    more = [row for row in first.results if row not in judged.results]
    disagreement = judged.disagreement or first.disagreement
    return replace(judged, results=[*judged.results, *more], disagreement=disagreement)
