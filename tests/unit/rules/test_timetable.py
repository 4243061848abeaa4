"""Days of time: the deadline of the first call is Saturday, 31 August 2024, 24:00, Beijing time."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.timetable import (
    CalendarUnknownError,
    Timing,
    closes_at,
    corrections_until,
    due_reminder,
    last_day,
    next_reminder,
    reminder_days,
    rolled,
    workday_after,
)
from rules.vocabulary import BEIJING

SATURDAY_NIGHT = datetime(2024, 9, 1, tzinfo=BEIJING)
EARLY = datetime(2024, 8, 15, 9, 0, tzinfo=BEIJING)


def at(day: int, hour: int = 9, minute: int = 0, month: int = 8) -> datetime:
    return datetime(2024, month, day, hour, minute, tzinfo=BEIJING)


def test_a_day_that_ends_at_midnight_is_the_day_before() -> None:
    """24:00 belongs to the day that ends; half past five to its own."""
    assert last_day(SATURDAY_NIGHT) == date(2024, 8, 31)
    assert last_day(at(30, 17, 30)) == date(2024, 8, 30)


@pytest.mark.parametrize(
    ("deadline", "moved"),
    [
        (SATURDAY_NIGHT, at(3, 0, month=9)),  # Saturday; Monday is a working day
        (at(30, 17, 30), at(30, 17, 30)),  # Friday
        (at(1, 17, 30, month=10), at(8, 17, 30, month=10)),  # the national holidays
        (at(14, 17, 30, month=9), at(14, 17, 30, month=9)),  # a Saturday that is worked
        (at(15, 17, 30, month=9), at(18, 17, 30, month=9)),  # mid-autumn
    ],
)
def test_a_deadline_on_a_day_of_rest_rolls_to_the_next_working_day(
    deadline: datetime, moved: datetime
) -> None:
    """At the same hour; what is a working day the State Council says."""
    assert rolled(deadline) == moved


def test_a_deadline_is_not_rolled_by_a_calendar_nobody_has_published() -> None:
    """A guess would move a legal date."""
    with pytest.raises(CalendarUnknownError, match="2090"):
        rolled(datetime(2090, 1, 1, 17, 30, tzinfo=BEIJING))


def test_reminders_fall_on_working_days_before_the_last_day() -> None:
    """Seven, three and one of them; the last day itself does not count, and neither do Sundays."""
    assert reminder_days(SATURDAY_NIGHT, Timing()) == (
        date(2024, 8, 22),
        date(2024, 8, 28),
        date(2024, 8, 30),
    )
    assert reminder_days(at(30, 17, 30), Timing(reminders=(1,))) == (date(2024, 8, 29),)
    assert reminder_days(SATURDAY_NIGHT, Timing(reminders=())) == ()


@pytest.mark.parametrize(
    ("now", "day"),
    [
        (at(21, 23), None),
        (at(22, 8, 59), None),
        (at(22, 9), 22),
        (at(27), 22),
        (at(28, 9), 28),
        (at(31, 23, 59), 30),
        (SATURDAY_NIGHT, None),
    ],
)
def test_only_the_latest_reminder_is_due(now: datetime, day: int | None) -> None:
    """After an outage of a week one letter comes, not three; after the deadline none."""
    found = due_reminder(SATURDAY_NIGHT, Timing(), EARLY, now)

    assert found == (None if day is None else date(2024, 8, day))


def test_who_was_told_that_very_day_or_later_is_not_reminded() -> None:
    """A letter of half past eight needs no reminder at nine."""
    assert due_reminder(SATURDAY_NIGHT, Timing(), at(22, 8, 30), at(22, 9)) is None
    assert due_reminder(SATURDAY_NIGHT, Timing(), at(21, 23), at(22, 9)) == date(2024, 8, 22)
    assert due_reminder(SATURDAY_NIGHT, Timing(), at(29), at(29, 10)) is None


def test_the_next_reminder_is_told_until_the_last_has_gone() -> None:
    """What staff read beside 未催."""
    assert next_reminder(SATURDAY_NIGHT, Timing(), at(22, 8)) == date(2024, 8, 22)
    assert next_reminder(SATURDAY_NIGHT, Timing(), at(22, 9)) == date(2024, 8, 28)
    assert next_reminder(SATURDAY_NIGHT, Timing(), at(30, 9)) is None


def test_corrections_end_with_the_deadline_or_some_working_days_after_the_letter() -> None:
    """Whichever is later."""
    five = Timing(correction=5)

    assert corrections_until(SATURDAY_NIGHT, Timing(), at(30)) == SATURDAY_NIGHT
    assert corrections_until(SATURDAY_NIGHT, five, at(12)) == SATURDAY_NIGHT
    assert corrections_until(SATURDAY_NIGHT, five, at(30)) == at(7, 0, month=9)


def test_a_case_is_closed_after_the_grace() -> None:
    """One working day after Saturday is Monday; who is told later has the grace from then on."""
    assert closes_at(SATURDAY_NIGHT, Timing(), at(20)) == at(3, 0, month=9)
    assert closes_at(SATURDAY_NIGHT, Timing(grace=0), at(20)) == SATURDAY_NIGHT
    assert closes_at(SATURDAY_NIGHT, Timing(grace=0), at(5, 14, month=9)) == at(5, 14, month=9)
    assert closes_at(SATURDAY_NIGHT, Timing(), at(5, 14, month=9)) == at(7, 0, month=9)
    assert closes_at(SATURDAY_NIGHT, Timing(correction=5), at(30)) == at(10, 0, month=9)


def test_of_a_year_without_calendar_monday_to_friday_are_worked() -> None:
    """A reminder a day early harms nobody."""
    assert workday_after(date(2090, 1, 6), 1) == date(2090, 1, 9)  # Friday, Monday


INSTANTS = st.datetimes(datetime(2024, 1, 1), datetime(2025, 11, 1)).map(  # noqa: DTZ001
    lambda moment: moment.replace(tzinfo=BEIJING)
)


@given(
    INSTANTS,
    INSTANTS,
    st.builds(
        Timing,
        correction=st.integers(0, 20),
        grace=st.integers(0, 20),
        reminders=st.lists(st.integers(1, 15), max_size=4).map(tuple),
    ),
    st.timedeltas(timedelta(0), timedelta(days=90)),
)
def test_nobody_is_closed_before_deadline_and_word(
    deadline: datetime, told: datetime, timing: Timing, later: timedelta
) -> None:
    """Whatever the settings; who is told later has no less time, and reminders keep their order."""
    until, closing = (
        corrections_until(deadline, timing, told),
        closes_at(deadline, timing, told),
    )

    assert corrections_until(deadline, timing, told + later) >= until >= deadline
    assert closing >= max(until, told)
    assert closes_at(deadline, timing, told + later) >= closing
    day = due_reminder(deadline, timing, told, told + later)
    assert day is None or told.date() < day <= (told + later).astimezone(BEIJING).date()
    assert list(reminder_days(deadline, timing)) == sorted(set(reminder_days(deadline, timing)))


def test_no_working_day_after_is_the_day_itself() -> None:
    """宽限 and 大件补发 may be 0; Sundays and holidays are not counted."""
    assert workday_after(date(2024, 8, 31), 0) == date(2024, 8, 31)
    assert workday_after(date(2024, 9, 30), 1) == date(2024, 10, 8)
    assert workday_after(date(2024, 9, 30), 60) == date(2024, 12, 27)
