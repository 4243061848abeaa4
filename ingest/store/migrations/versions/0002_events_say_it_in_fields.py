"""What an event says to programs has a column of its own, and kinds are found without reading the whole ledger.

Rows that are there keep NULL, and with it the hash they have: see ``ingest/store/chain.py``.
"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # Not in a batch: SQLite would copy the table, and the copy would lose the triggers that guard the ledger.
    op.add_column("events", sa.Column("data", sa.Text(), nullable=True))
    op.create_index("ix_events_kind", "events", ["kind"], unique=False)
