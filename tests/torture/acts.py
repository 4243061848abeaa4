"""A process counts what it does to the disk and the database, and kills itself before a chosen act.

An act is a file opened for writing, a name made, changed or taken away, a statement that changes
rows or tables, a commit. Nothing in the program knows of it: Python's audit events and SQLAlchemy's
tell. Used by ``tests/torture/zygote.py`` alone.
"""

from __future__ import annotations

import os
import signal
import sys
from typing import Any

from sqlalchemy import Engine, event

_NAMING = {"os.rename", "os.remove", "os.link", "os.mkdir", "os.rmdir", "os.truncate"}
_LOOKING = ("SELECT", "PRAGMA", "BEGIN")


class Acts:
    """Those of one process and of none of its children; below ``directory`` only."""

    def __init__(self, directory: str, fatal: int) -> None:
        self._process, self._directory = os.getpid(), os.path.realpath(directory)
        self._left = fatal

    def watch(self) -> None:
        """From now on."""
        sys.addaudithook(self._heard)
        event.listen(Engine, "before_cursor_execute", self._stated)
        event.listen(Engine, "commit", self._done)

    def _heard(self, name: str, about: tuple[Any, ...]) -> None:
        if name in _NAMING or (name == "open" and about[2] & (os.O_WRONLY | os.O_RDWR)):
            path = os.fsdecode(about[0]) if isinstance(about[0], str | bytes) else ""
            if path.startswith(self._directory):
                self._done()

    def _stated(self, *about: Any) -> None:
        if not about[2].lstrip().startswith(_LOOKING):
            self._done()

    def _done(self, *_: object) -> None:
        if os.getpid() == self._process:
            self._left -= 1
            if self._left == 0:
                os.kill(self._process, signal.SIGKILL)
