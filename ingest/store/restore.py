"""A store brought back from a backup, whole or not at all. Nothing present is written over: it is
moved aside, by a person's word.

A note that says which store comes back stands among the files from the first act to the last; mails
and key first, the database last: a restore broken off leaves a store that is refused, and is simply
begun again.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import datetime
from pathlib import Path

from ingest.errors import ConfigError, InputError, StorageError, UsageError
from ingest.progress import Progress, told, untold
from ingest.store.audit import verify_ledger
from ingest.store.backup import KEY_FILE, OFFICE_KEY_FILE, empty_folder
from ingest.store.beside import Beside, sync_directory, write_durably
from ingest.store.database import database_file, open_database
from ingest.store.files import Files, keep_copy
from ingest.store.identity import Mark
from ingest.store.journal import JOURNAL_FILE
from ingest.store.manifest import DATABASE, FILES, SEALED, Manifest, check_sums, read_manifest
from ingest.store.marker import MARKER_FILE, read_marker, write_marker
from ingest.store.sealing import unseal

NOTE_FILE = "restoring.json"


def place_of(url: str) -> Path:
    """Where the database goes. Raises ConfigError when it is none of ours to write."""
    file = database_file(url)
    if file is None:
        raise ConfigError(
            "[store] database 不是 SQLite 文件, 本命令不恢复它",
            "PostgreSQL 用 pg_restore 恢复数据库, 再复制整个文件目录",
        )
    return file


def require_room(database: Path, files: Files, manifest: Manifest, *, replaced: bool) -> bool:
    """Whether the files of this very store are still there (and so is their journal). Raises
    UsageError when something is there that a restore would have to replace; a database may be, by a
    person's word.
    """
    if database.exists() and not replaced:
        raise UsageError(
            f"已有数据库 {database}", "确实要换掉它的, 加上 --replace: 原来的会改名保留"
        )
    mark, begun = read_marker(files.beside), restoring(files.beside)
    if begun is not None:
        mark = mark or begun
    elif mark is None and not files.anything():
        return False
    if mark is None or mark.identity != manifest.identity:
        place = files.beside.place("")
        raise UsageError(f"{place} 里是另一套存储的文件", "检查 [store] files, 或先把那个目录移走")
    return begun is None


def restoring(beside: Beside) -> Mark | None:
    """The store that a restore to an empty place has not yet, or did not live to, bring back."""
    return read_marker(beside, NOTE_FILE)


def note_done(beside: Beside) -> None:
    """The store is there. Raises StorageError."""
    try:
        beside.remove(NOTE_FILE)
    except OSError as error:
        raise StorageError(f"恢复记号删不掉: {error}", "检查目录权限") from error


def move_aside(database: Path, now: datetime) -> Path | None:
    """Give the present database another name; None when there is none. What it has not written into
    its file goes first: left behind, it would be taken for the next one's. Raises StorageError.
    """
    if not database.exists():
        return None
    aside = _aside_of(database, now)
    try:
        for ending in ("-shm", "-wal", ""):
            path = database.with_name(database.name + ending)
            if path.exists():
                path.rename(aside.with_name(aside.name + ending))
    except OSError as error:
        raise StorageError(f"数据库改不了名: {error}", "检查目录权限") from error
    return aside


def _aside_of(database: Path, now: datetime) -> Path:
    """The new name, or the one an earlier restore was killed at giving."""
    for log in database.parent.glob(f"{database.name}.replaced-*-wal"):
        begun = log.with_name(log.name.removesuffix("-wal"))
        if not begun.exists():
            return begun
    return database.with_name(f"{database.name}.replaced-{now:%Y%m%dT%H%M%SZ}")


@contextmanager
def opened(
    backup: Path, manifest: Manifest, database: Path, identity: Path | None
) -> Iterator[Path]:
    """The folder of a backup in the clear; of a sealed one beside the place of the database, for as
    long as the block lasts.

    Raises:
        UsageError: it is sealed, and no key is given.
        InputError: the key does not open it, or it is not whole.
        StorageError: the disk does not take it.
    """
    if not (backup / SEALED).exists():
        yield backup
        return
    if identity is None:
        raise UsageError(f"{backup} 是加密的备份", "加上 --identity 私钥文件")
    check_sums(backup)
    with ExitStack() as undo:
        try:
            database.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            room = undo.enter_context(empty_folder(database.with_name(f".{database.name}.opening")))
            clear = room / "backup"  # what is written beside it goes with the room
            clear.mkdir(mode=0o700)
            unseal(backup / SEALED, clear, identity)
        except OSError as error:
            raise StorageError(
                f"解密的内容写不了: {error}", "数据库所在的磁盘要放得下整份备份"
            ) from error
        if read_manifest(clear) != manifest:
            raise InputError("加密的内容与 manifest.json 不是同一份备份", "换用另一份备份")
        yield clear


def bring_back(backup: Path, files: Files, begun: Mark | None, progress: Progress = untold) -> Path:
    """Everything but the database put into its place, checked first; the database's draft. Where no
    files of the store were there it is noted that it has ``begun``: from now on it is known whose
    they are, and that their journal is a backup's.

    Raises:
        InputError: the backup is not whole.
        StorageError: the disk does not take it.
    """
    check_sums(backup)
    try:
        files.prepare()
        if begun is not None:
            write_marker(files.beside, begun, NOTE_FILE)
        for left in files.folder.rglob("*.new"):  # by a restore that was killed
            left.unlink()
        for path in told(list((backup / FILES).glob("??/*.eml")), progress):
            keep_copy(files, path)
        _bring_beside(backup / FILES, files)
        return backup / DATABASE
    except OSError as error:
        place = error.filename or files.folder
        raise StorageError(
            f"恢复写不了: {error.strerror} ({place})", "检查磁盘空间和权限"
        ) from error


def _bring_beside(source: Path, files: Files) -> None:
    """What is there already stays: the journal may know more."""
    journal, marker = source / JOURNAL_FILE, source / MARKER_FILE
    for name in (KEY_FILE, OFFICE_KEY_FILE):
        if (source / name).exists() and not (files.folder / name).exists():
            write_durably(files.folder / name, (source / name).read_bytes())
    if journal.exists() and next(files.beside.lines(JOURNAL_FILE), None) is None:
        files.beside.replace_lines(JOURNAL_FILE, journal.read_bytes())
    if marker.exists() and files.beside.read(MARKER_FILE) is None:
        files.beside.write(MARKER_FILE, marker.read_bytes())


def draft_of(source: Path, database: Path) -> Path:
    """The database copied beside its place, under another name. Raises StorageError."""
    draft = database.with_name(f"{database.name}.restoring")
    try:
        database.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        for ending in ("", "-wal", "-shm"):
            draft.with_name(draft.name + ending).unlink(missing_ok=True)
        shutil.copyfile(source, draft)
        draft.chmod(0o600)
        with draft.open("rb") as file:
            os.fsync(file.fileno())
    except OSError as error:
        raise StorageError(f"数据库写不了: {error}", "检查磁盘空间和权限") from error
    return draft


def verify_restored(draft: Path, files: Files, manifest: Manifest) -> None:
    """The ledger ends where the backup says, and everything it vouches for is as it was.

    Raises:
        StorageError: it is not.
    """
    database = open_database(f"sqlite:///{draft}", existing=True)
    try:
        with database.reading() as session:
            audit = verify_ledger(session, files)
    finally:
        database.close()
    findings = list(audit.findings)
    if (audit.head.events, audit.head.chain) != (manifest.events, manifest.head):
        findings.append("台账末行与备份记下的不同")
    if findings:
        raise StorageError(f"恢复核验不符: {findings[0]} (共 {len(findings)} 处)", "换用另一份备份")


def put_in_place(draft: Path, database: Path) -> None:
    """The last step: from now on the store is there. Raises StorageError."""
    try:
        draft.rename(database)
        sync_directory(database.parent)
    except OSError as error:
        raise StorageError(f"数据库放不到位: {error}", "检查目录权限") from error
