"""Which process owns which vendor account, which processes are there, and whose run a watermark of telemetry is."""

import sqlalchemy as sa
from alembic import op

from core.db.types import UtcDateTime

revision = "0030"
down_revision = "0028"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "account_lease",
        sa.Column("account", sa.String(length=254), nullable=False),
        sa.Column("owner", sa.String(length=80), nullable=False),
        sa.Column("token", sa.BigInteger(), nullable=False),
        sa.Column("until", UtcDateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("account", name=op.f("pk_account_lease")),
    )
    op.create_table(
        "fleet_worker",
        sa.Column("owner", sa.String(length=80), nullable=False),
        sa.Column("until", UtcDateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("owner", name=op.f("pk_fleet_worker")),
    )
    with op.batch_alter_table("telemetry_watermark", schema=None) as batch_op:
        batch_op.add_column(sa.Column("owner", sa.String(length=80), nullable=False, server_default=""))


def downgrade() -> None:
    with op.batch_alter_table("telemetry_watermark", schema=None) as batch_op:
        batch_op.drop_column("owner")
    op.drop_table("fleet_worker")
    op.drop_table("account_lease")
