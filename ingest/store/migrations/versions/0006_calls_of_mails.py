"""A mail says which call it is for. Rows from before name none: there was one call."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("messages") as table:
        table.add_column(sa.Column("call", sa.Text(), nullable=False, server_default=""))
    with op.batch_alter_table("messages") as table:
        table.alter_column("call", server_default=None)
