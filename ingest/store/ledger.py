"""The ledger (台账) of events, the state of the folders, and the counts that status and digest show.

Events are only ever added, each chained to the one before it (``chain.py``; ``audit.py`` verifies). Every function takes a session and leaves the commit to it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func
from sqlmodel import Session, col, select

from ingest.store.chain import GENESIS, content_sha256, link
from ingest.store.messages import known_uids
from ingest.store.tables import CaseRow, DecisionRow, EventRow, FolderRow, MessageRow, MessageState
from notifier.attempts import OutboxState
from notifier.outbox import NewLetter, OutboxRow, count_by_state, enqueue
from rules.verdict import Decision


def record_event(
    session: Session,
    now: datetime,
    kind: str,
    text: str,
    *,
    message_id: int | None = None,
    case_id: int | None = None,
    outbox_id: int | None = None,
    sha256: str = "",
) -> EventRow:
    """Add one thing that happened; ``text`` is a Chinese sentence for staff.

    ``sha256`` is that of what it speaks of, so that the chain vouches for it too: the raw mail of ``received``, the
    reading of ``read``, the decision of ``decided``, the bytes of the letter of ``queued``. Ids have no gap, because
    the one writer's lock of ``Database.writing`` is held.
    """
    row = EventRow(
        at=now, kind=kind, text=text, message_id=message_id, case_id=case_id, outbox_id=outbox_id,
        sha256=sha256, content="", chain="",
    )  # fmt: skip
    _append(session, [row])
    return row


def record_received(session: Session, now: datetime, mails: Sequence[tuple[MessageRow, str]]) -> None:
    """The ``received`` events of several mails with their texts, in their order, added at once."""
    _append(session, [
        EventRow(at=now, kind="received", text=text, message_id=row.id, sha256=row.sha256, content="", chain="")
        for row, text in mails
    ])  # fmt: skip


def _append(session: Session, rows: Sequence[EventRow]) -> None:
    number, previous = _last_link(session)
    for row in rows:
        row.id = number = number + 1
        row.content = content_sha256(row)
        row.chain = previous = link(previous, row.content)
    session.add_all(rows)
    session.flush()


def _last_link(session: Session) -> tuple[int, str]:
    last = session.exec(select(EventRow.id, EventRow.chain).order_by(col(EventRow.id).desc()).limit(1)).first()
    return (0, GENESIS) if last is None else (last[0], last[1])


@dataclass(frozen=True, slots=True)
class Head:
    """The end of the ledger: whoever has noted it down notices when the end is cut off."""

    events: int  #: number of the last row, which is how many there are
    chain: str  #: of the last row; zeros when there is none


def ledger_head(session: Session) -> Head:
    """The present end of the ledger."""
    return Head(*_last_link(session))


def queue_letter(session: Session, letter: NewLetter, now: datetime, text: str) -> tuple[OutboxRow, bool]:
    """``notifier.outbox.enqueue`` with its line in the ledger, which vouches for the letter's bytes."""
    row, is_new = enqueue(session, letter, now)
    if is_new:
        record_event(
            session, now, "queued", text, message_id=letter.message_ref, case_id=letter.case_id, outbox_id=row.id,
            sha256=hashlib.sha256(letter.mime).hexdigest(),
        )  # fmt: skip
    return row, is_new


def list_events(
    session: Session,
    *,
    message_id: int | None = None,
    case_id: int | None = None,
    since: datetime | None = None,
    kind: str | None = None,
    limit: int = 1000,
) -> list[EventRow]:
    """Events in the order they happened, of everything unless something is named; at most the latest ``limit``."""
    conditions = {EventRow.message_id: message_id, EventRow.case_id: case_id, EventRow.kind: kind}
    query = select(EventRow).where(*(col(column) == value for column, value in conditions.items() if value is not None))
    if since is not None:
        query = query.where(col(EventRow.at) >= since)
    latest = list(session.exec(query.order_by(col(EventRow.id).desc()).limit(limit)))
    return latest[::-1]


