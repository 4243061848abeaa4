"""Whether a picture that a worker hands back is what it should be, without a decoder.

The parent loads no library for pictures, and what a taken-over worker sends goes on to staff: as an
attachment of the digest, in the browser of the desk. So only the two plain forms our own code
writes pass, part by part; nothing hidden in them, nothing behind their end. Pure.
"""

from __future__ import annotations

import re
import struct
import zlib
from collections.abc import Iterator

LARGEST_SIDE = 20_000  #: pixels
_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_CHANNELS = {0: 1, 2: 3}  #: of a PNG's kinds of colour: grey and RGB
_PIECE = 1024 * 1024
#: JFIF, tables, one frame of the plain kind, the beginning of its scan
_SEGMENTS = frozenset({0xE0, 0xDB, 0xC4, 0xC0, 0xDD, 0xDA})
_FRAME, _SCAN, _END = 0xC0, 0xDA, b"\xff\xd9"
_MARKER = re.compile(rb"\xff[^\x00\xd0-\xd7]")


def is_plain_png(data: bytes) -> bool:
    """One picture of 8 bits, grey or RGB, whose pixels are all there and are all there is."""
    try:
        chunks = list(_chunks(data))
    except (ValueError, struct.error):
        return False
    kinds = [kind for kind, _ in chunks]
    if len(chunks) < 3 or kinds != [b"IHDR", *[b"IDAT"] * (len(chunks) - 2), b"IEND"]:
        return False
    size = _bytes_of_pixels(chunks[0][1])
    pixels = (content for _, content in chunks[1:-1])
    return bool(size) and not chunks[-1][1] and _unpacks_to(pixels, size)


def is_plain_jpeg(data: bytes) -> bool:
    """One picture of the plain kind, grey or colour, without notes, thumbnails or a second scan."""
    if not data.startswith(b"\xff\xd8") or not data.endswith(_END):
        return False
    place, frames = 2, 0
    while place + 4 <= len(data):
        lead, kind, length = struct.unpack_from(">BBH", data, place)
        if lead != 0xFF or kind not in _SEGMENTS or length < 2:
            return False
        if kind == _FRAME:
            frames += _is_frame(data[place + 4 : place + 2 + length])
        place += 2 + length
        if kind == _SCAN:
            found = _MARKER.search(data, place)
            return frames == 1 and found is not None and found.start() == len(data) - 2
    return False


def _chunks(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Raises ValueError for what does not add up."""
    if not data.startswith(_SIGNATURE):
        raise ValueError("no PNG")
    place = len(_SIGNATURE)
    while place < len(data):
        length, kind = struct.unpack_from(">I4s", data, place)
        content = data[place + 8 : place + 8 + length]
        (told,) = struct.unpack_from(">I", data, place + 8 + length)
        if zlib.crc32(kind + content) != told:
            raise ValueError("wrong checksum")
        yield kind, content
        place += 12 + length


def _bytes_of_pixels(header: bytes) -> int:
    """What the pixels unpack to, a byte more for each row; 0 for a kind we do not write."""
    if len(header) != 13:
        return 0
    width, height, depth, colour, *rest = struct.unpack(">IIBBBBB", header)
    if depth != 8 or colour not in _CHANNELS or any(rest):
        return 0
    if not (0 < width <= LARGEST_SIDE and 0 < height <= LARGEST_SIDE):
        return 0
    return int(height) * (1 + int(width) * _CHANNELS[colour])


def _unpacks_to(pieces: Iterator[bytes], size: int) -> bool:
    """Whether the stream ends after exactly ``size`` bytes; never more than a piece is held."""
    unpacking, total = zlib.decompressobj(), 0
    try:
        for piece in pieces:
            waiting = piece
            while waiting and not unpacking.eof:
                total += len(unpacking.decompress(waiting, _PIECE))
                waiting = unpacking.unconsumed_tail
                if total > size:
                    return False
            if unpacking.eof and (waiting or unpacking.unused_data):
                return False
        while not unpacking.eof and (more := unpacking.decompress(b"", _PIECE)):
            total += len(more)
    except zlib.error:
        return False
    return unpacking.eof and total == size


def _is_frame(frame: bytes) -> bool:
    if len(frame) < 6:
        return False
    depth, height, width, parts = struct.unpack_from(">BHHB", frame)
    sides = 0 < width <= LARGEST_SIDE and 0 < height <= LARGEST_SIDE
    return depth == 8 and parts in {1, 3} and sides and len(frame) == 6 + 3 * parts
