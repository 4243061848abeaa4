"""Alembic's entry: runs the steps on the connection it is handed, inside that connection's
transaction.

No address and no engine of its own, no alembic.ini: ``ingest/store/database.py`` decides what is
migrated.
"""

from alembic import context

from ingest.store.tables import Row

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Row.metadata,
    transactional_ddl=True,  # SQLite's DDL is transactional once BEGIN is ours: all steps or none
    render_as_batch=True,  # SQLite alters a table by copying it
)
with context.begin_transaction():
    context.run_migrations()
