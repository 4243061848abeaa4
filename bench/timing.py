"""How a piece of work is timed; what is timed and what it is compared with is each bench's own."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable


def median_milliseconds(work: Callable[[], object], rounds: int = 7) -> float:
    """The median of ``rounds`` rounds by the clock on the wall."""
    taken = []
    for _ in range(rounds):
        start = time.perf_counter()
        work()
        taken.append((time.perf_counter() - start) * 1000)
    return statistics.median(taken)


def least_milliseconds(work: Callable[[], object], rounds: int = 7) -> float:
    """The least processor time of ``rounds`` rounds: what the work costs when nobody disturbs it."""
    taken = []
    for _ in range(rounds):
        start = time.process_time()
        work()
        taken.append((time.process_time() - start) * 1000)
    return min(taken)
