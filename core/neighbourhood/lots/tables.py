"""Records of imported parcels."""

from typing import Any
from uuid import UUID

from sqlalchemy import JSON, UniqueConstraint
from sqlmodel import Field

from core.db.base import Record


class Parcel(Record, table=True):
    """One imported piece of ground, registered or not."""

    __tablename__ = "parcel"
    __table_args__ = (UniqueConstraint("layer", "key"),)

    id: int | None = Field(default=None, primary_key=True)
    layer: str = Field(max_length=80)
    key: str = Field(max_length=80)  # the parcel's own number in its source
    address: str = Field(default="", max_length=120)  # as the source gives it
    boundary: dict[str, Any] = Field(sa_type=JSON)  # GeoJSON Polygon
    west: float
    south: float = Field(index=True)
    east: float
    north: float
    home_ids: list[int] = Field(default_factory=list, sa_type=JSON)  # the address points that stand on it
    import_id: UUID = Field(foreign_key="data_import.id")
