"""Step 1: new mails from the mailbox to the disk. Raw bytes are durable before anything reads them.

Here is decided whether a folder is still the one we know and which of its mails are new; how they
are fetched and written down is ``ingest/steps/intake.py``.
"""

from __future__ import annotations

from collections.abc import Set as AbstractSet

from ingest.killpoints import point
from ingest.log import get_logger
from ingest.mailbox.cursor import (
    KnownMail,
    listing_of,
    looks_different,
    new_uids,
    witnesses,
)
from ingest.mailbox.protocol import FolderMissingError, FolderState, MailboxSession, MessageSummary
from ingest.steps.intake import Inlet, Intake, Place
from ingest.store.database import Database
from ingest.store.events import EventKind, record_event
from ingest.store.folders import (
    begin_incarnation,
    list_folders,
    save_folder,
    save_folder_error,
    save_unchanged,
)
from ingest.store.messages import known_uids, latest_incarnation, messages_at, save_announced_size
from ingest.store.tables import FolderRow, MessageRow


def receive_all(inlet: Inlet) -> int:
    """Fetch what is new in every watched folder; how many mails were written down.

    Raises:
        TemporaryError: trouble with the server; what was fetched until then is safe.
        LoginRefusedError: the server refuses name or password.
        StorageError: the disk does not take the mails; none is marked as fetched.
    """
    mailbox = inlet.watched
    count = 0
    with inlet.mailbox.session() as session:
        for folder in dict.fromkeys((mailbox.folder, *mailbox.also_watch)):
            try:
                state = session.examine(folder)
            except FolderMissingError as error:
                if folder == mailbox.folder:
                    raise
                with inlet.database.writing() as database:
                    save_folder_error(database, folder, str(error))
                continue
            count += _receive_folder(inlet, session, state)
    return count


def note_failure(database: Database, folder: str, error: Exception) -> None:
    """Write down that the last look at the mailbox failed, for status and digest."""
    with database.writing() as session:
        save_folder_error(session, folder, str(error))


def _receive_folder(inlet: Inlet, session: MailboxSession, state: FolderState) -> int:
    with inlet.database.reading() as database:
        row = next(
            (folder for folder in list_folders(database) if folder.folder == state.name), None
        )
    if row is None or row.uidvalidity != state.uidvalidity:
        row = _begin(
            inlet, state, "UIDVALIDITY 变了" if row is not None and row.uidvalidity else ""
        )
    unchanged = row.listing == listing_of(state.uids)
    known: AbstractSet[int] = frozenset(state.uids) if unchanged else _known(inlet, row)
    if _handed_out_again(inlet, session, row, sorted(known & frozenset(state.uids))):
        row, known, unchanged = _begin(inlet, state, "的邮件编号给了别的邮件"), frozenset(), False
    if unchanged:
        with inlet.database.writing() as database:
            save_unchanged(database, row, inlet.clock.now())
        return 0
    intake = Intake(inlet, session, Place(row.folder, row.uidvalidity, row.incarnation))
    intake.take(new_uids(known, state))
    _finish(inlet, session, state, intake)
    return intake.count


def _known(inlet: Inlet, row: FolderRow) -> set[int]:
    with inlet.database.reading() as database:
        return known_uids(database, row.folder, row.uidvalidity, row.incarnation)


def _begin(inlet: Inlet, state: FolderState, reason: str) -> FolderRow:
    """None of the folder's mails is known by its uid any more; they are told by their bytes."""
    with inlet.database.writing() as database:
        last = latest_incarnation(database, state.name, state.uidvalidity)
        begin_incarnation(database, state.name, state.uidvalidity, 0 if last is None else last + 1)
        if reason:
            text = f"邮箱文件夹 {state.name} {reason},逐封重新比对"
            record_event(database, inlet.clock.now(), EventKind.RESYNCHRONISED, text)
            get_logger().warning(
                "folder is compared anew", folder=state.name, uidvalidity=state.uidvalidity
            )
        return next(row for row in list_folders(database) if row.folder == state.name)


def _handed_out_again(
    inlet: Inlet, session: MailboxSession, row: FolderRow, known: list[int]
) -> bool:
    """Whether known uids stand for other mails now, under the same UIDVALIDITY: a few of them are
    asked for.
    """
    asked = witnesses(known)
    if not asked:
        return False
    with inlet.database.reading() as database:
        rows = {
            mail.uid: mail
            for mail in messages_at(database, row.folder, row.uidvalidity, row.incarnation, asked)
        }
    summaries = [summary for summary in session.summaries(asked) if summary.uid in rows]
    return any(_is_another(inlet, session, rows[summary.uid], summary) for summary in summaries)


def _is_another(
    inlet: Inlet, session: MailboxSession, row: MessageRow, summary: MessageSummary
) -> bool:
    known = KnownMail(row.uid, row.announced_size, row.received_at, row.dated)
    if not looks_different(known, summary):
        return False
    if not row.sha256:  # never downloaded: nothing but the date can tell
        return row.dated and summary.dated and row.received_at != summary.received
    with inlet.files.spool() as spool:
        if not session.fetch_raw(summary.uid, summary.size, spool):
            return False
        another = spool.sha256 != row.sha256
    if not another:  # the server has changed its mind about the size: once is enough to look
        with inlet.database.writing() as database:
            save_announced_size(database, row.id, summary.size)
    return another


def _finish(inlet: Inlet, session: MailboxSession, state: FolderState, intake: Intake) -> None:
    """Write down the look: what the server holds, and how much of it the ledger has."""
    listed = frozenset(state.uids)
    # Taken away by somebody meanwhile, or listed and never handed over? Only a second look tells.
    withheld = intake.gone.intersection(session.examine(state.name).uids) if intake.gone else set()
    waiting = intake.unreadable | withheld
    uids = listed - (intake.gone - withheld)
    listing = "" if waiting else listing_of(uids)
    with inlet.database.writing() as database:
        save_folder(
            database, state.name, state.uidvalidity, uids, inlet.clock.now(), listing=listing
        )
        if waiting:
            save_folder_error(
                database, state.name, f"有 {len(waiting)} 封邮件暂时取不下来, 下次再取"
            )
    point("folder_saved")
