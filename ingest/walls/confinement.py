"""What a worker may still do once it is shut in: its walls, put up in order before it opens a byte.

Runs in the worker. Each wall that the kernel lacks is left out and told (:class:`Walls`), never
passed over in silence; whoever wants no worker without them says so (``[limits]
require_confinement``). What the numbers mean to the kernel is known by ``landlock.py`` and
``callfilter.py``; why each is there stands in ``docs/threats.md``.
"""

from __future__ import annotations

import ctypes
import os
import resource
import signal
import struct
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from ingest.walls.callfilter import load_filter, worker_filter
from ingest.walls.landlock import OWN, READ, Grant, Right, enforce, restrict, ruleset, version
from ingest.walls.limits import Limits
from ingest.walls.systemcalls import ARCHITECTURES

_LIBC = ctypes.CDLL(None, use_errno=True)
# linux/sched.h, linux/prctl.h, linux/capability.h
_CLONE_NEWUSER, _CLONE_NEWNET = 0x10000000, 0x40000000
_PR_SET_PDEATHSIG, _PR_SET_NO_NEW_PRIVS = 1, 38
_CAPABILITY_VERSION_3, _MAY_READ = 0x20080522, 1 << 2  # CAP_DAC_READ_SEARCH
#: processes and threads of one worker, where the kernel counts them for it alone; of all that the
#: account runs elsewhere
_PROCESSES, _PROCESSES_OF_THE_ACCOUNT = 128, 1024

_PACKAGES = Path(__file__).parents[2]
_READ = (
    sys.prefix,
    sys.base_prefix,
    *(str(_PACKAGES / name) for name in ("ingest", "notifier", "rules")),
    "/usr",
    "/lib",
    "/lib64",
    "/etc/ld.so.cache",
    "/etc/localtime",
    "/dev/urandom",
    "/etc/passwd",  # unar makes nothing without it; no secret has stood there for thirty years
    "/etc/fonts",
    "/var/cache/fontconfig",
    "/etc/libreoffice",
    "/var/spool/libreoffice",  # a link in its program leads here; without it nothing comes out
    "/sys/devices/system/cpu",  # onnxruntime chooses its code by these two
    "/proc/cpuinfo",
)
_OFFICE = "/usr/lib/libreoffice/program/soffice.bin"
_PROGRAMS = (
    "/usr/bin/bsdtar",
    "/usr/bin/unar",
    _OFFICE,
)
#: what LibreOffice itself needs; neither our code and models nor the other unpackers
_OFFICE_READS = (
    "/usr/lib",
    "/usr/share",
    "/lib",
    "/lib64",
    "/etc/ld.so.cache",
    "/etc/localtime",
    "/dev/urandom",
    "/etc/fonts",
    "/var/cache/fontconfig",
    "/etc/libreoffice",
    "/var/spool/libreoffice",
)
_LOADERS = ("/lib64/ld-linux-x86-64.so.2", "/lib/ld-linux-aarch64.so.1")


@dataclass(frozen=True)
class Walls:
    """What stands around a worker; "" where a wall stands, else why not, in Chinese."""

    files: str
    calls: str
    network: str
    landlock: int = 0  #: its version

    @property
    def gaps(self) -> tuple[str, ...]:
        """What is missing, in Chinese; nothing when all stand."""
        named = (("文件", self.files), ("系统调用", self.calls), ("网络", self.network))
        return tuple(f"{name}: {reason}" for name, reason in named if reason)


@dataclass(frozen=True)
class Ground:
    """What one worker is given beside its code."""

    scratch: Path  #: its own folder, the only one it may write in
    inputs: tuple[Path, ...] = ()  #: files it may read


_standing = Walls("没有设防", "没有设防", "没有设防")
_office: _Office | None = None


@dataclass(frozen=True)
class _Office:
    """What LibreOffice is given: a folder in the worker's, and the wall around it."""

    folder: Path
    rules: int  #: a descriptor


def office_folder() -> Path | None:
    """Where LibreOffice's files belong; None outside of a worker."""
    return _office.folder if _office is not None else None


def office_rules() -> int:
    """The descriptor of the wall around it; -1 where there is none."""
    return _office.rules if _office is not None else -1


def keep_to_office() -> None:
    """To be called in a child that becomes LibreOffice: of the worker's own walls it keeps what it
    needs, which is neither the mail nor our code. They were drawn before the filter closed the
    calls that draw them.

    Raises:
        OSError: the kernel refused.
    """
    if _office is not None:
        enforce(_office.rules)


def prepare() -> None:
    """What all workers share, made once by their server."""
    if os.uname().machine in ARCHITECTURES:
        worker_filter(os.uname().machine, 0)
    version()


def standing() -> Walls:
    """The walls around this process; to be asked in a worker."""
    return _standing


