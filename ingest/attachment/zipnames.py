"""Names inside ZIP archives as Chinese programs write them. Bytes in, text out;
nothing is unpacked here.

WinRAR, 360 and the Windows explorer write GBK without a flag, macOS writes UTF-8 without a flag,
Info-ZIP adds field 0x7075, and some set the UTF-8 flag on GBK bytes, at which the standard library
refuses to open the archive at all.
"""

from __future__ import annotations

import io
import re
import struct
import unicodedata
import zipfile
import zlib

from ingest.document.bytesaround import END, without_tail
from ingest.message.charsets import strict
from ingest.message.filenames import safe_name

_UTF8_FLAG = 0x800
_UNICODE_PATH = 0x7075
_CENTRAL = b"PK\x01\x02"
_LOCAL = b"PK\x03\x04"


def entry_name(info: zipfile.ZipInfo) -> str:
    """The name of an entry with its folders, decoded;
    ``/`` between them, backslashes taken for ``/``.
    """
    if info.flag_bits & _UTF8_FLAG:
        name = info.orig_filename
    else:
        # bijective: it only undoes what zipfile did
        raw = info.orig_filename.encode("cp437", "replace")
        name = (
            _unicode_path(info.extra, raw)
            or strict(raw, "utf-8")
            or strict(raw, "gb18030")
            or strict(raw, "big5hkscs")
            or info.orig_filename
        )
    return unicodedata.normalize("NFC", name.partition("\0")[0]).replace("\\", "/")


def _unicode_path(extra: bytes, raw: bytes) -> str | None:
    """Info-ZIP Unicode Path (APPNOTE 4.6.9), when its checksum is that of the stored name."""
    position = 0
    while position + 4 <= len(extra):
        kind, length = struct.unpack_from("<HH", extra, position)
        field = extra[position + 4 : position + 4 + length]
        if kind == _UNICODE_PATH and len(field) > 5:
            (checksum,) = struct.unpack_from("<I", field, 1)
            if checksum == zlib.crc32(raw):
                return strict(field[5:], "utf-8")
        position += 4 + length
    return None


def safe_path(name: str) -> str:
    """A name with folders made harmless: no drive, no root, no ``..``, no control characters.
    "" when nothing is left.
    """
    pieces = [safe_name(piece) for piece in re.sub(r"^[A-Za-z]:", "", name).split("/")]
    return "/".join(piece for piece in pieces if piece)[-400:]


def open_zip(data: bytes) -> zipfile.ZipFile:
    """Open an archive; one with the UTF-8 flag on other bytes is opened with the flags taken off,
    what a gateway hung on behind its end is left aside.

    Raises:
        zipfile.BadZipFile, OSError, ValueError, struct.error: damaged.
    """
    data = without_tail(data)
    try:
        return zipfile.ZipFile(io.BytesIO(data))
    except UnicodeDecodeError:
        return zipfile.ZipFile(io.BytesIO(_without_utf8_flags(data)))


def _without_utf8_flags(data: bytes) -> bytes:
    """A copy whose headers no longer claim UTF-8 for names that are not;
    in both directories, or they would disagree.
    """
    copy = bytearray(data)
    end = data.rfind(END)
    whole = 0 <= end <= len(data) - 16
    position = end - struct.unpack_from("<I", data, end + 12)[0] if whole else -1
    while 0 <= position <= len(data) - 46 and data[position : position + 4] == _CENTRAL:
        flags, name_length, extra_length, comment_length, offset = (
            struct.unpack_from(layout, data, position + place)[0]
            for layout, place in (("<H", 8), ("<H", 28), ("<H", 30), ("<H", 32), ("<I", 42))
        )
        name = data[position + 46 : position + 46 + name_length]
        if flags & _UTF8_FLAG and strict(name, "utf-8") is None:
            struct.pack_into("<H", copy, position + 8, flags & ~_UTF8_FLAG)
            if data[offset : offset + 4] == _LOCAL:
                local = struct.unpack_from("<H", data, offset + 6)[0]
                struct.pack_into("<H", copy, offset + 6, local & ~_UTF8_FLAG)
        position += 46 + name_length + extra_length + comment_length
    return bytes(copy)
