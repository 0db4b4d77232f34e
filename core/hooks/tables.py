"""Records of webhooks: addresses, what happened, and each delivery of it."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import JSON, Index, Text, UniqueConstraint, text
from sqlmodel import Field

from core.db.base import Record, moment, optional_moment
from core.ids import new_id

WAITING = text("state = 'waiting'")


class HookEndpoint(Record, table=True):
    """An address that is told; its secrets are sealed."""

    __tablename__ = "hook_endpoint"

    id: UUID = Field(default_factory=new_id, primary_key=True)
    url: str = Field(max_length=500)
    description: str = Field(default="", max_length=200)
    events: list[Any] = Field(default_factory=list, sa_type=JSON)  # names of `HOOK_EVENTS`
    sealed_secret: str = Field(sa_type=Text)
    sealed_old: str = Field(default="", sa_type=Text)  # the secret before, which signs as well until old_until
    old_until: datetime | None = optional_moment()
    active: bool = True
    created_at: datetime = moment()
    created_by: str = Field(max_length=254)


class HookEvent(Record, table=True):
    """Something that happened, as it is told: the same body to every address and at every attempt."""

    __tablename__ = "hook_event"

    id: UUID = Field(default_factory=new_id, primary_key=True)
    type: str = Field(max_length=40)
    at: datetime = moment(index=True)
    body: str = Field(sa_type=Text)


class HookTold(Record, table=True):
    """The state word of a mower that was told last."""

    __tablename__ = "hook_told"

    device_name: str = Field(primary_key=True, max_length=64)
    state: str = Field(max_length=20)


class HookDelivery(Record, table=True):
    """One event to one address: the unique pair keeps it from being told twice by us."""

    __tablename__ = "hook_delivery"
    __table_args__ = (
        UniqueConstraint("endpoint_id", "event_id"),
        Index("ix_hook_delivery_waiting", "due_at", sqlite_where=WAITING, postgresql_where=WAITING),
    )

    id: UUID = Field(default_factory=new_id, primary_key=True)
    endpoint_id: UUID = Field(foreign_key="hook_endpoint.id", index=True, ondelete="CASCADE")
    event_id: UUID = Field(foreign_key="hook_event.id", index=True, ondelete="CASCADE")
    state: str = Field(default="waiting", max_length=10)  # waiting | done | dead
    attempts: int = 0
    due_at: datetime = moment()
    created_at: datetime = moment()
    done_at: datetime | None = optional_moment()
    last_status: int | None = None  # the HTTP status of the last answer
    last_error: str = Field(default="", max_length=300)
