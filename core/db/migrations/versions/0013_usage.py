"""The ledger of mowed minutes."""

import sqlalchemy as sa
from alembic import op

import core.db.types

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

KEPT = ("usage_entry",)
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
        "usage_entry",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("mower", sa.Integer(), nullable=False),
        sa.Column("session_ms", sa.BigInteger(), nullable=False),
        sa.Column("start_minute", sa.Integer(), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("sign", sa.Integer(), nullable=False),
        sa.Column("lot_id", sa.Uuid(), nullable=True),
        sa.Column("household_id", sa.Uuid(), nullable=True),
        sa.Column("zone", sa.BigInteger(), nullable=True),
        sa.Column("reverses", sa.Integer(), nullable=True),
        sa.Column("reason", sa.String(length=200), nullable=False),
        sa.Column("by", sa.String(length=254), nullable=False),
        sa.Column("recorded_at", core.db.types.UtcDateTime(timezone=True), nullable=False),
        sa.CheckConstraint("(sign = -1) = (reverses IS NOT NULL)", name=op.f("ck_usage_entry_reverses")),
        sa.CheckConstraint("minutes > 0", name=op.f("ck_usage_entry_minutes")),
        sa.CheckConstraint("sign IN (1, -1)", name=op.f("ck_usage_entry_sign")),
        sa.ForeignKeyConstraint(["reverses"], ["usage_entry.id"], name=op.f("fk_usage_entry_reverses_usage_entry")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_usage_entry")),
        sa.UniqueConstraint("reverses", name=op.f("uq_usage_entry_reverses")),
    )
    with op.batch_alter_table("usage_entry", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_usage_entry_household_id"), ["household_id"], unique=False)
        batch_op.create_index("ix_usage_entry_lot_start", ["lot_id", "start_minute"], unique=False)
        batch_op.create_index(batch_op.f("ix_usage_entry_recorded_at"), ["recorded_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_usage_entry_session_ms"), ["session_ms"], unique=False)
    op.create_table(
        "usage_minute",
        sa.Column("mower", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("minute", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("entry_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["entry_id"], ["usage_entry.id"], name=op.f("fk_usage_minute_entry_id_usage_entry")),
        sa.PrimaryKeyConstraint("mower", "minute", name=op.f("pk_usage_minute")),
    )
    with op.batch_alter_table("usage_minute", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_usage_minute_entry_id"), ["entry_id"], unique=False)
    for table in KEPT:
        for statement in guards(table)[op.get_bind().dialect.name]:
            op.execute(statement)


def downgrade() -> None:
    postgres = op.get_bind().dialect.name == "postgresql"
    for table in KEPT:
        if postgres:
            op.execute(f"DROP TRIGGER {table}_append_only ON {table}")
            op.execute(f"DROP FUNCTION {table}_append_only()")
    with op.batch_alter_table("usage_minute", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_usage_minute_entry_id"))
    op.drop_table("usage_minute")
    with op.batch_alter_table("usage_entry", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_usage_entry_session_ms"))
        batch_op.drop_index(batch_op.f("ix_usage_entry_recorded_at"))
        batch_op.drop_index("ix_usage_entry_lot_start")
        batch_op.drop_index(batch_op.f("ix_usage_entry_household_id"))
    op.drop_table("usage_entry")