def shut_in(ground: Ground, limits: Limits, output: int) -> None:
    """Put up every wall the kernel knows; nothing takes them down again.

    Ends the process when the server that started it is gone already. ``output`` is the one
    descriptor that stays.
    """
    global _standing, _office  # noqa: PLW0603 - what stands around a process is of the process
    _cut_loose()
    network = _leave_network()
    _close_descriptors(output)
    _lower_limits(limits, alone=network == "own")
    _settle_in(ground.scratch)
    spoken, no_files = version()
    if spoken:
        _office = _office_in(ground.scratch, spoken)
        restrict(_grants(ground), spoken)
    _drop_capabilities(_MAY_READ if spoken and network == "shared" else 0)
    _standing = Walls(no_files, _filter_calls(), "" if network else "不许建立网络命名空间", spoken)


def _cut_loose() -> None:
    """A session of its own, no more rights than now, and death together with the fork server.

    Ctrl-C is for the daemon, which finishes its mail.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    os.setsid()
    _LIBC.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    _LIBC.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
    if os.getppid() == 1:  # the server died before we asked to die with it
        os._exit(1)


def _leave_network() -> str:
    """``own``: also in an account of its own, where processes are counted for it alone; "" when the
    system allows neither. A hardened unit may forbid it and has its own wall.
    """
    if _LIBC.unshare(_CLONE_NEWNET) == 0:
        return "shared"
    return "own" if _LIBC.unshare(_CLONE_NEWUSER | _CLONE_NEWNET) == 0 else ""


def _drop_capabilities(kept: int) -> None:
    """Those of root, and those that an account space of its own gives.

    Root's right to read other people's files stays where Landlock says which: the one mail may be
    somebody else's.
    """
    rights = struct.pack("@IIIIII", kept, kept, 0, 0, 0, 0)
    _LIBC.capset(struct.pack("@Ii", _CAPABILITY_VERSION_3, 0), rights)


def _close_descriptors(output: int) -> None:
    """All but the way out; among them the one by which multiprocessing keeps the server alive as
    long as a worker lives: with it a worker would outlive a killed daemon.
    """
    null = os.open(os.devnull, os.O_RDWR)
    for descriptor in (0, 1, 2):  # a library's chatter must not end up in the JSON of --json
        os.dup2(null, descriptor)
    most = max(resource.getrlimit(resource.RLIMIT_NOFILE)[0], output + 1)
    os.closerange(3, output)
    os.closerange(output + 1, most)


def _lower_limits(limits: Limits, *, alone: bool) -> None:
    processes = _PROCESSES if alone else _PROCESSES_OF_THE_ACCOUNT
    for name, soft, hard in (
        (resource.RLIMIT_CORE, 0, 0),
        (resource.RLIMIT_NOFILE, limits.open_files, limits.open_files),
        (resource.RLIMIT_FSIZE, limits.file_bytes, limits.file_bytes),
        (resource.RLIMIT_CPU, limits.cpu, limits.cpu + 1),
        (resource.RLIMIT_NPROC, processes, processes),
        (resource.RLIMIT_AS, limits.memory, limits.memory),
        # No narrower than the line above; but py7zr asks /proc/meminfo when it is missing, which
        # the unit hides.
        (resource.RLIMIT_DATA, limits.memory, limits.memory),
    ):
        _lower(name, soft, hard)


def _lower(name: int, soft: int, hard: int) -> None:
    """Set a limit, never above the hard one that is there already."""
    ceiling = resource.getrlimit(name)[1]
    if ceiling != resource.RLIM_INFINITY:
        soft, hard = min(soft, ceiling), min(hard, ceiling)
    resource.setrlimit(name, (soft, hard))


def _settle_in(scratch: Path) -> None:
    os.umask(0o077)
    os.chdir(scratch)
    tempfile.tempdir = str(scratch)
    os.environ.update(HOME=str(scratch), TMPDIR=str(scratch))


def _grants(ground: Ground) -> Iterator[Grant]:
    yield Grant(ground.scratch, OWN)
    yield Grant(Path(os.devnull), Right.READ_FILE | Right.WRITE_FILE)
    yield from (Grant(path, Right.READ_FILE) for path in ground.inputs)
    yield from (Grant(path, READ) for path in _readable())
    yield from (Grant(Path(path), Right.EXECUTE | READ) for path in (*_PROGRAMS, *_LOADERS))


def _office_in(scratch: Path, spoken: int) -> _Office:
    folder = scratch / "office"
    folder.mkdir()
    programs = (Grant(Path(path), Right.EXECUTE | READ) for path in (_OFFICE, *_LOADERS))
    readable = (Grant(Path(path), READ) for path in _OFFICE_READS)
    null = Grant(Path(os.devnull), Right.READ_FILE | Right.WRITE_FILE)
    return _Office(folder, ruleset((Grant(folder, OWN), null, *readable, *programs), spoken))


def _readable() -> Sequence[Path]:
    """Code, models, fonts; each once."""
    return tuple(Path(path) for path in dict.fromkeys(_READ))


def _filter_calls() -> str:
    machine = os.uname().machine
    if machine not in ARCHITECTURES or struct.calcsize("P") != 8:
        return f"没有为处理器 {machine} 准备过滤表"
    refused = load_filter(worker_filter(machine, os.getpid()))
    return f"内核不接受过滤器: {os.strerror(refused)}" if refused else ""
