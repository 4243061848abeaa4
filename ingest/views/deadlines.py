"""What the digest says of time: who has been reminded, and when the others will be. Reads only."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from sqlmodel import Session

from ingest.store.cases import list_cases
from notifier.digest import CaseLine
from notifier.outbox import list_letters
from notifier.outboxstates import OutboxState
from rules.call import Call
from rules.timetable import next_reminder
from rules.verdict import Decision


def with_reminders(
    session: Session, call: Call, now: datetime, lines: tuple[CaseLine, ...]
) -> tuple[CaseLine, ...]:
    """The lines of cases to be mended, each with the reminder that left since its decision, or the
    day of the next.
    """
    codes = {row.id: row.code for row in list_cases(session, call.id, (Decision.INCOMPLETE,))}
    left = {
        codes[letter.case_id]: letter.sent_at
        for letter in list_letters(session, (OutboxState.SENT,))
        if letter.kind == "reminder" and letter.case_id in codes
    }
    day = next_reminder(call.deadline, call.timing, now)
    return tuple(
        replace(
            line,
            reminded=sent
            if (sent := left.get(line.case_code)) is not None and sent > line.decided
            else None,
            next_reminder=day,
        )
        for line in lines
    )
