"""The desk of a house, and a browser to look at it with."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from tests.desk.browser import Browser, chromium, start_browser
from tests.desk.server import OpenDesk, free_port, open_desk
from tests.integration.house import House, open_house

Open = Callable[..., OpenDesk]


@pytest.fixture
def open_one(tmp_path: Path, print_read_once: None) -> Iterator[Open]:
    """Opens a house with its desk; ``about`` are sections of its settings."""
    with ExitStack() as stack:

        def opened(**about: Any) -> OpenDesk:
            port = free_port()
            about["desk"] = {"port": port, "pictures": tmp_path / "pictures"} | about.get(
                "desk", {}
            )
            house: House = stack.enter_context(open_house(tmp_path, **about))
            return stack.enter_context(open_desk(house, port))

        yield opened


@pytest.fixture
def desk(open_one: Open) -> OpenDesk:
    """The desk of a house with an empty store, on a morning in August."""
    return open_one()


@pytest.fixture(scope="session")
def _chromium(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    missing = [name for name, path in chromium().items() if path is None]
    if missing:
        pytest.skip(f"missing: {', '.join(missing)} (Debian packages chromium, chromium-driver)")
    with start_browser(tmp_path_factory.mktemp("chromium")) as browser:
        yield browser


@pytest.fixture
def browser(_chromium: Browser) -> Browser:
    """A headless Chromium that has forgotten everything."""
    _chromium.forget()
    return _chromium
