"""ZIP packages with other bytes around them: what a gateway, a server or a rescue program put
before the first member or hung on behind the end. Word opens them, from their end.

Bytes in, bytes out; nothing is unpacked here.
"""

from __future__ import annotations

import struct

END = b"PK\x05\x06"
_END_SIZE = 22  #: bytes, without a comment
LONGEST_END = _END_SIZE + 0xFFFF  #: of the longest comment; the library looks no further back


def without_tail(data: bytes) -> bytes:
    """Without what stands behind the end record, where that is too much for the library to find it.
    The record must tell its own place: one that does not is of an archive inside one cut off.
    """
    end = data.rfind(END)
    if not 0 <= end < len(data) - LONGEST_END or _begin(data, end) != 0:
        return data
    return data[: end + _END_SIZE]


def bare_package(data: bytes) -> bytes:
    """A package alone, for programs that take a file for one only by its first bytes; anything else
    as it is.
    """
    if data.startswith(b"PK"):
        return without_tail(data)
    end = data.rfind(END, max(0, len(data) - LONGEST_END))
    begin = _begin(data, end) if 0 <= end <= len(data) - _END_SIZE else 0
    return data[begin:] if begin > 0 and data[begin:].startswith(b"PK") else data


def _begin(data: bytes, end: int) -> int:
    """Where the archive begins that an end record closes."""
    size, offset = struct.unpack_from("<II", data, end + 12)
    return int(end - size - offset)
