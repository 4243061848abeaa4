"""What lies beside the raw mails: small notes that are written whole, and lines that only grow.
Here of a folder; of an object store in ``objects.py``.

What the notes and lines mean is not known here.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Protocol


class Beside(Protocol):
    """Notes and lines of one store, by name. Every method may raise OSError (a folder's), or
    StorageError and TemporaryError (an object store's).
    """

    def place(self, name: str) -> str:
        """How people call it."""

    def read(self, name: str) -> bytes | None:
        """A note; None when there is none."""

    def write(self, name: str, data: bytes) -> None:
        """A note in place of the earlier one, whole or not at all; durable when this returns."""

    def remove(self, name: str) -> None:
        """No note of this name is there any more."""

    def lines(self, name: str, *, latest: bool = False) -> Iterator[str]:
        """Every line, in order; ``latest``: only so many of the last as can be had at once."""

    def append(self, name: str, data: bytes) -> None:
        """Add lines, each with its end; durable when this returns."""

    def replace_lines(self, name: str, data: bytes) -> None:
        """These lines and no others."""


class FolderBeside:
    """In a folder: a note is a file, and so are lines."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def place(self, name: str) -> str:
        """Its path."""
        return str(self._folder / name)

    def read(self, name: str) -> bytes | None:
        """See :class:`Beside`."""
        try:
            return (self._folder / name).read_bytes()
        except (FileNotFoundError, NotADirectoryError):
            return None

    def write(self, name: str, data: bytes) -> None:
        """See :class:`Beside`."""
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        write_durably(self._folder / name, data)

    def remove(self, name: str) -> None:
        """See :class:`Beside`."""
        (self._folder / name).unlink(missing_ok=True)

    def lines(self, name: str, *, latest: bool = False) -> Iterator[str]:
        """See :class:`Beside`; always all of them."""
        del latest
        try:
            with (self._folder / name).open(encoding="utf-8", errors="replace") as file:
                yield from file
        except (FileNotFoundError, NotADirectoryError):
            return

    def append(self, name: str, data: bytes) -> None:
        """See :class:`Beside`."""
        path = self._folder / name
        new = not path.exists()
        if new:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        descriptor = os.open(path, os.O_CREAT | os.O_RDWR | os.O_APPEND, 0o600)
        try:
            _append_whole(descriptor, data)
        finally:
            os.close(descriptor)
        if new:
            sync_directory(self._folder)

    def replace_lines(self, name: str, data: bytes) -> None:
        """See :class:`Beside`."""
        self.write(name, data)


def _append_whole(descriptor: int, data: bytes) -> None:
    """After a line that a crash cut short a new one begins."""
    size = os.fstat(descriptor).st_size
    if size and os.pread(descriptor, 1, size - 1) != b"\n":
        data = b"\n" + data
    try:
        with os.fdopen(descriptor, "wb", closefd=False) as file:
            file.write(data)
        os.fsync(descriptor)
    except OSError:
        with suppress(OSError):
            os.ftruncate(descriptor, size)  # half a line tells nothing
        raise


def write_durably(path: Path, data: bytes) -> None:
    """A small private file in place of ``path``, whole or not at all. Raises OSError."""
    draft = path.with_name(f"{path.name}.{os.getpid()}.new")
    try:
        descriptor = os.open(draft, os.O_CREAT | os.O_TRUNC | os.O_WRONLY, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        draft.rename(path)
        sync_directory(path.parent)
    finally:
        draft.unlink(missing_ok=True)


def sync_directory(path: Path) -> None:
    """Make the names in a directory durable. Raises OSError."""
    descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
