"""How far a heap of mails has been read."""

from __future__ import annotations

from structlog.testing import capture_logs

from ingest.steps.backlog import LINE_EVERY, Backlog


class Seconds:
    """A clock in the test's hand."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


def test_a_heap_is_spoken_of_now_and_then() -> None:
    """How many were read, how many are left, and how long that takes at this pace."""
    clock, heap_left = Seconds(), iter((96, 92))
    heap = Backlog(clock)
    with capture_logs() as lines:
        for _ in range(9):
            clock.now += LINE_EVERY / 4
            heap.one_read(lambda: next(heap_left))

    assert [(line["read"], line["left"], line["minutes_left"]) for line in lines] == [
        (4, 96, 24),
        (8, 92, 23),
    ]


def test_a_few_mails_are_not_spoken_of() -> None:
    """However long ago the last heap was; the rest is not even counted."""
    clock = Seconds()
    heap = Backlog(clock)
    with capture_logs() as lines:
        for _ in range(3):
            clock.now += 10 * LINE_EVERY
            heap.begin()
            clock.now += 1
            heap.one_read(lambda: 1 // 0)

    assert lines == []


def test_who_watches_is_told_of_each() -> None:
    """How many were read, of how many there are."""
    told: list[tuple[int, int]] = []
    heap_left = iter((2, 1, 0))
    heap = Backlog(Seconds())
    heap.watcher = lambda done, total: told.append((done, total))
    for _ in range(3):
        heap.one_read(lambda: next(heap_left))

    assert told == [(1, 3), (2, 3), (3, 3)]
