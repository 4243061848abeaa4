"""A store is opened: its parts are held against each other before anything is done with it.

What follows from what they say is decided in ``ingest/store/identity.py``; here it is looked up and
carried out. Nothing is made before it is known that the parts belong together.
"""

from __future__ import annotations

import secrets
from contextlib import ExitStack
from dataclasses import replace
from datetime import datetime
from enum import Enum
from pathlib import Path

from ingest.errors import ConfigError, UnavailableError
from ingest.progress import Progress, untold
from ingest.receipts.key import fingerprint, fingerprint_of_key_in, load_or_make_key
from ingest.settings import StoreSettings
from ingest.store.claims import count_mails, has_come_to, moved_away, read_claim, write_claim
from ingest.store.database import Database, open_database, reading_existing
from ingest.store.events import EventKind, ledger_head, record_event
from ingest.store.files import Files
from ingest.store.identity import ADOPTABLE, AT_WORK, WORDS, Claim, Fit, Mark, Parts, fit
from ingest.store.journal import Deed, Journal, Line
from ingest.store.manifest import Manifest, find_backup
from ingest.store.marker import read_marker, write_marker
from ingest.store.restore import (
    bring_back,
    draft_of,
    move_aside,
    note_done,
    opened,
    place_of,
    put_in_place,
    require_room,
    restoring,
    verify_restored,
)
from ingest.store.strays import stray_mails
from ingest.storefiles import open_files


class Opening(Enum):
    """What a store is opened for."""

    FOUND = "found"  #: to work on; a new one may be set up
    WORK = "work"  #: to work on; it must be there
    JOIN = "join"  #: to work on beside the receiver, who must have set it up
    LOOK = "look"  #: to look only: nothing is made, whatever the parts say


class UnfitStoreError(ConfigError):
    """The parts of a store do not belong together; nothing may be done with it but by a person's
    word.
    """


def open_store_for(settings: StoreSettings, opening: Opening, now: datetime) -> Database:
    """The database of a store whose parts belong together, with the schema this program needs.

    Raises:
        UnfitStoreError: they do not belong together.
        ConfigError: the database belongs to another version, or is not there and must be.
        StorageError: a part cannot be read, or made.
    """
    database = open_database(settings.database, existing=opening is Opening.LOOK)
    with ExitStack() as undo:
        undo.callback(database.close)
        if opening is Opening.LOOK:
            database.require_current()
        else:
            _make_ready(database, settings, opening, now)
        undo.pop_all()
    return database


def refuse_unfit(settings: StoreSettings) -> None:
    """Raises :class:`UnfitStoreError` when the parts do not belong together; makes nothing."""
    database = open_database(settings.database)
    try:
        _refuse(_fit(database, open_files(settings)))
    finally:
        database.close()


def trouble_at(settings: StoreSettings) -> str:
    """Why the parts do not belong together, in Chinese; "" when they do. Raises StorageError."""
    database = open_database(settings.database)
    try:
        found = _fit(database, open_files(settings))
        return "" if found in AT_WORK else WORDS[found][0]
    finally:
        database.close()


def look_at(database: Database, files: Files) -> Parts:
    """What the three parts say of themselves. A database of an older schema says nothing.

    Raises:
        ConfigError: the database was made by a newer program.
        StorageError: a part cannot be read.
    """
    journal, mark = Journal(files.beside), read_marker(files.beside)
    head = journal.last_head()
    kept = head is not None or files.anything() or restoring(files.beside) is not None
    parts = Parts(
        None,
        0,
        0,
        mark,
        kept,
        fingerprint_of_key_in(files.folder),
        behind=bool(head and head.events),
    )
    state = database.schema_state()
    if state == "empty":
        return parts
    if state == "ahead":
        database.require_current()
    with database.reading() as session:
        return replace(
            parts,
            claim=read_claim(session) if state == "current" else None,
            events=ledger_head(session).events,
            mails=count_mails(session),
            behind=head is not None and not has_come_to(session, head),
            moved=state == "current" and moved_away(session) is not None,
        )


def adopt(settings: StoreSettings, who: str, now: datetime) -> Fit:
    """Take the store over as it is, after a restore: from now on letters are recalled before they
    leave; how its parts went together before.

    Raises:
        UnfitStoreError: they cannot be taken over.
        ConfigError: the database belongs to another version.
        StorageError: a part cannot be read or written.
    """
    database, files = open_database(settings.database), open_files(settings)
    try:
        parts = look_at(database, files)
        found = fit(parts)
        if found not in ADOPTABLE:
            _refuse(found)
            raise UnfitStoreError("这里还没有可接管的存储", "第一次使用直接运行 mailroom run")
        if database.schema_state() == "empty":
            database.migrate()
        database.require_current()
        _take_over(database, files, parts, found, who, now)
        return found
    finally:
        database.close()