def save_folder(
    session: Session, folder: str, uidvalidity: int, uids: Collection[int], now: datetime, *, listing: str = ""
) -> None:
    """A look at a folder succeeded: it holds ``uids``, and so many of them are in the ledger.

    Mails that staff have moved away since are in the ledger and not on the server; that is no difference to report.
    ``listing`` names the uids when none of them has to be fetched any more, see :func:`save_unchanged`.
    """
    row = session.get(FolderRow, folder) or FolderRow(folder=folder)
    row.uidvalidity, row.polled_at, row.error, row.listing = uidvalidity, now, "", listing
    row.server_count = len(uids)
    row.ledger_count = len(known_uids(session, folder, uidvalidity, row.incarnation).intersection(uids))
    session.add(row)
    session.flush()


def save_unchanged(session: Session, folder: FolderRow, now: datetime) -> None:
    """A look at a folder succeeded and showed the uids that were all in the ledger at the last one."""
    folder.polled_at, folder.error = now, ""
    session.add(folder)
    session.flush()


def begin_incarnation(session: Session, folder: str, uidvalidity: int, incarnation: int) -> None:
    """From now on the folder's uids mean other mails than before (RFC 9051 2.3.1.1): none of them is known."""
    row = session.get(FolderRow, folder) or FolderRow(folder=folder)
    row.uidvalidity, row.incarnation, row.listing = uidvalidity, incarnation, ""
    session.add(row)
    session.flush()


def forget_listings(session: Session) -> None:
    """Let the next look at every folder compare uid by uid with the ledger, whatever the last one said."""
    for row in list_folders(session):
        row.listing = ""
        session.add(row)
    session.flush()


def save_folder_error(session: Session, folder: str, error: str) -> None:
    """A look at a folder failed; what the last good look showed is kept."""
    row = session.get(FolderRow, folder) or FolderRow(folder=folder)
    row.error = error
    session.add(row)
    session.flush()


def list_folders(session: Session) -> list[FolderRow]:
    """The folders that have been looked at, by name."""
    return list(session.exec(select(FolderRow).order_by(col(FolderRow.folder))))


@dataclass(frozen=True, slots=True)
class Counts:
    """How much there is of everything. Every state is named, with 0 where there is none."""

    messages: Mapping[MessageState, int]
    unanswered: int  #: read, and neither letter nor "none needed" decided
    cases: Mapping[Decision, int]  #: by the decision in force
    undecided: int  #: cases that have never been judged
    to_judge: int  #: cases that wait for their settle window or for judging
    outbox: Mapping[OutboxState, int]


def count_everything(session: Session) -> Counts:
    """The state of the whole house, for ``status`` and the digest."""
    messages = dict(session.exec(select(MessageRow.state, func.count()).group_by(col(MessageRow.state))).all())
    cases = dict(session.exec(select(CaseRow.decision, func.count()).group_by(col(CaseRow.decision))).all())
    unanswered = select(func.count()).where(
        col(MessageRow.state) == MessageState.READ, col(MessageRow.answered).is_(False)
    )
    return Counts(
        messages={state: messages.get(state, 0) for state in MessageState},
        unanswered=session.exec(unanswered).one(),
        cases={decision: cases.get(decision, 0) for decision in Decision},
        undecided=cases.get(None, 0),
        to_judge=session.exec(select(func.count()).where(col(CaseRow.judge_after).is_not(None))).one(),
        outbox=count_by_state(session),
    )


def count_fetched(session: Session, start: datetime, end: datetime) -> int:
    """How many mails (duplicates and those before the cut-off not counted) were first seen in [start, end)."""
    silent = (MessageState.DUPLICATE, MessageState.BEFORE_CUTOFF)
    query = select(func.count()).where(
        col(MessageRow.fetched_at) >= start, col(MessageRow.fetched_at) < end, col(MessageRow.state).not_in(silent)
    )  # fmt: skip
    return session.exec(query).one()


def count_decided(session: Session, start: datetime, end: datetime) -> dict[Decision, int]:
    """How many cases got a decision in [start, end), each counted once, with the last it got in that time."""
    query = select(DecisionRow).where(col(DecisionRow.decided_at) >= start, col(DecisionRow.decided_at) < end)
    last = {row.case_id: row.decision for row in session.exec(query.order_by(col(DecisionRow.id)))}
    return {decision: list(last.values()).count(decision) for decision in Decision}


def count_on_server(session: Session) -> int:
    """How many mails the watched folders held at the last good look."""
    return sum(row.server_count for row in list_folders(session))


def count_in_ledger(session: Session) -> int:
    """How many of these mails have a row."""
    return sum(row.ledger_count for row in list_folders(session))
