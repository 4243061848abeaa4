"""Reminders: one letter for a case or a unit at a time, on the days the call names.

Who is reminded is decided in ``ingest/submission/reminding.py``. The ledger remembers each day a
case was reminded, also when a cap kept the letter back, so nothing is written twice.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date, datetime

from sqlmodel import Session

from ingest.log import get_logger
from ingest.office import Mouth
from ingest.steps.letters import (
    Draft,
    call_reminder_letter,
    enqueue_letter,
    reminder_letter,
)
from ingest.store.cases import latest_decision, list_cases, load_verdict
from ingest.store.database import Database
from ingest.store.events import (
    EventKind,
    bounces,
    list_events,
    record_event,
    supersede_letters,
)
from ingest.store.messages import any_unread
from ingest.submission.reminding import (
    Reminder,
    UnitInSight,
    call_reminder,
    reminder_day,
)
from ingest.views.closing import case_in_hand
from notifier.outbox import last_sent
from rules.call import Call
from rules.timetable import due_reminder
from rules.verdict import Decision


def remind_due(database: Database, mouth: Mouth, now: datetime) -> bool:
    """Write the next reminder that is due, of any call; False when none is."""
    return any(_remind(database, each, now) for each in mouth.all)


def _remind(database: Database, mouth: Mouth, now: datetime) -> bool:
    call = mouth.office.call
    if due_reminder(call.deadline, call.timing, call.published, now) is None:
        return False
    with database.reading() as session:
        if any_unread(session):
            return False  # perhaps it brings what was to be mended
        due = next(_due(session, mouth, now), None)
    if due is None:
        return False
    draft, day, unit = due
    with database.writing() as session:
        if draft.case_id is not None:
            supersede_letters(session, draft.case_id, now)  # an earlier reminder that still waits
        written = enqueue_letter(mouth, session, draft, now)
        who = unit or draft.request.submitter
        text = f"提醒({day.month}月{day.day}日): {who}" + ("" if written else ",信函没有写出")
        data = {"day": day.isoformat(), "unit": unit, "call": call.id}
        record_event(session, now, EventKind.REMINDED, text, case_id=draft.case_id, data=data)
    get_logger().info("reminder", day=day.isoformat(), case=draft.request.case_code, unit=unit)
    return True


def _due(session: Session, mouth: Mouth, now: datetime) -> Iterator[tuple[Draft, date, str]]:
    """The reminders that are due: letter, day and, of one that has sent nothing, the unit."""
    call = mouth.office.call
    done = _reminded(session, call.id)
    bounced = bounces(session)
    for row in list_cases(session, call.id, (Decision.INCOMPLETE,)):
        case = case_in_hand(session, row, bounced)
        day = reminder_day(case, call, done.get(row.id, frozenset()), now)
        decision = latest_decision(session, row.id)
        if day is None or case.told is None or decision is None:
            continue
        told = case.told
        reminder = Reminder(day, told.address, told.message_id, told.at, load_verdict(decision))
        yield reminder_letter(mouth, row, reminder, now), day, ""
    for sight in _silent(session, call, frozenset(bounced), done):
        found = call_reminder(sight, call, now)
        if found is not None:
            day, address = found
            yield call_reminder_letter(mouth, sight.unit, address, day, now), day, sight.unit.name


def _reminded(session: Session, call: str) -> dict[int | str, frozenset[date]]:
    """Case, or name of a unit -> the days on which it was reminded of a call. An older row names no
    call: there was one.
    """
    found: dict[int | str, frozenset[date]] = {}
    for event in list_events(session, kind=EventKind.REMINDED):
        data = json.loads(event.data or "{}")
        if data.get("call", call) != call:
            continue
        key = data["unit"] if event.case_id is None else event.case_id
        found[key] = found.get(key, frozenset()) | {date.fromisoformat(data["day"])}
    return found


def _silent(
    session: Session,
    call: Call,
    bounced: frozenset[int],
    done: dict[int | str, frozenset[date]],
) -> Iterator[UnitInSight]:
    """The units that may be reminded of the call."""
    if not call.timing.remind_silent:
        return
    heard = {case.unit for case in list_cases(session, call.id)}
    for unit in call.units:
        lost = {
            address
            for address in unit.addresses
            if (last := last_sent(session, recipient=address)) is not None and last.id in bounced
        }
        days = done.get(unit.name, frozenset())
        yield UnitInSight(unit, unit.name in heard, lost, days)
