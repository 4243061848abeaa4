"""The canary: once a day a mail to ourselves, the whole way out and in again. If it does not come
back, somebody is told.

It proves what no look at a server can: that a mail sent to this office's address arrives in the
folder that is read. Recognised by its token alone, screened as our own, never answered, never a
case.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from datetime import datetime, timedelta

from sqlmodel import Session

from ingest.log import get_logger
from ingest.office import Mouth
from ingest.reading import Reading
from ingest.receipts.signing import signed_serial
from ingest.steps.alarm import queue_alarm
from ingest.steps.watch import open_incident
from ingest.store.database import Database
from ingest.store.events import EventKind, latest_event, queue_letter, record_event
from ingest.store.folders import list_folders
from ingest.store.messages import any_unread
from notifier.letters import message_id
from notifier.mime import build_notice
from notifier.outbox import NewLetter, first_of_kind, last_of_kind

CANARY = "canary"
"""The kind of these mails in the outbox."""
EVERY = timedelta(hours=24)
OVERDUE = timedelta(hours=26)
"""Twenty-six hours after one canary the next one must have come back: it was sent after
twenty-four."""

_TOKEN = re.compile(r"canary-(\d{8}T\d{6}Z)-([0-9a-f]{24})")


def canary_if_due(database: Database, mouth: Mouth, now: datetime) -> bool:
    """Queue today's canary when the last one is a day old; True when it was queued now. Not for who
    wants none.
    """
    office = mouth.office
    with database.writing() as session:
        last = last_of_kind(session, CANARY)
        if last is not None and now - last.created_at < EVERY:
            return False
        stamp = f"{now:%Y%m%dT%H%M%SZ}"
        subject = f"收发室自检 {token(mouth.key, stamp)}"
        serial, address = signed_serial(mouth.key, f"canary.{stamp}"), office.inbox
        mime = build_notice(
            subject, "这是收发室程序每天发给自己的自检邮件,用来确认收信、发信都正常,无需处理。", to_address=address,
            from_name=office.from_name, from_address=office.from_address, date=now, serial=serial,
        )  # fmt: skip
        new = NewLetter(
            f"{CANARY}:{stamp}",
            CANARY,
            address,
            subject,
            message_id(serial, office.from_address),
            mime,
        )
        return queue_letter(session, new, now, "自检邮件入发件箱")[1]


def token(key: bytes, stamp: str) -> str:
    """What makes a canary ours: nobody without the key can pretend that mail arrives."""
    seal = hmac.new(key, f"canary {stamp}".encode(), hashlib.sha256).hexdigest()[:24]
    return f"canary-{stamp}-{seal}"


def stamp_of(key: bytes, subject: str) -> str | None:
    """The stamp of a genuine canary by its subject; None for any other mail."""
    match = _TOKEN.search(subject)
    genuine = match is not None and hmac.compare_digest(match[0], token(key, match[1]))
    return match[1] if match is not None and genuine else None


def note_canary(
    session: Session, key: bytes, message_id: int, reading: Reading, now: datetime
) -> bool:
    """Write down that a canary came back, in the caller's transaction; False for any other mail."""
    stamp = stamp_of(key, reading.envelope.subject)
    if stamp is None:
        return False
    record_event(
        session,
        now,
        EventKind.CANARY_SEEN,
        f"自检邮件 {stamp} 已收到",
        message_id=message_id,
        data={"stamp": stamp},
    )
    return True


def watch_canary(database: Database, mouth: Mouth, folder: str, now: datetime) -> bool:
    """Tell administrators, once an incident, that a canary did not come back; True while it is
    lost.

    ``folder`` is where it must arrive.
    """
    with database.reading() as session:
        seen = latest_event(session, EventKind.CANARY_SEEN)
        unseen = first_of_kind(session, CANARY, None if seen is None else seen.at)
        incident = open_incident(session, EventKind.CANARY_LOST, EventKind.CANARY_SEEN)
        looked = _looked_at(session, folder)
    lost = (
        unseen is not None and looked is not None and looked - unseen.created_at > OVERDUE - EVERY
    )
    if lost and unseen is not None and incident is None:
        get_logger().error("canary lost", sent=unseen.created_at.isoformat())
        text = (
            f"程序发给自己的自检邮件({unseen.created_at:%Y-%m-%d %H:%M} UTC)没有回到邮箱。发往本邮箱的来件可能也收不到,"
            "或者程序的信发不出去。请从别的邮箱发一封测试邮件,并查看发件箱(mailroom outbox list)和网页邮箱的垃圾邮件、拦截记录。"
        )
        with database.writing() as session:
            number = record_event(session, now, EventKind.CANARY_LOST, "自检邮件没有按时回到邮箱")
            queue_alarm(mouth, session, f"canary:{number}", "自检邮件没有收到", text, now)
    return lost


def _looked_at(session: Session, folder: str) -> datetime | None:
    """When the mailbox was last seen whole and all that came was read; a canary may still sit in
    what is unread.
    """
    if any_unread(session):
        return None
    return next((row.polled_at for row in list_folders(session) if row.folder == folder), None)
