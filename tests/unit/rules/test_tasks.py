"""What staff are asked to do."""

from __future__ import annotations

from rules.tasks import TASK_NAMES, TaskKind


def test_every_kind_of_task_says_what_it_asks_for() -> None:
    """A task without words would stand in the digest as an English code; two with the same could
    not be told apart.
    """
    assert set(TASK_NAMES) == set(TaskKind)
    assert len(set(TASK_NAMES.values())) == len(TaskKind)
