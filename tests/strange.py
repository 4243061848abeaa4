"""Files changed at random, for readers that must give a reason and never an exception.

MAILROOM_FUZZ_READERS=10000 runs the long form: so many changes of each file.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from random import Random

from hypothesis import strategies as st

from tests.cases.formats import HEIC
from tests.cases.oldfiles import VALUES, rich
from tests.cases.pictures import saved, tiff
from tests.unit.ingest.document import oldbook

RUNS = int(os.environ.get("MAILROOM_FUZZ_READERS", "25"))
_SPOTS, _SPOT, _PIECE = 12, 6, 4000  #: how many places, bytes of one, bytes cut or doubled

PICTURES: dict[str, Callable[[], bytes]] = {
    "HEIC": HEIC.read_bytes,
    "TIFF": lambda: tiff("tiff_lzw"),
    "fax": lambda: tiff("group4"),
    "WEBP": lambda: saved("WEBP"),
}


def old_workbook() -> bytes:
    """A .xls with a share, a struck cell, what is hidden and what is joined."""
    rows = [["序号", "学校名称", 0.5], ["1", "银河金穗中学", "x"], ["2", "晨光小学", "y"]]
    cells = {(0, 2): oldbook.SHARE, (2, 1): oldbook.STRUCK}
    return oldbook.xls(rows, oldbook.Looks({2}, {0}, cells, {(1, 1): 2}))


def rich_text() -> bytes:
    """An .rtf with several answers to tick."""
    return rich([("公示结果", value) for value in VALUES])


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
