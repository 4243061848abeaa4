"""What people order of letters in the outbox, one or many at once: which they are, and whether it
may be done. All of an order or nothing, each letter with its line in the ledger.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session

from ingest.errors import UsageError
from ingest.store.cases import find_case_row
from ingest.store.events import EventKind, record_event
from notifier import outbox
from notifier.outbox import CLOSING, OutboxRow
from notifier.outboxstates import OutboxState

DONE = {
    "hold": "已暂扣",
    "release": "已放行",
    "retry": "将重新发送",
    "cancel": "已取消",
    "confirm": "已确认送达",
}
"""What is said of an order that was carried out."""
_SPEAKING = ("release", "retry")
"""Orders by which a letter leaves."""


@dataclass(frozen=True, slots=True)
class Choice:
    """Which of the held letters are meant; what is empty does not matter."""

    kind: str = ""
    to: str = ""
    case: str = ""  #: the case's code


def choose(session: Session, choice: Choice) -> list[OutboxRow]:
    """The held letters that are meant, the oldest first; those that end a case are never among
    them. Raises UsageError when there is no such case.
    """
    case_id = find_case_row(session, choice.case).id if choice.case else None
    held = outbox.list_letters(session, (OutboxState.HELD,), case_id)
    return [letter for letter in held if _is_meant(letter, choice)]


def _is_meant(letter: OutboxRow, choice: Choice) -> bool:
    return (
        not letter.key.startswith(CLOSING)
        and choice.kind in ("", letter.kind)
        and choice.to.lower() in ("", letter.recipient.lower())
    )


def objection(session: Session, letter: OutboxRow, action: str) -> tuple[str, str] | None:
    """Why an order must not be carried out, and what to do instead; None when it may."""
    if action == "release" and letter.key.startswith(CLOSING):
        return (
            f"信函 {letter.id} 是截止清办的信函,与案卷一同了结",
            "用 mailroom outbox release --closing 放行;个别不发的先 outbox cancel",
        )
    if action in _SPEAKING and outbox.is_outdated(session, letter):
        return (
            f"信函 {letter.id} 说的已不是案卷现在的结论,不能再发",
            "用 mailroom outbox list 查看同一案卷较新的信函",
        )
    return None


def order(
    session: Session, numbers: Sequence[int], action: str, now: datetime, who: str = ""
) -> None:
    """Carry an order out on every letter, in the caller's transaction.

    Raises:
        UsageError: it cannot be carried out on one of them; then the transaction must not be kept.
    """
    for number in numbers:
        letter = outbox.get_letter(session, number)
        found = objection(session, letter, action) if letter is not None else None
        if found is not None:
            raise UsageError(*found)
        if not _changes(session, now)[action](number):
            raise UsageError(
                f"信函 {number} 不存在,或它现在的状态不允许这样做",
                "用 mailroom outbox list 查看状态",
            )
        record_event(
            session,
            now,
            EventKind(action),
            f"人工操作: 信函{DONE[action]}",
            outbox_id=number,
            data={"who": who} if who else None,
        )


def _changes(session: Session, now: datetime) -> dict[str, Callable[[int], bool]]:
    return {
        "hold": lambda number: outbox.hold(session, number),
        "release": lambda number: outbox.release(session, number, now),
        "retry": lambda number: outbox.retry(session, number, now),
        "cancel": lambda number: outbox.cancel(session, number),
        "confirm": lambda number: outbox.confirm(session, number, "由工作人员确认已送达", now),
    }
