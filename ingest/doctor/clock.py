"""This machine's clock against the servers': a mail fetched before it came shows a slow one."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from sqlmodel import Session

from ingest.doctor.signs import Sign, State
from ingest.store.messages import newest_messages
from ingest.store.tables import MessageRow

LOOKED_AT = 50  #: mails
SLOW = timedelta(seconds=90)  #: no server's clock is worse
FAST = timedelta(minutes=15)  #: a look at the mailbox is due every minute
_MEND = "校准本机时间: timedatectl set-ntp true"


def lags(session: Session) -> list[timedelta]:
    """How long after the server's own time each of the latest mails was fetched."""
    return [
        row.fetched_at - row.received_at
        for row in newest_messages(session, LOOKED_AT)
        if _comparable(row)
    ]


def _comparable(row: MessageRow) -> bool:
    """Whether the server itself dated the mail."""
    return row.dated


def clock_sign(found: Sequence[timedelta]) -> Sign:
    """What the lags say. Letters and deadlines go by the servers' time, but digests by ours."""
    if not found:
        return Sign("时钟", State.NOTE, "还没有来件，无从比较", "")
    least = min(found)
    if least < -SLOW:
        return Sign("时钟", State.BAD, f"比邮件服务器慢约 {_seconds(-least)}", _MEND)
    if least > FAST and len(found) >= 5:
        told = f"最近 {len(found)} 封来件都在到达 {_seconds(least)}之后才收到: 时钟快了，或很久没有收信"
        return Sign("时钟", State.NOTE, told, _MEND)
    return Sign("时钟", State.WELL, f"与邮件服务器相差不到 {_seconds(max(abs(least), SLOW))}")


def _seconds(span: timedelta) -> str:
    seconds = int(span.total_seconds())
    return f"{seconds} 秒" if seconds < 120 else f"{seconds // 60} 分钟"
