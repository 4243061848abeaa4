"""A ZIP of several disks (.z01, .z02 ... .zip; APPNOTE 4.3 and 8.3) as one file. Nothing is
unpacked here.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence
from itertools import accumulate

_END, _CENTRAL = b"PK\x05\x06", b"PK\x01\x02"
_END_FIELDS = "<HHHHII"  #: this disk, that of the directory, entries here, in all, size, place


def one_disk(disks: Sequence[bytes]) -> bytes | None:
    """The disks one behind the other, with a directory that names places in the whole; None when
    they are none.
    """
    whole, starts = bytearray().join(disks), [0, *accumulate(map(len, disks))]
    end = whole.rfind(_END)
    if end < 0 or end + 22 > len(whole):
        return None
    last, first, _, count, size, place = struct.unpack_from(_END_FIELDS, whole, end + 4)
    if not 0 < last == len(disks) - 1 or first > last:
        return None
    position = starts[first] + place
    struct.pack_into(_END_FIELDS, whole, end + 4, 0, 0, count, count, size, position)
    return bytes(whole) if _renumbered(whole, starts, position, count) else None


def _renumbered(whole: bytearray, starts: Sequence[int], position: int, count: int) -> bool:
    """Whether every record of the directory at ``position`` now names its place in the whole."""
    for _ in range(count):
        if len(whole) < position + 46 or whole[position : position + 4] != _CENTRAL:
            return False
        name, extra, comment, disk = struct.unpack_from("<HHHH", whole, position + 28)
        (offset,) = struct.unpack_from("<I", whole, position + 42)
        if disk >= len(starts) or starts[disk] + offset >= len(whole):
            return False
        struct.pack_into("<H", whole, position + 34, 0)
        struct.pack_into("<I", whole, position + 42, starts[disk] + offset)
        position += 46 + name + extra + comment
    return True
