"""Fixtures for the tests of letters, digest and workbook; what they hand out is invented."""

from __future__ import annotations

import pytest

from notifier.rendering import Templates
from rules.call import Call
from tests.unit.notifier.invented import (
    DigestMaker,
    RequestMaker,
    digest_maker,
    load_first_call,
    load_templates,
    request_maker,
)


@pytest.fixture(scope="session")
def call() -> Call:
    """The call that is served first."""
    return load_first_call()


@pytest.fixture(scope="session")
def templates() -> Templates:
    """The templates that are shipped."""
    return load_templates()


@pytest.fixture(scope="session")
def request_for(call: Call) -> RequestMaker:
    """Makes a request; keywords replace its fields."""
    return request_maker(call)


@pytest.fixture(scope="session")
def digest_data(call: Call) -> DigestMaker:
    """Makes a digest's data, rich by default; keywords replace its fields."""
    return digest_maker(call)
