"""How a piece of work is timed by the clock on the wall; what is timed and what it is compared with is each bench's own."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable


def median_milliseconds(work: Callable[[], object], rounds: int = 7) -> float:
    """The median of ``rounds`` rounds."""
    taken = []
    for _ in range(rounds):
        start = time.perf_counter()
        work()
        taken.append((time.perf_counter() - start) * 1000)
    return statistics.median(taken)
