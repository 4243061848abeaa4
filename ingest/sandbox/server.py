"""The two fork servers that workers come from, started with an environment of their own: the usual
one, and one that has the models for print loaded, which starts when print is first to be read.

Passwords may stand in ours, and what stands there when a process starts stays readable in its
memory for good, so taking it out afterwards is no help. Nothing else about workers is known here.
"""

from __future__ import annotations

import multiprocessing
import os
import subprocess
import tempfile
import threading
from collections.abc import Sequence
from multiprocessing import forkserver, resource_tracker, util
from multiprocessing.context import ForkServerContext, ForkServerProcess
from multiprocessing.popen_forkserver import Popen
from typing import Any

from ingest.errors import ConfigError
from ingest.scratch import sweep

SERVER: ForkServerContext = multiprocessing.get_context("forkserver")
SERVER.set_forkserver_preload(["ingest.preload.reading"])
_PRINT_SERVER = forkserver.ForkServer()
_PRINT_SERVER.set_forkserver_preload(["ingest.preload.print"])

#: what a worker's program needs to be found and to speak; COVERAGE_* is how tests are measured
_KEPT = frozenset(
    {
        "PATH",
        "LANG",
        "LC_ALL",
        "LC_CTYPE",
        "LD_LIBRARY_PATH",
        "TZ",
        "TMPDIR",
        "PYTHONPATH",
        "PYTHONSAFEPATH",
        "PYTHONUTF8",
        "PYTHONWARNINGS",
        "PYTHONDONTWRITEBYTECODE",
        "PYTHONUSERBASE",
        "ORT_DISABLE_TELEMETRY",
    }
)
#: Memory comes from the kernel in pieces of 2 MB, where it has such: a page of a scan is a dozen
#: pictures, each asked for and made zero 4 KB at a time. Told to glibc before it starts (tunables).
_MEMORY = {"GLIBC_TUNABLES": "glibc.malloc.hugetlb=1"}
_LONGEST_SOCKET = 107  #: bytes of a path (unix(7): 108 with the NUL at its end)
_SOCKET = "/pymp-12345678/listener-12345678"  #: as multiprocessing calls it
_lock = threading.Lock()
_servers: list[subprocess.Popen[bytes]] = []


def clean_environment() -> dict[str, str]:
    """What of our environment a worker is given, and how it asks for memory."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if name in _KEPT or name.startswith("COVERAGE_")
    }
    return kept | _MEMORY


class PrintProcess(ForkServerProcess):
    """A worker in which the models are loaded. To be started by one thread at a time, like all."""

    @staticmethod
    def _Popen(process_obj: Any) -> Any:  # noqa: N802 - multiprocessing's name
        return _FromPrintServer(process_obj)


class _FromPrintServer(Popen):
    def _launch(self, process_obj: Any) -> None:
        # multiprocessing knows one server only
        usual = forkserver.connect_to_new_process
        forkserver.connect_to_new_process = _PRINT_SERVER.connect_to_new_process
        try:
            super()._launch(process_obj)  # type: ignore[misc]
        finally:
            forkserver.connect_to_new_process = usual


def ensure_server(*, models: bool = False) -> None:
    """Start the fork server unless it runs; at the first time sweep up what a crash left.

    Raises:
        ConfigError: the folder for temporary files has too long a path.
    """
    with _lock:
        if not _servers:
            _require_short_path()
            sweep()
            _do_without_tracker()
        usual = util.spawnv_passfds
        # multiprocessing starts it with our environment and has no way to say another
        util.spawnv_passfds = _start  # type: ignore[assignment]
        try:
            (_PRINT_SERVER if models else forkserver).ensure_running()
        finally:
            util.spawnv_passfds = usual


def _do_without_tracker() -> None:
    """No process beside the server that clears away named semaphores and shared memory after a
    crash, and is asked three times for each worker whether it lives: a worker is given neither.
    """
    tracker: Any = resource_tracker._resource_tracker  # noqa: SLF001 - it has no switch
    if tracker._fd is None:  # noqa: SLF001 - as above
        tracker._fd = os.open(os.devnull, os.O_WRONLY)  # noqa: SLF001 - as above


def _require_short_path() -> None:
    """The server is spoken to at a socket among the temporary files, and a socket's path is short;
    multiprocessing would say "AF_UNIX path too long", at every mail.
    """
    folder = tempfile.gettempdir()
    most = _LONGEST_SOCKET - len(_SOCKET)
    if len(os.fsencode(folder)) > most:
        raise ConfigError(
            f"临时文件夹的路径太长, 读取附件的进程启动不了: {folder}",
            f"用环境变量 TMPDIR 另设一个, 路径最多 {most} 个字节",
        )


def _start(path: Any, arguments: Sequence[Any], descriptors: Sequence[int]) -> int:
    process = subprocess.Popen(  # noqa: S603 - our own interpreter, as multiprocessing starts it
        [os.fsdecode(argument) for argument in arguments],
        executable=os.fsdecode(path),
        pass_fds=descriptors,
        env=clean_environment(),
    )
    process.returncode = 0  # multiprocessing waits for it, not we
    _servers.append(process)
    return process.pid
