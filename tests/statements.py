"""A statement is compiled once for all the databases that a worker opens, not once for each.

SQLAlchemy keeps what it compiled with the engine and its dialect, and a house opens one engine for
as long as it lives; the tests open thousands, which differ in nothing but the file. Only SQLite:
what a PostgreSQL dialect knows of its server may differ.
"""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import Engine
from sqlalchemy.dialects.sqlite.base import SQLiteDialect
from sqlalchemy.util import LRUCache

_COMPILED: LRUCache[Any, Any] = LRUCache(4_000)


def compile_once(patched: pytest.MonkeyPatch) -> None:
    """Until ``patched`` is undone."""
    begin = Engine.__init__

    def begin_with_ours(self: Engine, *arguments: Any, **named: Any) -> None:
        begin(self, *arguments, **named)
        if isinstance(self.dialect, SQLiteDialect):
            self._compiled_cache = _COMPILED

    patched.setattr(Engine, "__init__", begin_with_ours)
    # a key of the cache holds the dialect itself
    patched.setattr(SQLiteDialect, "__hash__", lambda self: hash(type(self)))
    patched.setattr(SQLiteDialect, "__eq__", lambda self, other: type(self) is type(other))
