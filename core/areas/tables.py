"""Records of areas: parts of the land, and who works in them."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import JSON
from sqlmodel import Field

from core.db.base import Record, moment
from core.ids import new_id


class AreaRow(Record, table=True):
    """A named part of the land. ``version`` grows with every change of its outline or name."""

    __tablename__ = "area"

    id: UUID = Field(default_factory=new_id, primary_key=True)
    name: str = Field(unique=True, max_length=80)
    shape: dict[str, Any] = Field(sa_type=JSON)  # GeoJSON Polygon or MultiPolygon, degrees
    version: int = 1
    created_at: datetime = moment()
    created_by: str = Field(max_length=254)
    changed_at: datetime = moment()
    changed_by: str = Field(max_length=254)


class AreaPerson(Record, table=True):
    """Somebody who works in an area. Who stands in none sees everything. An area with people is not deleted."""

    __tablename__ = "area_person"

    area_id: UUID = Field(foreign_key="area.id", primary_key=True)
    person_id: UUID = Field(foreign_key="person.id", primary_key=True, index=True, ondelete="CASCADE")
    since: datetime = moment()  # from when on these are all the areas of this person
