"""Which days are working days in China. Days in, yes, no or "not known" out; nothing asks what day
it is.

The only module that imports ``chinese_calendar``, a table of the State Council's yearly notices
that is released once a year: a year it does not hold yet is not known, and a rule file may correct
single days (日历).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import chinese_calendar


@dataclass(frozen=True)
class Workdays:
    """The calendar with the corrections of one rule file; days are day numbers
    (``date.toordinal``).
    """

    rest: frozenset[int] = frozenset()
    work: frozenset[int] = frozenset()

    def is_workday(self, day: int) -> bool | None:
        """Whether ``day`` is worked; None for a year nobody has published yet."""
        known = _published(day)
        if known is None:
            return None
        return day not in self.rest and (known or day in self.work)

    def between(self, first: int, last: int) -> int | None:
        """Working days after ``first`` up to and including ``last``, negative when ``last`` is
        earlier.

        None when the calendar of a year in between is not known.
        """
        if first > last:
            backwards = self.between(last, first)
            return None if backwards is None else -backwards
        if _published(first) is None or _published(last) is None:
            # years without a calendar come before and after the known ones, never between them
            return None
        return sum(self.is_workday(day) is True for day in range(first + 1, last + 1))


SHIPPED = Workdays()  #: without corrections


def year_known(year: int) -> bool:
    """Whether the calendar of ``year`` has been published."""
    return _published(date(year, 7, 1).toordinal()) is not None


def _published(day: int) -> bool | None:
    try:
        return bool(chinese_calendar.is_workday(date.fromordinal(day)))
    except (NotImplementedError, ValueError, OverflowError):
        return None
