"""Consents, erasures that append-only tables let pass, looks through another's eyes, links to share."""

import sqlalchemy as sa
from alembic import op

from core.db.types import UtcDateTime

revision = "0031"
down_revision = "0030"
branch_labels = None
depends_on = None

REFUSALS = {
    "audit_entry": "the audit is append-only",
    "cluster_event": "the history of clusters is append-only",
    "cluster_version": "a version of a cluster never changes",
    "billing_fact": "billing_fact is append-only",
    "usage_entry": "usage_entry is append-only",
}
"""Tables that name people and refuse any change, with the words they refuse with."""

FUNCTIONS = {
    "audit_entry_append_only": ("the audit is append-only", "audit_entry"),
    "cluster_history_append_only": ("the history of clusters is append-only", None),
    "billing_fact_append_only": ("billing_fact is append-only", None),
    "usage_entry_append_only": ("usage_entry is append-only", None),
}
"""What guards them in PostgreSQL: the words, and the one table of several that lets an erasure pass."""


def guard(*, passes: bool) -> list[str]:
    """The statements after which an update is refused: always, or but for an erasure."""
    if op.get_bind().dialect.name == "sqlite":
        only = "WHEN NOT EXISTS (SELECT 1 FROM erasure_pass) " if passes else ""
        statements = []
        for table, words in REFUSALS.items():
            statements.append(f"DROP TRIGGER {table}_no_update")
            statements.append(
                f"CREATE TRIGGER {table}_no_update BEFORE UPDATE ON {table} {only}"
                f"BEGIN SELECT RAISE(ABORT, '{words}'); END"
            )
        return statements
    return [
        f"CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        + (_passes(table) if passes else "")
        + f"RAISE EXCEPTION '{words}'; END $$"
        for name, (words, table) in FUNCTIONS.items()
    ]


def _passes(table: str | None) -> str:
    where = "" if table is None else f"AND TG_TABLE_NAME = '{table}' "
    # an update alone: the function of statements is also called for delete and truncate
    return f"IF TG_OP = 'UPDATE' {where}AND EXISTS (SELECT 1 FROM erasure_pass) THEN RETURN NULL; END IF; "


def upgrade() -> None:
    op.create_table(
        "consent",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("version", sa.String(length=40), nullable=False),
        sa.Column("given_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("source", sa.String(length=20), nullable=False),
        sa.Column("withdrawn_at", UtcDateTime(timezone=True), nullable=True),
        sa.Column("withdrawn_by", sa.String(length=20), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_consent")),
    )
    op.create_index(op.f("ix_consent_person_id"), "consent", ["person_id"])
    op.create_table(
        "audit_redaction",
        sa.Column("erasure_id", sa.Uuid(), nullable=False),
        sa.Column("entry_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("line_hash", sa.String(length=64), nullable=False),
        sa.Column("at", UtcDateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("erasure_id", "entry_id", name=op.f("pk_audit_redaction")),
    )
    op.create_index(op.f("ix_audit_redaction_entry_id"), "audit_redaction", ["entry_id"])
    op.create_table(
        "erasure_pass",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_erasure_pass")),
    )
    op.create_table(
        "share_link",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.Column("subject", sa.String(length=64), nullable=False),
        sa.Column("note", sa.String(length=120), nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("made_by", sa.String(length=254), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=True),
        sa.Column("made_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("expires_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("used_at", UtcDateTime(timezone=True), nullable=True),
        sa.Column("uses", sa.Integer(), nullable=False),
        sa.Column("revoked_at", UtcDateTime(timezone=True), nullable=True),
        sa.Column("revoked_by", sa.String(length=254), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_share_link")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_share_link_token_hash")),
    )
    op.create_index(op.f("ix_share_link_subject_id"), "share_link", ["subject_id"])
    op.add_column("sign_in_session", sa.Column("watcher_id", sa.Uuid(), nullable=True))
    op.add_column("history_mark", sa.Column("places_ms", sa.BigInteger(), nullable=False, server_default="0"))
    for statement in guard(passes=True):
        op.execute(statement)


def downgrade() -> None:
    for statement in guard(passes=False):
        op.execute(statement)
    with op.batch_alter_table("sign_in_session", schema=None) as batch_op:
        batch_op.drop_column("watcher_id")
    with op.batch_alter_table("history_mark", schema=None) as batch_op:
        batch_op.drop_column("places_ms")
    for table in ("share_link", "erasure_pass", "audit_redaction", "consent"):
        op.drop_table(table)
