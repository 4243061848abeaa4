"""Where the files of a run of the tests lie: in memory, where the machine has room for them.

Thousands of databases ask the disk to keep each of their changes, and wait for it: 5 ms on a usual
one, twenty times what the change itself takes. What asks in which order is a test of its own
(``tests/torture/test_durability_order.py``) and looks at the calls, not at the disk.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from contextlib import suppress
from pathlib import Path

MEMORY = Path("/dev/shm")
ROOM = 6 * 1024**3  #: a run takes a third of it
_NAME = "mailroom-tests-"


def lie_in_memory() -> Path | None:
    """A new folder in memory, from now on the one for temporary files, of those we start as well.

    None where somebody chose another, where there is no such place, or no room.
    """
    if os.environ.get("TMPDIR") or not _usable():
        return None
    _remove_what_others_left()
    folder = MEMORY / f"{_NAME}{os.getpid()}"
    shutil.rmtree(folder, ignore_errors=True)  # of somebody who had our number and failed
    folder.mkdir()  # open to all like /tmp: PostgreSQL has an account of its own
    os.environ["TMPDIR"] = tempfile.tempdir = str(folder)
    return folder


def remove_after_us(folder: Path) -> None:
    """Have it removed when this process has ended: until then others clean up in it."""
    wait_and_remove = 'tail --pid="$0" -f /dev/null; exec rm -rf -- "$1"'
    waiting = subprocess.Popen(
        ["sh", "-c", wait_and_remove, str(os.getpid()), str(folder)],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    waiting.returncode = 0  # nobody waits for it


def _usable() -> bool:
    """Programs are started from there, and it is memory that others may want, too."""
    try:
        place = os.statvfs(MEMORY)
    except OSError:
        return False
    enough = min(place.f_bavail * place.f_frsize, _free_memory()) >= ROOM
    return enough and os.access(MEMORY, os.W_OK) and not place.f_flag & os.ST_NOEXEC


def _free_memory() -> int:
    """Bytes that could be had without anybody being pushed out."""
    for line in Path("/proc/meminfo").read_text(encoding="ascii").splitlines():
        name, _, amount = line.partition(":")
        if name == "MemAvailable":
            return int(amount.split()[0]) * 1024
    return 0


def _remove_what_others_left() -> None:
    """Runs that failed leave theirs to be looked at, until the next one; killed ones cannot help
    it.
    """
    for folder in MEMORY.glob(f"{_NAME}*"):
        if not Path("/proc", folder.name.removeprefix(_NAME)).exists():
            with suppress(OSError):
                shutil.rmtree(folder)
