"""What a program that has taken over a worker would try first, tried in a worker without harm.

Each attempt reaches for something outside that was made for it, or for nothing at all: where the
walls stand it raises, where one is missing it goes through and changes nothing of ours.
Runs behind ``trial.py``, which makes the targets. What each is for is said in ``docs/threats.md``.
"""

from __future__ import annotations

import ctypes
import os
import platform
import resource
import socket
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import NamedTuple, TypeAlias

from ingest.walls.confinement import office_rules

_LIBC = ctypes.CDLL(None, use_errno=True)
_NET, _USER = 0x40000000, 0x10000000  # CLONE_NEWNET, CLONE_NEWUSER
#: numbers on x86-64; from 424 on they are the same everywhere
_SAME = {"io_uring_setup": 425}
_NUMBERS = {
    "x86_64": {
        "process_vm_readv": 310,
        "keyctl": 250,
        "bpf": 321,
        "perf_event_open": 298,
        "userfaultfd": 323,
        "init_module": 175,
        "execveat": 322,
        "open_by_handle_at": 304,
    },
    "aarch64": {
        "process_vm_readv": 270,
        "keyctl": 219,
        "bpf": 280,
        "perf_event_open": 241,
        "userfaultfd": 282,
        "init_module": 105,
        "execveat": 281,
        "open_by_handle_at": 265,
    },
}


class Targets(NamedTuple):
    """What was put outside of the worker for it to reach for."""

    folder: str  #: holds key, other.eml, house.db and a listening socket
    abstract: str  #: name of a listening socket without a path
    port: int  #: of a listening socket on loopback
    parent: int  #: process number of the program
    group: int  #: of its process group


class Attempt(NamedTuple):
    """One thing that was tried."""

    what: str  #: in Chinese
    refusal: str  #: the error it got; "" when it went through


_Probe: TypeAlias = Callable[[Targets], object]


def attempts(targets: Targets) -> list[Attempt]:
    """Everything is tried, each for itself."""
    tables = (_FILES, _NETWORK, _PROCESSES, _KERNEL, _SECRETS)
    return [Attempt(what, _refusal(probe, targets)) for table in tables for what, probe in table]


def attempts_of_a_child(targets: Targets) -> list[Attempt]:
    """The same in a process that the worker started, as LibreOffice or an unpacker is."""
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        lines = (f"{attempt.what}\t{attempt.refusal}" for attempt in attempts(targets))
        os.write(writer, "\n".join(lines).encode())
        os._exit(0)
    os.close(writer)
    with os.fdopen(reader, encoding="utf-8") as answers:
        return [Attempt(*line.rstrip("\n").split("\t")) for line in answers]


def _refusal(probe: _Probe, targets: Targets) -> str:
    try:
        probe(targets)
    except OSError as error:
        return f"{type(error).__name__}: {error.strerror or error}"
    except (ValueError, MemoryError, sqlite3.Error) as error:
        return f"{type(error).__name__}: {error}"
    return ""


def _key(targets: Targets) -> Path:
    return Path(targets.folder, "key")


def _open(path: Path | str, mode: str) -> None:
    with Path(path).open(mode):
        pass


def _call(name: str, *arguments: int) -> None:
    """A system call that C has no function for."""
    number = _SAME.get(name) or _NUMBERS.get(platform.machine(), {}).get(name)
    if number is None:
        raise OSError(0, "这个处理器上没有试")
    _done(_LIBC.syscall(number, *arguments))


def _done(result: int) -> None:
    if result < 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))


def _query(targets: Targets) -> None:
    with closing(sqlite3.connect(f"{Path(targets.folder, 'house.db')}")) as database:
        database.execute("select * from sqlite_master")


def _fill(_: Targets) -> None:
    """More than one file may hold; nothing is left of it."""
    most = resource.getrlimit(resource.RLIMIT_FSIZE)[0]
    with Path("big").open("wb") as file:
        try:
            os.posix_fallocate(file.fileno(), 0, most + 1)
        finally:
            Path("big").unlink()


def _connect(family: int, kind: int, address: object) -> None:
    with socket.socket(family, kind) as ours:
        ours.connect(address)  # type: ignore[arg-type]


def _started(*command: str) -> None:
    subprocess.run(command, check=False, capture_output=True, timeout=5)  # noqa: S603 - fixed


def _secret_in_environment(_: Targets) -> None:
    if not any("PASS" in name or name.startswith("MAILROOM") for name in os.environ):
        raise PermissionError(1, "环境里没有密码")


def _strange_descriptor(_: Targets) -> None:
    """Two of them lead to a pipe: the way out, and the listening end of a child's; one is the
    narrower wall kept ready for LibreOffice, which opens nothing.
    """
    for number in {*range(3, 64)} - {office_rules()}:
        try:
            mode = os.fstat(number).st_mode
        except OSError:
            continue
        if not _is_pipe(mode):
            return
    raise OSError(9, "没有别的描述符")


def _is_pipe(mode: int) -> bool:
    return mode & 0o170000 == 0o010000


def _higher_limit(_: Targets) -> None:
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard + 64))


