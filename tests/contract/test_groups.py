"""Tests of one ``xdist_group`` stay on one worker: what is dear is made once (docs/testing.md). A pytest
whose names of tests pytest-xdist cannot change forgets every group, and nobody is told.

With ``tests/workers.py``, and it keeps nothing back that went wrong.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
KINDS = {"ERROR", "FAILED", "SKIPPED", "XFAIL"}

GROUPED = """
import os
import pytest

@pytest.mark.xdist_group("alike")
@pytest.mark.parametrize("number", range(6))
def test_where(number):
    with open("where", "a") as where:
        print(os.environ["PYTEST_XDIST_WORKER"], file=where)

@pytest.fixture
def wrong_before():
    print("said before")
    assert False, "wrong before"

@pytest.fixture
def wrong_behind():
    yield
    assert False, "wrong behind"

@pytest.fixture
def not_here():
    pytest.skip("not here")

def test_before(wrong_before): pass
def test_behind(wrong_behind): pass
def test_skipped(not_here): pass
def test_wrong(): assert False, "wrong itself"

@pytest.mark.xfail
def test_expected(): assert False
"""
SUMMARY = """\
ERROR test_it.py::test_before - AssertionError: wrong before
ERROR test_it.py::test_behind - AssertionError: wrong behind
FAILED test_it.py::test_wrong - AssertionError: wrong itself
SKIPPED [1] test_it.py:27: not here
XFAIL test_it.py::test_expected
""".splitlines()


def test_a_group_stays_on_one_worker_and_what_went_wrong_is_told(tmp_path: Path) -> None:
    (tmp_path / "test_it.py").write_text(GROUPED, "utf-8")
    words = ["-c", "/dev/null", "--rootdir", ".", "-p", "tests.workers"]
    words += ["-n", "2", "--dist", "loadgroup", "-rfEsx", "test_it.py"]

    done = subprocess.run(
        [sys.executable, "-m", "pytest", *words],
        cwd=tmp_path, env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True, text=True, check=False, timeout=100,
    )  # fmt: skip

    lines = done.stdout.splitlines()
    assert "1 failed, 7 passed, 1 skipped, 1 xfailed, 2 errors" in lines[-1]
    assert sorted(each for each in lines if each.split(" ")[0] in KINDS) == SUMMARY
    assert "said before" in lines
    assert len({*(tmp_path / "where").read_text("utf-8").split()}) == 1
