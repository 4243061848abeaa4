"""The ledger: what is written into it is found again, however much there is."""

from __future__ import annotations

from datetime import datetime, timedelta

from ingest.store.database import Database
from ingest.store.events import EventKind, bounces, list_events, record_event


def test_events_are_told_in_order_and_by_what_they_concern(
    database: Database,
    now: datetime,
) -> None:
    """And by their kind, and since when."""
    with database.writing() as session:
        for i in range(4):
            record_event(
                session,
                now + timedelta(hours=i),
                EventKind.RECEIVED,
                f"第{i}件",
                message_id=i % 2,
                case_id=7,
            )
        record_event(session, now, EventKind.DIGEST, "日报已发")
    with database.reading() as session:

        def texts(**what: object) -> list[str]:
            return [row.text for row in list_events(session, **what)]  # type: ignore[arg-type]

        assert texts() == ["第0件", "第1件", "第2件", "第3件", "日报已发"]
        assert texts(message_id=0) == ["第0件", "第2件"]
        assert texts(case_id=7) == ["第0件", "第1件", "第2件", "第3件"]
        assert texts(since=now + timedelta(hours=3)) == ["第3件"]
        assert texts(kind=EventKind.DIGEST) == ["日报已发"]


def test_however_much_has_happened_nothing_old_is_forgotten(
    database: Database,
    now: datetime,
) -> None:
    """A thousand and two bounces: of the first letter too it is known that it did not arrive, and
    the last word counts.
    """
    numbers = range(1, 1003)
    with database.writing() as session:
        for number in (*numbers, 7):
            record_event(
                session, now, EventKind.UNDELIVERED, f"信函 {number} 未能送达", outbox_id=number
            )
        record_event(session, now, EventKind.UNDELIVERED, "仍未送达", outbox_id=7)
    with database.reading() as session:
        assert len(list_events(session, kind=EventKind.UNDELIVERED)) == 1004
        told = bounces(session)
    assert list(told) == list(numbers)
    assert (told[1].text, told[7].text) == ("信函 1 未能送达", "仍未送达")
