"""What may befall the database, the line to it, and the object store: no mail is lost, no try is
counted, nobody is answered twice, and one line says what it is.
"""

from __future__ import annotations

import shutil
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo
from pathlib import Path
from types import SimpleNamespace
from typing import Self

import pytest
from sqlalchemy import make_url
from structlog.testing import capture_logs

from ingest.app import App, build, clock_of
from ingest.clock import FixedClock, SystemClock
from ingest.errors import MailroomError, StorageError, TemporaryError, UnavailableError
from ingest.opening import Opening, UnfitStoreError, adopt, open_store_for, refuse_unfit
from ingest.receiver import prepare
from ingest.steps.elsewhere import Elsewhere, tend
from ingest.steps.receive import receive_all
from ingest.store.beside import Beside
from ingest.store.database import open_database
from ingest.store.identity import Mark
from ingest.store.lease import Lease
from ingest.store.marker import read_marker
from ingest.store.tables import MessageState
from ingest.worker import Worker, join
from tests.fakes.mailbox import FakeMailbox
from tests.integration.house import House, open_house, plain_mail, settings
from tests.servers.line import Line
from tests.servers.objects import ObjectServer
from tests.servers.postgresql import PostgresqlServer
from tests.sidebyside import SideBySide, side_by_side

pytestmark = [pytest.mark.postgresql, pytest.mark.xdist_group("postgresql")]


@pytest.fixture(autouse=True, scope="module")
def no_rest() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr("ingest.worker.REST", 0.01)
        yield


@pytest.fixture
def url(postgresql_server: PostgresqlServer) -> str:
    return postgresql_server.ready_database()


@pytest.fixture
def line(postgresql_server: PostgresqlServer) -> Iterator[Line]:
    with Line((postgresql_server.host, postgresql_server.port)) as line:
        yield line


@contextmanager
def house_at(
    directory: Path, database: str, mailbox: FakeMailbox | None = None, **store: object
) -> Iterator[House]:
    """A receiver's house at the present; several share one folder of files."""
    now = FixedClock(SystemClock().now())
    told = {"files": directory / "files", "database": database} | store
    with open_house(directory, mailbox, clock=now, store_=told) as house:
        house.app.elsewhere = Elsewhere()
        yield house


def answered(house: House) -> list[str]:
    """Everything after the reading; who got a letter so far."""
    house.wait(timedelta(minutes=11))
    while house.judge_one():
        pass
    house.send()
    return [letter.recipient for letter in house.transport.letters]


def tries(house: House) -> list[tuple[str, int]]:
    """How each mail stands, and how often it was tried."""
    return [(str(row.state), row.attempts) for row in house.messages()]


@dataclass(frozen=True)
class Place:
    """A database of its own, by a line of its own."""

    server: PostgresqlServer
    url: str
    through: str  #: the same by the line
    line: Line
    folder: Path


