"""The print on scans, read once for a whole run: two seconds a page, and dozens of tests begin with
one of the samples.

The first test that meets a scan has it read as always, by the models in a worker of its own; the
others get what that worker answered for the same bytes, call and task. What reading print itself
can and cannot do is tested elsewhere (tests/integration/test_scan_print.py, tests/pairs,
tests/seals) and not through this file.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from ingest.document.print.scantask import ScanTask
from ingest.sandbox import mail
from ingest.sandbox.context import ReadingContext
from ingest.sandbox.limits import Limits, ocr_limits
from rules.call import Call
from tests.once import Once

LEAST = 30  #: seconds; whoever gives less wants to see the time run out
#: a busy machine takes its time, and what was not read in time would be missing in every test
PLENTY = 600


def read_print_once(once: Once, monkeypatch: pytest.MonkeyPatch) -> None:
    """From here on no scan of this process is read again that was read before in this run."""
    real = mail.run_in_worker

    def run(function: str, *args: Any, returns: Any, limits: Limits | None = None) -> Any:
        if function != mail.READ_SCANS or args[2].ocr_seconds < LEAST:
            return real(function, *args, returns=returns, limits=limits)
        path, call, context, tasks = args
        given, most = replace(context, ocr_seconds=PLENTY), ocr_limits(PLENTY)
        return once(
            _name(path, call, given, tasks),
            lambda: real(function, path, call, given, tasks, returns=returns, limits=most),
        )

    monkeypatch.setattr(mail, "run_in_worker", run)


def _name(path: Path, call: Call, context: ReadingContext, tasks: Sequence[ScanTask]) -> str:
    """Addresses and the like have no part in what is printed on a page."""
    measure = (context.unpacked_bytes, context.entries, context.depth)
    parts = (path.read_bytes(), call, measure, *tasks)
    digest = hashlib.sha256()
    for part in parts:
        digest.update(
            hashlib.sha256(part if isinstance(part, bytes) else repr(part).encode()).digest(),
        )
    return f"print-{digest.hexdigest()}"
