"""The tasks 人工核验: opened by a verdict that a person must look at, closed by one that needs nobody.

Called inside the transaction that keeps the verdict. What a task asks is said by the verdict's
findings; who carries it out is in ``ingest/steps/staff/``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlmodel import Session

from ingest.store.cases import load_subjects, load_verdict
from ingest.store.tables import CaseRow, DecisionRow, TaskRow
from ingest.store.tasks import NewTask, close_task, open_task, open_tasks
from rules.call import APPLICANT_NAME
from rules.staff import to_confirm, to_verify
from rules.subjects import Subject, SubjectField, SubjectKind
from rules.tasks import TaskKind
from rules.verdict import Finding, Verdict

BY_PROGRAM = "程序"
_NO_LONGER = "新的裁定已不需要核验"
_LISTED = "现有材料里已不需要确认"
_BY_ENTRY = "已按申报项另列待办"


def keep_verify_tasks(session: Session, case: CaseRow, row: DecisionRow, now: datetime) -> None:
    """Every entry that a person must look at has one open task, and no other has one."""
    verdict, subjects = load_verdict(row), load_subjects(row)
    needed = dict(to_verify(verdict))
    there = [task for task in open_tasks(session, case_id=case.id) if task.kind is TaskKind.VERIFY]
    for task in there:
        if task.entry not in needed:
            close_task(session, task.id, BY_PROGRAM, _NO_LONGER, now)
    known = {task.entry for task in there}
    for applicant, reasons in needed.items():
        if applicant not in known:
            new = NewTask(
                key=f"verify:{case.code}:{row.version}:{applicant}",
                kind=TaskKind.VERIFY,
                reason="；".join(dict.fromkeys(asked(each, subjects) for each in reasons)),
                case_id=case.id,
                entry=applicant,
                address=case.reply_address,
                telephone=telephone_of(verdict, subjects, applicant),
            )
            open_task(session, new, now)


def asked(finding: Finding, subjects: Sequence[Subject]) -> str:
    """What is to be looked at, and on which paper: two tasks of a case may rest on one rule."""
    papers = [paper_name(each) for each in subjects if each.id in finding.subjects]
    named = "、".join(dict.fromkeys(filter(None, papers)))
    return f"请核对：{finding.title}" + (f"（{named}）" if named else "")


def keep_change_tasks(
    session: Session, case: CaseRow, row: DecisionRow, table: int | None, now: datetime
) -> None:
    """One open task an entry that a newer table leaves out; what the table's own mail (``table``)
    asked for is in it.
    """
    verdict, subjects = load_verdict(row), load_subjects(row)
    needed = dict(to_confirm(verdict))
    there = [task for task in open_tasks(session, case_id=case.id) if task.kind is TaskKind.CHANGE]
    for task in there:
        if why := _why_done(task, needed, table):
            close_task(session, task.id, BY_PROGRAM, why, now)
    for applicant in needed.keys() - {task.entry for task in there}:
        new = NewTask(
            key=f"change:{case.code}:{row.version}:{applicant}",
            kind=TaskKind.CHANGE,
            reason="；".join(needed[applicant].evidence),
            case_id=case.id,
            entry=applicant,
            address=case.reply_address,
            telephone=telephone_of(verdict, subjects, applicant),
        )
        open_task(session, new, now)


def _why_done(task: TaskRow, needed: Mapping[str, Finding], table: int | None) -> str:
    """Why an open task is none any more; "" while it is."""
    if task.entry:
        return "" if task.entry in needed else _LISTED
    return _BY_ENTRY if needed and task.message_id == table else ""


def telephone_of(verdict: Verdict, subjects: tuple[Subject, ...], applicant: str) -> str:
    """The 联系电话 of the entry's papers, else of any form in the case; "" when there is none."""
    own = {entry.entry for entry in verdict.entries if entry.applicant == applicant}
    forms = [each for each in subjects if each.kind in (SubjectKind.APPLICATION, SubjectKind.ROW)]
    forms.sort(key=lambda each: each.id not in own)
    found = (each.fact("联系电话").text for each in forms)
    return next((text for text in found if text), "")


def paper_name(subject: Subject) -> str:
    """Which paper it is, in words for staff; "" for the submission as a whole."""
    match subject.kind:
        case SubjectKind.SUBMISSION | SubjectKind.COUNTS:
            return ""
        case SubjectKind.SCAN:
            return f"{subject.fact(SubjectField.FORM).text or ''}{subject.kind}"
        case SubjectKind.ROW | SubjectKind.ACCEPTED:
            return _named(subject, APPLICANT_NAME)
        case SubjectKind.PART:
            return _named(subject, SubjectField.NAME)
        case _:
            return subject.kind


def _named(subject: Subject, field: str) -> str:
    name = subject.fact(field).value  # of a doubtful one too
    return f"{subject.kind}“{name}”" if name else subject.kind
