"""Alarms, rules, rota, notices and maintenance tables."""

import sqlalchemy as sa
from alembic import op

import core.db.types

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "alarm",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("rule_key", sa.String(length=40), nullable=False),
        sa.Column("kind", sa.String(length=30), nullable=False),
        sa.Column("severity", sa.String(length=20), nullable=False),
        sa.Column("subject_kind", sa.String(length=10), nullable=False),
        sa.Column("subject", sa.String(length=254), nullable=False),
        sa.Column("account", sa.String(length=254), nullable=True),
        sa.Column("code", sa.Integer(), nullable=True),
        sa.Column("member_count", sa.Integer(), nullable=False),
        sa.Column("since", core.db.types.UtcDateTime(timezone=True), nullable=False),
        sa.Column("raised_at", core.db.types.UtcDateTime(timezone=True), nullable=False),
        sa.Column("acknowledged_at", core.db.types.UtcDateTime(timezone=True), nullable=True),
        sa.Column("acknowledged_by", sa.String(length=120), nullable=False),
        sa.Column("owner_id", sa.Uuid(), nullable=True),
        sa.Column("owner", sa.String(length=120), nullable=False),
        sa.Column("cleared_at", core.db.types.UtcDateTime(timezone=True), nullable=True),
        sa.Column("cleared_by", sa.String(length=120), nullable=False),
        sa.Column("clear_reason", sa.String(length=500), nullable=False),
        sa.Column("muted", sa.Boolean(), nullable=False),
        sa.Column("climbed", sa.Integer(), nullable=False),
        sa.Column("climbed_at", core.db.types.UtcDateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_alarm")),
    )
    op.create_index(op.f("ix_alarm_cleared_at"), "alarm", ["cleared_at"], unique=False)
    op.create_index(op.f("ix_alarm_owner_id"), "alarm", ["owner_id"], unique=False)
    op.create_index(op.f("ix_alarm_raised_at"), "alarm", ["raised_at"], unique=False)
    op.create_index("ix_alarm_subject_raised_at", "alarm", ["subject", "raised_at"], unique=False)
    op.create_index(
        "uq_alarm_open",
        "alarm",
        ["rule_key", "subject_kind", "subject"],
        unique=True,
        sqlite_where=sa.text("cleared_at IS NULL"),
        postgresql_where=sa.text("cleared_at IS NULL"),
    )
    op.create_table(
        "alarm_rule",
        sa.Column("key", sa.String(length=40), nullable=False),
        sa.Column("kind", sa.String(length=30), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("enabled", sa.Boolean(), nullable=False),
        sa.Column("severity", sa.String(length=20), nullable=False),
        sa.Column("duration_s", sa.Integer(), nullable=False),
        sa.Column("clear_after_s", sa.Integer(), nullable=False),
        sa.Column("threshold", sa.Float(), nullable=True),
        sa.Column("hysteresis", sa.Float(), nullable=False),
        sa.Column("changed_at", core.db.types.UtcDateTime(timezone=True), nullable=False),
        sa.Column("changed_by", sa.String(length=254), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_alarm_rule")),
    )
    op.create_table(
        "mower_day",
        sa.Column("mower", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("observed_s", sa.Float(), nullable=False),
        sa.Column("available_s", sa.Float(), nullable=False),
        sa.Column("work_s", sa.Float(), nullable=False),
        sa.Column("blade_s", sa.Float(), nullable=False),
        sa.Column("distance_m", sa.Float(), nullable=False),
        sa.Column("charged_percent", sa.Float(), nullable=False),
        sa.Column("faults", sa.Integer(), nullable=False),
        sa.Column("repairs", sa.Integer(), nullable=False),
        sa.Column("repair_s", sa.Float(), nullable=False),
        sa.Column("codes", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("mower", "day", name=op.f("pk_mower_day")),
    )
    op.create_table(
        "mower_odometer",
        sa.Column("mower", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("until_ms", sa.BigInteger(), nullable=False),
        sa.Column("carry", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("mower", name=op.f("pk_mower_odometer")),
    )
    op.create_table(
        "on_call_step",
        sa.Column("position", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("after_minutes", sa.Integer(), nullable=False),
        sa.Column("people", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("position", name=op.f("pk_on_call_step")),
    )
    op.create_table(
        "alarm_event",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("alarm_id", sa.Uuid(), nullable=False),
        sa.Column("at", core.db.types.UtcDateTime(timezone=True), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("actor", sa.String(length=120), nullable=False),
        sa.Column("words", sa.String(length=2000), nullable=False),
        sa.ForeignKeyConstraint(
            ["alarm_id"], ["alarm.id"], name=op.f("fk_alarm_event_alarm_id_alarm"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_alarm_event")),
    )
    op.create_index(op.f("ix_alarm_event_alarm_id"), "alarm_event", ["alarm_id"], unique=False)
    op.create_table(
        "alarm_member",
        sa.Column("alarm_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("name", sa.String(length=254), nullable=False),
        sa.Column("rule_key", sa.String(length=40), nullable=False),
        sa.Column("joined_at", core.db.types.UtcDateTime(timezone=True), nullable=False),
        sa.Column("left_at", core.db.types.UtcDateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["alarm_id"], ["alarm.id"], name=op.f("fk_alarm_member_alarm_id_alarm"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("alarm_id", "kind", "name", name=op.f("pk_alarm_member")),
    )
    op.create_table(
        "notice_outbox",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("key", sa.String(length=160), nullable=False),
        sa.Column("channel", sa.String(length=20), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("weight", sa.String(length=20), nullable=False),
        sa.Column("title", sa.String(length=1000), nullable=False),
        sa.Column("body", sa.String(length=1000), nullable=False),
        sa.Column("link", sa.String(length=200), nullable=False),
        sa.Column("group", sa.String(length=120), nullable=False),
        sa.Column("created_at", core.db.types.UtcDateTime(timezone=True), nullable=False),
        sa.Column("due_at", core.db.types.UtcDateTime(timezone=True), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("last_error", sa.String(length=300), nullable=False),
        sa.Column("delivered_at", core.db.types.UtcDateTime(timezone=True), nullable=True),
        sa.Column("read_at", core.db.types.UtcDateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_notice_outbox_person_id_person"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notice_outbox")),
        sa.UniqueConstraint("key", name=op.f("uq_notice_outbox_key")),
    )
    op.create_index(
        "ix_notice_outbox_pending",
        "notice_outbox",
        ["due_at"],
        unique=False,
        sqlite_where=sa.text("delivered_at IS NULL"),
        postgresql_where=sa.text("delivered_at IS NULL"),
    )
    op.create_index("ix_notice_outbox_person_id_created_at", "notice_outbox", ["person_id", "created_at"], unique=False)
    op.create_index(
        "ix_notice_outbox_unread",
        "notice_outbox",
        ["person_id", "channel"],
        unique=False,
        sqlite_where=sa.text("read_at IS NULL"),
        postgresql_where=sa.text("read_at IS NULL"),
    )
    op.create_table(
        "service_item",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("mower_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("measure", sa.String(length=20), nullable=False),
        sa.Column("every", sa.Float(), nullable=False),
        sa.Column("base", sa.Float(), nullable=False),
        sa.Column("base_at", core.db.types.UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["mower_id"], ["mower.id"], name=op.f("fk_service_item_mower_id_mower")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_service_item")),
        sa.UniqueConstraint("mower_id", "name", name=op.f("uq_service_item_mower_id_name")),
    )
    op.create_index(op.f("ix_service_item_mower_id"), "service_item", ["mower_id"], unique=False)
    op.create_table(
        "service_log",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("mower_id", sa.Uuid(), nullable=False),
        sa.Column("item_id", sa.Uuid(), nullable=True),
        sa.Column("item_name", sa.String(length=80), nullable=False),
        sa.Column("done_at", core.db.types.UtcDateTime(timezone=True), nullable=False),
        sa.Column("done_by", sa.String(length=120), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=True),
        sa.Column("what", sa.String(length=500), nullable=False),
        sa.Column("parts", sa.JSON(), nullable=False),
        sa.Column("cost_minor", sa.BigInteger(), nullable=True),
        sa.Column("currency", sa.String(length=3), nullable=True),
        sa.Column("reset", sa.Boolean(), nullable=False),
        sa.Column("counters", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["item_id"], ["service_item.id"], name=op.f("fk_service_log_item_id_service_item"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(["mower_id"], ["mower.id"], name=op.f("fk_service_log_mower_id_mower")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_service_log")),
    )
    op.create_index(op.f("ix_service_log_item_id"), "service_log", ["item_id"], unique=False)
    op.create_index("ix_service_log_mower_id_done_at", "service_log", ["mower_id", "done_at"], unique=False)


def downgrade() -> None:
    op.drop_index("ix_service_log_mower_id_done_at", table_name="service_log")
    op.drop_index(op.f("ix_service_log_item_id"), table_name="service_log")
    op.drop_table("service_log")
    op.drop_index(op.f("ix_service_item_mower_id"), table_name="service_item")
    op.drop_table("service_item")
    op.drop_index(
        "ix_notice_outbox_unread",
        table_name="notice_outbox",
        sqlite_where=sa.text("read_at IS NULL"),
        postgresql_where=sa.text("read_at IS NULL"),
    )
    op.drop_index("ix_notice_outbox_person_id_created_at", table_name="notice_outbox")
    op.drop_index(
        "ix_notice_outbox_pending",
        table_name="notice_outbox",
        sqlite_where=sa.text("delivered_at IS NULL"),
        postgresql_where=sa.text("delivered_at IS NULL"),
    )
    op.drop_table("notice_outbox")
    op.drop_table("alarm_member")
    op.drop_index(op.f("ix_alarm_event_alarm_id"), table_name="alarm_event")
    op.drop_table("alarm_event")
    op.drop_table("on_call_step")
    op.drop_table("mower_odometer")
    op.drop_table("mower_day")
    op.drop_table("alarm_rule")
    op.drop_index(
        "uq_alarm_open",
        table_name="alarm",
        sqlite_where=sa.text("cleared_at IS NULL"),
        postgresql_where=sa.text("cleared_at IS NULL"),
    )
    op.drop_index("ix_alarm_subject_raised_at", table_name="alarm")
    op.drop_index(op.f("ix_alarm_raised_at"), table_name="alarm")
    op.drop_index(op.f("ix_alarm_owner_id"), table_name="alarm")
    op.drop_index(op.f("ix_alarm_cleared_at"), table_name="alarm")
    op.drop_table("alarm")
