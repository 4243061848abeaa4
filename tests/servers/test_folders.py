"""A server's folder is gone soon after it was stopped, whatever lies in it."""

from __future__ import annotations

import time
from pathlib import Path

from tests.servers.folders import remove_behind


def test_a_folder_is_removed_while_others_go_on(tmp_path: Path) -> None:
    """Names like options too."""
    for name in ("a", "-rf", "数据"):
        (tmp_path / "cluster" / name).mkdir(parents=True)
    remove_behind(tmp_path / "cluster")

    deadline = time.monotonic() + 10
    while (tmp_path / "cluster").exists() and time.monotonic() < deadline:
        time.sleep(0.02)
    assert not (tmp_path / "cluster").exists()
