"""A running office moves from SQLite and a folder to PostgreSQL and an object store, and back: row by
row, file by file; nobody is answered twice, wherever the move is killed.
"""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import ExitStack, closing
from copy import deepcopy
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import create_engine
from sqlalchemy.exc import DBAPIError

from ingest.clock import SystemClock
from ingest.errors import ConfigError, StorageError, TemporaryError, UsageError
from ingest.exitcodes import ExitCode
from ingest.moving import Move, Place, same_database
from ingest.opening import UnfitStoreError, adopt, refuse_unfit
from ingest.settings import StoreSettings
from ingest.steps.receive import receive_all
from ingest.store.audit import verify_ledger
from ingest.store.database import open_database, reading_existing
from ingest.store.events import EventKind, Head, list_events, record_event
from ingest.store.files import FileStore
from ingest.store.lock import single_instance
from ingest.store.rowcopy import Change, Difference, count_rows, differences, differing
from ingest.storefiles import open_files
from notifier.outboxstates import OutboxState
from tests.fakes.mailbox import FakeMailbox
from tests.integration.house import open_house, plain_mail
from tests.integration.test_object_store import Elsewhere, run
from tests.integration.test_purge import AUTUMN
from tests.servers.objects import BUCKET, ObjectServer

pytestmark = [pytest.mark.postgresql, pytest.mark.xdist_group("postgresql")]
LIMITS = {"ocr": False, "readers": 1}


class Office:
    """One store that moves about."""

    def __init__(self, directory: Path, server: ObjectServer, mailbox: FakeMailbox) -> None:
        self.directory, self.server, self.mailbox = directory, server, mailbox
        self.prefix = directory.parent.name
        self.at_home = StoreSettings(
            database=f"sqlite:///{directory / 'mailroom.db'}", files=directory / "files"
        )

    def away(self, url: str) -> StoreSettings:
        """In PostgreSQL and a bucket; what is local stays where it was."""
        local = self.directory / "files"
        return self.server.settings(self.directory, self.prefix, database=url, local=local)

    def open(self, store: StoreSettings) -> Any:
        table = store.model_dump(exclude={"objects_secret"})
        return open_house(self.directory, self.mailbox, store_=table, limits=LIMITS)

    def move(self, old: StoreSettings, new: StoreSettings, **how: Any) -> Head:
        """By the program's own parts, in this process."""
        with ExitStack() as opened:
            places = []
            for store in (old, new):
                database = open_database(store.database)
                opened.callback(database.close)
                places.append(Place(store.database, database, open_files(store)))
            given = {"who": "管理员", "clock": SystemClock(), "told": lambda *_: None} | how
            return Move(*places, **given).carry_out()


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, FakeMailbox]:
    """A decided case, an answered question, a letter that waits, a mail that waits to be read, and
    texts that databases differ in.
    """
    directory, mailbox = tmp_path_factory.mktemp("old") / "office", FakeMailbox()
    directory.mkdir()
    with open_house(directory, mailbox, limits=LIMITS) as house:
        house.settle_rules()
        odd = {"from_": "Ångström 张 <zhang@example.cn>", "message_id": f"<{'m' * 700}@x>"}
        for number, subject in enumerate(("咨询 阿", "咨询 zürich", "咨询 一", "咨询 Z", "咨询 a")):
            house.arrive(plain_mail(number, subject, **(odd if number else {})))
        house.arrive_sample("03")
        house.settle_and_decide()
        house.send()
        house.arrive(plain_mail(7, "等着答复"))
        house.settle_and_decide()
        house.arrive(plain_mail(8, "等着读"))
        receive_all(house.app.inlet)
    return directory, mailbox


@pytest.fixture
def office(made: tuple[Path, FakeMailbox], object_server: ObjectServer, tmp_path: Path) -> Office:
    shutil.copytree(made[0], tmp_path / "office")
    return Office(tmp_path / "office", object_server, deepcopy(made[1]))


def state_of(store: StoreSettings) -> tuple[tuple[str, ...], dict[str, OutboxState]]:
    """What the ledger's verification finds, files included; and where each letter stands."""
    with reading_existing(store.database) as session:
        findings = verify_ledger(session, open_files(store)).findings
    database = open_database(store.database)
    with closing(database), database.reading() as session:
        rows = session.connection().exec_driver_sql("SELECT key, state FROM outbox").all()
    return findings, dict(tuple(row) for row in rows)


