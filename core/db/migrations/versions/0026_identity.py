"""Second factors, known browsers, sign-ins under way, foreign identities; the audit's chain, also over old lines."""

import sqlalchemy as sa
from alembic import op

from core.accounts.chain import FIRST, seal_of
from core.db.types import UtcDateTime

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None

APPEND_ONLY = {
    "sqlite": [
        f"""
        CREATE TRIGGER audit_seal_no_{verb.lower()} BEFORE {verb} ON audit_seal
        BEGIN SELECT RAISE(ABORT, 'the audit is append-only'); END
        """
        for verb in ("UPDATE", "DELETE")
    ]
    + [
        """
        CREATE TRIGGER audit_seal_no_replace BEFORE INSERT ON audit_seal
        WHEN EXISTS (SELECT 1 FROM audit_seal WHERE seq = NEW.seq OR entry_id = NEW.entry_id)
        BEGIN SELECT RAISE(ABORT, 'the audit is append-only'); END
        """
    ],
    "postgresql": [
        """
        CREATE TRIGGER audit_seal_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_seal
        FOR EACH STATEMENT EXECUTE FUNCTION audit_entry_append_only()
        """,
    ],
}
"""The database itself refuses to change or remove a seal; dropping the table drops its triggers."""

LINE = sa.table(
    "audit_entry", sa.column("id", sa.Integer()), sa.column("at", UtcDateTime(timezone=True)),
    sa.column("person_id", sa.Uuid()), sa.column("actor"), sa.column("action"), sa.column("object_type"),
    sa.column("object_id"), sa.column("before", sa.JSON()), sa.column("after", sa.JSON()), sa.column("reason"),
    sa.column("source"),
)  # fmt: skip
SEAL = sa.table("audit_seal", sa.column("seq", sa.Integer()), sa.column("entry_id"), sa.column("hash"))


def upgrade() -> None:
    op.create_table(
        "audit_seal",
        sa.Column("seq", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("entry_id", sa.Integer(), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_audit_seal")),
        sa.UniqueConstraint("entry_id", name=op.f("uq_audit_seal_entry_id")),
    )
    _seal_old_lines()
    for statement in APPEND_ONLY[op.get_bind().dialect.name]:
        op.execute(statement)
    op.add_column("person", sa.Column("second_factor_at", UtcDateTime(timezone=True), nullable=True))
    op.add_column("person", sa.Column("second_factor_due_at", UtcDateTime(timezone=True), nullable=True))
    op.create_table(
        "second_factor",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("sealed", sa.String(length=500), nullable=False),
        sa.Column("last_step", sa.BigInteger(), nullable=True),
        sa.Column("credential_id", sa.String(length=1400), nullable=True),
        sa.Column("public_key", sa.String(length=2000), nullable=False),
        sa.Column("sign_count", sa.BigInteger(), nullable=False),
        sa.Column("created_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("confirmed_at", UtcDateTime(timezone=True), nullable=True),
        sa.Column("used_at", UtcDateTime(timezone=True), nullable=True),
        *_of_a_person("second_factor"),
        sa.UniqueConstraint("credential_id", name=op.f("uq_second_factor_credential_id")),
    )
    op.create_table(
        "recovery_code",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("code_hash", sa.String(length=64), nullable=False),
        sa.Column("created_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("used_at", UtcDateTime(timezone=True), nullable=True),
        *_of_a_person("recovery_code"),
        sa.UniqueConstraint("code_hash", name=op.f("uq_recovery_code_code_hash")),
    )
    op.create_table(
        "known_browser",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("secret_hash", sa.String(length=64), nullable=False),
        sa.Column("created_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("seen_at", UtcDateTime(timezone=True), nullable=False),
        *_of_a_person("known_browser"),
        sa.UniqueConstraint("secret_hash", name=op.f("uq_known_browser_secret_hash")),
    )
    op.create_index(op.f("ix_known_browser_seen_at"), "known_browser", ["seen_at"])
    op.create_table(
        "sign_in_step",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("secret_hash", sa.String(length=64), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=True),
        sa.Column("content", sa.JSON(), nullable=False),
        sa.Column("created_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("expires_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("used_at", UtcDateTime(timezone=True), nullable=True),
        *_of_a_person("sign_in_step"),
        sa.UniqueConstraint("secret_hash", name=op.f("uq_sign_in_step_secret_hash")),
    )
    op.create_index(op.f("ix_sign_in_step_created_at"), "sign_in_step", ["created_at"])
    op.create_table(
        "identity_link",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("issuer", sa.String(length=255), nullable=False),
        sa.Column("subject", sa.String(length=255), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("created_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("used_at", UtcDateTime(timezone=True), nullable=True),
        *_of_a_person("identity_link"),
        sa.UniqueConstraint("issuer", "subject", name=op.f("uq_identity_link_issuer")),
    )
    for table in ("second_factor", "recovery_code", "known_browser", "identity_link"):
        op.create_index(op.f(f"ix_{table}_person_id"), table, ["person_id"])


def _seal_old_lines() -> None:
    connection, head, seq = op.get_bind(), FIRST, 0
    seals = []
    for line in connection.execute(sa.select(LINE).order_by(LINE.c.id)).mappings().all():
        values = dict(line)
        seq, head = seq + 1, seal_of(head, entry_id=values.pop("id"), **values)
        seals.append({"seq": seq, "entry_id": line["id"], "hash": head})
    for start in range(0, len(seals), 1000):
        op.bulk_insert(SEAL, seals[start : start + 1000])


def downgrade() -> None:
    op.drop_table("audit_seal")
    for table in ("identity_link", "sign_in_step", "known_browser", "recovery_code", "second_factor"):
        op.drop_table(table)
    with op.batch_alter_table("person") as batch:
        batch.drop_column("second_factor_due_at")
        batch.drop_column("second_factor_at")


def _of_a_person(table: str) -> tuple[sa.Constraint, ...]:
    return (
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f(f"fk_{table}_person_id_person"), ondelete="CASCADE"
        ),
    )
