"""Whether mail still comes in and every mail of the server is accounted for. Reads only; who is
told is ``ingest/steps/watch.py``.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel import Session

from ingest.settings import MailboxSettings
from ingest.store.folders import list_folders
from ingest.store.messages import last_fetched_at
from rules.vocabulary import BEIJING

CLOCKS_DIFFER = timedelta(minutes=5)
"""What is further ahead was written by a clock that was wrong."""
STALE_AFTER = timedelta(minutes=15)
"""So long without a good look at the mailbox, and somebody must be told."""


@dataclass(frozen=True)
class IntakeHealth:
    """How intake fares at one moment."""

    #: the last look that succeeded, or the last mail that came in during a long one
    last_good: datetime | None
    stale: bool  #: it is too long ago
    error: str  #: what the last look said; "" when it succeeded
    #: folders whose mails are not all in the ledger, with both numbers
    differences: tuple[str, ...]
    ahead: datetime | None = None  #: the last look says it was then, which is still to come

    @property
    def reconciled(self) -> bool:
        """Every mail the server listed at the last look has its row; False too when nobody has
        looked yet.
        """
        return self.last_good is not None and not self.differences

    def complaint(self, now: datetime) -> str:
        """One Chinese sentence on why nothing comes in; "" when all is well."""
        if self.ahead is not None:
            when = self.ahead.astimezone(BEIJING).strftime("%Y-%m-%d %H:%M")
            return (
                f"记下的最近一次收信是将来的时间 {when}: 本机时钟不对或倒退过, 无从知道是否还在收信"
            )
        if not self.stale:
            return ""
        since = (
            "尚未成功收过信"
            if self.last_good is None
            else f"已有 {_minutes(now - self.last_good)}没有成功收信"
        )
        return f"{since}: {self.error}" if self.error else since


def is_stale(last_good: datetime | None, now: datetime, poll_every: timedelta) -> bool:
    """Whether the last good look is too long ago; where looks are rare on purpose, three of them
    must have failed.
    """
    return last_good is None or now - last_good > max(STALE_AFTER, 3 * poll_every)


def intake_health(
    session: Session, mailbox: MailboxSettings, now: datetime, *, since: datetime | None = None
) -> IntakeHealth:
    """How intake fares; ``since`` stands in for a look that never was, such as the start of the
    program.

    Judged by the folder applications come to: one that is only watched beside it may be missing for
    good.
    """
    folders = {row.folder: row for row in list_folders(session)}
    main = folders.get(mailbox.folder)
    polled = main.polled_at if main else None
    ahead = polled if polled is not None and polled > now + CLOCKS_DIFFER else None
    signs = (polled, last_fetched_at(session))
    last_good = max(
        (moment for moment in signs if moment is not None and moment <= now + CLOCKS_DIFFER),
        default=None,
    )
    differences = tuple(
        f"{row.folder}: 服务器 {row.server_count} 封, 台账 {row.ledger_count} 封"
        for row in folders.values()
        if row.server_count != row.ledger_count
    )
    stale = ahead is not None or is_stale(last_good or since, now, mailbox.poll_every)
    return IntakeHealth(last_good, stale, main.error if main else "", differences, ahead)


def _minutes(span: timedelta) -> str:
    minutes = int(span.total_seconds() // 60)
    return f"{minutes} 分钟" if minutes < 120 else f"{minutes // 60} 小时"
