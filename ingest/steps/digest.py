"""Step 5: the staff's digest, once for each day at its hour, through restarts and also on empty
days.
"""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from ingest.killpoints import point
from ingest.log import get_logger
from ingest.office import Mouth, Office
from ingest.receipts.signing import signed_serial
from ingest.settings import Settings
from ingest.steps.alarm import queue_alarm
from ingest.steps.staff.links import with_links
from ingest.store.claims import founded_at
from ingest.store.database import Database
from ingest.store.events import EventKind, queue_letter, record_event
from ingest.views.attention import lost_digests
from ingest.views.digest import collect_digest
from notifier.digest import Digest, DigestData, compose_digest
from notifier.letters import message_id
from notifier.mime import build_digest
from notifier.outbox import NewLetter, digest_prefix, known_keys
from notifier.transport import deliverable
from notifier.workbook import build_workbook


def digest_day(now: datetime, at: time, zone: ZoneInfo) -> date:
    """The day whose digest is the latest that should have gone out by ``now``: today from its hour
    on, else yesterday.
    """
    local = now.astimezone(zone)
    return local.date() if local.time() >= at else local.date() - timedelta(days=1)


def is_before(day: date, zone: ZoneInfo, founded: datetime | None) -> bool:
    """Whether ``day`` was over before the program was installed: it tells staff nothing."""
    return founded is not None and day < founded.astimezone(zone).date()


def recipients(office: Office) -> tuple[str, ...]:
    """Who gets the digest: staff; administrators where no staff is named, or none of them can be
    written to.
    """
    staff = tuple(filter(deliverable, office.staff))
    return staff or tuple(filter(deliverable, office.administrators))


def watch_digest(database: Database, settings: Settings, mouth: Mouth, now: datetime) -> None:
    """Administrators get one alarm for each digest that was lost, and one for each address of staff
    that cannot be written to.
    """
    with database.reading() as session:
        lost = lost_digests(session, now)
    wrong = [address for address in settings.office.staff if not deliverable(address)]
    if not (lost or wrong):
        return
    with database.writing() as session:
        for row, said in lost:
            queue_alarm(
                mouth, session, f"lost:{row.key}", f"日报没有送到 {row.recipient}", f"{said}\n", now
            )
        for address in wrong:
            title = f"日报收件人 {address} 不是可用的邮箱地址"
            queue_alarm(mouth, session, f"unusable:{address}", title, _UNUSABLE, now)


_UNUSABLE = "这个地址收不到日报。请改 [office] staff, 再运行 mailroom check。\n"


def digest_key(day: date, recipient: str) -> str:
    """One digest a day and recipient, whatever happens."""
    return f"{digest_prefix(day)}{recipient}"


def digest_if_due(database: Database, settings: Settings, mouth: Mouth, now: datetime) -> bool:
    """Queue the digest of the latest digest hour unless it is queued already; True when it was done
    now.
    """
    office = settings.office
    day = digest_day(now, office.digest_at, office.zone)
    with database.reading() as session:
        keys = {digest_key(day, recipient) for recipient in recipients(mouth.office)}
        done = known_keys(session, keys)
        began = founded_at(session)
    if keys <= done or is_before(day, office.zone, began):
        return False
    send_digest(database, settings, mouth, day, now)
    return True


def send_digest(
    database: Database,
    settings: Settings,
    mouth: Mouth,
    day: date,
    now: datetime,
    *,
    again: str = "",
) -> int:
    """Queue the digest for every recipient that has not got this day's; ``again`` makes an extra
    one on purpose.
    """
    digest, workbook, data = make_digest(database, settings, mouth, now, day)
    name = settings.smtp.from_name or f"{mouth.office.call.authority}收发室"
    count = 0
    with database.writing() as session:
        for number, recipient in enumerate(recipients(mouth.office), 1):
            serial = signed_serial(mouth.key, f"digest.{day.isoformat()}.{number}{again}")
            mime = build_digest(
                digest,
                workbook,
                to_address=recipient,
                from_name=name,
                from_address=mouth.office.from_address,
                date=now,
                serial=serial,
            )
            new = NewLetter(
                key=digest_key(day, recipient) + again,
                kind="digest",
                recipient=recipient,
                subject=digest.subject,
                message_id=message_id(serial, mouth.office.from_address),
                mime=mime,
            )
            count += queue_letter(session, new, now, f"日报入发件箱: {digest.subject}")[1]
        record_event(session, now, EventKind.DIGEST, f"日报入发件箱: {digest.subject}")
    point("digest_queued")
    get_logger().info(
        "digest", day=day.isoformat(), recipients=count, needs_human=len(data.needs_human)
    )
    return count


def make_digest(
    database: Database, settings: Settings, mouth: Mouth, now: datetime, day: date | None = None
) -> tuple[Digest, bytes, DigestData]:
    """The digest of ``day`` (today unless given) as it would go out at ``now``, and its
    workbook.
    """
    with database.reading() as session:
        call, *beside = [each.office.call for each in mouth.all]
        data = collect_digest(session, call, settings, now, day, beside)
    data = with_links(data, mouth, day or now.astimezone(settings.office.zone).date())
    return compose_digest(data, mouth.templates), build_workbook(data), data
