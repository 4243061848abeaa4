"""Short texts are asked about again and again: what a pure function says of one is kept in mind.

Labels, names and cells of forms; nothing is known here of what is asked.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache, wraps
from typing import TypeVar

_T = TypeVar("_T")
SHORT = 200  #: characters of a text that is worth keeping


def once_if_short(function: Callable[[str], _T]) -> Callable[[str], _T]:
    """``function``, which is carried out once for each of the last 4,096 short texts."""
    known = lru_cache(maxsize=4096)(function)

    @wraps(function)
    def asked(text: str) -> _T:
        return function(text) if len(text) > SHORT else known(text)

    return asked
