"""The small file beside the raw mails that says which store they belong to. No decision and no
database comes in.
"""

from __future__ import annotations

import json
import os
from pathlib import Path

from ingest.errors import StorageError
from ingest.store.identity import Mark

MARKER_FILE = "store.json"


def read_marker(directory: Path, name: str = MARKER_FILE) -> Mark | None:
    """What the marker says; None when there is none.

    Raises:
        StorageError: it is there and cannot be read or understood.
    """
    path = directory / name
    try:
        said = json.loads(path.read_text(encoding="utf-8"))
        return Mark(str(said["identity"]), str(said["key"]))
    except (FileNotFoundError, NotADirectoryError):
        return None
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise StorageError(
            f"标识文件 {path} 读不了或已损坏", "用 mailroom restore 从备份恢复"
        ) from error


def write_marker(directory: Path, mark: Mark, name: str = MARKER_FILE) -> None:
    """Write it, whole or not at all, durable before this returns. Raises :class:`StorageError`."""
    text = json.dumps({"identity": mark.identity, "key": mark.key}) + "\n"
    try:
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        write_durably(directory / name, text.encode())
    except OSError as error:
        raise StorageError(
            f"标识文件 {directory / name} 写不了: {error.strerror}", "请检查目录权限和磁盘"
        ) from error


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
