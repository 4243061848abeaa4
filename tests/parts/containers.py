"""Containers put together byte by byte, as programs that are not here write them: RAR 4 and 5,
winmail.dat, odd ZIP files.
"""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from collections.abc import Sequence

import py7zr
from inflate64 import Deflater

# --- RAR ------------------------------------------------------------------------------------------


def _vint(number: int) -> bytes:
    out = bytearray()
    while number >= 0x80:
        out.append(number & 0x7F | 0x80)
        number >>= 7
    return bytes([*out, number])


def _block5(kind: int, flags: int, fields: bytes, extra: bytes = b"", data: bytes = b"") -> bytes:
    flags |= (1 if extra else 0) | (2 if data else 0)
    header = (
        _vint(
            kind,
        )
        + _vint(flags)
        + (_vint(len(extra)) if extra else b"")
        + (_vint(len(data)) if data else b"")
    )
    header += fields + extra
    sized = _vint(len(header)) + header
    return struct.pack("<I", zlib.crc32(sized)) + sized + data


def _record(kind: int, fields: bytes) -> bytes:
    content = _vint(kind) + fields
    return _vint(len(content)) + content


def rar5(
    files: dict[str, bytes],
    *,
    password: bool = False,
    links: dict[str, str] | None = None,
    damaged: bool = False,
) -> bytes:
    """Stored entries; with a password their contents are noise."""
    out = b"Rar!\x1a\x07\x01\0" + _block5(1, 0, _vint(0))
    for name, data in files.items():
        extra = _record(1, _vint(0) + _vint(0) + b"\x0f" + bytes(32)) if password else b""
        checksum = zlib.crc32(data) ^ (1 if damaged else 0)
        fields = (
            _vint(4)
            + _vint(len(data))
            + _vint(0x20)
            + struct.pack(
                "<I",
                checksum,
            )
            + _vint(0)
            + _vint(0)
        )
        out += _block5(2, 0, fields + _vint(len(name.encode())) + name.encode(), extra, data)
    for name, target in (links or {}).items():
        extra = _record(5, _vint(1) + _vint(0) + _vint(len(target.encode())) + target.encode())
        fields = _vint(0) + _vint(0) + _vint(0x1FF) + _vint(0) + _vint(1)
        out += _block5(2, 0, fields + _vint(len(name.encode())) + name.encode(), extra)
    return out + _block5(5, 0, _vint(0))


def rar5_locked() -> bytes:
    """Also its directory needs the password."""
    return (
        b"Rar!\x1a\x07\x01\0"
        + _block5(
            4,
            0,
            _vint(0) + _vint(0) + b"\x0f" + bytes(16),
        )
        + bytes(64)
    )


def _block4(kind: int, flags: int, fields: bytes) -> bytes:
    rest = struct.pack("<BHH", kind, flags, 7 + len(fields)) + fields
    return struct.pack("<H", zlib.crc32(rest) & 0xFFFF) + rest


def rar4(files: dict[bytes, bytes], *, password: bool = False, volume: bool = False) -> bytes:
    """Stored entries with exactly these name bytes, as WinRAR 3 and 4 write them."""
    out = b"Rar!\x1a\x07\0" + _block4(0x73, 0x11 if volume else 0, bytes(6))
    for name, data in files.items():
        flags = 0x8000 | (4 if password else 0) | (2 if volume else 0)
        fields = struct.pack(
            "<IIBIIBBHI",
            len(data),
            len(data),
            2,
            zlib.crc32(data),
            0x58D00000,
            29,
            0x30,
            len(name),
            0x20,
        )
        out += _block4(0x74, flags, fields + name) + data
    return out + _block4(0x7B, 0x4000, b"")


# --- 7z -------------------------------------------------------------------------------------------


_LZMA2 = {"id": py7zr.FILTER_LZMA2, "preset": 1, "dict_size": 1 << 24}
_AES = {"id": py7zr.FILTER_CRYPTO_AES256_SHA256}


