"""How far a long piece of work is, told to whoever wants to know. What is shown of it is
``ingest/cli/progress.py``'s.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TypeVar

Progress = Callable[[int, int], None]
"""Called with how much is done, and how much there is."""
_Item = TypeVar("_Item")


def untold(_done: int, _total: int) -> None:
    """Nobody wants to know."""


def told(items: Sequence[_Item], progress: Progress) -> Iterator[_Item]:
    """The items one after another; each counts as done when the next is asked for."""
    for number, item in enumerate(items, 1):
        yield item
        progress(number, len(items))
