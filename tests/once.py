"""Things that take seconds to make, made once for a whole run: the worker that asks first makes
them, the others load them.

What is made must be picklable and may depend on nothing but the tree. It lies in the run's own
temporary folder, so that nothing is kept from one run to the next.
"""

from __future__ import annotations

import fcntl
import pickle
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

T = TypeVar("T")


class Once:
    """The things of one run, by name."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)

    def __call__(self, name: str, make: Callable[[], T]) -> T:
        """What ``make`` returned the first time anybody asked for ``name``; whoever asks meanwhile
        waits.
        """
        place = self.folder / f"{name}.pickle"
        with (self.folder / f"{name}.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not place.exists():
                being_written = place.with_suffix(".new")
                being_written.write_bytes(pickle.dumps(make()))
                being_written.rename(place)  # a worker that is killed leaves nothing half made
        made: T = pickle.loads(place.read_bytes())  # noqa: S301 - written above, by this run
        return made
