"""The ledger (台账): every kind of event there is, and the only ways to add one and to find them again.

Events are only ever added, each chained to the one before it (``chain.py``; ``audit.py`` verifies).
What a program needs to know of an event stands in its columns and its ``data``; its sentence is for
people and is never taken apart. Every function takes a session and leaves the commit to it. No list
here has a limit of its own.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from functools import cache

from sqlalchemy import bindparam, insert
from sqlmodel import Session, col, select
from sqlmodel.sql.expression import SelectOfScalar

from ingest.store.chain import GENESIS, content_sha256, link
from ingest.store.tables import EventRow, MessageRow
from notifier.outbox import NewLetter, OutboxRow, enqueue, supersede


class EventKind(StrEnum):
    """Everything that is written into the ledger. A word, once used, keeps its meaning: old rows
    bear it for ever.
    """

    # A mail comes in and is read.
    RECEIVED = "received"  #: it has a row; quotes the hash of its bytes
    READ = "read"  #: quotes the hash of its reading
    SET_ASIDE = "set_aside"  #: reading it failed too often, staff look
    RESYNCHRONISED = "resynchronised"  #: a folder's uids mean other mails than before

    # What it turned out to be.
    PLACED = "placed"  #: what it was taken for, and why
    OPENED = "opened"  #: a case was opened for it
    JOINED = "joined"  #: it is in a case
    HELD = "held"  #: it names somebody else's case, staff look
    QUESTION = "question"  #: it brings nothing to judge
    FORGED = "forged"  #: it only seems to come from whom it names
    OWN_PAPERS = "own_papers"  #: our own mailbox sent papers to itself
    COMPLAINT = "complaint"  #: a provider reports our letters as spam
    MACHINE = "machine"  #: a machine sent papers
    UNDELIVERED = "undelivered"  #: a bounce of the letter ``outbox_id``
    ALLEGED_BOUNCE = "alleged_bounce"  #: the same without any proof: it counts for nothing

    # A case is judged.
    DECIDED = "decided"  #: quotes the hash of the decision
    REJUDGED = "rejudged"  #: a person asked for it; ``data``: who, reason
    DISAGREEMENT = "disagreement"  #: the two rule engines differed
    JUDGING_FAILED = "judging_failed"  #: by our fault, it is tried again

    # Staff at work; ``data``: who, because, and what it was about.
    STAFF_DECIDED = "staff_decided"  #: a person's word on entries; ``data``: before, after too
    STAFF_FACT = "staff_fact"  #: a person read a value; ``data``: entry, field, value too
    ASSIGNED = "assigned"  #: a staff member has the case; ``data``: to
    REMARK = "remark"  #: a note by staff
    CASE_CLOSED = "case_closed"
    WITHDRAWAL_ASKED = "withdrawal_asked"  #: by the case's own people; staff confirm
    WITHDRAWN = "withdrawn"  #: a withdrawal was confirmed
    WITHDRAWAL_REFUSED = "withdrawal_refused"
    #: an entry was dropped, renamed (``data``: to) or said to stay (``after`` is "")
    ENTRY_ENDED = "entry_ended"
    MOVED = "moved"  #: a mail was put into a case, or taken out of it
    ROUTED = "routed"  #: staff said for which call a mail is
    MESSAGE_RELEASED = "message_released"  #: a mail that waited was let into a case; ``data``: to
    SETTLED_RIVALS = "settled_rivals"  #: of several cases under one name this one counts
    MERGED = "merged"
    SPLIT = "split"
    TASK_CLOSED = "task_closed"
    STAFF_MAIL = "staff_mail"  #: a mail from a staff address
    STAFF_REPLY = "staff_reply"  #: what was done with it

    # A letter.
    QUEUED = "queued"  #: quotes the hash of its bytes
    SUPPRESSED = "suppressed"  #: a cap kept it back; ``data``: reason
    NO_LETTER = "no_letter"  #: there is to be none; ``data``: reason
    SENT = "sent"
    #: it is tried again later or by a person's word; of a mail: a person has it read again
    RETRY = "retry"
    UNCERTAIN = "uncertain"  #: nobody knows whether it left
    FAILED = "failed"  #: it did not leave and will not
    HOLD = "hold"  #: by a person's word, like the three that follow
    RELEASE = "release"
    CANCEL = "cancel"
    CONFIRM = "confirm"
    SUPERSEDED = "superseded"  #: the case was decided anew before it left; it never leaves
    #: a case, or a unit that has sent nothing, was reminded, or was to be; ``data``: day, unit
    REMINDED = "reminded"
    CLOSING_PREPARED = "closing_prepared"  #: a case's end waits for a person's release
    CLOSING_RELEASED = "closing_released"  #: and was released; ``data``: who
    DIGEST = "digest"  #: a day's digest was queued
    #: an authority saw the end of the ledger; ``data``: events, chain, answer
    STAMPED = "stamped"

    # Staff at the desk.
    SIGNED_IN = "signed_in"  #: ``data``: who

    # The house itself.
    ALARM = "alarm"  #: the administrators were told, or would have been
    CANARY_SEEN = "canary_seen"  #: ``data``: stamp
    CANARY_LOST = "canary_lost"
    #: for too long no look at the mailbox succeeded: an incident begins
    INTAKE_STALE = "intake_stale"
    INTAKE_WELL = "intake_well"  #: and ends
    RULES_ACCEPTED = "rules_accepted"  #: changed rule files went in force
    RULES_REFUSED = "rules_refused"  #: changed rule files cannot be used, the sentence says why
    #: the call's deadline or one of its 时限 is another; ``data``: name, before, after
    CALL_CHANGED = "call_changed"
    STORE_MOVED = "store_moved"  #: the store was moved elsewhere: nothing happens here any more
    STORE_ARRIVED = "store_arrived"  #: it was moved here
    #: a person took the store over, or brought it back from a backup; ``data``: who
    ADOPTED = "adopted"
    #: a finished call lost its personal data; ``data``: which rows, as spans; who
    PURGED = "purged"
    EXAMPLES_AGREED = "examples_agreed"  #: by a person: the examples of this hash may hold less


BY_STAFF = (
    EventKind.STAFF_DECIDED,
    EventKind.STAFF_FACT,
    EventKind.ASSIGNED,
    EventKind.REMARK,
    EventKind.CASE_CLOSED,
    EventKind.WITHDRAWN,
    EventKind.WITHDRAWAL_REFUSED,
    EventKind.ENTRY_ENDED,
    EventKind.MESSAGE_RELEASED,
    EventKind.ROUTED,
    EventKind.SETTLED_RIVALS,
    EventKind.MOVED,
    EventKind.MERGED,
    EventKind.SPLIT,
    EventKind.TASK_CLOSED,
)
"""Events of what staff did; ``who`` is in the ``data`` of each."""

SILENCES = (EventKind.SUPPRESSED, EventKind.NO_LETTER)
"""Events of letters that were not sent, each with its reason."""


def record_event(
    session: Session,
    now: datetime,
    kind: EventKind,
    text: str,
    *,
    message_id: int | None = None,
    case_id: int | None = None,
    outbox_id: int | None = None,
    sha256: str = "",
    data: Mapping[str, str] | None = None,
) -> int:
    """Add one thing that happened and return its number; ``text`` is a Chinese sentence for staff,
    ``data`` what programs ask of it.

    ``sha256`` is that of what it speaks of, so that the chain vouches for it too: the raw mail of
    ``received``, the reading of ``read``, the decision of ``decided``, the bytes of the letter of
    ``queued``. Ids have no gap, because the one writer's lock of ``Database.writing`` is held.
    """
    said = json.dumps(data, ensure_ascii=False, sort_keys=True) if data else None
    happened = _Happened(now, kind.value, text, message_id, case_id, outbox_id, sha256, said)
    return _append(session, [happened])


def record_no_letter(
    session: Session, now: datetime, reason: str, *, message_id: int, case_id: int | None = None
) -> None:
    """A mail gets no letter, for a reason in Chinese."""
    record_event(
        session, now, EventKind.NO_LETTER, f"不发信函: {reason}",
        message_id=message_id, case_id=case_id, data={"reason": reason},
    )  # fmt: skip


def record_received(
    session: Session,
    now: datetime,
    mails: Sequence[tuple[MessageRow, str]],
) -> None:
    """The ``received`` events of several mails with their texts, in their order, added at once."""
    kind = EventKind.RECEIVED.value
    _append(session, [_Happened(now, kind, text, row.id, sha256=row.sha256) for row, text in mails])


@dataclass
class _Happened:
    """A row of the ledger on its way there; the mapper's objects cost several times as much."""

    at: datetime
    kind: str
    text: str
    message_id: int | None = None
    case_id: int | None = None
    outbox_id: int | None = None
    sha256: str = ""
    data: str | None = None
    id: int = 0
    content: str = ""
    chain: str = ""


