"""Land tables."""

import sqlalchemy as sa
from alembic import op

import core.db.types

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

MOMENT = core.db.types.UtcDateTime(timezone=True)


def upgrade() -> None:
    _create_lot_tables()
    _create_lawn_tables()
    _create_registration_tables()


def _create_lot_tables() -> None:
    op.create_table(
        "parcel",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("layer", sa.String(length=80), nullable=False),
        sa.Column("key", sa.String(length=80), nullable=False),
        sa.Column("address", sa.String(length=120), nullable=False),
        sa.Column("boundary", sa.JSON(), nullable=False),
        sa.Column("west", sa.Float(), nullable=False),
        sa.Column("south", sa.Float(), nullable=False),
        sa.Column("east", sa.Float(), nullable=False),
        sa.Column("north", sa.Float(), nullable=False),
        sa.Column("home_ids", sa.JSON(), nullable=False),
        sa.Column("import_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["import_id"], ["data_import.id"], name=op.f("fk_parcel_import_id_data_import")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_parcel")),
        sa.UniqueConstraint("layer", "key", name=op.f("uq_parcel_layer_key")),
    )
    op.create_index(op.f("ix_parcel_south"), "parcel", ["south"], unique=False)
    with op.batch_alter_table("household", schema=None) as batch_op:
        batch_op.add_column(sa.Column("email", sa.String(length=254), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("phone", sa.String(length=20), nullable=False, server_default=""))
    with op.batch_alter_table("lot", schema=None) as batch_op:
        batch_op.add_column(sa.Column("version", sa.Integer(), nullable=False, server_default="1"))
        batch_op.add_column(sa.Column("part", sa.String(length=10), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("dock_longitude", sa.Float(), nullable=True))
        batch_op.add_column(sa.Column("dock_latitude", sa.Float(), nullable=True))
        batch_op.add_column(sa.Column("home_id", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("home_key", sa.String(length=240), nullable=True))
        batch_op.add_column(sa.Column("parcel_id", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("registered_at", MOMENT, nullable=True))
        batch_op.create_foreign_key(op.f("fk_lot_home_id_address_point"), "address_point", ["home_id"], ["id"])
        batch_op.create_foreign_key(
            op.f("fk_lot_parcel_id_parcel"), "parcel", ["parcel_id"], ["id"], ondelete="SET NULL"
        )
        batch_op.create_unique_constraint(op.f("uq_lot_home_key"), ["home_key"])
        batch_op.create_index(op.f("ix_lot_home_id"), ["home_id"], unique=False)
        batch_op.create_index(op.f("ix_lot_parcel_id"), ["parcel_id"], unique=False)


def _create_lawn_tables() -> None:
    op.create_table(
        "lawn_draft",
        sa.Column("lot_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("editor", sa.String(length=120), nullable=False),
        sa.Column("base_version", sa.Integer(), nullable=False),
        sa.Column("drawing", sa.JSON(), nullable=False),
        sa.Column("changed_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["lot_id"], ["lot.id"], name=op.f("fk_lawn_draft_lot_id_lot"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("lot_id", "person_id", name=op.f("pk_lawn_draft")),
    )
    op.create_table(
        "lawn_presence",
        sa.Column("lot_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("since", MOMENT, nullable=False),
        sa.Column("seen_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["lot_id"], ["lot.id"], name=op.f("fk_lawn_presence_lot_id_lot"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("lot_id", "person_id", name=op.f("pk_lawn_presence")),
    )
    op.create_table(
        "lawn_version",
        sa.Column("lot_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=True),
        sa.Column("by", sa.String(length=254), nullable=False),
        sa.Column("source", sa.String(length=20), nullable=False),
        sa.Column("boundary", sa.JSON(), nullable=True),
        sa.Column("lawns", sa.JSON(), nullable=False),
        sa.Column("dock_longitude", sa.Float(), nullable=True),
        sa.Column("dock_latitude", sa.Float(), nullable=True),
        sa.ForeignKeyConstraint(["lot_id"], ["lot.id"], name=op.f("fk_lawn_version_lot_id_lot"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("lot_id", "version", name=op.f("pk_lawn_version")),
    )


def _create_registration_tables() -> None:
    op.create_table(
        "home_import",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=True),
        sa.Column("by", sa.String(length=254), nullable=False),
        sa.Column("content_hash", sa.String(length=64), nullable=False),
        sa.Column("rows", sa.Integer(), nullable=False),
        sa.Column("registered", sa.Integer(), nullable=False),
        sa.Column("unchanged", sa.Integer(), nullable=False),
        sa.Column("refused", sa.Integer(), nullable=False),
        sa.Column("undone_at", MOMENT, nullable=True),
        sa.Column("undone_by", sa.String(length=254), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_home_import")),
    )
    op.create_table(
        "home_import_row",
        sa.Column("import_id", sa.Uuid(), nullable=False),
        sa.Column("line", sa.Integer(), nullable=False),
        sa.Column("raw", sa.JSON(), nullable=False),
        sa.Column("outcome", sa.String(length=12), nullable=False),
        sa.Column("field", sa.String(length=40), nullable=False),
        sa.Column("reason", sa.String(length=2000), nullable=False),
        sa.Column("value", sa.String(length=200), nullable=False),
        sa.Column("expected", sa.String(length=2000), nullable=False),
        sa.Column("lot_id", sa.Uuid(), nullable=True),
        sa.Column("household_id", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(
            ["import_id"],
            ["home_import.id"],
            name=op.f("fk_home_import_row_import_id_home_import"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("import_id", "line", name=op.f("pk_home_import_row")),
    )
    op.create_table(
        "geocode_cache",
        sa.Column("provider", sa.String(length=20), nullable=False),
        sa.Column("query", sa.String(length=240), nullable=False),
        sa.Column("places", sa.JSON(), nullable=False),
        sa.Column("fetched_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("provider", "query", name=op.f("pk_geocode_cache")),
    )
    op.create_index(op.f("ix_geocode_cache_fetched_at"), "geocode_cache", ["fetched_at"], unique=False)


def downgrade() -> None:
    op.drop_index(op.f("ix_geocode_cache_fetched_at"), table_name="geocode_cache")
    for table in ("geocode_cache", "home_import_row", "home_import", "lawn_version", "lawn_presence", "lawn_draft"):
        op.drop_table(table)
    with op.batch_alter_table("lot", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_lot_parcel_id"))
        batch_op.drop_index(batch_op.f("ix_lot_home_id"))
        batch_op.drop_constraint(batch_op.f("uq_lot_home_key"), type_="unique")
        batch_op.drop_constraint(batch_op.f("fk_lot_parcel_id_parcel"), type_="foreignkey")
        batch_op.drop_constraint(batch_op.f("fk_lot_home_id_address_point"), type_="foreignkey")
        for column in (
            "registered_at", "parcel_id", "home_key", "home_id", "dock_latitude", "dock_longitude", "part", "version",
        ):  # fmt: skip
            batch_op.drop_column(column)
    with op.batch_alter_table("household", schema=None) as batch_op:
        batch_op.drop_column("phone")
        batch_op.drop_column("email")
    op.drop_index(op.f("ix_parcel_south"), table_name="parcel")
    op.drop_table("parcel")
