"""Beside the ledger a queue for several machines, and who has the receiver's part. Only on
PostgreSQL: SQLite has one machine."""

from alembic import op

from ingest.store.engine import lay_engine

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    connection = op.get_bind()
    if connection.dialect.name != "postgresql":
        return
    lay_engine(connection)
    living = "status IN ('todo', 'doing')"
    op.execute(
        "CREATE INDEX mailroom_living_jobs ON jobs.procrastinate_jobs (queueing_lock)"
        f" WHERE {living}"
    )
    op.execute(f"CREATE INDEX mailroom_locks ON jobs.procrastinate_jobs (lock) WHERE {living}")
    op.execute(
        "CREATE TABLE jobs.leases (name text PRIMARY KEY, owner text NOT NULL,"
        " version text NOT NULL, pid integer NOT NULL, since timestamptz NOT NULL,"
        " seen_at timestamptz NOT NULL)"
    )
