"""The raw mails, each in a file named by the SHA-256 of its bytes: written once, durable before
anybody is told.

No database and no mail parsing comes in. A file is complete or not there: bytes go to
``incoming/``, are fsynced, renamed to their place, and the directory is fsynced (Postfix and
Dovecot keep their promises in the same order).
"""

from __future__ import annotations

import ctypes
import errno
import hashlib
import io
import os
import re
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager, suppress
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, Protocol

from ingest.errors import InputError, StorageError
from ingest.store.beside import Beside, FolderBeside

if TYPE_CHECKING:
    from typing_extensions import Buffer

_CHUNK = 1 << 16  #: of a file being received; dozens are open at once
HEAD = 16 * 1024  #: first bytes of a mail that are at hand while it comes in
_FEW = 3  #: files that are fsynced one by one
_SYNCFS = getattr(ctypes.CDLL(None), "syncfs", None)
_RESERVE = 200 << 20


class Kept(NamedTuple):
    """A mail that is safe."""

    sha256: str
    size: int  #: bytes


class DamagedError(StorageError):
    """A raw mail is missing, or its bytes are not what they were."""

    def __init__(self, where: str) -> None:
        super().__init__(
            f"邮件原件 {where} 缺失或已损坏",
            "请运行 mailroom audit verify --files 查看有哪些, 从备份恢复",
        )


class Spool(io.BufferedWriter):
    """A file being received: takes bytes, in order, and hashes them on the way; no seeking back.

    Trouble of the disk is a :class:`StorageError` from every method, so that whoever feeds it from
    a network does not take a full disk for a lost connection.
    """

    def __init__(self, descriptor: int, temporary: Path) -> None:
        super().__init__(io.FileIO(descriptor, "wb"), _CHUNK)
        self.temporary = temporary
        self._hash = hashlib.sha256()
        self.size = 0
        self.head = b""  #: the first bytes, HEAD of them at most

    def write(self, buffer: Buffer, /) -> int:
        """Append bytes; returns how many, always all of them."""
        with _disk_errors():
            written = super().write(buffer)
        self._hash.update(buffer)
        if len(self.head) < HEAD:
            self.head += bytes(memoryview(buffer)[: HEAD - len(self.head)])
        self.size += written
        return written

    @property
    def sha256(self) -> str:
        """Of the bytes so far."""
        return self._hash.hexdigest()

    def flush(self) -> None:
        """Hand everything to the operating system."""
        with _disk_errors():
            super().flush()

    def begin_writing(self) -> None:
        """All bytes are here: let the disk begin with them while the next mail comes; waits for
        nothing.
        """
        self.flush()
        with _disk_errors():
            os.posix_fadvise(self.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)

    def seekable(self) -> bool:
        """False: the hash follows the bytes."""
        return False

    def seek(self, target: int, whence: int = 0, /) -> int:
        """Never: raises io.UnsupportedOperation."""
        del target, whence
        raise io.UnsupportedOperation("a spool only grows")

    def truncate(self, pos: int | None = None, /) -> int:
        """Never: raises io.UnsupportedOperation."""
        del pos
        raise io.UnsupportedOperation("a spool only grows")

    def abandon(self) -> None:
        """Close, and remove what was not kept."""
        with suppress(OSError, StorageError):
            self.close()
        self.temporary.unlink(missing_ok=True)


