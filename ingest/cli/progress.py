"""How far a long command is: a bar on a terminal, a line now and then elsewhere; always on standard
error.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from ingest.progress import Progress as Step
from ingest.progress import untold

LINE_EVERY = 30.0  #: seconds between two lines where there is no terminal


@contextmanager
def progress(what: str) -> Iterator[Step]:
    """Shows how much of ``what`` is done."""
    if not sys.stderr.isatty():
        yield lines(what, time.monotonic)
        return
    with on_terminal(what) as step:
        yield step


@contextmanager
def on_terminal(what: str) -> Iterator[Step]:
    """The same on a terminal, and nothing elsewhere: for work that tells the log how far it is.
    What is written to ``sys.stderr`` meanwhile stands above the bar.
    """
    if not sys.stderr.isatty():
        yield untold
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TimeRemainingColumn

    columns = (f"{what} {{task.percentage:>3.0f}}%", BarColumn(), MofNCompleteColumn())
    with Progress(
        *columns, TimeRemainingColumn(), console=Console(stderr=True), transient=True
    ) as bar:
        task = bar.add_task(what, total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)


def lines(what: str, clock: Callable[[], float]) -> Step:
    """A line on standard error every half minute, with the time that is likely left."""
    began = last = clock()

    def step(done: int, total: int) -> None:
        nonlocal last
        now = clock()
        if now - last < LINE_EVERY or not 0 < done < total:
            return
        last = now
        left = (now - began) / done * (total - done)
        print(f"{what} {done}/{total}，约还要 {int(left // 60) + 1} 分钟", file=sys.stderr)

    return step
