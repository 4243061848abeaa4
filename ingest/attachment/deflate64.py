"""ZIP entries packed with Deflate64,
as the Windows explorer packs what is larger than 2 GB and some tools everything.

The standard library does not know the method (APPNOTE 4.4.5, method 9).
The only module that imports ``inflate64``.
"""

from __future__ import annotations

import struct
import zipfile
import zlib

from inflate64 import Inflater

DEFLATE64 = 9
_PIECE = 16 * 1024  #: packed bytes unpacked at once: at most about 16 MB come out of them


def inflate(archive: zipfile.ZipFile, info: zipfile.ZipInfo, most: int) -> bytes | None:
    """The content of an entry; None when it is more than ``most`` bytes.

    Raises:
        zipfile.BadZipFile: damaged, or its checksum is wrong.
    """
    packed = _packed(archive, info)
    inflater, chunks, size = Inflater(), [], 0
    try:
        for start in range(0, len(packed), _PIECE):
            chunk = inflater.inflate(packed[start : start + _PIECE])
            chunks.append(chunk)
            size += len(chunk)
            if size > most:
                return None
    except (ValueError, OSError, EOFError) as error:
        raise zipfile.BadZipFile(str(error)) from error
    content = b"".join(chunks)
    if zlib.crc32(content) != info.CRC:
        raise zipfile.BadZipFile("checksum")
    return content


def _packed(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> bytes:
    """The packed bytes, behind the local header with its own lengths (APPNOTE 4.3.7)."""
    file = archive.fp
    if file is None:
        raise zipfile.BadZipFile("closed")
    file.seek(info.header_offset)
    header = file.read(30)
    if len(header) < 30 or header[:4] != b"PK\x03\x04":
        raise zipfile.BadZipFile("no local header")
    file.seek(sum(struct.unpack_from("<HH", header, 26)), 1)
    return file.read(info.compress_size)