_ADD = insert(EventRow)


def _append(session: Session, happened: Sequence[_Happened]) -> int:
    """Add them at the end and return the number of the last."""
    number, previous = _last_link(session)
    for one in happened:
        one.id = number = number + 1
        one.content = content_sha256(one)
        one.chain = previous = link(previous, one.content)
    if happened:
        session.connection().execute(_ADD, [vars(one) for one in happened])
    return number


_LAST = select(EventRow.id, EventRow.chain).order_by(col(EventRow.id).desc()).limit(1)


def _last_link(session: Session) -> tuple[int, str]:
    last = session.exec(_LAST).first()
    return (0, GENESIS) if last is None else (last[0], last[1])


@dataclass(frozen=True, slots=True)
class Head:
    """The end of the ledger: whoever has noted it down notices when the end is cut off."""

    events: int  #: number of the last row, which is how many there are
    chain: str  #: of the last row; zeros when there is none


def ledger_head(session: Session) -> Head:
    """The present end of the ledger."""
    return Head(*_last_link(session))


def queue_letter(
    session: Session,
    letter: NewLetter,
    now: datetime,
    text: str,
) -> tuple[OutboxRow, bool]:
    """``notifier.outbox.enqueue`` with its line in the ledger, which vouches for the letter's
    bytes.
    """
    row, is_new = enqueue(session, letter, now)
    if is_new:
        record_event(
            session, now, EventKind.QUEUED, text,
            message_id=letter.message_ref, case_id=letter.case_id, outbox_id=row.id,
            sha256=hashlib.sha256(letter.mime).hexdigest(),
        )  # fmt: skip
    return row, is_new


