"""Proposals tables."""

import sqlalchemy as sa
from alembic import op

import core.db.types

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "cluster_proposal",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("status", sa.String(length=12), nullable=False),
        sa.Column("asked", sa.JSON(), nullable=False),
        sa.Column("home_ids", sa.JSON(), nullable=False),
        sa.Column("result", sa.JSON(), nullable=False),
        sa.Column("accepted", sa.JSON(), nullable=False),
        sa.Column("asked_by", sa.String(length=254), nullable=False),
        sa.Column("started_at", core.db.types.UtcDateTime(timezone=True), nullable=False),
        sa.Column("finished_at", core.db.types.UtcDateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cluster_proposal")),
    )
    with op.batch_alter_table("cluster_proposal", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_cluster_proposal_status"), ["status"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("cluster_proposal", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_cluster_proposal_status"))

    op.drop_table("cluster_proposal")
