"""Records of homes taken from a file, row by row, and of what a geocoder answered."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import JSON
from sqlmodel import Field

from core.db.base import Record, moment, optional_moment
from core.ids import new_id


class HomeImport(Record, table=True):
    """One file of homes and customers that was taken in."""

    __tablename__ = "home_import"

    id: UUID = Field(default_factory=new_id, primary_key=True)
    name: str = Field(max_length=200)
    at: datetime = moment()
    person_id: UUID | None = None
    by: str = Field(max_length=254)
    content_hash: str = Field(max_length=64)
    rows: int
    registered: int
    unchanged: int
    refused: int
    undone_at: datetime | None = optional_moment()
    undone_by: str = Field(default="", max_length=254)


class HomeImportRow(Record, table=True):
    """One row of such a file, as it was given, and what became of it."""

    __tablename__ = "home_import_row"

    import_id: UUID = Field(foreign_key="home_import.id", primary_key=True, ondelete="CASCADE")
    line: int = Field(primary_key=True)
    raw: dict[str, Any] = Field(sa_type=JSON)
    outcome: str = Field(max_length=12)
    field: str = Field(default="", max_length=40)
    reason: str = Field(default="", max_length=2000)
    value: str = Field(default="", max_length=200)
    expected: str = Field(default="", max_length=2000)
    lot_id: UUID | None = None  # no foreign key: the row outlives what an undo removes
    household_id: UUID | None = None


class GeocodeEntry(Record, table=True):
    """What a provider answered to a question, kept so that it is not asked twice."""

    __tablename__ = "geocode_cache"

    provider: str = Field(max_length=20, primary_key=True)
    query: str = Field(max_length=240, primary_key=True)
    places: list[dict[str, Any]] = Field(sa_type=JSON)
    fetched_at: datetime = moment(index=True)
