"""When a call's days of time fall: the rolled deadline, reminders, the end of corrections, closing.

Pure: instants and settings in, days and instants out, Beijing time throughout; nothing asks what
time it is. Days of rest are those of ``rules/workdays.py``; of a year whose calendar nobody has
published yet Monday to Friday are taken to be worked, except where a deadline would move by it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import count

from rules.vocabulary import BEIJING
from rules.workdays import SHIPPED

REMINDERS_FROM = time(9, 0)
"""From which hour of its day a reminder is due: when there is somebody to read it."""


@dataclass(frozen=True)
class Timing:
    """时限 of a call, all in working days; what the call says nothing about is as here."""

    roll: bool = False  #: 顺延: a deadline on a day of rest moves to the next working day
    correction: int = 0  #: 补正期限: who is told to mend has at least so long; 0 = the deadline
    grace: int = 1  #: 宽限: how long the office waits after that before it closes a case
    reminders: tuple[int, ...] = (7, 3, 1)  #: 提醒: so long before the last day
    resend: int = (
        1  #: 大件补发: how long pieces of a mail too large count as of the day of that mail
    )
    remind_silent: bool = False  #: 提醒未报: units with known addresses that have sent nothing too


USUAL = Timing()  #: of a call that says nothing


class CalendarUnknownError(ValueError):
    """The days of rest of that year are not published yet."""


def last_day(deadline: datetime) -> date:
    """The day ``deadline``, the first instant that is too late, ends: of 24:00 the day before."""
    return (deadline.astimezone(BEIJING) - timedelta(microseconds=1)).date()


def rolled(deadline: datetime) -> datetime:
    """顺延: the deadline, at the same hour of the next working day when its day is one of rest.

    Raises:
        CalendarUnknownError: nobody knows yet whether it is.
    """
    while not _surely_worked(last_day(deadline)):
        deadline += timedelta(days=1)
    return deadline


def _surely_worked(day: date) -> bool:
    known = SHIPPED.is_workday(day.toordinal())
    if known is None:
        raise CalendarUnknownError(f"{day.year} 年的放假安排还没有公布")
    return known


def workdays_before(day: date) -> Iterator[date]:
    """The working days before ``day``, the nearest first."""
    return (before for number in count(1) if _worked(before := day - timedelta(days=number)))


def workday_after(day: date, ordinal: int) -> date:
    """The ``ordinal``-th working day after ``day``; of 0 the day itself."""
    while ordinal:
        day += timedelta(days=1)
        ordinal -= _worked(day)
    return day


def _worked(day: date) -> bool:
    known = SHIPPED.is_workday(day.toordinal())
    return day.weekday() < 5 if known is None else known


def reminder_days(deadline: datetime, timing: Timing) -> tuple[date, ...]:
    """The days on which a call reminds, the earliest first."""
    wanted = frozenset(timing.reminders)
    if not wanted:
        return ()
    before = enumerate(workdays_before(last_day(deadline)), 1)
    nearest = [next(before) for _ in range(max(wanted))]
    return tuple(sorted(day for number, day in nearest if number in wanted))


def due_reminder(deadline: datetime, timing: Timing, told: datetime, now: datetime) -> date | None:
    """The day whose reminder is due for somebody who was last told on the day of ``told``.

    Only the latest: who was not reminded during an outage is not reminded twice after it. None when
    none is due yet, or the deadline is over.
    """
    if now >= deadline:
        return None
    come = [
        day
        for day in reminder_days(deadline, timing)
        if datetime.combine(day, REMINDERS_FROM, BEIJING) <= now
    ]
    latest = come[-1] if come else None
    return latest if latest is not None and latest > told.astimezone(BEIJING).date() else None


def next_reminder(deadline: datetime, timing: Timing, now: datetime) -> date | None:
    """The next day on which the call reminds; None when there is none."""
    return next(
        (
            day
            for day in reminder_days(deadline, timing)
            if datetime.combine(day, REMINDERS_FROM, BEIJING) > now
        ),
        None,
    )


def corrections_until(deadline: datetime, timing: Timing, told: datetime) -> datetime:
    """Until when (the first instant that is too late) somebody told at ``told`` may mend."""
    if not timing.correction:
        return deadline
    return max(deadline, _end_of(workday_after(told.astimezone(BEIJING).date(), timing.correction)))


def resend_until(deadline: datetime, timing: Timing, received: datetime) -> datetime:
    """Until when (the first instant that is too late) the pieces of a mail that was too large count
    as of its time.
    """
    return max(deadline, _end_of(workday_after(received.astimezone(BEIJING).date(), timing.resend)))


def closes_at(deadline: datetime, timing: Timing, told: datetime) -> datetime:
    """From when a case that was told at ``told`` what to mend, and has not, is closed.

    The end of the grace after the end of corrections; one told after that has the grace from then
    on.
    """
    end = max(corrections_until(deadline, timing, told), told)
    return _end_of(workday_after(last_day(end), timing.grace)) if timing.grace else end


def _end_of(day: date) -> datetime:
    return datetime.combine(day + timedelta(days=1), time(), BEIJING)
