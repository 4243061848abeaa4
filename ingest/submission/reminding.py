"""Who is reminded today: of what was to be mended, or of the call itself. Pure.

Values and ``now`` in, the day whose reminder is due out; ``ingest/steps/remind.py`` looks the
values up and writes the letters.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime

from ingest.submission.inhand import CaseInHand
from rules.call import Call, Unit
from rules.tasks import TaskKind
from rules.timetable import due_reminder
from rules.verdict import Decision, Verdict


@dataclass(frozen=True)
class Reminder:
    """A reminder that is due."""

    day: date
    address: str
    message_id: str  #: of the letter it reminds of
    told: datetime
    verdict: Verdict


BEFORE_ALL = frozenset({TaskKind.RIVALS, TaskKind.WITHDRAWAL, TaskKind.CHANGE})
"""While such a task is open people must say first whether the case goes on at all."""


def reminder_day(
    case: CaseInHand, call: Call, reminded: Collection[date], now: datetime
) -> date | None:
    """The day whose reminder is due for a case that was reminded on these days; None when none
    is.
    """
    told = case.told
    if case.decision is not Decision.INCOMPLETE or case.pending or told is None:
        return None
    if case.ended or case.contested or case.tasks & BEFORE_ALL or not told.arrived:
        return None
    day = due_reminder(call.deadline, call.timing, told.at, now)
    return None if day in reminded else day


@dataclass(frozen=True)
class UnitInSight:
    """What a reminder depends on, of one unit of the call."""

    unit: Unit
    heard: bool  #: a case was opened in its name, by whomever
    unreachable: Collection[str]  #: addresses to which letters do not get through
    reminded: frozenset[date]


def call_reminder(sight: UnitInSight, call: Call, now: datetime) -> tuple[date, str] | None:
    """The day whose reminder of the call is due for a unit, and the address it goes to."""
    if not call.timing.remind_silent or sight.heard:
        return None
    day = due_reminder(call.deadline, call.timing, call.published, now)
    if day is None or day in sight.reminded:
        return None
    listed = (address for address in sight.unit.addresses if not address.startswith("@"))
    address = next((each for each in listed if each not in sight.unreachable), None)
    return None if address is None else (day, address)
