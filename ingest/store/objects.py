"""The raw mails of a store in an object store: written once by their hash, read back and compared
before anybody is told; and the notes and lines beside them.

No library of an object store comes in: bytes go through ``bucket.py``. On this machine lies only
what is coming in, and for a moment what is being read.
"""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, contextmanager
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from ingest.store.files import DamagedError, FileStore, Kept, Spool, name_of

if TYPE_CHECKING:
    from ingest.store.bucket import Entry

MAILS = "mails/"
NOTES = "notes/"
_AT_ONCE = 8  #: mails on the way to the store
_LINES = 200  #: of a segment; each line added writes its segment anew
_LATEST = 20  #: segments that are read for the last lines


class Objects(Protocol):
    """Bytes by name; see :class:`ingest.store.bucket.Bucket`."""

    def put(self, name: str, data: bytes | Path) -> None:
        """Write an object."""

    def pieces(self, name: str) -> Iterator[bytes]:
        """Its bytes. Raises FileNotFoundError."""

    def get(self, name: str) -> bytes | None:
        """An object; None when there is none."""

    def has(self, name: str) -> bool:
        """Whether it is there."""

    def entries(self, prefix: str = "") -> Iterator[Entry]:
        """Those with a prefix."""

    def remove(self, name: str) -> None:
        """It is not there any more."""


class ObjectFiles:
    """Mails in an object store; see :class:`ingest.store.files.Files`."""

    def __init__(self, bucket: Objects, folder: Path) -> None:
        """What comes in lies in ``folder`` until it is in ``bucket``."""
        self._bucket, self._spools = bucket, FileStore(folder)
        self.folder = folder
        self.beside = ObjectBeside(bucket)

    def prepare(self) -> None:
        """The folder, and whether the bucket can be looked at."""
        self._spools.prepare()
        next(self._bucket.entries(MAILS + "none/"), None)

    def spool(self) -> AbstractContextManager[Spool]:
        """See :class:`ingest.store.files.Files`."""
        return self._spools.spool()

    def keep_all(self, spools: Sequence[Spool]) -> list[Kept]:
        """Several at once; each is put, read back and compared. Raises :class:`DamagedError` when
        the store gives back other bytes.
        """
        for spool in spools:
            spool.flush()
        waiting = deque(spools)
        with ThreadPoolExecutor(_AT_ONCE) as pool:
            list(pool.map(lambda _: self._keep_while(waiting), range(_AT_ONCE)))
        return [Kept(spool.sha256, spool.size) for spool in spools]

    @contextmanager
    def whole(self, sha256: str) -> Iterator[Path]:
        """A copy on this machine. Raises :class:`DamagedError`."""
        self._spools.prepare()
        descriptor, name = tempfile.mkstemp(dir=self.folder / "incoming", suffix=".eml")
        path = Path(name)
        try:
            with os.fdopen(descriptor, "wb") as file:
                if not self._copy(sha256, file.write):
                    raise DamagedError(self.where(sha256))
            yield path
        finally:
            path.unlink(missing_ok=True)

    def intact(self, sha256: str) -> bool:
        """See :class:`ingest.store.files.Files`."""
        return self._copy(sha256, len)

    def hashes(self, before: datetime | None = None) -> Iterator[str]:
        """See :class:`ingest.store.files.Files`; by the server's clock."""
        for entry in sorted(self._bucket.entries(MAILS)):
            if entry.name.endswith(".eml") and (before is None or entry.written < before):
                yield Path(entry.name).stem

    def anything(self) -> bool:
        """See :class:`ingest.store.files.Files`."""
        return next(self._bucket.entries(MAILS), None) is not None

    def where(self, sha256: str) -> str:
        """See :class:`ingest.store.files.Files`."""
        return f"{self._bucket}{MAILS}{name_of(sha256)}"

    def remove(self, sha256: str) -> bool:
        """See :class:`ingest.store.files.Files`."""
        name = MAILS + name_of(sha256)
        there = self._bucket.has(name)
        self._bucket.remove(name)
        return there

    def remove_leftovers(self, before: datetime) -> int:
        """See :class:`ingest.store.files.Files`."""
        return self._spools.remove_leftovers(before)

    def free_space_ok(self, needed: int = 0) -> bool:
        """On this machine, where it comes in; the store's own room shows when it is written."""
        return self._spools.free_space_ok(needed)

    def _keep_while(self, waiting: deque[Spool]) -> None:
        """Take one after the other; where one cannot be kept, nobody takes any more."""
        try:
            for spool in _taken(waiting):
                self._keep(spool)
        finally:
            waiting.clear()

    def _keep(self, spool: Spool) -> None:
        if self.intact(spool.sha256):
            return
        self._bucket.put(MAILS + name_of(spool.sha256), spool.temporary)
        if not self.intact(spool.sha256):
            raise DamagedError(self.where(spool.sha256))

    def _copy(self, sha256: str, take: Callable[[bytes], object]) -> bool:
        """Hand the bytes on; whether they were there and had this hash."""
        sums = hashlib.sha256()
        try:
            for piece in self._bucket.pieces(MAILS + name_of(sha256)):
                sums.update(piece)
                take(piece)
        except FileNotFoundError:
            return False
        return sums.hexdigest() == sha256


