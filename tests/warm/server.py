"""Has a program loaded and forks a process of its own for whoever stands in for it (``client.py``).

``python server.py LISTENER PYTHON MODULE...``: the descriptor of a socket that listens, the Python
that its processes start others with, and what to load (``module``) or to call
(``module:function``), which is done when somebody asks. Ends with all it forked when its standard
input does.
"""

from __future__ import annotations

import array
import atexit
import gc
import io
import marshal
import multiprocessing.spawn
import os
import select
import signal
import socket
import sys
import tempfile
import threading
import time
import types
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from pkgutil import resolve_name
from typing import Any

HIGH = 512  #: above any descriptor that is passed
_ERROR = 2


@dataclass
class Order:
    """What makes up a process."""

    program: str
    arguments: list[bytes]
    environment: dict[bytes, bytes]
    umask: int
    numbers: list[int]  #: of its descriptors
    ignored: list[int]  #: signals
    blocked: list[int]  #: signals
    descriptors: list[int]  #: its folder, then those with the numbers above, as they lie here


class Server:
    """One thread, no handler of any signal: whoever is forked has neither."""

    def __init__(self, listener: socket.socket) -> None:
        self.listener = listener
        self.watched = select.poll()
        self.lines: dict[int, tuple[socket.socket, int]] = {}  #: to whom, for which process
        self.processes: dict[int, tuple[int, int]] = {}  #: by its descriptor: process, and line

    def wait_for_the_first(self) -> None:
        for descriptor in (sys.stdin.fileno(), self.listener.fileno()):
            self.watched.register(descriptor, select.POLLIN)
        if sys.stdin.fileno() in dict(self.watched.poll()):
            self.leave()

    def serve(self) -> Order:
        """In each process that is forked: what it is to be."""
        while True:
            for descriptor, _ in self.watched.poll():
                if descriptor == sys.stdin.fileno():
                    self.leave()
                elif descriptor == self.listener.fileno():
                    if order := self.take():
                        return order
                elif descriptor in self.processes:
                    self.tell(descriptor)
                elif descriptor in self.lines:
                    self.pass_on(descriptor)

    def take(self) -> Order | None:
        """None in the server itself."""
        line = self.listener.accept()[0]
        order = heard(line)
        if order is None:
            line.close()
            return None
        process = os.fork()
        if process == 0:
            for each in (line, self.listener, *(other for other, _ in self.lines.values())):
                each.detach()  # the number is another's soon
            return order
        for descriptor in order.descriptors:
            os.close(descriptor)
        watch = os.pidfd_open(process)
        self.lines[line.fileno()] = line, process
        self.processes[watch] = process, line.fileno()
        self.watched.register(watch, select.POLLIN)
        self.watched.register(line, select.POLLIN)
        return None

    def tell(self, watch: int) -> None:
        """A process ended."""
        process, descriptor = self.processes.pop(watch)
        self.watched.unregister(watch)
        os.close(watch)
        status = os.waitpid(process, 0)[1]
        if found := self.lines.pop(descriptor, None):
            self.watched.unregister(descriptor)
            with suppress(BrokenPipeError):  # it was killed in the same moment
                found[0].send(status.to_bytes(4, "big"))
            found[0].close()

    def pass_on(self, descriptor: int) -> None:
        """Signals; and death, of whoever was killed."""
        line, process = self.lines[descriptor]
        try:
            numbers = line.recv(64)
        except ConnectionResetError:
            numbers = b""
        for number in numbers or [signal.SIGKILL]:
            os.kill(process, number)
        if not numbers:
            self.watched.unregister(descriptor)
            self.lines.pop(descriptor)
            line.close()

    def leave(self) -> None:
        for process, _ in self.processes.values():
            os.kill(process, signal.SIGKILL)
        os._exit(0)


def heard(line: socket.socket) -> Order | None:
    """What somebody wants to be; None when he was killed before he had said it."""
    rights = array.array("i")
    start, extra, _, _ = line.recvmsg(8, socket.CMSG_SPACE(253 * rights.itemsize))
    for _, _, passed in extra:
        rights.frombytes(passed[: len(passed) - len(passed) % rights.itemsize])
    with line.makefile("rb") as rest:
        said = rest.read(int.from_bytes(start, "big"))
    try:
        return Order(*marshal.loads(said), list(rights))  # noqa: S302 - our own client's
    except (EOFError, ValueError, TypeError):
        for descriptor in rights:
            os.close(descriptor)
        return None


