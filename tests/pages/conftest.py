"""Pages are drawn and looked at here, some hundred milliseconds each; the unit tier does
without.
"""

from __future__ import annotations

import pytest

from ingest.calls import default_config, open_call
from rules.call import Call


@pytest.fixture(scope="session")
def call() -> Call:
    """The call that ships."""
    return open_call(default_config() / "calls", "smart-education-2024").call
