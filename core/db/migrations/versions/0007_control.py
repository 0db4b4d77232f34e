"""Leases, command routes and guards tables."""

import sqlalchemy as sa
from alembic import op

import core.db.types

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

MOMENT = core.db.types.UtcDateTime(timezone=True)


def upgrade() -> None:
    with op.batch_alter_table("command", schema=None) as batch_op:
        batch_op.add_column(sa.Column("override_reason", sa.String(length=500), server_default="", nullable=False))
        batch_op.add_column(sa.Column("overridden", sa.JSON(), server_default="[]", nullable=False))
        batch_op.add_column(sa.Column("bulk_id", sa.Uuid(), nullable=True))
        batch_op.add_column(sa.Column("sends", sa.Integer(), server_default="0", nullable=False))
        batch_op.create_index(batch_op.f("ix_command_bulk_id"), ["bulk_id"], unique=False)
    op.create_table(
        "control_lease",
        sa.Column("mower_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("holder", sa.String(length=254), nullable=False),
        sa.Column("taken_at", MOMENT, nullable=False),
        sa.Column("expires_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(
            ["mower_id"], ["mower.id"], name=op.f("fk_control_lease_mower_id_mower"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("mower_id", name=op.f("pk_control_lease")),
    )
    op.create_table(
        "quiet_hours",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("lot_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("days", sa.String(length=7), nullable=False),
        sa.Column("begins_minute", sa.Integer(), nullable=False),
        sa.Column("ends_minute", sa.Integer(), nullable=False),
        sa.Column("set_by", sa.String(length=254), nullable=False),
        sa.Column("set_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["lot_id"], ["lot.id"], name=op.f("fk_quiet_hours_lot_id_lot"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_quiet_hours")),
        sa.UniqueConstraint("lot_id", "position", name=op.f("uq_quiet_hours_lot_id_position")),
    )
    with op.batch_alter_table("quiet_hours", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_quiet_hours_lot_id"), ["lot_id"], unique=False)
    op.create_table(
        "bulk_order",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("parameters", sa.JSON(), nullable=False),
        sa.Column("override_reason", sa.String(length=500), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=True),
        sa.Column("asked_by", sa.String(length=254), nullable=False),
        sa.Column("source", sa.String(length=20), nullable=False),
        sa.Column("asked_at", MOMENT, nullable=False),
        sa.Column("ended_at", MOMENT, nullable=True),
        sa.Column("aborted_at", MOMENT, nullable=True),
        sa.Column("aborted_by", sa.String(length=254), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bulk_order")),
    )
    op.create_table(
        "bulk_item",
        sa.Column("bulk_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("device_name", sa.String(length=64), nullable=False),
        sa.Column("command_id", sa.Uuid(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.ForeignKeyConstraint(
            ["bulk_id"], ["bulk_order.id"], name=op.f("fk_bulk_item_bulk_id_bulk_order"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("bulk_id", "position", name=op.f("pk_bulk_item")),
        sa.UniqueConstraint("command_id", name=op.f("uq_bulk_item_command_id")),
    )
    op.create_table(
        "mower_settings",
        sa.Column("mower_id", sa.Uuid(), nullable=False),
        sa.Column("reported_at", MOMENT, nullable=False),
        sa.Column("areas", sa.JSON(), nullable=True),
        sa.Column("blade_height_mm", sa.Integer(), nullable=True),
        sa.Column("speed_m_s", sa.Float(), nullable=True),
        sa.Column("angle_deg", sa.Integer(), nullable=True),
        sa.Column("spacing_cm", sa.Integer(), nullable=True),
        sa.Column("border_laps", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["mower_id"], ["mower.id"], name=op.f("fk_mower_settings_mower_id_mower"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("mower_id", name=op.f("pk_mower_settings")),
    )
    op.create_table(
        "control_incident",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("mower_id", sa.Uuid(), nullable=False),
        sa.Column("device_name", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("began_at", MOMENT, nullable=False),
        sa.Column("longitude", sa.Float(), nullable=True),
        sa.Column("latitude", sa.Float(), nullable=True),
        sa.Column("distance_m", sa.Float(), nullable=True),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("command_id", sa.Uuid(), nullable=True),
        sa.Column("ended_at", MOMENT, nullable=True),
        sa.Column("ended_by", sa.String(length=254), nullable=False),
        sa.Column("end_reason", sa.String(length=500), nullable=False),
        sa.ForeignKeyConstraint(
            ["mower_id"], ["mower.id"], name=op.f("fk_control_incident_mower_id_mower"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_control_incident")),
    )
    with op.batch_alter_table("control_incident", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_control_incident_mower_id"), ["mower_id"], unique=False)
        batch_op.create_index(
            "uq_control_incident_one_open",
            ["mower_id", "kind"],
            unique=True,
            sqlite_where=sa.text("ended_at IS NULL"),
            postgresql_where=sa.text("ended_at IS NULL"),
        )


def downgrade() -> None:
    with op.batch_alter_table("control_incident", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_control_incident_one_open",
            sqlite_where=sa.text("ended_at IS NULL"),
            postgresql_where=sa.text("ended_at IS NULL"),
        )
        batch_op.drop_index(batch_op.f("ix_control_incident_mower_id"))
    for table in ("control_incident", "mower_settings", "bulk_item", "bulk_order"):
        op.drop_table(table)
    with op.batch_alter_table("quiet_hours", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_quiet_hours_lot_id"))
    op.drop_table("quiet_hours")
    op.drop_table("control_lease")
    with op.batch_alter_table("command", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_command_bulk_id"))
        for column in ("sends", "bulk_id", "overridden", "override_reason"):
            batch_op.drop_column(column)