def seven_zip(
    files: dict[str, bytes],
    password: str | None = None,
    *,
    locked: bool = False,
) -> bytes:
    """LZMA2, as 7-Zip packs by default, with as much memory to unpack but less looking around."""
    filters = [_LZMA2] if password is None else [_LZMA2, _AES]
    out = io.BytesIO()
    with py7zr.SevenZipFile(
        out, "w", filters=filters, password=password, header_encryption=locked
    ) as archive:
        for name, data in files.items():
            archive.writestr(data, name)
    return out.getvalue()


def climbing_seven_zip(data: bytes) -> bytes:
    """Two entries, one called ``../../a.txt``: the name is put in afterwards, for no packer writes
    it.
    """
    out = io.BytesIO()
    with py7zr.SevenZipFile(out, "w") as archive:
        archive.set_encoded_header_mode(False)
        archive.writestr(data, "dd/dd/a.txt")
        archive.writestr(data, "b.txt")
    packed = out.getvalue().replace("dd/dd/".encode("utf-16-le"), "../../".encode("utf-16-le"))
    offset, size = struct.unpack_from("<QQ", packed, 12)
    start = struct.pack("<QQI", offset, size, zlib.crc32(packed[32 + offset : 32 + offset + size]))
    return packed[:8] + struct.pack("<I", zlib.crc32(start)) + start + packed[32:]


# --- ZIP ------------------------------------------------------------------------------------------


def zip_of(files: dict[str, bytes]) -> bytes:
    """An ordinary one."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return out.getvalue()


def raw_zip(
    entries: Sequence[tuple[bytes, bytes]],
    *,
    flags: int = 0,
    method: int = 0,
    disks: int = 0,
    mode: int = 0,
) -> bytes:
    """Entries with exactly these name bytes, flags, method and Unix mode."""
    body = directory = b""
    for name, data in entries:
        packed = _packed(data, method)
        sizes = struct.pack("<III", zlib.crc32(data), len(packed), len(data))
        directory += (
            struct.pack(
                "<4sHHHHHH",
                b"PK\x01\x02",
                0x0314,
                20,
                flags,
                method,
                0,
                0,
            )
            + sizes
        )
        directory += struct.pack("<HHHHHII", len(name), 0, 0, 0, 0, mode << 16, len(body)) + name
        body += (
            struct.pack(
                "<4sHHHHH",
                b"PK\x03\x04",
                20,
                flags,
                method,
                0,
                0,
            )
            + sizes
            + struct.pack("<HH", len(name), 0)
        )
        body += name + packed
    end = struct.pack(
        "<4sHHHHIIH",
        b"PK\x05\x06",
        disks,
        disks,
        len(entries),
        len(entries),
        len(directory),
        len(body),
        0,
    )
    return body + directory + end


def _packed(data: bytes, method: int) -> bytes:
    if method != 9:
        return data
    deflater = Deflater()
    return bytes(deflater.deflate(data) + deflater.flush())


# --- TNEF -----------------------------------------------------------------------------------------


def _attribute(level: int, identifier: int, data: bytes) -> bytes:
    return (
        struct.pack(
            "<BII",
            level,
            identifier,
            len(data),
        )
        + data
        + struct.pack("<H", sum(data) & 0xFFFF)
    )


def winmail(files: dict[str, bytes], *, unicode: bool = True) -> bytes:
    """Attachments with a long name in UTF-16, or a short one in the sender's code page (GBK)."""
    out = struct.pack(
        "<IH",
        0x223E9F78,
        1,
    ) + _attribute(1, 0x00089006, struct.pack("<I", 0x00010000))
    out += _attribute(1, 0x00069007, struct.pack("<II", 936, 0))
    for name, data in files.items():
        out += _attribute(2, 0x00069002, struct.pack("<HIIII", 1, 0xFFFFFFFF, 0, 0, 0)[:14])
        out += _attribute(2, 0x00018010, name.encode("gbk") + b"\0")
        out += _attribute(2, 0x0006800F, data)
        if unicode:
            text = name.encode("utf-16-le") + b"\0\0"
            padded = text + bytes(-len(text) % 4)
            out += _attribute(
                2,
                0x00069005,
                struct.pack("<IHHII", 1, 0x001F, 0x3707, 1, len(text)) + padded,
            )
    return out
