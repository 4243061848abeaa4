"""Step 5: the staff's digest, once for each day at its hour, through restarts and also on empty days."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from ingest.app import App
from ingest.killpoints import point
from ingest.log import get_logger
from ingest.receipts.signing import signed_serial
from ingest.store.events import EventKind, queue_letter, record_event
from ingest.views.digest import collect_digest
from notifier.digest import Digest, DigestData, compose_digest
from notifier.letters import message_id
from notifier.mime import build_digest
from notifier.outbox import NewLetter, digest_prefix, known_keys
from notifier.workbook import build_workbook


def digest_day(now: datetime, at: time, zone: ZoneInfo) -> date:
    """The day whose digest is the latest that should have gone out by ``now``: today from its hour on, else yesterday."""
    local = now.astimezone(zone)
    return local.date() if local.time() >= at else local.date() - timedelta(days=1)


def recipients(app: App) -> tuple[str, ...]:
    """Who gets the digest: staff; administrators where no staff is named."""
    return app.settings.office.staff or app.settings.office.administrators


def digest_key(day: date, recipient: str) -> str:
    """One digest a day and recipient, whatever happens."""
    return f"{digest_prefix(day)}{recipient}"


def digest_if_due(app: App) -> bool:
    """Queue the digest of the latest digest hour unless it is queued already; True when it was done now."""
    office = app.settings.office
    day = digest_day(app.clock.now(), office.digest_at, office.zone)
    with app.database.reading() as session:
        keys = {digest_key(day, recipient) for recipient in recipients(app)}
        done = known_keys(session, keys)
    if keys <= done:
        return False
    send_digest(app, day)
    return True


def send_digest(app: App, day: date, *, again: str = "") -> int:
    """Queue the digest for every recipient that has not got this day's; ``again`` makes an extra one on purpose."""
    digest, workbook, data = make_digest(app, day)
    now, office = data.now, app.settings.smtp.from_name or f"{app.call.authority}收发室"
    count = 0
    with app.database.writing() as session:
        for number, recipient in enumerate(recipients(app), 1):
            serial = signed_serial(app.key, f"digest.{day.isoformat()}.{number}{again}")
            mime = build_digest(
                digest,
                workbook,
                to_address=recipient,
                from_name=office,
                from_address=app.from_address,
                date=now,
                serial=serial,
            )
            new = NewLetter(
                key=digest_key(day, recipient) + again, kind="digest", recipient=recipient, subject=digest.subject,
                message_id=message_id(serial, app.from_address), mime=mime,
            )  # fmt: skip
            count += queue_letter(session, new, now, f"日报入发件箱: {digest.subject}")[1]
        record_event(session, now, EventKind.DIGEST, f"日报入发件箱: {digest.subject}")
    point("digest_queued")
    get_logger().info("digest", day=day.isoformat(), recipients=count, needs_human=len(data.needs_human))
    return count


def make_digest(app: App, day: date | None = None) -> tuple[Digest, bytes, DigestData]:
    """The digest of ``day`` (today unless given) as it would go out now, and its workbook."""
    with app.database.reading() as session:
        data = collect_digest(session, app.call, app.settings, app.clock.now(), day)
    return compose_digest(data, app.templates), build_workbook(data), data
