"""How a piece of work is timed; what is timed and what it is compared with is each bench's own."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Iterator


def median_milliseconds(work: Callable[[], object], rounds: int = 7) -> float:
    """The median of ``rounds`` rounds by the clock on the wall."""
    return statistics.median(_milliseconds(work, rounds, time.perf_counter))


def least_milliseconds(work: Callable[[], object], rounds: int = 7) -> float:
    """The least processor time of ``rounds`` rounds: what the work costs when nobody
    disturbs it.
    """
    return min(_milliseconds(work, rounds, time.process_time))


def _milliseconds(
    work: Callable[[], object],
    rounds: int,
    clock: Callable[[], float],
) -> Iterator[float]:
    for _ in range(rounds):
        start = clock()
        work()
        yield (clock() - start) * 1000
