"""Files changed at random, for readers that must give a reason and never an exception.

MAILROOM_FUZZ_READERS=10000 runs the long form: so many changes of each file.
"""

from __future__ import annotations

import os
from collections.abc import Callable

from hypothesis import strategies as st

RUNS = int(os.environ.get("MAILROOM_FUZZ_READERS", "25"))


@st.composite
def changes(draw: st.DrawFn) -> Callable[[bytes], bytes]:
    """Some bytes replaced, a piece cut out, a piece doubled, the end cut off."""
    spots = draw(st.lists(st.tuples(st.floats(0, 1), st.binary(max_size=6)), max_size=12))
    start, length = draw(st.floats(0, 1)), draw(st.integers(0, 4000))
    how = draw(st.sampled_from(("keep", "cut", "double", "end")))

    def change(data: bytes) -> bytes:
        made = bytearray(data)
        for place, piece in spots:
            at = int(place * len(made))
            made[at : at + len(piece)] = piece
        at = int(start * len(made))
        piece = bytes(made[at : at + length])
        if how == "cut":
            del made[at : at + length]
        elif how == "double":
            made[at:at] = piece
        elif how == "end":
            del made[at:]
        return bytes(made)

    return change
