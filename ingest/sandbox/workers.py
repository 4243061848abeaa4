"""The disposable worker: the only place where untrusted bytes are opened, one fresh process for
each call.

A worker has limits on memory, processor time, wall clock, files and output, and no network where
the system allows it. It sends back JSON, never a pickle, so that even a worker that was taken over
cannot hand us code. Its death is a value for the caller. Nothing about mail or documents is decided
here.

``multiprocessing``'s fork server is started clean (exec, all descriptors closed), so a worker
inherits neither sockets nor database handles of the daemon (measured by
tests/integration/test_sandbox.py).
"""

from __future__ import annotations

import contextlib
import json
import os
import signal
import threading
import time
import traceback
from multiprocessing.connection import Connection, wait
from multiprocessing.context import ForkServerProcess
from pathlib import Path
from pkgutil import resolve_name
from typing import Literal, NoReturn, TypeAlias, TypeVar

from pydantic import TypeAdapter

from ingest.sandbox.returned import (
    MAX_MESSAGE,
    MAX_TRACEBACK,
    MAX_TYPE,
    Failure,
    UntrueResultError,
    believed,
    cleaned,
)
from ingest.sandbox.server import SERVER, PrintProcess, ensure_server
from ingest.scratch import scratch_folder, size_of
from ingest.walls.confinement import Ground, shut_in
from ingest.walls.limits import Limits

_T = TypeVar("_T")
DeathKind: TypeAlias = Literal["memory", "time", "crash", "output", "killed"]
"""``killed``: from outside, or with its server; the mail need not have to do with it."""

#: Starting a process polls all others of the server; whoever asks for a status second gets 255
#: instead of the right one (CPython gh-130895: 1 in 400 with two threads, 0 in 1,200 with this).
_BIRTHS_AND_DEATHS = threading.RLock()

_EXIT_MEMORY = 81
_EXIT_OUTPUT = 82
_SERVER_GONE = 255
_RESULT, _FAILURE = b"R", b"F"
_CHUNK = 1024 * 1024
_LOOK_AT_SCRATCH = 0.5  #: seconds between two looks at what it writes


class WorkerDied(Exception):  # noqa: N818 - says what happened
    """The worker ended without a result: a limit, a crash, or a kill from outside."""

    def __init__(self, reason: str, kind: DeathKind) -> None:
        super().__init__(reason)
        self.reason = reason  #: Chinese, continues a sentence: 超出内存限制
        self.kind = kind


class WorkerFailed(Exception):  # noqa: N818 - says what happened
    """An ordinary exception inside the worker: a fault of ours, with its traceback."""

    def __init__(self, text: str, error_type: str = "", message: str = "") -> None:
        super().__init__(text)
        self.traceback = text
        self.error_type = error_type  #: ``module.Class``
        self.message = message


def run_in_worker(
    function: str,
    *args: object,
    returns: type[_T],
    limits: Limits | None = None,
    models: bool = False,
) -> _T:
    """Call the function that is named ``"package.module:function"`` in a fresh worker and return
    its result.

    It is named and not given, so that the caller need not import what opens strangers' bytes;
    ``args`` must be picklable; of all our files it can read those that are given as a ``Path``. The
    result crosses the border as JSON by ``returns`` (pydantic), on both sides; ``object`` stands
    for plain JSON data. With ``models`` the worker begins with those that read print.

    Raises:
        WorkerDied: a limit was hit or the process crashed.
        WorkerFailed: the function raised.
    """
    given = limits or Limits()
    # it works in a folder of its own
    args = tuple(each.absolute() if isinstance(each, Path) else each for each in args)
    ensure_server(models=models)
    with scratch_folder("worker") as scratch:
        ground = Ground(scratch, tuple(each for each in args if isinstance(each, Path)))
        reader, writer = SERVER.Pipe(duplex=False)
        process = (PrintProcess if models else SERVER.Process)(
            target=_work,
            args=(writer, function, args, returns, given, ground),
            daemon=True,
        )
        with reader:
            try:
                with _BIRTHS_AND_DEATHS:
                    process.start()
            finally:
                writer.close()
            payload, exit_code = _collect(process, reader, given, scratch)
    return _outcome(payload, exit_code, TypeAdapter(returns))


# --- in the parent --------------------------------------------------------------------------------


def _collect(
    process: ForkServerProcess, reader: Connection, limits: Limits, scratch: Path
) -> tuple[bytes, int]:
    """All the worker writes, and how it ended. It and all it started are gone when this returns,
    whatever happened.
    """
    try:
        payload = _receive(reader, process, limits, scratch)
        wait([process.sentinel], 1)  # it ends by itself right after its last byte
    finally:
        with _BIRTHS_AND_DEATHS:
            _end(process)
            exit_code = process.exitcode
            process.close()
    return payload, exit_code if exit_code is not None else -signal.SIGKILL


def _end(process: ForkServerProcess) -> None:
    """Kill it, and its group: nothing of it can leave that (``callfilter.py``)."""
    with _BIRTHS_AND_DEATHS:
        _end_now(process)


