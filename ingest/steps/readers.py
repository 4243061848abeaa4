"""Several mails read side by side, each by a disposable worker of its own.

Only the waiting for a worker happens in other threads. What is claimed and what is written down
stays with the thread that asks, one short transaction each, in the order of the claims: so the
ledger has one writer, and two runs over the same mails say the same.
"""

from __future__ import annotations

import os
from collections import Counter, deque
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING, Protocol

from ingest.clock import Clock
from ingest.errors import MailroomError
from ingest.office import Mouth
from ingest.steps.backlog import Backlog
from ingest.steps.read import claim_next, file_or_strike, read_mail
from ingest.store.counts import count_unread
from ingest.store.messages import give_back, release_claims

if TYPE_CHECKING:
    from sqlmodel import Session

    from ingest.steps.route import Readings
    from ingest.store.database import Database
    from ingest.store.files import Files
    from ingest.store.tables import MessageRow

MOST = 3
"""Readers at most where the number is left to us: each may take half a gigabyte, the unit has 2."""
AHEAD = 4
"""Mails claimed for each reader at most: what has been read waits for its turn to be filed."""
LOOK_EVERY = 1.0
"""Seconds of waiting for a reader before the rest of the house has its turn."""


def usual_readers() -> int:
    """One for each core we may use, at most :data:`MOST`."""
    return min(len(os.sched_getaffinity(0)), MOST)


class Reading(Protocol):
    """Who sees to it that mails are read: readers here, or workers elsewhere."""

    backlog: Backlog  #: what a person who waits for it is told

    def begin(self, session: Session) -> None:
        """At the start of the program: what an earlier run left behind."""

    def arrived(self, session: Session, rows: Sequence[MessageRow]) -> None:
        """In the transaction that writes mails down: they are to be read."""

    def read_next(self, database: Database, files: Files, mouth: Mouth, clock: Clock) -> bool:
        """See to some of it here; False when there is nothing more to do."""

    def close(self, database: Database) -> None:
        """Wait for what is in hand, which does not count as tried."""


@dataclass(frozen=True)
class _Claimed:
    row: MessageRow
    reading: Callable[[], Readings]  #: waits for the answer, or finds it
    answer: Future[Readings] | None  #: None: found by whoever asks

    @property
    def found(self) -> bool:
        return self.answer is None or self.answer.done()


class Readers:
    """A few readers at work; made once, closed at the end."""

    def __init__(self, count: int) -> None:
        self._count = count
        self._pool = ThreadPoolExecutor(count, "reader") if count > 1 else None
        self._claimed: deque[_Claimed] = deque()
        self._taken: Counter[str] = Counter()
        self.backlog = Backlog()

    def begin(self, session: Session) -> None:
        """Nobody is reading yet: what was claimed by an earlier run is due at once."""
        release_claims(session)

    def arrived(self, session: Session, rows: Sequence[MessageRow]) -> None:
        """Nothing is to be done: a turn is taken as long as mails wait."""

    def read_next(self, database: Database, files: Files, mouth: Mouth, clock: Clock) -> bool:
        """Give every free reader a mail; file the mail claimed first if it has been read within
        :data:`LOOK_EVERY` seconds. False when no mail waits and none is being read.

        Raises:
            TemporaryError, StorageError: trouble of the world; the mail waits for another try.
        """
        self._hand_out(database, files, mouth, clock.now())
        if not self._claimed:
            self._taken.clear()
            self.backlog.begin()
            return False
        first = self._claimed[0]
        if first.answer is None or wait([first.answer], LOOK_EVERY).done:
            self._claimed.popleft()
            file_or_strike(database, mouth, first.row, first.reading, clock.now())
            self.backlog.one_read(partial(_waiting, database))
        return True

    def close(self, database: Database) -> None:
        """Wait for what is being read. It is read again after the next start, and was not tried: an
        end that was wished for is no fault of a mail's, however often it comes.
        """
        if self._claimed:
            with suppress(MailroomError), database.writing() as session:
                for each in self._claimed:
                    give_back(session, each.row, None)
        if self._pool is not None:
            self._pool.shutdown(wait=True, cancel_futures=True)

    def _hand_out(self, database: Database, files: Files, mouth: Mouth, now: datetime) -> None:
        while self._has_room():
            busy = {each.row.from_address for each in self._claimed}
            own = {each.row.id for each in self._claimed}
            row = claim_next(database, now, own, busy, self._taken)
            if row is None:
                return
            self._taken[row.from_address] += 1
            self._claimed.append(self._begin(row, partial(read_mail, files, mouth, row)))

    def _has_room(self) -> bool:
        if any(each.row.attempts > 1 for each in self._claimed):
            return False
        unread = sum(not each.found for each in self._claimed)
        most = AHEAD * self._count if self._pool is not None else 1
        return unread < self._count and len(self._claimed) < most

    def _begin(self, row: MessageRow, work: Callable[[], Readings]) -> _Claimed:
        if self._pool is None:
            return _Claimed(row, work, None)
        answer = self._pool.submit(work)
        return _Claimed(row, answer.result, answer)


def _waiting(database: Database) -> int:
    with database.reading() as session:
        return count_unread(session)
