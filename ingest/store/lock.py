"""The lock on a store: only one running Mailroom writes into it. The file stays; the lock goes with
the process.
"""

from __future__ import annotations

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ingest.errors import StorageError, TemporaryError


@contextmanager
def single_instance(directory: Path) -> Iterator[None]:
    """Hold the lock that only one running Mailroom of a store may hold.

    Raises:
        TemporaryError: another one holds it.
        StorageError: ``directory`` cannot be made or written to.
    """
    try:
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        handle = (directory / "mailroom.lock").open("w")
    except OSError as error:
        raise StorageError(f"写不了 {directory}: {error.strerror}", "检查目录权限") from error
    with handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise TemporaryError(
                "另一个 mailroom 正在使用这个存储", "等它结束,或检查是否重复启动"
            ) from error
        yield
