"""Mail and SMS beside the bell: deliveries, what people chose, their quiet hours and their phones.

What was put into the outbox before is told in the bell alone: nobody is mailed the past.
"""

import sqlalchemy as sa
from alembic import op

import core.db.types

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

UNROUTED, WAITING, DEAD = "routed_at IS NULL", "state = 'waiting'", "state = 'dead'"


def upgrade() -> None:
    with op.batch_alter_table("notice_outbox", schema=None) as batch_op:
        batch_op.add_column(sa.Column("routed_at", core.db.types.UtcDateTime(timezone=True), nullable=True))
    op.execute("UPDATE notice_outbox SET routed_at = created_at")
    op.create_index(
        "ix_notice_outbox_unrouted",
        "notice_outbox",
        ["created_at"],
        unique=False,
        sqlite_where=sa.text(UNROUTED),
        postgresql_where=sa.text(UNROUTED),
    )
    op.create_table(
        "notice_delivery",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("notice_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("channel", sa.String(length=20), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("reason", sa.String(length=20), nullable=False),
        sa.Column("created_at", core.db.types.UtcDateTime(timezone=True), nullable=False),
        sa.Column("due_at", core.db.types.UtcDateTime(timezone=True), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("last_error", sa.String(length=300), nullable=False),
        sa.Column("tried_at", core.db.types.UtcDateTime(timezone=True), nullable=True),
        sa.Column("confirmed_at", core.db.types.UtcDateTime(timezone=True), nullable=True),
        sa.Column("reference", sa.String(length=120), nullable=False),
        sa.Column("receipt", sa.String(length=20), nullable=False),
        sa.Column("folded_into", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(
            ["notice_id"],
            ["notice_outbox.id"],
            name=op.f("fk_notice_delivery_notice_id_notice_outbox"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_notice_delivery_person_id_person"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notice_delivery")),
        sa.UniqueConstraint("notice_id", "channel", name=op.f("uq_notice_delivery_notice_id_channel")),
    )
    op.create_index(op.f("ix_notice_delivery_folded_into"), "notice_delivery", ["folded_into"], unique=False)
    op.create_index(
        "ix_notice_delivery_waiting",
        "notice_delivery",
        ["due_at"],
        unique=False,
        sqlite_where=sa.text(WAITING),
        postgresql_where=sa.text(WAITING),
    )
    op.create_index(
        "ix_notice_delivery_dead",
        "notice_delivery",
        ["created_at"],
        unique=False,
        sqlite_where=sa.text(DEAD),
        postgresql_where=sa.text(DEAD),
    )
    op.create_index(
        "ix_notice_delivery_person_id_channel_confirmed_at",
        "notice_delivery",
        ["person_id", "channel", "confirmed_at"],
        unique=False,
    )
    op.create_table(
        "notice_choice",
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("event", sa.String(length=40), nullable=False),
        sa.Column("channel", sa.String(length=20), nullable=False),
        sa.Column("chosen", sa.Boolean(), nullable=False),
        sa.Column("changed_at", core.db.types.UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_notice_choice_person_id_person"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("person_id", "event", "channel", name=op.f("pk_notice_choice")),
    )
    op.create_table(
        "notice_settings",
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("time_zone", sa.String(length=40), nullable=False),
        sa.Column("quiet_days", sa.String(length=7), nullable=True),
        sa.Column("quiet_begins_minute", sa.Integer(), nullable=False),
        sa.Column("quiet_ends_minute", sa.Integer(), nullable=False),
        sa.Column("most_an_hour", sa.Integer(), nullable=True),
        sa.Column("changed_at", core.db.types.UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_notice_settings_person_id_person"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("person_id", name=op.f("pk_notice_settings")),
    )
    op.create_table(
        "notice_phone",
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.String(length=20), nullable=False),
        sa.Column("verified_at", core.db.types.UtcDateTime(timezone=True), nullable=True),
        sa.Column("stopped_at", core.db.types.UtcDateTime(timezone=True), nullable=True),
        sa.Column("code_hash", sa.String(length=64), nullable=False),
        sa.Column("code_until", core.db.types.UtcDateTime(timezone=True), nullable=True),
        sa.Column("code_tries", sa.Integer(), nullable=False),
        sa.Column("codes_sent", sa.Integer(), nullable=False),
        sa.Column("codes_since", core.db.types.UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_notice_phone_person_id_person"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("person_id", name=op.f("pk_notice_phone")),
    )


def downgrade() -> None:
    op.drop_table("notice_phone")
    op.drop_table("notice_settings")
    op.drop_table("notice_choice")
    op.drop_index("ix_notice_delivery_person_id_channel_confirmed_at", table_name="notice_delivery")
    op.drop_index("ix_notice_delivery_dead", table_name="notice_delivery")
    op.drop_index("ix_notice_delivery_waiting", table_name="notice_delivery")
    op.drop_index(op.f("ix_notice_delivery_folded_into"), table_name="notice_delivery")
    op.drop_table("notice_delivery")
    op.drop_index("ix_notice_outbox_unrouted", table_name="notice_outbox")
    with op.batch_alter_table("notice_outbox", schema=None) as batch_op:
        batch_op.drop_column("routed_at")