def become(order: Order, given: dict[bytes, bytes]) -> None:
    """In the new process: nothing of the server's is left, all is as it was with its client."""
    os.setsid()
    take_descriptors(order)
    os.umask(order.umask)
    os.environ.clear()
    os.environb.update(order.environment | given)
    time.tzset()
    tempfile.tempdir = None
    for number in signal.valid_signals():
        if number in order.ignored:
            signal.signal(number, signal.SIG_IGN)
        elif signal.getsignal(number) is signal.SIG_IGN:  # the server was started with nohup
            usual = signal.default_int_handler if number == signal.SIGINT else signal.SIG_DFL
            signal.signal(number, usual)
    signal.pthread_sigmask(signal.SIG_SETMASK, order.blocked)
    for number, name in enumerate(("stdin", "stdout", "stderr")):
        stream = opened(number, name)
        setattr(sys, name, stream)
        setattr(sys, f"__{name}__", stream)


def take_descriptors(order: Order) -> None:
    """Each gets the number it had; all others are closed."""
    high = [os.dup2(descriptor, HIGH + place) for place, descriptor in enumerate(order.descriptors)]
    os.closerange(0, HIGH)
    os.fchdir(high[0])
    for number, descriptor in zip(order.numbers, high[1:], strict=True):
        os.dup2(descriptor, number)
    os.closerange(HIGH, HIGH + len(high))


def opened(number: int, name: str) -> io.TextIOWrapper | None:
    """A standard stream as Python opens it when it starts (``create_stdio``, ``pylifecycle.c``)."""
    try:
        os.fstat(number)
    except OSError:
        return None
    before, mode = getattr(sys, name), "w" if number else "r"
    unbuffered = before.write_through  # PYTHONUNBUFFERED
    raw = io.FileIO(number, mode, closefd=False)
    raw.name = f"<{name}>"
    buffer: Any = raw
    if not number:
        buffer = io.BufferedReader(raw)
    elif not unbuffered:
        buffer = io.BufferedWriter(raw)
    stream = io.TextIOWrapper(
        buffer,
        before.encoding,
        before.errors,
        newline="\n",
        line_buffering=not unbuffered and (raw.isatty() or number == _ERROR),
        write_through=unbuffered,
    )
    stream.mode = mode
    return stream


def program(name: str, arguments: list[bytes]) -> tuple[types.CodeType, dict[str, Any]]:
    """The code and the names of the main module: a script's, or what stands after ``-c`` or ``-m``."""
    words = [os.fsdecode(each) for each in arguments]
    main = types.ModuleType("__main__")
    main.__dict__["__builtins__"] = __builtins__
    sys.modules["__main__"] = main
    if name == sys.executable:
        sys.orig_argv = [name, *words]
        # behind what is said of the interpreter
        at = next(place for place, word in enumerate(words) if word in {"-c", "-m"})
        sys.argv, sys.path[0] = [words[at], *words[at + 2 :]], ""
        if "-P" in words[:at]:
            del sys.path[0]
        code = words[at + 1]
        if words[at] == "-m":  # as Python does it
            code = f"__import__('runpy')._run_module_as_main({code!r})"
        return compile(code, "<string>", "exec"), main.__dict__
    sys.argv, sys.path[0] = [name, *words], str(Path(name).parent)
    sys.orig_argv = [sys.executable, *sys.argv]
    main.__file__ = name
    return compile(Path(name).read_bytes(), name, "exec"), main.__dict__


def load(modules: list[str]) -> dict[bytes, bytes]:
    """What they put into the environment. A thread or a file of theirs would be missing, or
    shared, in what is forked.
    """
    before = dict(os.environb)
    for each in modules:
        known = resolve_name(each)
        if ":" in each:
            known()
    gc.collect()
    gc.freeze()
    assert len([*Path("/proc/self/task").iterdir()]) == 1
    return {name: text for name, text in os.environb.items() if before.get(name) != text}


def start() -> tuple[types.CodeType, dict[str, Any]]:
    """In each process that is forked: what it is to do."""
    listener, python, *modules = sys.argv[1:]
    server = Server(socket.socket(fileno=int(listener)))
    server.wait_for_the_first()
    given = load(modules)
    order = server.serve()
    become(order, given)
    if python != sys.executable:
        multiprocessing.spawn.set_executable(python)
    return program(order.program, order.arguments)


def leave(code: int) -> None:
    """What Python does at the end, without taking everything apart that was loaded; returns where
    it has something to say about it.
    """
    threading._shutdown()  # type: ignore[attr-defined]
    atexit._run_exitfuncs()
    with suppress(OSError, ValueError):
        for stream in filter(None, (sys.stdout, sys.stderr)):
            stream.flush()
        os._exit(code & 0xFF)


if __name__ == "__main__":
    try:
        exec(*start())  # noqa: S102 - as Python does with the program it is given
    except SystemExit as said:
        if isinstance(said.code, int | None):
            leave(said.code or 0)
        raise