class Files(Protocol):
    """Where the raw mails of a store are kept, each under the SHA-256 of its bytes: a folder, or an
    object store. Every method may raise :class:`StorageError`, and where a server is between
    :class:`ingest.errors.TemporaryError`.
    """

    @property
    def folder(self) -> Path:
        """On this machine: the key, and mails that are coming in."""

    @property
    def beside(self) -> Beside:
        """The notes and lines beside the mails."""

    def prepare(self) -> None:
        """Make ready to keep something."""

    def spool(self) -> AbstractContextManager[Spool]:
        """A new mail to write; gone after the block unless :meth:`keep_all` took it."""

    def keep_all(self, spools: Sequence[Spool]) -> list[Kept]:
        """Make mails durable under their hashes, in their order; what is there whole already is
        not written again.
        """

    def whole(self, sha256: str) -> AbstractContextManager[Path]:
        """The mail as a file of this machine for as long as the block lasts, its hash compared.
        Raises :class:`DamagedError` when it is missing or damaged.
        """

    def intact(self, sha256: str) -> bool:
        """Whether it is there and its bytes still have this hash."""

    def hashes(self, before: datetime | None = None) -> Iterator[str]:
        """Of all mails, sorted; of those nobody has written since ``before``."""

    def anything(self) -> bool:
        """Whether there is any mail."""

    def where(self, sha256: str) -> str:
        """How people find it. Raises :class:`InputError` for what is no SHA-256."""

    def remove(self, sha256: str) -> bool:
        """Delete a mail for good (purge); False when it was not there."""

    def remove_leftovers(self, before: datetime) -> int:
        """Remove what killed programs left on this machine; how many."""

    def free_space_ok(self, needed: int = 0) -> bool:
        """Whether ``needed`` bytes fit."""


class FileStore:
    """A directory of files named by their hash, with modes 0700 and 0600: applicants' papers are
    nobody else's.
    """

    def __init__(self, root: Path) -> None:
        """Use ``root``; nothing is made before something is to be kept."""
        self._root = self.folder = root
        self.beside = FolderBeside(root)
        self._incoming = root / "incoming"

    def prepare(self) -> None:
        """Make the directory when it is not there. Raises :class:`StorageError` when that is not
        possible.
        """
        with _disk_errors():
            for directory in (*reversed(self._root.parents), self._root, self._incoming):
                _make_directory(directory)
            _sync_directory(self._root)  # a shard that an earlier run did not live to sync

    @contextmanager
    def spool(self) -> Iterator[Spool]:
        """A new file to write to; it is gone after the block unless :meth:`keep_all` took it."""
        if not self._incoming.is_dir():
            self.prepare()
        with _disk_errors():
            descriptor, name = tempfile.mkstemp(dir=self._incoming)
        spool = Spool(descriptor, Path(name))
        try:
            yield spool
        finally:
            spool.abandon()

    def keep_all(self, spools: Sequence[Spool]) -> list[Kept]:
        """Make mails durable under their hashes, in their order; afterwards they survive a power
        cut.

        Bytes that are there already are not written again, unless the file there has been damaged
        since. All bytes are on the disk before the first file gets its name, and all names before
        this returns. Above a few files two calls of syncfs(2) do that, where each mail would cost
        two fsyncs: on a disk that takes 4 ms for an fsync that is the difference between 100 and
        1,000 mails a second.
        """
        with _disk_errors():
            for spool in spools:
                spool.flush()
            _sync_all([spool.fileno() for spool in spools])
            folders = sorted({self._place(spool.temporary, spool.sha256) for spool in spools})
            with ExitStack() as opened:
                _sync_all([_open_directory(folder, opened) for folder in folders])
        return [Kept(spool.sha256, spool.size) for spool in spools]

    def path(self, sha256: str) -> Path:
        """Where the file with this hash is, or would be. Raises :class:`InputError` for what is no
        SHA-256.
        """
        return self._root / name_of(sha256)

    def anything(self) -> bool:
        """See :class:`Files`."""
        return next(self._root.glob("??/*.eml"), None) is not None

    def where(self, sha256: str) -> str:
        """Its path. Raises :class:`InputError` for what is no SHA-256."""
        return str(self.path(sha256))

    @contextmanager
    def whole(self, sha256: str) -> Iterator[Path]:
        """The file itself, its hash compared. Raises :class:`DamagedError`."""
        if not self.intact(sha256):
            raise DamagedError(self.where(sha256))
        yield self.path(sha256)

    def intact(self, sha256: str) -> bool:
        """Whether the file is there and its bytes still have this hash. Reads all of it, a piece at
        a time.

        Raises:
            StorageError: it is there and cannot be read.
        """
        try:
            with self.path(sha256).open("rb") as file:
                return hashlib.file_digest(file, "sha256").hexdigest() == sha256
        except FileNotFoundError:
            return False
        except OSError as error:
            raise _storage_error(error) from error

    def hashes(self, before: datetime | None = None) -> Iterator[str]:
        """The hashes of all files that are kept, sorted; of those nobody has written since
        ``before``.
        """
        for path in sorted(self._root.glob("??/*.eml")):
            if before is None or path.stat().st_mtime < before.timestamp():
                yield path.stem

    def remove(self, sha256: str) -> bool:
        """Delete a file for good (purge); False when it was not there."""
        target = self.path(sha256)
        if not target.exists():
            return False
        with _disk_errors():
            target.unlink()
            _sync_directory(target.parent)
        return True

    def remove_leftovers(self, before: datetime) -> int:
        """Remove what killed programs left in ``incoming/`` and nobody has written to since
        ``before``; how many.
        """
        count = 0
        for path in self._incoming.glob("*"):
            with suppress(FileNotFoundError):
                if path.stat().st_mtime < before.timestamp():
                    path.unlink()
                    count += 1
        return count

    def free_space_ok(self, needed: int = 0, reserve: int = _RESERVE) -> bool:
        """Whether ``needed`` bytes fit and ``reserve`` bytes stay free for the database and the
        letters.
        """
        with _disk_errors():
            return shutil.disk_usage(self._root).free >= needed + reserve

    def _place(self, temporary: Path, sha256: str) -> Path:
        """Give a complete, fsynced file its name; the folder that has to be fsynced now."""
        target = self.path(sha256)
        _make_directory(target.parent)
        if self.intact(sha256):
            temporary.unlink()
        else:
            temporary.rename(target)
        return target.parent


