"""Every made part is recognised for what it is, with its fate and its name."""

from __future__ import annotations

import pytest

from tests.once import Once
from tests.parts.matrix import expected, observed


@pytest.fixture
def seen(once: Once) -> dict[str, list[tuple[str, str, str, str]]]:
    """What came out, all cases."""
    return once("parts seen", lambda: dict(observed()))


@pytest.mark.slow
def test_every_part_is_recognised_for_what_it_is(
    seen: dict[str, list[tuple[str, str, str, str]]],
) -> None:
    """Kind by content, fate, name; everything inside containers too. Stored RAR entries need no
    program.
    """
    table = expected()

    assert len(table) >= 150
    assert seen == table


def test_a_part_is_never_silently_missing(seen: dict[str, list[tuple[str, str, str, str]]]) -> None:
    """Whatever arrives, something is said about it."""
    assert all(rows for rows in seen.values())
