"""Deflated data that grows when it is read. What is repeated is packed once: a stream of zlib's may
hold the same block as often as one likes, if none looks back at the one before.
"""

from __future__ import annotations

import io
import zipfile
import zlib
from dataclasses import dataclass

_END = b"\x03\x00"  #: a last block that holds nothing


@dataclass(frozen=True)
class Deflated:
    """A stream without head or sums, and what it grows to."""

    raw: bytes
    size: int
    crc: int
    adler: int

    @property
    def zlib(self) -> bytes:
        """In zlib's own wrapping, as PDF and PNG have it."""
        return b"\x78\xda" + self.raw + self.adler.to_bytes(4, "big")

    @property
    def gzip(self) -> bytes:
        """As a file of gzip's."""
        sums = self.crc.to_bytes(4, "little") + (self.size % 2**32).to_bytes(4, "little")
        return b"\x1f\x8b\x08\0\0\0\0\0\x02\xff" + self.raw + sums

    def into(self, archive: zipfile.ZipFile, name: str) -> None:
        """Laid into a ZIP as the member ``name``."""
        member, file = zipfile.ZipInfo(name), archive.fp
        assert file is not None  # the archive is open
        archive.writestr(member, self.raw)
        member.compress_type = zipfile.ZIP_DEFLATED
        member.CRC, member.file_size = self.crc, self.size
        end = file.tell()
        file.seek(member.header_offset)
        file.write(member.FileHeader())
        file.seek(end)


def deflated(*runs: tuple[bytes, int]) -> Deflated:
    """These pieces, each as often as is said."""
    raw, size, crc, adler = io.BytesIO(), 0, 0, 1
    for piece, times in runs:
        packer = zlib.compressobj(9, wbits=-zlib.MAX_WBITS)
        raw.write((packer.compress(piece) + packer.flush(zlib.Z_FULL_FLUSH)) * times)
        size += len(piece) * times
        for _ in range(times):
            crc, adler = zlib.crc32(piece, crc), zlib.adler32(piece, adler)
    raw.write(_END)
    return Deflated(raw.getvalue(), size, crc, adler)
