"""A finished call is purged: looked at, erased in the database, then on the disk. Killed anywhere
it is simply done again.
"""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from ingest.app import open_folder
from ingest.errors import ConfigError, UsageError
from ingest.opening import Opening, open_store_for
from ingest.sandbox.knownprint import KnownPrint
from ingest.settings import Settings, cache_folder
from ingest.store.database import Database, database_file
from ingest.store.files import Files
from ingest.store.purging import Purged, concerned, files_to_remove, obstacles, purge
from ingest.storefiles import open_files


@dataclass(frozen=True, slots=True)
class Outlook:
    """What a purge would erase, and what stands in its way."""

    rows: Purged
    obstacles: tuple[str, ...]


def look_ahead(
    settings: Settings, call: str, now: datetime, *, in_cases_only: bool = False
) -> Outlook:
    """What a purge of ``call`` would do. Makes nothing.

    Raises:
        UsageError: nothing is known of such a call.
        ConfigError: there is no database.
    """
    database = open_store_for(settings.store, Opening.LOOK, now)
    try:
        with database.reading() as session:
            rows = concerned(session, call, in_cases_only=in_cases_only)
            if not rows.cases:
                raise UsageError(f"没有征集“{call}”的案卷", "征集编号是 [calls] 里文件夹的名称")
            found = obstacles(session, call, rows)
    finally:
        database.close()
    return Outlook(rows, (*_still_open(settings, call, now), *found))


def carry_out(
    settings: Settings, call: str, who: str, now: datetime, *, in_cases_only: bool = False
) -> int:
    """Erase; how many raw mails were removed from the disk. To be called for a call without
    obstacles.

    Raises:
        UnfitStoreError, ConfigError, StorageError: see :func:`ingest.opening.open_store_for`.
    """
    database = open_store_for(settings.store, Opening.WORK, now)
    try:
        with database.writing() as session:
            rows = concerned(session, call, in_cases_only=in_cases_only)
            if not rows.done:
                purge(session, call, rows, who, now)
        removed = _remove_files(database, open_files(settings.store))
        KnownPrint(cache_folder(settings)).forget_all()
        shutil.rmtree(settings.desk.pictures, ignore_errors=True)
        database.forget_what_was_erased()
        return removed
    finally:
        database.close()


def copies_left(settings: Settings) -> list[Path]:
    """Older copies of an SQLite database beside it, and what killed programs left of one: no purge
    touches them, and they still say everything.
    """
    file = database_file(settings.store.database)
    if file is None:
        return []
    named = (
        path for path in file.parent.iterdir() if path.name.lstrip(".").startswith(f"{file.name}.")
    )
    return sorted(path for path in named if not path.name.endswith(".lock"))


def _still_open(settings: Settings, call: str, now: datetime) -> list[str]:
    if call not in settings.calls.active:
        return []
    try:
        deadline = open_folder(settings, call).call.deadline
    except ConfigError:  # its folder is gone: it is certainly not served any more
        return []
    return ["征集还没有截止"] if now <= deadline else []


def _remove_files(database: Database, files: Files) -> int:
    with database.reading() as session:
        hashes = files_to_remove(session)
    return sum(files.remove(sha256) for sha256 in hashes)
