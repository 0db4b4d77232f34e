"""Tax that the payment provider adds to a bill."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("billing_invoice", schema=None) as batch_op:
        batch_op.add_column(sa.Column("tax_minor", sa.Integer(), nullable=False, server_default="0"))
    with op.batch_alter_table("billing_invoice", schema=None) as batch_op:
        batch_op.alter_column("tax_minor", server_default=None)


def downgrade() -> None:
    with op.batch_alter_table("billing_invoice", schema=None) as batch_op:
        batch_op.drop_column("tax_minor")
