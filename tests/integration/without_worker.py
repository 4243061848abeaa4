"""Reading without the process around it, for tests that read thousands of mails.

The reading itself is the real one; what is left out is only the disposable process, which has its
own tests (test_sandbox.py) and takes fifty times as long as reading a question does.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from ingest.reading import Reading
from ingest.sandbox.context import ReadingContext
from ingest.sandbox.read import read_file
from rules.call import Call


def read_here(
    path: Path, call: Call, context: ReadingContext, *_limits_and_prints: object, **_patience: bool
) -> Reading:
    """What the worker would have answered."""
    return read_file(path, call, context)


def without_worker(monkeypatch: pytest.MonkeyPatch) -> None:
    """From here on mails are read in this process."""
    monkeypatch.setattr("ingest.steps.read.read_or_degrade", read_here)
