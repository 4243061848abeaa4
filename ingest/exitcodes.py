"""Exit codes of the ``mailroom`` command, after sysexits.h; part of the stable contract."""

from __future__ import annotations

from enum import IntEnum


class ExitCode(IntEnum):
    """What the caller may conclude from the way the command ended."""

    OK = 0
    FINDINGS = 1  #: a check, test or replay found something
    USAGE = 64
    BAD_INPUT = 65  #: a file that was given cannot be read or used
    UNAVAILABLE = 69  #: a server cannot be reached
    SOFTWARE = 70  #: our own fault
    CANNOT_CREATE = 73  #: a file that was asked for cannot be written
    IO_ERROR = 74
    TEMPORARY = 75  #: try again later
    LOGIN_REFUSED = 77
    CONFIGURATION = 78
