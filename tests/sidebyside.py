"""Tests that only wait for somebody's patience to end: all of a module wait at once, each is told by
the test that asks for it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager


class SideBySide:
    """What was begun at once, by its function."""

    def __init__(self, begun: dict[Callable[..., None], Future[None]]) -> None:
        self._begun = begun

    def __call__(self, scene: Callable[..., None]) -> None:
        """Wait until ``scene`` is over; what it asserted in vain is raised here."""
        self._begun[scene].result()


@contextmanager
def side_by_side(scenes: Iterable[tuple[Callable[..., None], object]]) -> Iterator[SideBySide]:
    """Every scene begins, with what it is given, in a thread of its own; all are over at the end."""
    given = list(scenes)
    with ThreadPoolExecutor(len(given)) as pool:
        yield SideBySide({scene: pool.submit(scene, place) for scene, place in given})
