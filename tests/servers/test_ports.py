"""A port that a test was told stays its own until its server has come up."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.servers import ports
from tests.servers.ports import free_port

ROOT = Path(__file__).parents[2]
ASKING = """
import sys
from tests.servers import ports
ports._OURS = eval(sys.argv[1])
print(*[ports.free_port() for _ in range(int(sys.argv[2]))], flush=True)
input()
"""


def test_the_system_gives_it_to_nobody_else() -> None:
    """It chooses from a range of its own."""
    low, high = map(int, Path("/proc/sys/net/ipv4/ip_local_port_range").read_text().split())
    assert not any(low <= free_port() <= high for _ in range(20))


def test_no_two_are_told_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nor is another process, also when hardly any are left."""
    few = range(15_000, 15_040)
    with subprocess.Popen(
        [sys.executable, "-c", ASKING, repr(few), "12"],
        cwd=ROOT, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
    ) as other:  # fmt: skip
        assert other.stdout is not None
        theirs = {int(word) for word in other.stdout.readline().split()}
        monkeypatch.setattr(ports, "_OURS", few)
        ours = {free_port() for _ in range(12)}
        other.communicate("\n")
    assert (len(theirs), len(ours), theirs & ours) == (12, 12, set())
