"""The tasks 核实重复报送: one applicant put forward by two units, or one file sent by two.

Called inside the transaction that keeps a verdict. Nothing is decided by it: whose the application
is, staff say.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

from sqlmodel import Session

from ingest.steps.verifying import BY_PROGRAM, telephone_of
from ingest.store.cases import (
    cases_of_message,
    latest_decision,
    load_subjects,
    load_verdict,
)
from ingest.store.marks import cases_with_marks, mark_case
from ingest.store.tables import CaseRow, DecisionRow
from ingest.store.tasks import NewTask, close_task, open_task, open_tasks
from ingest.submission.case import Case, Entry
from ingest.submission.joining import claim_of
from rules.call import Call
from rules.names import same_applicant
from rules.tasks import TaskKind

_FILE = "file:"


@dataclass(frozen=True)
class _Same:
    """One application that is in two cases."""

    other: CaseRow
    applicant: str
    reason: str


def keep_same_entry_tasks(
    session: Session, call: Call, row: CaseRow, case: Case, decision: DecisionRow, now: datetime
) -> None:
    """Mark the case, and have one open task for every application that another case has too."""
    marks = {mark for entry in case.entries for mark in _marks(entry)}
    mark_case(session, row.id, marks)
    found = {_key(row, same): same for same in _found(session, call, row, case, marks)}
    for task in open_tasks(session, case_id=row.id):
        if task.kind is TaskKind.SAME_ENTRY and task.key not in found:
            close_task(session, task.id, BY_PROGRAM, "现有材料里已没有重复", now)
    verdict, subjects = load_verdict(decision), load_subjects(decision)
    for key, same in found.items():
        new = NewTask(
            key=key,
            kind=TaskKind.SAME_ENTRY,
            reason=same.reason,
            case_id=row.id,
            entry=same.applicant,
            address=row.reply_address,
            telephone=telephone_of(verdict, subjects, same.applicant),
        )
        open_task(session, new, now)


def _marks(entry: Entry) -> Iterator[str]:
    if entry.name is not None and entry.name.own:
        yield _name_mark(entry.name.own)
    if entry.applicant:  # a form that nobody has filled in is everybody's
        yield from (f"{_FILE}{item.document.sha256}" for item in entry.forms)


def _name_mark(own: str) -> str:
    return f"name:{sha256(own.encode()).hexdigest()}"


def _key(row: CaseRow, same: _Same) -> str:
    """The same for both cases: it is asked about once."""
    first, second = sorted((row.id, same.other.id))
    name = sha256(same.applicant.encode()).hexdigest()[:16]
    return f"same:{first}:{second}:{name}"


def _found(
    session: Session, call: Call, row: CaseRow, case: Case, marks: set[str]
) -> Iterator[_Same]:
    sent = {each.id for mail in case.mails for each in cases_of_message(session, mail.id)}
    for other in cases_with_marks(session, row, marks):
        # Two that claim one name have a task of their own; staff put one mail into two cases.
        if other.id in sent or claim_of(other.submitter_key) == claim_of(row.submitter_key) != "":
            continue
        yield from _between(session, call, row, case, other)


def _between(
    session: Session, call: Call, row: CaseRow, case: Case, other: CaseRow
) -> Iterator[_Same]:
    decision = latest_decision(session, other.id)
    theirs = load_verdict(decision).entries if decision is not None else ()
    named = [entry.applicant for entry in theirs if entry.track == row.track]
    where = f"案卷 {other.code}（{other.submitter}）"
    for entry in case.entries:
        alike = any(same_applicant(entry.applicant, name, call) for name in named)
        if what := _what(entry, where, alike, _shares_a_file(session, row, entry, other)):
            reason = f"{what}。请核实是谁的材料、由哪个单位报送"
            yield _Same(other, entry.applicant, reason)


def _what(entry: Entry, where: str, alike: bool, file: bool) -> str:  # noqa: FBT001
    if alike:
        same = "，其中有同一个文件" if file else ""
        return f"“{entry.applicant}”在本案卷和{where}里都有{same}"
    return f"与{where}有同一个文件（{entry.applicant}）" if file else ""


def _shares_a_file(session: Session, row: CaseRow, entry: Entry, other: CaseRow) -> bool:
    files = [mark for mark in _marks(entry) if mark.startswith(_FILE)]
    return any(each.id == other.id for each in cases_with_marks(session, row, files))
