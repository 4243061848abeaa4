"""``rules status`` and ``rules replay`` as values: what is in force, what stands on the disk, what
another file would change.

Reads the store and the call's folder; nothing is put in force here.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import TypedDict

from sqlmodel import Session

from ingest.calls import CallFolder, with_place
from ingest.errors import ConfigError
from ingest.judging.judge import Judge
from ingest.progress import Progress, told, untold
from ingest.rulefiles.candidates import (
    kept_texts,
    read_texts,
    signature,
    start_judge,
    texts_of,
    with_texts,
)
from ingest.rulefiles.checking import find_rule_file
from ingest.rulefiles.examination import Before, before, examine
from ingest.rulefiles.replay import CaseChange, Replay, judge_again, replay_against
from ingest.store.cases import decisions_in_force
from ingest.store.rulefiles import files_of_decision, last_good, rules_trouble
from ingest.store.tables import CaseRow, DecisionRow, RuleFilesRow
from rules.authoring.examples import case_count


class RulesInUse(TypedDict):
    """The files that are in force."""

    rules_sha256: str
    call_sha256: str
    accepted: datetime


class RulesOnDisk(TypedDict):
    """The files in the call's folder."""

    path: str
    changed: datetime | None
    in_force: bool
    problem: str  #: why they cannot go in force; "" when they can


class RulesStatus(TypedDict):
    """What ``rules status --json`` prints."""

    call: str
    mode: str
    in_force: RulesInUse | None
    examples: int  #: cases that guard the rules in force
    on_disk: RulesOnDisk
    trouble: str


def rules_status(session: Session, path: Path, folder: CallFolder | None) -> RulesStatus:
    """What is in force and whether the files below ``path`` are that; ``folder`` is None when they
    cannot be read.
    """
    row = last_good(session, path.name)
    problem = _problem(path, folder, before(session, path.name))
    trouble = rules_trouble(session, path.name)
    same = row is not None and folder is not None and texts_of(folder) == kept_texts(row)
    return {
        "call": path.name,
        "mode": _mode(row, trouble, same=same, problem=problem),
        "in_force": None
        if row is None
        else {
            "rules_sha256": row.rules_sha256,
            "call_sha256": row.call_sha256,
            "accepted": row.accepted_at,
        },
        "examples": case_count(row.examples_source) if row is not None else 0,
        "on_disk": {
            "path": str(path),
            "changed": _changed(path),
            "in_force": same,
            "problem": problem,
        },
        "trouble": trouble,
    }


def _changed(path: Path) -> datetime | None:
    latest = max((nanoseconds for _, nanoseconds, _ in signature(path)), default=0)
    return datetime.fromtimestamp(latest / 1e9).astimezone() if latest else None


def _problem(path: Path, folder: CallFolder | None, held_against: Before) -> str:
    """Why the files on the disk cannot go in force; "" when they can."""
    try:
        if folder is None:
            read_texts(path)
            return "征集配置 call.yaml 有误"
        examine(folder, held_against).close()
    except ConfigError as error:
        return str(error)
    return ""


def _mode(row: RuleFilesRow | None, trouble: str, *, same: bool, problem: str) -> str:
    if row is None:
        return "全部转人工" if trouble else "尚未启用"
    if same:
        return "现行规则"
    return "上一版规则" if problem else "待启用新规则"


def replay_new_file(
    session: Session,
    folder: CallFolder,
    new: Path,
    since: datetime | None,
    progress: Progress = untold,
) -> Replay:
    """The latest decision of every case judged by the rules in ``new``.

    Raises:
        ConfigError, InputError: the file cannot be used or read.
    """
    path, source = find_rule_file(new, folder)
    with with_place(path, source, lambda text: Judge(text, folder.call)) as judge:
        return replay_against(
            decisions_in_force(session, folder.call.id, since),
            judge,
            folder.call,
            progress,
        )


def replay_as_decided(
    session: Session, folder: CallFolder, since: datetime | None, progress: Progress = untold
) -> Replay:
    """The latest decision of every case judged by the very files it was judged by: nothing may
    change.
    """
    decided = decisions_in_force(session, folder.call.id, since)
    changes: list[CaseChange] = []
    unknown: list[str] = []
    with _judges(session, folder) as judges:
        for case, decision in told(decided, progress):
            found = _again(judges, case, decision)
            if found is None:
                unknown.append(case.code)
            elif found[0] is not None:
                changes.append(found[0])
    return Replay(len(decided), tuple(changes), tuple(unknown))


class _Judges:
    """One judge for each set of stored files, started when first needed."""

    def __init__(self, session: Session, folder: CallFolder) -> None:
        self.session, self.folder = session, folder
        self.running: dict[int, tuple[Judge, CallFolder]] = {}

    def of(self, decision: DecisionRow) -> tuple[Judge, CallFolder] | None:
        """The judge a decision was made by; None when its files are not kept."""
        row = files_of_decision(self.session, decision)
        if row is None:
            return None
        if row.id not in self.running:
            folder = with_texts(self.folder, kept_texts(row))
            self.running[row.id] = start_judge(folder), folder
        return self.running[row.id]


@contextmanager
def _judges(session: Session, folder: CallFolder) -> Iterator[_Judges]:
    judges = _Judges(session, folder)
    try:
        yield judges
    finally:
        for judge, _ in judges.running.values():
            judge.close()


def _again(
    judges: _Judges,
    case: CaseRow,
    decision: DecisionRow,
) -> tuple[CaseChange | None] | None:
    found = judges.of(decision)
    if found is None:
        return None
    judge, folder = found
    return (judge_again(case, decision, judge, folder.call),)
