"""Times of examples that move with their call: ``截止前1秒``, ``截止前11天 09:00``, ``发布后3天``. Words in,
instants and days out; nothing else of an example comes in.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from rules.vocabulary import BEIJING, parse_instant

_SPAN = r"(?:\d{1,5}(?:天|小时|分钟|秒))+"
_RELATIVE = re.compile(rf"(发布|截止)(?:(前|后)({_SPAN}))?(?: +(\d{{1,2}}:\d\d(?::[0-5]\d)?))?")
_SECONDS = {"天": 86_400, "小时": 3_600, "分钟": 60, "秒": 1}
_DAY = 86_400


@dataclass(frozen=True)
class Ends:
    """The two instants of a call, epoch seconds."""

    published: int
    deadline: int

    def instant(self, raw: str) -> int | None:
        """A time as epoch seconds; with an hour of the day it is that hour of the day meant, 截止
        being the last day that is in time; None for anything else.
        """
        match = _RELATIVE.fullmatch(raw.strip())
        if match is None:
            return None
        away = _seconds(match[2], match[3])
        if match[4] is None:
            return (self.published if match[1] == "发布" else self.deadline) + away
        return None if away % _DAY else clock(f"{self._day(match[1], away)} {match[4]}")

    def day(self, raw: str) -> str | None:
        """A day as ISO text; None for anything else."""
        match = _RELATIVE.fullmatch(raw.strip())
        away = _seconds(match[2], match[3]) if match else 0
        if match is None or match[4] is not None or away % _DAY:
            return None
        return self._day(match[1], away).isoformat()

    def _day(self, base: str, away: int) -> date:
        # 24:00 still belongs to the day it ends
        instant = self.published if base == "发布" else self.deadline - 1
        return datetime.fromtimestamp(instant, BEIJING).date() + timedelta(days=away // _DAY)


def _seconds(side: str | None, span: str | None) -> int:
    found = re.findall(r"(\d+)(天|小时|分钟|秒)", span or "")
    total = sum(int(number) * _SECONDS[unit] for number, unit in found)
    return -total if side == "前" else total


def clock(raw: str) -> int | None:
    """A Beijing wall-clock time to the minute or the second, ``2024-08-31 23:59:59``, in epoch
    seconds.
    """
    match = re.fullmatch(r"(.*\d:\d\d):([0-5]\d)", raw.strip())
    minute = parse_instant(match[1] if match else raw)
    return minute if minute is None or match is None else minute + int(match[2])
