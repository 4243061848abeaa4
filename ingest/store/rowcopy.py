"""The rows of one database held against those of another, and put there: what a move of a store
needs. Begun again wherever it was broken off; nothing is written that is there already.

Which tables there are is the metadata's to say; what a move is, ``ingest/moving.py``'s.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from enum import Enum
from itertools import islice
from typing import Any

from sqlalchemy import Column, Connection, Table, collate, func, select, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.types import String, TypeDecorator
from sqlmodel import Session

from ingest.errors import UsageError
from ingest.store.database import Database
from ingest.store.tables import Row

_BATCH = 100  #: rows in one transaction; a letter with a workbook is a megabyte
APART = "store"
"""The table that says whose the database is: written last, by who moves."""

Values = tuple[Any, ...]


class Change(Enum):
    """What makes one table as the other."""

    ADD = "add"
    ALTER = "alter"
    DROP = "drop"


@dataclass(frozen=True, slots=True)
class Difference:
    """One row that is not the same in both."""

    change: Change
    row: Values  #: as it is at the source; of a row to be dropped as it is at the target


def differences(
    source: Iterable[Values], target: Iterable[Values], key: Callable[[Values], Values]
) -> Iterator[Difference]:
    """What is to be done to the target, both sorted by ``key``. Pure."""
    ours, theirs = iter(source), iter(target)
    mine, its = next(ours, None), next(theirs, None)
    while mine is not None or its is not None:
        if its is None or (mine is not None and key(mine) < key(its)):
            assert mine is not None
            yield Difference(Change.ADD, mine)
            mine = next(ours, None)
        elif mine is None or key(its) < key(mine):
            yield Difference(Change.DROP, its)
            its = next(theirs, None)
        else:
            if mine != its:
                yield Difference(Change.ALTER, mine)
            mine, its = next(ours, None), next(theirs, None)


def tables() -> list[Table]:
    """All but the one that says whose it is; what is referred to comes first."""
    return [table for table in Row.metadata.sorted_tables if table.name != APART]


def copy_rows(source: Database, target: Database, told: Callable[[int], None]) -> int:
    """Make the rows of ``target`` those of ``source``; how many had to be changed. ``told`` is
    given how many rows went by.

    Raises:
        UsageError: the target holds what no move brought there.
        StorageError, TemporaryError: trouble of a database.
    """
    return sum(_copy_table(source, target, table, told) for table in tables())


def differing(source: Database, target: Database, told: Callable[[int], None]) -> list[str]:
    """The names of tables that are not the same, row by row."""
    names = []
    for table in tables():
        with closing(_compared(source, target, table, told)) as found:
            names += [table.name] if next(found, None) is not None else []
    return names


def count_rows(database: Database) -> int:
    """Of all tables together."""
    with database.reading() as session:
        connection = session.connection()
        counts = (connection.scalar(select(func.count()).select_from(one)) for one in tables())
        return sum(count or 0 for count in counts)


def copy_store_row(source: Database, session: Session) -> None:
    """The row that says whose it is, in the caller's transaction."""
    table = Row.metadata.tables[APART]
    with source.reading() as ours:
        rows = list(_rows(ours.connection(), table))
    connection = session.connection()
    connection.execute(table.delete())
    _apply(connection, table, [Difference(Change.ADD, row) for row in rows])


def _copy_table(
    source: Database, target: Database, table: Table, told: Callable[[int], None]
) -> int:
    count = 0
    try:
        with closing(_compared(source, target, table, told)) as found:
            while batch := list(islice(found, _BATCH)):
                with target.writing() as session:
                    _apply(session.connection(), table, batch)
                count += len(batch)
    except IntegrityError as error:
        raise UsageError(
            f"目标数据库的表 {table.name} 里有不是这次迁移放进去的内容",
            "换一个空的数据库, 或清空它再运行",
        ) from error
    with target.writing() as session:
        _count_on(session.connection(), table)
    return count


def _compared(
    source: Database, target: Database, table: Table, told: Callable[[int], None]
) -> Generator[Difference]:
    with source.reading() as ours, target.reading() as theirs:
        mine = _counted(_rows(ours.connection(), table), told)
        yield from differences(mine, _rows(theirs.connection(), table), _key_of(table))


def _counted(rows: Iterable[Values], told: Callable[[int], None]) -> Iterator[Values]:
    for number, row in enumerate(rows, 1):
        yield row
        if number % _BATCH == 0:
            told(_BATCH)


def _rows(connection: Connection, table: Table) -> Iterator[Values]:
    """Sorted by the primary key as its bytes are, whatever language the database sorts by."""
    order = [_by_bytes(column, connection) for column in table.primary_key]
    query = select(table).order_by(*order).execution_options(yield_per=_BATCH)
    with connection.execute(query) as found:
        for row in found:
            yield tuple(row)


def _by_bytes(column: Column[Any], connection: Connection) -> Any:
    if connection.dialect.name == "postgresql" and _is_text(column):
        return collate(column, "C")
    return column


def _is_text(column: Column[Any]) -> bool:
    kind = column.type
    return isinstance(kind.impl_instance if isinstance(kind, TypeDecorator) else kind, String)


def _key_of(table: Table) -> Callable[[Values], Values]:
    names = [column.name for column in table.columns]
    places = [names.index(column.name) for column in table.primary_key]

    def key(row: Values) -> Values:
        # a text in the order of its UTF-8, as both databases have it
        return tuple(
            each.encode() if isinstance(each, str) else each for each in (row[at] for at in places)
        )

    return key


def _apply(connection: Connection, table: Table, batch: Sequence[Difference]) -> None:
    for change in (Change.DROP, Change.ALTER, Change.ADD):
        rows = [one.row for one in batch if one.change is change]
        if not rows:
            continue
        named = [dict(zip(table.columns.keys(), row, strict=True)) for row in rows]
        if change is Change.ADD:
            connection.execute(table.insert(), named)
        else:
            for row in named:
                _alter(connection, table, row, change)


def _alter(connection: Connection, table: Table, row: dict[str, Any], change: Change) -> None:
    here = [column == row[column.name] for column in table.primary_key]
    if change is Change.DROP:
        connection.execute(table.delete().where(*here))
    else:
        connection.execute(table.update().where(*here).values(row))


def _count_on(connection: Connection, table: Table) -> None:
    """New rows get numbers behind those that were brought: PostgreSQL counts apart from its
    rows.
    """
    key = list(table.primary_key)
    if connection.dialect.name != "postgresql" or len(key) > 1 or _is_text(key[0]):
        return
    name = key[0].name
    connection.execute(
        text(
            f"SELECT setval(pg_get_serial_sequence('{table.name}', '{name}'), "  # noqa: S608
            f"coalesce(max({name}), 1), max({name}) IS NOT NULL) FROM {table.name}"
        )
    )
