"""Step 1: new mails from the mailbox to the disk. Raw bytes are durable before anything reads them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from ingest.app import App
from ingest.errors import StorageError
from ingest.killpoints import point
from ingest.log import get_logger
from ingest.mailbox.cursor import KnownFolder, plan_intake
from ingest.mailbox.protocol import (
    FolderMissingError,
    FolderState,
    MailboxSession,
    MessageSummary,
    MessageUnreadableError,
)
from ingest.notify import notify
from ingest.store.ledger import list_folders, record_event, save_folder, save_folder_error
from ingest.store.messages import Arrival, known_uids, record_message
from ingest.store.tables import MessageState

BATCH = 200


def receive_all(app: App) -> int:
    """Fetch what is new in every watched folder; how many mails were written down.

    Raises:
        TemporaryError: trouble with the server; what was fetched until then is safe.
        LoginRefusedError: the server refuses name or password.
        StorageError: the disk does not take the mails; none is marked as fetched.
    """
    mailbox = app.settings.mailbox
    count = 0
    with app.mailbox.session() as session:
        for folder in dict.fromkeys((mailbox.folder, *mailbox.also_watch)):
            try:
                state = session.examine(folder)
            except FolderMissingError as error:
                if folder == mailbox.folder:
                    raise
                with app.database.session() as database:
                    save_folder_error(database, folder, str(error))
                continue
            count += _receive_folder(app, session, state)
    return count


def note_failure(app: App, error: Exception) -> None:
    """Write down that the last look at the mailbox failed, for status and digest."""
    with app.database.session() as database:
        save_folder_error(database, app.settings.mailbox.folder, str(error))


def _receive_folder(app: App, session: MailboxSession, state: FolderState) -> int:
    with app.database.reading() as database:
        last = next((row.uidvalidity for row in list_folders(database) if row.folder == state.name), None)
        known = None if last is None else KnownFolder(last, known_uids(database, state.name, last))
        written = known_uids(database, state.name, state.uidvalidity)
    plan = plan_intake(known, state)
    # A look that was interrupted left rows, but the folder as it was before (or none): what is here is not fetched again.
    new = [uid for uid in plan.new_uids if uid not in written]
    count, unreadable = 0, list[int]()
    for start in range(0, len(new), BATCH):
        count += _receive_batch(app, session, state, new[start : start + BATCH], unreadable)
    with app.database.session() as database:
        save_folder(database, state.name, state.uidvalidity, state.uids, app.clock.now())
        if unreadable:
            save_folder_error(database, state.name, f"有 {len(unreadable)} 封邮件暂时取不下来, 下次再取")
        if plan.resynchronise:
            record_event(
                database, app.clock.now(), "resynchronised", f"邮箱文件夹 {state.name} 的 UIDVALIDITY 变了,已逐封比对"
            )
    point("folder_saved")
    return count


def _receive_batch(
    app: App, session: MailboxSession, state: FolderState, uids: Sequence[int], unreadable: list[int]
) -> int:
    """How many of ``uids`` were written down; a mail that cannot be had now is noted, and the others go on."""
    count = 0
    for summary in session.summaries(uids):
        try:
            count += _receive_one(app, session, state, summary)
        except MessageUnreadableError as error:
            get_logger().warning("mail cannot be fetched now", uid=summary.uid, error=error.message)
            unreadable.append(summary.uid)
    return count


def _receive_one(app: App, session: MailboxSession, state: FolderState, summary: MessageSummary) -> int:
    mailbox = app.settings.mailbox
    arrival = Arrival(state.name, state.uidvalidity, summary.uid, summary.size, summary.received)
    if summary.received < mailbox.accept_since:
        return _write_down(app, replace(arrival, state=MessageState.BEFORE_CUTOFF))
    if summary.size > mailbox.max_message_size:
        return _write_down(app, replace(arrival, state=MessageState.TOO_LARGE))
    if not app.files.free_space_ok(summary.size):
        raise StorageError("磁盘空间不足, 暂不收取邮件", "请清理或扩充磁盘; 邮件仍在服务器上")
    with app.files.spool() as spool:
        if not session.fetch_raw(summary.uid, summary.size, spool):
            return 0  # gone from the server between listing and fetching
        point("fetched")
        kept = spool.keep()
    point("stored")
    return _write_down(app, replace(arrival, sha256=kept.sha256, size=kept.size))


_TEXTS = {
    MessageState.STORED: "收到邮件",
    MessageState.DUPLICATE: "与已登记的邮件内容完全相同,不再处理",
    MessageState.BEFORE_CUTOFF: "早于启用时间的邮件,只登记",
    MessageState.TOO_LARGE: "邮件超过大小上限,未下载,需人工处理",
}


def _write_down(app: App, arrival: Arrival) -> int:
    """One transaction: the row and its line in the ledger."""
    with app.database.session() as database:
        row = record_message(database, arrival, app.clock.now())
        text = f"{_TEXTS.get(row.state, '收到邮件')} ({arrival.size} 字节)"
        record_event(database, app.clock.now(), "received", text, message_id=row.id)
        notify("WATCHDOG=1")  # a first look at a full mailbox takes long, and every mail kept is progress
        get_logger().info("received", message=row.id, uid=arrival.uid, size=arrival.size, state=str(row.state))
        point("recording")
    point("recorded")
    return 1
