"""A running office is moved to another database, another place for its raw mails, or both; and
back.

Files and rows go first, while the office works; when it stands still, what came meanwhile. Only
when the new place is the old one row by row and file by file is the old one marked as moved, in the
transaction that ends its ledger; only then does the new one begin. Killed anywhere, the same
command goes on: until its last step the new place is refused, from the step before that the old one
is.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import islice
from pathlib import Path

from sqlalchemy import make_url
from sqlmodel import col, select

from ingest.clock import Clock
from ingest.errors import StorageError, TemporaryError, UsageError
from ingest.opening import UnfitStoreError, look_at
from ingest.receipts.key import KEY_FILE
from ingest.store.audit import verify_ledger
from ingest.store.backup import OFFICE_KEY_FILE
from ingest.store.beside import write_durably
from ingest.store.claims import moved_away, read_claim, write_claim
from ingest.store.database import Database
from ingest.store.events import EventKind, Head, ledger_head, record_event
from ingest.store.files import DamagedError, Files, keep_copies
from ingest.store.identity import ARRIVING, WORDS, Claim, Fit, Mark, fit
from ingest.store.journal import JOURNAL_FILE, Deed, Journal, Line
from ingest.store.ledgerend import close_ledger, open_ledger
from ingest.store.lock import single_instance
from ingest.store.marker import read_marker, write_marker
from ingest.store.rowcopy import copy_rows, copy_store_row, count_rows, differing
from ingest.store.tables import MessageRow, MessageState

_GROUP = 32  #: mails that are made durable together
_UNFINISHED = "(迁移还没有完成)"


@dataclass(frozen=True)
class Place:
    """Where a store is, or is to be."""

    url: str
    database: Database
    files: Files

    def __str__(self) -> str:
        return f"{shown_address(self.url)}, {self.files.beside.place('').rstrip('/')}"


@dataclass
class Move:
    """One move; ``told`` is given what is being done and how far it is."""

    old: Place
    new: Place
    who: str
    clock: Clock
    told: Callable[[str, int, int], None]
    wait: timedelta = timedelta(0)  #: for the office to stand still
    allow_missing: bool = False
    _verified: set[str] = field(default_factory=set)  #: mails that are whole at the new place

    @property
    def rows(self) -> bool:
        """Whether the database is another one."""
        return not same_database(self.old.url, self.new.url)

    @property
    def mails(self) -> bool:
        """Whether the files are kept elsewhere."""
        return self.old.files.beside.place("") != self.new.files.beside.place("")

    def carry_out(self) -> Head:
        """The whole move; how the ledger ends at the new place.

        Raises:
            UsageError: there is nothing to move, or the new place is not empty.
            UnfitStoreError: the parts of the old place do not belong together.
            TemporaryError: the office is still at work.
            StorageError: something is missing, or not the same at the new place.
        """
        if not (self.rows or self.mails):
            raise UsageError("新旧两处是同一处, 没有要迁移的", "检查 --to 和 --files")
        claim = self._claim()
        if self._arrived(claim):
            return self._head(self.new)
        self._make_ready(claim)
        if not self._ended:
            self._copy()  # while the office works
        with self._standing_still():
            self._copy()
            self._hold_against()
            if self.rows and not self._ended:
                self._end()
            return self._begin(claim)

    # --- before ----------------------------------------------------------------------------------

    def _claim(self) -> Claim:
        """Whose store it is."""
        self.old.database.require_current()
        found = fit(look_at(self.old.database, self.old.files))
        with self.old.database.reading() as session:
            claim = read_claim(session)
        if claim is None or found is Fit.UNBOUND:
            raise UsageError("这里还没有可迁移的存储", "先运行一次 mailroom run --once")
        if found is not Fit.WELL and not (found is Fit.MOVED and self._on_its_way()):
            raise UnfitStoreError(*WORDS[found])
        return claim

    def _on_its_way(self) -> bool:
        """Whether it was this very move that marked the old place."""
        with self.old.database.reading() as session:
            text = moved_away(session)
        if text is not None:
            return str(self.new) in text
        mark = read_marker(self.old.files.beside)
        return mark is not None and mark.moved_to == str(self.new)

    @property
    def _ended(self) -> bool:
        """Whether the old ledger has been closed for this move."""
        with self.old.database.reading() as session:
            return moved_away(session) is not None

    def _arrived(self, claim: Claim) -> bool:
        """Whether the new place has begun already."""
        if not self.rows:
            old, new = (read_marker(at.files.beside) for at in (self.old, self.new))
            return bool(old and new and old.moved_to == str(self.new) and not new.moved_to)
        if self.new.database.schema_state() != "current":
            return False
        with self.new.database.reading() as session:
            there = read_claim(session)
            here = moved_away(session) is None
        return there is not None and there.identity == claim.identity and here and self._ended

    def _make_ready(self, claim: Claim) -> None:
        """The new place says that something is on its way to it, before anything is put there."""
        if self.mails:
            self._make_files_ready(claim)
        if self.rows:
            self._make_database_ready(claim)

    def _make_files_ready(self, claim: Claim) -> None:
        files = self.new.files
        files.prepare()
        mark = read_marker(files.beside)
        if (mark is None and files.anything()) or (mark and mark.identity != claim.identity):
            raise UsageError(
                f"{files.beside.place('')} 里已有别的文件", "换一个空的文件夹或对象存储前缀"
            )
        write_marker(files.beside, Mark(claim.identity, claim.key, _UNFINISHED))

    def _make_database_ready(self, claim: Claim) -> None:
        database = self.new.database
        if database.schema_state() == "empty":
            database.migrate()
        database.require_current()
        on_its_way = f"{ARRIVING}{claim.identity}"
        with database.reading() as session:
            there = read_claim(session)
            empty = there is None and not ledger_head(session).events
            gone = moved_away(session) is not None
        ours = there is not None and (
            there.identity == on_its_way or (there.identity == claim.identity and gone)
        )
        if not (empty or ours):
            raise UsageError(
                f"目标数据库 {shown_address(self.new.url)} 不是空的", "换一个空的数据库"
            )
        with database.writing() as session:
            open_ledger(session)
            write_claim(session, Claim(on_its_way, claim.key, marked=False), self.clock.now())

    # --- copying ---------------------------------------------------------------------------------

    def _copy(self) -> None:
        if self.mails:
            self._copy_mails()
        if self.rows:
            told = self._counting("登记")
            copy_rows(self.old.database, self.new.database, told)

    def _copy_mails(self) -> None:
        wanted = [each for each in self.old.files.hashes() if each not in self._verified]
        hashes, done = iter(wanted), 0
        while group := list(islice(hashes, _GROUP)):
            self._verified |= _copied(self.old.files, self.new.files, group)
            done += len(group)
            self.told("原件", done, len(wanted))

    def _counting(self, what: str) -> Callable[[int], None]:
        total, done = count_rows(self.old.database), 0

        def told(count: int) -> None:
            nonlocal done
            done += count
            self.told(what, min(done, total), total)

        return told

    @contextmanager
    def _standing_still(self) -> Iterator[None]:
        """Nobody works on either place for as long as the block lasts."""
        with ExitStack() as locks:
            for url in dict.fromkeys((self.old.url, self.new.url)):
                locks.enter_context(_locked(url, self.wait))
            yield

    # --- comparing -------------------------------------------------------------------------------

    def _hold_against(self) -> None:
        """Row by row, the ledger's chain, and every mail. Raises StorageError."""
        if self.mails and (missing := self._missing()) and not self.allow_missing:
            raise StorageError(
                f"原件 {missing[0]} 在原处缺失或已损坏 (共 {len(missing)} 封), 没有迁移",
                "从备份恢复后再迁移; 确实找不回的, 加上 --allow-missing",
            )
        if not self.rows:
            return
        if names := differing(self.old.database, self.new.database, self._counting("核对")):
            raise StorageError(
                f"迁移后的表 {names[0]} 与原处不同 (共 {len(names)} 张)",
                "原处没有动; 停下所有 mailroom 进程, 清空目标数据库再迁移一次",
            )
        if _audited(self.old.database) != _audited(self.new.database):
            raise StorageError("迁移后的台账与原处不同", "原处没有动; 清空目标数据库再迁移一次")

    def _missing(self) -> Sequence[str]:
        query = select(MessageRow.sha256).where(col(MessageRow.sha256) != "")
        query = query.where(col(MessageRow.state) != MessageState.PURGED).distinct()
        with self.old.database.reading() as session:
            needed = session.exec(query.order_by(col(MessageRow.sha256))).all()
        return [each for each in needed if each not in self._verified]

    # --- the turn --------------------------------------------------------------------------------

    def _end(self) -> None:
        """The old place is no more: its ledger takes no line after this one. Raises
        TemporaryError.
        """
        copied, now = self._head(self.new), self.clock.now()
        with self.old.database.writing() as session:
            if ledger_head(session) != copied:
                raise TemporaryError("迁移时这里又有新登记", "停下办件台等所有进程再运行一次")
            text = f"存储由{self.who}迁到 {self.new}"
            record_event(session, now, EventKind.STORE_MOVED, text, data={"who": self.who})
            close_ledger(session)

    def _begin(self, claim: Claim) -> Head:
        """The new place is the store, from its last step on."""
        if self.rows:
            copy_rows(self.old.database, self.new.database, lambda _: None)
            # a database brought back from before the move is then known to be an older one
            end = Line(self.clock.now(), Deed.HEAD, head=self._head(self.old))
            Journal(self.old.files.beside).append(end)
        if self.mails:
            lines = "".join(self.old.files.beside.lines(JOURNAL_FILE))
            self.new.files.beside.replace_lines(JOURNAL_FILE, lines.encode())
            _copy_keys(self.old.files.folder, self.new.files.folder)
            old = Mark(claim.identity, claim.key, str(self.new))
            write_marker(self.old.files.beside, old)
            write_marker(self.new.files.beside, Mark(claim.identity, claim.key))
        with self.new.database.writing() as session:
            if self.rows:
                copy_store_row(self.old.database, session)
            text = f"存储由{self.who}从 {self.old} 迁来"
            now = self.clock.now()
            record_event(session, now, EventKind.STORE_ARRIVED, text, data={"who": self.who})
            return ledger_head(session)

    def _head(self, place: Place) -> Head:
        with place.database.reading() as session:
            return ledger_head(session)