def works_on(office: Office, store: StoreSettings) -> None:
    """What waited goes out once, what had gone stays, and new mails get numbers of their own."""
    with office.open(store) as house:
        house.settle_rules()
        before = {row.message_id for row in house.letters() if row.state is OutboxState.SENT}
        house.wait(timedelta(days=1))
        house.arrive(plain_mail(number := 100 + len(house.messages()), f"新的 {number}"))
        house.settle_and_decide()
        house.send()
        sent = [row.message_id for row in house.letters() if row.state is OutboxState.SENT]
        assert len(house.transport.letters) == len(sent) - len(before) > 0
        assert len(sent) == len(set(sent))
        assert all(row.state in (OutboxState.SENT, OutboxState.HELD) for row in house.letters())
    refuse_unfit(store)
    assert state_of(store)[0] == ()


def test_an_office_moves_works_on_and_comes_back(office: Office, postgresql_url: str) -> None:
    """The old place is whole, says where everything went, and answers nobody; and the other way."""
    away = office.away(postgresql_url)
    before = state_of(office.at_home)
    ledger = events_of(office.at_home)
    office.move(office.at_home, away)

    assert state_of(away) == before == ((), before[1])
    assert events_of(away)[: len(ledger)] == ledger
    assert [each[1] for each in events_of(away)[len(ledger) :]] == ["store_moved", "store_arrived"]
    assert list(open_files(away).hashes()) == list(open_files(office.at_home).hashes())
    refused(office.at_home)
    assert state_of(office.at_home)[0] == ()
    works_on(office, away)
    refused(office.at_home)

    office.move(away, office.at_home)
    assert state_of(office.at_home)[0] == ()
    refused(away)
    works_on(office, office.at_home)


def refused(store: StoreSettings) -> None:
    """By the daemon, by whoever would take it over, and by the database itself."""
    with pytest.raises(UnfitStoreError, match="已经迁走") as error:
        refuse_unfit(store)
    assert error.value.exit_code is ExitCode.CONFIGURATION
    with pytest.raises(UnfitStoreError, match="已经迁走"):
        adopt(store, "管理员", AUTUMN)
    engine = create_engine(store.database)
    with pytest.raises(DBAPIError, match="moved"), engine.begin() as connection:
        connection.exec_driver_sql(
            "INSERT INTO events (id, at, kind, text, sha256, content, chain) "
            "SELECT 99999, at, kind, text, sha256, content, chain FROM events WHERE id = 1"
        )
    engine.dispose()


def events_of(store: StoreSettings) -> list[tuple[int, str, str]]:
    with reading_existing(store.database) as session:
        return [(row.id, str(row.kind), row.chain) for row in list_events(session)]


def test_a_program_that_had_the_old_place_open_is_told_as_well(
    office: Office, postgresql_url: str
) -> None:
    """A desk, or a worker, that nobody stopped: what it would write down is not lost there."""
    away = office.away(postgresql_url)
    with ExitStack() as opened:
        old, new = (open_database(each.database) for each in (office.at_home, away))
        opened.callback(old.close)
        opened.callback(new.close)
        assert count_rows(old)
        office.move(office.at_home, away)
        with pytest.raises(ConfigError, match="已经迁走"), old.writing() as session:
            record_event(session, AUTUMN, EventKind.DIGEST, "太晚了")
        with new.writing() as session:
            record_event(session, AUTUMN, EventKind.DIGEST, "在这里")
        office.move(away, office.at_home)
        with pytest.raises(ConfigError, match="已经迁走"), new.writing() as session:
            record_event(session, AUTUMN, EventKind.DIGEST, "太晚了")
        with old.writing() as session:
            record_event(session, AUTUMN, EventKind.DIGEST, "又在这里")


def test_only_the_database_can_move(office: Office, postgresql_url: str) -> None:
    """The files are the same ones; only one of the two databases may be worked with."""
    there = office.at_home.model_copy(update={"database": postgresql_url})
    office.move(office.at_home, there)
    refused(office.at_home)
    works_on(office, there)