def strays_of(settings: StoreSettings, now: datetime) -> int:
    """How many raw mails lie there that the database does not know. Raises as :func:`adopt`."""
    with reading_existing(settings.database) as session:
        return len(stray_mails(session, open_files(settings), now))


def restore(
    settings: StoreSettings,
    source: Path,
    now: datetime,
    *,
    replace_: bool,
    verify: bool,
    identity: Path | None = None,
    progress: Progress = untold,
) -> tuple[Manifest, Path | None]:
    """Bring the store back from a backup (the newest of several); what it holds, and where the
    database went that was there before. Its ledger ends where it did; letters are recalled before
    they leave. A sealed backup is opened by the key in the file ``identity``.

    Raises:
        InputError: there is no whole backup, or the key does not open it.
        UsageError: something is in the way.
        ConfigError: the database is none a backup can be brought back to.
        StorageError: the disk does not take it, or what was brought back is not what it was.
    """
    manifest, backup = find_backup(source)
    place, files = place_of(settings.database), open_files(settings)
    there = require_room(place, files, manifest, replaced=replace_)
    begun = None if there else Mark(manifest.identity, manifest.key)
    with opened(backup, manifest, place, identity) as clear:
        draft = draft_of(bring_back(clear, files, begun, progress), place)
    if verify:
        verify_restored(draft, files, manifest)
    _mark_restored(draft, files, now if there else manifest.made, now)
    aside = move_aside(place, now)
    put_in_place(draft, place)
    note_done(files.beside)
    return manifest, aside


def _mark_restored(draft: Path, files: Files, known_until: datetime, now: datetime) -> None:
    database = open_database(f"sqlite:///{draft}")
    try:
        database.require_current()
        with database.writing() as session:
            claim = read_claim(session)
            assert claim is not None  # no backup is made without one
            write_claim(session, replace(claim, adopted_at=now, known_until=known_until), now)
            head = ledger_head(session)
    finally:
        database.close()  # the last connection empties and removes the -wal
    Journal(files.beside).append(Line(now, Deed.ADOPTED, head=head))


def _take_over(
    database: Database, files: Files, parts: Parts, found: Fit, who: str, now: datetime
) -> None:
    journal = Journal(files.beside)
    # A journal that is ahead of the database is the one that was written to the end.
    known = now if parts.behind else journal.last_moment()
    key = fingerprint(load_or_make_key(files.folder))
    identity = parts.mark.identity if parts.mark else parts.claim.identity if parts.claim else ""
    claim = Claim(identity or secrets.token_hex(16), key, True, now, known)
    with database.writing() as session:
        write_claim(session, claim, now)
        record_event(
            session, now, EventKind.ADOPTED, f"存储由{who}接管({found})", data={"who": who}
        )
        head = ledger_head(session)
    write_marker(files.beside, Mark(claim.identity, key))
    journal.append(Line(now, Deed.ADOPTED, head=head))


def _fit(database: Database, files: Files) -> Fit:
    found = fit(look_at(database, files))
    if found is not Fit.NO_FILES:
        return found
    return fit(look_at(database, files))  # the files were told between our looks at them and at it


def _make_ready(
    database: Database, settings: StoreSettings, opening: Opening, now: datetime
) -> None:
    files = open_files(settings)
    found = _fit(database, files)
    _refuse(found)
    if opening is Opening.JOIN and found is not Fit.WELL:
        raise UnavailableError(
            "这个存储还没有 receiver 开过工", "先启动 mailroom receiver; 稍后会再试"
        )
    if opening is Opening.FOUND and database.schema_state() == "empty":
        database.migrate()
    database.require_current()
    if found is not Fit.WELL:
        _bind(database, files, now)


def _bind(database: Database, files: Files, now: datetime) -> None:
    """Let all parts say that they belong together; begun again where it was broken off."""
    key, mark = fingerprint(load_or_make_key(files.folder)), read_marker(files.beside)
    with database.writing() as session:
        claim = read_claim(session)
        identity = (claim or mark or Mark(secrets.token_hex(16), key)).identity
        claim = claim or Claim(identity, key, False)
        write_claim(session, claim, now)
    write_marker(files.beside, Mark(claim.identity, key))
    with database.writing() as session:
        write_claim(session, replace(claim, key=key, marked=True), now)


def _refuse(found: Fit) -> None:
    if found not in AT_WORK and found in WORDS:
        raise UnfitStoreError(*WORDS[found])
