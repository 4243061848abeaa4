"""What follows from one attempt to send a letter: the outbox's state machine, as a pure decision.

No database, no socket and no clock come in: the outbox carries out what is decided here.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from enum import StrEnum
from typing import assert_never

from notifier.transport import SendOutcome
from rules.vocabulary import BEIJING


class OutboxState(StrEnum):
    """Where a letter stands on its way out."""

    QUEUED = "queued"  #: waits for its first attempt
    SENDING = "sending"  #: claimed by a sender; written down before the first byte goes out
    SENT = "sent"  #: the server answered 250 after the final dot
    RETRY = "retry"  #: certainly not taken, tried again at ``next_attempt_at``
    #: taken or not, nobody knows; never sent again without evidence or a person's word
    UNCERTAIN = "uncertain"
    FAILED = "failed"  #: will not be tried again by itself; staff are told
    HELD = "held"  #: kept back by a person
    CANCELLED = "cancelled"  #: will never leave, by a person's word
    SUPERSEDED = "superseded"  #: never left: what it says was decided otherwise while it waited


NEVER_LEAVES = (OutboxState.CANCELLED, OutboxState.SUPERSEDED)
"""States of letters that no limit counts."""


STATE_NAMES = {
    OutboxState.QUEUED: "待发",
    OutboxState.SENDING: "正在发出",
    OutboxState.SENT: "已发出",
    OutboxState.RETRY: "稍后重发",
    OutboxState.UNCERTAIN: "是否送达不确定",
    OutboxState.FAILED: "发送失败",
    OutboxState.HELD: "已扣下, 待放行",
    OutboxState.CANCELLED: "已取消",
    OutboxState.SUPERSEDED: "已由后来的信函取代, 没有发出",
}
"""What staff read of a letter's state."""

BACK_OFF = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 15, 60, 240))
"""Waits after the first, second ... attempt; the last one repeats. Greylisting is over after the
second.
"""

LIFETIME = timedelta(days=5)
"""How long a letter is tried. RFC 5321 section 4.5.4.1: the give-up time generally needs to be at
least 4-5 days.
"""

CONFIGURATION_WAIT = timedelta(hours=1)
"""A refused configuration is asked about rarely, so that a provider does not lock the account."""

MORNING = time(8, 0)
"""When a day's sending quota is taken to be fresh, Beijing time."""


@dataclass(frozen=True, slots=True)
class Settlement:
    """What is to be written to the outbox after an attempt."""

    state: OutboxState
    next_attempt_at: datetime | None = None  #: aware; set exactly when ``state`` is ``retry``
    alarm: bool = False  #: an administrator must look, not only the digest's readers


def next_morning(now: datetime) -> datetime:
    """08:00 Beijing time on the Beijing day after ``now``."""
    tomorrow = now.astimezone(BEIJING).date() + timedelta(days=1)
    return datetime.combine(tomorrow, MORNING, BEIJING)


def next_attempt(
    state: OutboxState, attempts: int, outcome: SendOutcome, now: datetime, give_up_at: datetime
) -> Settlement:
    """What becomes of a letter in ``sending`` after its ``attempts``-th attempt (counted from 1)
    ended in ``outcome``.

    A letter that would next be tried at ``give_up_at`` or later has failed. A wrong configuration
    is no fault of the letter and does not use up its life. Raises ValueError when the letter was
    not being sent: there is nothing to settle then, and a second answer must not overwrite the
    first.
    """
    if state is not OutboxState.SENDING:
        raise ValueError(f"a letter in state {state} has no attempt to settle")
    match outcome:
        case SendOutcome.SENT:
            return Settlement(OutboxState.SENT)
        case SendOutcome.REFUSED:
            return Settlement(OutboxState.FAILED)
        case SendOutcome.UNCERTAIN:
            return Settlement(OutboxState.UNCERTAIN)
        case SendOutcome.CONFIGURATION:
            return Settlement(OutboxState.RETRY, now + CONFIGURATION_WAIT, alarm=True)
        case SendOutcome.TOMORROW:
            return _retry_at(next_morning(now), give_up_at)
        case SendOutcome.RETRY:
            wait = BACK_OFF[min(max(attempts, 1), len(BACK_OFF)) - 1]
            return _retry_at(now + wait, give_up_at)
        case _:
            assert_never(outcome)


def _retry_at(moment: datetime, give_up_at: datetime) -> Settlement:
    if moment >= give_up_at:
        return Settlement(OutboxState.FAILED)
    return Settlement(OutboxState.RETRY, moment)


def after_restart(state: OutboxState) -> OutboxState:
    """What a letter found in ``state`` at the start of the program is taken to be.

    Whoever was sending it is gone, perhaps between the final dot and the 250: sending it again
    blindly made a second copy at 2 of 14 kill points (measured), and not sending it again may lose
    it. So it is uncertain.
    """
    return OutboxState.UNCERTAIN if state is OutboxState.SENDING else state
