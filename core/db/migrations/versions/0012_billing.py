"""Plans, subscriptions, facts, invoices, journal, webhook inbox, outbox, notices and drift tables."""

import sqlalchemy as sa
from alembic import op

import core.db.types

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

KEPT = ("billing_fact", "billing_journal")
"""Tables whose rows never change: the database itself refuses, whoever asks."""


def guards(table: str) -> dict[str, list[str]]:
    """Statements that refuse update and delete, by dialect."""
    refusal = f"{table} is append-only"
    return {
        "sqlite": [
            f"CREATE TRIGGER {table}_no_{verb.lower()} BEFORE {verb} ON {table} "
            f"BEGIN SELECT RAISE(ABORT, '{refusal}'); END"
            for verb in ("UPDATE", "DELETE")
        ]
        + [
            # INSERT OR REPLACE would remove a row without waking the triggers above.
            f"CREATE TRIGGER {table}_no_replace BEFORE INSERT ON {table} "
            f"WHEN EXISTS (SELECT 1 FROM {table} WHERE id = NEW.id) "
            f"BEGIN SELECT RAISE(ABORT, '{refusal}'); END"
        ],
        "postgresql": [
            f"CREATE FUNCTION {table}_append_only() RETURNS trigger LANGUAGE plpgsql AS "
            f"$$ BEGIN RAISE EXCEPTION '{refusal}'; END $$",
            f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
            f"FOR EACH STATEMENT EXECUTE FUNCTION {table}_append_only()",
        ],
    }


