"""Step 4: letters that are due leave, one session per batch; what became of each is written down at
once.
"""

from __future__ import annotations

import math
import threading
import time
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlmodel import Session

from ingest.clock import Clock
from ingest.errors import LoginRefusedError, StorageError, TemporaryError
from ingest.killpoints import point
from ingest.log import get_logger
from ingest.notify import notify
from ingest.office import Mouth
from ingest.settings import LetterSettings
from ingest.steps.alarm import queue_alarm
from ingest.steps.chronicle import Chronicle
from ingest.store.database import Database
from ingest.store.events import EventKind, record_event
from notifier.outbox import (
    NOT_TO_APPLICANTS,
    SIGN_IN,
    OutboxRow,
    claim,
    count_answers,
    next_to_send,
    settle,
    unclaim,
)
from notifier.outboxstates import OutboxState, Settlement, next_attempt
from notifier.transport import SmtpLoginRefused, SmtpUnavailable, Transport, TransportSession

BATCH = 50


@dataclass(frozen=True)
class Outlet:
    """Where letters wait, the way they leave, and what may stop them."""

    database: Database
    transport: Transport
    mouth: Mouth
    clock: Clock  #: asked at the border of each letter: one may take minutes
    pace: timedelta  #: between two letters
    zone: ZoneInfo  #: of the office, whose day an alarm names
    chronicle: Chronicle  #: what left, also when the database does not know


def send_due(outlet: Outlet, ends: float = math.inf, told: threading.Event | None = None) -> int:
    """Send what is due, at most one batch; how many letters were tried.

    None is begun after ``ends``, a moment of the monotonic clock, but the first, and none once
    ``told`` to stop: fifty letters at NetEase's pace are a quarter of an hour, and whoever stops us
    kills after two minutes.

    Raises:
        TemporaryError: no session with the server; no letter was touched.
        LoginRefusedError: the server refuses name or password.
    """
    if outlet.mouth.caps.silenced():
        return 0
    told = told or threading.Event()
    now, database, mouth = outlet.clock.now(), outlet.database, outlet.mouth
    with database.reading() as session:
        if next_to_send(session, now) is None:
            return 0
        full, due = capped(session, mouth.caps, now), _next(session, mouth, now)
    if full:
        _brake(outlet, now)
    if due is None:
        return 0  # asked before a session, so that a full hour costs no logins
    try:
        with outlet.transport.session() as transport:
            count = 0
            while count < BATCH and transport.alive and _send_one(outlet, transport):
                count += 1
                notify(
                    "WATCHDOG=1"
                )  # a batch at NetEase's pace takes longer than the watchdog's patience
                if told.wait(outlet.pace.total_seconds()) or time.monotonic() >= ends:
                    break
            return count
    except SmtpLoginRefused as error:
        raise LoginRefusedError(str(error), "检查 [smtp] 的用户名和授权码") from error
    except SmtpUnavailable as error:
        raise TemporaryError(str(error), "检查 [smtp] 的 host、port 和网络") from error


def _send_one(outlet: Outlet, transport: TransportSession) -> bool:
    """Claim (committed before the first byte leaves), send, settle."""
    now, database, office = outlet.clock.now(), outlet.database, outlet.mouth.office
    with database.writing() as session:
        due = _next(session, outlet.mouth, now)
        if due is not None and outlet.chronicle.recall(session, due, now):
            return True
        letter = claim(session, due, now) if due is not None else None
    if letter is None or outlet.mouth.caps.silenced():
        if letter is not None:
            _put_back(outlet, letter)
        return False
    _note_beginning(outlet, letter, now)
    point("sending")
    result = transport.send(office.from_address, letter.recipient, letter.mime)
    point("handed_over")
    now = outlet.clock.now()
    settlement = next_attempt(
        OutboxState.SENDING, letter.attempts, result.outcome, now, letter.give_up_at
    )
    _note_end(outlet, letter, settlement.state, now)
    with database.writing() as session:
        settle(session, letter.id, settlement, f"{result.code} {result.reply}", now)
        _write_down(session, letter, settlement, result.reply, now)
        point("settling")
    point("sent")
    get_logger().info(
        "letter",
        message=letter.message_ref,
        outbox=letter.id,
        kind=letter.kind,
        state=str(settlement.state),
        code=result.code,
    )
    return True


