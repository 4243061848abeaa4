"""The daemon watching itself: administrators get one mail when intake has died, and one when it
lives again.
"""

from __future__ import annotations

from datetime import datetime

from sqlmodel import Session

from ingest.errors import LoginRefusedError
from ingest.log import get_logger
from ingest.office import Mouth
from ingest.sandbox.trial import standing_walls
from ingest.settings import MailboxSettings
from ingest.steps.alarm import queue_alarm, told_lately
from ingest.store.database import Database
from ingest.store.events import EventKind, latest_event, record_event
from ingest.store.tables import EventRow
from ingest.views.health import intake_health


def watch_intake(
    database: Database, mailbox: MailboxSettings, mouth: Mouth, since: datetime, now: datetime
) -> str:
    """Compare what is with what was told; returns the complaint that stands, "" when there is none.

    ``since`` is when the program was started: a mailbox that never answered is too long silent from
    then on. An incident is one pair of events in the ledger, so a restart neither repeats nor
    forgets it.
    """
    with database.reading() as session:
        health = intake_health(session, mailbox, now, since=since)
        incident = open_incident(session, EventKind.INTAKE_STALE, EventKind.INTAKE_WELL)
    complaint = health.complaint(now)
    if complaint and incident is None:
        _begin(database, mouth, complaint, now)
    elif not complaint and incident is not None:
        _end(database, mouth, incident, now)
    return complaint


def watch_walls(database: Database, now: datetime) -> None:
    """Where a wall of the workers is missing the ledger says so once a day, and with it the digest.

    Raises:
        WorkerDied, WorkerFailed: no worker could be started.
    """
    gaps = standing_walls().gaps
    if not gaps:
        return
    text = f"读取附件的进程隔离不全: {'; '.join(gaps)}"
    with database.writing() as session:
        if not told_lately(session, now, text):
            record_event(session, now, EventKind.ALARM, text)


def alarm_login_refused(
    database: Database, mouth: Mouth, error: LoginRefusedError, now: datetime
) -> None:
    """The last thing a daemon does about a refused password: write it down and queue the mail about
    it.
    """
    text = f"{error.message}\n{error.hint}\n\n收发室已停止运行,以免账户被锁;改好后请重新启动服务。停止期间的来件留在邮箱里,收到时间以邮件服务器为准。"
    with database.writing() as session:
        record_event(
            session, now, EventKind.ALARM, f"邮件服务器拒绝登录,程序已停止: {error.message}"
        )
        queue_alarm(
            mouth, session, f"login:{now.isoformat()}", "邮件服务器拒绝登录,已停止收信", text, now
        )


def open_incident(session: Session, begins: EventKind, ends: EventKind) -> EventRow | None:
    """The event of kind ``begins`` that no event of kind ``ends`` has followed; None when there is
    none.
    """
    last, after = latest_event(session, begins), latest_event(session, ends)
    return last if last is not None and (after is None or after.id < last.id) else None


def _begin(database: Database, mouth: Mouth, complaint: str, now: datetime) -> None:
    get_logger().error("no good look at the mailbox", complaint=complaint)
    text = f"{complaint}\n\n程序仍在运行,会继续尝试;来件留在邮箱里不会丢失。请检查网络、邮箱服务和密码,恢复后会再发一封邮件告知。"
    with database.writing() as session:
        number = record_event(session, now, EventKind.INTAKE_STALE, complaint)
        queue_alarm(mouth, session, f"intake:{number}", "长时间没有成功收信", text, now)


def _end(database: Database, mouth: Mouth, incident: EventRow, now: datetime) -> None:
    get_logger().info("the mailbox can be looked at again")
    with database.writing() as session:
        record_event(session, now, EventKind.INTAKE_WELL, "恢复收信")
        queue_alarm(
            mouth,
            session,
            f"intake:{incident.id}:well",
            "已恢复收信",
            f"此前的情况: {incident.text}\n\n现在已恢复收信。",
            now,
        )
