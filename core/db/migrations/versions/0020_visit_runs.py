"""How far visits are with their mowers, what a dispatcher has to see, and the hours that mowers hold themselves."""

import sqlalchemy as sa
from alembic import op

import core.db.types

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

OPEN = "closed_at IS NULL"


def upgrade() -> None:
    op.create_table(
        "visit_run",
        sa.Column("visit_id", sa.Uuid(), nullable=False),
        sa.Column("device_name", sa.String(length=64), nullable=False),
        sa.Column("phase", sa.String(length=8), nullable=False),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("command_id", sa.Uuid(), nullable=True),
        sa.Column("first_asked_at", core.db.types.UtcDateTime(timezone=True), nullable=True),
        sa.Column("asked_at", core.db.types.UtcDateTime(timezone=True), nullable=True),
        sa.Column("not_before", core.db.types.UtcDateTime(timezone=True), nullable=True),
        sa.Column("waiting", sa.String(length=24), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["visit_id"], ["visit.id"], name=op.f("fk_visit_run_visit_id_visit"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("visit_id", name=op.f("pk_visit_run")),
    )
    op.create_table(
        "visit_problem",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("visit_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("reason", sa.String(length=24), nullable=False),
        sa.Column("opened_at", core.db.types.UtcDateTime(timezone=True), nullable=False),
        sa.Column("closed_at", core.db.types.UtcDateTime(timezone=True), nullable=True),
        sa.Column("closed_by", sa.String(length=254), nullable=False),
        sa.Column("fix", sa.String(length=12), nullable=False),
        sa.ForeignKeyConstraint(
            ["visit_id"], ["visit.id"], name=op.f("fk_visit_problem_visit_id_visit"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_visit_problem")),
        sa.UniqueConstraint("visit_id", "kind", "attempt", name=op.f("uq_visit_problem_visit_id_kind_attempt")),
    )
    op.create_index(
        "ix_visit_problem_open",
        "visit_problem",
        ["opened_at"],
        unique=False,
        sqlite_where=sa.text(OPEN),
        postgresql_where=sa.text(OPEN),
    )
    op.create_table(
        "mower_quiet",
        sa.Column("mower_id", sa.Uuid(), nullable=False),
        sa.Column("wanted_begins", sa.Integer(), nullable=True),
        sa.Column("wanted_ends", sa.Integer(), nullable=True),
        sa.Column("wanted_at", core.db.types.UtcDateTime(timezone=True), nullable=False),
        sa.Column("reported_begins", sa.Integer(), nullable=True),
        sa.Column("reported_ends", sa.Integer(), nullable=True),
        sa.Column("reported_at", core.db.types.UtcDateTime(timezone=True), nullable=True),
        sa.Column("problem", sa.String(length=500), nullable=False),
        sa.ForeignKeyConstraint(
            ["mower_id"], ["mower.id"], name=op.f("fk_mower_quiet_mower_id_mower"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("mower_id", name=op.f("pk_mower_quiet")),
    )


def downgrade() -> None:
    op.drop_table("mower_quiet")
    op.drop_index("ix_visit_problem_open", table_name="visit_problem")
    op.drop_table("visit_problem")
    op.drop_table("visit_run")
