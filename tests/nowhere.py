"""An office whose servers are nowhere, for commands that ask none."""

from __future__ import annotations

from pathlib import Path

from ingest.calls import default_config

CONFIGURATION = f"""
[mailbox]
host = "127.0.0.1"
username = "u"
accept_since = "2024-08-08T00:00:00+08:00"
[smtp]
host = "127.0.0.1"
[calls]
directory = "{default_config() / "calls"}"
active = ["smart-education-2024"]
"""


def configuration(folder: Path) -> Path:
    """Its configuration file in ``folder``; the store is the one that lies there."""
    path = folder / "mailroom.toml"
    path.write_text(CONFIGURATION, encoding="utf-8")
    return path