def supersede_letters(
    session: Session, case_id: int, now: datetime, told_by: int | None = None
) -> None:
    """``notifier.outbox.supersede`` with a line in the ledger for each letter."""
    for row in supersede(session, case_id, told_by):
        record_event(
            session, now, EventKind.SUPERSEDED, f"案卷已另有结论,信函不再发出: {row.subject}",
            message_id=row.message_ref, case_id=case_id, outbox_id=row.id,
        )  # fmt: skip


def list_events(
    session: Session,
    *,
    message_id: int | None = None,
    case_id: int | None = None,
    since: datetime | None = None,
    kind: EventKind | None = None,
) -> list[EventRow]:
    """Events in the order they happened, of everything unless something is named; all of them."""
    word = None if kind is None else kind.value
    named = {"message_id": message_id, "case_id": case_id, "kind": word, "since": since}
    asked = {name: value for name, value in named.items() if value is not None}
    return list(session.exec(_listing(tuple(asked)), params=asked))


_CONDITIONS = {
    "message_id": col(EventRow.message_id) == bindparam("message_id"),
    "case_id": col(EventRow.case_id) == bindparam("case_id"),
    "kind": col(EventRow.kind) == bindparam("kind"),
    "since": col(EventRow.at) >= bindparam("since"),
}


@cache
def _listing(asked: tuple[str, ...]) -> SelectOfScalar[EventRow]:
    """Built once: each digest asks a dozen times."""
    return select(EventRow).where(*(_CONDITIONS[name] for name in asked)).order_by(col(EventRow.id))


def latest_event(session: Session, *kinds: EventKind) -> EventRow | None:
    """The last event of one of these kinds; None when there was none."""
    return session.exec(_LATEST, params={"kinds": [kind.value for kind in kinds]}).first()


_LATEST = (
    select(EventRow)
    .where(col(EventRow.kind).in_(bindparam("kinds", expanding=True)))
    .order_by(col(EventRow.id).desc())
    .limit(1)
)


def bounces(session: Session) -> dict[int, EventRow]:
    """What bounces said of letters: the last word about each, by the letter's number."""
    events = list_events(session, kind=EventKind.UNDELIVERED)
    return {event.outbox_id: event for event in events if event.outbox_id is not None}


def reason_of(event: EventRow) -> str:
    """Why a letter was not sent, of the SILENCES; of a row older than the reason's own place, its
    whole sentence.
    """
    return str(json.loads(event.data)["reason"]) if event.data else event.text
