"""Run a program as ``systemd/mailroom.service`` would, where there is no systemd: its view of /proc
and of the disk, its user, its calls, its environment. Needs root, and nothing of it outlives the
program.

    python tests/service/as_service.py PLACE PROGRAM ARGUMENTS...

PLACE is the only folder that can be written. What is imitated is read from the unit. Not imitated:
PrivateDevices, the filters on the kinds of sockets and name spaces, MemoryMax. Exit code 99: this
system does not allow it; the last line says what.
"""

from __future__ import annotations

import ctypes
import ctypes.util
import os
import subprocess
import sys
from pathlib import Path
from typing import NoReturn

ROOT = Path(__file__).parents[2]
UNIT = ROOT / "systemd/mailroom.service"
NOBODY = 65534
NOT_ALLOWED = 99
# linux/sched.h, linux/mount.h, linux/prctl.h, seccomp.h
CLONE_NEWNS = 0x00020000
MS_RDONLY, MS_REMOUNT, MS_BIND, MS_REC, MS_PRIVATE = 1, 32, 4096, 16384, 1 << 18
PR_SET_NO_NEW_PRIVS, PR_SET_MDWE, PR_MDWE_REFUSE_EXEC_GAIN = 38, 65, 1
SCMP_ACT_ALLOW, SCMP_ACT_ERRNO_EPERM, SCMP_NO_SUCH_CALL = 0x7FFF0000, 0x00050001, -1


class NotAllowedError(Exception):
    """The system does not let us imitate the unit."""


LIBC = ctypes.CDLL(None, use_errno=True)


def unit(name: str) -> list[str]:
    """All values of a setting of the unit, in order."""
    lines = UNIT.read_text(encoding="utf-8").splitlines()
    return [line.partition("=")[2] for line in lines if line.startswith(f"{name}=")]


def called(what: str, result: int) -> None:
    if result != 0:
        raise NotAllowedError(f"{what}: {os.strerror(ctypes.get_errno())}")


def mount(
    source: str | Path,
    target: str | Path,
    kind: str | None,
    flags: int,
    data: str | None = None,
) -> None:
    texts = [None if text is None else str(text).encode() for text in (source, target, kind, data)]
    called(f"mount {target}", LIBC.mount(texts[0], texts[1], texts[2], flags, texts[3]))


def closed_parent(path: Path) -> Path | None:
    """The uppermost folder above ``path`` that the service's user may not pass, such as /root."""
    return next((each for each in reversed(path.parents) if not each.stat().st_mode & 0o001), None)


def see_the_disk_as_the_unit_does(place: Path) -> None:
    """ProtectSystem=strict, ProtectHome, ProcSubset=pid, ProtectProc=invisible; what we run from
    stays reachable.
    """
    called("unshare", LIBC.unshare(CLONE_NEWNS))
    mount("none", "/", None, MS_REC | MS_PRIVATE)
    needed = {ROOT, Path(sys.prefix), Path(sys.base_prefix)}
    hidden = {path: parent for path in needed if (parent := closed_parent(path)) is not None}
    for number, path in enumerate(hidden):
        stash = place / f"needed-{number}"
        stash.mkdir()
        mount(path, stash, None, MS_BIND | MS_REC)
    for parent in set(hidden.values()):
        mount("none", parent, "tmpfs", 0, "mode=755")
    for number, path in enumerate(hidden):
        path.mkdir(parents=True, exist_ok=True)
        mount(place / f"needed-{number}", path, None, MS_BIND | MS_REC)
    assert (unit("ProcSubset"), unit("ProtectProc")) == (["pid"], ["invisible"])
    mount("proc", "/proc", "proc", 0, "subset=pid,hidepid=invisible")
    mount(place, place, None, MS_BIND)
    mount("none", "/", None, MS_REMOUNT | MS_BIND | MS_RDONLY)


def members(name: str) -> set[str]:
    """The calls of a set such as @system-service, sets inside it opened."""
    found: set[str] = set()
    listed = subprocess.run(
        ["systemd-analyze", "syscall-filter", name],
        capture_output=True,
        text=True,
        check=True,
    )
    for line in listed.stdout.splitlines()[1:]:
        word = line.strip()
        if word.startswith("@"):
            found |= members(word)
        elif word and not word.startswith("#"):
            found.add(word)
    return found


def allowed_calls() -> set[str]:
    """What the unit's SystemCallFilter lines leave."""
    allowed: set[str] = set()
    for line in unit("SystemCallFilter"):
        removed = line.startswith("~")
        for word in line.removeprefix("~").split():
            calls = members(word) if word.startswith("@") else {word}
            allowed = allowed - calls if removed else allowed | calls
    return allowed


def filter_calls(names: set[str]) -> None:
    """Refuse every other call with EPERM. The filter is made by libseccomp, which systemd itself
    uses.
    """
    library = ctypes.util.find_library("seccomp")
    if library is None:
        raise NotAllowedError("libseccomp is missing (Debian package libseccomp2)")
    seccomp = ctypes.CDLL(library)
    seccomp.seccomp_init.restype = ctypes.c_void_p
    rules = ctypes.c_void_p(seccomp.seccomp_init(SCMP_ACT_ERRNO_EPERM))
    for name in names | {"execve"}:
        number = seccomp.seccomp_syscall_resolve_name(name.encode())
        if number != SCMP_NO_SUCH_CALL:  # a name of another architecture
            seccomp.seccomp_rule_add_array(rules, SCMP_ACT_ALLOW, number, 0, None)
    if seccomp.seccomp_load(rules) != 0:
        raise NotAllowedError("seccomp filters cannot be loaded")


def environment(place: Path) -> dict[str, str]:
    """What systemd gives a service, with the unit's own lines; neither a locale nor a shell's
    words.
    """
    given = {
        "PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin",
        "HOME": "/nonexistent",
        "USER": "nobody",
    }
    for line in unit("Environment"):
        given.update(pair.split("=", 1) for pair in line.split())
    del given["MAILROOM_CONFIG"]
    return {**given, "TMPDIR": str(place), "PYTHONPATH": str(ROOT)}


def start(place: Path, command: list[str]) -> NoReturn:
    names = allowed_calls()
    see_the_disk_as_the_unit_does(place)
    os.chdir("/")
    os.umask(int(unit("UMask")[0], 8))
    os.setgroups([])
    os.setgid(NOBODY)
    os.setuid(NOBODY)
    called("no new privileges", LIBC.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0))
    assert unit("MemoryDenyWriteExecute") == ["yes"]
    called(
        "MemoryDenyWriteExecute (Linux 6.3)",
        LIBC.prctl(PR_SET_MDWE, PR_MDWE_REFUSE_EXEC_GAIN, 0, 0, 0),
    )
    filter_calls(names)
    os.execve(command[0], command, environment(place))  # noqa: S606 - the program asked for


if __name__ == "__main__":
    try:
        start(Path(sys.argv[1]), sys.argv[2:])
    except (NotAllowedError, PermissionError) as refused:
        sys.stderr.write(f"not allowed here: {refused}\n")
        sys.exit(NOT_ALLOWED)
