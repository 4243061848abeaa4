"""Judge again what has been judged, from the stored subjects, and say what would be different.
Writes nothing, sends nothing.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, TypedDict

from ingest.judging.cases import Judging, joined
from ingest.progress import Progress, told, untold
from ingest.store.cases import load_subjects, load_verdict
from ingest.store.tables import CaseRow, DecisionRow
from ingest.submission.applicants import Applicants
from ingest.submission.case import Case, Entry
from ingest.submission.presenting import verdict_of
from ingest.submission.timely import first_time
from rules.call import APPLICANT_NAME, Call
from rules.facts import Fact
from rules.kept import with_newcomers, with_standing
from rules.names import same_applicant
from rules.staff import decided_by_staff, has_rival, with_rival
from rules.subjects import Subject, SubjectKind
from rules.verdict import DECISION_NAMES, Decision, Verdict

NOTHING = "通过"
"""What a rule from which nothing follows is said to have given."""


@dataclass(frozen=True)
class RuleChange:
    """One rule that says something else of the same subjects."""

    rule: str
    title: str
    subjects: tuple[str, ...]
    before: str
    after: str


@dataclass(frozen=True)
class CaseChange:
    """One case that would be decided otherwise."""

    case: str
    submitter: str
    version: int
    before: Decision
    after: Decision
    rules: tuple[RuleChange, ...]
    disagreement: str  #: where engine and interpreter differ in the new judgement; "" = nowhere

    @property
    def lines(self) -> Iterator[str]:
        """The change as people read it, the case first."""
        before, after = DECISION_NAMES[self.before], DECISION_NAMES[self.after]
        yield f"{self.case} {self.submitter}: {before} -> {after}"
        for change in self.rules:
            about = "、".join(change.subjects)
            yield f"    {change.rule} {change.title}({about}): {change.before} -> {change.after}"
        if self.disagreement:
            yield f"    引擎与解释器不一致: {self.disagreement}"


def judge_again(
    case: CaseRow,
    decision: DecisionRow,
    judge: Judging,
    call: Call,
) -> CaseChange | None:
    """What ``judge`` makes of the subjects a decision rests on, at the received time it rests on;
    None when the same.
    """
    subjects, old = load_subjects(decision), load_verdict(decision)
    judged = judge.judge(subjects, decision.received_at)
    papers = rebuilt(old, subjects, call, case.track)
    new = verdict_of(papers, judged.findings, judged.rules_sha256)
    if late := [entry.entry for entry in old.entries if entry.newcomer]:
        first = judge.judge(first_time(subjects), decision.received_at)
        new = with_newcomers(new, verdict_of(papers, first.findings, first.rules_sha256), late)
        judged = joined(judged, first)
    new = with_rival(new) if has_rival(old) else new
    new = old if not old.entries and decided_by_staff(old) else with_standing(new, old)
    changes = tuple(_rule_changes(json.loads(decision.trace), judged.results))
    if not changes and new.decision is decision.decision:
        return None
    return CaseChange(
        case.code,
        case.submitter,
        decision.version,
        decision.decision,
        new.decision,
        changes,
        judged.disagreement,
    )


def rebuilt(verdict: Verdict, subjects: Iterable[Subject], call: Call, track: str) -> Case:
    """A case with the entries a stored verdict was about, each with its rows of the
    summary table.
    """
    entries = [Entry(entry.entry, entry.applicant) for entry in verdict.entries]
    for subject in subjects:
        if subject.kind == SubjectKind.ROW:
            fact = subject.fact(APPLICANT_NAME)
            owner = next((one for one in entries if _names(fact, one.applicant, call)), None)
            if owner is not None:
                owner.rows.append(subject.id)
    return Case(track, (), Applicants((), call), entries)


def _names(fact: Fact, applicant: str, call: Call) -> bool:
    """Whether a row's name is ``applicant``'s; decisions of earlier releases say only what is
    written.
    """
    if fact.same_as:
        return fact.same_as == applicant
    return same_applicant(fact.text or "", applicant, call)


def _rule_changes(old: list[dict[str, Any]], new: list[dict[str, Any]]) -> Iterator[RuleChange]:
    before, after = _said(old), _said(new)
    for key in dict.fromkeys([*before, *after]):
        was, now = before.get(key), after.get(key)
        first, second = _outcome(was), _outcome(now)
        if first != second:
            row = now or was or {}
            yield RuleChange(key[0], str(row.get("title", "")), key[1], first, second)


def _said(results: list[dict[str, Any]]) -> dict[tuple[str, tuple[str, ...]], dict[str, Any]]:
    return {(row["rule"], tuple(row["subjects"])): row for row in results}


def _outcome(row: dict[str, Any] | None) -> str:
    """What follows from a rule, with its truth where that is not plainly a violation."""
    return NOTHING if row is None or not row["outcome"] else f"{row['outcome']}({row['truth']})"


@dataclass(frozen=True)
class Replay:
    """What judging stored cases again showed."""

    cases: int
    changes: tuple[CaseChange, ...]
    without_rules: tuple[str, ...] = ()  #: cases whose decision rests on no stored rule file


def replay_against(
    decided: Iterable[tuple[CaseRow, DecisionRow]],
    judge: Judging,
    call: Call,
    progress: Progress = untold,
) -> Replay:
    """All of ``decided`` judged by ``judge``; only what changes is kept."""
    pairs = list(decided)
    found = (judge_again(case, decision, judge, call) for case, decision in told(pairs, progress))
    return Replay(len(pairs), tuple(change for change in found if change is not None))


class RuleChangeRecord(TypedDict):
    """One rule that would say something else."""

    rule: str
    title: str
    subjects: list[str]
    before: str
    after: str


class CaseChangeRecord(TypedDict):
    """One case that would be decided otherwise, as ``rules replay --json`` prints it."""

    case: str
    submitter: str
    version: int
    before: str
    after: str
    disagreement: str
    rules: list[RuleChangeRecord]


def change_json(change: CaseChange) -> CaseChangeRecord:
    """A change as ``rules replay --json`` prints it."""
    return {
        "case": change.case,
        "submitter": change.submitter,
        "version": change.version,
        "before": change.before.value,
        "after": change.after.value,
        "disagreement": change.disagreement,
        "rules": [
            {
                "rule": one.rule,
                "title": one.title,
                "subjects": list(one.subjects),
                "before": one.before,
                "after": one.after,
            }
            for one in change.rules
        ],
    }
