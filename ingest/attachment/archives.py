"""What lies in a ZIP or tar file, one entry at a time, within a budget;
the other formats have their own files.

What cannot or may not be opened comes out as an entry with a fate and a Chinese sentence.
Containers inside containers are the caller's matter.
"""

from __future__ import annotations

import io
import stat
import tarfile
import zipfile
from collections.abc import Callable, Iterator

from ingest.attachment.deflate64 import DEFLATE64, inflate
from ingest.attachment.items import SYSTEM_FILE
from ingest.attachment.limits import MAX_DIRECTORY, Budget
from ingest.attachment.members import (
    DAMAGE,
    DAMAGED,
    DAMAGED_ENTRY,
    ENCRYPTED,
    LINK,
    NO_ENTRIES,
    STRANGE,
    TOO_BIG,
    VOLUME,
    Member,
    Opened,
    counted,
    is_system_file,
    member_of,
    read_limited,
    unique,
)
from ingest.attachment.outlook import open_msg
from ingest.attachment.packed import open_bzip2, open_gzip, open_xz
from ingest.attachment.rar import open_rar
from ingest.attachment.sevenzip import open_seven_zip
from ingest.attachment.tnef import open_tnef
from ingest.attachment.unlocking import LockedZip
from ingest.attachment.zipnames import entry_name, open_zip, safe_path
from ingest.message.charsets import decode
from ingest.reading import Fate, Kind


def open_archive(kind: Kind, data: bytes, name: str, budget: Budget) -> Opened | None:
    """Open a container; None when ``kind`` is none that is opened here.
    Never raises for what the bytes are.
    """
    opener = _OPENERS.get(kind)
    return opener(data, name, budget) if opener else None


# --- ZIP ------------------------------------------------------------------------------------------


def _open_zip(data: bytes, name: str, budget: Budget) -> Opened:
    del name
    if data.count(b"PK\x01\x02") > MAX_DIRECTORY:
        return Opened(Fate.LIMIT, NO_ENTRIES)
    try:
        archive = open_zip(data)
    except NotImplementedError:  # a newer version of the format than the library knows
        return Opened(Fate.UNSUPPORTED, STRANGE)
    except DAMAGE:
        if is_volume(data):
            return Opened(Fate.UNSUPPORTED, VOLUME)
        return Opened(Fate.DAMAGED, DAMAGED)
    files = [info for info in archive.infolist() if not entry_name(info).endswith("/")]
    return counted(len(files), _zip_entries(archive, files, LockedZip(data, budget.keys), budget))


def is_volume(data: bytes) -> bool:
    """One disk of several: the marker of a first one,
    or an end record that counts more than one (APPNOTE 4.4.19).
    """
    end = data.rfind(b"PK\x05\x06")
    return data.startswith(b"PK\x07\x08") or (
        0 <= end <= len(data) - 22 and data[end + 4 : end + 6] not in {b"\0\0", b"\xff\xff"}
    )


def _zip_entries(
    archive: zipfile.ZipFile,
    files: list[zipfile.ZipInfo],
    locked: LockedZip,
    budget: Budget,
) -> Iterator[Member]:
    seen: set[str] = set()
    for number, info in enumerate(files):
        if not budget.take_entry():
            yield Member(
                unique(f"其余{len(files) - number}个文件", seen),
                fate=Fate.LIMIT,
                reason=NO_ENTRIES,
            )
            return
        path = unique(safe_path(entry_name(info)), seen)
        if info.flag_bits & 1:
            yield _locked_entry(locked, info, path, budget)
        else:
            yield _zip_entry(archive, info, path, budget)


def _locked_entry(locked: LockedZip, info: zipfile.ZipInfo, path: str, budget: Budget) -> Member:
    content = locked.read(info.header_offset, budget.most(info.compress_size))
    if content is None:
        return Member(path, fate=Fate.ENCRYPTED, reason=ENCRYPTED)
    return member_of(path, content, budget)


def _zip_entry(
    archive: zipfile.ZipFile,
    info: zipfile.ZipInfo,
    path: str,
    budget: Budget,
) -> Member:
    if stat.S_ISLNK(info.external_attr >> 16):
        return Member(path, fate=Fate.UNSUPPORTED, reason=LINK)
    if is_system_file(path):
        return Member(path, fate=Fate.INLINE, reason=SYSTEM_FILE)
    most = budget.most(info.compress_size)
    try:
        if info.compress_type == DEFLATE64:
            return member_of(path, inflate(archive, info, most), budget)
        with archive.open(info) as stream:
            return member_of(path, read_limited(stream, most), budget)
    # other methods; RuntimeError also asks for a password
    except (NotImplementedError, RuntimeError):
        return Member(path, fate=Fate.UNSUPPORTED, reason=STRANGE)
    except DAMAGE:
        return Member(path, fate=Fate.DAMAGED, reason=DAMAGED_ENTRY)


# --- tar ------------------------------------------------------------------------------------------


def _open_tar(data: bytes, name: str, budget: Budget) -> Opened:
    del name
    try:
        # lives as long as its entries
        archive = tarfile.open(fileobj=io.BytesIO(data), mode="r:")  # noqa: SIM115
    except DAMAGE:
        return Opened(Fate.DAMAGED, DAMAGED)
    return Opened(Fate.UNPACKED, "已解开", _tar_entries(archive, budget))


def _tar_entries(archive: tarfile.TarFile, budget: Budget) -> Iterator[Member]:
    seen: set[str] = set()
    while True:
        try:
            member = archive.next()
        except DAMAGE:
            yield Member(unique("其余文件", seen), fate=Fate.DAMAGED, reason="压缩包从这里起已损坏")
            return
        if member is None:
            return
        if member.isdir():
            continue
        if not budget.take_entry():
            yield Member(unique("其余文件", seen), fate=Fate.LIMIT, reason=NO_ENTRIES)
            return
        path = unique(safe_path(decode(member.name.encode("utf-8", "surrogateescape"))), seen)
        yield _tar_entry(archive, member, path, budget)


def _tar_entry(
    archive: tarfile.TarFile,
    member: tarfile.TarInfo,
    path: str,
    budget: Budget,
) -> Member:
    if not member.isreg():
        return Member(path, fate=Fate.UNSUPPORTED, reason=LINK)
    if member.size > budget.bytes_left:
        return Member(path, fate=Fate.LIMIT, reason=TOO_BIG)
    try:
        stream = archive.extractfile(member)
        return member_of(
            path,
            read_limited(stream, budget.most(member.size)) if stream else b"",
            budget,
        )
    except DAMAGE:
        return Member(path, fate=Fate.DAMAGED, reason=DAMAGED_ENTRY)


_OPENERS: dict[Kind, Callable[[bytes, str, Budget], Opened]] = {
    Kind.ZIP: _open_zip,
    Kind.GZIP: open_gzip,
    Kind.BZIP2: open_bzip2,
    Kind.XZ: open_xz,
    Kind.TAR: _open_tar,
    Kind.RAR: open_rar,
    Kind.SEVEN_ZIP: open_seven_zip,
    Kind.TNEF: open_tnef,
    Kind.MSG: open_msg,
}

CONTAINERS = frozenset(_OPENERS)
