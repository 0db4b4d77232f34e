"""Records of control: who holds a mower, when a site is quiet, bulk orders, what mowers report, and incidents."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import JSON, Index, UniqueConstraint, text
from sqlmodel import Field

from core.db.base import Record, moment, optional_moment
from core.ids import new_id


class ControlLease(Record, table=True):
    """Who holds the controls of a mower, and until when. One row a mower: the database decides who is first."""

    __tablename__ = "control_lease"

    mower_id: UUID = Field(foreign_key="mower.id", primary_key=True, ondelete="CASCADE")
    person_id: UUID  # no foreign key: the record outlives the person
    holder: str = Field(max_length=254)
    taken_at: datetime = moment()
    expires_at: datetime = moment()


class QuietHours(Record, table=True):
    """One window of a site in which no mowing begins, in the site's own wall time."""

    __tablename__ = "quiet_hours"
    __table_args__ = (UniqueConstraint("lot_id", "position"),)

    id: UUID = Field(default_factory=new_id, primary_key=True)
    lot_id: UUID = Field(foreign_key="lot.id", index=True, ondelete="CASCADE")
    position: int
    days: str = Field(max_length=7)  # weekday digits, 0 = Monday
    begins_minute: int  # of the day
    ends_minute: int  # of the same day, or of the next where it is not later
    set_by: str = Field(max_length=254)
    set_at: datetime = moment()


class BulkOrder(Record, table=True):
    """One command for many mowers."""

    __tablename__ = "bulk_order"

    id: UUID = Field(default_factory=new_id, primary_key=True)
    kind: str = Field(max_length=20)
    parameters: dict[str, Any] = Field(default_factory=dict, sa_type=JSON)
    override_reason: str = Field(default="", max_length=500)
    person_id: UUID | None = None
    asked_by: str = Field(max_length=254)
    source: str = Field(max_length=20)
    asked_at: datetime = moment()
    ended_at: datetime | None = optional_moment()
    aborted_at: datetime | None = optional_moment()
    aborted_by: str = Field(default="", max_length=254)


class BulkItem(Record, table=True):
    """One mower of a bulk order. ``command_id`` is fixed beforehand, so that a restart gives no command twice."""

    __tablename__ = "bulk_item"

    bulk_id: UUID = Field(foreign_key="bulk_order.id", primary_key=True, ondelete="CASCADE")
    position: int = Field(primary_key=True)
    device_name: str = Field(max_length=64)
    command_id: UUID = Field(unique=True)
    state: str = Field(max_length=10)  # waiting | asked | aborted


class ControlIncident(Record, table=True):
    """A mower left its ground, was lifted or taken. Open until it came back (left ground) or a person ended it."""

    __tablename__ = "control_incident"
    __table_args__ = (
        Index(
            "uq_control_incident_one_open",
            "mower_id",
            "kind",
            unique=True,
            sqlite_where=text("ended_at IS NULL"),
            postgresql_where=text("ended_at IS NULL"),
        ),
    )

    id: UUID = Field(default_factory=new_id, primary_key=True)
    mower_id: UUID = Field(foreign_key="mower.id", index=True, ondelete="CASCADE")
    device_name: str = Field(max_length=64)
    kind: str = Field(max_length=20)  # left_ground | lifted | taken
    began_at: datetime = moment()
    longitude: float | None = None
    latitude: float | None = None
    distance_m: float | None = None
    state: str = Field(default="", max_length=20)  # what the mower said it was doing
    command_id: UUID | None = None  # the pause it was given
    ended_at: datetime | None = optional_moment()
    ended_by: str = Field(default="", max_length=254)
    end_reason: str = Field(default="", max_length=500)