def same_database(one: str, other: str) -> bool:
    """Whether two addresses name one database."""
    return _of_address(one) == _of_address(other)


def shown_address(url: str) -> str:
    """A database's address for people, without its password."""
    return make_url(url).render_as_string(hide_password=True)


def _of_address(url: str) -> tuple[object, ...]:
    address = make_url(url)
    kind = address.get_backend_name()
    if kind == "sqlite":
        return (kind, Path(str(address.database)).resolve())
    return (kind, address.host, address.port or 5432, address.database, dict(address.query))


def _audited(database: Database) -> tuple[Head, tuple[str, ...]]:
    with database.reading() as session:
        audit = verify_ledger(session)
    return audit.head, audit.findings


def _copied(old: Files, new: Files, group: Sequence[str]) -> set[str]:
    """Those that are whole at the new place afterwards."""
    with ExitStack() as opened:
        paths = []
        for sha256 in group:
            with suppress(DamagedError):
                paths.append(opened.enter_context(old.whole(sha256)))
        return {kept.sha256 for kept in keep_copies(new, paths)}


def _copy_keys(old: Path, new: Path) -> None:
    for name in (KEY_FILE, OFFICE_KEY_FILE):
        if (old / name).exists() and not (new / name).exists():
            write_durably(new / name, (old / name).read_bytes())


@contextmanager
def _locked(url: str, wait: timedelta) -> Iterator[None]:
    until = time.monotonic() + wait.total_seconds()
    with ExitStack() as lock:
        while True:
            try:
                lock.enter_context(single_instance(url))
                break
            except TemporaryError as error:
                if time.monotonic() >= until:
                    raise TemporaryError(
                        f"{error.message}: 已先行复制的都留着",
                        "停下 mailroom run 再运行一次, 会接着做完; 或加上 --wait 10m, 等它停下",
                    ) from error
                time.sleep(0.5)
        yield