def upgrade() -> None:
    op.create_table(
        "billing_drift",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("subject", sa.String(length=120), nullable=False),
        sa.Column("field", sa.String(length=40), nullable=False),
        sa.Column("subscription_id", sa.Uuid(), nullable=True),
        sa.Column("ours", sa.String(length=200), nullable=False),
        sa.Column("theirs", sa.String(length=200), nullable=False),
        sa.Column("found_at", core.db.types.UtcDateTime(timezone=True), nullable=False),
        sa.Column("seen_at", core.db.types.UtcDateTime(timezone=True), nullable=False),
        sa.Column("fixed_at", core.db.types.UtcDateTime(timezone=True), nullable=True),
        sa.Column("fixed_by", sa.String(length=254), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_billing_drift")),
    )
    with op.batch_alter_table("billing_drift", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_billing_drift_subscription_id"), ["subscription_id"], unique=False)
        batch_op.create_index(
            "uq_billing_drift_one_open",
            ["subject", "field"],
            unique=True,
            sqlite_where=sa.text("fixed_at IS NULL"),
            postgresql_where=sa.text("fixed_at IS NULL"),
        )
    op.create_table(
        "billing_journal",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("booking", sa.String(length=120), nullable=False),
        sa.Column("line", sa.Integer(), nullable=False),
        sa.Column("at", core.db.types.UtcDateTime(timezone=True), nullable=False),
        sa.Column("account", sa.String(length=30), nullable=False),
        sa.Column("minor", sa.Integer(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("subscription_id", sa.Uuid(), nullable=True),
        sa.Column("words", sa.String(length=200), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_billing_journal")),
        sa.UniqueConstraint("booking", "line", name=op.f("uq_billing_journal_booking_line")),
    )
    with op.batch_alter_table("billing_journal", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_billing_journal_at"), ["at"], unique=False)
        batch_op.create_index(batch_op.f("ix_billing_journal_subscription_id"), ["subscription_id"], unique=False)
    op.create_table(
        "billing_outbox",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=30), nullable=False),
        sa.Column("subject", sa.String(length=120), nullable=False),
        sa.Column("number", sa.Integer(), nullable=True),
        sa.Column("data", sa.JSON(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("next_at", core.db.types.UtcDateTime(timezone=True), nullable=False),
        sa.Column("created_at", core.db.types.UtcDateTime(timezone=True), nullable=False),
        sa.Column("done_at", core.db.types.UtcDateTime(timezone=True), nullable=True),
        sa.Column("answer", sa.String(length=120), nullable=False),
        sa.Column("error", sa.String(length=1000), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_billing_outbox")),
        sa.UniqueConstraint("kind", "subject", name=op.f("uq_billing_outbox_kind_subject")),
    )
    with op.batch_alter_table("billing_outbox", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_billing_outbox_next_at"), ["next_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_billing_outbox_number"), ["number"], unique=False)
        batch_op.create_index(batch_op.f("ix_billing_outbox_state"), ["state"], unique=False)
    op.create_table(
        "billing_payer",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=True),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("provider_id", sa.String(length=80), nullable=True),
        sa.Column("created_at", core.db.types.UtcDateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_billing_payer")),
        sa.UniqueConstraint("person_id", name=op.f("uq_billing_payer_person_id")),
        sa.UniqueConstraint("provider_id", name=op.f("uq_billing_payer_provider_id")),
    )
    with op.batch_alter_table("billing_payer", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_billing_payer_email"), ["email"], unique=False)
    op.create_table(
        "billing_plan_version",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("interval", sa.String(length=5), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("price_minor", sa.Integer(), nullable=False),
        sa.Column("included_minutes", sa.Integer(), nullable=False),
        sa.Column("overage_minor", sa.Integer(), nullable=False),
        sa.Column("area_cap_m2", sa.Integer(), nullable=False),
        sa.Column("priority", sa.Integer(), nullable=False),
        sa.Column("host_discount_percent", sa.Integer(), nullable=False),
        sa.Column("power_minor_per_kwh", sa.Integer(), nullable=False),
        sa.Column("offered", sa.Boolean(), nullable=False),
        sa.Column("made_at", core.db.types.UtcDateTime(timezone=True), nullable=False),
        sa.Column("made_by", sa.String(length=254), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_billing_plan_version")),
        sa.UniqueConstraint("code", "version", name=op.f("uq_billing_plan_version_code_version")),
    )
    op.create_table(
        "billing_webhook",
        sa.Column("event_id", sa.String(length=80), nullable=False),
        sa.Column("type", sa.String(length=80), nullable=False),
        sa.Column("object_kind", sa.String(length=40), nullable=False),
        sa.Column("object_id", sa.String(length=80), nullable=False),
        sa.Column("created", core.db.types.UtcDateTime(timezone=True), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("received_at", core.db.types.UtcDateTime(timezone=True), nullable=False),
        sa.Column("deliveries", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("error", sa.String(length=1000), nullable=False),
        sa.Column("outcome", sa.String(length=300), nullable=False),
        sa.Column("processed_at", core.db.types.UtcDateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("event_id", name=op.f("pk_billing_webhook")),
    )
    with op.batch_alter_table("billing_webhook", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_billing_webhook_object_id"), ["object_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_billing_webhook_received_at"), ["received_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_billing_webhook_state"), ["state"], unique=False)
        batch_op.create_index(batch_op.f("ix_billing_webhook_type"), ["type"], unique=False)
    op.create_table(
        "billing_subscription",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("household_id", sa.Uuid(), nullable=False),
        sa.Column("lot_id", sa.Uuid(), nullable=False),
        sa.Column("cluster_id", sa.Uuid(), nullable=True),
        sa.Column("payer_id", sa.Uuid(), nullable=False),
        sa.Column("address", sa.String(length=120), nullable=False),
        sa.Column("host", sa.Boolean(), nullable=False),
        sa.Column("status", sa.String(length=12), nullable=False),
        sa.Column("plan_version_id", sa.Uuid(), nullable=False),
        sa.Column("provider_id", sa.String(length=80), nullable=True),
        sa.Column("facts", sa.Integer(), nullable=False),
        sa.Column("next_at", core.db.types.UtcDateTime(timezone=True), nullable=True),
        sa.Column("period_start", core.db.types.UtcDateTime(timezone=True), nullable=True),
        sa.Column("period_end", core.db.types.UtcDateTime(timezone=True), nullable=True),
        sa.Column("created_at", core.db.types.UtcDateTime(timezone=True), nullable=False),
        sa.Column("ended_at", core.db.types.UtcDateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["payer_id"], ["billing_payer.id"], name=op.f("fk_billing_subscription_payer_id_billing_payer")
        ),
        sa.ForeignKeyConstraint(
            ["plan_version_id"],
            ["billing_plan_version.id"],
            name=op.f("fk_billing_subscription_plan_version_id_billing_plan_version"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_billing_subscription")),
        sa.UniqueConstraint("provider_id", name=op.f("uq_billing_subscription_provider_id")),
    )
    with op.batch_alter_table("billing_subscription", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_billing_subscription_cluster_id"), ["cluster_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_billing_subscription_household_id"), ["household_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_billing_subscription_lot_id"), ["lot_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_billing_subscription_next_at"), ["next_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_billing_subscription_payer_id"), ["payer_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_billing_subscription_status"), ["status"], unique=False)
        batch_op.create_index(
            "uq_billing_subscription_one_live",
            ["lot_id"],
            unique=True,
            sqlite_where=sa.text("status != 'canceled'"),
            postgresql_where=sa.text("status != 'canceled'"),
        )
    op.create_table(
        "billing_fact",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("subscription_id", sa.Uuid(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("at", core.db.types.UtcDateTime(timezone=True), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("data", sa.JSON(), nullable=False),
        sa.Column("key", sa.String(length=120), nullable=False),
        sa.Column("actor", sa.String(length=254), nullable=False),
        sa.Column("recorded_at", core.db.types.UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["subscription_id"],
            ["billing_subscription.id"],
            name=op.f("fk_billing_fact_subscription_id_billing_subscription"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_billing_fact")),
        sa.UniqueConstraint("key", name=op.f("uq_billing_fact_key")),
        sa.UniqueConstraint("subscription_id", "seq", name=op.f("uq_billing_fact_subscription_id_seq")),
    )
    with op.batch_alter_table("billing_fact", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_billing_fact_subscription_id"), ["subscription_id"], unique=False)
    op.create_table(
        "billing_invoice",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("subscription_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("made_at", core.db.types.UtcDateTime(timezone=True), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("reason", sa.String(length=10), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("total_minor", sa.Integer(), nullable=False),
        sa.Column("credit_minor", sa.Integer(), nullable=False),
        sa.Column("due_minor", sa.Integer(), nullable=False),
        sa.Column("shadow_minor", sa.Integer(), nullable=True),
        sa.Column("lines", sa.JSON(), nullable=False),
        sa.Column("holds", sa.JSON(), nullable=False),
        sa.Column("known_by", core.db.types.UtcDateTime(timezone=True), nullable=False),
        sa.Column("approved_by", sa.String(length=254), nullable=False),
        sa.Column("closed_at", core.db.types.UtcDateTime(timezone=True), nullable=True),
        sa.Column("paid_at", core.db.types.UtcDateTime(timezone=True), nullable=True),
        sa.Column("failed_at", core.db.types.UtcDateTime(timezone=True), nullable=True),
        sa.Column("refunded_minor", sa.Integer(), nullable=False),
        sa.Column("provider_id", sa.String(length=80), nullable=True),
        sa.ForeignKeyConstraint(
            ["subscription_id"],
            ["billing_subscription.id"],
            name=op.f("fk_billing_invoice_subscription_id_billing_subscription"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_billing_invoice")),
        sa.UniqueConstraint("provider_id", name=op.f("uq_billing_invoice_provider_id")),
        sa.UniqueConstraint("subscription_id", "number", name=op.f("uq_billing_invoice_subscription_id_number")),
    )
    with op.batch_alter_table("billing_invoice", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_billing_invoice_state"), ["state"], unique=False)
        batch_op.create_index(batch_op.f("ix_billing_invoice_subscription_id"), ["subscription_id"], unique=False)
    op.create_table(
        "billing_notice",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("key", sa.String(length=120), nullable=False),
        sa.Column("subscription_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=30), nullable=False),
        sa.Column("data", sa.JSON(), nullable=False),
        sa.Column("at", core.db.types.UtcDateTime(timezone=True), nullable=False),
        sa.Column("told_at", core.db.types.UtcDateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["subscription_id"],
            ["billing_subscription.id"],
            name=op.f("fk_billing_notice_subscription_id_billing_subscription"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_billing_notice")),
        sa.UniqueConstraint("key", name=op.f("uq_billing_notice_key")),
    )
    with op.batch_alter_table("billing_notice", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_billing_notice_subscription_id"), ["subscription_id"], unique=False)
    for table in KEPT:
        for statement in guards(table)[op.get_bind().dialect.name]:
            op.execute(statement)


def downgrade() -> None:
    postgres = op.get_bind().dialect.name == "postgresql"
    for table in KEPT:
        if postgres:
            op.execute(f"DROP TRIGGER {table}_append_only ON {table}")
            op.execute(f"DROP FUNCTION {table}_append_only()")
    with op.batch_alter_table("billing_notice", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_billing_notice_subscription_id"))
    op.drop_table("billing_notice")
    with op.batch_alter_table("billing_invoice", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_billing_invoice_subscription_id"))
        batch_op.drop_index(batch_op.f("ix_billing_invoice_state"))
    op.drop_table("billing_invoice")
    with op.batch_alter_table("billing_fact", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_billing_fact_subscription_id"))
    op.drop_table("billing_fact")
    with op.batch_alter_table("billing_subscription", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_billing_subscription_one_live",
            sqlite_where=sa.text("status != 'canceled'"),
            postgresql_where=sa.text("status != 'canceled'"),
        )
        batch_op.drop_index(batch_op.f("ix_billing_subscription_status"))
        batch_op.drop_index(batch_op.f("ix_billing_subscription_payer_id"))
        batch_op.drop_index(batch_op.f("ix_billing_subscription_next_at"))
        batch_op.drop_index(batch_op.f("ix_billing_subscription_lot_id"))
        batch_op.drop_index(batch_op.f("ix_billing_subscription_household_id"))
        batch_op.drop_index(batch_op.f("ix_billing_subscription_cluster_id"))
    op.drop_table("billing_subscription")
    with op.batch_alter_table("billing_webhook", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_billing_webhook_type"))
        batch_op.drop_index(batch_op.f("ix_billing_webhook_state"))
        batch_op.drop_index(batch_op.f("ix_billing_webhook_received_at"))
        batch_op.drop_index(batch_op.f("ix_billing_webhook_object_id"))
    op.drop_table("billing_webhook")
    op.drop_table("billing_plan_version")
    with op.batch_alter_table("billing_payer", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_billing_payer_email"))
    op.drop_table("billing_payer")
    with op.batch_alter_table("billing_outbox", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_billing_outbox_state"))
        batch_op.drop_index(batch_op.f("ix_billing_outbox_number"))
        batch_op.drop_index(batch_op.f("ix_billing_outbox_next_at"))
    op.drop_table("billing_outbox")
    with op.batch_alter_table("billing_journal", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_billing_journal_subscription_id"))
        batch_op.drop_index(batch_op.f("ix_billing_journal_at"))
    op.drop_table("billing_journal")
    with op.batch_alter_table("billing_drift", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_billing_drift_one_open",
            sqlite_where=sa.text("fixed_at IS NULL"),
            postgresql_where=sa.text("fixed_at IS NULL"),
        )
        batch_op.drop_index(batch_op.f("ix_billing_drift_subscription_id"))
    op.drop_table("billing_drift")
