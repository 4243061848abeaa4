"""What all tables of the database share: one metadata with named constraints, column types that
bear any input, and how one row is looked up and changed.

No table stands here (they live with their owners), and no query of one table alone.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from enum import StrEnum
from functools import cache
from typing import Any, ClassVar, TypeVar

from sqlalchemy import Dialect, Enum, MetaData, Select, Update, bindparam, inspect, select
from sqlalchemy import types as sqltypes
from sqlalchemy.orm import Session
from sqlalchemy.orm.util import identity_key
from sqlmodel import SQLModel

# PostgreSQL's text holds no NUL, and neither database holds half of a surrogate pair; headers of
# hostile mail have both.
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")


def storable(text: str) -> str:
    """``text`` as a database gives it back: what none can hold becomes U+FFFD."""
    # encoding looks at the characters ten times as fast as a pattern does
    return text if _is_storable(text) else _UNSTORABLE.sub("\ufffd", text)


def _is_storable(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return "\0" not in text


class Text(sqltypes.TypeDecorator[str]):
    """Text of any length; what no database can hold becomes U+FFFD."""

    impl = sqltypes.Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        """The text as it is stored."""
        del dialect
        return None if value is None else storable(value)


class Key(Text):
    """Text that is indexed: at most 600 characters are stored, and compared.

    An index entry of PostgreSQL takes 2,704 bytes, a character up to 4; a hostile Message-ID must
    not make a mail impossible to store.
    """

    impl = sqltypes.Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        """The text as it is stored."""
        return super().process_bind_param(None if value is None else value[:600], dialect)


def word(kind: type[StrEnum]) -> Enum:
    """A column that holds a member of ``kind`` by its value, as plain text that people can read in
    the database.

    No native enum type and no check constraint: a new word then needs no migration.
    """
    return Enum(
        kind,
        native_enum=False,
        length=20,
        values_callable=lambda members: [str(item) for item in members],
    )


class Row(SQLModel):
    """The base of every table.

    Constraints get names by rule, because a migration can only change what it can name.
    """

    metadata: ClassVar[Any] = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )


_R = TypeVar("_R", bound=Row)


def fresh_row(session: Session, table: type[_R], number: int) -> _R | None:
    """The row of this number as the database has it now, also where the session holds an older one;
    None when there is none.
    """
    return session.execute(_by_number(table), {"which": number}).scalars().first()


@cache
def _by_number(table: type[_R]) -> Select[_R]:
    """Built once: a mail, a letter or a case is looked up many times on its way."""
    (key,) = inspect(table).primary_key
    asked = select(table).where(key == bindparam("which"))
    return asked.execution_options(populate_existing=True)


def change_row(
    session: Session,
    statement: Update,
    row: tuple[type[Row], int],
    values: Mapping[str, Any],
    asked: Mapping[str, Any],
) -> bool:
    """Carry out the compare-and-set of one row, ``statement`` asking for what is ``asked``; True
    when this call changed it. What the session holds of the row follows.

    A statement that is built once and goes past the mapper costs a third of one that does not, and
    each mail and each letter is changed several times.
    """
    session.flush()
    changed = session.connection().execute(statement, {**asked, **values}).rowcount == 1
    held = session.identity_map.get(identity_key(*row)) if changed else None
    if held is not None:
        session.refresh(held)
    return changed
