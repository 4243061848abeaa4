"""Tests with one ``xdist_group`` stay on one worker, also where pytest-xdist has lost sight of it:
3.8 tells its groups by an end it gives to a test's name, and pytest 9.2 keeps the name elsewhere.
Nothing failed: each worker had a cluster and a browser of its own.
"""

from __future__ import annotations

from collections.abc import Iterable

import pytest
from _pytest.nodeid import NodeId


def stay_together(config: pytest.Config, items: Iterable[pytest.Item]) -> None:
    """In a worker that was started with ``--dist loadgroup``."""
    if not getattr(config.option, "loadgroup", False):
        return
    for item in items:
        mark = item.get_closest_marker("xdist_group")
        if mark is not None and not item.nodeid.endswith(f"@{mark.args[0]}"):
            item._id = NodeId.parse(f"{item.nodeid}@{mark.args[0]}")  # as xdist does
