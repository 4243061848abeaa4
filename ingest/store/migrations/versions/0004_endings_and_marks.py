"""Entries that staff ended, and marks by which one applicant, or one file, is found in two cases.

Older cases get their marks when they are judged next.
"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "endings",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("entry", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("to", sa.Text(), nullable=False),
        sa.Column("who", sa.Text(), nullable=False),
        sa.Column("because", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name="fk_endings_case_id"),
        sa.PrimaryKeyConstraint("id", name="pk_endings"),
    )
    op.create_index("ix_endings_case_id", "endings", ["case_id"], unique=False)
    op.create_table(
        "case_marks",
        sa.Column("mark", sa.Text(), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name="fk_case_marks_case_id"),
        sa.PrimaryKeyConstraint("mark", "case_id", name="pk_case_marks"),
    )
