"""Fleet tables."""

import sqlalchemy as sa
from alembic import op

import core.db.types

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "telemetry",
        sa.Column("mower", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("device_time_ms", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("sequence", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("received_ms", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.SmallInteger(), nullable=False),
        sa.Column("confidence", sa.SmallInteger(), nullable=False),
        sa.Column("source", sa.SmallInteger(), nullable=False),
        sa.Column("mode", sa.SmallInteger(), nullable=True),
        sa.Column("work_mode_code", sa.SmallInteger(), nullable=True),
        sa.Column("battery_percent", sa.SmallInteger(), nullable=True),
        sa.Column("flags", sa.SmallInteger(), nullable=False),
        sa.Column("longitude_e7", sa.BigInteger(), nullable=True),
        sa.Column("latitude_e7", sa.BigInteger(), nullable=True),
        sa.Column("heading_cdeg", sa.BigInteger(), nullable=True),
        sa.Column("position_type", sa.SmallInteger(), nullable=True),
        sa.Column("progress_percent", sa.SmallInteger(), nullable=True),
        sa.Column("area_m2", sa.Float(), nullable=True),
        sa.Column("zone_hash", sa.BigInteger(), nullable=True),
        sa.Column("path_hash", sa.BigInteger(), nullable=True),
        sa.Column("speed_cm_s", sa.SmallInteger(), nullable=True),
        sa.Column("fault_code", sa.BigInteger(), nullable=True),
        sa.Column("extra", sa.JSON(), nullable=True),
        sa.PrimaryKeyConstraint("mower", "device_time_ms", "sequence", name=op.f("pk_telemetry")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "telemetry_watermark",
        sa.Column("run_id", sa.Uuid(), nullable=False),
        sa.Column("started_at", core.db.types.UtcDateTime(timezone=True), nullable=False),
        sa.Column("flushed_at", core.db.types.UtcDateTime(timezone=True), nullable=False),
        sa.Column("flushed_readings", sa.BigInteger(), nullable=False),
        sa.Column("closed_at", core.db.types.UtcDateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("run_id", name=op.f("pk_telemetry_watermark")),
    )
    op.create_table(
        "vendor_account",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("account", sa.String(length=254), nullable=False),
        sa.Column("sealed_password", sa.String(), nullable=True),
        sa.Column("sealed_tokens", sa.String(), nullable=True),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("state_since", core.db.types.UtcDateTime(timezone=True), nullable=False),
        sa.Column("detail", sa.String(length=500), nullable=False),
        sa.Column("linked_at", core.db.types.UtcDateTime(timezone=True), nullable=False),
        sa.Column("unlinked_at", core.db.types.UtcDateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_vendor_account")),
        sa.UniqueConstraint("account", name=op.f("uq_vendor_account_account")),
    )
    op.create_table(
        "mower",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.SmallInteger(), nullable=False),
        sa.Column("device_name", sa.String(length=64), nullable=False),
        sa.Column("vendor_account_id", sa.Uuid(), nullable=True),
        sa.Column("iot_id", sa.String(length=64), nullable=False),
        sa.Column("product_key", sa.String(length=64), nullable=False),
        sa.Column("model", sa.String(length=64), nullable=False),
        sa.Column("firmware", sa.String(length=40), nullable=True),
        sa.Column("created_at", core.db.types.UtcDateTime(timezone=True), nullable=False),
        sa.Column("removed_at", core.db.types.UtcDateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["vendor_account_id"], ["vendor_account.id"], name=op.f("fk_mower_vendor_account_id_vendor_account")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mower")),
        sa.UniqueConstraint("device_name", name=op.f("uq_mower_device_name")),
        sa.UniqueConstraint("number", name=op.f("uq_mower_number")),
    )
    with op.batch_alter_table("mower", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_mower_vendor_account_id"), ["vendor_account_id"], unique=False)

    op.create_table(
        "command",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("mower_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("parameters", sa.JSON(), nullable=False),
        sa.Column("status", sa.String(length=20), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=True),
        sa.Column("asked_by", sa.String(length=254), nullable=False),
        sa.Column("source", sa.String(length=20), nullable=False),
        sa.Column("requested_at", core.db.types.UtcDateTime(timezone=True), nullable=False),
        sa.Column("queued_at", core.db.types.UtcDateTime(timezone=True), nullable=True),
        sa.Column("sent_at", core.db.types.UtcDateTime(timezone=True), nullable=True),
        sa.Column("acknowledged_at", core.db.types.UtcDateTime(timezone=True), nullable=True),
        sa.Column("seen_at", core.db.types.UtcDateTime(timezone=True), nullable=True),
        sa.Column("finished_at", core.db.types.UtcDateTime(timezone=True), nullable=True),
        sa.Column("expires_at", core.db.types.UtcDateTime(timezone=True), nullable=True),
        sa.Column("link", sa.String(length=40), nullable=False),
        sa.Column("reasons", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["mower_id"], ["mower.id"], name=op.f("fk_command_mower_id_mower")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_command")),
    )
    with op.batch_alter_table("command", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_command_mower_id"), ["mower_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_command_person_id"), ["person_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_command_status"), ["status"], unique=False)

    op.create_table(
        "mower_map",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("mower_id", sa.Uuid(), nullable=False),
        sa.Column("synced_at", core.db.types.UtcDateTime(timezone=True), nullable=False),
        sa.Column("fingerprint", sa.String(length=64), nullable=False),
        sa.Column("content", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["mower_id"], ["mower.id"], name=op.f("fk_mower_map_mower_id_mower")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mower_map")),
        sa.UniqueConstraint("mower_id", "fingerprint", name=op.f("uq_mower_map_mower_id_fingerprint")),
    )
    with op.batch_alter_table("mower_map", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_mower_map_mower_id"), ["mower_id"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("mower_map", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_mower_map_mower_id"))

    op.drop_table("mower_map")
    with op.batch_alter_table("command", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_command_status"))
        batch_op.drop_index(batch_op.f("ix_command_person_id"))
        batch_op.drop_index(batch_op.f("ix_command_mower_id"))

    op.drop_table("command")
    with op.batch_alter_table("mower", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_mower_vendor_account_id"))

    op.drop_table("mower")
    op.drop_table("vendor_account")
    op.drop_table("telemetry_watermark")
    op.drop_table("telemetry")
