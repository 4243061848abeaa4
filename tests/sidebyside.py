"""Tests that only wait for somebody's patience to end: all of a module wait at once, each is told by
the test that asks for it. Nothing goes on beside other tests: they listen to the same log.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from concurrent.futures import Future, ThreadPoolExecutor


class SideBySide:
    """What was done at once, by its function."""

    def __init__(self, done: dict[Callable[..., None], Future[None]]) -> None:
        self._done = done

    def __call__(self, scene: Callable[..., None]) -> None:
        """How ``scene`` went; what it asserted in vain is raised here."""
        self._done[scene].result()


def side_by_side(scenes: Iterable[tuple[Callable[..., None], object]]) -> SideBySide:
    """Every scene with what it is given, in a thread of its own; all are over."""
    given = list(scenes)
    with ThreadPoolExecutor(len(given)) as pool:
        done = {scene: pool.submit(scene, place) for scene, place in given}
    return SideBySide(done)