def _note_beginning(outlet: Outlet, letter: OutboxRow, now: datetime) -> None:
    """Nothing leaves that the journal does not know of."""
    try:
        outlet.chronicle.begin(letter, now)
    except (StorageError, TemporaryError):
        _put_back(outlet, letter)
        raise


def _note_end(outlet: Outlet, letter: OutboxRow, state: OutboxState, now: datetime) -> None:
    """Where the journal cannot be written the database still can; the journal then knows that the
    letter may have left.
    """
    try:
        outlet.chronicle.end(letter, state, now)
    except (StorageError, TemporaryError) as error:
        get_logger().error("the journal of letters cannot be written", error=str(error))


def _put_back(outlet: Outlet, letter: OutboxRow) -> None:
    with outlet.database.writing() as session:
        unclaim(session, letter.id)


_TEXTS = {
    OutboxState.SENT: "信函已发出",
    OutboxState.RETRY: "信函暂未发出,稍后重试",
    OutboxState.UNCERTAIN: "信函是否发出无法确定,需人工查看",
    OutboxState.FAILED: "信函发送失败,需人工处理",
}


def _write_down(
    session: Session, letter: OutboxRow, settlement: Settlement, reply: str, now: datetime
) -> None:
    text = f"{_TEXTS.get(settlement.state, str(settlement.state))}: {reply}"
    for kind in (
        EventKind(settlement.state.value),
        *([EventKind.ALARM] if settlement.alarm else []),
    ):
        record_event(
            session, now, kind, text,
            message_id=letter.message_ref, case_id=letter.case_id, outbox_id=letter.id,
        )  # fmt: skip


def _next(session: Session, mouth: Mouth, now: datetime) -> int | None:
    """The letter to send now: sign-in codes first, for somebody waits for them. When the hour's cap
    is reached nothing leaves but what is for the office itself.
    """
    first = next_to_send(session, now)
    if first is None:  # nearly always
        return None
    awaited = next_to_send(session, now, kinds=(SIGN_IN,))
    if awaited is None and capped(session, mouth.caps, now):
        return next_to_send(session, now, kinds=NOT_TO_APPLICANTS)
    return first if awaited is None else awaited


def capped(session: Session, caps: LetterSettings, now: datetime) -> bool:
    """Whether the letters of the last hour have reached the cap."""
    return sent_last_hour(session, now) >= caps.global_per_hour


def _brake(outlet: Outlet, now: datetime) -> None:
    """The cap is reached and letters wait: warn, and tell the administrators once a day.

    Nothing is lost: the letters leave as the hour passes. But so many at once are rarely
    applicants.
    """
    cap, database = outlet.mouth.caps.global_per_hour, outlet.database
    day = now.astimezone(outlet.zone).date().isoformat()
    get_logger().warning("hourly cap reached", cap=cap)
    with database.writing() as session:
        title = f"{day} 回信数量达到每小时上限 {cap} 封,已减速"
        queue_alarm(outlet.mouth, session, f"brake:{day}", title, _BRAKE_TEXT, now)


_BRAKE_TEXT = (
    "一小时内发出的回信达到了上限,其余的会随时间陆续发出,不会丢失。\n"
    "请查看来信是否正常(是否有程序在反复来信): mailroom message list、mailroom outbox list。\n"
    "需要立即停发时,建立 [letters] hold_file 指定的文件;来信确属正常时,可调高 [letters] global_per_hour。\n"
    "本告警每天最多一封。\n"
)


def sent_last_hour(session: Session, now: datetime) -> int:
    """How many letters to applicants left in the last hour; counted in the database, so a restart
    forgets nothing.
    """
    return count_answers(session, sent_since=now - timedelta(hours=1))
