"""Step 4: letters that are due leave, one session per batch; what became of each is written down at once."""

from __future__ import annotations

import time
from datetime import timedelta

from sqlalchemy import func
from sqlmodel import Session, col, select

from ingest.app import App
from ingest.errors import LoginRefusedError, TemporaryError
from ingest.killpoints import point
from ingest.log import get_logger
from ingest.store.ledger import record_event
from notifier.attempts import OutboxState, Settlement, next_attempt
from notifier.outbox import OutboxRow, claim, next_to_send, settle, unclaim
from notifier.transport import SmtpLoginRefused, SmtpUnavailable, TransportSession

BATCH = 50


def held(app: App) -> bool:
    """Whether staff have silenced all letters: the hold file is there."""
    return app.settings.letters.hold_file.exists()


def send_due(app: App) -> int:
    """Send what is due, at most one batch; how many letters were tried.

    Raises:
        TemporaryError: no session with the server; no letter was touched.
        LoginRefusedError: the server refuses name or password.
    """
    if held(app):
        return 0
    with app.database.reading() as session:
        if next_to_send(session, app.clock.now()) is None or _capped(session, app):
            return 0
    try:
        with app.transport.session() as transport:
            count = 0
            while count < BATCH and transport.alive and _send_one(app, transport):
                count += 1
                time.sleep(app.settings.smtp.pace.total_seconds())
            return count
    except SmtpLoginRefused as error:
        raise LoginRefusedError(str(error), "检查 [smtp] 的用户名和授权码") from error
    except SmtpUnavailable as error:
        raise TemporaryError(str(error), "检查 [smtp] 的 host、port 和网络") from error


def _send_one(app: App, transport: TransportSession) -> bool:
    """Claim (committed before the first byte leaves), send, settle."""
    now = app.clock.now()
    with app.database.session() as session:
        if _capped(session, app):
            return False
        due = next_to_send(session, now)
        letter = claim(session, due, now) if due is not None else None
    if letter is None or held(app):
        if letter is not None:
            with app.database.session() as session:
                unclaim(session, letter.id)
        return False
    point("sending")
    result = transport.send(app.from_address, letter.recipient, letter.mime)
    point("handed_over")
    settlement = next_attempt(OutboxState.SENDING, letter.attempts, result.outcome, app.clock.now(), letter.give_up_at)
    with app.database.session() as session:
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
    for kind in (str(settlement.state), *(["alarm"] if settlement.alarm else [])):
        record_event(
            session, app.clock.now(), kind, text,
            message_id=letter.message_ref, case_id=letter.case_id, outbox_id=letter.id,
        )  # fmt: skip


def _capped(session: Session, app: App) -> bool:
    """Whether no letter may leave just now; asked before a session too, so that a full hour costs no logins."""
    if sent_since(session, app) < app.settings.letters.global_per_hour:
        return False
    get_logger().warning("hourly cap reached", cap=app.settings.letters.global_per_hour)
    return True


def sent_since(session: Session, app: App) -> int:
    """How many letters left in the last hour; counted in the database, so a restart forgets nothing."""
    since = app.clock.now() - timedelta(hours=1)
    return session.exec(select(func.count()).select_from(OutboxRow).where(col(OutboxRow.sent_at) >= since)).one()
