"""The request that a line of the audit came with, and an index by which one object's story is found."""

import sqlalchemy as sa
from alembic import op

revision = "0033"
down_revision = "0031"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # no batch: that would make the table anew on SQLite, without the triggers that keep it append-only
    op.add_column("audit_entry", sa.Column("request_id", sa.String(length=20), nullable=False, server_default=""))
    op.create_index("ix_audit_entry_object_id", "audit_entry", ["object_id"], unique=False)


def downgrade() -> None:
    op.drop_index("ix_audit_entry_object_id", table_name="audit_entry")
    op.drop_column("audit_entry", "request_id")
