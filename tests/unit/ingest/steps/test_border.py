"""A fault of ours is a value at the border of a step; trouble of the world is raised."""

from __future__ import annotations

import pytest

from ingest.errors import StorageError, TemporaryError
from ingest.steps.border import fault_of


def test_work_that_is_done_has_no_fault() -> None:
    """It was done once."""
    done: list[int] = []
    assert fault_of(lambda: done.append(1)) is None
    assert done == [1]


def test_a_fault_is_handed_back() -> None:
    """Whoever asked decides what it means."""
    assert isinstance(fault_of(lambda: 1 // 0, TemporaryError), ZeroDivisionError)


def test_trouble_that_passes_is_raised() -> None:
    """The next tick tries again."""

    def work() -> None:
        raise StorageError("磁盘已满")

    with pytest.raises(StorageError, match="磁盘已满"):
        fault_of(work, TemporaryError, StorageError)
    assert isinstance(fault_of(work, TemporaryError), StorageError)
