"""What the last look at each folder showed."""

from __future__ import annotations

from datetime import datetime

from ingest.store import messages
from ingest.store.counts import count_in_ledger, count_on_server
from ingest.store.database import Database
from ingest.store.folders import list_folders, save_folder, save_folder_error
from ingest.store.messages import Arrival


def test_a_failed_look_at_a_folder_keeps_what_the_last_good_one_showed(
    database: Database,
    now: datetime,
) -> None:
    """And a good look clears the error."""
    with database.writing() as session:
        save_folder(session, "INBOX", 5, range(12), now)
        save_folder_error(session, "INBOX", "连接不上")
        save_folder_error(session, "垃圾邮件", "没有这个文件夹")
    with database.writing() as session:
        rows = [
            (
                row.folder,
                row.server_count,
                row.polled_at,
                row.error,
            )
            for row in list_folders(session)
        ]
        assert rows == [("INBOX", 12, now, "连接不上"), ("垃圾邮件", 0, None, "没有这个文件夹")]
        save_folder(session, "INBOX", 5, range(13), now)
        assert list_folders(session)[0].error == ""
        assert count_on_server(session) == 13


def test_server_and_ledger_can_be_compared(database: Database, now: datetime) -> None:
    """Neither rows of an earlier incarnation of the folder nor mails moved away since are
    counted.
    """
    with database.writing() as session:
        for uidvalidity, uid in ((1, 1), (2, 1), (2, 2)):
            messages.record_message(
                session,
                Arrival("INBOX", uidvalidity, uid, 1, now, f"{uid:064x}"),
                now,
            )
        save_folder(session, "INBOX", 2, (2, 3, 4), now)
        assert (count_on_server(session), count_in_ledger(session)) == (3, 1)
