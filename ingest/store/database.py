"""The one door to the database: the engine, its transactions, its schema, and its troubles in
words.

SQLite and PostgreSQL behave alike behind it: one writer at a time, because a writer reads, decides
and writes, and two who do so at once lose updates (measured with SQLite's defaults). No table and
no query comes in.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any, Literal

from sqlalchemy import URL, Connection, Engine, create_engine, event, inspect, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError
from sqlmodel import Session

from ingest.errors import (
    ConfigError,
    MailroomError,
    StorageError,
    StoreAwayError,
    StoreBusyError,
)
from ingest.store.identity import WORDS, Fit
from ingest.store.migrations import REVISIONS

SchemaState = Literal["current", "behind", "empty", "ahead"]

STORE_MOVED = "this store was moved"
"""What a database says that takes no line any more; see ``ledgerend.py``."""
_MIGRATIONS = Path(__file__).parent / "migrations"
_READ_ONLY = "mailroom_read_only"
_WRITER_LOCK = 0x6D61696C  # "mail": the key of PostgreSQL's advisory lock, any number that is ours
_PATIENCE = timedelta(seconds=30)


class Database:
    """A database that is ready for sessions. Safe to share between threads; a session is not.

    There are two kinds of sessions, and whoever opens one says which: ``writing()`` waits for its
    turn and keeps what was done, ``reading()`` waits for nobody and keeps nothing.
    """

    def __init__(self, engine: Engine, file: Path | None = None) -> None:
        self._writer = engine
        self._file = file  #: of SQLite; None where there is none to make
        self._reader = engine.execution_options(**{_READ_ONLY: True})

    @contextmanager
    def writing(self) -> Iterator[Session]:
        """A transaction that may write: committed when the block ends well, rolled back when it
        raises.

        It holds the one writer's lock from its first statement, so what it reads stays true until
        it commits: keep it short, never wait for a network inside. Raises :class:`TemporaryError`
        when the lock or the server cannot be had, :class:`StorageError` when the disk does not take
        it; rows stay readable after the block.
        """
        with (
            translated_errors(),
            Session(
                self._writer,
                expire_on_commit=False,
            ) as session,
            session.begin(),
        ):
            yield session

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """A transaction that only reads, and waits for no writer. Nothing done in it is kept."""
        with (
            translated_errors(reading=True),
            Session(self._reader, expire_on_commit=False) as session,
        ):
            yield session

    def migrate(self) -> None:
        """Bring the schema to this program's version: all steps or none. Nothing happens when it is
        there already.

        This alone makes the file of an SQLite database, with mode 0600: it holds what applicants
        wrote. Raises :class:`ConfigError` when the database was made by a newer program,
        :class:`StorageError` when the file cannot be made.
        """
        if self._file is not None:
            _make_private(self._file)
        if self.schema_state() == "ahead":
            raise ConfigError(
                "数据库由更新版本的程序建立", "请安装新版本的 mailroom, 或恢复与本版本相配的备份"
            )
        from alembic import command  # noqa: PLC0415 - half a second that only a migration needs
        from alembic.config import Config  # noqa: PLC0415 - see above

        config = Config()
        config.set_main_option("script_location", str(_MIGRATIONS).replace("%", "%%"))
        config.set_main_option("path_separator", "os")
        with translated_errors(), self._altering() as connection:
            config.attributes["connection"] = connection
            command.upgrade(config, "head")

    @contextmanager
    def _altering(self) -> Iterator[Connection]:
        """A transaction that may make tables anew. SQLite takes a table that others refer to away
        only where references are not held, and that is said before a transaction or not at all;
        they are looked through before it ends (https://www.sqlite.org/lang_altertable.html).
        """
        with self._writer.connect() as connection:
            raw = connection.connection.driver_connection
            if not isinstance(raw, sqlite3.Connection):
                with connection.begin():
                    yield connection
                return
            raw.execute("PRAGMA foreign_keys = OFF")
            try:
                with connection.begin():
                    yield connection
                    if connection.exec_driver_sql("PRAGMA foreign_key_check").first() is not None:
                        raise StorageError(
                            "升级后的数据库里有对不上的引用", "数据库没有动; 请从备份恢复后再试"
                        )
            finally:
                raw.execute("PRAGMA foreign_keys = ON")

    def schema_state(self) -> SchemaState:
        """How the schema of the database stands to the one this program needs; one that is not
        there is empty, and stays away.
        """
        if self._file is not None and not self._file.exists():
            return "empty"
        with translated_errors(), self._reader.connect() as connection:
            known = inspect(connection).has_table("alembic_version")
            found = (
                connection.exec_driver_sql(
                    "SELECT version_num FROM alembic_version",
                ).scalar()
                if known
                else None
            )
        if found is None:
            return "empty"
        if found == REVISIONS[-1]:
            return "current"
        return "behind" if found in REVISIONS else "ahead"

    def require_current(self) -> None:
        """Raises :class:`ConfigError` when the schema is not the one this program needs."""
        state = self.schema_state()
        if state == "empty":
            raise ConfigError(
                "数据库里还没有登记任何东西",
                "先运行 mailroom run;本来有的,检查 [store] database,或用 mailroom restore 从备份恢复",
            )
        if state != "current":
            hint = (
                "运行 mailroom migrate(会先在旁边备份)"
                if state == "behind"
                else "安装与数据库相配的新版本,不要运行 mailroom migrate"
            )
            raise ConfigError("数据库的结构与本程序版本不一致", hint)

    def damage(self) -> list[str]:
        """What the database itself finds wrong with its file (SQLite's quick_check); empty when
        nothing is.

        A file too broken to be looked through is a finding too, not an error.
        """
        if self._writer.dialect.name != "sqlite":
            return []
        try:
            with translated_errors(), self._reader.connect() as connection:
                lines = [
                    str(
                        row[0],
                    )
                    for row in connection.exec_driver_sql("PRAGMA quick_check(20)")
                ]
        except StorageError as error:
            return [error.message]
        return [line for line in lines if line != "ok"]

    def forget_what_was_erased(self) -> None:
        """Write the file of an SQLite database anew, so that no erased byte is left in it."""
        if self._writer.dialect.name != "sqlite":
            return
        with translated_errors(), self._writer.connect() as connection:
            # outside of any transaction, which is all VACUUM bears
            raw = connection.connection.driver_connection
            assert isinstance(raw, sqlite3.Connection)
            connection.rollback()
            raw.execute("VACUUM")
            raw.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    def close(self) -> None:
        """Close all connections. Sessions must have ended."""
        self._writer.dispose()


def open_database(url: str, patience: timedelta = _PATIENCE, *, existing: bool = False) -> Database:
    """The database at an SQLAlchemy ``url``: ``sqlite:///FILE`` or ``postgresql://...``; nothing is
    connected and nothing is made yet.

    ``patience`` is how long a writer waits for another one. With ``existing`` it is only looked at,
    and must be there. Raises :class:`ConfigError` when the address cannot be used, or names no file
    while one must exist.
    """
    try:
        address = make_url(url)
        match address.get_backend_name():
            case "sqlite":
                return _sqlite_database(address, patience, existing=existing)
            case "postgresql":
                return Database(_postgresql_engine(address, patience))
    except (ArgumentError, NoSuchModuleError) as error:
        raise ConfigError(
            "[store] database 不是可用的数据库地址", "例如 sqlite:///mailroom.db"
        ) from error
    except ModuleNotFoundError as error:
        raise ConfigError(
            f"连接此数据库需要 Python 包 {error.name}", "PostgreSQL 请安装 mailroom[postgresql]"
        ) from error
    raise ConfigError(f"不支持的数据库: {address.get_backend_name()}", "可用 sqlite 或 postgresql")


@contextmanager
def reading_existing(url: str) -> Iterator[Session]:
    """A reading session of a database that is there already: for commands that only look, which
    make no file.

    Raises :class:`ConfigError` when there is none yet, or it belongs to another version, and as
    :func:`open_database`.
    """
    database = open_database(url, existing=True)
    try:
        database.require_current()
        with database.reading() as session:
            yield session
    finally:
        database.close()


def database_file(url: str) -> Path | None:
    """The file of an SQLite database; None for every other one, also for one in memory. Raises
    ArgumentError.
    """
    address = make_url(url)
    if address.get_backend_name() != "sqlite" or address.database in (None, "", ":memory:"):
        return None
    return Path(str(address.database))


def _sqlite_database(address: URL, patience: timedelta, *, existing: bool) -> Database:
    file = database_file(address.render_as_string(hide_password=False))
    if existing and file is not None and not file.exists():
        raise _no_file(file)
    return Database(_sqlite_engine(address, patience, file, looking=existing), file)


def _no_file(file: Path) -> ConfigError:
    return ConfigError(
        f"还没有数据库文件 {file}",
        "先运行 mailroom run;本来有的,检查 [store] database,或用 mailroom restore 从备份恢复",
    )


def _sqlite_engine(
    address: URL, patience: timedelta, file: Path | None, *, looking: bool
) -> Engine:
    engine = create_engine(address)

    @event.listens_for(engine, "do_connect")
    def refuse(*_: object) -> None:
        # SQLite makes the file it is pointed at; ours is made by migrate() alone
        if file is not None and not file.exists():
            raise _no_file(file)

    @event.listens_for(engine, "connect")
    def prepare(connection: sqlite3.Connection, _record: object) -> None:
        # Python's own BEGIN is deferred and comes too late; ours is below
        connection.isolation_level = None
        connection.execute(f"PRAGMA busy_timeout = {patience // timedelta(milliseconds=1)}")
        if looking:
            connection.execute("PRAGMA query_only = ON")
            return
        connection.execute("PRAGMA journal_mode = WAL")
        # a commit precedes an e-mail: it must survive a power cut
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute("PRAGMA foreign_keys = ON")

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        # A deferred transaction that turns into a writer fails at once in spite of busy_timeout
        # (measured).
        reading = connection.get_execution_options().get(_READ_ONLY)
        connection.exec_driver_sql("BEGIN DEFERRED" if reading else "BEGIN IMMEDIATE")

    return engine


def _make_private(path: Path) -> None:
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        # -wal and -shm take their mode from it
        os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
    except OSError as error:
        raise StorageError(
            f"数据库文件 {path} 无法建立或打开: {error.strerror}", "请检查目录是否存在、是否可写"
        ) from error


_LINE = {
    "connect_timeout": 10,
    "keepalives_idle": 30,
    "keepalives_interval": 10,
    "keepalives_count": 3,
    "tcp_user_timeout": 60_000,
}
"""So that a network cut in two is noticed within a minute; the system alone waits for hours."""


def _postgresql_engine(address: URL, patience: timedelta) -> Engine:
    engine = create_engine(address, pool_pre_ping=True, connect_args=_LINE)

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        if connection.get_execution_options().get(_READ_ONLY):
            connection.exec_driver_sql("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
            return
        connection.exec_driver_sql(
            f"SET LOCAL lock_timeout = {patience // timedelta(milliseconds=1)}",
        )
        # a machine that freezes in the middle must not keep all others waiting
        connection.exec_driver_sql("SET LOCAL idle_in_transaction_session_timeout = 20000")
        connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_WRITER_LOCK})")

    return engine


# --- troubles in words ----------------------------------------------------------------------------

_BUSY = StoreBusyError("数据库正忙, 等待超时", "可能另有一个 mailroom 正在运行; 稍后会再试")
_FULL = StorageError("磁盘空间不足, 数据库无法写入", "请清理或扩充磁盘; 在此之前不会再收取邮件")

_SQLITE: dict[str, MailroomError] = {
    "SQLITE_BUSY": _BUSY,
    "SQLITE_LOCKED": _BUSY,
    "SQLITE_FULL": _FULL,
    "SQLITE_READONLY": StorageError("数据库文件只读", "请检查文件和目录的属主与权限"),
    "SQLITE_CANTOPEN": StorageError(
        "数据库文件无法打开", "请检查 [store] database 的目录是否存在、是否可写"
    ),
    "SQLITE_IOERR": StorageError("读写数据库文件时磁盘出错", "请检查磁盘; 修复前不要重启服务"),
    "SQLITE_CORRUPT": StorageError("数据库文件已损坏", "请停止服务, 从备份恢复"),
    "SQLITE_NOTADB": StorageError(
        "数据库文件不是 SQLite 数据库", "请检查 [store] database 指向的文件"
    ),
}
"""By SQLite's result code (https://www.sqlite.org/rescode.html); extended codes begin with the
plain one.
"""

_ONLY_READS = "25006"
_POSTGRESQL: dict[str, MailroomError] = {
    "08": StoreAwayError("与数据库服务器的连接中断", "稍后会再试"),
    _ONLY_READS: StorageError(
        "数据库服务器只接受读取(备用机, 或维护中)",
        "请检查 [store] database 是否指向主服务器; 稍后会再试",
    ),
    "25P03": StoreAwayError("数据库服务器等不到本机的下一步, 断开了", "稍后会再试"),
    "28": ConfigError("数据库服务器拒绝了用户名或密码", "请检查 [store] database"),
    "3D": ConfigError("数据库服务器上没有这个数据库", "请先建立, 或检查 [store] database"),
    "40": _BUSY,
    "42501": ConfigError("数据库用户权限不足", "请把各表的属主改为该用户"),
    "53100": _FULL,
    "53": StoreBusyError("数据库服务器资源不足", "稍后会再试"),
    "55P03": _BUSY,
    "57": StoreAwayError("数据库服务器正在停止或重启", "稍后会再试"),
    "58": StorageError("数据库服务器的磁盘出错", "请检查数据库服务器"),
}
"""By SQLSTATE or its class (PostgreSQL manual, appendix A)."""


@contextmanager
def translated_errors(*, reading: bool = False) -> Iterator[None]:
    """Turns a driver's error into ours by whose fault it is; what is our own fault (SQL,
    constraints, writing where one is only ``reading``) stays as it is.
    """
    try:
        yield
    except DBAPIError as error:
        if reading and getattr(error.orig, "sqlstate", None) == _ONLY_READS:
            raise
        _raise_translated(error.orig, error)
    # from the PRAGMAs of a new connection, which SQLAlchemy does not wrap
    except sqlite3.Error as error:
        _raise_translated(error, error)


def _raise_translated(original: Any, error: Exception) -> None:
    found = _translation(original)
    if found is None:
        raise error
    raise type(found)(found.message, found.hint) from error


def _translation(original: Any) -> MailroomError | None:
    if STORE_MOVED in str(original):
        return ConfigError(*WORDS[Fit.MOVED])
    name = getattr(original, "sqlite_errorname", None)
    if name is not None:
        return next(
            (mapped for code, mapped in _SQLITE.items() if str(name).startswith(code)),
            None,
        )
    state = getattr(original, "sqlstate", None)
    if state:
        return _POSTGRESQL.get(state) or _POSTGRESQL.get(state[:2])
    # psycopg knows no SQLSTATE before a connection stands, or when nobody answers (a subclass)
    if any(each.__name__ == "OperationalError" for each in type(original).__mro__):
        # the server's own: not there, no such database, wrong password
        words = " ".join(str(original).split())[:300]
        return StoreAwayError(
            f"数据库服务器连接不上: {words}",
            "请检查 [store] database 和服务器是否在运行; 稍后会再试",
        )
    return None
