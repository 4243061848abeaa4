"""One file packed by gzip, bzip2 or xz, within a budget. What was packed may be an archive itself;
that is the caller's matter.
"""

from __future__ import annotations

import bz2
import lzma
import zlib
from collections.abc import Callable
from typing import Protocol

from ingest.attachment.limits import Budget
from ingest.attachment.members import (
    DAMAGE,
    DAMAGED,
    NO_ENTRIES,
    TOO_BIG,
    Opened,
    counted,
    member_of,
)
from ingest.message.filenames import safe_name
from ingest.reading import Fate

_MEMORY = 128 * 1024**2  #: bytes of a dictionary; the highest usual setting asks for 65 MB
MOST_MEMBERS = 1_000
"""Of one file: each copies what stands behind it."""
_ENDINGS = {
    "gz": "",
    "bz2": "",
    "xz": "",
    "tgz": ".tar",
    "tbz": ".tar",
    "tbz2": ".tar",
    "txz": ".tar",
}


class _Stream(Protocol):
    @property
    def eof(self) -> bool: ...

    @property
    def unused_data(self) -> bytes: ...

    def decompress(self, _data: bytes, _most: int, /) -> bytes: ...


def open_gzip(data: bytes, name: str, budget: Budget) -> Opened:
    """One gzip file."""
    return _open(data, name, budget, lambda: zlib.decompressobj(wbits=31))


def open_bzip2(data: bytes, name: str, budget: Budget) -> Opened:
    """One bzip2 file."""
    return _open(data, name, budget, bz2.BZ2Decompressor)


def open_xz(data: bytes, name: str, budget: Budget) -> Opened:
    """One xz file."""
    return _open(data, name, budget, lambda: lzma.LZMADecompressor(lzma.FORMAT_XZ, _MEMORY))


def _open(data: bytes, name: str, budget: Budget, begin: Callable[[], _Stream]) -> Opened:
    if not budget.take_entry():
        return Opened(Fate.LIMIT, NO_ENTRIES)
    try:
        unpacked = _unpacked(data, budget.most(len(data)), begin)
    except DAMAGE:
        return Opened(Fate.DAMAGED, DAMAGED)
    if unpacked is None:
        return Opened(Fate.LIMIT, TOO_BIG)
    return counted(1, iter((member_of(_inner_name(name), unpacked, budget),)))


def _inner_name(name: str) -> str:
    stem, _, extension = safe_name(name).rpartition(".")
    ending = _ENDINGS.get(extension.lower())
    return "内容" if ending is None or not stem else f"{stem}{ending}"


def _unpacked(data: bytes, most: int, begin: Callable[[], _Stream]) -> bytes | None:
    """Unpacked bytes, those of several members joined as gunzip does; None when there are more than
    ``most``, or of very many members. Raises one of DAMAGE when damaged or cut off.
    """
    magic, size, rest = data[:2], 0, data
    chunks: list[bytes] = []
    while rest.startswith(magic):
        stream = begin()
        chunk = stream.decompress(rest, most - size + 1)
        size += len(chunk)
        if size > most or len(chunks) >= MOST_MEMBERS:
            return None
        if not stream.eof:
            raise EOFError
        chunks.append(chunk)
        rest = stream.unused_data
    return b"".join(chunks)
