"""What households ask: keep-offs with their orders, access notes, ratings, problems with photos."""

import sqlalchemy as sa
from alembic import op

import core.db.types

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None

MOMENT = core.db.types.UtcDateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "keep_off",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("lot_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=True),
        sa.Column("asked_by", sa.String(length=254), nullable=False),
        sa.Column("asked_at", MOMENT, nullable=False),
        sa.Column("ends_at", MOMENT, nullable=False),
        sa.Column("ended_at", MOMENT, nullable=True),
        sa.Column("ended_by", sa.String(length=254), nullable=False),
        sa.ForeignKeyConstraint(["lot_id"], ["lot.id"], name=op.f("fk_keep_off_lot_id_lot"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_keep_off")),
    )
    op.create_table(
        "keep_off_order",
        sa.Column("keep_off_id", sa.Uuid(), nullable=False),
        sa.Column("command_id", sa.Uuid(), nullable=False),
        sa.Column("device_name", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("asked_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(
            ["keep_off_id"], ["keep_off.id"], name=op.f("fk_keep_off_order_keep_off_id_keep_off"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("keep_off_id", "command_id", name=op.f("pk_keep_off_order")),
    )
    op.create_table(
        "lot_note",
        sa.Column("lot_id", sa.Uuid(), nullable=False),
        sa.Column("gate", sa.String(length=500), nullable=False),
        sa.Column("pets", sa.String(length=500), nullable=False),
        sa.Column("access", sa.String(length=500), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("changed_by", sa.String(length=254), nullable=False),
        sa.Column("changed_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["lot_id"], ["lot.id"], name=op.f("fk_lot_note_lot_id_lot"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("lot_id", name=op.f("pk_lot_note")),
    )
    op.create_table(
        "visit_rating",
        sa.Column("visit_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("lot_id", sa.Uuid(), nullable=False),
        sa.Column("stars", sa.Integer(), nullable=False),
        sa.Column("words", sa.String(length=1000), nullable=False),
        sa.Column("rated_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["lot_id"], ["lot.id"], name=op.f("fk_visit_rating_lot_id_lot"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(
            ["visit_id"], ["visit.id"], name=op.f("fk_visit_rating_visit_id_visit"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("visit_id", "person_id", name=op.f("pk_visit_rating")),
    )
    op.create_table(
        "lawn_problem",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("lot_id", sa.Uuid(), nullable=False),
        sa.Column("visit_id", sa.Uuid(), nullable=True),
        sa.Column("person_id", sa.Uuid(), nullable=True),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("words", sa.String(length=1000), nullable=False),
        sa.Column("longitude", sa.Float(), nullable=True),
        sa.Column("latitude", sa.Float(), nullable=True),
        sa.Column("reported_by", sa.String(length=254), nullable=False),
        sa.Column("reported_at", MOMENT, nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("answer", sa.String(length=1000), nullable=False),
        sa.Column("remow_visit_id", sa.Uuid(), nullable=True),
        sa.Column("credit_minor", sa.Integer(), nullable=True),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("decided_by", sa.String(length=254), nullable=False),
        sa.Column("decided_at", MOMENT, nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["lot_id"], ["lot.id"], name=op.f("fk_lawn_problem_lot_id_lot"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(
            ["visit_id"], ["visit.id"], name=op.f("fk_lawn_problem_visit_id_visit"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["remow_visit_id"], ["visit.id"], name=op.f("fk_lawn_problem_remow_visit_id_visit"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lawn_problem")),
    )
    op.create_table(
        "problem_photo",
        sa.Column("problem_id", sa.Uuid(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("width", sa.Integer(), nullable=False),
        sa.Column("height", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["problem_id"],
            ["lawn_problem.id"],
            name=op.f("fk_problem_photo_problem_id_lawn_problem"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("problem_id", name=op.f("pk_problem_photo")),
    )
    for table, columns in INDEXES:
        with op.batch_alter_table(table, schema=None) as batch_op:
            for column in columns:
                batch_op.create_index(batch_op.f(f"ix_{table}_{column}"), [column], unique=False)


INDEXES = (
    ("keep_off", ("lot_id", "ends_at")),
    ("visit_rating", ("lot_id", "rated_at")),
    ("lawn_problem", ("lot_id", "visit_id", "reported_at", "state")),
)


def downgrade() -> None:
    for table in ("problem_photo", "lawn_problem", "visit_rating", "lot_note", "keep_off_order", "keep_off"):
        op.drop_table(table)
