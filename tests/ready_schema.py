"""An SQLite database as the migrations leave it, made once in a process: they take longer than
most of what is tested on it. That they run at all is held by ``tests/migration``.
"""

from __future__ import annotations

import tempfile
from functools import cache
from pathlib import Path

from ingest.store.database import open_database


def lay_schema(path: Path) -> None:
    """An empty database with the present schema at ``path``, when nothing is there."""
    if path.exists():
        return
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    path.touch(mode=0o600)
    path.write_bytes(_schema())


@cache
def _schema() -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "mailroom.db"
        database = open_database(f"sqlite:///{path}")
        database.migrate()
        database.close()
        return path.read_bytes()
