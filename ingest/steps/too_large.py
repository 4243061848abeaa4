"""A mail above the size limit: not downloaded, but its sender is told, once, what to do instead.

Only the header block is fetched, and read in the disposable worker like any mail. What a mail of permitted size says
is never looked at here.
"""

from __future__ import annotations

import hashlib
import tempfile
from dataclasses import dataclass
from pathlib import Path

from sqlmodel import Session

from ingest.app import App
from ingest.log import get_logger
from ingest.mailbox.protocol import MailboxSession, MessageSummary
from ingest.message.errors import UnreadableMessage
from ingest.reading import Reading, ScreeningKind
from ingest.sandbox.mail import read_or_degrade
from ingest.sandbox.workers import WorkerDied, WorkerFailed
from ingest.steps.letters import Draft, enqueue_letter
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


def header_of(app: App, session: MailboxSession, summary: MessageSummary) -> Header | None:
    """What the header says; None when it cannot be had or read, which leaves the mail to staff alone.

    Raises:
        TemporaryError: the session broke.
    """
    raw = session.fetch_header(summary.uid, HEADER_LIMIT)
    if not raw:
        return None
    office = app.office
    with tempfile.TemporaryDirectory(prefix="mailroom-") as folder:
        path = Path(folder) / "header.eml"
        path.write_bytes(raw)
        try:
            reading = read_or_degrade(path, office.call, office.reading, office.worker)
        except (UnreadableMessage, WorkerDied, WorkerFailed) as error:
            get_logger().warning("header of a large mail cannot be read", uid=summary.uid, error=str(error))
            return None
    return Header(reading, hashlib.sha256(raw).hexdigest())


def answer_too_large(app: App, database: Session, row: MessageRow, header: Header) -> None:
    """Write the sender into the row and queue one letter to a person, in the caller's transaction.

    The letter's key is the header block: the same mail in another folder, or under a new uid, gets no second one.
    """
    envelope, screening = header.reading.envelope, header.reading.screening
    row.message_id_header, row.subject = envelope.message_id, envelope.subject
    row.from_address, row.from_name = envelope.from_address, envelope.from_name
    row.screening_kind, row.screening_reply = str(screening.kind), screening.reply
    row.screening_reason, row.answered = screening.reason, True
    if (twin := find_twin_of_large(database, row)) is not None:
        row.state, row.duplicate_of = MessageState.DUPLICATE, twin.id
    database.add(row)
    database.flush()
    if screening.kind is ScreeningKind.PERSON and screening.reply:
        enqueue_letter(app, database, _letter(app, row, header))
    else:
        record_no_letter(database, app.clock.now(), screening.reason, message_id=row.id)


def _letter(app: App, row: MessageRow, header: Header) -> Draft:
    envelope = header.reading.envelope
    serial = f"toolarge.{header.sha256[:24]}"
    reply = Reply("", "", envelope.from_address, envelope.from_name, app.from_address, serial)
    largest = app.settings.mailbox.max_message_size
    request = too_large_request(envelope, row.received_at, app.call, reply, app.clock.now(), largest)
    return Draft(f"too_large:{header.sha256}", request, row.id)
