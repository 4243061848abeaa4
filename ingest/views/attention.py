"""What somebody must be reminded of until it is mended: letters that wait for a person, a backup
that is too old. Reads only; the same lines stand in digest and status.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from sqlmodel import Session

from ingest.settings import Settings
from ingest.slips import unusable_addresses
from ingest.store.claims import founded_at, last_backup
from ingest.store.events import bounces
from ingest.store.queue import QueueState, queue_state
from notifier.outbox import CLOSING, OutboxRow, newest_letters, queued_since
from notifier.outboxstates import OutboxState

SILENT_AFTER = 30
"""Seconds within which a standby takes the receiver's part over."""
REMEMBERED = timedelta(days=3)
"""How long a digest that was lost is told."""


def attention(session: Session, settings: Settings, now: datetime) -> Iterator[str]:
    """Each a Chinese sentence with what to do."""
    for address in unusable_addresses(settings.office):
        yield f"{address} 不是可用的邮箱地址，收不到日报和告警：改 [office] staff、administrators"
    yield from (said for _, said in lost_digests(session, now))
    if (queue := queue_state(session)) is not None:
        yield from queue_trouble(queue)
    if held := count_held(session):
        yield f"发件箱里扣着 {held} 封信，等人放行：用 mailroom outbox list --state held 列出，mailroom outbox show 看过再放行"
    if late := overdue_backup(
        last_backup(session), founded_at(session), now, settings.store.backup_within
    ):
        yield late


def queue_trouble(queue: QueueState) -> Iterator[str]:
    """What is wrong with an office on several machines. Pure."""
    if queue.receiver_silent > SILENT_AFTER:
        yield (
            f"receiver 已 {queue.receiver_silent} 秒没有动静，也没有待命的接替：最后一个是 {queue.receiver}，"
            "在任一台机器上启动 mailroom receiver"
        )
    if queue.waiting and not queue.workers:
        yield f"{queue.waiting} 件来件等着读，却没有一个 worker 在工作：在任一台机器上启动 mailroom worker"
    if queue.stuck:
        yield f"{queue.stuck} 件来件的读取任务停住了：读它的 worker 已没有动静，receiver 一分钟内会让别的 worker 重读"
    if queue.failed:
        yield f"{queue.failed} 件来件的读取任务出错：会自动再试，原因见 worker 的日志"


def lost_digests(session: Session, now: datetime) -> list[tuple[OutboxRow, str]]:
    """The digests of the last days that were refused or came back, where none has left for the same
    reader since; with a sentence each.
    """
    recent = queued_since(session, "digest", now - REMEMBERED)
    back = bounces(session)
    newest = {row.recipient: row for row in recent}
    lost = []
    for row in newest.values():
        reason = back[row.id].text if row.id in back else row.last_reply
        if row.id in back or row.state is OutboxState.FAILED:
            lost.append((row, f"日报没有送到 {row.recipient}：{reason}"))
    return lost


def count_held(session: Session) -> int:
    """How many letters wait for a person's release, those that end a case left out: they have a
    place of their own.
    """
    held = newest_letters(session, (OutboxState.HELD,))
    return sum(not letter.key.startswith(CLOSING) for letter in held)


def overdue_backup(
    last: datetime | None, founded: datetime | None, now: datetime, within: timedelta
) -> str:
    """Why the backup is too old; "" when it is not, or nobody asked for one. Pure."""
    since = last or founded
    if not within or since is None or now - since <= within:
        return ""
    if last is None:
        return "还没有备份过：运行 mailroom backup 文件夹"
    hours = int((now - last).total_seconds() // 3600)
    age = f"{hours} 小时" if hours < 72 else f"{hours // 24} 天"
    return f"最近一次备份已过 {age}：运行 mailroom backup 文件夹，或检查备份定时任务"