def _taken(waiting: deque[Spool]) -> Iterator[Spool]:
    """One after the other, for as long as other threads leave any."""
    while True:
        try:
            spool = waiting.popleft()
        except IndexError:
            return
        yield spool


class ObjectBeside:
    """Notes are objects; lines are objects of many lines each, and whoever adds lines writes into
    an object of its own: an object store knows no appending, and two writers never overwrite each
    other.
    """

    def __init__(self, bucket: Objects) -> None:
        self._bucket = bucket
        self._segments: dict[str, tuple[str, bytes]] = {}  #: being written: its name, its bytes

    def place(self, name: str) -> str:
        """See :class:`ingest.store.beside.Beside`."""
        return f"{self._bucket}{NOTES}{name}"

    def read(self, name: str) -> bytes | None:
        """See :class:`ingest.store.beside.Beside`."""
        return self._bucket.get(NOTES + name)

    def write(self, name: str, data: bytes) -> None:
        """See :class:`ingest.store.beside.Beside`."""
        self._bucket.put(NOTES + name, data)

    def remove(self, name: str) -> None:
        """See :class:`ingest.store.beside.Beside`."""
        self._bucket.remove(NOTES + name)

    def lines(self, name: str, *, latest: bool = False) -> Iterator[str]:
        """See :class:`ingest.store.beside.Beside`."""
        names = sorted(entry.name for entry in self._bucket.entries(f"{name}/"))
        for each in names[-_LATEST:] if latest else names:
            text = (self._bucket.get(each) or b"").decode("utf-8", "replace")
            yield from text.splitlines(keepends=True)

    def append(self, name: str, data: bytes) -> None:
        """See :class:`ingest.store.beside.Beside`."""
        segment, before = self._segments.get(name, ("", b""))
        if not segment or before.count(b"\n") >= _LINES:
            segment, before = self._new_segment(name), b""
        self._bucket.put(segment, before + data)
        self._segments[name] = segment, before + data

    def replace_lines(self, name: str, data: bytes) -> None:
        """See :class:`ingest.store.beside.Beside`."""
        first = f"{name}/{0:012d}"
        self._bucket.put(first, data)
        for entry in list(self._bucket.entries(f"{name}/")):
            if entry.name != first:
                self._bucket.remove(entry.name)
        self._segments.pop(name, None)

    def _new_segment(self, name: str) -> str:
        """Behind all others; no two writers begin the same."""
        last = max((each.name for each in self._bucket.entries(f"{name}/")), default=f"{name}/0")
        number = int(last.removeprefix(f"{name}/").partition("-")[0]) + 1
        return f"{name}/{number:012d}-{os.urandom(4).hex()}"
