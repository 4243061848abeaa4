"""The reference, the manual page and the completions are what the command line says of itself."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


def test_what_follows_from_the_command_line_is_written_anew_when_it_changes() -> None:
    """``make manual`` does it."""
    ran = subprocess.run(
        [sys.executable, "scripts/manual.py", "--check"],
        cwd=ROOT,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (ran.returncode, ran.stdout) == (0, "")


@pytest.mark.skipif(shutil.which("groff") is None, reason="groff is missing (Debian package groff)")
def test_the_manual_page_is_one_that_groff_understands() -> None:
    """No unknown macro, no broken escape; lines that Chinese makes long are no fault."""
    ran = subprocess.run(
        ["groff", "-man", "-k", "-Tutf8", "-ww", "share/man/mailroom.1"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    told = [line for line in ran.stderr.splitlines() if "adjust line" not in line]
    assert ran.returncode == 0
    assert [line for line in told if "break line" not in line] == []
    assert "收发室" in ran.stdout


@pytest.mark.parametrize(
    ("words", "at", "found"), [("mailroom sta", "1", "status"), ("mailroom case sh", "2", "show")]
)
def test_the_completion_of_the_shell_asks_the_command(words: str, at: str, found: str) -> None:
    """As the script in ``share/completions`` does it."""
    ran = subprocess.run(
        [sys.executable, "-c", "from ingest.cli import main; main()"],
        cwd=ROOT,
        env=os.environ
        | {
            "PYTHONPATH": str(ROOT),
            "COMP_WORDS": words,
            "COMP_CWORD": at,
            "_MAILROOM_COMPLETE": "complete_bash",
        },
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert found in ran.stdout.split()
