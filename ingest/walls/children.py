"""How a worker starts another program: LibreOffice, bsdtar, unar. Only these; what they are asked
is known by their callers.

The program stands within the worker's walls, has an environment of its own, ends by the clock and
with the worker. Nobody can kill it: the worker's filter lets no signal out, so the child is given
an alarm, which outlives exec.
"""

from __future__ import annotations

import ctypes
import os
import signal
import subprocess
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path

_PR_SET_PDEATHSIG = 1  # linux/prctl.h


def start(
    command: Sequence[str],
    seconds: float,
    *,
    stdin: int = subprocess.DEVNULL,
    stdout: int = subprocess.DEVNULL,
    home: Path | None = None,
    before: Callable[[], object] | None = None,
) -> subprocess.Popen[bytes]:
    """Start a program that works in ``home`` and is ended after ``seconds``; ``before`` is called
    in it first.

    To be called from the main thread: the child dies with the thread that started it.

    Raises:
        OSError: it could not be started.
    """

    def prepare() -> None:
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
        signal.signal(signal.SIGALRM, signal.SIG_DFL)
        signal.setitimer(signal.ITIMER_REAL, max(seconds, 0.01))
        if before is not None:
            before()

    given = {} if home is None else {"HOME": str(home), "TMPDIR": str(home)}
    return subprocess.Popen(  # noqa: S603 - a fixed program, its arguments are ours
        command,
        stdin=stdin,
        stdout=stdout,
        stderr=subprocess.DEVNULL,
        cwd=home,
        env={**given, "LC_ALL": "C.UTF-8", "PATH": os.defpath},
        preexec_fn=prepare,  # noqa: PLW1509 - the worker has one thread
    )


def end(process: subprocess.Popen[bytes]) -> None:
    """Have it over with: by a signal where one is allowed, else by closing what it writes into and
    by its alarm.
    """
    with suppress(PermissionError):
        process.kill()
    if process.stdout is not None:
        process.stdout.close()
