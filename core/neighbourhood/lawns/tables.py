"""Records of the lawn editor: drafts, who has a lot open, and every version saved."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import JSON
from sqlmodel import Field

from core.db.base import Record, moment


class LawnDraft(Record, table=True):
    """One person's unsaved drawing of a lot."""

    __tablename__ = "lawn_draft"

    lot_id: UUID = Field(foreign_key="lot.id", primary_key=True, ondelete="CASCADE")
    person_id: UUID = Field(primary_key=True)
    editor: str = Field(max_length=120)
    base_version: int
    drawing: dict[str, Any] = Field(sa_type=JSON)  # lawns, boundary, dock
    changed_at: datetime = moment()


class LawnPresence(Record, table=True):
    """A person has a lot open in the editor; forgotten when not seen for a while."""

    __tablename__ = "lawn_presence"

    lot_id: UUID = Field(foreign_key="lot.id", primary_key=True, ondelete="CASCADE")
    person_id: UUID = Field(primary_key=True)
    name: str = Field(max_length=120)
    since: datetime = moment()
    seen_at: datetime = moment()


class LawnVersion(Record, table=True):
    """A lot's ground as it stood after one save. Never changed."""

    __tablename__ = "lawn_version"

    lot_id: UUID = Field(foreign_key="lot.id", primary_key=True, ondelete="CASCADE")
    version: int = Field(primary_key=True)
    at: datetime = moment()
    person_id: UUID | None = None
    by: str = Field(max_length=254)
    source: str = Field(max_length=20)  # of the boundary
    boundary: dict[str, Any] | None = Field(default=None, sa_type=JSON)
    lawns: list[dict[str, Any]] = Field(sa_type=JSON)
    dock_longitude: float | None = None
    dock_latitude: float | None = None
