"""Files that somebody asked a command to write: there as a whole, or exit code 73 and the reason.

What the program keeps for itself (mails, database, key) is written in :mod:`ingest.store` and
:mod:`ingest.receipts`.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from ingest.errors import OutputError

_HINT = "换一个位置,或检查目录、权限和磁盘空间"


@contextmanager
def creating(target: Path, hint: str = _HINT) -> Iterator[None]:
    """Around whatever makes ``target``. Raises OutputError for what the operating system
    refuses.
    """
    try:
        yield
    except FileExistsError as error:
        raise OutputError(f"写不了 {target}: 同名的文件已经存在", hint) from error
    except OSError as error:
        raise OutputError(f"写不了 {target}: {error.strerror or error}", hint) from error


def write_file(path: Path, content: bytes, *, private: bool = False) -> None:
    """Make or replace a file, its directory too; a crash leaves the old file or the new one, never
    half of one.

    A new one is its owner's alone; one that is replaced keeps its owner and mode as far as we may,
    unless it speaks of people (``private``). What is no ordinary file, such as ``/dev/stdout``, is
    written to as it is. Raises OutputError.
    """
    with creating(path):
        if path.exists() and not path.is_file():
            path.write_bytes(content)
            return
        path = path.resolve()  # a link keeps pointing where it points
        path.parent.mkdir(parents=True, exist_ok=True)
        temporary = path.with_name(f".{path.name}.new")
        _write_closed(temporary, content, None if private or not path.exists() else path.stat())
        temporary.replace(path)


def _write_closed(temporary: Path, content: bytes, before: os.stat_result | None) -> None:
    """Closed from the first byte; then what it will replace says who may read it: the service reads
    files that an administrator tidies up.
    """
    temporary.unlink(missing_ok=True)
    descriptor = os.open(temporary, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
        if before is not None:
            with suppress(PermissionError):
                os.fchown(descriptor, before.st_uid, before.st_gid)
            os.fchmod(descriptor, stat.S_IMODE(before.st_mode))


@contextmanager
def new_private_file(path: Path) -> Iterator[BinaryIO]:
    """A file of mode 0600 that was not there before, open for writing; gone again when the block
    fails.

    Raises OutputError.
    """
    with (
        creating(path),
        open(
            path,
            "xb",
            opener=lambda name, flags: os.open(name, flags, 0o600),
        ) as target,
    ):
        whole = False
        try:
            yield target
            whole = True
        finally:
            if not whole:
                path.unlink()
