"""Clusters tables."""

import sqlalchemy as sa
from alembic import op

import core.db.types

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

APPEND_ONLY = {
    "sqlite": [
        f"""
        CREATE TRIGGER cluster_event_no_{verb.lower()} BEFORE {verb} ON cluster_event
        BEGIN SELECT RAISE(ABORT, 'the history of clusters is append-only'); END
        """
        for verb in ("UPDATE", "DELETE")
    ]
    + [
        # INSERT OR REPLACE would remove a line without waking the trigger above.
        """
        CREATE TRIGGER cluster_event_no_replace BEFORE INSERT ON cluster_event
        WHEN EXISTS (SELECT 1 FROM cluster_event WHERE id = NEW.id)
        BEGIN SELECT RAISE(ABORT, 'the history of clusters is append-only'); END
        """,
        """
        CREATE TRIGGER cluster_version_no_update BEFORE UPDATE ON cluster_version
        BEGIN SELECT RAISE(ABORT, 'a version of a cluster never changes'); END
        """,
    ],
    "postgresql": [
        """
        CREATE FUNCTION cluster_history_append_only() RETURNS trigger LANGUAGE plpgsql AS
        $$ BEGIN RAISE EXCEPTION 'the history of clusters is append-only'; END $$
        """,
        """
        CREATE TRIGGER cluster_event_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON cluster_event
        FOR EACH STATEMENT EXECUTE FUNCTION cluster_history_append_only()
        """,
        """
        CREATE TRIGGER cluster_version_no_update BEFORE UPDATE ON cluster_version
        FOR EACH STATEMENT EXECUTE FUNCTION cluster_history_append_only()
        """,
    ],
}
"""The database itself refuses to change what has happened, whoever asks."""

NO_LONGER_APPEND_ONLY = {
    "sqlite": [
        *(f"DROP TRIGGER cluster_event_no_{verb}" for verb in ("update", "delete", "replace")),
        "DROP TRIGGER cluster_version_no_update",
    ],
    "postgresql": [
        "DROP TRIGGER cluster_event_append_only ON cluster_event",
        "DROP TRIGGER cluster_version_no_update ON cluster_version",
        "DROP FUNCTION cluster_history_append_only()",
    ],
}


