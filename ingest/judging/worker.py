"""The child process around the rules engine: a JSON line in, a JSON line out. Started by
``ingest/judging/judge.py``.

It takes compiled rule sets and encoded facts, never rule files, documents or applicants' text. A
native crash or an endless loop in here costs one restart; the alarm ends the process even when its
parent is gone.
"""

from __future__ import annotations

import json
import signal
import sys
from typing import Any, TextIO

from rules.engine.durable import Engine, engine_available

Reply = dict[str, Any]


def serve(lines: TextIO, answers: TextIO) -> None:
    """First line: ``{"definitions", "seconds"}`` -> ``{"engine": bool}``; then one line and one
    answer per case.
    """
    opening = json.loads(lines.readline())
    seconds = float(opening["seconds"])
    signal.setitimer(signal.ITIMER_REAL, seconds)
    engine = Engine(opening["definitions"]) if engine_available() else None
    _answer(answers, {"engine": engine is not None})
    for line in lines:
        # Not caught on purpose: SIGALRM's default action ends the process whatever native code is
        # doing.
        signal.setitimer(signal.ITIMER_REAL, seconds)
        case = json.loads(line)
        _answer(
            answers,
            {"hits": engine.evaluate(case["facts"], case["instant"]) if engine is not None else []},
        )
    signal.setitimer(signal.ITIMER_REAL, 0)


def _answer(answers: TextIO, reply: Reply) -> None:
    signal.setitimer(signal.ITIMER_REAL, 0)
    answers.write(json.dumps(reply, ensure_ascii=False) + "\n")
    answers.flush()


def main() -> None:
    """Serve standard input until it ends; whatever the engine prints must not reach the parent's
    line.
    """
    answers = sys.stdout
    sys.stdout = sys.stderr
    serve(sys.stdin, answers)


if __name__ == "__main__":
    main()