_FILES: tuple[tuple[str, _Probe], ...] = (
    ("读回执密钥", lambda t: _open(_key(t), "rb")),
    ("改写回执密钥", lambda t: _open(_key(t), "ab")),
    ("截短回执密钥", lambda t: os.truncate(_key(t), 0)),
    ("删除回执密钥", lambda t: _key(t).unlink()),
    ("改名回执密钥", lambda t: _key(t).rename(_key(t).with_name("k"))),
    ("放开回执密钥的权限", lambda t: _key(t).chmod(0o644)),
    ("改变回执密钥的属主", lambda t: os.chown(_key(t), os.getuid(), os.getgid())),
    ("改变回执密钥的时间", lambda t: os.utime(_key(t))),
    ("改变回执密钥的扩展属性", lambda t: os.setxattr(_key(t), "user.a", b"a")),
    ("给回执密钥做硬链接", lambda t: os.link(_key(t), "k")),
    ("读别人的来件", lambda t: _open(Path(t.folder, "other.eml"), "rb")),
    ("列出数据目录", lambda t: list(Path(t.folder).iterdir())),
    ("打开数据库", _query),
    ("改写数据库", lambda t: _open(Path(t.folder, "house.db"), "ab")),
    ("在数据目录里写文件", lambda t: _open(Path(t.folder, "new"), "wb")),
    ("在数据目录里建目录", lambda t: Path(t.folder, "new").mkdir()),
    ("列出临时目录", lambda t: list(Path(t.folder).parent.iterdir())),
    ("改写程序", lambda _: _open(__file__, "ab")),
    ("读系统的账户密码", lambda _: _open("/etc/shadow", "rb")),
    ("读系统配置", lambda _: _open("/etc/hosts", "rb")),
    ("列出用户目录", lambda _: list(Path("/home").iterdir())),
    ("建立符号链接", lambda t: Path("link").symlink_to(_key(t))),
    ("建立设备文件", lambda _: os.mknod("device", 0o020600, os.makedev(1, 3))),
    ("写满磁盘", _fill),
)
_NETWORK: tuple[tuple[str, _Probe], ...] = (
    ("连本机 TCP", lambda t: _connect(socket.AF_INET, socket.SOCK_STREAM, ("127.0.0.1", t.port))),
    ("发 UDP", lambda t: _connect(socket.AF_INET, socket.SOCK_DGRAM, ("127.0.0.1", t.port))),
    ("连 IPv6", lambda t: _connect(socket.AF_INET6, socket.SOCK_STREAM, ("::1", t.port))),
    ("连本机套接字文件", lambda t: _connect(1, 1, str(Path(t.folder, "socket")))),
    ("连无名套接字", lambda t: _connect(1, 1, "\0" + t.abstract)),
    ("问内核的网络配置", lambda _: socket.socket(socket.AF_NETLINK, socket.SOCK_RAW).close()),
    ("收发原始报文", lambda _: socket.socket(socket.AF_PACKET, socket.SOCK_RAW).close()),
    ("用内核的加密接口", lambda _: socket.socket(socket.AF_ALG, socket.SOCK_SEQPACKET).close()),
)
_PROCESSES: tuple[tuple[str, _Probe], ...] = (
    ("启动命令行", lambda _: _started("/bin/sh", "-c", ":")),
    ("启动 Python", lambda _: _started(sys.executable, "-c", "")),
    ("启动 env", lambda _: _started("/usr/bin/env")),
    ("给主程序发信号", lambda t: os.kill(t.parent, 0)),
    ("给服务的进程组发信号", lambda t: os.kill(-t.group, 0)),
    ("给所有进程发信号", lambda _: os.kill(-1, 0)),
    ("取得主程序的句柄", lambda t: os.close(os.pidfd_open(t.parent))),
    ("列出进程", lambda _: list(Path("/proc").iterdir())),
    ("读主程序的环境变量", lambda t: _open(f"/proc/{t.parent}/environ", "rb")),
    ("读主程序的内存", lambda t: _open(f"/proc/{t.parent}/mem", "rb")),
    ("经内核读主程序的内存", lambda t: _call("process_vm_readv", t.parent, 0, 0, 0, 0, 0)),
    ("跟踪主程序", lambda t: _done(_LIBC.ptrace(12, t.parent, 0, 0))),
    ("看主程序的限额", lambda t: resource.prlimit(t.parent, resource.RLIMIT_NOFILE)),
    ("放宽自己的限额", _higher_limit),
    ("另立会话以便留下", lambda _: os.setsid()),
    ("另立进程组以便留下", lambda _: os.setpgid(0, 0)),
    ("不随主程序结束", lambda _: _done(_LIBC.prctl(1, 0, 0, 0, 0))),
    ("提高优先级", lambda _: os.setpriority(os.PRIO_PROCESS, 0, -1)),
    ("换成别的用户", lambda _: os.setuid(os.getuid())),
)
_KERNEL: tuple[tuple[str, _Probe], ...] = (
    ("挂载", lambda _: _done(_LIBC.mount(b"none", b".", b"no such", 0, None))),
    ("换根目录", lambda _: os.chroot(".")),
    ("另建命名空间", lambda _: _done(_LIBC.unshare(_NET | _USER))),
    ("进别人的命名空间", lambda _: _done(_LIBC.setns(0, 0))),
    ("用内核密钥环", lambda _: _call("keyctl", 0, -3, 0)),
    ("用 bpf", lambda _: _call("bpf", 0, 0, 0)),
    ("用性能计数器", lambda _: _call("perf_event_open", 0, 0, -1, -1, 0)),
    ("用 io_uring", lambda _: _call("io_uring_setup", 1, 0)),
    ("用 userfaultfd", lambda _: _call("userfaultfd", 0)),
    ("装内核模块", lambda _: _call("init_module", 0, 0, 0)),
    ("从内存里启动程序", lambda _: _call("execveat", -1, 0, 0, 0, 0)),
    ("按编号打开文件", lambda _: _call("open_by_handle_at", -1, 0, 0)),
)
_SECRETS: tuple[tuple[str, _Probe], ...] = (
    ("在环境里找密码", _secret_in_environment),
    ("读自己启动时的环境", lambda _: _open("/proc/self/environ", "rb")),
    ("用继承来的描述符", _strange_descriptor),
    ("占用过多内存", lambda _: bytes(1 << 40)),
)
