"""What waits for a person: tasks with the cases they are about, for the desk and the command line,
and how each is done. Reads only, decides nothing.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TypedDict

from sqlmodel import Session

from ingest.errors import UsageError
from ingest.store.cases import find_case_row, get_case
from ingest.store.messages import get_message
from ingest.store.tables import CaseRow, MessageRow, TaskRow
from ingest.store.tasks import get_task, open_tasks
from rules.tasks import TASK_NAMES, TaskKind
from rules.vocabulary import normalise


@dataclass(frozen=True, slots=True)
class TaskLine:
    """One open task as it is listed."""

    id: int
    kind: TaskKind
    name: str  #: what it asks for
    reason: str
    case: str  #: code; "" when it is about no case
    submitter: str  #: whose case, else who wrote
    track: str
    entry: str
    subject: str  #: of the mail it is about
    message: int | None
    address: str
    telephone: str
    assigned_to: str
    opened: datetime


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which tasks are looked for; "" leaves it open."""

    text: str = ""  #: words that must all occur, anywhere in the line
    kind: str = ""
    track: str = ""
    assigned_to: str = ""


@dataclass(frozen=True, slots=True)
class TaskList:
    """The tasks that were looked for, and what there is to choose from."""

    lines: tuple[TaskLine, ...]  #: the oldest first
    total: int  #: all open tasks
    kinds: Mapping[TaskKind, int]  #: of all open tasks
    tracks: tuple[str, ...]


class TaskRecord(TypedDict):
    """One task in one record, for programs."""

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
_RELEASE = "mailroom message release {message} --case {case} --because 理由"
_HOW = {
    TaskKind.VERIFY: _DECIDE,
    TaskKind.SECOND: "同意: mailroom case decide {case} 不予受理 --because 同意；不同意: 另作结论",
    TaskKind.WITHDRAWAL: "mailroom case withdraw {case} --because 理由；误发的加 --refuse",
    TaskKind.CHANGE: "退出: mailroom case withdraw {case} --entry 名称 --because 理由（漏列的加 --refuse）；"
    "更名: mailroom case rename {case} --entry 旧名 --to 新名 --because 理由",
    TaskKind.HELD: f"属于本案: {_RELEASE}；不属于: mailroom task close {{task}} --because 理由",
    TaskKind.IDENTITY: f"电话核实后，属于本案: {_RELEASE}；不属于: mailroom task close {{task}} --because 理由",
    TaskKind.RIVALS: "mailroom case settle 算数的案卷 --because 理由",
    TaskKind.SAME_ENTRY: "不算数的一件: mailroom case withdraw 案卷 [--entry 名称] --because 理由，"
    "或 case decide；然后 mailroom task close {task} --because 理由",
    TaskKind.LATE_PIECES: _DECIDE,
    TaskKind.CALL: "mailroom message route {message} 征集编号 --because 理由；不是申报的，"
    "答复后 mailroom task close {task} --because 怎样办的",
}
_CLOSE = "办完后 mailroom task close {task} --because 怎样办的"


def task_records(session: Session, code: str = "") -> list[TaskRecord]:
    """Every open task, the oldest first; of one case, where named. Raises UsageError."""
    case_id = find_case_row(session, code).id if code else None
    return [_record(_line(session, row)) for row in open_tasks(session, case_id=case_id)]


def task_detail(session: Session, number: int) -> TaskDetail:
    """Everything about one task, closed or not. Raises UsageError."""
    row = get_task(session, number)
    if row is None:
        raise UsageError(f"没有编号为 {number} 的待办", "用 mailroom task list 查看编号")
    line = _line(session, row)
    return {
        **_record(line),
        "subject": line.subject,
        "how": how_to(line),
        "closed": row.closed_at,
        "closed_by": row.closed_by,
        "closed_because": row.closed_because,
    }


def how_to(line: TaskLine) -> str:
    """The command by which a task is done; one that is about no case yet is closed."""
    needs_case = line.kind in _HOW and line.kind not in (TaskKind.RIVALS, TaskKind.CALL)
    how = _CLOSE if needs_case and not line.case else _HOW.get(line.kind, _CLOSE)
    return how.format(case=line.case, message=line.message, task=line.id)


def _record(line: TaskLine) -> TaskRecord:
    return {
        "id": line.id,
        "kind": line.kind.value,
        "asks": line.name,
        "case": line.case or None,
        "entry": line.entry,
        "message": line.message,
        "reason": line.reason,
        "address": line.address,
        "telephone": line.telephone,
        "assigned_to": line.assigned_to,
        "opened": line.opened,
    }


def list_tasks(session: Session, wanted: Wanted) -> TaskList:
    """The open tasks that fit."""
    lines = [_line(session, row) for row in open_tasks(session)]
    kinds = Counter(line.kind for line in lines)
    return TaskList(
        lines=tuple(line for line in lines if fits(line, wanted)),
        total=len(lines),
        kinds={kind: kinds[kind] for kind in TaskKind if kinds[kind]},
        tracks=tuple(dict.fromkeys(line.track for line in lines if line.track)),
    )


def tasks_of(session: Session, case_id: int) -> tuple[TaskLine, ...]:
    """The open tasks of one case, the oldest first."""
    return tuple(_line(session, row) for row in open_tasks(session, case_id=case_id))


def fits(line: TaskLine, wanted: Wanted) -> bool:
    """Whether a task is one of those looked for."""
    chosen = (
        (wanted.kind, line.kind),
        (wanted.track, line.track),
        (wanted.assigned_to, line.assigned_to),
    )
    return all(value in ("", is_) for value, is_ in chosen) and occurs(
        wanted.text,
        (
            line.case, line.submitter, line.entry, line.reason, line.name, line.subject,
            line.address, line.telephone,
        ),
    )  # fmt: skip


def occurs(text: str, places: Iterable[str]) -> bool:
    """Whether every word of ``text`` stands in one of the places, however it is written."""
    known = [normalise(place) for place in places]
    return all(any(normalise(word) in place for place in known) for word in text.split())


def _line(session: Session, row: TaskRow) -> TaskLine:
    case = get_case(session, row.case_id) if row.case_id is not None else None
    mail = get_message(session, row.message_id) if row.message_id is not None else None
    return TaskLine(
        id=row.id,
        kind=row.kind,
        name=TASK_NAMES[row.kind],
        reason=row.reason,
        case=case.code if case else "",
        submitter=_whose(case, mail) or row.address,
        track=case.track if case else "",
        entry=row.entry,
        subject=mail.subject if mail else "",
        message=row.message_id,
        address=row.address or _from(case, mail),
        telephone=row.telephone,
        assigned_to=row.assigned_to or (case.assigned_to if case else ""),
        opened=row.opened_at,
    )


def _from(case: CaseRow | None, mail: MessageRow | None) -> str:
    """Who is to be answered."""
    if case is not None:
        return case.reply_address
    return mail.from_address if mail is not None else ""


def _whose(case: CaseRow | None, mail: MessageRow | None) -> str:
    if case is not None:
        return case.submitter
    return (mail.from_name or mail.from_address) if mail is not None else ""
