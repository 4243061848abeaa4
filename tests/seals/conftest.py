"""Skips the tests of this room where the fonts are missing that pages and seals are drawn with."""

from __future__ import annotations

import pytest

from samples.fonts import MissingFontError
from tests.seals.paper import font_files


@pytest.fixture(scope="module", autouse=True)
def fonts() -> None:
    """The fonts of the samples."""
    try:
        font_files()
    except MissingFontError as error:
        pytest.skip(str(error))
