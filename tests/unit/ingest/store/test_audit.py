"""The chain of the ledger: what the database refuses, and what ``audit verify`` finds when somebody
goes round it.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import datetime
from pathlib import Path

import pytest

from ingest.reading import Envelope, Reading, Screening, ScreeningKind
from ingest.store import cases, events, messages
from ingest.store.audit import Audit, verify_ledger
from ingest.store.cases import Judgement, NewCase
from ingest.store.chain import GENESIS, content_sha256, decision_sha256, link, text_sha256
from ingest.store.database import Database
from ingest.store.events import EventKind, Head
from ingest.store.files import FileStore
from ingest.store.messages import Arrival
from notifier.outbox import NewLetter
from rules.verdict import Decision, Verdict

GUARDS = ("events_no_update", "events_no_delete", "events_at_the_end")
RAW = b"Subject: x\r\n\r\nx"


@pytest.fixture
def files(tmp_path: Path) -> FileStore:
    return FileStore(tmp_path / "files")


@pytest.fixture
def written(database: Database, files: FileStore, now: datetime) -> Database:
    """Six lines about one mail, one case, one decision and one letter."""
    with files.spool() as spool:
        spool.write(RAW)
        [kept] = files.keep_all([spool])
    reading = Reading(
        envelope=Envelope(message_id="<m@x>", subject="申报\x00", from_address="a@example.org"),
        screening=Screening(kind=ScreeningKind.PERSON, reply=True, reason="人"),
        text="",
    )
    with database.writing() as session:
        mail = messages.record_message(
            session,
            Arrival("INBOX", 1, 1, kept.size, now, kept.sha256),
            now,
        )
        events.record_event(
            session, now, EventKind.RECEIVED, "收到\x00邮件", message_id=mail.id, sha256=mail.sha256
        )
        assert messages.save_reading(session, mail.id, reading)
        events.record_event(
            session,
            now,
            EventKind.READ,
            "读毕",
            message_id=mail.id,
            sha256=text_sha256(reading.model_dump_json()),
        )
        case, _ = cases.open_case(
            session, NewCase("c", "示范区", "Q", 2024, "k", "一师", "", "", ""), now, now
        )
        events.record_event(
            session, now, EventKind.OPENED, "立案", case_id=case.id, data={"reason": "首次"}
        )
        verdict = Verdict(decision=Decision.REFERRED, entries=(), rules_sha256="")
        decision = cases.save_decision(session, case, Judgement(verdict, (), [], now), now)
        assert decision is not None
        events.record_event(
            session,
            now,
            EventKind.DECIDED,
            "裁定",
            case_id=case.id,
            sha256=decision_sha256(decision),
        )
        letter = NewLetter(
            "k",
            "referred",
            "a@example.org",
            "转人工",
            "<k@office.example>",
            b"letter",
            case.id,
            mail.id,
        )
        events.queue_letter(session, letter, now, "入发件箱")
        events.record_event(session, now, EventKind.SENT, "已发出", outbox_id=1)
    return database


@pytest.fixture
def open_file(tmp_path: Path) -> Iterator[sqlite3.Connection]:
    """The database as somebody with the file in hand has it: the guards can be taken away."""
    with closing(sqlite3.connect(tmp_path / "mailroom.db", isolation_level=None)) as connection:
        yield connection


def audit(database: Database, files: FileStore | None = None, head: str = "") -> Audit:
    with database.reading() as session:
        return verify_ledger(session, files, head)


def test_a_ledger_that_nobody_touched_has_no_finding(written: Database, files: FileStore) -> None:
    """Not even characters that no database holds make one."""
    found = audit(written, files)

    assert found.findings == ()
    assert found.head.events == 6


def test_an_empty_ledger_is_never_called_whole(database: Database) -> None:
    """A copy that missed everything looks just so."""
    found = audit(database)
    assert found.head == Head(0, GENESIS)
    assert "台账是空的" in found.findings[0]
    assert len(audit(database, head=GENESIS).findings) == 1


def test_every_line_hangs_on_the_one_before(written: Database) -> None:
    """Recomputed here from the columns, as anybody could."""
    with written.reading() as session:
        rows = events.list_events(session)
        head = events.ledger_head(session)
    previous = GENESIS
    for row in rows:
        previous = link(previous, content_sha256(row))
        assert row.chain == previous
    assert head == Head(6, previous)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE events SET text = '改' WHERE id = 2",
        "DELETE FROM events WHERE id = 6",
        "INSERT OR REPLACE INTO events SELECT 2, at, kind, message_id, case_id, outbox_id, sha256, '改', content, chain, data FROM events WHERE id = 2",
        "INSERT INTO events SELECT 0, at, kind, message_id, case_id, outbox_id, sha256, text, content, chain, data FROM events WHERE id = 2",
    ],
    ids=["update", "delete", "replace", "insert before the end"],
)
def test_the_database_refuses_everything_but_adding(
    written: Database, open_file: sqlite3.Connection, statement: str
) -> None:
    """Also from another program that has the file open."""
    with pytest.raises(sqlite3.IntegrityError, match="only ever added to"):
        open_file.execute(statement)
    assert audit(written).findings == ()


TAMPERING = {
    "a changed text": ("UPDATE events SET text = '改' WHERE id = 2", "台账第 2 行的内容被改动"),
    "a changed datum": ("UPDATE events SET data = '{}' WHERE id = 3", "台账第 3 行的内容被改动"),
    "a removed datum": ("UPDATE events SET data = NULL WHERE id = 3", "台账第 3 行的内容被改动"),
    "an added datum": ("UPDATE events SET data = '{}' WHERE id = 2", "台账第 2 行的内容被改动"),
    "a changed instant": (
        "UPDATE events SET at = '2020-01-01 00:00:00.000000' WHERE id = 2",
        "台账第 2 行的内容被改动",
    ),
    "a changed quoted hash": (
        "UPDATE events SET sha256 = '' WHERE id = 5",
        "台账第 5 行的内容被改动",
    ),
    "a removed line": ("DELETE FROM events WHERE id = 3", "台账第 3 行被删除"),
    "removed first lines": ("DELETE FROM events WHERE id < 3", "台账第 1 至 2 行被删除"),
    "a removed line, the others moved up": (
        "DELETE FROM events WHERE id = 3; UPDATE events SET id = id - 1 WHERE id > 3",
        "台账第 3 行",
    ),
    "two lines exchanged": (
        "UPDATE events SET id = 99 WHERE id = 5; UPDATE events SET id = 5 WHERE id = 6; UPDATE events SET id = 6 WHERE id = 99",
        "台账第 5 行被挪动过: 原是第 6 行",
    ),
    "a raw mail's hash": (
        "UPDATE messages SET sha256 = 'ab'",
        "来件 1 的原件校验值与收件时记下的不符",
    ),
    "what was read": ("UPDATE messages SET reading = '{}'", "来件 1 的读取结果被改动"),
    "a removed mail": ("DELETE FROM messages", "来件 1 的登记被删除"),
    "a verdict": ("UPDATE decisions SET verdict = '{}'", "第 1 次裁定被改动"),
    "the files of a receipt": ("UPDATE decisions SET listing_sha256 = 'ab'", "第 1 次裁定被改动"),
    "a removed decision": ("DELETE FROM decisions", "有 1 次裁定与台账记下的不符或被删除"),
    "a case's result": ("UPDATE cases SET decision = 'accepted'", "的现行结论与最后一次裁定不符"),
    "a letter": ("UPDATE outbox SET mime = x'00'", "信函 1 的内容与入发件箱时不同"),
    "a removed letter": ("DELETE FROM outbox", "信函 1 被删除"),
    "a letter that nobody queued": (
        "UPDATE outbox SET id = 2",
        "信函 2 的内容与入发件箱时不同",
    ),
}


@pytest.mark.parametrize(("statements", "finding"), TAMPERING.values(), ids=TAMPERING.keys())
def test_what_is_changed_behind_the_guards_is_named(
    written: Database, open_file: sqlite3.Connection, statements: str, finding: str
) -> None:
    """The row is named, whatever was done to it."""
    for guard in GUARDS:
        open_file.execute(f"DROP TRIGGER {guard}")
    open_file.executescript(statements)

    found = audit(written).findings

    assert any(finding in line for line in found), found


def test_a_line_with_new_hashes_does_not_fit_the_next(
    written: Database,
    open_file: sqlite3.Connection,
) -> None:
    """Who knows how the hashes are made still has to make all later ones anew."""
    with written.reading() as session:
        rows = events.list_events(session)
    rows[1].text = "改"
    content = content_sha256(rows[1])
    open_file.execute("DROP TRIGGER events_no_update")
    open_file.execute(
        "UPDATE events SET text = '改', content = ?, chain = ? WHERE id = 2",
        (content, link(rows[0].chain, content)),
    )

    assert audit(written).findings == ("台账第 3 行与第 2 行接不上: 其中有行被重写或挪动过",)


def test_an_end_that_was_cut_off_is_noticed_by_who_noted_the_head(
    written: Database, open_file: sqlite3.Connection
) -> None:
    """The chain alone cannot know; a digest of yesterday does."""
    head = audit(written).head.chain
    assert audit(written, head=head[:16].upper()).findings == ()
    with written.writing() as session:
        events.record_event(
            session,
            datetime.fromisoformat("2024-08-30T02:00:00+00:00"),
            EventKind.DIGEST,
            "后来的事",
        )
    assert audit(written, head=head).findings == ()
    open_file.execute("DROP TRIGGER events_no_delete")
    open_file.execute("DELETE FROM events WHERE id >= 6")

    assert audit(written).findings == ()
    assert [line for line in audit(written, head=head).findings if "末尾被删去" in line]


def test_raw_mails_are_looked_at_on_request(written: Database, files: FileStore) -> None:
    """A changed file and a missing one, each by its mail."""
    (digest,) = files.hashes()
    files.path(digest).write_bytes(RAW + b"!")
    assert audit(written).findings == ()
    assert audit(written, files).findings == (f"来件 1 的原件缺失或被改动: {digest}",)
    files.path(digest).unlink()
    assert len(audit(written, files).findings) == 1
