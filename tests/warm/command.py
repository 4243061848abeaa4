"""The installed command without its start, and a Python without that of what the program starts: what
they load is loaded once for a run of the tests, and each start forks (``server.py``).

Whoever tests how a process starts, dies or looks from outside takes the installed one itself.
``tests/contract/test_warm_command.py`` holds both to be the same.
"""

from __future__ import annotations

import fcntl
import os
import re
import socket
import subprocess
import sys
import tempfile
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from ingest.judging.child import environment_of_child
from ingest.judging.judge import WORKER
from ingest.sandbox.server import clean_environment

INSTALLED = Path(sys.executable).with_name("mailroom")
_HERE = Path(__file__).parent
_ALIVE = "alive"  #: servers end when nobody has this file open for writing any more
#: how names begin that Python or a library reads when it is loaded: where they differ, the
#: installed command itself is started
_READ_AS_LOADED = (
    "PYTHON", "LANG", "LC_", "LD_PRELOAD", "MALLOC_", "OMP_", "OPENBLAS_", "RUAMEL_",
    "TYPER_", "_TYPER_", "TERMINAL_WIDTH", "GITHUB_ACTIONS", "FORCE_COLOR", "NO_COLOR", "PY_COLORS",
)  # fmt: skip
#: words of a command line of the program itself, and of what starts it in other ways
_OF_THE_PROGRAM = ("tests.torture.zygote", "ingest.cli", "ingest.daemon")


@dataclass(frozen=True)
class Served:
    """What is loaded: for which words of a command line, where to ask for it, and the environment
    that was looked at.
    """

    words: str
    place: str
    environment: dict[str, str]


@cache
def mailroom() -> Path:
    """What to start in place of the installed command; the only file of its folder, to be the
    first of ``PATH``.
    """
    if measured():
        return INSTALLED
    with _by_one_at_a_time() as folder:
        place = folder / "bin/mailroom"
        place.parent.mkdir(exist_ok=True)
        _write(place, INSTALLED, [_the_program(folder, "")])
    return place


@cache
def python() -> str:
    """A Python that has loaded what the program starts with it: the two servers that readers come
    from, the rule children (``multiprocessing.set_executable``); and the program itself.
    """
    if measured():
        return sys.executable
    clean, judging = clean_environment(), environment_of_child()
    with _by_one_at_a_time() as folder:
        servers = [
            _serve(folder / name, f"['ingest.preload.{name}']", clean, sys.executable,
                   "multiprocessing.forkserver", f"ingest.preload.{name}")
            for name in ("reading", "print")
        ]  # fmt: skip
        # not the module itself: what runs as the main one is not to be there twice
        judge = _serve(folder / "judge", WORKER, judging, sys.executable,
                       "runpy", WORKER.rpartition(".")[0], "signal", "rules.engine.durable")  # fmt: skip
        program = [_the_program(folder, words) for words in _OF_THE_PROGRAM]
        place = _python_of(folder)
        _write(place, Path(sys.executable), [*servers, judge, *program])
    return str(place)


def warm(place: Path, script: Path, modules: Sequence[str]) -> Path:
    """``place``, where from now on something stands that can be started like ``script``, with
    ``modules`` loaded.
    """
    with _by_one_at_a_time():
        server = _serve(place.with_suffix(".s"), "", dict(os.environ), sys.executable, *modules)
        _write(place, script, [server])
    return place


def lives_for_a_run(folder: Path) -> None:
    """In a worker: whoever has begun the run has made this folder for it."""
    _shared.append(folder)


@cache
def folder_of_the_run() -> Path:
    """Where what is loaded lies, and what is loaded for as long as we are there."""
    if _shared:
        return _shared[0]
    folder = Path(tempfile.mkdtemp(prefix="warm-"))
    os.mkfifo(folder / _ALIVE)
    os.open(folder / _ALIVE, os.O_RDWR)
    return folder


_shared: list[Path] = []


def measured() -> bool:
    """How much of the program is tested is counted: what is loaded before a fork would be
    missing.
    """
    return any(name.startswith("COVERAGE_") for name in os.environ)


@contextmanager
def _by_one_at_a_time() -> Iterator[Path]:
    folder = folder_of_the_run()
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield folder


def _python_of(folder: Path) -> Path:
    return folder / "python"


def _the_program(folder: Path, words: str) -> Served:
    return _serve(
        folder / "program", words, dict(os.environ), str(_python_of(folder)),
        "tests.warm.known:know_the_program",
    )  # fmt: skip


def _serve(
    place: Path, words: str, environment: dict[str, str], python: str, *modules: str
) -> Served:
    """Whoever was first in the run has started it. It loads when it is asked."""
    looked_at = {
        name: text for name, text in environment.items() if name.startswith(_READ_AS_LOADED)
    }
    known_by = zlib.crc32(repr((sorted(looked_at.items()), python, modules)).encode())
    place = place.with_name(f"{place.name}-{known_by:x}")
    if not place.exists():
        with (
            socket.socket(socket.AF_UNIX) as listener,
            (folder_of_the_run() / _ALIVE).open("rb") as alive,
        ):
            listener.bind(str(place))
            listener.listen(64)
            server = subprocess.Popen(
                [sys.executable, _HERE / "server.py", str(listener.fileno()), python, *modules],
                stdin=alive,
                env=environment,
                pass_fds=[listener.fileno()],
                start_new_session=True,
            )
        server.returncode = 0  # nobody waits for it
    return Served(words, str(place), looked_at)


def _write(place: Path, program: Path, servers: Sequence[Served]) -> None:
    """A client that knows for whom it stands."""
    known = {
        "PROGRAM": str(program),
        "SERVERS": tuple(
            (
                each.words,
                each.place,
                {os.fsencode(name): os.fsencode(text) for name, text in each.environment.items()},
            )
            for each in servers
        ),
        "READ_AS_LOADED": _READ_AS_LOADED,
    }
    text = (_HERE / "client.py").read_text("utf-8")
    for name, value in known.items():
        text, times = re.subn(rf"(?m)^{name}\b.*", lambda _: f"{name} = {value!r}", text)  # noqa: B023
        assert times == 1, name
    base = Path(sys.base_exec_prefix, "bin", f"python{sys.version_info[0]}.{sys.version_info[1]}")
    new = place.with_suffix(f".{os.getpid()}")
    new.write_text(f"#!{base} -IS\n{text}", "utf-8")
    new.chmod(0o755)
    new.rename(place)  # others of the run start it meanwhile
