"""What the last look at each folder of the mailbox showed. Reads and writes of one table; no look
is taken here.

Every function takes a session and leaves the commit to it.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sqlmodel import Session, col, select

from ingest.store.messages import known_uids
from ingest.store.tables import FolderRow


def save_folder(
    session: Session,
    folder: str,
    uidvalidity: int,
    uids: Collection[int],
    now: datetime,
    *,
    listing: str = "",
) -> None:
    """A look at a folder succeeded: it holds ``uids``, and so many of them are in the ledger.

    Mails that staff have moved away since are in the ledger and not on the server; that is no
    difference to report. ``listing`` names the uids when none of them has to be fetched any more,
    see :func:`save_unchanged`.
    """
    row = session.get(FolderRow, folder) or FolderRow(folder=folder)
    row.uidvalidity, row.polled_at, row.error, row.listing = uidvalidity, now, "", listing
    row.server_count = len(uids)
    row.ledger_count = len(
        known_uids(session, folder, uidvalidity, row.incarnation).intersection(uids),
    )
    session.add(row)
    session.flush()


def save_unchanged(session: Session, folder: FolderRow, now: datetime) -> None:
    """A look at a folder succeeded and showed the uids that were all in the ledger at the
    last one.
    """
    folder.polled_at, folder.error = now, ""
    session.add(folder)
    session.flush()


def begin_incarnation(session: Session, folder: str, uidvalidity: int, incarnation: int) -> None:
    """From now on the folder's uids mean other mails than before (RFC 9051 2.3.1.1): none of them
    is known.
    """
    row = session.get(FolderRow, folder) or FolderRow(folder=folder)
    row.uidvalidity, row.incarnation, row.listing = uidvalidity, incarnation, ""
    session.add(row)
    session.flush()


def forget_listings(session: Session) -> None:
    """Let the next look at every folder compare uid by uid with the ledger, whatever the last one
    said.
    """
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
    return list(session.exec(_BY_NAME))


_BY_NAME = select(FolderRow).order_by(col(FolderRow.folder))
