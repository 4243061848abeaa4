"""Which files a raw mail certainly carries, told without following its structure.

Pure, and safe outside the worker: runs of base64 lines are found and decoded, nothing is opened and
no header is believed. What a worker says of a file's hash is only its word; this is proof.
"""

from __future__ import annotations

import binascii
import hashlib
import mmap
import re
from collections.abc import Iterator
from pathlib import Path

_RUN = re.compile(rb"(?:(?<=\n\n)|(?<=\n\r\n))(?:[A-Za-z0-9+/]{4,1000}={0,2}\r?\n){1,}")


def carried_hashes(path: Path) -> frozenset[str]:
    """SHA-256 of every file that stands in the mail as one run of base64 lines behind an empty line
    (RFC 2045 6.8), as nearly all programs write an attachment.

    Raises:
        OSError: the mail cannot be read.
    """
    if path.stat().st_size == 0:
        return frozenset()
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as raw:
        return frozenset(hashlib.sha256(each).hexdigest() for each in _contents(raw))


def _contents(raw: mmap.mmap) -> Iterator[bytes]:
    for run in _RUN.finditer(raw):
        try:
            yield binascii.a2b_base64(run[0])
        except binascii.Error:
            continue  # another encoding that looks like it, or one that was cut off
