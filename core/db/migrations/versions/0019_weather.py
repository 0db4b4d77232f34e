"""What was told of the weather, thresholds of clusters, and every decision of the weather gate."""

import sqlalchemy as sa
from alembic import op

import core.db.types

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "weather_report",
        sa.Column("place", sa.String(length=20), nullable=False),
        sa.Column("latitude", sa.Float(), nullable=False),
        sa.Column("longitude", sa.Float(), nullable=False),
        sa.Column("read_at", core.db.types.UtcDateTime(timezone=True), nullable=False),
        sa.Column("source", sa.String(length=40), nullable=False),
        sa.Column("hours", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("place", name=op.f("pk_weather_report")),
    )
    op.create_table(
        "weather_limits",
        sa.Column("cluster_id", sa.Uuid(), nullable=False),
        sa.Column("numbers", sa.JSON(), nullable=False),
        sa.Column("set_by", sa.String(length=254), nullable=False),
        sa.Column("set_at", core.db.types.UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["cluster_id"], ["cluster.id"], name=op.f("fk_weather_limits_cluster_id_cluster"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("cluster_id", name=op.f("pk_weather_limits")),
    )
    op.create_table(
        "weather_decision",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("cluster_id", sa.Uuid(), nullable=False),
        sa.Column("about", sa.Uuid(), nullable=True),
        sa.Column("decided_at", core.db.types.UtcDateTime(timezone=True), nullable=False),
        sa.Column("begins", core.db.types.UtcDateTime(timezone=True), nullable=False),
        sa.Column("latest", core.db.types.UtcDateTime(timezone=True), nullable=False),
        sa.Column("work_s", sa.Integer(), nullable=False),
        sa.Column("verdict", sa.String(length=8), nullable=False),
        sa.Column("until", core.db.types.UtcDateTime(timezone=True), nullable=True),
        sa.Column("basis", sa.String(length=8), nullable=False),
        sa.Column("source", sa.String(length=40), nullable=False),
        sa.Column("read_at", core.db.types.UtcDateTime(timezone=True), nullable=True),
        sa.Column("checks", sa.JSON(), nullable=False),
        sa.Column("limits", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["cluster_id"], ["cluster.id"], name=op.f("fk_weather_decision_cluster_id_cluster"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_weather_decision")),
    )
    with op.batch_alter_table("weather_decision", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_weather_decision_about"), ["about"], unique=False)
        batch_op.create_index("ix_weather_decision_cluster_decided", ["cluster_id", "decided_at"], unique=False)


def downgrade() -> None:
    op.drop_table("weather_decision")
    op.drop_table("weather_limits")
    op.drop_table("weather_report")
