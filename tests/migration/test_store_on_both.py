"""Identity, lock and purge do the same on both kinds of database."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy.exc import DBAPIError

from ingest.errors import ConfigError, TemporaryError
from ingest.opening import Opening, UnfitStoreError, adopt, open_store_for
from ingest.settings import StoreSettings
from ingest.store import cases, events, messages
from ingest.store.audit import verify_ledger
from ingest.store.backup import backup_before, make_backup
from ingest.store.beside import FolderBeside
from ingest.store.cases import NewCase
from ingest.store.database import Database, open_database
from ingest.store.events import EventKind
from ingest.store.files import FileStore
from ingest.store.journal import Deed, Journal, Line
from ingest.store.lock import single_instance
from ingest.store.messages import Arrival
from ingest.store.purging import concerned, obstacles, purge
from ingest.store.tables import EventRow

NOW = datetime(2024, 8, 30, 2, 0, 0, 123456, tzinfo=UTC)


@pytest.fixture
def store(url: str, tmp_path: Path) -> StoreSettings:
    return StoreSettings(database=url, files=tmp_path / "files")


@pytest.fixture
def database(store: StoreSettings) -> Iterator[Database]:
    """A new store with one mail in one case."""
    opened = open_store_for(store, Opening.FOUND, NOW)
    with opened.writing() as session:
        arrival = Arrival("INBOX", 1, 1, 9, NOW, "ab" * 32)
        mail = messages.record_message(session, arrival, NOW)
        events.record_received(session, NOW, [(mail, "收到 mai@example.cn 的邮件")])
        new = NewCase("call", "示范区", "Q", 2024, "一师", "第一师", "", "mai@example.cn", "")
        case, _ = cases.open_case(session, new, NOW, NOW)
        cases.join_case(session, case.id, mail.id, "发件人 mai@example.cn", NOW)
        events.record_event(session, NOW, EventKind.OPENED, "第一师立案", case_id=case.id)
    yield opened
    opened.close()


def test_one_instance_at_a_time(url: str, database: Database) -> None:
    """The lock goes with whoever held it; work in the database goes on under it."""
    with single_instance(url):
        with pytest.raises(TemporaryError, match="另一个"), single_instance(url):
            pass
        with database.writing() as session:
            events.record_event(session, NOW, EventKind.REMARK, "x")
    with single_instance(url):
        pass


def test_an_older_database_is_refused_and_can_be_adopted(
    store: StoreSettings, database: Database
) -> None:
    """The journal knows a later end of the ledger."""
    Journal(FolderBeside(store.files)).append(Line(NOW, Deed.HEAD, head=events.Head(99, "f" * 64)))
    with pytest.raises(UnfitStoreError, match="比发信记录旧"):
        open_store_for(store, Opening.WORK, NOW)

    adopt(store, "李", NOW)

    open_store_for(store, Opening.WORK, NOW).close()
    with database.reading() as session:
        assert [event.kind for event in events.list_events(session)][-1] == "adopted"


def test_a_purge_leaves_a_ledger_that_holds_and_is_guarded_again(database: Database) -> None:
    """The words are gone, the guard stands."""
    with database.writing() as session:
        rows = concerned(session, "call")
        assert obstacles(session, "call", rows) == [
            "有 1 封来件还没有读取",
            "有 1 个案卷还没有裁定",
        ]
        purge(session, "call", rows, "李", NOW)
    with database.reading() as session:
        assert verify_ledger(session).findings == ()
        assert concerned(session, "call").done
        assert [event.text for event in events.list_events(session)][:2] == ["", ""]
        assert messages.list_messages(session)[0].from_address == ""
    with pytest.raises(DBAPIError, match="only ever added"):
        _change_the_first_line(database)


def test_only_a_file_is_copied(
    store: StoreSettings, database: Database, url: str, tmp_path: Path
) -> None:
    """A database server has tools of its own, and that is said; before a migration nothing is
    copied that is at its present version.
    """
    assert backup_before(database, url, NOW) is None
    with closing(open_database(url)) as again:
        assert again.schema_state() == "current"
    if url.startswith("sqlite"):
        return
    with pytest.raises(ConfigError, match="pg_dump"):
        make_backup(url, FileStore(store.files), tmp_path / "backups", NOW)


def _change_the_first_line(database: Database) -> None:
    with database.writing() as session:
        row = session.get(EventRow, 1)
        assert row is not None
        row.text = "anders"
        session.add(row)
