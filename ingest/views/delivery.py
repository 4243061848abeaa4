"""Letters that did not arrive, or perhaps did not, as long as nothing has made that good. Reads
only.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta

from sqlmodel import Session

from ingest.store.events import bounces
from ingest.store.tasks import tasks_about_letters
from notifier.outbox import (
    NOT_TO_APPLICANTS,
    TELLS_A_DECISION,
    OutboxRow,
    find_by_ids,
    list_letters,
    sent_letters,
)
from notifier.outboxstates import OutboxState

FEARED = (OutboxState.FAILED, OutboxState.UNCERTAIN)
"""States of letters that did not arrive, or perhaps did not."""
ARRIVED_AFTER = timedelta(hours=6)
"""A letter that left and of which no bounce came for so long has arrived: most bounces come within
minutes, and a server that cannot deliver yet says so within hours (RFC 5321 section 4.5.4.1).
"""


def lost_letters(session: Session, now: datetime) -> list[OutboxRow]:
    """The letters to applicants that are to be told by telephone, the newest first: bounced, failed
    or uncertain, not made good by a later letter, and not dealt with by a person.
    """
    reported = bounces(session)
    feared = [*find_by_ids(session, reported), *list_letters(session, FEARED)]
    dealt_with = {
        task.outbox_id for task in tasks_about_letters(session) if task.closed_at is not None
    }
    return [
        letter
        for letter in sorted({row.id: row for row in feared}.values(), key=lambda row: -row.id)
        if letter.kind not in NOT_TO_APPLICANTS
        and letter.id not in dealt_with
        and not is_made_good(session, letter, reported, now)
    ]


def is_made_good(
    session: Session, letter: OutboxRow, bounced: Collection[int], now: datetime
) -> bool:
    """Whether a later letter arrived that tells the same people how things stand: of a case one
    that tells its decision, else any to the same address.
    """
    if letter.case_id is None:
        later = sent_letters(session, letter.id, recipient=letter.recipient)
    else:
        later = sent_letters(session, letter.id, case_id=letter.case_id, kinds=TELLS_A_DECISION)
    return any(
        row.id not in bounced and row.sent_at is not None and row.sent_at <= now - ARRIVED_AFTER
        for row in later
    )
