"""Files changed at random, for readers that must give a reason and never an exception.

MAILROOM_FUZZ_READERS=10000 runs the long form: so many changes of each file.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from random import Random

from hypothesis import strategies as st

RUNS = int(os.environ.get("MAILROOM_FUZZ_READERS", "25"))
_SPOTS, _SPOT, _PIECE = 12, 6, 4000  #: how many places, bytes of one, bytes cut or doubled


def changes() -> st.SearchStrategy[Callable[[bytes], bytes]]:
    """Ways to change a file, each the same for the same file."""
    return st.integers(0, 2**32 - 1).map(lambda seed: lambda data: changed(data, Random(seed)))


def changed(data: bytes, chance: Random) -> bytes:
    """Some bytes replaced; then nothing more, a piece cut out or doubled, or the end cut off."""
    made = bytearray(data)
    for _ in range(chance.randint(0, _SPOTS)):
        at = int(chance.random() * len(made))
        piece = chance.randbytes(chance.randint(0, _SPOT))
        made[at : at + len(piece)] = piece
    at = int(chance.random() * len(made))
    piece = bytes(made[at : at + chance.randint(0, _PIECE)])
    how = chance.choice(("keep", "cut", "double", "end"))
    if how == "cut":
        del made[at : at + len(piece)]
    elif how == "double":
        made[at:at] = piece
    elif how == "end":
        del made[at:]
    return bytes(made)
