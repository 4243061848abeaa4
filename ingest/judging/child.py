"""The parent's end of the engine's child process: start, ask with a time limit, kill. Nothing about
rules comes in.
"""

from __future__ import annotations

import json
import os
import selectors
import subprocess
import sys
import time
from multiprocessing.spawn import get_executable
from types import TracebackType
from typing import IO, Any, Self

_INHERITED = ("PATH", "LD_LIBRARY_PATH", "LANG", "LC_ALL", "TZ", "TMPDIR", "PYTHONWARNINGS")
_CHUNK = 65_536
_FAREWELL = 1.0  #: seconds between the end of what it says and its own
MAX_ANSWER = 64_000_000


class ChildDiedError(Exception):
    """The child gave no usable answer: it crashed, hung, or spoke nonsense. The message
    says which.
    """


def environment_of_child() -> dict[str, str]:
    """Secrets may stand in our environment; a child gets none of it, and our import path in our
    order.
    """
    kept = {name: os.environ[name] for name in _INHERITED if name in os.environ}
    path = os.pathsep.join(entry for entry in sys.path if entry)
    return {**kept, "PYTHONPATH": path, "PYTHONUTF8": "1"}


class Child:
    """One child process that answers JSON lines."""

    def __init__(self, module: str) -> None:
        self._process = subprocess.Popen(  # noqa: S603 - our own interpreter and our own module
            [get_executable(), "-P", "-m", module],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
            env=environment_of_child(), bufsize=0,
        )  # fmt: skip
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._input: IO[bytes] = self._process.stdin
        self._output: IO[bytes] = self._process.stdout
        for stream in (self._input, self._output):
            os.set_blocking(stream.fileno(), False)

    @property
    def pid(self) -> int:
        """The child's process id."""
        return self._process.pid

    def ask(self, question: Any, seconds: float) -> Any:
        """The child's answer, within ``seconds``.

        Raises:
            ChildDiedError: and the child is dead then.
        """
        try:
            line = self._exchange(
                json.dumps(question, ensure_ascii=False).encode() + b"\n",
                time.monotonic() + seconds,
            )
            return json.loads(line)
        except (OSError, ValueError) as error:
            self.close()
            raise ChildDiedError(f"无法与规则子进程通信: {error}") from error
        except ChildDiedError:
            self.close()
            raise

    def _exchange(self, outgoing: bytes, deadline: float) -> bytes:
        """Write and read at once: a child that stops reading must not block us either."""
        received = bytearray()
        with selectors.DefaultSelector() as selector:
            selector.register(self._input, selectors.EVENT_WRITE)
            selector.register(self._output, selectors.EVENT_READ)
            while not received.endswith(b"\n"):
                ready = selector.select(max(0.0, deadline - time.monotonic()))
                if not ready:
                    raise ChildDiedError("规则子进程超时")
                for key, _ in ready:
                    if key.fileobj is self._output:
                        received += self._read()
                    elif not (outgoing := outgoing[self._write(outgoing) :]):
                        selector.unregister(self._input)
                if len(received) > MAX_ANSWER:
                    raise ChildDiedError("规则子进程的回答过长")
        return bytes(received)

    def _write(self, outgoing: bytes) -> int:
        try:
            return os.write(self._input.fileno(), outgoing[:_CHUNK])
        except BrokenPipeError as error:  # it may be dead before it is asked
            raise self._end() from error

    def _read(self) -> bytes:
        chunk = os.read(self._output.fileno(), _CHUNK)
        if not chunk:
            raise self._end()
        return chunk

    def _end(self) -> ChildDiedError:
        """What is said of a child that has closed its end; one that lives on is not waited for."""
        try:
            return ChildDiedError(f"规则子进程中断(退出码 {self._process.wait(_FAREWELL)})")
        except subprocess.TimeoutExpired:
            return ChildDiedError("规则子进程中断(不听也不答)")

    def close(self) -> None:
        """End the child, whatever it is doing."""
        self._process.kill()
        self._process.wait()
        self._input.close()
        self._output.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()
