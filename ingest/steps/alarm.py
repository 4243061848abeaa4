"""A mail to the administrators about the program itself, once for each incident. What is an
incident is decided elsewhere.
"""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta

from sqlmodel import Session

from ingest.office import Mouth
from ingest.receipts.signing import signed_serial
from ingest.store.events import EventKind, list_events, queue_letter, record_event
from notifier.letters import message_id
from notifier.mime import build_notice
from notifier.outbox import NewLetter
from notifier.transport import deliverable

ALARM = "alarm"
"""The kind of these letters in the outbox."""


def alarm_key(incident: str, address: str) -> str:
    """One mail an incident and administrator, whatever happens."""
    return f"{ALARM}:{incident}:{address}"


def queue_alarm(
    mouth: Mouth, session: Session, incident: str, title: str, text: str, now: datetime
) -> int:
    """Queue one mail for each administrator about ``incident``, in the caller's transaction; how
    many are new.

    ``incident`` names it for ever: a second call with the same name does nothing. Where no
    administrator is named the line in the ledger is all there is, at most once a day. ``title`` and
    ``text`` are Chinese; no applicant's data belongs in them.
    """
    count, office = 0, mouth.office
    reachable = [address for address in office.administrators if deliverable(address)]
    for address in reachable:
        serial = signed_serial(
            mouth.key,
            f"alarm.{hashlib.sha256(alarm_key(incident, address).encode()).hexdigest()[:20]}",
        )
        subject = f"【收发室告警】{title}"
        mime = build_notice(
            subject, text, to_address=address, from_name=office.from_name,
            from_address=office.from_address, date=now, serial=serial,
        )  # fmt: skip
        new = NewLetter(
            alarm_key(incident, address),
            ALARM,
            address,
            subject,
            message_id(serial, office.from_address),
            mime,
        )
        count += queue_letter(session, new, now, f"告警信入发件箱: {title}")[1]
    if count or (not reachable and not told_lately(session, now, title)):
        record_event(session, now, EventKind.ALARM, title)
    return count


def told_lately(session: Session, now: datetime, title: str) -> bool:
    """Whether the ledger, and with it the digest, has said so within a day."""
    return any(
        event.text == title
        for event in list_events(session, kind=EventKind.ALARM, since=now - timedelta(days=1))
    )
