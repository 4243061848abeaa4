"""What a database says of whose it is, read and written; and whether its ledger has come to an end
that was noted elsewhere. No decision comes in: those are ``identity.py``'s.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import func
from sqlmodel import Session, col, select

from ingest.store.events import EventKind, Head
from ingest.store.identity import Claim
from ingest.store.tables import EventRow, MessageRow, StoreRow


def read_claim(session: Session) -> Claim | None:
    """What the database says; None when it says nothing."""
    row = session.get(StoreRow, 1)
    if row is None:
        return None
    return Claim(row.identity, row.key, row.marked, row.adopted_at, row.known_until)


def write_claim(session: Session, claim: Claim, now: datetime) -> None:
    """Let the database say it from now on."""
    row = session.get(StoreRow, 1) or StoreRow(
        id=1, identity="", key="", founded_at=_began(session) or now
    )
    row.identity, row.key, row.marked = claim.identity, claim.key, claim.marked
    row.adopted_at, row.known_until = claim.adopted_at, claim.known_until
    session.add(row)
    session.flush()


def _began(session: Session) -> datetime | None:
    """When the first thing happened, in a store that is older than its identity."""
    return session.exec(select(EventRow.at).order_by(col(EventRow.id)).limit(1)).first()


def write_backup_moment(session: Session, now: datetime) -> None:
    """A backup was made; nothing where the database does not say whose it is."""
    row = session.get(StoreRow, 1)
    if row is not None:
        row.backed_up_at = now
        session.add(row)
        session.flush()


def founded_at(session: Session) -> datetime | None:
    """Since when the store is at work; None where the database does not say whose it is."""
    row = session.get(StoreRow, 1)
    return row.founded_at if row is not None else None


def last_backup(session: Session) -> datetime | None:
    """When the newest backup was made; None when none was."""
    row = session.get(StoreRow, 1)
    return row.backed_up_at if row is not None else None


def has_come_to(session: Session, head: Head) -> bool:
    """Whether the ledger has, or had, this end."""
    chain = select(EventRow.chain).where(col(EventRow.id) == head.events)
    return not head.events or session.exec(chain).first() == head.chain


_LAST_MOVE = (
    select(EventRow)
    .where(col(EventRow.kind).in_((EventKind.STORE_MOVED.value, EventKind.STORE_ARRIVED.value)))
    .order_by(col(EventRow.id).desc())
    .limit(1)
)


def moved_away(session: Session) -> str | None:
    """Where the store was moved to; None when it is here, or came back."""
    last = session.exec(_LAST_MOVE).first()
    return last.text if last is not None and last.kind == EventKind.STORE_MOVED else None


def count_mails(session: Session) -> int:
    """How many mails the database knows to lie among the files."""
    return session.exec(_MAILS).one()


_MAILS = select(func.count()).select_from(MessageRow).where(col(MessageRow.sha256) != "")
