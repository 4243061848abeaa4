"""One file, opened for a command in a disposable worker, and the world's and the file's troubles as
a command says them. What is asked of it is decided beside.
"""

from __future__ import annotations

from pathlib import Path
from typing import TypeVar

from ingest.errors import InputError
from ingest.sandbox.workers import WorkerDied, WorkerFailed, run_in_worker
from ingest.walls.limits import ocr_limits

OCR_SECONDS = 120

_T = TypeVar("_T")


def bytes_of(path: Path) -> bytes:
    """What is in the file. Raises InputError."""
    try:
        return path.read_bytes()
    except OSError as error:
        raise InputError(f"读不了文件 {path}: {error.strerror}") from error


def in_worker(
    path: Path,
    data: bytes,
    function: str,
    *args: object,
    returns: type[_T],
    ocr: bool = False,
) -> _T:
    """``function(name, data, *args)`` of what was read at ``path``; ``ocr``: by a worker with
    models.

    Raises:
        InputError: the file cannot be read even in the worker.
    """
    limits = ocr_limits(OCR_SECONDS) if ocr else None
    try:
        return run_in_worker(
            function,
            path.name,
            data,
            *args,
            returns=returns,
            limits=limits,
            models=ocr,
        )
    except (WorkerDied, WorkerFailed) as error:
        last = str(error).strip().splitlines()[-1]
        raise InputError(f"读不了文件 {path}: {last}", "文件可能已损坏或超出限制") from error
