"""The small note beside the raw mails that says which store they belong to. No decision and no
database comes in.
"""

from __future__ import annotations

import json

from ingest.errors import StorageError
from ingest.store.beside import Beside
from ingest.store.identity import Mark

MARKER_FILE = "store.json"


def read_marker(beside: Beside, name: str = MARKER_FILE) -> Mark | None:
    """What the marker says; None when there is none.

    Raises:
        StorageError: it is there and cannot be read or understood.
    """
    try:
        data = beside.read(name)
        if data is None:
            return None
        said = json.loads(data)
        return Mark(str(said["identity"]), str(said["key"]), str(said.get("moved_to", "")))
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise StorageError(
            f"标识文件 {beside.place(name)} 读不了或已损坏", "用 mailroom restore 从备份恢复"
        ) from error


def write_marker(beside: Beside, mark: Mark, name: str = MARKER_FILE) -> None:
    """Write it, whole or not at all, durable before this returns. Raises :class:`StorageError`."""
    said = {"identity": mark.identity, "key": mark.key}
    said |= {"moved_to": mark.moved_to} if mark.moved_to else {}
    try:
        beside.write(name, (json.dumps(said, ensure_ascii=False) + "\n").encode())
    except OSError as error:
        raise StorageError(
            f"标识文件 {beside.place(name)} 写不了: {error.strerror}", "请检查目录权限和磁盘"
        ) from error
