"""What waits for a person: the open tasks with the cases they are about. Reads only, decides
nothing.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session

from ingest.store.cases import get_case
from ingest.store.messages import get_message
from ingest.store.tables import CaseRow, MessageRow, TaskRow
from ingest.store.tasks import open_tasks
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
