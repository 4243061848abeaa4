"""Backup and restore: the same ledger and letters on an empty host, nothing sent again, and a disk or
a process that dies on the way harms nothing that was there.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tarfile
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from sqlite3 import connect

import pyrage
import pytest

from ingest.errors import ConfigError, InputError, StorageError, UsageError
from ingest.opening import refuse_unfit, restore
from ingest.store import backup as backups
from ingest.store.audit import verify_ledger
from ingest.store.backup import backup_before, make_backup, rotate
from ingest.store.database import open_database
from ingest.store.files import FileStore
from ingest.store.manifest import backups_in, find_backup, sum_of
from ingest.store.sealing import unseal
from tests.integration.house import MORNING, settings
from tests.integration.test_disasters import ANSWERS, Years, first_day, years

__all__ = ["first_day", "years"]  # fixtures
A_DAY = timedelta(days=1)


def back_up(years: Years) -> Path:
    """A backup now."""
    store = settings(years.directory).store
    made = make_backup(
        store.database, FileStore(store.files), years.directory / "backups", years.clock.instant
    )
    years.clock.instant += timedelta(minutes=1)
    return made[1]


def bring_back(years: Years, source: Path, *, replace: bool = False) -> None:
    """The newest backup in ``source`` restored and verified."""
    store = settings(years.directory).store
    restore(store, source, years.clock.instant, replace_=replace, verify=True)


@pytest.fixture
def elsewhere(years: Years, tmp_path: Path) -> Iterator[Years]:
    """Another host with the same mailbox."""
    other = Years(tmp_path / "elsewhere")
    other.mailbox, other.clock = years.mailbox, years.clock
    other.directory.mkdir()
    return other


def test_a_restore_on_another_host_is_the_same_store(years: Years, elsewhere: Years) -> None:
    """Same head of the ledger, same letters, nothing sent; then new mails are answered and old
    ones are not, also those answered after the backup, of which no journal came along.
    """
    with years.open() as house, house.app.database.reading() as session:
        before = verify_ledger(session, house.app.files)
        letters = [(row.key, row.state, row.mime) for row in house.letters()]
    path = back_up(years)
    years.arrive(2)
    assert years.live() == ["t2@example.cn"]

    bring_back(elsewhere, path)

    refuse_unfit(settings(elsewhere.directory).store)
    with closing(open_database(settings(elsewhere.directory).store.database, existing=True)) as it, \
            it.reading() as session:  # fmt: skip
        assert verify_ledger(session, FileStore(elsewhere.directory / "files")) == before
    with elsewhere.open() as house:
        assert [(row.key, row.state, row.mime) for row in house.letters()] == letters
    assert elsewhere.live() == []
    years.arrive(3)
    assert elsewhere.live() == ["t3@example.cn"]
    with elsewhere.open() as house:
        assert len(house.messages()) == 3
        states = sorted(row.state for row in house.letters() if row.kind == ANSWERS)
        assert states == ["held", "sent", "sent"]


def test_a_lost_database_comes_back_and_the_living_journal_is_kept(years: Years) -> None:
    """The files are still there: what left after the backup is known and never sent again."""
    path = back_up(years)
    years.arrive(2)
    years.live()
    years.lose()
    with pytest.raises(ConfigError):
        years.live()

    bring_back(years, path.parent)

    assert years.live() == []
    with years.open() as house:
        assert {row.state for row in house.letters() if row.kind == ANSWERS} == {"sent"}


def test_a_backup_is_made_while_the_office_works(years: Years) -> None:
    """A writer is in the middle of a transaction; what it has not committed is not in the copy."""
    with years.open() as house, house.app.database.writing() as session:
        from ingest.store.events import EventKind, record_event  # noqa: PLC0415 - a writer at work

        record_event(session, MORNING, EventKind.REMARK, "还没有提交")
        target = years.directory / "copy.db"
        backups.copy_database(years.directory / "mailroom.db", target)
        with closing(connect(target)) as copy:
            (lines,) = copy.execute("SELECT count(*) FROM events WHERE kind = 'remark'").fetchone()
    assert lines == 0
    assert target.stat().st_mode & 0o777 == 0o600


def test_how_far_it_is_is_told(years: Years, elsewhere: Years) -> None:
    """By the mails, there and back."""
    years.arrive(2)
    years.live()
    store, steps = settings(years.directory).store, []

    def step(done: int, total: int) -> None:
        steps.append((done, total))

    now = years.clock.instant
    _, path = make_backup(
        store.database, FileStore(store.files), years.directory / "b", now, progress=step
    )
    there = settings(elsewhere.directory).store
    restore(there, path, now, replace_=False, verify=False, progress=step)

    assert steps == [(1, 2), (2, 2)] * 2


def test_old_backups_go_and_mails_are_kept_once(years: Years) -> None:
    """Three made, two stay; a mail is linked from one to the next."""
    paths = [back_up(years) for _ in range(3)]
    identity = find_backup(paths[0])[0].identity

    assert rotate(years.directory / "backups", "another store", 1) == []
    assert rotate(years.directory / "backups", identity, 2) == paths[:1]

    assert [path for _, path in backups_in(years.directory / "backups")] == paths[1:]
    (mail,) = paths[2].glob("files/??/*.eml")
    assert mail.stat().st_nlink >= 2


def test_half_a_backup_and_a_spoilt_one_are_refused(years: Years, elsewhere: Years) -> None:
    """Nothing of them is put anywhere."""
    path = back_up(years)
    with pytest.raises(InputError, match="没有完整的备份"):
        bring_back(elsewhere, years.directory)
    (mail,) = path.glob("files/??/*.eml")
    mail.chmod(0o600)
    mail.write_bytes(b"x")
    with pytest.raises(InputError, match="已损坏"):
        bring_back(elsewhere, path)
    mail.unlink()
    with pytest.raises(InputError, match="不完整"):
        bring_back(elsewhere, path)
    (path / "manifest.json").unlink()
    with pytest.raises(InputError, match="没有完整的备份"):
        bring_back(elsewhere, path)

    assert list(elsewhere.directory.iterdir()) == []


def test_nothing_present_is_written_over(years: Years, tmp_path: Path) -> None:
    """A database is replaced by a person's word and kept under another name; another store's files
    never are.
    """
    path = back_up(years)
    with pytest.raises(UsageError, match="--replace"):
        bring_back(years, path)
    bring_back(years, path, replace=True)
    assert len(list(years.directory.glob("mailroom.db.replaced-*"))) == 1
    assert years.live() == []

    other = Years(tmp_path / "other")
    other.directory.mkdir()
    other.live()
    other.lose()
    with pytest.raises(UsageError, match="另一套存储"):
        bring_back(other, path)


def test_a_full_disk_in_the_middle_leaves_the_earlier_backup_alone(
    years: Years, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing is left of the new one; the error is the disk's."""
    whole = back_up(years)

    def full(source: Path, target: Path) -> None:
        del source, target
        with Path("/dev/full").open("wb", buffering=0) as disk:
            disk.write(b"x")

    monkeypatch.setattr(backups, "_copy", full)
    with pytest.raises(StorageError, match="原有的备份没有动"):
        back_up(years)

    assert [path for _, path in backups_in(years.directory / "backups")] == [whole]
    assert sorted((years.directory / "backups").iterdir()) == [whole]


