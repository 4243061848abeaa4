"""The schema that migrations make is the schema the program uses, on both kinds of database."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, UniqueConstraint, create_engine, inspect

from ingest.store import migrations
from ingest.store.database import open_database
from ingest.store.tables import Row


@pytest.fixture
def migrated(url: str) -> Iterator[Engine]:
    """A plain engine on a database brought to the present schema."""
    database = open_database(url)
    database.migrate()
    assert database.schema_state() == "current"
    database.close()
    engine = create_engine(url)
    yield engine
    engine.dispose()


def test_the_migrated_schema_equals_the_tables_of_the_program(migrated: Engine) -> None:
    """Tables, columns, types, nullability, indexes, unique constraints and foreign keys: no
    difference.
    """
    with migrated.connect() as connection:
        context = MigrationContext.configure(
            connection,
            opts={"compare_type": True, "compare_server_default": True},
        )
        assert compare_metadata(context, Row.metadata) == []


def test_every_constraint_has_the_name_the_program_gives_it(migrated: Engine) -> None:
    """What has no name cannot be changed by a later migration."""
    inspector = inspect(migrated)
    for table in Row.metadata.sorted_tables:
        wanted = {
            str(item.name)
            for item in table.constraints
            if isinstance(
                item,
                UniqueConstraint,
            )
        }
        assert {
            str(
                item["name"],
            )
            for item in inspector.get_unique_constraints(table.name)
        } == wanted
        assert {item["name"] for item in inspector.get_foreign_keys(table.name)} == {
            item.name for item in table.foreign_key_constraints
        }
        assert inspector.get_pk_constraint(table.name)["name"] == f"pk_{table.name}"


def test_a_missing_index_would_be_noticed(migrated: Engine) -> None:
    """The comparison above is able to fail."""
    with migrated.begin() as connection:
        connection.exec_driver_sql("DROP INDEX ix_events_at")
        difference = compare_metadata(MigrationContext.configure(connection), Row.metadata)
    assert [item[0] for item in difference] == ["add_index"]


def test_migrating_twice_changes_nothing(url: str) -> None:
    """A restart migrates again."""
    database = open_database(url)
    assert database.schema_state() == "empty"
    for _ in range(2):
        database.migrate()
        assert database.schema_state() == "current"
    database.close()


def test_every_step_is_named_where_looking_is_cheap() -> None:
    """REVISIONS is the chain of Alembic's files, oldest first."""
    script = ScriptDirectory(str(Path(migrations.__file__).parent))

    assert tuple(step.revision for step in script.walk_revisions())[::-1] == migrations.REVISIONS