def test_only_the_files_can_move_and_come_back(office: Office) -> None:
    there = office.away(office.at_home.database)
    office.move(office.at_home, there)
    with pytest.raises(UnfitStoreError, match="已经迁走"):
        refuse_unfit(office.at_home)
    assert office.move(office.at_home, there).events  # done already: nothing happens
    works_on(office, there)
    office.move(there, office.at_home)
    with pytest.raises(UnfitStoreError, match="已经迁走"):
        refuse_unfit(there)
    works_on(office, office.at_home)


def test_a_server_that_goes_away_in_the_middle_is_waited_for(
    made: tuple[Path, FakeMailbox],
    postgresql_url: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The world's trouble: said so, and the same command goes on when it is back."""
    monkeypatch.setattr("ingest.store.bucket.PATIENCE", timedelta(milliseconds=300))
    shutil.copytree(made[0], tmp_path / "office")
    with ObjectServer(tmp_path / "server") as server:
        office = Office(tmp_path / "office", server, deepcopy(made[1]))
        away = office.away(postgresql_url)

        def die(what: str, *_: int) -> None:
            if what == "原件":
                server.stop()

        with pytest.raises(TemporaryError, match="连不上对象存储") as error:
            office.move(office.at_home, away, told=die)
        assert error.value.exit_code is ExitCode.UNAVAILABLE
        server.start()
        office.move(office.at_home, away)
        refused(office.at_home)
        works_on(office, away)


def test_a_finished_move_is_not_done_again(office: Office, postgresql_url: str) -> None:
    """Whatever happened at the new place since stays."""
    away = office.away(postgresql_url)
    office.move(office.at_home, away)
    works_on(office, away)
    after = state_of(away)
    office.move(office.at_home, away)
    assert state_of(away) == after


def test_an_office_at_work_is_copied_first_and_left_alone(
    office: Office, postgresql_url: str
) -> None:
    """What was copied stays; what came since goes with the second run. The half is refused."""
    away = office.away(postgresql_url)
    with (
        single_instance(office.at_home.database),
        pytest.raises(TemporaryError, match="已先行复制"),
    ):
        office.move(office.at_home, away)
    refuse_unfit(office.at_home)
    with pytest.raises(UnfitStoreError, match=r"已经迁走|还没有完成"):
        refuse_unfit(away)
    with office.open(office.at_home) as house:  # it works on meanwhile
        house.settle_rules()
        house.settle_and_decide()
        house.send()
    office.move(office.at_home, away)
    refused(office.at_home)
    works_on(office, away)


def test_a_database_from_before_the_move_is_refused(office: Office, postgresql_url: str) -> None:
    """Brought back beside the old files it knows nothing of the move; its journal does."""
    shutil.copy(office.directory / "mailroom.db", office.directory / "yesterday.db")
    there = office.at_home.model_copy(update={"database": postgresql_url})
    office.move(office.at_home, there)
    yesterday = f"sqlite:///{office.directory / 'yesterday.db'}"
    with pytest.raises(UnfitStoreError, match="比发信记录旧"):
        refuse_unfit(office.at_home.model_copy(update={"database": yesterday}))


def test_a_damaged_mail_stops_the_move_before_anything_ends(
    office: Office, postgresql_url: str
) -> None:
    """Unless a person says that it is lost for good."""
    away = office.away(postgresql_url)
    files = FileStore(office.directory / "files")
    lost = next(files.hashes())
    files.path(lost).write_bytes(b"damaged")
    with pytest.raises(StorageError, match=f"原件 {lost} 在原处缺失或已损坏"):
        office.move(office.at_home, away)
    refuse_unfit(office.at_home)
    office.move(office.at_home, away, allow_missing=True)
    assert len(state_of(away)[0]) == 1


def test_nothing_is_put_where_something_else_is(
    office: Office, postgresql_url: str, tmp_path: Path
) -> None:
    """A database with tables of its own, files of another store, the very same place."""
    away = office.away(postgresql_url)
    with pytest.raises(UsageError, match="同一处"):
        office.move(office.at_home, office.at_home)
    FileStore(tmp_path / "others").prepare()
    (tmp_path / "others" / "aa").mkdir()
    (tmp_path / "others" / "aa" / f"{'a' * 64}.eml").write_bytes(b"x")
    taken = office.at_home.model_copy(update={"files": tmp_path / "others"})
    with pytest.raises(UsageError, match="里已有别的文件"):
        office.move(office.at_home, taken)
    with office.open(StoreSettings(database=postgresql_url, files=tmp_path / "another")) as house:
        house.settle_rules()
    with pytest.raises(UsageError, match="不是空的"):
        office.move(office.at_home, away)
    refuse_unfit(office.at_home)


def test_numbers_go_on_behind_those_that_were_brought(office: Office, postgresql_url: str) -> None:
    """PostgreSQL counts apart from its rows."""
    there = office.at_home.model_copy(update={"database": postgresql_url})
    office.move(office.at_home, there)
    with office.open(there) as house:
        last = max(row.id for row in house.messages())
        house.arrive(plain_mail(50))
        receive_all(house.app.inlet)
        assert max(row.id for row in house.messages()) == last + 1


def test_the_command_says_what_to_write_down(office: Office, postgresql_url: str) -> None:
    """And shows no password."""
    elsewhere = Elsewhere(office.server, office.directory)
    url = postgresql_url.replace("mailroom@", "mailroom:geheim@")
    line = ("migrate", "--to", url, "--files", f"s3://{BUCKET}/{office.prefix}", "--who", "李工")
    office.away(url)  # lays the secret down
    home: dict[str, object] = {"files": str(office.directory / "files"), "local": ""}
    done = run(elsewhere, *line, **home)
    assert done.exit_code == 0, done.output
    assert f'files = "s3://{BUCKET}/{office.prefix}"' in done.output
    assert "geheim" not in done.output
    again = run(elsewhere, "run", "--once", **home)
    assert (again.exit_code, "已经迁走" in again.output) == (ExitCode.CONFIGURATION, True)
    with reading_existing(url) as session:
        assert not any("geheim" in row.text for row in list_events(session))
    works_on(office, office.away(url))


def test_a_database_that_sorts_by_language_holds_the_same_rows(
    office: Office, postgresql_url: str
) -> None:
    """Where PostgreSQL sorts Chinese by pinyin and letters without case, keys still meet."""
    name = f"{postgresql_url.partition('@/')[2].partition('?')[0]}zh"
    engine = create_engine(postgresql_url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.exec_driver_sql(
            f"CREATE DATABASE {name} TEMPLATE template0 LOCALE_PROVIDER icu ICU_LOCALE 'zh-Hans-CN'"
        )
    engine.dispose()
    url = postgresql_url.replace(name.removesuffix("zh"), name)
    with closing(sqlite3.connect(office.directory / "mailroom.db")) as database, database:
        database.executemany(
            "INSERT INTO case_marks (mark, case_id) VALUES (?, 1)",
            [
                (mark,)
                for mark in ("Zhang", "zhang", "张三", "阿", "一", "_a", "a-b", "ab", "ａｂ", "𠮷")
            ],
        )
    there = office.at_home.model_copy(update={"database": url})
    office.move(office.at_home, there)
    with ExitStack() as opened:
        old, new = (open_database(each.database) for each in (office.at_home, there))
        opened.callback(old.close)
        opened.callback(new.close)
        assert differing(old, new, lambda _: None) == ["events"]  # its last line
        assert count_rows(new) == count_rows(old) + 1
    works_on(office, there)


def test_rows_are_held_against_each_other_by_their_keys() -> None:
    """What is to be added, changed and dropped, in the order of the keys."""
    ours = [(1, "a"), (2, "b"), (4, "d")]
    theirs = [(2, "B"), (3, "c"), (4, "d"), (5, "e")]

    found = list(differences(ours, theirs, lambda row: row[:1]))

    assert found == [
        Difference(Change.ADD, (1, "a")),
        Difference(Change.ALTER, (2, "b")),
        Difference(Change.DROP, (3, "c")),
        Difference(Change.DROP, (5, "e")),
    ]
    assert list(differences([], [], lambda row: row)) == []


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("sqlite:///a.db", "sqlite:///./a.db", True),
        ("sqlite:///a.db", "sqlite:///b.db", False),
        ("postgresql://u@h/d", "postgresql+psycopg://u:p@h:5432/d", True),
        ("postgresql://u@h/d", "postgresql://u@other/d", False),
    ],
)
def test_one_database_is_known_by_any_of_its_addresses(one: str, other: str, same: bool) -> None:
    assert same_database(one, other) is same
