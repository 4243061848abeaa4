"""The lock on a store: one running Mailroom writes into it. It lives with the database, so that
two configurations with one database are one instance; it goes with the process.
"""

from __future__ import annotations

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import create_engine

from ingest.errors import StorageError, TemporaryError
from ingest.store.database import database_file, open_database, translated_errors

INSTANCE = 0x6D61696D
"""PostgreSQL's advisory lock of a running instance, any number that is ours."""


@contextmanager
def single_instance(url: str) -> Iterator[None]:
    """Hold the lock that only one running Mailroom of the database at ``url`` may hold.

    Raises:
        TemporaryError: another one holds it, or the database server has no connection for us.
        StorageError: the lock's file beside an SQLite database cannot be made.
        ConfigError: the address cannot be used.
    """
    open_database(url).close()  # an address that cannot be used is said so in words
    file = database_file(url)
    if file is not None:
        with _locked_file(file):
            yield
    elif url.startswith("postgresql"):
        with _locked_server(url):
            yield
    else:
        yield


@contextmanager
def _locked_file(database: Path) -> Iterator[None]:
    real = database.resolve()
    path = real.with_name(f"{real.name}.lock")
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        handle = path.open("w")
    except OSError as error:
        raise StorageError(f"写不了 {path}: {error.strerror}", "检查目录权限") from error
    with handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise _taken() from error
        yield


@contextmanager
def _locked_server(url: str) -> Iterator[None]:
    """A lock of a session, which the server lets go when the connection ends."""
    engine = create_engine(url)
    try:
        with translated_errors(), engine.connect() as connection:
            statement = f"SELECT pg_try_advisory_lock({INSTANCE})"
            if not connection.exec_driver_sql(statement).scalar():
                raise _taken()
            connection.commit()
            yield
    finally:
        engine.dispose()


def _taken() -> TemporaryError:
    return TemporaryError("另一个 mailroom 正在使用这个存储", "等它结束,或检查是否重复启动")
