"""Step 4: letters that are due leave, one session per batch; what became of each is written down at once."""

from __future__ import annotations

import math
import time
from datetime import timedelta

from sqlmodel import Session

from ingest.app import App
from ingest.errors import LoginRefusedError, TemporaryError
from ingest.killpoints import point
from ingest.log import get_logger
from ingest.notify import notify
from ingest.steps.alarm import queue_alarm
from ingest.store.events import EventKind, record_event
from notifier.attempts import OutboxState, Settlement, next_attempt
from notifier.outbox import NOT_TO_APPLICANTS, OutboxRow, claim, count_answers, next_to_send, settle, unclaim
from notifier.transport import SmtpLoginRefused, SmtpUnavailable, TransportSession

BATCH = 50


def held(app: App) -> bool:
    """Whether staff have silenced all letters: the hold file is there."""
    return app.settings.letters.silenced()


def send_due(app: App, ends: float = math.inf) -> int:
    """Send what is due, at most one batch; how many letters were tried.

    None is begun after ``ends``, a moment of the monotonic clock, but the first.

    Raises:
        TemporaryError: no session with the server; no letter was touched.
        LoginRefusedError: the server refuses name or password.
    """
    if held(app):
        return 0
    brake(app)
    with app.database.reading() as session:
        if _next(session, app) is None:
            return 0  # asked before a session, so that a full hour costs no logins
    try:
        with app.transport.session() as transport:
            count = 0
            while count < BATCH and transport.alive and _send_one(app, transport):
                count += 1
                notify("WATCHDOG=1")  # a batch at NetEase's pace takes longer than the watchdog's patience
                time.sleep(app.settings.smtp.pace.total_seconds())
                if time.monotonic() >= ends:
                    break
            return count
    except SmtpLoginRefused as error:
        raise LoginRefusedError(str(error), "检查 [smtp] 的用户名和授权码") from error
    except SmtpUnavailable as error:
        raise TemporaryError(str(error), "检查 [smtp] 的 host、port 和网络") from error


def _send_one(app: App, transport: TransportSession) -> bool:
    """Claim (committed before the first byte leaves), send, settle."""
    now = app.clock.now()
    with app.database.writing() as session:
        due = _next(session, app)
        letter = claim(session, due, now) if due is not None else None
    if letter is None or held(app):
        if letter is not None:
            with app.database.writing() as session:
                unclaim(session, letter.id)
        return False
    point("sending")
    result = transport.send(app.from_address, letter.recipient, letter.mime)
    point("handed_over")
    settlement = next_attempt(OutboxState.SENDING, letter.attempts, result.outcome, app.clock.now(), letter.give_up_at)
    with app.database.writing() as session:
        settle(session, letter.id, settlement, f"{result.code} {result.reply}", app.clock.now())
        _write_down(app, session, letter, settlement, result.reply)
        point("settling")
    point("sent")
    get_logger().info("letter", outbox=letter.id, state=str(settlement.state), code=result.code)
    return True


_TEXTS = {
    OutboxState.SENT: "信函已发出",
    OutboxState.RETRY: "信函暂未发出,稍后重试",
    OutboxState.UNCERTAIN: "信函是否发出无法确定,需人工查看",
    OutboxState.FAILED: "信函发送失败,需人工处理",
}


def _write_down(app: App, session: Session, letter: OutboxRow, settlement: Settlement, reply: str) -> None:
    text = f"{_TEXTS.get(settlement.state, str(settlement.state))}: {reply}"
    for kind in (EventKind(settlement.state.value), *([EventKind.ALARM] if settlement.alarm else [])):
        record_event(
            session, app.clock.now(), kind, text,
            message_id=letter.message_ref, case_id=letter.case_id, outbox_id=letter.id,
        )  # fmt: skip


def _next(session: Session, app: App) -> int | None:
    """The letter to send now. When the hour's cap is reached nothing leaves but what is for the office itself."""
    only = NOT_TO_APPLICANTS if capped(session, app) else None
    return next_to_send(session, app.clock.now(), kinds=only)


def capped(session: Session, app: App) -> bool:
    """Whether the letters of the last hour have reached the cap."""
    return sent_since(session, app) >= app.settings.letters.global_per_hour


def brake(app: App) -> bool:
    """When the cap is reached and letters wait: warn, and tell the administrators once a day; whether it is so.

    Nothing is lost: the letters leave as the hour passes. But so many at once are rarely applicants.
    """
    now, cap = app.clock.now(), app.settings.letters.global_per_hour
    with app.database.reading() as session:
        if next_to_send(session, now) is None or not capped(session, app):
            return False
    day = now.astimezone(app.settings.office.zone).date().isoformat()
    get_logger().warning("hourly cap reached", cap=cap)
    with app.database.writing() as session:
        queue_alarm(app, session, f"brake:{day}", f"{day} 回信数量达到每小时上限 {cap} 封,已减速", _BRAKE_TEXT)
    return True


_BRAKE_TEXT = (
    "一小时内发出的回信达到了上限,其余的会随时间陆续发出,不会丢失。\n"
    "请查看来信是否正常(是否有程序在反复来信): mailroom message list、mailroom outbox list。\n"
    "需要立即停发时,建立 [letters] hold_file 指定的文件;来信确属正常时,可调高 [letters] global_per_hour。\n"
    "本告警每天最多一封。\n"
)


def sent_since(session: Session, app: App) -> int:
    """How many letters to applicants left in the last hour; counted in the database, so a restart forgets nothing."""
    return count_answers(session, sent_since=app.clock.now() - timedelta(hours=1))
