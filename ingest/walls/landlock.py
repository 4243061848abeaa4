"""Landlock: which files a process and all it starts may open, by its own wish and for good.

The three calls of the kernel and their rights, numbers from linux/landlock.h; no library is needed.
What a worker may open is decided in ``walls.py``.
"""

from __future__ import annotations

import ctypes
import errno
import os
import struct
from collections.abc import Iterable
from dataclasses import dataclass
from enum import IntFlag
from pathlib import Path
from stat import S_ISDIR

_LIBC = ctypes.CDLL(None, use_errno=True)
#: the same on every processor
_CREATE, _ADD, _RESTRICT = 444, 445, 446
_VERSION = 1  # LANDLOCK_CREATE_RULESET_VERSION
_PATH_BENEATH = 1
#: by version: how many of the file rights the kernel knows
_FILE_RIGHTS = {1: 13, 2: 14, 3: 15, 4: 15}
_NEWEST_FILE_RIGHTS = 16
_TCP, _SCOPES = 0b11, 0b11
_TCP_SINCE, _SCOPES_SINCE = 4, 6


class Right(IntFlag):
    """LANDLOCK_ACCESS_FS_*."""

    EXECUTE = 1
    WRITE_FILE = 1 << 1
    READ_FILE = 1 << 2
    READ_DIR = 1 << 3
    ALL = (1 << _NEWEST_FILE_RIGHTS) - 1


READ = Right.READ_FILE | Right.READ_DIR
OWN = Right.ALL & ~Right.EXECUTE  #: of a folder that is its own
_OF_A_FILE = Right.EXECUTE | Right.WRITE_FILE | Right.READ_FILE | 1 << 14 | 1 << 15


@dataclass(frozen=True)
class Grant:
    """What may be done with a file, or with a folder and all below it."""

    path: Path
    rights: Right


def version() -> tuple[int, str]:
    """The version of Landlock the kernel speaks, from 1 on; or 0 and why there is none, in
    Chinese.
    """
    found = _LIBC.syscall(_CREATE, None, 0, _VERSION)
    if found > 0:
        return found, ""
    reason = {
        errno.ENOSYS: "内核没有 Landlock (需 5.13 以上)",
        errno.EOPNOTSUPP: "内核启动时关掉了 Landlock",
        errno.EPERM: "服务单元的 SystemCallFilter 不许用 Landlock",
    }
    number = ctypes.get_errno()
    return 0, reason.get(number, f"Landlock 用不了: {os.strerror(number)}")


def restrict(grants: Iterable[Grant], spoken: int) -> None:
    """From now on this thread and all it starts may open what ``grants`` names and nothing else;
    what does not exist is left out.

    ``spoken`` is the kernel's :func:`version`. From 4 on TCP is closed too, from 6 on signals and
    nameless sockets end at this wall. Needs no_new_privs.

    Raises:
        OSError: the kernel refused.
    """
    rules = ruleset(grants, spoken)
    try:
        enforce(rules)
    finally:
        os.close(rules)


def ruleset(grants: Iterable[Grant], spoken: int) -> int:
    """The same for later: a descriptor, closed in whatever is started.

    Raises:
        OSError: the kernel refused.
    """
    known = Right((1 << _FILE_RIGHTS.get(spoken, _NEWEST_FILE_RIGHTS)) - 1)
    attributes = struct.pack(
        "@QQQ",
        known,
        _TCP if spoken >= _TCP_SINCE else 0,
        _SCOPES if spoken >= _SCOPES_SINCE else 0,
    )
    rules = _called(_LIBC.syscall(_CREATE, attributes, len(attributes), 0))
    try:
        for grant in grants:
            _allow(rules, grant, known)
    except OSError:
        os.close(rules)
        raise
    return rules


def enforce(rules: int) -> None:
    """Restrict this thread, and all it starts, to a :func:`ruleset`, inside those it has already.

    Raises:
        OSError: the kernel refused.
    """
    _called(_LIBC.syscall(_RESTRICT, rules, 0))


def _allow(rules: int, grant: Grant, known: Right) -> None:
    try:
        place = os.open(grant.path, os.O_PATH | os.O_CLOEXEC)
    except OSError:
        return  # what is not there needs no permission
    try:
        of_a_file = not S_ISDIR(os.fstat(place).st_mode)
        rights = grant.rights & known & (_OF_A_FILE if of_a_file else Right.ALL)
        rule = struct.pack("=Qi", rights, place)
        _called(_LIBC.syscall(_ADD, rules, _PATH_BENEATH, rule, 0))
    finally:
        os.close(place)


def _called(result: int) -> int:
    if result < 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))
    return result
