"""Records of lawn maps: whose each zone is with its history, temporary no-go areas, plans read back, map offsets."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import JSON, Index
from sqlmodel import Field

from core.db.base import Record, moment, optional_moment
from core.ids import new_id


class ZoneTie(Record, table=True):
    """Whose a zone is now. ``zone_hash`` is the vendor's 64-bit name as decimal text."""

    __tablename__ = "zone_tie"

    mower_id: UUID = Field(foreign_key="mower.id", primary_key=True)
    zone_hash: str = Field(primary_key=True, max_length=20)
    zone_name: str = Field(default="", max_length=120)
    area_m2: float
    status: str = Field(max_length=12, index=True)
    lot_id: UUID | None = Field(default=None, foreign_key="lot.id", index=True, ondelete="SET NULL")
    by_person: bool = False
    reason: str = Field(default="", max_length=500)
    shares: list[dict[str, Any]] = Field(default_factory=list, sa_type=JSON)
    judged_at: datetime = moment()
    gone_at: datetime | None = optional_moment()  # the zone is no longer on the device's map


class ZoneTieChange(Record, table=True):
    """A tie that became another, never changed afterwards: what held at which time."""

    __tablename__ = "zone_tie_change"
    __table_args__ = (Index("ix_zone_tie_change_mower_zone_at", "mower_id", "zone_hash", "at"),)

    id: UUID = Field(default_factory=new_id, primary_key=True)
    mower_id: UUID = Field(foreign_key="mower.id")
    zone_hash: str = Field(max_length=20)
    at: datetime = moment()
    status: str = Field(max_length=12)
    lot_id: UUID | None = None  # no key: a lot may go, what held stays on record
    by_person: bool = False
    actor: str = Field(default="", max_length=254)
    reason: str = Field(default="", max_length=500)


class TemporaryNoGo(Record, table=True):
    """Ground to keep off for a while: drawn by a person, over by the clock."""

    __tablename__ = "temporary_no_go"

    id: UUID = Field(default_factory=new_id, primary_key=True)
    mower_id: UUID = Field(foreign_key="mower.id", index=True)
    name: str = Field(max_length=80)
    ring: list[list[float]] = Field(sa_type=JSON)  # longitude, latitude pairs, not closed
    starts_at: datetime = moment()
    ends_at: datetime = moment(index=True)
    drawn_by: str = Field(max_length=254)
    drawn_at: datetime = moment()
    cancelled_at: datetime | None = optional_moment()
    cancelled_by: str = Field(default="", max_length=254)


class DevicePlanList(Record, table=True):
    """The plans of a mower as they were last read back from it."""

    __tablename__ = "device_plan_list"

    mower_id: UUID = Field(foreign_key="mower.id", primary_key=True)
    read_at: datetime = moment()
    plans: list[dict[str, Any]] = Field(default_factory=list, sa_type=JSON)
