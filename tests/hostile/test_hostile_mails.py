"""Mails that cost as much as they can are read within the limits or listed; none takes the program
down, and the next one is read as ever.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from ingest.calls import default_config, open_call
from rules.call import Call
from tests.hostile.mails import MAILS, mail
from tests.hostile.reading import LIMITS, taken

MOST_PARTS = 600


@pytest.fixture(scope="module")
def call() -> Call:
    return open_call(default_config() / "calls", "smart-education-2024").call


@pytest.mark.slow
@pytest.mark.timeout(300)
@pytest.mark.parametrize("name", MAILS)
def test_it_is_read_within_the_limits_or_listed(name: str, tmp_path: Path, call: Call) -> None:
    """Twice the wall clock at most: once to read it, once to list it."""
    path = tmp_path / "a.eml"
    path.write_bytes(MAILS[name]())
    found = taken(path, call)
    path.write_bytes(mail())
    after = taken(path, call)

    assert found.seconds < 2 * LIMITS.wall
    assert found.reading is None or 0 < len(found.reading.parts) <= MOST_PARTS
    assert after.reading is not None
    assert [str(part.fate) for part in after.reading.parts] == ["body"]