def _end_now(process: ForkServerProcess) -> None:
    group = process.pid
    if process.is_alive():
        process.kill()
    # No group of that number is left when it is alone in it, or not yet its leader.
    if group is not None:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(group, signal.SIGKILL)
    process.join()


def _receive(
    reader: Connection, process: ForkServerProcess, limits: Limits, scratch: Path
) -> bytes:
    """Everything until the pipe closes; the wall clock runs on however slowly a worker drips.

    When the worker has ended, what it left behind is ended too: it may hold the pipe open.
    """
    deadline = time.monotonic() + limits.wall
    chunks: list[bytes] = []
    size = 0
    while True:
        if _await([reader, process.sentinel], deadline, limits, scratch) == [process.sentinel]:
            _end(process)
        chunk = os.read(reader.fileno(), _CHUNK)
        if not chunk:
            return b"".join(chunks)
        chunks.append(chunk)
        size += len(chunk)
        if size > limits.output + 1:
            raise WorkerDied("结果过大", "output")


def _await(
    news: list[Connection | int], deadline: float, limits: Limits, scratch: Path
) -> list[object]:
    """Which of ``news`` there is; meanwhile its folder must not grow without end."""
    while (remaining := deadline - time.monotonic()) > 0:
        if ready := wait(news, min(remaining, _LOOK_AT_SCRATCH)):
            return list(ready)
        if size_of(scratch, limits.scratch) > limits.scratch:
            raise WorkerDied("写出的临时文件过大", "output")
    raise WorkerDied("超出时间限制", "time")


def _outcome(payload: bytes, exit_code: int, adapter: TypeAdapter[_T]) -> _T:
    mark, content = payload[:1], payload[1:]
    if exit_code != 0 or mark not in {_RESULT, _FAILURE}:
        raise _death(exit_code)
    try:
        if mark == _RESULT:
            return believed(content, adapter)
        failure = believed(content, TypeAdapter(Failure))
    except UntrueResultError as error:
        raise WorkerDied(f"交回的结果不合格式({error})", "crash") from error
    raise WorkerFailed(failure.traceback, failure.type, failure.message)


def _death(exit_code: int) -> WorkerDied:
    """SIGKILL that we did not send is the kernel's answer to a lack of memory on the machine,
    whoever used it up; 255 is what is heard of a worker whose server is gone.
    """
    if exit_code == _EXIT_MEMORY:
        return WorkerDied("超出内存限制", "memory")
    if exit_code in {-signal.SIGKILL, _SERVER_GONE}:
        return WorkerDied("被系统中止(多半是机器内存不足)", "killed")
    if exit_code == -signal.SIGXCPU:
        return WorkerDied("超出时间限制", "time")
    if exit_code in {_EXIT_OUTPUT, -signal.SIGXFSZ}:
        return WorkerDied("结果过大", "output")
    name = (
        signal.Signals(-exit_code).name
        if -exit_code in set(signal.Signals)
        else f"退出码 {exit_code}"
    )
    return WorkerDied(f"读取程序崩溃({name})", "crash")


# --- in the worker --------------------------------------------------------------------------------


def _work(
    writer: Connection,
    function: str,
    args: tuple[object, ...],
    returns: type[object],
    limits: Limits,
    ground: Ground,
) -> NoReturn:
    """The worker's whole life. Leaves without the interpreter's farewell: nothing here is worth
    flushing.
    """
    try:
        work = resolve_name(function)
        shut_in(ground, limits, writer.fileno())
        result = work(*args)
        payload = _RESULT + cleaned(TypeAdapter(returns).dump_json(result))
    except MemoryError:
        os._exit(_EXIT_MEMORY)
    except Exception as error:  # noqa: BLE001 - the sandbox border: it goes to the parent as text
        if _for_want_of_memory(error):
            os._exit(_EXIT_MEMORY)
        payload = _FAILURE + cleaned(_failure(error))
    if len(payload) > limits.output:
        os._exit(_EXIT_OUTPUT)
    view = memoryview(payload)
    while view:
        view = view[os.write(writer.fileno(), view[:_CHUNK]) :]
    os._exit(0)


def _failure(error: Exception) -> bytes:
    kind = f"{type(error).__module__}.{type(error).__qualname__}"
    text, message = "".join(traceback.format_exception(error)), getattr(error, "message", error)
    failure = {
        "traceback": _sayable(text)[-MAX_TRACEBACK:],
        "type": _sayable(kind)[:MAX_TYPE],
        "message": _sayable(str(message))[:MAX_MESSAGE],
    }
    return json.dumps(failure).encode()


def _sayable(text: str) -> str:
    """Without halves of characters, which cannot be sent."""
    return text.encode("utf-8", "replace").decode()


def _for_want_of_memory(error: BaseException | None) -> bool:
    """C libraries dress it up: cv2.error 'Insufficient memory', libxml2 'Memory
    allocation failed'.
    """
    for _ in range(10):
        if error is None:
            return False
        if (
            isinstance(error, MemoryError)
            or "insufficient memory" in str(error).lower()
            or "memory allocation" in str(error).lower()
        ):
            return True
        error = error.__cause__ or error.__context__
    return False