def keep_copy(files: Files, source: Path) -> Kept:
    """Keep the mail that the file ``source`` holds. Raises as :func:`keep_copies`."""
    return keep_copies(files, [source])[0]


def keep_copies(files: Files, sources: Sequence[Path]) -> list[Kept]:
    """Keep the mails that these files hold, all at once.

    Raises:
        OSError: a file cannot be read.
        StorageError, TemporaryError: they cannot be kept.
    """
    with ExitStack() as opened:
        spools = [opened.enter_context(files.spool()) for _ in sources]
        for source, spool in zip(sources, spools, strict=True):
            with source.open("rb") as file:
                shutil.copyfileobj(file, spool, _CHUNK)
        return files.keep_all(spools)


def name_of(sha256: str) -> str:
    """Under which name a mail is kept. Raises :class:`InputError` for what is no SHA-256."""
    if not re.fullmatch(r"[0-9a-f]{64}", sha256):
        raise InputError(f"不是 SHA-256: {sha256!r}")
    return f"{sha256[:2]}/{sha256}.eml"


def _open_directory(path: Path, opened: ExitStack) -> int:
    descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
    opened.callback(os.close, descriptor)
    return descriptor


def _sync_all(descriptors: Sequence[int]) -> None:
    """Make files, or folders, of one file system durable: all of it at once when they are many.

    syncfs(2) reports errors of writing since Linux 5.8; where it is missing or refuses, each is
    fsynced.
    """
    if len(descriptors) > _FEW and _SYNCFS is not None and _SYNCFS(descriptors[0]) == 0:
        return
    for descriptor in descriptors:
        os.fsync(descriptor)


def _make_directory(path: Path) -> None:
    if not path.is_dir():
        path.mkdir(mode=0o700, exist_ok=True)
        _sync_directory(path.parent)


def _sync_directory(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@contextmanager
def _disk_errors() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        if isinstance(error, io.UnsupportedOperation):
            raise
        raise _storage_error(error) from error


def _storage_error(error: OSError) -> StorageError:
    if error.errno in {errno.ENOSPC, errno.EDQUOT}:
        return StorageError(
            "磁盘空间不足, 邮件原件无法保存", "请清理或扩充磁盘; 在此之前不会再收取邮件"
        )
    if isinstance(error, FileNotFoundError):
        return StorageError(
            f"找不到邮件原件 {error.filename}",
            "请运行 mailroom audit verify 查看缺了哪些, 从备份恢复",
        )
    return StorageError(
        f"读写邮件原件时出错: {error.strerror} ({error.filename or '文件'})", "请检查磁盘和目录权限"
    )
