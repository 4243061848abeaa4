"""How far a long command is."""

from __future__ import annotations

import os
import pty
import subprocess
import sys

import pytest

from ingest.cli.progress import LINE_EVERY, lines, progress

Capture = pytest.CaptureFixture[str]


def test_off_a_terminal_a_line_comes_now_and_then(capsys: Capture) -> None:
    """On standard error, with the time that is likely left; none for what takes no time."""
    now = 0.0
    step = lines("案卷", lambda: now)
    for done in range(1, 11):
        now += LINE_EVERY / 2
        step(done, 100)
    told = capsys.readouterr()
    assert told.out == ""
    assert told.err.splitlines()[0] == "案卷 2/100，约还要 25 分钟"
    assert len(told.err.splitlines()) == 5
    now += LINE_EVERY
    step(100, 100)  # nothing is left to wait for
    assert capsys.readouterr().err == ""
    with progress("案卷") as quick:
        quick(1, 1)
    assert capsys.readouterr().err == ""


def test_on_a_terminal_there_is_a_bar() -> None:
    """It goes away when all is done."""
    code = (
        "from ingest.cli.progress import progress\nwith progress('案卷') as step:\n    step(3, 4)"
    )
    ours, theirs = pty.openpty()
    ran = subprocess.run(
        [sys.executable, "-c", code],
        stderr=theirs,
        stdout=subprocess.PIPE,
        env=os.environ | {"TERM": "xterm", "COLUMNS": "80"},
        timeout=60,
        check=True,
    )
    os.close(theirs)
    shown = os.read(ours, 65536).decode("utf-8", "replace")
    os.close(ours)
    assert ran.stdout == b""
    assert "3/4" in shown
