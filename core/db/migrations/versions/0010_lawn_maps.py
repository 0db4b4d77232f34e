"""Whose each zone is, temporary no-go areas, plans read back, map offsets; versions of maps with their first day."""

import sqlalchemy as sa
from alembic import op

import core.db.types

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "device_plan_list",
        sa.Column("mower_id", sa.Uuid(), nullable=False),
        sa.Column("read_at", core.db.types.UtcDateTime(timezone=True), nullable=False),
        sa.Column("plans", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["mower_id"], ["mower.id"], name=op.f("fk_device_plan_list_mower_id_mower")),
        sa.PrimaryKeyConstraint("mower_id", name=op.f("pk_device_plan_list")),
    )
    op.create_table(
        "temporary_no_go",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("mower_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("ring", sa.JSON(), nullable=False),
        sa.Column("starts_at", core.db.types.UtcDateTime(timezone=True), nullable=False),
        sa.Column("ends_at", core.db.types.UtcDateTime(timezone=True), nullable=False),
        sa.Column("drawn_by", sa.String(length=254), nullable=False),
        sa.Column("drawn_at", core.db.types.UtcDateTime(timezone=True), nullable=False),
        sa.Column("cancelled_at", core.db.types.UtcDateTime(timezone=True), nullable=True),
        sa.Column("cancelled_by", sa.String(length=254), nullable=False),
        sa.ForeignKeyConstraint(["mower_id"], ["mower.id"], name=op.f("fk_temporary_no_go_mower_id_mower")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_temporary_no_go")),
    )
    with op.batch_alter_table("temporary_no_go", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_temporary_no_go_ends_at"), ["ends_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_temporary_no_go_mower_id"), ["mower_id"], unique=False)

    op.create_table(
        "zone_tie_change",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("mower_id", sa.Uuid(), nullable=False),
        sa.Column("zone_hash", sa.String(length=20), nullable=False),
        sa.Column("at", core.db.types.UtcDateTime(timezone=True), nullable=False),
        sa.Column("status", sa.String(length=12), nullable=False),
        sa.Column("lot_id", sa.Uuid(), nullable=True),
        sa.Column("by_person", sa.Boolean(), nullable=False),
        sa.Column("actor", sa.String(length=254), nullable=False),
        sa.Column("reason", sa.String(length=500), nullable=False),
        sa.ForeignKeyConstraint(["mower_id"], ["mower.id"], name=op.f("fk_zone_tie_change_mower_id_mower")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_zone_tie_change")),
    )
    with op.batch_alter_table("zone_tie_change", schema=None) as batch_op:
        batch_op.create_index("ix_zone_tie_change_mower_zone_at", ["mower_id", "zone_hash", "at"], unique=False)

    op.create_table(
        "zone_tie",
        sa.Column("mower_id", sa.Uuid(), nullable=False),
        sa.Column("zone_hash", sa.String(length=20), nullable=False),
        sa.Column("zone_name", sa.String(length=120), nullable=False),
        sa.Column("area_m2", sa.Float(), nullable=False),
        sa.Column("status", sa.String(length=12), nullable=False),
        sa.Column("lot_id", sa.Uuid(), nullable=True),
        sa.Column("by_person", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.String(length=500), nullable=False),
        sa.Column("shares", sa.JSON(), nullable=False),
        sa.Column("judged_at", core.db.types.UtcDateTime(timezone=True), nullable=False),
        sa.Column("gone_at", core.db.types.UtcDateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["lot_id"], ["lot.id"], name=op.f("fk_zone_tie_lot_id_lot"), ondelete="SET NULL"),
        sa.ForeignKeyConstraint(["mower_id"], ["mower.id"], name=op.f("fk_zone_tie_mower_id_mower")),
        sa.PrimaryKeyConstraint("mower_id", "zone_hash", name=op.f("pk_zone_tie")),
    )
    with op.batch_alter_table("zone_tie", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_zone_tie_lot_id"), ["lot_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_zone_tie_status"), ["status"], unique=False)

    with op.batch_alter_table("mower_map", schema=None) as batch_op:
        batch_op.add_column(sa.Column("first_at", core.db.types.UtcDateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("shown_since", core.db.types.UtcDateTime(timezone=True), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("mower_map", schema=None) as batch_op:
        batch_op.drop_column("shown_since")
        batch_op.drop_column("first_at")

    with op.batch_alter_table("zone_tie", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_zone_tie_status"))
        batch_op.drop_index(batch_op.f("ix_zone_tie_lot_id"))

    op.drop_table("zone_tie")
    with op.batch_alter_table("zone_tie_change", schema=None) as batch_op:
        batch_op.drop_index("ix_zone_tie_change_mower_zone_at")

    op.drop_table("zone_tie_change")
    with op.batch_alter_table("temporary_no_go", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_temporary_no_go_mower_id"))
        batch_op.drop_index(batch_op.f("ix_temporary_no_go_ends_at"))

    op.drop_table("temporary_no_go")
    op.drop_table("device_plan_list")