def upgrade() -> None:
    op.create_table(
        "cluster",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("author_id", sa.Uuid(), nullable=True),
        sa.Column("author", sa.String(length=254), nullable=False),
        sa.Column("submitted_by", sa.String(length=254), nullable=False),
        sa.Column("decided_by", sa.String(length=254), nullable=False),
        sa.Column("comment", sa.String(length=1000), nullable=False),
        sa.Column("stale_reason", sa.String(length=2000), nullable=False),
        sa.Column("stale_at", core.db.types.UtcDateTime(timezone=True), nullable=True),
        sa.Column("created_at", core.db.types.UtcDateTime(timezone=True), nullable=False),
        sa.Column("changed_at", core.db.types.UtcDateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cluster")),
        sa.UniqueConstraint("number", name=op.f("uq_cluster_number")),
    )
    op.create_index(op.f("ix_cluster_state"), "cluster", ["state"], unique=False)

    op.create_table(
        "cluster_event",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("cluster_id", sa.Uuid(), nullable=False),
        sa.Column("at", core.db.types.UtcDateTime(timezone=True), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=True),
        sa.Column("actor", sa.String(length=254), nullable=False),
        sa.Column("action", sa.String(length=20), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("state_before", sa.String(length=12), nullable=False),
        sa.Column("state_after", sa.String(length=12), nullable=False),
        sa.Column("comment", sa.String(length=2000), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cluster_event")),
    )
    op.create_index(op.f("ix_cluster_event_cluster_id"), "cluster_event", ["cluster_id"], unique=False)

    op.create_table(
        "cluster_version",
        sa.Column("cluster_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("at", core.db.types.UtcDateTime(timezone=True), nullable=False),
        sa.Column("by", sa.String(length=254), nullable=False),
        sa.Column("action", sa.String(length=20), nullable=False),
        sa.Column("comment", sa.String(length=1000), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("members", sa.JSON(), nullable=False),
        sa.Column("findings", sa.JSON(), nullable=False),
        sa.Column("parameters", sa.JSON(), nullable=False),
        sa.Column("provenance", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["cluster_id"], ["cluster.id"], name=op.f("fk_cluster_version_cluster_id_cluster"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("cluster_id", "version", name=op.f("pk_cluster_version")),
    )

    op.create_table(
        "cluster_member",
        sa.Column("cluster_id", sa.Uuid(), nullable=False),
        sa.Column("home_id", sa.Integer(), nullable=False),
        sa.Column("part", sa.String(length=10), nullable=False),
        sa.Column("lot_id", sa.Uuid(), nullable=True),
        sa.Column("household_id", sa.Uuid(), nullable=True),
        sa.Column("address", sa.String(length=120), nullable=False),
        sa.Column("city", sa.String(length=80), nullable=False),
        sa.Column("longitude", sa.Float(), nullable=False),
        sa.Column("latitude", sa.Float(), nullable=False),
        sa.Column("distance_m", sa.Float(), nullable=True),
        sa.Column("length_m", sa.Float(), nullable=True),
        sa.Column("consent", sa.String(length=12), nullable=False),
        sa.Column("approved", sa.Boolean(), nullable=False),
        sa.Column("live", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["cluster_id"], ["cluster.id"], name=op.f("fk_cluster_member_cluster_id_cluster"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("cluster_id", "home_id", name=op.f("pk_cluster_member")),
    )
    op.create_index(op.f("ix_cluster_member_home_id"), "cluster_member", ["home_id"], unique=False)
    op.create_index(op.f("ix_cluster_member_household_id"), "cluster_member", ["household_id"], unique=False)
    _unique_where("uq_cluster_member_one_live", "cluster_member", ["home_id"], "live")
    _unique_where("uq_cluster_member_one_host", "cluster_member", ["cluster_id"], "part = 'host'")

    op.create_table(
        "crossing_consent",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("cluster_id", sa.Uuid(), nullable=False),
        sa.Column("home_id", sa.Integer(), nullable=False),
        sa.Column("address", sa.String(length=120), nullable=False),
        sa.Column("given_by", sa.String(length=120), nullable=False),
        sa.Column("note", sa.String(length=500), nullable=False),
        sa.Column("recorded_by", sa.String(length=254), nullable=False),
        sa.Column("recorded_at", core.db.types.UtcDateTime(timezone=True), nullable=False),
        sa.Column("withdrawn_at", core.db.types.UtcDateTime(timezone=True), nullable=True),
        sa.Column("withdrawn_by", sa.String(length=254), nullable=False),
        sa.ForeignKeyConstraint(
            ["cluster_id"], ["cluster.id"], name=op.f("fk_crossing_consent_cluster_id_cluster"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_crossing_consent")),
    )
    op.create_index(op.f("ix_crossing_consent_cluster_id"), "crossing_consent", ["cluster_id"], unique=False)
    _unique_where("uq_crossing_consent_one_open", "crossing_consent", ["cluster_id", "home_id"], "withdrawn_at IS NULL")

    op.create_table(
        "reach_confirmation",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("cluster_id", sa.Uuid(), nullable=False),
        sa.Column("host_id", sa.Integer(), nullable=False),
        sa.Column("home_id", sa.Integer(), nullable=False),
        sa.Column("reason", sa.String(length=500), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=True),
        sa.Column("confirmed_by", sa.String(length=254), nullable=False),
        sa.Column("confirmed_at", core.db.types.UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["cluster_id"], ["cluster.id"], name=op.f("fk_reach_confirmation_cluster_id_cluster"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reach_confirmation")),
        sa.UniqueConstraint(
            "cluster_id", "host_id", "home_id", name=op.f("uq_reach_confirmation_cluster_id_host_id_home_id")
        ),
    )
    op.create_index(op.f("ix_reach_confirmation_cluster_id"), "reach_confirmation", ["cluster_id"], unique=False)

    op.create_table(
        "cluster_waiting",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("cluster_id", sa.Uuid(), nullable=False),
        sa.Column("home_id", sa.Integer(), nullable=False),
        sa.Column("address", sa.String(length=120), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=True),
        sa.Column("asked_by", sa.String(length=254), nullable=False),
        sa.Column("asked_at", core.db.types.UtcDateTime(timezone=True), nullable=False),
        sa.Column("ended_at", core.db.types.UtcDateTime(timezone=True), nullable=True),
        sa.Column("outcome", sa.String(length=12), nullable=False),
        sa.ForeignKeyConstraint(
            ["cluster_id"], ["cluster.id"], name=op.f("fk_cluster_waiting_cluster_id_cluster"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cluster_waiting")),
    )
    op.create_index(op.f("ix_cluster_waiting_cluster_id"), "cluster_waiting", ["cluster_id"], unique=False)
    _unique_where("uq_cluster_waiting_one_open", "cluster_waiting", ["cluster_id", "home_id"], "ended_at IS NULL")

    op.create_table(
        "cluster_invite",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("cluster_id", sa.Uuid(), nullable=False),
        sa.Column("code_hash", sa.String(length=64), nullable=False),
        sa.Column("made_by", sa.String(length=254), nullable=False),
        sa.Column("made_at", core.db.types.UtcDateTime(timezone=True), nullable=False),
        sa.Column("expires_at", core.db.types.UtcDateTime(timezone=True), nullable=False),
        sa.Column("revoked_at", core.db.types.UtcDateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["cluster_id"], ["cluster.id"], name=op.f("fk_cluster_invite_cluster_id_cluster"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cluster_invite")),
        sa.UniqueConstraint("code_hash", name=op.f("uq_cluster_invite_code_hash")),
    )
    op.create_index(op.f("ix_cluster_invite_cluster_id"), "cluster_invite", ["cluster_id"], unique=False)
    for statement in APPEND_ONLY[op.get_bind().dialect.name]:
        op.execute(statement)


def downgrade() -> None:
    for statement in NO_LONGER_APPEND_ONLY[op.get_bind().dialect.name]:
        op.execute(statement)
    for table in (
        "cluster_invite",
        "cluster_waiting",
        "reach_confirmation",
        "crossing_consent",
        "cluster_member",
        "cluster_version",
        "cluster_event",
        "cluster",
    ):
        op.drop_table(table)


def _unique_where(name: str, table: str, columns: list[str], condition: str) -> None:
    where = sa.text(condition)
    op.create_index(name, table, columns, unique=True, sqlite_where=where, postgresql_where=where)
