"""A whole copy of a store while it is at work, verified before it counts. Reads the store, writes
into the backup's folder only.

The database first (SQLite's online backup: one moment, whatever is written meanwhile), then the
mails it knows, which are on the disk before a row speaks of them, then journal, marker and key.
A mail that an earlier backup beside this one holds is linked to it: it never changes.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path

from sqlmodel import Session, col, select

from ingest.errors import ConfigError, StorageError
from ingest.progress import Progress, told, untold
from ingest.store.audit import verify_ledger
from ingest.store.beside import sync_directory, write_durably
from ingest.store.claims import read_claim, write_backup_moment
from ingest.store.database import Database, database_file, open_database
from ingest.store.events import ledger_head
from ingest.store.files import DamagedError, Files, FileStore
from ingest.store.journal import JOURNAL_FILE
from ingest.store.manifest import (
    DATABASE,
    FILES,
    SEALED,
    SUMS,
    Manifest,
    backups_in,
    sum_of,
    write_manifest,
)
from ingest.store.marker import MARKER_FILE
from ingest.store.migrations import REVISIONS
from ingest.store.sealing import require_recipients, seal
from ingest.store.tables import MessageRow
from notifier.outbox import count_by_state

KEY_FILE = "secret.key"
OFFICE_KEY_FILE = "office.key"
_PAGES = 2000  #: copied at a time, so that a writer waits for milliseconds only


def make_backup(
    url: str,
    files: Files,
    directory: Path,
    now: datetime,
    recipients: Sequence[str] = (),
    progress: Progress = untold,
) -> tuple[Manifest, Path]:
    """A new backup in ``directory``: what it holds, and its folder. With ``recipients`` (public
    keys of age) it is sealed for them; in the clear it is then only ever beside the database.

    Raises:
        ConfigError: there is no SQLite database at ``url``; a recipient is none.
        StorageError: it cannot be written, or what was copied is not whole; nothing is left of it.
    """
    source = _existing(url)
    target = directory / f"mailroom-{now.astimezone(UTC):%Y%m%dT%H%M%SZ}"
    require_recipients(recipients)
    with _whole_or_nothing(directory, target) as draft:
        if recipients:
            manifest = _sealed(source, files, draft, now, recipients, progress)
        else:
            manifest = _filled(source, files, draft, _newest(directory), now, progress)
    live = open_database(url)
    try:
        with live.writing() as session:
            write_backup_moment(session, now)
    finally:
        live.close()
    return manifest, target


def _filled(
    source: Path,
    files: Files,
    draft: Path,
    earlier: Path | None,
    now: datetime,
    progress: Progress,
) -> Manifest:
    copy_database(source, draft / DATABASE)
    manifest = _fill(draft, files, earlier, now, progress)
    _write_sums(draft)
    write_manifest(draft, manifest)
    return manifest


def _sealed(
    source: Path,
    files: Files,
    draft: Path,
    now: datetime,
    recipients: Sequence[str],
    progress: Progress,
) -> Manifest:
    """The manifest names nobody and stays readable: by it old backups go."""
    with empty_folder(source.with_name(f".{source.name}.sealing")) as clear:
        manifest = _filled(source, files, clear, None, now, progress)
        seal(clear, draft / SEALED, recipients)
    _write_sums(draft)
    write_manifest(draft, manifest)
    return manifest


@contextmanager
def empty_folder(path: Path) -> Iterator[Path]:
    """A private folder for as long as the block lasts; what a killed program left of it goes first.
    Raises OSError.
    """
    if path.exists():
        shutil.rmtree(path)
    path.mkdir(mode=0o700)
    try:
        yield path
    finally:
        shutil.rmtree(path, ignore_errors=True)


def copy_database(source: Path, target: Path) -> None:
    """One moment of an SQLite database that others may be writing to, as a file of its own, synced.

    Raises:
        StorageError: it cannot be read or written, or the copy is damaged.
    """
    draft = target.with_name(f"{target.name}.partial")  # a name that counts is a whole copy's
    try:
        os.close(os.open(draft, os.O_CREAT | os.O_TRUNC | os.O_WRONLY, 0o600))
        with (
            closing(sqlite3.connect(f"{source.absolute().as_uri()}?mode=ro", uri=True)) as read,
            closing(sqlite3.connect(draft)) as written,
        ):
            read.backup(written, pages=_PAGES, sleep=0.01)
            written.execute("PRAGMA journal_mode = DELETE")
            damage = written.execute("PRAGMA integrity_check(1)").fetchone()[0]
        if damage != "ok":
            raise StorageError(f"复制出的数据库自检有误: {damage}", "检查磁盘; 原数据库没有动")
        with draft.open("rb") as file:
            os.fsync(file.fileno())
        draft.rename(target)
        sync_directory(target.parent)
    except (sqlite3.Error, OSError) as error:
        raise StorageError(f"复制数据库时出错: {error}", "检查磁盘空间和权限") from error
    finally:
        draft.unlink(missing_ok=True)


def rotate(directory: Path, identity: str, keep: int) -> list[Path]:
    """Remove the oldest backups of a store beyond ``keep``; which ones. Raises StorageError."""
    own = [path for manifest, path in backups_in(directory) if manifest.identity == identity]
    old = own[: max(0, len(own) - keep)]
    try:
        for path in old:
            shutil.rmtree(path)
    except OSError as error:
        raise StorageError(f"旧备份删不掉: {error}", "检查目录权限") from error
    return old


def _existing(url: str) -> Path:
    open_database(url, existing=True).close()
    file = database_file(url)
    if file is None:
        raise ConfigError(
            "数据库不是 SQLite 文件, 本命令不备份它",
            "PostgreSQL 用 pg_dump 备份数据库, 再复制整个文件目录(对象存储用它自己的版本或复制)",
        )
    return file


@contextmanager
def _whole_or_nothing(directory: Path, target: Path) -> Iterator[Path]:
    """A folder that gets its name when everything is in it."""
    draft = directory / f".{target.name}.partial"
    try:
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        for left in directory.glob(".mailroom-*.partial"):
            shutil.rmtree(left)
        if target.exists():
            raise StorageError(f"已有备份 {target}", "稍等一秒再试")
        draft.mkdir(mode=0o700)
        yield draft
        sync_directory(draft)
        draft.rename(target)
        sync_directory(directory)
    except OSError as error:
        raise StorageError(
            f"备份写不了: {error.strerror} ({error.filename or directory})",
            "检查磁盘空间和权限; 原有的备份没有动",
        ) from error
    finally:
        with suppress(OSError):
            shutil.rmtree(draft)


def _newest(directory: Path) -> Path | None:
    found = backups_in(directory)
    return found[-1][1] if found else None


def _fill(
    draft: Path, files: Files, earlier: Path | None, now: datetime, progress: Progress
) -> Manifest:
    copy = open_database(f"sqlite:///{draft / DATABASE}", existing=True)
    try:
        copy.require_current()
        with copy.reading() as session:
            _copy_mails(session, files, draft / FILES, earlier, progress)
            _copy_beside(files, draft / FILES)
            return _verified(session, draft / FILES, now)
    finally:
        copy.close()


def _copy_mails(
    session: Session, files: Files, target: Path, earlier: Path | None, progress: Progress
) -> None:
    hashes = select(MessageRow.sha256).where(col(MessageRow.sha256) != "").distinct()
    old = FileStore(earlier / FILES) if earlier is not None else None
    new = FileStore(target)
    for sha256 in told(session.exec(hashes.order_by(col(MessageRow.sha256))).all(), progress):
        place = new.path(sha256)
        place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        if old is not None and old.intact(sha256):
            with suppress(OSError):  # a file system that knows no links
                place.hardlink_to(old.path(sha256))
                continue
        with suppress(DamagedError), files.whole(sha256) as source:  # told by the verification
            _copy(source, place)


def _copy_beside(files: Files, target: Path) -> None:
    target.mkdir(mode=0o700, exist_ok=True)
    if lines := "".join(files.beside.lines(JOURNAL_FILE)):
        write_durably(target / JOURNAL_FILE, lines.encode())
    if (marker := files.beside.read(MARKER_FILE)) is not None:
        write_durably(target / MARKER_FILE, marker)
    for name in (KEY_FILE, OFFICE_KEY_FILE):
        if (files.folder / name).exists():
            _copy(files.folder / name, target / name)


def _copy(source: Path, target: Path) -> None:
    write_durably(target, source.read_bytes())


def _verified(session: Session, files: Path, now: datetime) -> Manifest:
    """What the copy holds, once it was looked through. Raises StorageError."""
    audit = verify_ledger(session, FileStore(files))
    claim = read_claim(session)
    if audit.findings or claim is None:
        found = audit.findings[0] if audit.findings else "存储还没有标识"
        raise StorageError(
            f"备份核验不符: {found}"
            + (f" (共 {len(audit.findings)} 处)" if audit.findings else ""),
            "用 mailroom audit verify --files 查看; 备份没有留下",
        )
    return Manifest(
        claim.identity,
        claim.key,
        now.astimezone(UTC).isoformat(),
        REVISIONS[-1],
        ledger_head(session).events,
        ledger_head(session).chain,
        len(list(FileStore(files).hashes())),
        sum(count_by_state(session).values()),
    )


def _write_sums(draft: Path) -> None:
    paths = sorted(path for path in draft.rglob("*") if path.is_file())
    lines = [f"{sum_of(path)}  {path.relative_to(draft).as_posix()}" for path in paths]
    write_durably(draft / SUMS, ("\n".join(lines) + "\n").encode())


def backup_before(database: Database, url: str, now: datetime) -> Path | None:
    """A copy of the database beside it, before its structure is changed; None where there is
    nothing to copy or it is not ours to copy. Raises StorageError.
    """
    file = database_file(url)
    if file is None or database.schema_state() != "behind":
        return None
    before = f"{file.name}.before-{REVISIONS[-1]}"
    for left in file.parent.glob(f"{before}-*.partial*"):  # by an upgrade that was killed
        left.unlink()
    target = file.with_name(f"{before}-{now:%Y%m%dT%H%M%SZ}")
    copy_database(file, target)
    return target
