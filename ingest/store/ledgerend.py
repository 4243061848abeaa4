"""A ledger that takes no line any more: its store was moved. Held by the database itself, so that
also programs that opened it before write nothing after its last line.
"""

from __future__ import annotations

from sqlalchemy import text
from sqlmodel import Session

from ingest.store.database import STORE_MOVED

_WORDS = f"{STORE_MOVED}: see the last line of its ledger"
_SQLITE = f"""
CREATE TRIGGER events_moved BEFORE INSERT ON events BEGIN SELECT RAISE(ABORT, '{_WORDS}'); END
"""
_FUNCTION = f"""
CREATE OR REPLACE FUNCTION events_moved() RETURNS trigger LANGUAGE plpgsql
AS $$ BEGIN RAISE EXCEPTION '{_WORDS}'; END $$
"""
_POSTGRESQL = """
CREATE TRIGGER events_moved BEFORE INSERT ON events
FOR EACH STATEMENT EXECUTE FUNCTION events_moved()
"""
_CLOSE = {"sqlite": (_SQLITE,), "postgresql": (_FUNCTION, _POSTGRESQL)}
_OPEN = {
    "sqlite": ("DROP TRIGGER IF EXISTS events_moved",),
    "postgresql": (
        "DROP TRIGGER IF EXISTS events_moved ON events",
        "DROP FUNCTION IF EXISTS events_moved()",
    ),
}


def close_ledger(session: Session) -> None:
    """From the end of this transaction on nothing happens here any more."""
    _run(session, _CLOSE)


def open_ledger(session: Session) -> None:
    """The store comes back: its lines are brought."""
    _run(session, _OPEN)


def _run(session: Session, statements: dict[str, tuple[str, ...]]) -> None:
    connection = session.connection()
    for statement in statements[connection.dialect.name]:
        connection.execute(text(statement))
