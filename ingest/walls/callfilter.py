"""The filter on system calls (seccomp) that a worker puts on itself, last of all its walls.

A short program for the kernel, written here and loaded by ``prctl``; no library is needed. Which
calls there are stands in ``systemcalls.py``, why each is refused in ``docs/threats.md``. Where
files may be opened is Landlock's affair (``landlock.py``).
"""

from __future__ import annotations

import ctypes
import errno
import os
import socket
import struct
from collections.abc import Iterator
from functools import cache
from itertools import chain

from ingest.walls.systemcalls import ALLOWED, ARCHITECTURES, LOOKED_AT, REFUSED, numbers

_LIBC = ctypes.CDLL(None, use_errno=True)
# linux/bpf_common.h, linux/seccomp.h, linux/prctl.h
_LOAD, _EQUAL, _AT_LEAST, _ANY_BIT, _RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
_ALLOW, _ERRNO = 0x7FFF0000, 0x00050000
_NUMBER, _ARCHITECTURE, _ARGUMENTS = 0, 4, 16
_PR_SET_PDEATHSIG, _PR_SET_SECCOMP, _PR_SET_PTRACER = 1, 22, 0x59616D61
_SIGKILL = 9
_FILTER = 2  # SECCOMP_MODE_FILTER
_X32 = 0x40000000
#: linux/sched.h: every CLONE_NEW*
_NEW_NAMESPACE = 0x7E020000
#: asm-generic/ioctls.h: what a program asks of any file it opens; no terminal, no device
_HARMLESS_IOCTLS = {
    "TCGETS": 0x5401,
    "TIOCGWINSZ": 0x5413,
    "FIONREAD": 0x541B,
    "FIONBIO": 0x5421,
    "FIONCLEX": 0x5450,
    "FIOCLEX": 0x5451,
}

Program = list[bytes]


def load_filter(program: Program) -> int:
    """Put a filter over this thread and all it starts, for good; 0, or the error's number.

    Filters add up, the stricter answer wins. Needs no_new_privs or privileges.
    """
    code = b"".join(program)
    instructions = ctypes.create_string_buffer(code, len(code))
    header = struct.pack("@HxxxxxxP", len(program), ctypes.addressof(instructions))
    if _LIBC.prctl(_PR_SET_SECCOMP, _FILTER, header, 0, 0) != 0:
        return ctypes.get_errno()
    return 0


def worker_filter(machine: str, pid: int) -> Program:
    """What the worker ``pid`` and everything it starts may ask of the kernel.

    Signals reach the worker itself and its own group, limits nobody else; sockets are of the kind
    that stays on this machine and cannot be connected.

    Raises:
        KeyError: a processor we have no numbers for.
    """
    before, after = _whatever_the_arguments(machine)
    return [*before, *_by_arguments(machine, pid), *after]


def converter_filter(machine: str) -> Program:
    """A second layer for LibreOffice: asked whether it may write somewhere by access(2), the kernel
    says no.

    By that question it picks the folder of its socket, /tmp before any of ours; refused, it takes
    the one it is told (OSL_SOCKET_PATH).

    Raises:
        KeyError: a processor we have no numbers for.
    """
    calls = numbers(ALLOWED, machine)
    asked = [("access", 1), ("faccessat", 2), ("faccessat2", 2)]
    blocks = [
        _block(calls[name], [*_argument_is(place, os.W_OK, _answer(errno.EACCES)), _pass()])
        for name, place in asked
        if name in calls
    ]
    return [*_head(machine), *chain.from_iterable(blocks), _pass()]


@cache
def _whatever_the_arguments(machine: str) -> tuple[Program, Program]:
    """What stands before and behind the calls that are looked at; the server makes it once for all
    workers.
    """
    allowed = (_block(number, [_pass()]) for number in numbers(ALLOWED, machine).values())
    refused = numbers(REFUSED, machine).values()
    no = (_block(number, [_answer(errno.EPERM)]) for number in refused)
    return (
        [*_head(machine), *chain.from_iterable(allowed)],
        [*chain.from_iterable(no), _answer(errno.ENOSYS)],
    )


def _by_arguments(machine: str, pid: int) -> Iterator[bytes]:
    looked_at = numbers(LOOKED_AT, machine)
    for name, conditions in _conditions(pid).items():
        if name in looked_at:
            yield from _block(looked_at[name], conditions)


def _conditions(pid: int) -> dict[str, Program]:
    """The allowed arguments of each call, and what the others are told."""
    no = _answer(errno.EPERM)
    ours = [*_argument_is(0, pid, _pass()), *_argument_is(0, 0, _pass()), no]
    ioctls = [line for each in _HARMLESS_IOCTLS.values() for line in _argument_is(1, each, _pass())]
    return {
        "clone": [_load(0), _line(_ANY_BIT, 0, 1, _NEW_NAMESPACE), no, _pass()],
        "kill": ours,
        "tgkill": ours,
        "prlimit64": ours,
        "ioctl": [*ioctls, _answer(errno.ENOTTY)],
        "socket": [*_argument_is(0, socket.AF_UNIX, _pass()), no],
        # a worker dies with its server; it cannot take that back
        "prctl": [
            *_argument_is(0, _PR_SET_PTRACER, no),
            _load(0),
            _line(_EQUAL, 0, 4, _PR_SET_PDEATHSIG),
            *_argument_is(1, _SIGKILL, _pass()),
            no,
            _pass(),
        ],
    }


def _head(machine: str) -> Program:
    """Another processor's calls (x32 and 32 bit among them) bear other numbers: none is there."""
    audit = ARCHITECTURES[machine][1]
    return [
        _line(_LOAD, 0, 0, _ARCHITECTURE),
        _line(_EQUAL, 1, 0, audit),
        _answer(errno.ENOSYS),
        _line(_LOAD, 0, 0, _NUMBER),
        _line(_AT_LEAST, 0, 1, _X32),
        _answer(errno.ENOSYS),
    ]


def _block(number: int, lines: Program) -> Program:
    """``lines``, which end with an answer, for one call."""
    return [_line(_EQUAL, 0, len(lines), number), *lines]


def _argument_is(place: int, value: int, answer: bytes) -> Program:
    """``answer`` when the lower half of an argument is ``value``; else on."""
    return [_load(place), _line(_EQUAL, 0, 1, value), answer]


def _load(place: int) -> bytes:
    return _line(_LOAD, 0, 0, _ARGUMENTS + 8 * place)


def _pass() -> bytes:
    return _line(_RETURN, 0, 0, _ALLOW)


def _answer(number: int) -> bytes:
    return _line(_RETURN, 0, 0, _ERRNO | number)


def _line(code: int, then: int, otherwise: int, value: int) -> bytes:
    return struct.pack("@HBBI", code, then, otherwise, value)
