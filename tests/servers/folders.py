"""Folders of servers that were stopped."""

from __future__ import annotations

import subprocess
from pathlib import Path


def remove_behind(folder: Path) -> None:
    """Have it removed, and go on: a cluster with the databases of a whole run is some hundred
    thousand files, which took the last test of a run more than a minute.
    """
    removing = subprocess.Popen(
        ["rm", "-rf", "--", str(folder)],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    removing.returncode = 0  # nobody waits for it