def test_a_killed_backup_leaves_nothing_that_counts(years: Years) -> None:
    """The next one sweeps it up."""
    draft = years.directory / "backups/.mailroom-20240820T010000Z.partial"
    (draft / "files").mkdir(parents=True)
    with pytest.raises(InputError):
        find_backup(years.directory / "backups")

    assert [each.name for each in back_up(years).parent.iterdir()] == ["mailroom-20240820T010100Z"]


def test_a_restore_that_was_broken_off_is_begun_again(
    years: Years, elsewhere: Years, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Before the last step: the store is refused, and the second time it comes back."""
    path = back_up(years)
    from ingest import opening  # noqa: PLC0415 - to stop it before its last step

    def killed(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(opening, "put_in_place", killed)
        with pytest.raises(KeyboardInterrupt):
            bring_back(elsewhere, path)
    with pytest.raises(ConfigError, match="数据库是空的"):
        elsewhere.live()

    bring_back(elsewhere, path)
    assert elsewhere.live() == []


def test_copied_files_of_a_running_database_are_no_whole_store(years: Years) -> None:
    """A plain copy without the -wal: whatever it lacks, nobody is answered again."""
    with years.open():
        copied = years.directory / "copied.db"
        shutil.copy(years.directory / "mailroom.db", copied)
        years.arrive(2)
    years.live()
    years.lose()
    copied.rename(years.directory / "mailroom.db")

    with pytest.raises(ConfigError):
        years.live()


@pytest.fixture
def keys(tmp_path: Path) -> tuple[str, Path]:
    """A public key, and the file of its private one."""
    return key_pair(tmp_path / "key.txt")


def key_pair(path: Path) -> tuple[str, Path]:
    """As age-keygen writes it."""
    identity = pyrage.x25519.Identity.generate()
    path.write_text(f"# public key: {identity.to_public()}\n{identity}\n", encoding="utf-8")
    return str(identity.to_public()), path


def sealed(years: Years, *recipients: str) -> Path:
    """A sealed backup now."""
    store = settings(years.directory).store
    target = years.directory / "backups"
    made = make_backup(
        store.database, FileStore(store.files), target, years.clock.instant, recipients
    )
    years.clock.instant += timedelta(minutes=1)
    return made[1]


def unsealed(years: Years, source: Path, identity: Path | None) -> None:
    """Restored with a key, and verified."""
    store = settings(years.directory).store
    now = years.clock.instant
    restore(store, source, now, replace_=False, verify=True, identity=identity)


def test_a_sealed_backup_comes_back_by_its_key_alone(
    years: Years, elsewhere: Years, keys: tuple[str, Path], tmp_path: Path
) -> None:
    """On another host; nothing readable of anybody is in it, or left beside the database."""
    public, private = keys
    path = sealed(years, public, key_pair(tmp_path / "second.txt")[0])
    assert sorted(each.name for each in path.iterdir()) == [
        "SHA256SUMS", "backup.tar.age", "manifest.json",
    ]  # fmt: skip
    assert not [each for each in path.iterdir() if b"t1@example.cn" in each.read_bytes()]

    with pytest.raises(UsageError, match="--identity"):
        unsealed(elsewhere, path, None)
    with pytest.raises(InputError, match="私钥不是这一把"):
        unsealed(elsewhere, path, key_pair(tmp_path / "other.txt")[1])
    with pytest.raises(InputError, match="私钥文件"):
        unsealed(elsewhere, path, path / "SHA256SUMS")
    assert list(elsewhere.directory.iterdir()) == []

    unsealed(elsewhere, path.parent, private)

    assert elsewhere.live() == []
    for directory in (years.directory, elsewhere.directory):
        assert [each for each in directory.iterdir() if each.name.startswith(".")] == []


def test_a_sealed_backup_that_is_cut_or_changed_is_refused(
    years: Years, elsewhere: Years, keys: tuple[str, Path]
) -> None:
    """Also when somebody made its sums agree."""
    public, private = keys
    archive = sealed(years, public) / "backup.tar.age"
    whole = archive.read_bytes()
    archive.write_bytes(whole[:-100])
    with pytest.raises(InputError, match="已损坏"):
        unsealed(elsewhere, archive.parent, private)

    for changed in (whole[:-100], whole[:-70000], whole[:50], whole[:-9] + b"x" + whole[-8:]):
        archive.write_bytes(changed)
        sums = archive.with_name("SHA256SUMS")
        sums.write_text(f"{sum_of(archive)}  backup.tar.age\n", encoding="utf-8")
        with pytest.raises(InputError, match="解不开: 文件不完整"):
            unsealed(elsewhere, archive.parent, private)
    assert list(elsewhere.directory.iterdir()) == []


@pytest.mark.parametrize(
    ("name", "kind"),
    [("../beside", tarfile.REGTYPE), ("/beside", tarfile.REGTYPE), ("link", tarfile.SYMTYPE)],
)
def test_what_no_backup_of_ours_holds_is_not_unpacked(
    tmp_path: Path, keys: tuple[str, Path], name: str, kind: bytes
) -> None:
    """Whoever has the public key can seal anything: a name that leads out, a link."""
    public, private = keys
    entry = tarfile.TarInfo(name)
    entry.type, entry.linkname = kind, "files"
    plain = entry.tobuf() + bytes(2 * tarfile.BLOCKSIZE)
    source, folder = tmp_path / "backup.tar.age", tmp_path / "restored"
    source.write_bytes(pyrage.encrypt(plain, [pyrage.x25519.Recipient.from_str(public)]))
    folder.mkdir()

    with pytest.raises(InputError, match="不是备份里的文件"):
        unseal(source, folder, private)

    assert sorted(each.name for each in tmp_path.iterdir()) == [
        "backup.tar.age", "key.txt", "restored",
    ]  # fmt: skip
    assert list(folder.iterdir()) == []


def test_what_is_no_public_key_is_told_before_anything_is_copied(years: Years) -> None:
    """A private key in the configuration is not repeated."""
    private = str(pyrage.x25519.Identity.generate())
    for wrong in ("age1nonsense", private):
        with pytest.raises(ConfigError, match="公钥以 age1 开头") as told:
            sealed(years, wrong)
        assert private not in str(told.value)
    assert not (years.directory / "backups").exists()


def test_old_sealed_backups_go(years: Years, keys: tuple[str, Path]) -> None:
    """Their manifest is readable without the key."""
    paths = [sealed(years, keys[0]) for _ in range(2)]
    identity = find_backup(paths[0])[0].identity

    assert rotate(years.directory / "backups", identity, 1) == paths[:1]


def test_a_database_is_copied_before_it_is_upgraded(tmp_path: Path) -> None:
    """By the command, in a process of its own that dies in the middle: the old one is whole."""
    url = f"sqlite:///{tmp_path}/mailroom.db"
    script = (
        "import sys; from alembic import command; from alembic.config import Config; "
        "from sqlalchemy import create_engine; from ingest.store import migrations; "
        "config = Config(); "
        "config.set_main_option('script_location', list(migrations.__path__)[0]); "
        "config.set_main_option('path_separator', 'os')\n"
        "with create_engine(sys.argv[1]).begin() as connection:\n"
        "    config.attributes['connection'] = connection\n"
        "    command.upgrade(config, '0003')\n"
    )
    subprocess.run([sys.executable, "-c", script, url], check=True, capture_output=True)
    with closing(open_database(url)) as database:
        aside = backup_before(database, url, MORNING)
        database.migrate()
        assert database.schema_state() == "current"
        assert backup_before(database, url, MORNING) is None
    assert aside is not None
    with closing(open_database(f"sqlite:///{aside}", existing=True)) as old:
        assert old.schema_state() == "behind"
