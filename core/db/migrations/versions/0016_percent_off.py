"""What a coupon takes off the running period, beside the price: the recurring figure tells what is really paid."""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("billing_subscription", schema=None) as batch_op:
        batch_op.add_column(sa.Column("percent_off", sa.Integer(), nullable=False, server_default="0"))
    with op.batch_alter_table("billing_subscription", schema=None) as batch_op:
        batch_op.alter_column("percent_off", server_default=None)


def downgrade() -> None:
    with op.batch_alter_table("billing_subscription", schema=None) as batch_op:
        batch_op.drop_column("percent_off")
