"""How each person reads lengths and the time of day; empty leaves it to their browser."""

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("person", schema=None) as batch_op:
        batch_op.add_column(sa.Column("units", sa.String(length=10), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("hours", sa.String(length=2), nullable=False, server_default=""))
    with op.batch_alter_table("person", schema=None) as batch_op:
        batch_op.alter_column("units", server_default=None)
        batch_op.alter_column("hours", server_default=None)


def downgrade() -> None:
    with op.batch_alter_table("person", schema=None) as batch_op:
        batch_op.drop_column("hours")
        batch_op.drop_column("units")
