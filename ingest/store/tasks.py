"""待办 in the store: opened once, listed while open, closed with who and why. No decision about what needs a person."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache

from sqlalchemy import bindparam, update
from sqlmodel import Session, col, select
from sqlmodel.sql.expression import SelectOfScalar

from ingest.store.tables import TaskRow
from notifier.rows import fresh_row
from rules.tasks import TaskKind


@dataclass(frozen=True, slots=True)
class NewTask:
    """A task to be opened."""

    key: str  #: what makes two tasks the same one
    kind: TaskKind
    reason: str  #: one Chinese sentence
    case_id: int | None = None
    entry: str = ""  #: the applicant it is about; "" = the whole case
    message_id: int | None = None
    outbox_id: int | None = None
    address: str = ""  #: who waits for it
    telephone: str = ""  #: from trusted papers


_OF_KEY = select(TaskRow).where(TaskRow.key == bindparam("of_key"))


def open_task(session: Session, new: NewTask, now: datetime) -> tuple[TaskRow, bool]:
    """The task with this key, and whether it is new; one that is there already is left as it is,
    closed or not.
    """
    existing = session.exec(_OF_KEY, params={"of_key": new.key}).first()
    if existing is not None:
        return existing, False
    row = TaskRow(
        key=new.key,
        kind=new.kind,
        reason=new.reason,
        case_id=new.case_id,
        entry=new.entry,
        message_id=new.message_id,
        outbox_id=new.outbox_id,
        address=new.address,
        telephone=new.telephone,
        opened_at=now,
    )
    session.add(row)
    session.flush()
    return row, True


def reword_task(session: Session, task_id: int, reason: str) -> None:
    """Say what an open task is about by now."""
    statement = (
        update(TaskRow)
        .where(col(TaskRow.id) == task_id, col(TaskRow.closed_at).is_(None))
        .values(reason=reason)
        .execution_options(synchronize_session="fetch")
    )
    session.exec(statement)


def close_task(session: Session, task_id: int, by: str, because: str, now: datetime) -> bool:
    """Close an open task; False when there is none such, or somebody else has closed it already."""
    statement = (
        update(TaskRow)
        .where(col(TaskRow.id) == task_id, col(TaskRow.closed_at).is_(None))
        .values(closed_at=now, closed_by=by, closed_because=because)
        .execution_options(synchronize_session="fetch")
    )
    return session.exec(statement).rowcount == 1


def close_tasks_of_case(
    session: Session,
    case_id: int,
    kinds: Sequence[TaskKind],
    by: str,
    because: str,
    now: datetime,
    entry: str = "",
) -> list[int]:
    """Close the open tasks of these kinds in a case (of one entry, where named); returns their
    numbers.
    """
    rows = [
        row
        for row in open_tasks(
            session,
            case_id=case_id,
        )
        if row.kind in kinds and entry in ("", row.entry)
    ]
    return [row.id for row in rows if close_task(session, row.id, by, because, now)]


def get_task(session: Session, task_id: int) -> TaskRow | None:
    """The task as the database has it now; None when there is none."""
    return fresh_row(session, TaskRow, task_id)


def open_tasks(
    session: Session,
    *,
    case_id: int | None = None,
    message_id: int | None = None,
) -> list[TaskRow]:
    """Every open task, the oldest first; of one case or mail, where named."""
    named = {"case_id": case_id, "message_id": message_id}
    asked = {name: value for name, value in named.items() if value is not None}
    return list(session.exec(_open(tuple(asked)), params=asked))


_CONDITIONS = {
    "case_id": col(TaskRow.case_id) == bindparam("case_id"),
    "message_id": col(TaskRow.message_id) == bindparam("message_id"),
}


@cache
def _open(asked: tuple[str, ...]) -> SelectOfScalar[TaskRow]:
    """Built once: each mail of a case asks."""
    query = select(TaskRow).where(col(TaskRow.closed_at).is_(None)).order_by(col(TaskRow.id))
    return query.where(*(_CONDITIONS[name] for name in asked))


def tasks_about_letters(session: Session) -> list[TaskRow]:
    """Every task that a letter did not arrive, open or closed, the oldest first."""
    return list(session.exec(_UNDELIVERED))


_UNDELIVERED = select(TaskRow).where(TaskRow.kind == TaskKind.UNDELIVERED).order_by(col(TaskRow.id))
