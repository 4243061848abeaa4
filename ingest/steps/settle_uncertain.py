"""Letters of which nobody knows whether they left: looked for in the account's sent mail, confirmed
when found there.

Never sent again by themselves: what is not found may still have been taken, and a second letter is
worse than a telephone call. Providers that file what they send (NetEase does) let most of them be
confirmed within minutes.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlmodel import Session

from ingest.errors import LoginRefusedError, TemporaryError
from ingest.log import get_logger
from ingest.mailbox.protocol import FolderMissingError, Mailbox
from ingest.store.database import Database
from ingest.store.events import EventKind, record_event
from notifier.outbox import (
    OutboxRow,
    confirm,
    count_by_state,
    get_letter,
    look_again_at,
    settle_interrupted,
    uncertain_letters,
)
from notifier.outboxstates import OutboxState

NEWEST = 200
"""How many of the newest sent mails are looked through."""
LOOK_AGAIN = timedelta(minutes=10)
"""How long until the next look for a letter that was not found; each look is a login."""


def note_interrupted(session: Session, now: datetime) -> list[int]:
    """When nobody can be sending (at the start, between two rounds): letters left in ``sending``
    become uncertain, each with its line.
    """
    interrupted = settle_interrupted(session)
    for outbox_id in interrupted:
        _note(session, now, outbox_id, EventKind.UNCERTAIN, "发信时程序中断,信函是否发出无法确定")
    return interrupted


def settle_uncertain(database: Database, mailbox: Mailbox, now: datetime) -> int:
    """Look for every uncertain letter that is due for a look; how many were confirmed.

    Trouble with the mailbox, a refused login too, is no trouble of the letters: they are looked for
    again later, and other letters leave meanwhile. Intake tells whoever must know.

    To be called between two rounds of sending, by the one thread that sends.
    """
    _note_unwritten(database, now)
    with database.reading() as session:
        letters = uncertain_letters(session, now)
    if not letters:
        return 0
    try:
        sent = _sent_message_ids(mailbox)
    except (TemporaryError, LoginRefusedError, FolderMissingError) as error:
        get_logger().warning("sent mail cannot be looked through", error=str(error))
        _put_off(database, now, letters, f"暂时查不了“已发送”文件夹: {error.message}")
        return 0
    found = [letter for letter in letters if sent is not None and letter.message_id in sent]
    with database.writing() as session:
        for letter in found:
            if confirm(session, letter.id, "在“已发送”文件夹中找到", now):
                _note(
                    session,
                    now,
                    letter.id,
                    EventKind.SENT,
                    "在邮箱的“已发送”文件夹中找到该信函,确认已发出",
                )
    missing = (
        "邮箱里没有“已发送”文件夹,无从查证" if sent is None else "“已发送”文件夹中没有找到该信函"
    )
    _put_off(database, now, [letter for letter in letters if letter not in found], missing)
    return len(found)


def _note_unwritten(database: Database, now: datetime) -> None:
    """A letter that is still ``sending`` when nobody sends is one whose outcome could not be
    written: disk, lock.
    """
    with database.reading() as session:
        unwritten = count_by_state(session)[OutboxState.SENDING]
    if unwritten:
        with database.writing() as session:
            note_interrupted(session, now)


def _sent_message_ids(mailbox: Mailbox) -> frozenset[str] | None:
    """The Message-IDs of the newest sent mails; None when the account keeps none."""
    with mailbox.session() as session:
        folder = session.sent_folder()
        if folder is None:
            return None
        return session.message_ids(session.examine(folder).uids[-NEWEST:])


def _put_off(database: Database, now: datetime, letters: Sequence[OutboxRow], reason: str) -> None:
    """Look again later; the first time staff read why they should rather telephone."""
    with database.writing() as session:
        for letter in letters:
            look_again_at(session, letter.id, now + LOOK_AGAIN)
            if letter.next_attempt_at is None:
                _note(
                    session,
                    now,
                    letter.id,
                    EventKind.UNCERTAIN,
                    f"{reason}; 程序不会自行重发,请电话确认",
                )


def _note(session: Session, now: datetime, outbox_id: int, kind: EventKind, text: str) -> None:
    letter = get_letter(session, outbox_id)
    if letter is not None:
        record_event(
            session, now, kind, text,
            message_id=letter.message_ref, case_id=letter.case_id, outbox_id=outbox_id,
        )  # fmt: skip
