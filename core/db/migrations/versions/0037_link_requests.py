"""What a process asks of a link that another one owns."""

import sqlalchemy as sa
from alembic import op

import core.db.types

revision = "0037"
down_revision = "0036"
branch_labels = None
depends_on = None


def upgrade() -> None:
    moment = core.db.types.UtcDateTime(timezone=True)
    op.create_table(
        "link_request",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("device_name", sa.String(length=64), nullable=False),
        sa.Column("call", sa.String(length=20), nullable=False),
        sa.Column("given", sa.Text(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("asked_at", moment, nullable=False),
        sa.Column("expires_at", moment, nullable=False),
        sa.Column("taken_at", moment, nullable=True),
        sa.Column("taken_by", sa.String(length=64), nullable=False),
        sa.Column("ended_at", moment, nullable=True),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.Column("error_code", sa.String(length=20), nullable=False),
        sa.Column("error", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_link_request")),
    )
    op.create_index(op.f("ix_link_request_asked_at"), "link_request", ["asked_at"])
    waiting = sa.text("state = 'waiting'")
    op.create_index(
        "ix_link_request_waiting", "link_request", ["asked_at"], sqlite_where=waiting, postgresql_where=waiting
    )


def downgrade() -> None:
    op.drop_table("link_request")
