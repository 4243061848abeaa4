"""Named places between two durable steps, where the crash tests let the process die. A test device,
nothing else.

In production nothing is set and :func:`point` does nothing. With ``MAILROOM_KILL_AT=decided:3`` in
its environment the process sends itself SIGKILL the third time it comes to ``decided``: no handler
runs, no buffer is flushed, as after the kernel's or an administrator's kill. No other use may be
made of it; no work is done here.
"""

from __future__ import annotations

import os
import signal

POINTS = (
    "fetched",  # every byte of a mail is in incoming/, not yet fsynced
    "stored",  # the raw file is durable, no row speaks of it
    "recording",  # its row is written in a transaction that is not committed
    "recorded",  # its row is durable
    "folder_saved",  # the look at the folder is written down
    "claimed",  # the attempt to read it is counted, durably
    "read",  # the worker has answered, nothing is kept
    "filing",  # reading, case and letter are in a transaction that is not committed
    "filed",  # they are durable
    "judged",  # the rules have spoken, nothing is kept
    "deciding",  # verdict and letter are in a transaction that is not committed
    "decided",  # they are durable
    "digest_queued",  # the day's digest is in the outbox, durably
    "sending",  # the letter is claimed, durably; no byte has left
    "handed_over",  # the server said 250, nobody has written it down
    "settling",  # it is written in a transaction that is not committed
    "sent",  # it is durable
)

_ENVIRONMENT = "MAILROOM_KILL_AT"


class _Plan:
    """Where this process is to die; read from the environment once, at the first point it
    passes.
    """

    def __init__(self) -> None:
        name, _, count = os.environ.get(_ENVIRONMENT, "").partition(":")
        if name and name not in POINTS:
            raise ValueError(f"{_ENVIRONMENT}={name}: there is no such point")
        self.name = name
        self.left = int(count or 1)

    def passed(self, name: str) -> None:
        if name != self.name:
            return
        self.left -= 1
        if self.left == 0:
            os.kill(os.getpid(), signal.SIGKILL)


_plan: _Plan | None = None


def point(name: str) -> None:
    """The process has come to ``name``; it dies here when that was asked for."""
    # The environment belongs to the process, and so does what was read from it.
    global _plan  # noqa: PLW0603
    if _plan is None:
        _plan = _Plan()
    _plan.passed(name)
