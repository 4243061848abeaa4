"""``make simulate``: what a big call needs, from measured service times. Pure arithmetic and a seeded
dice: no database, no mail.

Mails arrive as in a call's last week, most of them in its last evening. Each passes the parts of the
house in turn; a part is so many servers with one queue. Printed is how busy each part is in its
busiest hour, and how long an applicant waits for the first answer.
"""

from __future__ import annotations

import argparse
import heapq
import math
import random
import sys
from collections.abc import Iterator
from dataclasses import dataclass

HOUR = 3600.0
WEEK = 7 * 24 * HOUR
LAST_EVENING = 0.35
"""Share of a week's mails that come in the five hours before the deadline."""
EVENING = 5 * HOUR


@dataclass(frozen=True)
class Costs:
    """Seconds a mail costs; where they were measured stands in docs/scale.md."""

    intake: float = 0.02  #: of the receiver, a mail of some MB, fetched and fsynced
    question: float = 0.08  #: of a core, a mail without attachment read in its process
    papers: float = 3.5  #: of a core, form and scan with their print, on average
    filing: float = 0.012  #: of the writer's lock, a reading filed
    engine: float = 0.006  #: of a core and of the database, a job besides its work
    judging: float = 0.06  #: of the receiver, a case judged and its letter written
    sending: float = 0.1  #: of the receiver, a letter handed over
    with_papers: float = 0.75  #: share of mails
    letters: float = 1.6  #: a mail: a receipt, and later what was found


class Part:
    """So many servers with one queue, first come first served."""

    def __init__(self, name: str, servers: int) -> None:
        self.name = name
        self._free = [0.0] * servers
        self._busy: dict[int, float] = {}
        self.servers = servers

    def serve(self, at: float, seconds: float) -> float:
        """When what comes at ``at`` is done."""
        begin = max(at, heapq.heappop(self._free))
        heapq.heappush(self._free, begin + seconds)
        hour = int(begin // HOUR)
        self._busy[hour] = self._busy.get(hour, 0.0) + seconds
        return begin + seconds

    @property
    def busiest(self) -> float:
        """How much of its busiest hour it works."""
        return max(self._busy.values(), default=0.0) / (HOUR * self.servers)


def arrivals(mails: int, dice: random.Random) -> list[float]:
    """When they come: by day more than by night, a third in the last evening, ever faster."""
    evening = int(mails * LAST_EVENING)
    late = [WEEK - EVENING * (1 - math.sqrt(dice.random())) for _ in range(evening)]
    return sorted([*late, *_before(mails - evening, dice)])


def _before(mails: int, dice: random.Random) -> Iterator[float]:
    while mails:
        at = dice.uniform(0, WEEK - EVENING)
        hour = at / HOUR % 24
        if dice.random() < (1.0 if 8 <= hour < 18 else 0.15):
            mails -= 1
            yield at


@dataclass(frozen=True)
class Outcome:
    """What a week came to."""

    parts: tuple[Part, ...]
    waits: tuple[float, ...]  #: until the first answer left, in order of length

    def wait(self, share: float) -> float:
        """Within how many seconds this share of the mails was answered."""
        return self.waits[min(len(self.waits) - 1, int(share * len(self.waits)))]

    @property
    def tightest(self) -> Part:
        """The part that saturates first."""
        return max(self.parts, key=lambda part: part.busiest)


def simulate(mails: int, workers: int, pace: float, costs: Costs, seed: int = 1) -> Outcome:
    """One week. ``pace``: seconds between two letters that the mail provider asks for."""
    dice = random.Random(seed)  # noqa: S311 - the same week each time
    waits = list[float]()
    intake, readers = Part("receiver: intake", 1), Part("workers", workers)
    lock, judge = Part("writer's lock", 1), Part("receiver: judging", 1)
    sending = Part("receiver: sending", 1)
    for at in arrivals(mails, dice):
        stored = intake.serve(at, costs.intake)
        papers = dice.random() < costs.with_papers
        usual = costs.papers if papers else costs.question
        reading = usual * dice.lognormvariate(-0.32, 0.8) + costs.engine
        filed = lock.serve(readers.serve(stored, reading), costs.filing)
        judged = judge.serve(filed, costs.judging) if papers else filed
        letter = max(costs.sending, pace) * costs.letters
        waits.append(sending.serve(judged, letter) - at)
    return Outcome((intake, readers, lock, judge, sending), tuple(sorted(waits)))


def main() -> None:
    """A table: one line for each number of workers."""
    options = argparse.ArgumentParser(prog="make simulate", description=__doc__)
    options.add_argument("--mails", type=int, default=200_000)
    options.add_argument("--workers", type=int, nargs="+", default=[4, 8, 16, 24, 32, 48])
    options.add_argument("--pace", type=float, default=0.0)
    options.add_argument("--papers", type=float, default=Costs.papers, help="core seconds")
    given = options.parse_args()
    costs = Costs(papers=given.papers)
    say = sys.stdout.write
    say("workers   half within   95 % within   all within   busiest hour of each part\n")
    for workers in given.workers:
        week = simulate(given.mails, workers, given.pace, costs)
        parts = ", ".join(f"{part.name} {part.busiest:.0%}" for part in week.parts)
        waits = "".join(_told(week.wait(share)).rjust(14) for share in (0.5, 0.95, 1.0))
        say(f"{workers:7}{waits}   {parts}; first: {week.tightest.name}\n")


def _told(seconds: float) -> str:
    if seconds < 2 * 60:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 2 * HOUR else f"{seconds / HOUR:.1f} h"


if __name__ == "__main__":
    main()
