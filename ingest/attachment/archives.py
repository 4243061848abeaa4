"""What lies in a ZIP, gzip or tar file, one entry at a time, within a budget.

Nothing is ever written to disk, so a name that climbs out of its folder leads nowhere. What cannot or may not be
opened comes out as an entry with a fate and a Chinese sentence. Containers inside containers are the caller's matter.
"""

from __future__ import annotations

import io
import lzma
import struct
import tarfile
import zipfile
import zlib
from collections.abc import Callable, Iterator
from typing import IO, NamedTuple

from ingest.attachment.limits import MAX_DIRECTORY, Budget
from ingest.attachment.zipnames import entry_name, open_zip, safe_path
from ingest.message.charsets import decode
from ingest.message.names import safe_name
from ingest.reading import Fate, Kind

CHUNK = 1024 * 1024
RESEND = "请解压后把文件直接作为附件发送, 或改用 ZIP 压缩"

_DAMAGED = "压缩包已损坏, 打不开, 请重新压缩后发送"
_DAMAGED_ENTRY = "压缩包里的这个文件已损坏, 请重新压缩后发送"
_NO_ENTRIES = "文件太多, 超出限制, 没有打开"
_TOO_BIG = "解压后太大, 超出限制, 没有打开"
_STRANGE = f"压缩方式特殊, 不能自动解开, 由人工查看; {RESEND}"
_SYSTEM_FILES = frozenset({".ds_store", "thumbs.db", "desktop.ini"})
# What these standard modules let out on damaged data.
_DAMAGE = (
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


class Entry(NamedTuple):
    """Something in an archive. ``fate`` None: ``data`` is its content."""

    path: str  #: inside the archive, made safe, unique there
    data: bytes = b""
    fate: Fate | None = None
    reason: str = ""


class Opened(NamedTuple):
    """What became of an archive, and its entries."""

    fate: Fate
    reason: str
    entries: Iterator[Entry] = iter(())


def open_archive(kind: Kind, data: bytes, name: str, budget: Budget) -> Opened | None:
    """Open a container; None when ``kind`` is none that is opened here. Never raises."""
    opener = _OPENERS.get(kind)
    return opener(data, name, budget) if opener else None


def _read_limited(stream: IO[bytes], most: int) -> bytes | None:
    """A stream's bytes; None when there are more than ``most``. Headers that tell sizes are not believed."""
    chunks, size = [], 0
    while chunk := stream.read(min(CHUNK, most - size + 1)):
        chunks.append(chunk)
        size += len(chunk)
        if size > most:
            return None
    return b"".join(chunks)


def _content(path: str, data: bytes | None, budget: Budget) -> Entry:
    if data is None:
        return Entry(path, fate=Fate.LIMIT, reason=_TOO_BIG)
    budget.spend(len(data))
    return Entry(path, data)


def _unique(path: str, seen: set[str]) -> str:
    """``path``, numbered when an archive holds the same name twice."""
    candidate, number = path or "未命名", 2
    stem, dot, extension = candidate.rpartition(".")
    while candidate in seen:
        candidate, number = f"{stem}({number}){dot}{extension}" if dot else f"{path or '未命名'}({number})", number + 1
    seen.add(candidate)
    return candidate


def _counted(count: int, entries: Iterator[Entry]) -> Opened:
    if not count:
        return Opened(Fate.EMPTY, "压缩包里没有文件")
    return Opened(Fate.UNPACKED, f"已解开, 内有 {count} 个文件", entries)


# --- ZIP -----------------------------------------------------------------------------------------------------------


def _open_zip(data: bytes, name: str, budget: Budget) -> Opened:
    del name
    if data.count(b"PK\x01\x02") > MAX_DIRECTORY:
        return Opened(Fate.LIMIT, _NO_ENTRIES)
    try:
        archive = open_zip(data)
    except NotImplementedError:  # a newer version of the format than the library knows
        return Opened(Fate.UNSUPPORTED, _STRANGE)
    except _DAMAGE:
        return Opened(Fate.DAMAGED, _DAMAGED)
    files = [info for info in archive.infolist() if not entry_name(info).endswith("/")]
    return _counted(len(files), _zip_entries(archive, files, budget))


def _zip_entries(archive: zipfile.ZipFile, files: list[zipfile.ZipInfo], budget: Budget) -> Iterator[Entry]:
    seen: set[str] = set()
    for number, info in enumerate(files):
        if not budget.take_entry():
            yield Entry(_unique(f"其余{len(files) - number}个文件", seen), fate=Fate.LIMIT, reason=_NO_ENTRIES)
            return
        yield _zip_entry(archive, info, _unique(safe_path(entry_name(info)), seen), budget)


def _zip_entry(archive: zipfile.ZipFile, info: zipfile.ZipInfo, path: str, budget: Budget) -> Entry:
    if info.flag_bits & 1:
        return Entry(path, fate=Fate.ENCRYPTED, reason="压缩包设了密码, 请去掉密码后重发")
    pieces = path.lower().split("/")
    if "__macosx" in pieces or pieces[-1] in _SYSTEM_FILES:
        return Entry(path, fate=Fate.INLINE, reason="操作系统自带的隐藏文件, 与申报无关")
    try:
        with archive.open(info) as stream:
            return _content(path, _read_limited(stream, budget.most(info.compress_size)), budget)
    except (NotImplementedError, RuntimeError):  # deflate64 and other methods; RuntimeError also asks for a password
        return Entry(path, fate=Fate.UNSUPPORTED, reason=_STRANGE)
    except _DAMAGE:
        return Entry(path, fate=Fate.DAMAGED, reason=_DAMAGED_ENTRY)


# --- gzip ----------------------------------------------------------------------------------------------------------


def _open_gzip(data: bytes, name: str, budget: Budget) -> Opened:
    """One gzip file; its members are joined as gunzip does."""
    if not budget.take_entry():
        return Opened(Fate.LIMIT, _NO_ENTRIES)
    try:
        content = _gunzip(data, budget.most(len(data)))
    except zlib.error:
        return Opened(Fate.DAMAGED, _DAMAGED)
    if content is None:
        return Opened(Fate.LIMIT, _TOO_BIG)
    return _counted(1, iter((_content(_inner_name(name), content, budget),)))


def _inner_name(name: str) -> str:
    stem, _, extension = safe_name(name).rpartition(".")
    if extension.lower() == "tgz":
        return f"{stem}.tar"
    return (stem if extension.lower() == "gz" else "") or "内容"


def _gunzip(data: bytes, most: int) -> bytes | None:
    """Unpacked bytes; None when there are more than ``most``. Raises zlib.error when damaged or cut off."""
    chunks, size, rest = [], 0, data
    while rest.startswith(b"\x1f\x8b"):
        stream = zlib.decompressobj(wbits=31)
        chunk = stream.decompress(rest, most - size + 1)
        size += len(chunk)
        if size > most:
            return None
        if not stream.eof:
            raise zlib.error
        chunks.append(chunk)
        rest = stream.unused_data
    return b"".join(chunks)


# --- tar -----------------------------------------------------------------------------------------------------------


def _open_tar(data: bytes, name: str, budget: Budget) -> Opened:
    del name
    try:
        archive = tarfile.open(fileobj=io.BytesIO(data), mode="r:")  # noqa: SIM115 - lives as long as its entries
    except _DAMAGE:
        return Opened(Fate.DAMAGED, _DAMAGED)
    return Opened(Fate.UNPACKED, "已解开", _tar_entries(archive, budget))


def _tar_entries(archive: tarfile.TarFile, budget: Budget) -> Iterator[Entry]:
    seen: set[str] = set()
    while True:
        try:
            member = archive.next()
        except _DAMAGE:
            yield Entry(_unique("其余文件", seen), fate=Fate.DAMAGED, reason="压缩包从这里起已损坏")
            return
        if member is None:
            return
        if member.isdir():
            continue
        if not budget.take_entry():
            yield Entry(_unique("其余文件", seen), fate=Fate.LIMIT, reason=_NO_ENTRIES)
            return
        path = _unique(safe_path(decode(member.name.encode("utf-8", "surrogateescape"))), seen)
        yield _tar_entry(archive, member, path, budget)


def _tar_entry(archive: tarfile.TarFile, member: tarfile.TarInfo, path: str, budget: Budget) -> Entry:
    if not member.isreg():
        return Entry(path, fate=Fate.UNSUPPORTED, reason="压缩包里的链接或特殊文件, 不打开")
    if member.size > budget.bytes_left:
        return Entry(path, fate=Fate.LIMIT, reason=_TOO_BIG)
    try:
        stream = archive.extractfile(member)
        return _content(path, _read_limited(stream, budget.most(member.size)) if stream else b"", budget)
    except _DAMAGE:
        return Entry(path, fate=Fate.DAMAGED, reason=_DAMAGED_ENTRY)


_OPENERS: dict[Kind, Callable[[bytes, str, Budget], Opened]] = {
    Kind.ZIP: _open_zip,
    Kind.GZIP: _open_gzip,
    Kind.TAR: _open_tar,
}
