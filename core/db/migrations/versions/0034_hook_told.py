"""The state word of each mower that other people's servers were told last."""

import sqlalchemy as sa
from alembic import op

revision = "0034"
down_revision = "0033"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "hook_told",
        sa.Column("device_name", sa.String(length=64), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.PrimaryKeyConstraint("device_name", name=op.f("pk_hook_told")),
    )


def downgrade() -> None:
    op.drop_table("hook_told")
