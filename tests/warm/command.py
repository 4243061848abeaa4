"""The installed command without its start: what a process of it loads, its readers' servers too, is
loaded once for a worker of the tests, and each start forks (``server.py``).

Whoever tests how a process starts, dies or looks from outside takes the installed one itself.
``tests/contract/test_warm_command.py`` holds both to be the same.
"""

from __future__ import annotations

import atexit
import os
import re
import socket
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from functools import cache
from pathlib import Path

from ingest.sandbox.server import clean_environment

INSTALLED = Path(sys.executable).with_name("mailroom")
_HERE = Path(__file__).parent
_MODULES = (
    "alembic.command",
    "encodings.utf_8_sig",
    "ingest.app",
    "ingest.cli.application",
    "ingest.daemon",
    "ingest.demo.mails",
    "ingest.handover.exporting",
    "ingest.inspection.mail",
    "ingest.inspection.papers",
    "ingest.inspection.reports",
    "ingest.mailbox.imap",
    "ingest.purging",
    "ingest.receipts.officekey",
    "ingest.sandbox.server",
    "ingest.store.backup",
    "ingest.views.status",
    "notifier.lettertrials",
    "notifier.smtp",
    "typer._adapters",
    "typer._click.decorators",
    "tests.warm.known:know_the_shipped_call",
)  #: what the process of a command may load, and what it makes of the shipped call's texts
#: how names begin that Python or a library reads when it is loaded: where they differ, the
#: installed command itself is started
_READ_AS_LOADED = (
    "PYTHON", "LANG", "LC_", "LD_PRELOAD", "MALLOC_", "OMP_", "OPENBLAS_", "RUAMEL_",
    "TYPER_", "_TYPER_", "TERMINAL_WIDTH", "GITHUB_ACTIONS", "FORCE_COLOR", "NO_COLOR", "PY_COLORS",
)  # fmt: skip


@cache
def mailroom() -> Path:
    """What to start in place of the installed command; the first in a folder for ``PATH``, too."""
    if measured():
        return INSTALLED
    place = _new_folder() / "mailroom"
    return warm(place, INSTALLED, _MODULES, reading_python())


@cache
def reading_python() -> str:
    """A Python that has loaded what the two servers of the readers load when they are started
    with it (``multiprocessing.set_executable``).
    """
    if measured():
        return sys.executable
    place, clean = _new_folder() / "python", clean_environment()
    servers = {
        f"['ingest.preload.{name}']": _serve(
            place.with_name(name), clean, sys.executable, sys.executable,
            "multiprocessing.forkserver", f"ingest.preload.{name}",
        )
        for name in ("reading", "print")
    }  # fmt: skip
    _write(place, Path(sys.executable), servers, clean)
    return str(place)


def warm(place: Path, script: Path, modules: Sequence[str], python: str = sys.executable) -> Path:
    """``place``, where from now on something stands that can be started like ``script``, with
    ``modules`` loaded; its processes start others with ``python``.
    """
    ours = dict(os.environ)
    server = _serve(place.with_suffix(".s"), ours, str(script), python, *modules)
    _write(place, script, {"": server}, ours)
    return place


def measured() -> bool:
    """How much of the program is tested is counted: what is loaded before a fork would be
    missing.
    """
    return any(name.startswith("COVERAGE_") for name in os.environ)


def _new_folder() -> Path:
    return Path(tempfile.mkdtemp(prefix="warm-"))


def _serve(place: Path, environment: dict[str, str], *arguments: str) -> str:
    """Where the server listens. It loads when it is asked, and ends when we do."""
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(place))
        listener.listen(64)
        server = subprocess.Popen(
            [sys.executable, _HERE / "server.py", str(listener.fileno()), *arguments],
            stdin=subprocess.PIPE,
            env=environment,
            pass_fds=[listener.fileno()],
            start_new_session=True,
        )
    atexit.register(_end, server)
    return str(place)


def _end(server: subprocess.Popen[bytes]) -> None:
    assert server.stdin is not None
    server.stdin.close()
    server.wait()


def _write(
    place: Path, program: Path, servers: dict[str, str], environment: dict[str, str]
) -> None:
    """A client that knows for whom it stands."""
    known = {
        "PROGRAM": str(program),
        "SERVERS": tuple(servers.items()),
        "READ_AS_LOADED": _READ_AS_LOADED,
        "AS_LOADED": {
            os.fsencode(name): os.fsencode(text)
            for name, text in environment.items()
            if name.startswith(_READ_AS_LOADED)
        },
    }
    text = (_HERE / "client.py").read_text("utf-8")
    for name, value in known.items():
        text, times = re.subn(rf"(?m)^{name}\b.*", lambda _: f"{name} = {value!r}", text)  # noqa: B023
        assert times == 1, name
    base = Path(sys.base_exec_prefix, "bin", f"python{sys.version_info[0]}.{sys.version_info[1]}")
    place.write_text(f"#!{base} -IS\n{text}", "utf-8")
    place.chmod(0o755)
