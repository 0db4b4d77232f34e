"""The ledger of power that hosts' docks drew."""

import sqlalchemy as sa
from alembic import op

import core.db.types

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

GUARDS = {
    "sqlite": (
        *(
            f"CREATE TRIGGER power_entry_no_{verb.lower()} BEFORE {verb} ON power_entry "
            "BEGIN SELECT RAISE(ABORT, 'power_entry is append-only'); END"
            for verb in ("UPDATE", "DELETE")
        ),
        "CREATE TRIGGER power_entry_no_replace BEFORE INSERT ON power_entry "
        "WHEN EXISTS (SELECT 1 FROM power_entry WHERE id = NEW.id) "
        "BEGIN SELECT RAISE(ABORT, 'power_entry is append-only'); END",
    ),
    "postgresql": (
        "CREATE FUNCTION power_entry_append_only() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION 'power_entry is append-only'; END $$",
        "CREATE TRIGGER power_entry_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON power_entry "
        "FOR EACH STATEMENT EXECUTE FUNCTION power_entry_append_only()",
    ),
}


def upgrade() -> None:
    op.create_table(
        "power_entry",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("mower", sa.Integer(), nullable=False),
        sa.Column("session_ms", sa.BigInteger(), nullable=False),
        sa.Column("ended_ms", sa.BigInteger(), nullable=False),
        sa.Column("lot_id", sa.Uuid(), nullable=False),
        sa.Column("battery_used", sa.Integer(), nullable=False),
        sa.Column("watt_hours", sa.Integer(), nullable=False),
        sa.Column("recorded_at", core.db.types.UtcDateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_power_entry")),
        sa.UniqueConstraint("mower", "session_ms", name=op.f("uq_power_entry_mower_session_ms")),
    )
    with op.batch_alter_table("power_entry", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_power_entry_ended_ms"), ["ended_ms"], unique=False)
        batch_op.create_index(batch_op.f("ix_power_entry_lot_id"), ["lot_id"], unique=False)
    for statement in GUARDS[op.get_bind().dialect.name]:
        op.execute(statement)


def downgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP TRIGGER power_entry_append_only ON power_entry")
        op.execute("DROP FUNCTION power_entry_append_only()")
    with op.batch_alter_table("power_entry", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_power_entry_lot_id"))
        batch_op.drop_index(batch_op.f("ix_power_entry_ended_ms"))
    op.drop_table("power_entry")
