"""People: what is proved about senders, tasks, what staff decided and read, codes they answer with.

Plain column types only. Addresses of older cases get no proof here: everybody who has written in a case was known to
it until now, which is what this schema ends; the one that opened it stays known.
"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_OLD_PROOF = "earlier"


def upgrade() -> None:
    _cases()
    _tasks()
    _staff()
    op.execute(
        "INSERT INTO case_addresses (case_id, address, proof, since, by) "
        f"SELECT opener.case_id, lower(mail.from_address), '{_OLD_PROOF}', mail.fetched_at, '' "
        "FROM (SELECT case_id, min(message_id) AS message_id FROM case_messages GROUP BY case_id) AS opener "
        "JOIN messages AS mail ON mail.id = opener.message_id WHERE mail.from_address <> ''"
    )


def _cases() -> None:
    with op.batch_alter_table("cases") as table:
        table.add_column(sa.Column("contested", sa.Boolean(), nullable=False, server_default=sa.false()))
        table.add_column(sa.Column("first_pending_at", sa.DateTime(timezone=True), nullable=True))
        table.add_column(sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True))
        table.add_column(sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True))
        table.add_column(sa.Column("merged_into", sa.Integer(), nullable=True))
        table.add_column(sa.Column("assigned_to", sa.Text(), nullable=False, server_default=""))
    with op.batch_alter_table("cases") as table:
        table.alter_column("contested", server_default=None)
        table.alter_column("assigned_to", server_default=None)
    with op.batch_alter_table("case_messages") as table:
        table.add_column(sa.Column("standing", sa.Text(), nullable=False, server_default=""))
        table.add_column(sa.Column("counts", sa.Boolean(), nullable=False, server_default=sa.true()))
        table.add_column(sa.Column("counts_from", sa.DateTime(timezone=True), nullable=True))
    with op.batch_alter_table("case_messages") as table:
        table.alter_column("standing", server_default=None)
        table.alter_column("counts", server_default=None)
    op.create_table(
        "case_addresses",
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("proof", sa.Text(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name="fk_case_addresses_case_id"),
        sa.PrimaryKeyConstraint("case_id", "address", name="pk_case_addresses"),
    )
    op.create_index("ix_case_addresses_address", "case_addresses", ["address"], unique=False)


def _tasks() -> None:
    op.create_table(
        "tasks",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=True),
        sa.Column("entry", sa.Text(), nullable=False),
        sa.Column("message_id", sa.Integer(), nullable=True),
        sa.Column("outbox_id", sa.Integer(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("telephone", sa.Text(), nullable=False),
        sa.Column("assigned_to", sa.Text(), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_by", sa.Text(), nullable=False),
        sa.Column("closed_because", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name="fk_tasks_case_id"),
        sa.ForeignKeyConstraint(["message_id"], ["messages.id"], name="fk_tasks_message_id"),
        sa.PrimaryKeyConstraint("id", name="pk_tasks"),
        sa.UniqueConstraint("key", name="uq_tasks_key"),
    )
    for column in ("case_id", "closed_at", "message_id"):
        op.create_index(f"ix_tasks_{column}", "tasks", [column], unique=False)


def _staff() -> None:
    op.create_table(
        "staff_decisions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("decision", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("second", sa.Text(), nullable=False),
        sa.Column("needs_second", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name="fk_staff_decisions_case_id"),
        sa.PrimaryKeyConstraint("id", name="pk_staff_decisions"),
    )
    op.create_index("ix_staff_decisions_case_id", "staff_decisions", ["case_id"], unique=False)
    op.create_table(
        "staff_facts",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("entry", sa.Text(), nullable=False),
        sa.Column("field", sa.Text(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.Column("who", sa.Text(), nullable=False),
        sa.Column("because", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name="fk_staff_facts_case_id"),
        sa.PrimaryKeyConstraint("id", name="pk_staff_facts"),
    )
    op.create_index("ix_staff_facts_case_id", "staff_facts", ["case_id"], unique=False)
    op.create_table(
        "staff_codes",
        sa.Column("code_sha256", sa.Text(), nullable=False),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("used_by", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("code_sha256", name="pk_staff_codes"),
    )
