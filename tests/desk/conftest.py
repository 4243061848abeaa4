"""The desk of a house, and a browser to look at it with."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from ingest.clock import FixedClock
from tests.desk.browser import Browser, chromium, start_browser
from tests.desk.papers import furnish_grey
from tests.desk.server import OpenDesk, open_desk
from tests.integration.house import House, open_house
from tests.servers.ports import free_port

Open = Callable[..., OpenDesk]


@pytest.fixture
def open_one(tmp_path: Path) -> Iterator[Open]:
    """Opens a house with its desk; ``about`` are sections of its settings. The print on scans is
    not read here (tests/integration/test_scan_print.py does that).
    """
    with ExitStack() as stack:

        def opened(**about: Any) -> OpenDesk:
            port = free_port()
            about["limits"] = {"ocr": False} | about.get("limits", {})
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
def _grey_store(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, datetime]:
    """The store of a house in which the grey sample has been read and judged; and when."""
    place = tmp_path_factory.mktemp("grey") / "house"
    place.mkdir()
    with open_house(place, limits={"ocr": False}) as house:
        furnish_grey(house)
        return place, house.clock.instant


@pytest.fixture
def open_grey(_grey_store: tuple[Path, datetime], tmp_path: Path, open_one: Open) -> Open:
    """Opens the desk of a house whose one case waits for a person: nobody can tell whether its grey
    scans bear a red seal.
    """
    place, instant = _grey_store
    shutil.copytree(place, tmp_path, dirs_exist_ok=True)

    def opened(**about: Any) -> OpenDesk:
        return open_one(**{"clock": FixedClock(instant)} | about)

    return opened


@pytest.fixture
def grey(open_grey: Open) -> OpenDesk:
    """One of them, with the usual settings."""
    return open_grey()


@pytest.fixture(scope="session")
def _chromium(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    missing = [name for name, path in chromium().items() if path is None]
    if missing:
        pytest.skip(f"missing: {', '.join(missing)} (Debian packages chromium, chromium-driver)")
    with start_browser(tmp_path_factory.mktemp("chromium")) as browser:
        yield browser


@pytest.fixture
def browser(_chromium: Browser) -> Iterator[Browser]:
    """A headless Chromium that has forgotten everything; afterwards it rests, a page left open would
    go on asking and drawing for as long as the run lasts.
    """
    _chromium.forget()
    yield _chromium
    _chromium.go("about:blank")
