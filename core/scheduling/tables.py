"""Records of scheduling: a lot's plan with every version, its pauses and visits, and addresses of calendars."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import JSON, Index, UniqueConstraint, text
from sqlmodel import Field

from core.db.base import Record, moment, optional_moment
from core.ids import new_id


class ServicePlanVersion(Record, table=True):
    """One version of a lot's service plan; never changed afterwards. On a day the highest holds that is valid then."""

    __tablename__ = "service_plan_version"

    lot_id: UUID = Field(foreign_key="lot.id", primary_key=True, ondelete="CASCADE")
    version: int = Field(primary_key=True)
    valid_from: date
    content: dict[str, Any] = Field(sa_type=JSON)
    saved_by: str = Field(max_length=254)
    saved_at: datetime = moment()


class ServicePause(Record, table=True):
    """A lot has no visits for some days: a range, a vacation, a season. Ended, it stays on record."""

    __tablename__ = "service_pause"
    __table_args__ = (
        Index(
            "uq_service_pause_one_open",
            "lot_id",
            "kind",
            "from_on",
            "restarts_on",
            unique=True,
            sqlite_where=text("ended_at IS NULL"),
            postgresql_where=text("ended_at IS NULL"),
        ),
    )

    id: UUID = Field(default_factory=new_id, primary_key=True)
    lot_id: UUID = Field(foreign_key="lot.id", index=True, ondelete="CASCADE")
    kind: str = Field(max_length=12)
    from_on: date
    restarts_on: date
    reason: str = Field(default="", max_length=500)
    person_id: UUID | None = None  # no foreign key: the record outlives the person
    made_by: str = Field(max_length=254)
    made_at: datetime = moment()
    ended_at: datetime | None = optional_moment()
    ended_by: str = Field(default="", max_length=254)


class VisitRow(Record, table=True):
    """One visit. Lot, due day and whether it is an extra one are its name: the database lets nobody make it twice."""

    __tablename__ = "visit"
    __table_args__ = (
        UniqueConstraint("lot_id", "due_on", "extra"),
        Index("ix_visit_begins_at_state", "begins_at", "state"),
    )

    id: UUID = Field(default_factory=new_id, primary_key=True)
    lot_id: UUID = Field(foreign_key="lot.id", ondelete="CASCADE")
    due_on: date  # the site's own day
    extra: bool = False  # beside the plan: a lawn mown again
    plan_version: int
    state: str = Field(max_length=12)
    reason: str = Field(default="", max_length=24)
    note: str = Field(default="", max_length=500)
    begins_at: datetime = moment()
    ends_at: datetime = moment()
    pinned: bool = False
    choice: str = Field(default="", max_length=8)
    moved_from: datetime | None = optional_moment()
    version: int = 1  # guards every write
    made_at: datetime = moment()
    changed_at: datetime = moment()
    changed_by: str = Field(default="", max_length=254)
    started_at: datetime | None = optional_moment()
    ended_at: datetime | None = optional_moment()
    mowed_minutes: int | None = None
    told_for: datetime | None = optional_moment()  # the beginning that its household was told of ahead


class CalendarFeed(Record, table=True):
    """An address under which a calendar program reads visits; only the digest of its secret is kept."""

    __tablename__ = "calendar_feed"

    id: UUID = Field(default_factory=new_id, primary_key=True)
    token_hash: str = Field(unique=True, max_length=64)  # SHA-256 hex
    person_id: UUID = Field(foreign_key="person.id", index=True, ondelete="CASCADE")
    cluster_id: UUID | None = None  # no foreign key: empty = everything the person may see
    made_at: datetime = moment()
    read_at: datetime | None = optional_moment()
    revoked_at: datetime | None = optional_moment()
