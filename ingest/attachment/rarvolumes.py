"""The volumes of a RAR archive as an archive of one volume: headers and packed bytes are put
together anew, nothing is unpacked.

An entry that goes on in the next volume has a header in each; only the last one tells the checksum
of the whole. That one is kept, with the packed bytes of all volumes behind it. Comments, recovery
records and the like are left out. Archives whose headers are locked are not followed.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

_MORE = 1  #: at the end of a volume: there is one more
_BEFORE, _AFTER = 1, 2  #: an entry goes on from the volume before, in the volume behind
_MOST_HEADER = 2 * 1024**2
_MAIN4, _FILE4, _SERVICE4, _END4 = 0x73, 0x74, 0x7A, 0x7B
_LARGE4, _LOCKED4, _SOLID4, _DATA4 = 0x100, 0x80, 0x08, 0x8000
_MAIN5, _FILE5, _LOCKED5, _END5 = 1, 2, 4, 5
_EXTRA5, _DATA5, _SIDES5, _SOLID5 = 1, 2, 8 | 16, 4


class RarVolumeError(Exception):
    """They are no volumes that fit together."""


@dataclass(frozen=True)
class _Entry:
    header: bytes
    sides: int  #: of ``_BEFORE`` and ``_AFTER``
    packed: tuple[bytes, ...]


class _Format(Protocol):
    magic: bytes
    end: bytes
    goes_on: bool  #: whether the volume that was read last says that there is one more

    def main(self, volume: bytes) -> bytes: ...
    def entries(self, volume: bytes) -> Iterator[_Entry]: ...
    def header(self, header: bytes, packed: int) -> bytes: ...


def one_volume(volumes: Sequence[bytes]) -> bytes:
    """All entries of ``volumes`` in one.

    Raises:
        RarVolumeError: they are cut off, locked, of different kinds, or one is missing.
    """
    for form in (_New(), _Old()):
        if all(volume.startswith(form.magic) for volume in volumes):
            try:
                return _joined(volumes, form)
            except (struct.error, IndexError) as error:
                raise RarVolumeError from error
    raise RarVolumeError


def _joined(volumes: Sequence[bytes], form: _Format) -> bytes:
    out = [form.magic, form.main(volumes[0])]
    for entry in _whole(entry for volume in volumes for entry in form.entries(volume)):
        out += [form.header(entry.header, sum(map(len, entry.packed))), *entry.packed]
    if form.goes_on:
        raise RarVolumeError
    return b"".join([*out, form.end])


def _whole(entries: Iterator[_Entry]) -> Iterator[_Entry]:
    """Entries with their pieces put together."""
    packed: tuple[bytes, ...] = ()
    goes_on = False
    for entry in entries:
        if bool(entry.sides & _BEFORE) != goes_on:
            raise RarVolumeError
        packed = (*packed, *entry.packed)
        goes_on = bool(entry.sides & _AFTER)
        if not goes_on:
            yield _Entry(entry.header, 0, packed)
            packed = ()
    if goes_on:
        raise RarVolumeError


class _Old:
    """RAR 2 to 4: headers of fixed fields (technote.txt of unrar)."""

    magic = b"Rar!\x1a\x07\0"

    def __init__(self) -> None:
        self.goes_on = False
        self.end = self._block(_END4, 0x4000, b"")

    def _block(self, kind: int, flags: int, fields: bytes) -> bytes:
        rest = struct.pack("<BHH", kind, flags, 7 + len(fields)) + fields
        return struct.pack("<H", zlib.crc32(rest) & 0xFFFF) + rest

    def main(self, volume: bytes) -> bytes:
        (flags,) = struct.unpack_from("<H", volume, len(self.magic) + 3)
        return self._block(_MAIN4, flags & _SOLID4, bytes(6))

    def entries(self, volume: bytes) -> Iterator[_Entry]:
        """Those of one volume."""
        position = len(self.magic)
        while position + 7 <= len(volume):
            kind, flags, start = self._block_at(volume, position)
            if kind == _END4:
                self.goes_on = bool(flags & _MORE)
                return
            end = start + self._data_behind(volume, position)
            if end > len(volume):
                raise RarVolumeError
            if kind == _FILE4:
                yield _Entry(volume[position:start], flags & 3, (volume[start:end],))
            position = end

    def _block_at(self, volume: bytes, position: int) -> tuple[int, int, int]:
        """Kind, flags and end of a header; locked and very large ones are not followed."""
        kind, flags, size = struct.unpack_from("<BHH", volume, position + 2)
        if size < 7 or flags & {_MAIN4: _LOCKED4, _FILE4: _LARGE4}.get(kind, 0):
            raise RarVolumeError
        return kind, flags, position + size

    def _data_behind(self, volume: bytes, position: int) -> int:
        kind, flags = struct.unpack_from("<BH", volume, position + 2)
        if kind not in (_FILE4, _SERVICE4) and not flags & _DATA4:
            return 0
        return int(struct.unpack_from("<I", volume, position + 7)[0])

    def header(self, header: bytes, packed: int) -> bytes:
        """An entry's header for packed bytes that are all here."""
        (flags,) = struct.unpack_from("<H", header, 3)
        return self._block(_FILE4, flags & ~3, struct.pack("<I", packed) + header[11:])


