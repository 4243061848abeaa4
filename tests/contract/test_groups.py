"""What ``--dist loadgroup`` is relied upon for: tests of one group share what their worker has."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

HOUSE = """
from tests.groups import stay_together

def pytest_collection_modifyitems(config, items):
    stay_together(config, items)
"""
TESTS = """
import os, pytest

@pytest.mark.parametrize("number", range(6))
@pytest.mark.xdist_group("together")
def test_{name}(number):
    open("{name} " + os.environ["PYTEST_XDIST_WORKER"], "w").close()
"""


def test_tests_of_a_group_are_run_by_one_worker(tmp_path: Path) -> None:
    """Of two files, by two workers that begin with two tests each."""
    (tmp_path / "conftest.py").write_text(HOUSE)
    for name in ("one", "other"):
        (tmp_path / f"test_{name}.py").write_text(TESTS.format(name=name))

    subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-n", "2", "--dist", "loadgroup", "-c", os.devnull],
        cwd=tmp_path, env=os.environ | {"PYTHONPATH": str(Path(__file__).parents[2])}, check=True,
        stdout=subprocess.DEVNULL,
    )  # fmt: skip

    ran = sorted(place.name.split() for place in tmp_path.glob("o* gw*"))
    assert [name for name, _ in ran] == ["one", "other"], "a group was torn apart"
    assert ran[0][1] == ran[1][1]
