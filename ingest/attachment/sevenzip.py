"""What lies in a 7z file, unpacked in memory within a budget.
The only module that imports ``py7zr``.

7z packs files together, so all are unpacked in one pass, as many as the budget holds;
the entries come one by one.
"""

from __future__ import annotations

import io
import zlib
from collections.abc import Iterator
from typing import Any

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
    Member,
    Opened,
    counted,
    is_system_file,
    member_of,
    unique,
)
from ingest.attachment.zipnames import safe_path
from ingest.reading import Fate

MAX_TRIES = 6
"""Passwords: each costs up to a second, by the format's own will."""
MAX_MEMORY = 200 * 1024**2
"""Bytes of one archive that are held in memory together."""

_DAMAGE = (*DAMAGE, LookupError, TypeError, AttributeError, AssertionError, RuntimeError)


class _FullError(Exception):
    """More came out than may be held."""


def open_seven_zip(data: bytes, name: str, budget: Budget) -> Opened:
    """Open a 7z archive. Never raises for what the bytes are."""
    del name
    opened, locked = _open(data, budget, None)
    if locked:
        tried = (_open(data, budget, key)[0] for key in budget.keys[:MAX_TRIES])
        opened = next((each for each in tried if each is not None), opened)
    return opened or Opened(Fate.ENCRYPTED, ENCRYPTED)


def _open(data: bytes, budget: Budget, key: str | None) -> tuple[Opened | None, bool]:
    """The archive, and whether it needs a key; None when that is not right, or its very directory
    needs one.
    """
    import py7zr  # noqa: PLC0415 - a third of a second, for the few mails that hold one

    try:
        archive = py7zr.SevenZipFile(io.BytesIO(data), password=key)
        files = list(archive.files)
        locked = archive.needs_password()
    except py7zr.exceptions.PasswordRequired:
        return None, True
    except (py7zr.exceptions.UnsupportedCompressionMethodError, MemoryError):
        return Opened(Fate.UNSUPPORTED, STRANGE), False
    except (py7zr.exceptions.ArchiveError, *_DAMAGE):
        return (Opened(Fate.DAMAGED, DAMAGED) if key is None else None), False
    if len(files) > MAX_DIRECTORY:
        return Opened(Fate.LIMIT, NO_ENTRIES), False
    contents = _Contents(min(MAX_MEMORY, budget.most(len(data))))
    if not locked or key is not None:
        contents.fill(archive)
    if key is not None and not any(_is_intact(file, n, contents) for n, file in enumerate(files)):
        return None, True
    count = sum(1 for file in files if not file.is_directory)
    closed = locked and key is None
    return counted(count, _entries(files, contents, budget, locked=closed)), locked


def _is_intact(file: Any, index: int, contents: _Contents) -> bool:
    """Whether an entry came out as it went in; a wrong password gives noise or nothing."""
    data = contents.taken.get(index)
    return data is not None and file.crc32 is not None and zlib.crc32(data) == file.crc32


def _entries(
    files: list[Any],
    contents: _Contents,
    budget: Budget,
    *,
    locked: bool,
) -> Iterator[Member]:
    seen: set[str] = set()
    for index, file in enumerate(files):
        if file.is_directory:
            continue
        if not budget.take_entry():
            rest = sum(1 for later in files[index:] if not later.is_directory)
            yield Member(unique(f"其余{rest}个文件", seen), fate=Fate.LIMIT, reason=NO_ENTRIES)
            return
        path = unique(safe_path(contents.names.get(index, file.filename).replace("\\", "/")), seen)
        yield _entry(file, index, path, contents, budget, locked=locked)


def _entry(
    file: Any,
    index: int,
    path: str,
    contents: _Contents,
    budget: Budget,
    *,
    locked: bool,
) -> Member:
    if locked and not file.emptystream:
        return Member(path, fate=Fate.ENCRYPTED, reason=ENCRYPTED)
    if file.is_symlink or file.is_junction or file.is_socket:
        return Member(path, fate=Fate.UNSUPPORTED, reason=LINK)
    if is_system_file(path):
        return Member(path, fate=Fate.INLINE, reason=SYSTEM_FILE)
    if file.emptystream:
        return Member(path, b"")
    data = contents.taken.pop(index, None)
    if data is None or len(data) != file.uncompressed:
        return Member(path, fate=contents.fate, reason=contents.reason)
    if file.crc32 is not None and zlib.crc32(data) != file.crc32:
        return Member(path, fate=contents.fate, reason=contents.reason)
    return member_of(path, data if len(data) <= budget.bytes_left else None, budget)


class _Contents:
    """Takes what is unpacked, up to a limit.
    py7zr asks it for a writer for each file, by the file's name.
    """

    def __init__(self, most: int) -> None:
        self.left = most
        self.taken: dict[int, bytes] = {}
        self.names: dict[int, str] = {}  #: the real names; py7zr is given numbers instead
        self.fate, self.reason = Fate.DAMAGED, DAMAGED_ENTRY

    def fill(self, archive: Any) -> None:
        """Unpack. py7zr refuses whole archives for one name that climbs out,
        so it gets harmless names: numbers.
        """
        import py7zr  # noqa: PLC0415 - see above

        for index, properties in enumerate(archive.files.files_list):
            self.names[index] = str(properties["filename"])
            properties["filename"] = str(index)
        try:
            archive.extractall(factory=self)
        except (_FullError, MemoryError, py7zr.exceptions.DecompressionBombError):
            self.fate, self.reason = Fate.LIMIT, TOO_BIG
        except py7zr.exceptions.UnsupportedCompressionMethodError:
            self.fate, self.reason = Fate.UNSUPPORTED, STRANGE
        except (py7zr.exceptions.ArchiveError, *_DAMAGE):
            pass  # what is missing is damaged

    def create(self, filename: str) -> _Writer:
        """py7zr's WriterFactory."""
        return _Writer(self, int(filename.rpartition("/")[2]))


class _Writer(io.BytesIO):
    """One file as it is unpacked;
    py7zr closes it also when it breaks off, so what was taken may be a part.
    """

    def __init__(self, contents: _Contents, index: int) -> None:
        super().__init__()
        self._contents = contents
        self._index = index

    def size(self) -> int:
        return len(self.getbuffer())

    def write(self, data: Any) -> int:
        self._contents.left -= len(data)
        if self._contents.left < 0:
            raise _FullError
        return super().write(data)

    def close(self) -> None:
        if not self.closed:
            self._contents.taken[self._index] = self.getvalue()
        super().close()
