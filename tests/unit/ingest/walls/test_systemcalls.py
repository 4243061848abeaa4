"""The numbers of system calls, held against those libseccomp knows."""

from __future__ import annotations

import ctypes
import ctypes.util

import pytest

from ingest.walls.systemcalls import ALLOWED, ARCHITECTURES, LOOKED_AT, REFUSED, numbers

LIBRARY = ctypes.util.find_library("seccomp")
NO_SUCH_CALL = -1


@pytest.mark.skipif(LIBRARY is None, reason="libseccomp is missing (Debian package libseccomp2)")
@pytest.mark.parametrize("machine", sorted(ARCHITECTURES))
@pytest.mark.parametrize(
    "table", [ALLOWED, LOOKED_AT, REFUSED], ids=["allowed", "looked", "refused"]
)
def test_every_number_is_the_kernels(table: str, machine: str) -> None:
    """Also that a call is left out only where there is none."""
    resolve = ctypes.CDLL(LIBRARY).seccomp_syscall_resolve_name_arch
    resolve.argtypes = [ctypes.c_uint32, ctypes.c_char_p]
    names = [line.split()[0] for line in table.strip().splitlines()]
    known = {name: resolve(ARCHITECTURES[machine][1], name.encode()) for name in names}

    assert numbers(table, machine) == {
        name: number for name, number in known.items() if number > NO_SUCH_CALL
    }


def test_no_call_is_both_allowed_and_refused() -> None:
    """The first answer would win, silently."""
    tables = [
        {line.split()[0] for line in table.strip().splitlines()}
        for table in (ALLOWED, LOOKED_AT, REFUSED)
    ]

    assert len(set.union(*tables)) == sum(map(len, tables))


@pytest.mark.parametrize(
    "name", ["connect", "ptrace", "mount", "keyctl", "bpf", "io_uring_setup", "setsid", "chmod"]
)
def test_what_reaches_out_is_refused_by_name(name: str) -> None:
    """Refused is EPERM; a call that stands nowhere is answered as one the kernel lacks."""
    assert name in {line.split()[0] for line in REFUSED.strip().splitlines()}


def test_a_new_kind_of_thread_is_answered_as_unknown() -> None:
    """The C library falls back to the old call for that answer alone; its flags can be looked at."""
    assert "clone3" not in ALLOWED + LOOKED_AT + REFUSED
