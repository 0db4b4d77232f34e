"""Visits told ahead and mown again outside the plan, places held for who waits in line, and homes that bring others."""

import sqlalchemy as sa
from alembic import op

import core.db.types

revision = "0024"
down_revision = "0022"
branch_labels = None
depends_on = None

MOMENT = core.db.types.UtcDateTime(timezone=True)


def upgrade() -> None:
    with op.batch_alter_table("visit", schema=None) as batch_op:
        batch_op.add_column(sa.Column("extra", sa.Boolean(), nullable=False, server_default=sa.false()))
        batch_op.add_column(sa.Column("told_for", MOMENT, nullable=True))
        batch_op.drop_constraint("uq_visit_lot_id_due_on", type_="unique")
        batch_op.create_unique_constraint("uq_visit_lot_id_due_on_extra", ["lot_id", "due_on", "extra"])
    with op.batch_alter_table("visit", schema=None) as batch_op:
        batch_op.alter_column("extra", server_default=None)
    with op.batch_alter_table("cluster_waiting", schema=None) as batch_op:
        batch_op.add_column(sa.Column("offered_until", MOMENT, nullable=True))
    op.create_table(
        "referral_code",
        sa.Column("household_id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.String(length=12), nullable=False),
        sa.Column("made_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("household_id", name=op.f("pk_referral_code")),
        sa.UniqueConstraint("code", name=op.f("uq_referral_code_code")),
    )
    op.create_table(
        "referral",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("brought_id", sa.Uuid(), nullable=False),
        sa.Column("by_id", sa.Uuid(), nullable=False),
        sa.Column("minor", sa.Integer(), nullable=False),
        sa.Column("named_at", MOMENT, nullable=False),
        sa.Column("brought_credited_at", MOMENT, nullable=True),
        sa.Column("by_credited_at", MOMENT, nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_referral")),
        sa.UniqueConstraint("brought_id", name=op.f("uq_referral_brought_id")),
    )
    op.create_index(op.f("ix_referral_by_id"), "referral", ["by_id"], unique=False)


def downgrade() -> None:
    op.drop_table("referral")
    op.drop_table("referral_code")
    with op.batch_alter_table("cluster_waiting", schema=None) as batch_op:
        batch_op.drop_column("offered_until")
    op.execute(sa.text("DELETE FROM visit WHERE extra"))
    with op.batch_alter_table("visit", schema=None) as batch_op:
        batch_op.drop_constraint("uq_visit_lot_id_due_on_extra", type_="unique")
        batch_op.drop_column("told_for")
        batch_op.drop_column("extra")
        batch_op.create_unique_constraint("uq_visit_lot_id_due_on", ["lot_id", "due_on"])
