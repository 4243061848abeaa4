"""Archives written in several pieces, byte by byte: RAR 4 and 5 with stored entries, ZIP on several
disks, and any file cut.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Callable, Iterator, Mapping

from tests.parts.containers import _block4, _block5, _record, _vint, raw_zip


def cut(data: bytes, count: int) -> tuple[bytes, ...]:
    """The bytes in so many pieces of one size."""
    size = -(-len(data) // count)
    return tuple(data[start : start + size] for start in range(0, len(data), size))


def _spread(
    files: Mapping[str, bytes], room: int
) -> Iterator[list[tuple[str, bytes, bytes, bool, bool]]]:
    """What goes on each volume: name, all bytes, the bytes here, whether it goes on from the one
    before and in the one behind.
    """
    volume: list[tuple[str, bytes, bytes, bool, bool]] = []
    left = room
    for name, data in files.items():
        at = 0
        if not left:
            yield volume
            volume, left = [], room
        while True:
            here = data[at : at + left]
            at, before = at + len(here), at > 0
            volume.append((name, data, here, before, at < len(data)))
            left -= len(here)
            if at == len(data):
                break
            yield volume
            volume, left = [], room
    yield volume


def rar4_volumes(files: Mapping[str, bytes], room: int) -> tuple[bytes, ...]:
    """As WinRAR 3 and 4 cut: the checksum of a piece until the last one has that of the file; each
    has a comment block, which nobody needs.
    """
    out = []
    for number, volume in enumerate(volumes := list(_spread(files, room))):
        data = b"Rar!\x1a\x07\0" + _block4(0x73, 0x11 | (0x100 if number == 0 else 0), bytes(6))
        data += _block4(0x7A, 0x8000, struct.pack("<I", 4) + bytes(24)) + b"note"
        for name, whole, here, before, after in volume:
            raw = name.encode("gbk")
            fields = struct.pack(
                "<IIBIIBBHI", len(here), len(whole), 2, zlib.crc32(here if after else whole),
                0x58D00000, 29, 0x30, len(raw), 0x20,
            )  # fmt: skip
            data += _block4(0x74, 0x8000 | before | (after << 1), fields + raw) + here
        out.append(data + _block4(0x7B, 0x4000 | (number + 1 < len(volumes)), b""))
    return tuple(out)


def rar5_volumes(
    files: Mapping[str, bytes], room: int, *, locked: bool = False
) -> tuple[bytes, ...]:
    """As WinRAR 5 and later cut, the number of the volume in its head; locked: all of it."""
    out = []
    for number, volume in enumerate(volumes := list(_spread(files, room))):
        data = b"Rar!\x1a\x07\x01\0"
        if locked:
            data += _block5(4, 0, _vint(0) + _vint(0) + b"\x0f" + bytes(16))
        data += _block5(1, 0, _vint(3) + _vint(number) if number else _vint(1))
        for name, whole, here, before, after in volume:
            sides, extra = before << 3 | after << 4, _record(3, _vint(2) + bytes(8))
            fields = _vint(4) + _vint(len(whole)) + _vint(0x20)
            fields += struct.pack("<I", zlib.crc32(here if after else whole)) + _vint(0) + _vint(0)
            raw = name.encode()
            data += _block5(2, sides, fields + _vint(len(raw)) + raw, extra, here)
        out.append(data + _block5(5, 0, _vint(number + 1 < len(volumes))))
    return tuple(out)


def zip_disks(files: Mapping[str, bytes], room: int) -> tuple[bytes, ...]:
    """As WinZip and Info-ZIP cut (APPNOTE 4.3): the directory names disks and places on them."""
    data = b"PK\x07\x08" + raw_zip([(name.encode("gbk"), each) for name, each in files.items()])
    end = data.rindex(b"PK\x05\x06")
    count, size, start = struct.unpack_from("<HII", data, end + 10)
    whole, start = bytearray(data), start + 4
    disks = [bytes(each) for each in _pieces(whole, room)]
    first, place = divmod(start, room)
    struct.pack_into("<HHHHII", whole, end + 4, len(disks) - 1, first, 0, count, size, place)
    at = start
    for _ in range(count):
        (offset,) = struct.unpack_from("<I", whole, at + 42)
        struct.pack_into("<H", whole, at + 34, (offset + 4) // room)
        struct.pack_into("<I", whole, at + 42, (offset + 4) % room)
        name, extra, comment = struct.unpack_from("<HHH", whole, at + 28)
        at += 46 + name + extra + comment
    return tuple(bytes(each) for each in _pieces(whole, room))


def _pieces(data: bytearray, room: int) -> Iterator[bytearray]:
    return (data[start : start + room] for start in range(0, len(data), room))


def named(pieces: tuple[bytes, ...], name: Callable[[int], str]) -> dict[str, bytes]:
    """The pieces by the names a program gives them, counted from 1."""
    return {name(number): piece for number, piece in enumerate(pieces, 1)}
