"""The journal of letters kept while sending, and asked in a store taken over from a backup.

What is to become of a letter is decided in ``ingest/store/recalling.py``; the journal's lines are
``ingest/store/journal.py``'s.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property

from sqlmodel import Session

from ingest.errors import LoginRefusedError, TemporaryError
from ingest.log import get_logger
from ingest.mailbox.patience import Patience
from ingest.mailbox.protocol import FolderMissingError, Mailbox
from ingest.opening import UnfitStoreError
from ingest.receipts.signing import address_mark, own_serial
from ingest.store.claims import read_claim
from ingest.store.database import Database
from ingest.store.events import EventKind, ledger_head, list_events, record_event
from ingest.store.identity import WORDS, Fit
from ingest.store.journal import Deed, Journal, Line, Memory
from ingest.store.messages import get_message
from ingest.store.recalling import Due, Recall, Takeover, recall
from notifier.outbox import (
    NOT_TO_APPLICANTS,
    OutboxRow,
    claim,
    confirm,
    find_by_ids,
    find_letters,
    get_letter,
    hold,
    letters_of_message,
    settle,
)
from notifier.outboxstates import OutboxState, Settlement

NEWEST = 200
"""How many of the newest sent mails are looked through at each start."""
NEWEST_AFTER_TAKEOVER = 5000
"""And in a store that was taken over."""

_DEEDS = {OutboxState.SENT: Deed.SENT, OutboxState.UNCERTAIN: Deed.UNCERTAIN}
_ORDERED = {EventKind.RELEASE.value, EventKind.RETRY.value, EventKind.CLOSING_RELEASED.value}


@dataclass
class Chronicle:
    """What left, also when the database does not know."""

    database: Database
    journal: Journal
    key: bytes
    patience: Patience = field(default_factory=Patience)  #: with the account's sent mail
    acquainted: bool = False  #: the sent mail was looked through since the start

    @cached_property
    def takeover(self) -> Takeover | None:
        """When the store was taken over from a backup; None when it never was."""
        with self.database.reading() as session:
            said = read_claim(session)
        if said is None or said.adopted_at is None:
            return None
        return Takeover(said.adopted_at, said.known_until)

    @cached_property
    def memory(self) -> Memory:
        """What left before the takeover. Raises StorageError when the journal cannot be read."""
        lines = list(self.journal.lines())
        takeovers = [at for at, line in enumerate(lines) if line.deed is Deed.ADOPTED]
        before = lines[: takeovers[-1]] if takeovers else []
        seen = (line for line in lines if line.deed is Deed.SEEN)
        return Memory.of([*before, *seen])

    def begin(self, letter: OutboxRow, now: datetime) -> None:
        """A letter is about to leave: written down before its first byte does. Raises
        StorageError.
        """
        with self.database.reading() as session:
            answered = get_message(session, letter.message_ref) if letter.message_ref else None
            head = ledger_head(session)
        answers = answered.sha256 if answered is not None else ""
        to = address_mark(self.key, letter.recipient)
        self.journal.append(Line(now, Deed.SENDING, letter.message_id, answers, to, head))

    def end(self, letter: OutboxRow, state: OutboxState, now: datetime) -> None:
        """What became of it. Raises StorageError."""
        deed = _DEEDS.get(state, Deed.KEPT)
        self.journal.append(Line(now, deed, letter.message_id))

    def note_head(self, now: datetime) -> None:
        """Write down how far the ledger has come, unless the journal knows. Raises
        StorageError.
        """
        with self.database.reading() as session:
            head = ledger_head(session)
        if head.events and head != self._noted:
            self.journal.append(Line(now, Deed.HEAD, head=head))
            self.__dict__["_noted"] = head

    @cached_property
    def _noted(self) -> object:
        return self.journal.last_head()

    def recall(self, session: Session, outbox_id: int, now: datetime) -> bool:
        """In a store that was taken over: whether a due letter was dealt with otherwise than by
        sending it. In the caller's transaction. Raises StorageError.
        """
        if self.takeover is None:
            return False
        letter = get_letter(session, outbox_id)
        if letter is None or _ordered_since(session, outbox_id, self.takeover.at):
            return False
        found = recall(self._due(session, letter), self.takeover)
        if found is Recall.NEW:
            return False
        _carry_out(session, letter, found, now)
        return True

    def _due(self, session: Session, letter: OutboxRow) -> Due:
        mail = get_message(session, letter.message_ref) if letter.message_ref else None
        pair = (mail.sha256 if mail else "", address_mark(self.key, letter.recipient))
        told = self.memory.answered.get(pair, set())
        known = {
            each.message_id
            for each in (letters_of_message(session, mail.id) if mail and told else ())
            if each.state is OutboxState.SENT
        }
        return Due(
            letter.message_id in self.memory.sent,
            letter.message_id in self.memory.begun,
            bool(told - known),
            letter.kind in NOT_TO_APPLICANTS,
            mail.received_at if mail else None,
            letter.created_at,
        )

    def confirm_interrupted(
        self, session: Session, letters: Collection[int], now: datetime
    ) -> list[int]:
        """Of letters a crash left uncertain: those the journal saw leaving are sent; which they
        are. In the caller's transaction. Raises StorageError.
        """
        if not letters:
            return []
        sent = Memory.of(self.journal.lines()).sent
        found = [row for row in find_by_ids(session, letters) if row.message_id in sent]
        for row in found:
            confirm(session, row.id, "发信记录中已发出", sent[row.message_id])
            _write_down(session, row, EventKind.SENT, "发信记录中有此信函,确认已发出", now)
        return [row.id for row in found]

    def acquaint(self, mailbox: Mailbox, now: datetime) -> None:
        """Look once through the account's sent mail for letters of ours that this store does not
        know.

        Trouble with the mailbox is borne: it is looked at again later. Raises UnfitStoreError when
        there are some and nobody has taken the store over, StorageError.
        """
        if self.acquainted or not self.patience.ready:
            return
        try:
            unknown = self._unknown(mailbox)
        except (TemporaryError, LoginRefusedError, FolderMissingError) as error:
            self.patience.failed(error)
            get_logger().warning("sent mail cannot be looked through", error=str(error))
            return
        self.acquainted = True
        if not unknown:
            return
        if self.takeover is None:
            message, hint = WORDS[Fit.BEHIND]
            raise UnfitStoreError(
                f"{message} (“已发送”文件夹里有 {len(unknown)} 封本系统发出、这里没有记载的信)",
                hint,
            )
        self.journal.append(*(Line(now, Deed.SEEN, each) for each in sorted(unknown)))
        self.__dict__.pop("memory", None)

    def _unknown(self, mailbox: Mailbox) -> set[str]:
        number = NEWEST if self.takeover is None else NEWEST_AFTER_TAKEOVER
        own = {each for each in _sent(mailbox, number) if own_serial(self.key, each) is not None}
        if not own:
            return set()
        with self.database.reading() as session:
            known = {row.message_id for row in find_letters(session, own)}
        memory = Memory.of(self.journal.lines()) if own - known else Memory()
        return own - known - memory.sent.keys() - memory.begun


def _sent(mailbox: Mailbox, number: int) -> Iterable[str]:
    with mailbox.session() as session:
        folder = session.sent_folder()
        return () if folder is None else session.message_ids(session.examine(folder).uids[-number:])


def _ordered_since(session: Session, outbox_id: int, moment: datetime) -> bool:
    """Whether a person let this letter go after ``moment``."""
    return any(
        event.outbox_id == outbox_id and event.kind in _ORDERED
        for event in list_events(session, since=moment)
    )


_REASONS = {
    Recall.SENT: "恢复之前已经发出过,不再发送",
    Recall.UNSURE: "恢复之前可能已经发出,需要查证",
    Recall.WAIT: "存储从备份恢复,此前可能已答复过,待人查看后放行或取消",
}


def _carry_out(session: Session, letter: OutboxRow, found: Recall, now: datetime) -> None:
    reason = _REASONS[found]
    if found is Recall.WAIT:
        hold(session, letter.id)
        _write_down(session, letter, EventKind.HOLD, f"信函已扣下: {reason}", now)
        return
    state = OutboxState.SENT if found is Recall.SENT else OutboxState.UNCERTAIN
    claim(session, letter.id, now)
    settle(session, letter.id, Settlement(state), reason, now)
    _write_down(session, letter, EventKind(state.value), f"信函{reason}", now)


def _write_down(
    session: Session, letter: OutboxRow, kind: EventKind, text: str, now: datetime
) -> None:
    record_event(
        session, now, kind, text,
        message_id=letter.message_ref, case_id=letter.case_id, outbox_id=letter.id,
    )  # fmt: skip
