"""Disasters in the middle of a command: real processes, a real database, SIGKILL before each of the
command's acts one after another, in the same place, until it gets to its end. Afterwards the office
works on: no letter is sent again, no mail is lost.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import signal
import sqlite3
import subprocess
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pyrage
import pytest

from ingest.calls import default_config
from ingest.daemon import settle_past
from ingest.opening import Opening, UnfitStoreError, open_store_for, refuse_unfit
from ingest.store.audit import verify_ledger
from ingest.store.files import FileStore
from ingest.store.journal import JOURNAL_FILE
from ingest.store.manifest import backups_in, check_sums
from ingest.store.marker import MARKER_FILE
from tests.environment import KNOWN_PRINT
from tests.integration.house import STAFF, open_house, settings
from tests.integration.test_purge import AUTUMN, CALL, LIMITS, Finished, autumn, finished
from tests.torture.runs import KILLED, Zygote

__all__ = ["autumn", "finished"]  # fixtures
pytestmark = [pytest.mark.slow, pytest.mark.timeout(400)]
CONFIG = """\
[mailbox]
host = "localhost"
username = "shenbao"
accept_since = 2024-08-08T00:00:00+08:00
[smtp]
host = "localhost"
[store]
database = "sqlite:///{store}/mailroom.db"
files = "{store}/files"
{more}
[office]
staff = ["staff@office.example"]
[calls]
directory = "{calls}"
active = ["smart-education-2024"]
[limits]
ocr = false
readers = 1
"""
Check = Callable[[], None]


@pytest.fixture(scope="module")
def zygote() -> Iterator[Zygote]:
    with Zygote() as zygote:
        yield zygote


class Killed:
    """Commands of an office that are killed."""

    def __init__(self, finished: Finished, zygote: Zygote, log: Path) -> None:
        self.finished, self.zygote, self.log = finished, zygote, log
        self.more = ""  #: lines for [store]

    @property
    def directory(self) -> Path:
        return self.finished.directory

    def until_done(
        self,
        *line: str,
        meanwhile: Check = lambda: None,
        least: int = 9,
        every: int = 1,
        ends: int = 0,
    ) -> None:
        """The command dies before its first act, before its second ... and then ends with ``ends``;
        with ``every`` it dies before only some. ``meanwhile`` must hold after each death.
        """
        config = self.log.with_name("mailroom.toml")
        config.write_text(
            CONFIG.format(store=self.directory, more=self.more, calls=default_config() / "calls"),
            encoding="utf-8",
        )
        words, deaths = [*line, "--config", str(config)], 0
        while (code := self._run(words, deaths * every + 1)) == KILLED:
            deaths += 1
            meanwhile()
        assert code == ends, self.log.read_text("utf-8")
        assert deaths >= least

    def _run(self, words: list[str], fatal: int) -> int:
        own = {KNOWN_PRINT: os.environ[KNOWN_PRINT]}  # a purge empties it
        return self.zygote.run(words, self.log, own, acts=(str(self.log.parent), fatal))

    def works_on(self) -> None:
        """A run afterwards: every mail is known, nobody but staff is written to."""
        finished = self.finished
        with open_house(finished.directory, finished.mailbox, limits=LIMITS) as house:
            house.clock.instant = AUTUMN
            settle_past(house.app)
            house.app.chronicle.acquaint(house.app.mailbox, AUTUMN)
            house.settle_and_decide()
            house.send()
            assert {each.recipient for each in house.transport.letters} <= {STAFF}
            assert len(house.messages()) == 2

    def whole(self) -> None:
        """The database is sound and knows both mails."""
        with closing(sqlite3.connect(self.directory / "mailroom.db")) as database:
            assert database.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
            assert database.execute("SELECT count(*) FROM messages").fetchone() == (2,)

    def verified(self) -> None:
        """The ledger vouches for everything, raw mails too."""
        store = settings(self.directory).store
        with (
            closing(open_store_for(store, Opening.LOOK, AUTUMN)) as database,
            database.reading() as session,
        ):
            assert verify_ledger(session, FileStore(store.files)).findings == ()


@pytest.fixture
def killed(finished: Finished, zygote: Zygote, tmp_path: Path) -> Killed:
    return Killed(finished, zygote, tmp_path / "log")


def letters(directory: Path) -> list[object]:
    """Every letter as the database has it; none where there is none."""
    if not (directory / "mailroom.db").exists():
        return []
    with closing(sqlite3.connect(directory / "mailroom.db")) as database:
        return database.execute("SELECT key, state, mime FROM outbox ORDER BY id").fetchall()


def made_older(directory: Path) -> None:
    """The store as a version had it that knew no identity and kept no journal."""
    with closing(sqlite3.connect(directory / "mailroom.db")) as database, database:
        for table in ("store", "endings", "case_marks"):
            database.execute(f"DROP TABLE {table}")
        database.execute("ALTER TABLE messages DROP COLUMN call")
        database.execute("UPDATE alembic_version SET version_num = '0003'")
    for name in (MARKER_FILE, JOURNAL_FILE):
        (directory / "files" / name).unlink(missing_ok=True)


def test_a_killed_migration_is_done_again(killed: Killed) -> None:
    """After each death the database is whole, and each copy that was put aside is too."""
    made_older(killed.directory)
    before = letters(killed.directory)

    def whole() -> None:
        killed.whole()
        assert letters(killed.directory) == before
        for path in killed.directory.glob("mailroom.db.before-*Z"):
            with closing(sqlite3.connect(path)) as copy:
                assert copy.execute("SELECT count(*) FROM messages").fetchone() == (2,)

    killed.until_done("migrate", meanwhile=whole)

    killed.works_on()
    killed.verified()
    assert not [path for path in killed.directory.iterdir() if path.name.endswith(".partial")]


def test_a_killed_purge_is_done_again(killed: Killed) -> None:
    """All is erased in the end; what is erased of the database is erased at once."""
    line = ["purge", "--call", CALL, "--yes", "--who", "李"]

    killed.until_done(*line, meanwhile=killed.whole, every=2)

    killed.verified()
    assert list((killed.directory / "files").glob("??/*.eml")) == []
    killed.works_on()


def test_a_killed_export_goes_on(killed: Killed, tmp_path: Path) -> None:
    """No file under its own name is ever half; the sums hold, and nothing else is left."""
    target = tmp_path / "移交"
    whole: dict[str, str] = {}

    def no_half_file() -> None:
        for path in target.rglob("*.*"):
            if path.is_file() and not path.name.startswith("."):
                found = hashlib.sha256(path.read_bytes()).hexdigest()
                if path.suffix in {".docx", ".pdf", ".eml"}:
                    assert whole.setdefault(str(path), found) == found

    killed.until_done("export", str(target), "--call", CALL, "--zip", meanwhile=no_half_file)

    no_half_file()
    assert len(whole) >= 3
    done = subprocess.run(["sha256sum", "--quiet", "-c", "SHA256SUMS"], cwd=target, check=False)
    assert done.returncode == 0
    assert list(tmp_path.rglob("*.new")) == []
    killed.works_on()


def test_a_killed_backup_is_none_and_a_killed_restore_is_begun_again(
    killed: Killed, tmp_path: Path
) -> None:
    """On another host, out of the only backup there is in the end; half restored it is refused."""
    before, backups = letters(killed.directory), tmp_path / "backups"

    def all_or_none() -> None:
        killed.whole()
        for _, path in backups_in(backups):
            check_sums(path)
            shutil.rmtree(path)  # the next one may be of the same second

    def refused() -> None:
        store = settings(killed.directory).store
        if (store.files / "restoring.json").exists() and not letters(killed.directory):
            with pytest.raises(UnfitStoreError):
                refuse_unfit(store)

    killed.until_done("backup", str(backups), meanwhile=all_or_none, every=2)
    (_, made), *_ = backups_in(backups)
    shutil.rmtree(killed.directory)

    # The last death comes when the store is back: nothing is left to do, and it is told so.
    killed.until_done("restore", str(made), "--verify", meanwhile=refused, ends=64)

    assert letters(killed.directory) == before
    killed.verified()
    killed.works_on()
    assert list(killed.directory.rglob("*.new")) == []


def test_a_killed_sealed_backup_leaves_nothing_readable(killed: Killed, tmp_path: Path) -> None:
    """Neither among the backups at any moment, nor beside the database when it is made again; nor
    does the restore.
    """
    before, backups, key = letters(killed.directory), tmp_path / "backups", tmp_path / "key.txt"
    identity = pyrage.x25519.Identity.generate()
    key.write_text(f"{identity}\n", encoding="utf-8")
    killed.more = f'backup_recipients = ["{identity.to_public()}"]'

    def nothing_readable() -> None:
        readable = {path.name for path in backups.rglob("*") if path.is_file()}
        assert {name.split(".")[0] for name in readable} <= {"backup", "manifest", "SHA256SUMS"}

    killed.until_done("backup", str(backups), meanwhile=nothing_readable, every=9, least=3)
    assert not list(killed.directory.glob(".*"))
    shutil.rmtree(killed.directory)

    killed.until_done("restore", str(backups), "--identity", str(key), every=4, least=3)

    assert not list(killed.directory.glob(".*"))
    assert letters(killed.directory) == before
    killed.works_on()


def test_a_killed_replacement_mixes_no_two_databases(killed: Killed, tmp_path: Path) -> None:
    """The one that is replaced was killed too and has not written its last into its file: that goes
    aside with it, and never into the one that comes.
    """
    backups, place = tmp_path / "backups", killed.directory / "mailroom.db"
    killed.until_done("backup", str(backups), every=1000, least=1)
    dies_writing(place, "UPDATE outbox SET subject = 'later'")

    killed.until_done("restore", str(backups), "--replace")

    assert subjects(place) != {"later"}
    (aside,) = killed.directory.glob("mailroom.db.replaced-*Z")
    assert subjects(aside) == {"later"}
    killed.verified()
    killed.works_on()


def dies_writing(database: Path, statement: str) -> None:
    """A writer commits and dies: what it wrote is in the log beside the file."""
    process = os.fork()
    if process == 0:
        connection = sqlite3.connect(database)
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute(statement)
        connection.commit()
        os.kill(os.getpid(), signal.SIGKILL)
    os.waitpid(process, 0)
    assert database.with_name(f"{database.name}-wal").stat().st_size > 0


def subjects(database: Path) -> set[str]:
    """Of all letters."""
    with closing(sqlite3.connect(database)) as connection:
        return {row[0] for row in connection.execute("SELECT subject FROM outbox")}


def test_a_killed_adoption_is_done_again(killed: Killed) -> None:
    """The database was lost, and the only thing left is to go on without it."""
    (killed.directory / "mailroom.db").unlink()

    killed.until_done("adopt", "--after-restore", "--who", "李", every=8)

    killed.works_on()
