"""Tests of one ``xdist_group`` stay on one worker: what is dear is made once (docs/testing.md). A pytest
whose names of tests pytest-xdist cannot change forgets every group, and nobody is told.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

GROUPED = """
import os
import pytest

@pytest.mark.xdist_group("alike")
@pytest.mark.parametrize("number", range(6))
def test_where(number):
    with open("where", "a") as where:
        print(os.environ["PYTEST_XDIST_WORKER"], file=where)
"""


def test_a_group_stays_on_one_worker(tmp_path: Path) -> None:
    (tmp_path / "test_it.py").write_text(GROUPED, "utf-8")
    words = ["-c", "/dev/null", "--rootdir", ".", "-n", "2", "--dist", "loadgroup", "test_it.py"]

    done = subprocess.run(
        [sys.executable, "-m", "pytest", *words],
        cwd=tmp_path, capture_output=True, text=True, check=False, timeout=100,
    )  # fmt: skip

    assert "6 passed" in done.stdout
    assert len({*(tmp_path / "where").read_text("utf-8").split()}) == 1
