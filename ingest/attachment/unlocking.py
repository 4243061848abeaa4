"""Files with a password opened by one that the mail tells: Office files, PDF, ZIP.
The only importer of ``msoffcrypto`` and ``pyzipper``.

What comes out is looked at as if it had come without a password. No password leaves this file.
"""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from collections.abc import Sequence
from xml.parsers.expat import ExpatError

import msoffcrypto

from ingest.attachment.members import read_limited
from ingest.reading import Kind

MAX_SLOW = 8 * 1024**2
"""Bytes of an entry in ZIP's old encryption, which Python undoes at a megabyte a second."""
_OF_EXCEL = "VelvetSweatshop"
"""The word under which Excel itself encrypts what is only protected; nobody typed it."""
_BROKEN = (
    msoffcrypto.exceptions.FileFormatError, msoffcrypto.exceptions.DecryptionError,
    msoffcrypto.exceptions.InvalidKeyError, msoffcrypto.exceptions.ParseError,
    OSError, ValueError, TypeError, KeyError, IndexError, AttributeError, struct.error, EOFError,
    OverflowError, NotImplementedError, RuntimeError, zlib.error, zipfile.BadZipFile,
    ExpatError,
)  # fmt: skip


def unlocked(kind: Kind, data: bytes, keys: Sequence[str]) -> bytes | None:
    """The file without its password; None when it has none or nobody told it."""
    if kind is Kind.ENCRYPTED_OFFICE:
        return next((made for key in (_OF_EXCEL, *keys) if (made := _office(data, key))), None)
    if kind is Kind.PDF and keys and b"/Encrypt" in data:
        # pdfium is needed by few mails here, and loaded by all that hold a scan
        from ingest.document.paged.rendering import without_password  # noqa: PLC0415

        return without_password(data, keys)
    return None


def unprotected(data: bytes) -> bytes:
    """A PDF with what it carries in the clear, where only changes to it ask for a password: the
    files in it are as locked as its pages.
    """
    if b"/Encrypt" not in data or b"EmbeddedFile" not in data:
        return data
    from ingest.document.paged.rendering import written_plain  # noqa: PLC0415 - as above

    return written_plain(data, None) or data


def _office(data: bytes, key: str) -> bytes | None:
    out = io.BytesIO()
    try:
        file = msoffcrypto.OfficeFile(io.BytesIO(data))
        file.load_key(password=key)
        file.decrypt(out)
    except _BROKEN:
        return None
    made = out.getvalue()
    return made if _is_office(made) else None


def _is_office(data: bytes) -> bool:
    """Old formats take any password for right; what comes out then is noise."""
    return data.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0"))


class LockedZip:
    """The entries of a ZIP that need a password; the one that opened an entry is tried first for
    the next.
    """

    def __init__(self, data: bytes, keys: Sequence[str]) -> None:
        self._data = data
        raw = (key.encode(codec, "ignore") for key in keys for codec in ("gb18030", "utf-8"))
        self._keys = list(dict.fromkeys(each for each in raw if each))

    def read(self, offset: int, most: int) -> bytes | None:
        """The entry whose header stands at ``offset``, whole and intact; None when no password is
        right.
        """
        for key in list(self._keys):
            try:
                content = self._read(offset, most, key)
            except _BROKEN:
                continue
            if content is not None:
                self._keys.remove(key)
                self._keys.insert(0, key)
                return content
        return None

    def _read(self, offset: int, most: int, key: bytes) -> bytes | None:
        # a compiler's parser and a library of ciphers come with it: for few mails
        import pyzipper  # noqa: PLC0415

        try:
            with pyzipper.AESZipFile(io.BytesIO(self._data)) as archive:
                info = next(each for each in archive.infolist() if each.header_offset == offset)
                if not getattr(info, "wz_aes_version", None) and info.file_size > MAX_SLOW:
                    return None
                with archive.open(info, pwd=key) as stream:
                    return read_limited(stream, most)
        except pyzipper.BadZipFile:  # a class of its own
            return None
