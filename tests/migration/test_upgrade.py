"""A database of an earlier version is brought to the present one, and what it vouched for still
holds.
"""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import create_engine, text
from sqlalchemy.exc import DBAPIError

from ingest.store import migrations
from ingest.store.audit import verify_ledger
from ingest.store.database import Database, open_database
from ingest.store.events import EventKind, list_events, reason_of, record_no_letter

NOW = datetime(2024, 8, 30, 2, 0, 0, 123456, tzinfo=UTC)
CONTENT = "e544db0a1913a828eda3988170d4bef906aefab91cca4687653b1209e7333d10"
CHAIN = "0880f5d6de866a4712ac2bbfb22bfa7dc5bc9a73fcbc54a87dc9070164caebd3"
"""What the first version wrote beside this row."""


@pytest.fixture
def first(url: str) -> Database:
    """A database as the first version left it, with one line in its ledger."""
    config = Config()
    config.set_main_option("script_location", str(Path(migrations.__file__).parent))
    config.set_main_option("path_separator", "os")
    engine = create_engine(url)
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "0001")
        connection.execute(
            text(
                "INSERT INTO events (id, at, kind, message_id, sha256, text, content, chain) "
                "VALUES (1, :at, 'no_letter', 7, '', '不发信函: 邮件列表', :content, :chain)"
            ),
            {
                "at": NOW if engine.dialect.name == "postgresql" else f"{NOW:%F %T.%f}",
                "content": CONTENT,
                "chain": CHAIN,
            },
        )
    engine.dispose()
    return open_database(url)


def test_the_ledger_of_the_first_version_still_verifies(first: Database) -> None:
    """Its rows keep the hashes they have; new ones hang on them."""
    assert first.schema_state() == "behind"
    first.migrate()

    with first.writing() as session:
        record_no_letter(session, NOW, "自动答复", message_id=8)

    with first.reading() as session:
        assert verify_ledger(session).findings == ()
        assert [reason_of(event) for event in list_events(session, kind=EventKind.NO_LETTER)] == [
            "不发信函: 邮件列表",
            "自动答复",
        ]
    first.close()


def test_the_ledger_is_still_only_added_to(url: str, first: Database) -> None:
    """The guards outlive a change of their table."""
    first.migrate()
    stranger = create_engine(url)

    with pytest.raises(DBAPIError, match="only ever added to"), stranger.begin() as connection:
        connection.exec_driver_sql("UPDATE events SET data = '{}' WHERE id = 1")

    stranger.dispose()
    first.close()
