"""The tasks 电话通知: one for each letter that did not arrive, closed by itself when a later one has.

What is lost is said by ``ingest/views/delivery.py``; who telephones closes the task by hand.
"""

from __future__ import annotations

from datetime import datetime

from sqlmodel import Session

from ingest.steps.verifying import BY_PROGRAM, telephone_of
from ingest.store.cases import latest_decision, load_subjects, load_verdict
from ingest.store.database import Database
from ingest.store.events import EventKind, record_event
from ingest.store.tables import TaskRow
from ingest.store.tasks import NewTask, close_task, open_task, tasks_about_letters
from ingest.views.delivery import lost_letters
from notifier.letternames import LETTER_NAMES
from notifier.outbox import OutboxRow
from rules.tasks import TaskKind

MADE_GOOD = "信函已送达，或其后另一封信函已送达"


def keep_undelivered_tasks(database: Database, now: datetime) -> int:
    """Every lost letter has one task, and no other has an open one; how many were opened or
    closed.
    """
    with database.reading() as session:
        opened, done = _changes(session, now)
    if not opened and not done:
        return 0
    with database.writing() as session:
        opened, done = _changes(session, now)
        for letter in opened:
            _open(session, letter, now)
        for task in done:
            close_task(session, task.id, BY_PROGRAM, MADE_GOOD, now)
            text = f"待办 {task.id}（电话通知）已办结：{MADE_GOOD}"
            data = {"who": BY_PROGRAM, "because": MADE_GOOD, "task": str(task.id)}
            record_event(
                session, now, EventKind.TASK_CLOSED, text,
                case_id=task.case_id, outbox_id=task.outbox_id, data=data,
            )  # fmt: skip
    return len(opened) + len(done)


def _changes(session: Session, now: datetime) -> tuple[list[OutboxRow], list[TaskRow]]:
    lost = {letter.id: letter for letter in lost_letters(session, now)}
    tasks = tasks_about_letters(session)
    known = {task.outbox_id for task in tasks}
    done = [task for task in tasks if task.closed_at is None and task.outbox_id not in lost]
    return [letter for number, letter in lost.items() if number not in known], done


def _open(session: Session, letter: OutboxRow, now: datetime) -> None:
    decision = None if letter.case_id is None else latest_decision(session, letter.case_id)
    telephone = ""
    if decision is not None:
        telephone = telephone_of(load_verdict(decision), load_subjects(decision), "")
    name = LETTER_NAMES.get(letter.kind, letter.kind)
    new = NewTask(
        key=f"undelivered:{letter.id}",
        kind=TaskKind.UNDELIVERED,
        reason=f"{name}没有送达 {letter.recipient}，请电话告知",
        case_id=letter.case_id,
        message_id=letter.message_ref,
        outbox_id=letter.id,
        address=letter.recipient,
        telephone=telephone,
    )
    open_task(session, new, now)
