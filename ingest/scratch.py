"""Folders for what is needed for a moment: closed to others, gone after use, and after a crash gone
at the next start.

What a taken-over worker may have left in one is no trap here: folders nested without end, closed
ones, any number of files. Nothing in them is opened.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

_PREFIX = "mailroom-"
MOST_ENTRIES = 5_000


@contextmanager
def scratch_folder(purpose: str) -> Iterator[Path]:
    """A new folder of mode 0700 that is gone when the block is left.

    Raises:
        OSError: none can be made.
    """
    folder = Path(tempfile.mkdtemp(prefix=f"{_PREFIX}{os.getpid()}-{purpose}-"))
    try:
        yield folder
    finally:
        remove(folder)


def sweep() -> int:
    """Take away folders of this account whose program is no more; how many. Never raises."""
    count = 0
    with suppress(OSError):
        for entry in os.scandir(tempfile.gettempdir()):
            if _abandoned(entry):
                remove(Path(entry.path))
                count += 1
    return count


def _abandoned(entry: os.DirEntry[str]) -> bool:
    owner = entry.name.removeprefix(_PREFIX).partition("-")[0]
    return (
        entry.name.startswith(_PREFIX)
        and owner.isdecimal()
        and not Path("/proc", owner).exists()
        and entry.is_dir(follow_symlinks=False)
        and entry.stat(follow_symlinks=False).st_uid == os.geteuid()
    )


def remove(folder: Path) -> None:
    """Take away a folder and all in it, links not followed. What cannot be removed stays."""
    with suppress(OSError):
        folder.rmdir()  # the usual end: nothing was written
        return
    with suppress(OSError):
        number = 0
        while entries := list(os.scandir(folder)):
            for entry in entries:
                if not entry.is_dir(follow_symlinks=False):
                    Path(entry.path).unlink()
                    continue
                number = _flatten(folder, Path(entry.path), number)
        folder.rmdir()


def _flatten(top: Path, folder: Path, number: int) -> int:
    """Move what lies in ``folder`` one floor up and remove it: no path gets long, however deep they
    are nested.
    """
    folder.chmod(0o700)
    for entry in list(os.scandir(folder)):
        if entry.is_dir(follow_symlinks=False):
            number += 1
            Path(entry.path).chmod(0o700)  # a folder that is moved must be open
            Path(entry.path).rename(top / f"{number}.moved-{os.urandom(6).hex()}")
        else:
            Path(entry.path).unlink()
    folder.rmdir()
    return number


def size_of(folder: Path, most: int) -> int:
    """Bytes on disk in ``folder``; more than ``most`` when there are too many entries or they are
    nested too deep to look at.
    """
    total, entries, waiting = 0, 0, [folder]
    while waiting and total <= most:
        try:
            for entry in os.scandir(waiting.pop()):
                entries += 1
                if entry.is_dir(follow_symlinks=False):
                    waiting.append(Path(entry.path))
                with suppress(FileNotFoundError):
                    total += entry.stat(follow_symlinks=False).st_blocks * 512
        except FileNotFoundError:
            continue  # gone between two looks
        except OSError:
            return most + 1
        if entries > MOST_ENTRIES:
            return most + 1
    return total