class _New:
    """RAR 5: headers of numbers of variable length (the technote of rarlab)."""

    magic = b"Rar!\x1a\x07\x01\0"

    def __init__(self) -> None:
        self.goes_on = False
        self.end = self._block(_coded(_END5, 0, 0))

    def _block(self, content: bytes) -> bytes:
        sized = _coded(len(content)) + content
        return struct.pack("<I", zlib.crc32(sized)) + sized

    def main(self, volume: bytes) -> bytes:
        _, at = _number(volume, len(self.magic) + 4)
        kind, _, _, at = _beginning(volume, at)
        archive, _ = _number(volume, at)
        return self._block(_coded(_MAIN5, 0, archive & _SOLID5 if kind == _MAIN5 else 0))

    def entries(self, volume: bytes) -> Iterator[_Entry]:
        """Those of one volume."""
        position = len(self.magic)
        while position + 7 <= len(volume):
            content, start = self._block_at(volume, position)
            kind, flags, packed, at = _beginning(content, 0)
            if kind == _END5:
                self.goes_on = bool(_number(content, at)[0] & _MORE)
                return
            position = start + packed
            if kind == _LOCKED5 or position > len(volume):
                raise RarVolumeError
            if kind == _FILE5:
                sides = flags >> 3 & 3  # in the order of _BEFORE and _AFTER
                yield _Entry(content, sides, (volume[start:position],))

    def _block_at(self, volume: bytes, position: int) -> tuple[bytes, int]:
        """A header without its size, and its end."""
        size, start = _number(volume, position + 4)
        content = volume[start : start + size]
        if not 0 < size <= _MOST_HEADER or len(content) < size:
            raise RarVolumeError
        return content, start + size

    def header(self, header: bytes, packed: int) -> bytes:
        """An entry's header for packed bytes that are all here."""
        kind, at = _number(header, 0)
        flags, at = _number(header, at)
        extra, at = _number(header, at) if flags & _EXTRA5 else (None, at)
        _, at = _number(header, at) if flags & _DATA5 else (0, at)
        flags = flags & ~_SIDES5 | _DATA5
        sizes = (packed,) if extra is None else (extra, packed)
        return self._block(_coded(kind, flags, *sizes) + header[at:])


def _beginning(data: bytes, at: int) -> tuple[int, int, int, int]:
    """Kind, flags and size of the packed bytes of a RAR 5 header; where its own fields begin."""
    kind, at = _number(data, at)
    flags, at = _number(data, at)
    _, at = _number(data, at) if flags & _EXTRA5 else (0, at)
    packed, at = _number(data, at) if flags & _DATA5 else (0, at)
    return kind, flags, packed, at


def _number(data: bytes, at: int) -> tuple[int, int]:
    """A number of seven bits a byte, and where it ends."""
    value = 0
    for shift in range(0, 70, 7):
        value |= (data[at] & 0x7F) << shift
        at += 1
        if data[at - 1] < 0x80:
            return value, at
    raise RarVolumeError


def _coded(*numbers: int) -> bytes:
    out = bytearray()
    for number in numbers:
        rest = number
        while rest >= 0x80:
            out.append(rest & 0x7F | 0x80)
            rest >>= 7
        out.append(rest)
    return bytes(out)
