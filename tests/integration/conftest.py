"""Houses for the tests of the wiring."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from tests.integration.house import House, open_house

Open = Callable[..., House]


@pytest.fixture
def open_one(tmp_path: Path) -> Iterator[Open]:
    """Opens a house with the given settings; in the same place each time, as after a restart."""
    with ExitStack() as stack:

        def opened(**about: Any) -> House:
            return stack.enter_context(open_house(tmp_path, **about))

        yield opened


@pytest.fixture
def house(open_one: Open) -> House:
    """A house with an empty store and mailbox, on a morning in August."""
    return open_one()
