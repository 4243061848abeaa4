"""A mail above the size limit: not downloaded, but its sender is told, once, what to do instead.

Only the header block is fetched, and read in the disposable worker like any mail. What a mail of
permitted size says is never looked at here.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session

from ingest.log import get_logger
from ingest.mailbox.protocol import MailboxSession, MessageSummary
from ingest.message.errors import UnreadableMessage
from ingest.office import Mouth, Office
from ingest.reading import Reading, ScreeningKind
from ingest.sandbox.mail import read_or_degrade
from ingest.sandbox.workers import WorkerDied, WorkerFailed
from ingest.scratch import scratch_folder
from ingest.steps.letters import Draft, enqueue_letter
from ingest.steps.route import route_mail
from ingest.store.events import record_no_letter
from ingest.store.messages import find_twin_of_large
from ingest.store.tables import MessageRow, MessageState
from ingest.submission.letterrequest import Reply, too_large_request

HEADER_LIMIT = 256 * 1024
"""Bytes of a header block that are read; honest ones have a few thousand."""


@dataclass(frozen=True)
class Header:
    """The header block of a mail, read."""

    reading: Reading
    sha256: str


def header_of(office: Office, session: MailboxSession, summary: MessageSummary) -> Header | None:
    """What the header says; None when it cannot be had or read, which leaves the mail to staff
    alone.

    Raises:
        TemporaryError: the session broke.
    """
    raw = session.fetch_header(summary.uid, HEADER_LIMIT)
    if not raw:
        return None
    with scratch_folder("header") as folder:
        path = folder / "header.eml"
        path.write_bytes(raw)
        try:
            reading = read_or_degrade(path, office.call, office.reading, office.worker)
        except (UnreadableMessage, WorkerDied, WorkerFailed) as error:
            get_logger().warning(
                "header of a large mail cannot be read", uid=summary.uid, error=str(error)
            )
            return None
    return Header(reading, hashlib.sha256(raw).hexdigest())


def answer_too_large(
    mouth: Mouth, database: Session, row: MessageRow, header: Header, now: datetime
) -> None:
    """Write the sender into the row and queue one letter to a person, in the caller's transaction.

    The letter's key is the header block: the same mail in another folder, or under a new uid, gets
    no second one.
    """
    envelope, screening = header.reading.envelope, header.reading.screening
    row.message_id_header, row.subject = envelope.message_id, envelope.subject
    row.from_address, row.from_name = envelope.from_address, envelope.from_name
    row.screening_kind, row.screening_reply = str(screening.kind), screening.reply
    row.screening_reason, row.answered = screening.reason, True
    mails = {each.office.call.id: header.reading for each in mouth.all}
    routed = route_mail(database, mouth, mails, now)
    row.call = routed.call
    if (twin := find_twin_of_large(database, row)) is not None:
        row.state, row.duplicate_of = MessageState.DUPLICATE, twin.id
    database.add(row)
    database.flush()
    if screening.kind is ScreeningKind.PERSON and screening.reply:
        enqueue_letter(routed.mouth, database, _letter(routed.mouth.office, row, header, now), now)
    else:
        record_no_letter(database, now, screening.reason, message_id=row.id)


def _letter(office: Office, row: MessageRow, header: Header, now: datetime) -> Draft:
    envelope = header.reading.envelope
    serial = f"toolarge.{header.sha256[:24]}"
    reply = Reply("", "", envelope.from_address, envelope.from_name, office.from_address, serial)
    request = too_large_request(envelope, row.received_at, office.call, reply, now, office.largest)
    return Draft(f"too_large:{header.sha256}", request, row.id)