@pytest.fixture(scope="module")
def together(
    postgresql_server: PostgresqlServer, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[SideBySide]:
    """Each of these waits twenty seconds for what nobody is told."""
    upstream = (postgresql_server.host, postgresql_server.port)
    with ExitStack() as stack:
        places = []
        for _ in range(3):
            url, line = postgresql_server.ready_database(), stack.enter_context(Line(upstream))
            through, folder = (
                postgresql_server.through(line.port, url),
                tmp_path_factory.mktemp("s"),
            )
            places.append(Place(postgresql_server, url, through, line, folder))
        scenes = (is_cut_off_and_replaced, is_cut_off_in_the_middle_of_a_change, is_slow)
        yield side_by_side(zip(scenes, places, strict=True))


def test_a_receiver_that_is_cut_off_is_replaced_and_knows_it(together: SideBySide) -> None:
    """Nothing is told to either side: both have but their own patience. Within half a minute a
    standby has the part and the one cut off has given it up, and stays without when it is back.
    """
    together(is_cut_off_and_replaced)


def is_cut_off_and_replaced(place: Place) -> None:
    lost, began = threading.Event(), time.monotonic()
    far = Lease(place.through, lost.set)
    near = Lease(place.url, lambda: None)
    assert far.try_take()
    far.begin_beating()

    place.line.cut()
    while not near.try_take():
        assert time.monotonic() - began < 30
        time.sleep(1.0)

    assert not far.held
    place.line.mend()
    assert lost.wait(30)
    back = Lease(place.through, lost.set)
    assert not back.try_take()
    for lease in (far, near, back):
        lease.let_go()


def test_who_is_cut_off_in_the_middle_of_a_change_holds_nobody_up(together: SideBySide) -> None:
    """It has the one writer's lock: the server ends its session, the next writer has not lost its
    patience yet. What was not committed has not happened.
    """
    together(is_cut_off_in_the_middle_of_a_change)


def is_cut_off_in_the_middle_of_a_change(place: Place) -> None:
    far, near, line = open_database(place.through), open_database(place.url), place.line
    change = "COMMENT ON TABLE messages IS 'half a change'"

    def change_and_be_cut_off() -> None:
        with far.writing() as session:
            session.connection().exec_driver_sql(change)
            line.cut()
            with near.writing() as other:
                other.connection().exec_driver_sql("SELECT 1")
            line.mend()

    with pytest.raises(MailroomError):
        change_and_be_cut_off()
    asked = "SELECT obj_description('messages'::regclass)"
    assert place.server.ask(place.url, asked) == [(None,)]
    for database in (far, near):
        database.close()


def test_a_slow_database_costs_time_and_nothing_else(together: SideBySide) -> None:
    """Every word takes a tenth of a second there and back."""
    together(is_slow)


def is_slow(place: Place) -> None:
    with house_at(place.folder, place.through) as house:
        place.line.delay = 0.05
        house.arrive(plain_mail())
        receive_all(house.app.inlet)
        tend(house.app.database)
        Worker(house.app).read(1)

        assert tries(house) == [(MessageState.READ, 1)]
        assert answered(house) == ["wang@example.cn"]


def test_a_worker_that_is_cut_off_reads_for_nothing(
    postgresql_server: PostgresqlServer, url: str, line: Line, tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    """It cannot say what it read, so another one reads the mail. Back again it does no harm."""
    hasty = {"tcp_user_timeout": 2000, "connect_timeout": 2}
    monkeypatch.setattr("ingest.store.database._LINE", hasty)
    through = postgresql_server.through(line.port, url)
    with house_at(tmp_path, url) as near, house_at(tmp_path, through) as far:
        near.arrive(plain_mail())
        receive_all(near.app.inlet)
        with monkeypatch.context() as patch:
            patch.setattr("ingest.steps.read.point", lambda name: name == "read" and line.cut())
            Worker(far.app).read(1)
        assert tries(near) == [(MessageState.STORED, 1)]
        postgresql_server.ask(url, *SILENT)

        assert tend(near.app.database).revived == (1,)
        Worker(near.app).read(1)
        line.mend()
        Worker(far.app).read(1)

        assert tries(near) == [(MessageState.READ, 2)]
        assert answered(near) == ["wang@example.cn"]
        assert answered(near) == ["wang@example.cn"]


SILENT = (
    "SET search_path = public, jobs",
    "INSERT INTO jobs.procrastinate_workers (last_heartbeat) VALUES (now() - interval '31 s')",
    "UPDATE jobs.procrastinate_jobs SET status = 'doing', worker_id = 1",
)
"""The worker that has the job gives no sign of life."""


def test_a_database_that_only_reads_takes_no_mail_in(
    postgresql_server: PostgresqlServer, url: str, tmp_path: Path
) -> None:
    """Mails stay on the server, letters in the outbox; afterwards everything goes on."""
    name = postgresql_server.ask(url, "SELECT current_database()")[0][0]
    only = f"ALTER DATABASE {name} SET default_transaction_read_only = {{}}"
    with house_at(tmp_path, url) as house:
        house.arrive(plain_mail())
        postgresql_server.ask(url, only.format("on"))
        house.app.database.close()
        with pytest.raises(StorageError, match="只接受读取"):
            receive_all(house.app.inlet)
        assert house.messages() == []
        postgresql_server.ask(postgresql_server.address("postgres"), only.format("off"))
        house.app.database.close()

        receive_all(house.app.inlet)
        Worker(house.app).read(1)
        assert answered(house) == ["wang@example.cn"]


@pytest.fixture
def narrow(postgresql_server: PostgresqlServer, url: str) -> Iterator[Path]:
    """A small disk that the database lies on."""
    place = postgresql_server.base / "narrow"
    place.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=24m", "none", place],
        capture_output=True, check=False,
    )  # fmt: skip
    if mounted.returncode:
        pytest.skip("needs the right to mount a small disk")
    shutil.chown(place, "postgres", "postgres")
    name = postgresql_server.ask(url, "SELECT current_database()")[0][0]
    home = postgresql_server.address("postgres")
    try:
        postgresql_server.ask(
            home, f"CREATE TABLESPACE narrow LOCATION '{place}'",
            f"ALTER DATABASE {name} SET TABLESPACE narrow",
        )  # fmt: skip
        yield place
    finally:
        (place / "stone").unlink(missing_ok=True)
        postgresql_server.ask(
            home, f"DROP DATABASE {name} WITH (FORCE)", "DROP TABLESPACE narrow"
        )  # fmt: skip
        subprocess.run(["umount", place], check=True)


def test_a_full_disk_of_the_database_loses_nothing(
    narrow: Path, url: str, tmp_path: Path, postgresql_server: PostgresqlServer
) -> None:
    """A worker gives the mail back, the receiver leaves new ones where they are; one line says so,
    and when there is room again everything goes on.
    """
    with house_at(tmp_path, url) as house:
        house.arrive(plain_mail())
        receive_all(house.app.inlet)
        _fill(narrow)
        with capture_logs() as said:
            Worker(house.app).read(1)
        assert any("磁盘空间不足" in str(line.get("error")) for line in said)
        house.arrive(plain_mail(2, text="请问" * 200_000, from_="李老师 <li@example.cn>"))
        (narrow / "stone").unlink()
        postgresql_server.ask(url, *JOB_DONE)
        receive_all(house.app.inlet)
        tend(house.app.database)  # perhaps the claim could not be given back
        assert tries(house)[0][0] == MessageState.STORED
        house.wait(timedelta(minutes=2))
        for number in (1, 2):
            Worker(house.app).read(number)
        assert sorted(answered(house)) == ["li@example.cn", "wang@example.cn"]


JOB_DONE = ("SET search_path = public, jobs", "DELETE FROM procrastinate_jobs")


def _fill(place: Path) -> None:
    """Not a byte is left."""
    with suppress(OSError), (place / "stone").open("wb", buffering=0) as stone:
        while stone.write(bytes(4096)):
            pass


def test_an_object_store_that_dies_costs_a_worker_no_try(url: str, tmp_path: Path) -> None:
    """The mail waits for it, and is read by another machine that has nothing but the key."""
    with ExitStack() as stack:
        server = stack.enter_context(ObjectServer(tmp_path / "server"))
        store = server.settings(tmp_path / "first", "office", database=url)
        told = store.model_dump(exclude={"objects_secret"})
        house = stack.enter_context(house_at(tmp_path / "first", **told))
        house.arrive(plain_mail())
        receive_all(house.app.inlet)
        server.stop()
        house.arrive(plain_mail(2))
        with capture_logs() as said:
            Worker(house.app).read(1)
        with pytest.raises(TemporaryError):
            receive_all(house.app.inlet)
        assert [line["event"] for line in said] == ["trouble, will try again"]
        assert tries(house) == [(MessageState.STORED, 0)]

        server.start()
        receive_all(house.app.inlet)
        house.wait(timedelta(minutes=2))
        for number in (1, 2):
            Worker(house.app).read(number)
        assert tries(house) == [(MessageState.READ, 1)] * 2
        assert len(answered(house)) == 2


def test_yesterdays_database_is_refused_and_answers_nobody_again(
    postgresql_server: PostgresqlServer, url: str, tmp_path: Path
) -> None:
    """It was restored from a dump; the journal of letters beside the files knows better. Taken over
    by a person, it comes to know the mails since and sends no letter a second time.
    """
    copy = str(make_url(postgresql_server.new_database(template="template1")).database)
    home, name = postgresql_server.address("postgres"), str(make_url(url).database)
    with house_at(tmp_path, url) as house:
        house.arrive(plain_mail(1, from_="甲 <one@example.cn>"))
        _live(house)
        house.app.database.close()
        postgresql_server.ask(
            home, f"DROP DATABASE {copy}", f"CREATE DATABASE {copy} TEMPLATE {name}"
        )
        house.arrive(plain_mail(2, from_="乙 <two@example.cn>"))
        _live(house)
        mailbox, settings = house.mailbox, house.app.settings
    yesterday = settings.store.model_copy(update={"database": postgresql_server.address(copy)})
    with pytest.raises(UnfitStoreError, match="比发信记录旧"):
        refuse_unfit(yesterday)
    with pytest.raises(UnfitStoreError, match="比发信记录旧"):
        build(settings.model_copy(update={"store": yesterday}))

    adopt(yesterday, "管理员", SystemClock().now())

    with house_at(tmp_path, yesterday.database, mailbox=mailbox) as house:
        house.arrive(plain_mail(3, from_="丙 <three@example.cn>"))
        _live(house)
        assert [letter.recipient for letter in house.transport.letters] == ["three@example.cn"]
        assert len(house.messages()) == 3


def _live(house: House) -> None:
    receive_all(house.app.inlet)
    tend(house.app.database)
    for row in house.messages():
        Worker(house.app).read(row.id)
    answered(house)


def test_a_host_whose_clock_is_wrong_works_by_the_databases(
    postgresql_server: PostgresqlServer, url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Ten minutes ahead: it says so once; what it claims, writes and puts off has the right time, so
    that no claim outlives its worker and no letter waits.
    """
    with house_at(tmp_path, url) as house:
        house.arrive(plain_mail())
        receive_all(house.app.inlet)
        monkeypatch.setattr("ingest.clock.datetime", _Ahead)
        house.app.clock = clock_of(house.app.settings, house.app.database)
        with capture_logs() as said:
            prepare(house.app)
        assert [line["seconds"] for line in said] == [-600]

        Worker(house.app).read(1)

        off = "SELECT max(abs(extract(epoch FROM clock_timestamp() - at))) < 120 FROM events"
        assert postgresql_server.ask(url, off) == [(True,)]


class _Ahead(datetime):
    """The clock of a host that is ten minutes ahead."""

    @classmethod
    def now(cls, tz: tzinfo | None = None) -> Self:
        return super().now(tz) + timedelta(minutes=10)


def test_a_worker_sets_no_store_up(url: str, tmp_path: Path) -> None:
    """It would make a key that the receiver has not; who wants to join one that was set up may."""
    given = settings(tmp_path, store_={"database": url, "files": tmp_path / "files"})
    with pytest.raises(UnavailableError, match="receiver"):
        open_store_for(given.store, Opening.JOIN, SystemClock().now())
    assert not (tmp_path / "files").exists()

    with house_at(tmp_path, url):
        open_store_for(given.store, Opening.JOIN, SystemClock().now()).close()


def test_who_looks_while_a_store_is_being_set_up_is_not_told_that_files_are_lost(
    url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between its looks at the files and at the database the receiver told both."""
    given = settings(tmp_path, store_={"database": url, "files": tmp_path / "files"})
    with ExitStack() as stack:

        def read_late(beside: Beside) -> Mark | None:
            seen = read_marker(beside)
            monkeypatch.undo()
            stack.enter_context(house_at(tmp_path, url))
            return seen

        monkeypatch.setattr("ingest.opening.read_marker", read_late)
        open_store_for(given.store, Opening.JOIN, SystemClock().now()).close()


def test_a_worker_waits_for_the_receiver(
    url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It may be started first, on any machine; said once, asked again and again."""
    given = settings(tmp_path, store_={"database": url, "files": tmp_path / "files"})
    with ExitStack() as stack:
        pauses: list[float] = []

        def pause(seconds: float) -> None:
            pauses.append(seconds)
            if len(pauses) == 2:
                stack.enter_context(house_at(tmp_path, url))

        monkeypatch.setattr("ingest.worker.time", SimpleNamespace(sleep=pause))
        with capture_logs() as said:
            join(given).close()
        assert [line["event"] for line in said] == ["standing by"]
        assert len(pauses) == 2


def test_a_worker_whose_database_dies_while_it_starts_begins_again(
    postgresql_server: PostgresqlServer, url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It has opened the store, and asks for the queue's tables when nobody answers any more."""
    given = settings(tmp_path, store_={"database": url, "files": tmp_path / "files"})
    with house_at(tmp_path, url):
        pass

    def die_first(app: App) -> None:
        monkeypatch.setattr("ingest.worker.prepare", prepare)
        postgresql_server.kill()
        prepare(app)

    monkeypatch.setattr("ingest.worker.prepare", die_first)
    back = SimpleNamespace(sleep=lambda _: postgresql_server.start())
    monkeypatch.setattr("ingest.worker.time", back)  # its own: others sleep too, while it dies
    with capture_logs() as said:
        join(given).close()
    assert [line["event"] for line in said] == ["standing by"]
