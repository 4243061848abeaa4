"""What lies in a RAR file. ``rarfile`` lists it, the programs of ``decoders.py`` unpack it;
the only importer of ``rarfile``.

The listing alone tells names (GBK ones too), passwords, links and volumes, and stored entries need
no program. Every content is held against the checksum of the listing, because both programs let
damaged bytes through (measured).
"""

from __future__ import annotations

import io
import tarfile
import zlib
from collections.abc import Iterator

import rarfile

from ingest.attachment.decoders import (
    DecoderError,
    HandedOver,
    Members,
    any_installed,
    members,
    single,
)
from ingest.attachment.items import SYSTEM_FILE
from ingest.attachment.limits import MAX_DIRECTORY, Budget
from ingest.attachment.members import (
    DAMAGE,
    DAMAGED,
    DAMAGED_ENTRY,
    ENCRYPTED,
    LINK,
    NO_ENTRIES,
    RESEND,
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
from ingest.attachment.zipnames import safe_path
from ingest.reading import Fate

NO_PROGRAM = f"RAR 压缩包不能自动打开, 已转人工查看; {RESEND}"
_STORED = 0x30
_SPLIT = 0x03  #: RAR3 and, as rarfile translates them, RAR5 entries that go on in another volume
_DAMAGE = (*DAMAGE, rarfile.Error, LookupError, TypeError, AttributeError, NotImplementedError)

rarfile.TRY_ENCODINGS = ("utf-8", "gb18030")
rarfile.DEFAULT_CHARSET = "gb18030"


def open_rar(data: bytes, name: str, budget: Budget) -> Opened:
    """Open a RAR 2-5 archive. Never raises for what the bytes are."""
    del name
    try:
        archive = rarfile.RarFile(io.BytesIO(data))
        infos = archive.infolist()
        locked = archive.needs_password()
    except rarfile.NeedFirstVolume:
        return Opened(Fate.UNSUPPORTED, VOLUME)
    except _DAMAGE:
        return Opened(Fate.DAMAGED, DAMAGED)
    if not infos:  # no program packs nothing: the directory is locked or cut off
        return Opened(Fate.ENCRYPTED, ENCRYPTED) if locked else Opened(Fate.DAMAGED, DAMAGED)
    if any(info.flags & _SPLIT for info in infos):
        return Opened(Fate.UNSUPPORTED, VOLUME)
    if len(infos) > MAX_DIRECTORY:
        return Opened(Fate.LIMIT, NO_ENTRIES)
    if not any_installed() and not all(_is_stored(info) or info.needs_password() for info in infos):
        return Opened(Fate.UNSUPPORTED, NO_PROGRAM)
    files = sum(1 for info in infos if not info.is_dir())
    return counted(files, _entries(data, archive, infos, budget))


def _is_stored(info: rarfile.RarInfo) -> bool:
    return bool(info.compress_type == _STORED)


def _entries(
    data: bytes,
    archive: rarfile.RarFile,
    infos: list[rarfile.RarInfo],
    budget: Budget,
) -> Iterator[Member]:
    seen: set[str] = set()
    contents = _Contents(data, archive, infos)
    try:
        for index, info in enumerate(infos):
            if info.is_dir():
                continue
            if not budget.take_entry():
                rest = sum(1 for later in infos[index:] if not later.is_dir())
                yield Member(unique(f"其余{rest}个文件", seen), fate=Fate.LIMIT, reason=NO_ENTRIES)
                return
            path = unique(safe_path(info.filename.partition("\0")[0].replace("\\", "/")), seen)
            yield _settled(info, path, budget) or _read(contents, index, info, path, budget)
    finally:
        contents.close()


def _settled(info: rarfile.RarInfo, path: str, budget: Budget) -> Member | None:
    if info.needs_password():
        return Member(path, fate=Fate.ENCRYPTED, reason=ENCRYPTED)
    if info.is_symlink() or getattr(info, "file_redir", None):
        return Member(path, fate=Fate.UNSUPPORTED, reason=LINK)
    if is_system_file(path):
        return Member(path, fate=Fate.INLINE, reason=SYSTEM_FILE)
    if info.file_size > budget.most(info.compress_size):
        return Member(path, fate=Fate.LIMIT, reason=TOO_BIG)
    return None


def _read(
    contents: _Contents,
    index: int,
    info: rarfile.RarInfo,
    path: str,
    budget: Budget,
) -> Member:
    try:
        return member_of(path, contents.read(index, budget.most(info.compress_size)), budget)
    except DecoderError:
        return Member(path, fate=Fate.DAMAGED, reason=DAMAGED_ENTRY)


def _is_listed_as(info: rarfile.RarInfo, member: tarfile.TarInfo, *, has_content: bool) -> bool:
    """Whether the unpacked member is what the listing says; no names are compared."""
    same_kind = member.isdir() == info.is_dir()
    return same_kind and (not has_content or member.size == info.file_size)


class _Contents:
    """The contents of one archive's entries, asked for in their order;
    three ways, the cheapest first.
    """

    def __init__(self, data: bytes, archive: rarfile.RarFile, infos: list[rarfile.RarInfo]) -> None:
        self._data = data
        self._archive = archive
        self._infos = infos
        self._handed: HandedOver | None = None
        self._members: Members | None = None
        self._next = 0  #: index of the member bsdtar comes to next

    def close(self) -> None:
        if self._members is not None:
            self._members.close()
        if self._handed is not None:
            self._handed.close()

    def read(self, index: int, most: int) -> bytes | None:
        """The checked content; None when it is more than ``most`` bytes.

        Raises:
            DecoderError: nobody could unpack it undamaged.
        """
        for way in (self._stored, self._by_bsdtar, self._by_unar):
            try:
                content = way(index, most)
            except (DecoderError, *_DAMAGE):
                continue
            if content is None or self._is_whole(index, content):
                return content
        raise DecoderError("no way")

    def _is_whole(self, index: int, content: bytes) -> bool:
        info = self._infos[index]
        intact = info.CRC is None or zlib.crc32(content) == info.CRC
        return intact and len(content) == int(info.file_size)

    def _stored(self, index: int, most: int) -> bytes | None:
        if not _is_stored(self._infos[index]):
            raise DecoderError("packed")
        with self._archive.open(self._infos[index]) as stream:
            return read_limited(stream, most)

    def _hand_over(self) -> HandedOver:
        if self._handed is None:
            self._handed = HandedOver(self._data)
            self._members = members(self._handed)
        return self._handed

    def _by_bsdtar(self, index: int, most: int) -> bytes | None:
        """Members come in the listing's order;
        one that is not what the listing says ends the trust.
        """
        self._hand_over()
        assert self._members is not None
        for member, stream in self._members:
            info = self._infos[self._next] if self._next < len(self._infos) else None
            if info is None or not _is_listed_as(info, member, has_content=stream is not None):
                self._members.close()
                break
            self._next += 1
            if self._next == index + 1:
                return read_limited(stream, most) if stream else None
        raise DecoderError("not among the members")

    def _by_unar(self, index: int, most: int) -> bytes | None:
        return single(self._hand_over(), index, most)
