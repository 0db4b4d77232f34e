"""Sessions, summed-up minutes of telemetry, and how far history was worked through."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "mowing_session",
        sa.Column("number", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("started_ms", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("ended_ms", sa.BigInteger(), nullable=False),
        sa.Column("end_reason", sa.String(length=20), nullable=True),
        sa.Column("mowing_s", sa.Float(), nullable=False),
        sa.Column("paused_s", sa.Float(), nullable=False),
        sa.Column("fault_s", sa.Float(), nullable=False),
        sa.Column("pauses", sa.Integer(), nullable=False),
        sa.Column("faults", sa.JSON(), nullable=False),
        sa.Column("distance_m", sa.Float(), nullable=False),
        sa.Column("battery_used", sa.Integer(), nullable=False),
        sa.Column("area_m2", sa.Float(), nullable=True),
        sa.Column("progress_start", sa.Integer(), nullable=True),
        sa.Column("progress_end", sa.Integer(), nullable=True),
        sa.Column("zones", sa.JSON(), nullable=False),
        sa.Column("task_ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("number", "started_ms", name=op.f("pk_mowing_session")),
        sqlite_with_rowid=False,
    )
    with op.batch_alter_table("mowing_session", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_mowing_session_ended_ms"), ["ended_ms"], unique=False)
    op.create_table(
        "history_mark",
        sa.Column("number", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("sessions_ms", sa.BigInteger(), nullable=False),
        sa.Column("minutes_ms", sa.BigInteger(), nullable=False),
        sa.Column("thinned_ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_history_mark")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "telemetry_minute",
        sa.Column("mower", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("minute", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("readings", sa.SmallInteger(), nullable=False),
        sa.Column("state", sa.SmallInteger(), nullable=False),
        sa.Column("battery_low", sa.SmallInteger(), nullable=True),
        sa.Column("battery_high", sa.SmallInteger(), nullable=True),
        sa.Column("progress", sa.SmallInteger(), nullable=True),
        sa.Column("speed_cm_s", sa.SmallInteger(), nullable=True),
        sa.Column("satellites_low", sa.SmallInteger(), nullable=True),
        sa.Column("satellites_high", sa.SmallInteger(), nullable=True),
        sa.Column("signal_low", sa.SmallInteger(), nullable=True),
        sa.Column("signal_high", sa.SmallInteger(), nullable=True),
        sa.Column("longitude_e7", sa.BigInteger(), nullable=True),
        sa.Column("latitude_e7", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("mower", "minute", name=op.f("pk_telemetry_minute")),
        sqlite_with_rowid=False,
    )


def downgrade() -> None:
    op.drop_table("telemetry_minute")
    op.drop_table("history_mark")
    with op.batch_alter_table("mowing_session", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_mowing_session_ended_ms"))
    op.drop_table("mowing_session")
