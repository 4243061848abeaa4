"""The places where crash tests let the process die."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from ingest.killpoints import POINTS

ROOT = Path(__file__).parents[3]
PASS_THREE_TIMES = (
    "from ingest.killpoints import point\nfor n in range(3): point('stored'); print(n, flush=True)"
)


def passing(kill_at: str | None) -> subprocess.CompletedProcess[str]:
    """A process that comes to ``stored`` three times."""
    environment = {name: value for name, value in os.environ.items() if name != "MAILROOM_KILL_AT"}
    if kill_at is not None:
        environment["MAILROOM_KILL_AT"] = kill_at
    return subprocess.run(
        [sys.executable, "-c", PASS_THREE_TIMES],
        env=environment,
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=20,
        check=False,
    )


@pytest.mark.parametrize(
    ("kill_at", "passed"),
    [(None, "0\n1\n2\n"), ("decided", "0\n1\n2\n"), ("stored", ""), ("stored:3", "0\n1\n")],
)
def test_the_process_dies_where_it_was_asked_to_and_nowhere_else(
    kill_at: str | None,
    passed: str,
) -> None:
    """By SIGKILL: nothing after the point runs."""
    done = passing(kill_at)
    assert done.stdout == passed
    assert done.returncode == (0 if passed.endswith("2\n") else -signal.SIGKILL)


def test_a_place_that_does_not_exist_is_a_mistake() -> None:
    """A test that kills nowhere would prove nothing."""
    assert "there is no such point" in passing("storde").stderr


def test_every_named_place_is_in_the_code_and_every_place_in_the_code_is_named() -> None:
    """Each at least once."""
    code = "\n".join(path.read_text("utf-8") for path in (ROOT / "ingest").rglob("*.py"))
    assert set(re.findall(r'\bpoint\("(\w+)"\)', code)) == set(POINTS)
