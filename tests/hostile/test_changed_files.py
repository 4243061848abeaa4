"""No file changed at random hangs its reader, or ends it in another way than a limit does.

``python -m tests.hostile.changedreport`` is the long form, 10,000 files for each reader.
"""

from __future__ import annotations

import pytest

from ingest.calls import default_config, open_call
from ingest.walls.limits import Limits
from tests.hostile.changed import READERS, came_of
from tests.strange import RUNS


@pytest.mark.slow
@pytest.mark.timeout(120)
@pytest.mark.parametrize("reader", READERS)
def test_each_has_a_fate_within_the_limits(reader: str) -> None:
    """Inside the walls; memory is the one limit that a small file may reach."""
    call = open_call(default_config() / "calls", "smart-education-2024").call

    came = came_of(reader, RUNS, call)

    assert sum(came.fates.values()) >= RUNS
    assert {fate for fate in came.fates if fate.startswith("worker")} <= {"worker ended: memory"}
    assert came.seconds < Limits().cpu
    assert came.peak < Limits().memory
