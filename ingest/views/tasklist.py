"""Tasks as records for people and programs. Reads only."""

from __future__ import annotations

from datetime import datetime
from typing import TypedDict

from sqlmodel import Session

from ingest.errors import UsageError
from ingest.store.cases import find_case_row, get_case
from ingest.store.messages import get_message
from ingest.store.tables import TaskRow
from ingest.store.tasks import get_task, open_tasks
from rules.tasks import TASK_NAMES, TaskKind


class TaskRecord(TypedDict):
    """One task in one record."""

    id: int
    kind: str
    asks: str  #: what is to be done, in Chinese
    case: str | None  #: code
    entry: str
    message: int | None
    reason: str
    address: str
    telephone: str
    assigned_to: str
    opened: datetime


class TaskDetail(TaskRecord):
    """One task with what it is about and how it is done."""

    subject: str  #: of the mail it is about; "" without one
    how: str
    closed: datetime | None
    closed_by: str
    closed_because: str


_DECIDE = "mailroom case decide {case} 受理|退回补正|不予受理|转交 --because 理由"
_HOW = {
    TaskKind.VERIFY: _DECIDE,
    TaskKind.SECOND: "同意: mailroom case decide {case} 不予受理 --because 同意；不同意: 另作结论",
    TaskKind.WITHDRAWAL: "mailroom case withdraw {case} --because 理由；误发的加 --refuse",
    TaskKind.HELD: "mailroom message attach {message} --to 案卷 --because 理由，或电话核实后办结",
}
_CLOSE = "办完后 mailroom task close {task} --because 怎样办的"


def task_lines(session: Session, code: str = "") -> list[TaskRecord]:
    """Every open task, the oldest first; of one case, where named. Raises UsageError."""
    case_id = find_case_row(session, code).id if code else None
    return [task_line(session, row) for row in open_tasks(session, case_id=case_id)]


def task_line(session: Session, row: TaskRow) -> TaskRecord:
    """One task in one record; it is whose the case is, unless it was given to somebody itself."""
    case = get_case(session, row.case_id) if row.case_id is not None else None
    return {
        "id": row.id,
        "kind": row.kind.value,
        "asks": TASK_NAMES[row.kind],
        "case": case.code if case is not None else None,
        "entry": row.entry,
        "message": row.message_id,
        "reason": row.reason,
        "address": row.address,
        "telephone": row.telephone,
        "assigned_to": row.assigned_to or (case.assigned_to if case is not None else ""),
        "opened": row.opened_at,
    }


def task_detail(session: Session, number: int) -> TaskDetail:
    """Everything about one task, closed or not. Raises UsageError."""
    row = get_task(session, number)
    if row is None:
        raise UsageError(f"没有编号为 {number} 的待办", "用 mailroom task list 查看编号")
    line = task_line(session, row)
    mail = get_message(session, row.message_id) if row.message_id is not None else None
    return {
        **line,
        "subject": mail.subject if mail is not None else "",
        "how": how_to(line),
        "closed": row.closed_at,
        "closed_by": row.closed_by,
        "closed_because": row.closed_because,
    }


def how_to(line: TaskRecord) -> str:
    """The command by which a task is done."""
    how = _HOW.get(TaskKind(line["kind"]), _CLOSE)
    return how.format(case=line["case"], message=line["message"], task=line["id"])
