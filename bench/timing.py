"""How a piece of work is timed; what is timed and what it is compared with is each bench's own."""

from __future__ import annotations

import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path


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


def for_each_size(module: str, sizes: Sequence[int], fill: Callable[[Path, int], object]) -> None:
    """Fill a folder of its own for each size and have ``module`` look at it, in a process of its
    own: what one size left in memory is not counted to the next.
    """
    with tempfile.TemporaryDirectory() as folder:
        for size in sizes:
            place = Path(folder) / str(size)
            place.mkdir()
            fill(place, size)
            subprocess.run([sys.executable, "-m", module, str(place)], check=True)


def core_of_children() -> float:
    """Seconds of a core that the processes started here took, those that have ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime
