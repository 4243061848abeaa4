"""What comes out of a container, one entry at a time,
and the sentences about what does not. Opens nothing itself.

Nothing is ever written to disk under an archive's own names,
so a name that climbs out of its folder leads nowhere.
"""

from __future__ import annotations

import lzma
import struct
import tarfile
import zipfile
import zlib
from collections.abc import Iterator
from typing import IO, NamedTuple

from ingest.attachment.limits import Budget
from ingest.reading import Fate

CHUNK = 1024 * 1024
RESEND = "请解压后把文件直接作为附件发送, 或改用 ZIP 压缩"

DAMAGED = "压缩包已损坏, 打不开, 请重新压缩后发送"
DAMAGED_ENTRY = "压缩包里的这个文件已损坏, 请重新压缩后发送"
ENCRYPTED = "压缩包设了密码, 请去掉密码后重发"
NO_ENTRIES = "文件太多, 超出限制, 没有打开"
TOO_BIG = "解压后太大, 超出限制, 没有打开"
STRANGE = f"压缩方式特殊, 不能自动解开, 由人工查看; {RESEND}"
VOLUME = "分卷压缩包, 不能自动合并, 由人工查看; 请不要分卷, 压缩成一个文件后发送"
LINK = "压缩包里的链接或特殊文件, 不打开"
DAMAGE = (
    zipfile.BadZipFile,
    tarfile.TarError,
    zlib.error,
    lzma.LZMAError,
    EOFError,
    OSError,
    ValueError,
    struct.error,
    IndexError,
    OverflowError,
)
"""What the standard modules let out on damaged data."""


class Member(NamedTuple):
    """Something in an archive. ``fate`` None: ``data`` is its content."""

    path: str  #: inside the archive, made safe, unique there
    data: bytes = b""
    fate: Fate | None = None
    reason: str = ""


class Opened(NamedTuple):
    """What became of an archive, and its entries."""

    fate: Fate
    reason: str
    entries: Iterator[Member] = iter(())


def read_limited(stream: IO[bytes], most: int) -> bytes | None:
    """A stream's bytes; None when there are more than ``most``.
    Headers that tell sizes are not believed.
    """
    chunks, size = [], 0
    while chunk := stream.read(min(CHUNK, most - size + 1)):
        chunks.append(chunk)
        size += len(chunk)
        if size > most:
            return None
    return b"".join(chunks)


def member_of(path: str, data: bytes | None, budget: Budget) -> Member:
    """The entry for what was read; None for more than was allowed."""
    if data is None:
        return Member(path, fate=Fate.LIMIT, reason=TOO_BIG)
    budget.spend(len(data))
    return Member(path, data)


def unique(path: str, seen: set[str]) -> str:
    """``path``, numbered when an archive holds the same name twice."""
    candidate, number = path or "未命名", 2
    stem, dot, extension = candidate.rpartition(".")
    while candidate in seen:
        candidate, number = (
            f"{stem}({number}){dot}{extension}" if dot else f"{path or '未命名'}({number})",
            number + 1,
        )
    seen.add(candidate)
    return candidate


def is_system_file(path: str) -> bool:
    """What macOS packs unasked beside every file; the rest is known when it is opened."""
    return "__macosx" in path.lower().split("/")


def counted(count: int, entries: Iterator[Member]) -> Opened:
    """An archive whose directory was read: ``count`` files."""
    if not count:
        return Opened(Fate.EMPTY, "压缩包里没有文件")
    return Opened(Fate.UNPACKED, f"已解开, 内有 {count} 个文件", entries)
