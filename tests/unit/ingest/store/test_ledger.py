"""The ledger, the folders and the counts."""

from __future__ import annotations

from datetime import datetime, timedelta

from ingest.store import cases, ledger, messages
from ingest.store.cases import Judgement, NewCase
from ingest.store.database import Database
from ingest.store.messages import Arrival
from ingest.store.tables import MessageState
from notifier import outbox
from notifier.attempts import OutboxState
from notifier.outbox import NewLetter
from rules.verdict import Decision, Verdict


def test_events_are_told_in_order_and_by_what_they_concern(database: Database, now: datetime) -> None:
    """The latest are kept when there are too many to show."""
    with database.writing() as session:
        for i in range(4):
            ledger.record_event(session, now + timedelta(hours=i), "received", f"第{i}件", message_id=i % 2, case_id=7)
        ledger.record_event(session, now, "digest", "日报已发")
    with database.reading() as session:

        def texts(**what: object) -> list[str]:
            return [row.text for row in ledger.list_events(session, **what)]  # type: ignore[arg-type]

        assert texts() == ["第0件", "第1件", "第2件", "第3件", "日报已发"]
        assert texts(message_id=0) == ["第0件", "第2件"]
        assert texts(case_id=7, limit=2) == ["第2件", "第3件"]
        assert texts(since=now + timedelta(hours=3)) == ["第3件"]
        assert texts(kind="digest") == ["日报已发"]


def test_a_failed_look_at_a_folder_keeps_what_the_last_good_one_showed(database: Database, now: datetime) -> None:
    """And a good look clears the error."""
    with database.writing() as session:
        ledger.save_folder(session, "INBOX", 5, range(12), now)
        ledger.save_folder_error(session, "INBOX", "连接不上")
        ledger.save_folder_error(session, "垃圾邮件", "没有这个文件夹")
    with database.writing() as session:
        rows = [(row.folder, row.server_count, row.polled_at, row.error) for row in ledger.list_folders(session)]
        assert rows == [("INBOX", 12, now, "连接不上"), ("垃圾邮件", 0, None, "没有这个文件夹")]
        ledger.save_folder(session, "INBOX", 5, range(13), now)
        assert ledger.list_folders(session)[0].error == ""
        assert ledger.count_on_server(session) == 13


def test_server_and_ledger_can_be_compared(database: Database, now: datetime) -> None:
    """Neither rows of an earlier incarnation of the folder nor mails moved away since are counted."""
    with database.writing() as session:
        for uidvalidity, uid in ((1, 1), (2, 1), (2, 2)):
            messages.record_message(session, Arrival("INBOX", uidvalidity, uid, 1, now, f"{uid:064x}"), now)
        ledger.save_folder(session, "INBOX", 2, (2, 3, 4), now)
        assert (ledger.count_on_server(session), ledger.count_in_ledger(session)) == (3, 1)


def test_everything_is_counted(database: Database, now: datetime) -> None:
    """Every state is named, present or not."""
    with database.writing() as session:
        for uid, state in enumerate((MessageState.STORED, MessageState.STORED, MessageState.TOO_LARGE), start=1):
            arrival = Arrival("INBOX", 1, uid, 1, now - timedelta(hours=uid), f"{uid:064x}", state)
            messages.record_message(session, arrival, now)
        for key in "abc":
            case, _ = cases.open_case(session, NewCase("c", "示范区", "Q", 2024, key, key, "", "", ""), now, now)
            if key == "a":
                cases.touch_case(session, case.id, now, now)
            else:
                verdict = Verdict(decision=Decision.REFERRED, entries=(), rules_sha256="")
                cases.save_decision(session, case, Judgement(verdict, (), [], now), now)
        outbox.enqueue(session, NewLetter("k", "digest", "a@example.org", "日报", "<d@example.org>", b""), now)
    with database.reading() as session:
        counts = ledger.count_everything(session)
        assert ledger.count_fetched(session, now, now + timedelta(1)) == 3
        assert ledger.count_fetched(session, now + timedelta(seconds=1), now + timedelta(1)) == 0
        assert ledger.count_decided(session, now, now + timedelta(1))[Decision.REFERRED] == 2
        assert sum(ledger.count_decided(session, now - timedelta(1), now).values()) == 0
    assert counts.messages[MessageState.STORED] == 2
    assert counts.messages[MessageState.DUPLICATE] == 0
    assert (counts.unanswered, counts.undecided, counts.to_judge) == (0, 1, 1)
    assert counts.cases == {Decision.ACCEPTED: 0, Decision.INCOMPLETE: 0, Decision.REJECTED: 0, Decision.REFERRED: 2}
    assert counts.outbox[OutboxState.QUEUED] == 1


def test_an_empty_house_can_be_counted(database: Database) -> None:
    """Nothing there is no error."""
    with database.reading() as session:
        counts = ledger.count_everything(session)
    assert sum(counts.messages.values()) == sum(counts.outbox.values()) == counts.unanswered == 0
