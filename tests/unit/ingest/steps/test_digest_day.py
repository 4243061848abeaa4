"""Which day's digest is due."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

import pytest

from ingest.steps.digest import digest_day, digest_key
from rules.vocabulary import BEIJING

AT = time(17, 30)
SHANGHAI = ZoneInfo("Asia/Shanghai")


@pytest.mark.parametrize(
    ("now", "day"),
    [
        (datetime(2024, 8, 20, 17, 29, 59, tzinfo=BEIJING), date(2024, 8, 19)),
        (datetime(2024, 8, 20, 17, 30, tzinfo=BEIJING), date(2024, 8, 20)),
        (datetime(2024, 8, 20, 23, 59, tzinfo=BEIJING), date(2024, 8, 20)),
        (datetime(2024, 8, 21, 0, 0, tzinfo=BEIJING), date(2024, 8, 20)),
        (datetime(2024, 8, 20, 9, 30, tzinfo=UTC), date(2024, 8, 20)),
        (datetime(2024, 9, 1, 0, 1, tzinfo=BEIJING), date(2024, 8, 31)),
    ],
    ids=[
        "before",
        "at the hour",
        "evening",
        "after midnight",
        "the office's clock counts",
        "first of the month",
    ],
)
def test_the_digest_of_a_day_is_due_from_its_hour_on(now: datetime, day: date) -> None:
    """Until the next day's hour, so that a night without power loses none."""
    assert digest_day(now, AT, SHANGHAI) == day


def test_a_digest_at_midnight_belongs_to_the_day_that_begins() -> None:
    """00:00 is always past."""
    assert digest_day(
        datetime(2024, 8, 20, 0, 0, tzinfo=BEIJING),
        time(0, 0),
        SHANGHAI,
    ) == date(2024, 8, 20)


def test_each_day_and_recipient_has_a_key_of_its_own() -> None:
    """Two people, two days, four letters."""
    days, people = (date(2024, 8, 20), date(2024, 8, 21)), ("a@office.example", "b@office.example")
    assert len({digest_key(day, person) for day in days for person in people}) == 4
