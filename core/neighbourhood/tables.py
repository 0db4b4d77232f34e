"""Records of places: the imported address book, road layers, and our households with their lots."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import JSON, Index, UniqueConstraint, text
from sqlmodel import Field

from core.db.base import Record, moment, optional_moment
from core.ids import new_id


class DataImport(Record, table=True):
    """One import of outside data: where it came from, how old it is, what it held."""

    __tablename__ = "data_import"

    id: UUID = Field(default_factory=new_id, primary_key=True)
    kind: str = Field(max_length=20)  # addresses | roads | lots
    name: str = Field(max_length=120)
    source: str = Field(max_length=200)
    attribution: str = Field(default="", max_length=200)
    data_date: datetime | None = optional_moment()
    imported_at: datetime = moment()
    content_hash: str = Field(max_length=64, index=True)
    rows: int
    accepted: int
    refused: int
    report: list[dict[str, Any]] = Field(default_factory=list, sa_type=JSON)  # first refused rows: row, field, reason


class AddressPoint(Record, table=True):
    """One address of the imported address book."""

    __tablename__ = "address_point"
    __table_args__ = (UniqueConstraint("address", "city", "state", "postcode"),)

    id: int | None = Field(default=None, primary_key=True)
    address: str = Field(max_length=120)
    city: str = Field(max_length=80)
    state: str = Field(max_length=2)
    postcode: str = Field(default="", max_length=10)
    longitude: float
    latitude: float = Field(index=True)
    import_id: UUID = Field(foreign_key="data_import.id")


class RoadLayer(Record, table=True):
    """One set of roads with the area it covers. Layers are never mixed in one verdict; the higher rank wins."""

    __tablename__ = "road_layer"

    id: UUID = Field(default_factory=new_id, primary_key=True)
    name: str = Field(unique=True, max_length=80)
    source: str = Field(max_length=20)  # osm | derived | demo
    rank: int  # osm 20, demo 20, derived 10
    coverage: dict[str, Any] = Field(sa_type=JSON)  # GeoJSON Polygon or MultiPolygon
    import_id: UUID = Field(foreign_key="data_import.id")


class Road(Record, table=True):
    """One road centre line."""

    __tablename__ = "road"

    id: int | None = Field(default=None, primary_key=True)
    layer_id: UUID = Field(foreign_key="road_layer.id", index=True, ondelete="CASCADE")
    way_id: str = Field(default="", max_length=40)
    name: str = Field(default="", max_length=120)
    road_class: str = Field(default="", max_length=40)  # OSM highway value; empty when unknown
    line: list[list[float]] = Field(sa_type=JSON)  # [longitude, latitude] pairs


class Household(Record, table=True):
    """People who live at one home and answer for its lot."""

    __tablename__ = "household"

    id: UUID = Field(default_factory=new_id, primary_key=True)
    name: str = Field(max_length=120)
    email: str = Field(default="", max_length=254, sa_column_kwargs={"server_default": ""})
    phone: str = Field(default="", max_length=20, sa_column_kwargs={"server_default": ""})  # as dialled, + and digits
    created_at: datetime = moment()


class HouseholdPerson(Record, table=True):
    """A person belongs to a household; one person may belong to several."""

    __tablename__ = "household_person"

    household_id: UUID = Field(foreign_key="household.id", primary_key=True, ondelete="CASCADE")
    person_id: UUID = Field(foreign_key="person.id", primary_key=True, ondelete="CASCADE")


class Lot(Record, table=True):
    """A household's ground: boundary, house and lawns as GeoJSON, with where they came from."""

    __tablename__ = "lot"

    id: UUID = Field(default_factory=new_id, primary_key=True)
    household_id: UUID | None = Field(default=None, foreign_key="household.id", index=True)
    address: str = Field(max_length=120)
    city: str = Field(max_length=80)
    longitude: float  # the address point
    latitude: float
    boundary: dict[str, Any] | None = Field(default=None, sa_type=JSON)  # GeoJSON Polygon
    house: dict[str, Any] | None = Field(default=None, sa_type=JSON)
    lawns: list[dict[str, Any]] = Field(default_factory=list, sa_type=JSON)
    source: str = Field(max_length=20)  # demo | drawn | imported | estimated | unknown: where the boundary comes from
    time_zone: str = Field(default="America/Chicago", max_length=40)
    version: int = Field(default=1, sa_column_kwargs={"server_default": "1"})  # of boundary, lawns and dock
    part: str = Field(
        default="", max_length=10, sa_column_kwargs={"server_default": ""}
    )  # registered as host | neighbour
    dock_longitude: float | None = None
    dock_latitude: float | None = None
    home_id: int | None = Field(default=None, foreign_key="address_point.id", index=True)
    home_key: str | None = Field(default=None, unique=True, max_length=240)  # one registration a home
    parcel_id: int | None = Field(default=None, foreign_key="parcel.id", index=True, ondelete="SET NULL")
    registered_at: datetime | None = optional_moment()


class LotMower(Record, table=True):
    """A mower serves a lot: as the host that keeps the dock, or as a neighbour that shares it."""

    __tablename__ = "lot_mower"
    __table_args__ = (
        Index(
            "uq_lot_mower_one_host",
            "mower_id",
            unique=True,
            sqlite_where=text("part = 'host'"),
            postgresql_where=text("part = 'host'"),
        ),
    )

    lot_id: UUID = Field(foreign_key="lot.id", primary_key=True, ondelete="CASCADE")
    mower_id: UUID = Field(foreign_key="mower.id", primary_key=True, ondelete="CASCADE")
    part: str = Field(max_length=10)  # host | neighbour


class TownFeature(Record, table=True):
    """Scenery drawn under the map: parks, ponds, woods, paths; and what stands on one lot (driveway, beds, trees)."""

    __tablename__ = "town_feature"

    id: int | None = Field(default=None, primary_key=True)
    lot_id: UUID | None = Field(default=None, foreign_key="lot.id", index=True, ondelete="CASCADE")  # empty: public
    kind: str = Field(max_length=20)
    name: str = Field(default="", max_length=120)
    geometry: dict[str, Any] = Field(sa_type=JSON)
