"""Neighbourhood tables."""

import sqlalchemy as sa
from alembic import op

import core.db.types

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "data_import",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("source", sa.String(length=200), nullable=False),
        sa.Column("attribution", sa.String(length=200), nullable=False),
        sa.Column("data_date", core.db.types.UtcDateTime(timezone=True), nullable=True),
        sa.Column("imported_at", core.db.types.UtcDateTime(timezone=True), nullable=False),
        sa.Column("content_hash", sa.String(length=64), nullable=False),
        sa.Column("rows", sa.Integer(), nullable=False),
        sa.Column("accepted", sa.Integer(), nullable=False),
        sa.Column("refused", sa.Integer(), nullable=False),
        sa.Column("report", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_data_import")),
    )
    with op.batch_alter_table("data_import", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_data_import_content_hash"), ["content_hash"], unique=False)

    op.create_table(
        "household",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("created_at", core.db.types.UtcDateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_household")),
    )
    op.create_table(
        "address_point",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("address", sa.String(length=120), nullable=False),
        sa.Column("city", sa.String(length=80), nullable=False),
        sa.Column("state", sa.String(length=2), nullable=False),
        sa.Column("postcode", sa.String(length=10), nullable=False),
        sa.Column("longitude", sa.Float(), nullable=False),
        sa.Column("latitude", sa.Float(), nullable=False),
        sa.Column("import_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["import_id"], ["data_import.id"], name=op.f("fk_address_point_import_id_data_import")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_address_point")),
        sa.UniqueConstraint(
            "address", "city", "state", "postcode", name=op.f("uq_address_point_address_city_state_postcode")
        ),
    )
    with op.batch_alter_table("address_point", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_address_point_latitude"), ["latitude"], unique=False)

    op.create_table(
        "household_person",
        sa.Column("household_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["household_id"],
            ["household.id"],
            name=op.f("fk_household_person_household_id_household"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_household_person_person_id_person"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("household_id", "person_id", name=op.f("pk_household_person")),
    )
    op.create_table(
        "lot",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("household_id", sa.Uuid(), nullable=True),
        sa.Column("address", sa.String(length=120), nullable=False),
        sa.Column("city", sa.String(length=80), nullable=False),
        sa.Column("longitude", sa.Float(), nullable=False),
        sa.Column("latitude", sa.Float(), nullable=False),
        sa.Column("boundary", sa.JSON(), nullable=True),
        sa.Column("house", sa.JSON(), nullable=True),
        sa.Column("lawns", sa.JSON(), nullable=False),
        sa.Column("source", sa.String(length=20), nullable=False),
        sa.Column("time_zone", sa.String(length=40), nullable=False),
        sa.ForeignKeyConstraint(["household_id"], ["household.id"], name=op.f("fk_lot_household_id_household")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lot")),
    )
    with op.batch_alter_table("lot", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_lot_household_id"), ["household_id"], unique=False)

    op.create_table(
        "town_feature",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("lot_id", sa.Uuid(), nullable=True),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("geometry", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["lot_id"], ["lot.id"], name=op.f("fk_town_feature_lot_id_lot"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_town_feature")),
    )
    with op.batch_alter_table("town_feature", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_town_feature_lot_id"), ["lot_id"], unique=False)

    op.create_table(
        "road_layer",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("source", sa.String(length=20), nullable=False),
        sa.Column("rank", sa.Integer(), nullable=False),
        sa.Column("coverage", sa.JSON(), nullable=False),
        sa.Column("import_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["import_id"], ["data_import.id"], name=op.f("fk_road_layer_import_id_data_import")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_road_layer")),
        sa.UniqueConstraint("name", name=op.f("uq_road_layer_name")),
    )
    op.create_table(
        "lot_mower",
        sa.Column("lot_id", sa.Uuid(), nullable=False),
        sa.Column("mower_id", sa.Uuid(), nullable=False),
        sa.Column("part", sa.String(length=10), nullable=False),
        sa.ForeignKeyConstraint(["lot_id"], ["lot.id"], name=op.f("fk_lot_mower_lot_id_lot"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(
            ["mower_id"], ["mower.id"], name=op.f("fk_lot_mower_mower_id_mower"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("lot_id", "mower_id", name=op.f("pk_lot_mower")),
    )
    op.create_index(
        "uq_lot_mower_one_host",
        "lot_mower",
        ["mower_id"],
        unique=True,
        sqlite_where=sa.text("part = 'host'"),
        postgresql_where=sa.text("part = 'host'"),
    )
    op.create_table(
        "road",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("layer_id", sa.Uuid(), nullable=False),
        sa.Column("way_id", sa.String(length=40), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("road_class", sa.String(length=40), nullable=False),
        sa.Column("line", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["layer_id"], ["road_layer.id"], name=op.f("fk_road_layer_id_road_layer"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_road")),
    )
    with op.batch_alter_table("road", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_road_layer_id"), ["layer_id"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("road", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_road_layer_id"))

    op.drop_table("road")
    op.drop_index("uq_lot_mower_one_host", table_name="lot_mower")
    op.drop_table("lot_mower")
    op.drop_table("road_layer")
    with op.batch_alter_table("town_feature", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_town_feature_lot_id"))

    op.drop_table("town_feature")
    with op.batch_alter_table("lot", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_lot_household_id"))

    op.drop_table("lot")
    op.drop_table("household_person")
    with op.batch_alter_table("address_point", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_address_point_latitude"))

    op.drop_table("address_point")
    op.drop_table("household")
    with op.batch_alter_table("data_import", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_data_import_content_hash"))

    op.drop_table("data_import")
