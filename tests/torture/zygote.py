"""Starts ``mailroom`` over and over without paying for its imports each time: is forked by whoever
has loaded the program (``tests/warm/``), then forks.

Each run is a process of its own, with its own connections, worker and rule child, and dies as any
process dies; only the loading of modules is shared, and what they make of the shipped call's files
(``known.py``). One line of JSON in (arguments, environment), two out: the process id, and how it
ended. Used by ``tests/torture/runs.py`` alone.
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import Any

from tests.torture.acts import Acts
from tests.warm.known import know_the_program


def serve() -> None:
    """Answer until standard input ends."""
    know_the_program()
    # otherwise each reader of each run would load its parent's main module, this one
    main = sys.modules["__main__"]
    main.__spec__, main.__file__ = None, None
    say("ready")
    for line in sys.stdin:
        order = json.loads(line)
        process = os.fork()
        if process == 0:
            become(order)
        say(process)
        status = os.waitpid(process, 0)[1]
        say(os.waitstatus_to_exitcode(status))


def say(answer: object) -> None:
    sys.stdout.write(f"{answer}\n")
    sys.stdout.flush()


def become(order: dict[str, Any]) -> None:
    """In the child: the environment and the output of a fresh process, then the command itself."""
    from ingest.cli import run  # noqa: PLC0415 - loaded already

    log = os.open(Path(order["log"]), os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    null = os.open(os.devnull, os.O_RDONLY)
    os.dup2(null, 0)
    os.dup2(log, 1)
    os.dup2(log, 2)
    os.environ.update(order["environment"])
    if "acts" in order:
        Acts(*order["acts"]).watch()
    code = 70
    try:
        code = run(order["arguments"])
    finally:
        os._exit(code)


if __name__ == "__main__":
    serve()
