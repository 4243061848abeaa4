"""What takes long because there is much of it: thousands of rule files, as many rules as are allowed, every mutant."""

from __future__ import annotations

import pytest

from rules.call import Call
from rules.callfile import load_call
from tests.unit.rules.writing import CALL


@pytest.fixture(scope="session")
def call() -> Call:
    """The call of the tests of the rules."""
    return load_call("try", CALL)
