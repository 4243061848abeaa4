"""One folder's new mails onto the disk and into the ledger: small ones in batches, large ones one
by one.

Raw bytes are durable before a row speaks of them. What is new, and whether the folder is still the
one we know, is decided in ``ingest/steps/receive.py`` and ``ingest/mailbox/cursor.py``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from datetime import datetime

from sqlmodel import Session

from ingest.clock import Clock
from ingest.errors import StorageError, TemporaryError
from ingest.killpoints import point
from ingest.log import get_logger
from ingest.mailbox.protocol import Mailbox, MailboxSession, MessageSummary, MessageUnreadableError
from ingest.notify import notify
from ingest.office import Mouth
from ingest.settings import MailboxSettings
from ingest.steps.too_large import answer_too_large, header_of
from ingest.store.database import Database
from ingest.store.events import record_received
from ingest.store.files import Files, Spool
from ingest.store.messages import Arrival, record_messages
from ingest.store.tables import MessageRow, MessageState
from ingest.submission.turns import said_sender

BATCH = 200
"""Mails whose sizes are asked for before the first of them is fetched: what a broken session makes
us ask again."""

SMALL = 64 * 1024
GROUP = 50
GROUP_BYTES = 4 * 1024 * 1024
SETTLE_BYTES = 32 * 1024 * 1024
"""Mails up to SMALL bytes come in groups: at most GROUP, at most GROUP_BYTES together. Measured:
four times as many mails a second as one by one on loopback, twenty times over a line with 50 ms. Up
to GROUP mails or SETTLE_BYTES are made durable together; a crash before that means fetching them
again."""

_TEXTS = {
    MessageState.STORED: "收到邮件",
    MessageState.DUPLICATE: "与已登记的邮件内容完全相同,不再处理",
    MessageState.BEFORE_CUTOFF: "早于启用时间的邮件,只登记",
    MessageState.TOO_LARGE: "邮件超过大小上限,未下载,需人工处理",
}


class ToldToStopError(TemporaryError):
    """Nobody waits for the rest of the mails; what came until then is kept."""


@dataclass(frozen=True)
class Inlet:
    """Where mails come in, and where they are put."""

    database: Database
    files: Files
    mailbox: Mailbox
    watched: MailboxSettings  #: which folders, since when, up to which size
    mouth: Mouth  #: senders of mails above the size limit are answered at once
    clock: Clock  #: asked at the border of each batch: a first look at a full mailbox takes hours
    #: told of mails in the transaction that writes them down
    arrived: Callable[[Session, Sequence[MessageRow]], None] = lambda _, __: None
    told: Callable[[], bool] = lambda: False  #: to stop, at the border of each group of mails


@dataclass(frozen=True)
class Place:
    """Where a mail lies: the folder as it is now."""

    folder: str
    uidvalidity: int
    incarnation: int


@dataclass
class Intake:
    """The mails of one folder being taken in."""

    inlet: Inlet
    session: MailboxSession
    place: Place
    count: int = 0  #: mails written down
    gone: set[int] = field(
        default_factory=set
    )  #: listed, and not there any more when they were asked for
    unreadable: set[int] = field(default_factory=set)  #: cannot be had just now
    _drafts: list[tuple[MessageSummary, Spool]] = field(
        default_factory=list
    )  #: whole, not yet durable
    _open: ExitStack = field(default_factory=ExitStack)  #: closes and removes what was not kept

    def take(self, uids: Sequence[int]) -> None:
        """Fetch these uids, ascending. Raises as :func:`ingest.steps.receive.receive_all`, and
        ToldToStopError between two groups.

        When the session breaks, the mails that had come whole until then are kept.
        """
        try:
            for start in range(0, len(uids), BATCH):
                batch = uids[start : start + BATCH]
                summaries = self.session.summaries(batch)
                self.gone |= set(batch).difference(summary.uid for summary in summaries)
                for group in groups(summaries, self.inlet.watched.max_message_size):
                    if self.inlet.told():
                        raise ToldToStopError("收件时被要求停止")
                    self._take_group(group)
            self._settle()
        except TemporaryError:
            self._settle()
            raise
        finally:
            self._drafts.clear()
            self._open.close()

    def _take_group(self, group: Sequence[MessageSummary]) -> None:
        wanted = [
            summary for summary in group if summary.received >= self.inlet.watched.accept_since
        ]
        if len(wanted) < len(group):
            self._settle()  # rows stand in the order of the mails
            self._write_down(
                [
                    self._arrival(item, MessageState.BEFORE_CUTOFF)
                    for item in group
                    if item not in wanted
                ]
            )
        bodies: dict[int, bytes] = {}
        if len(wanted) > 1:
            self._make_room(sum(summary.size for summary in wanted))
            bodies = self.session.fetch_small(wanted)
        for summary in wanted:
            if summary.uid in bodies:
                spool = self._open.enter_context(self.inlet.files.spool())
                spool.write(bodies[summary.uid])
                self._draft(summary, spool)
            else:
                self._take_one(summary)

    def _take_one(self, summary: MessageSummary) -> None:
        """One mail by itself; one that cannot be had now is noted, and the others go on."""
        try:
            if summary.size > self.inlet.watched.max_message_size:
                self._register_too_large(summary)
            else:
                self._fetch(summary)
        except MessageUnreadableError as error:
            get_logger().warning("mail cannot be fetched now", uid=summary.uid, error=error.message)
            self.unreadable.add(summary.uid)

    def _fetch(self, summary: MessageSummary) -> None:
        self._make_room(summary.size)
        spool = self._open.enter_context(self.inlet.files.spool())
        if self.session.fetch_raw(summary.uid, summary.size, spool):
            self._draft(summary, spool)
        else:
            self.gone.add(summary.uid)

    def _draft(self, summary: MessageSummary, spool: Spool) -> None:
        """A mail that is here whole, and not yet durable."""
        spool.begin_writing()
        self._drafts.append((summary, spool))
        notify("WATCHDOG=1")
        if (
            len(self._drafts) >= GROUP
            or sum(draft.size for _, draft in self._drafts) >= SETTLE_BYTES
        ):
            self._settle()

    def _settle(self) -> None:
        """Make all drafts durable, then write them down."""
        if not self._drafts:
            return
        point("fetched")
        kept = self.inlet.files.keep_all([spool for _, spool in self._drafts])
        point("stored")
        drafts, self._drafts = self._drafts, []
        self._write_down([
            replace(
                self._arrival(summary),
                sha256=copy.sha256,
                size=copy.size,
                sender=said_sender(spool.head),
            )
            for (summary, spool), copy in zip(drafts, kept, strict=True)
        ])  # fmt: skip
        self._open.close()

    def _register_too_large(self, summary: MessageSummary) -> None:
        self._settle()
        header = header_of(self.inlet.mouth.office, self.session, summary)
        now = self.inlet.clock.now()
        with self.inlet.database.writing() as database:
            row = self._record([self._arrival(summary, MessageState.TOO_LARGE)], database, now)[0]
            if header is not None:
                answer_too_large(self.inlet.mouth, database, row, header, now)
            point("recording")
        self._recorded(1)

    def _make_room(self, size: int) -> None:
        if not self.inlet.files.free_space_ok(size):
            raise StorageError("磁盘空间不足, 暂不收取邮件", "请清理或扩充磁盘; 邮件仍在服务器上")

    def _arrival(
        self, summary: MessageSummary, state: MessageState = MessageState.STORED
    ) -> Arrival:
        place = self.place
        return Arrival(
            place.folder,
            place.uidvalidity,
            summary.uid,
            summary.size,
            summary.received,
            state=state,
            incarnation=place.incarnation,
            announced_size=summary.size,
            dated=summary.dated,
        )

    def _write_down(self, arrivals: Sequence[Arrival]) -> None:
        """One transaction: the rows and their lines in the ledger."""
        if arrivals:
            now = self.inlet.clock.now()
            with self.inlet.database.writing() as database:
                self._record(arrivals, database, now)
                point("recording")
            self._recorded(len(arrivals))

    def _record(
        self, arrivals: Sequence[Arrival], database: Session, now: datetime
    ) -> list[MessageRow]:
        rows = record_messages(database, arrivals, now)
        self.inlet.arrived(database, rows)
        record_received(
            database,
            now,
            [(row, f"{_TEXTS.get(row.state, '收到邮件')} ({row.size} 字节)") for row in rows],
        )
        for row in rows:
            get_logger().info(
                "received", message=row.id, uid=row.uid, size=row.size, state=str(row.state)
            )
        return rows

    def _recorded(self, count: int) -> None:
        point("recorded")
        self.count += count
        notify(
            "WATCHDOG=1"
        )  # a first look at a full mailbox takes long, and every mail kept is progress


def groups(summaries: Sequence[MessageSummary], largest: int) -> Iterator[list[MessageSummary]]:
    """The mails in their order: runs of small ones together, every other one (and one above
    ``largest``) alone.
    """
    group: list[MessageSummary] = []
    for summary in summaries:
        alone = summary.size > min(SMALL, largest) or summary.size <= 0
        full = len(group) >= GROUP or sum(item.size for item in group) + summary.size > GROUP_BYTES
        if group and (alone or full):
            yield group
            group = []
        if alone:
            yield [summary]
        else:
            group.append(summary)
    if group:
        yield group
