"""Records of what processes ask of each other's links."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Index, Text, text
from sqlmodel import Field

from core.db.base import Record, moment, optional_moment
from core.ids import new_id

WAITING = text("state = 'waiting'")


class LinkRequest(Record, table=True):
    """One call of a link, and what came of it. ``state`` only goes on: who takes it up calls, nobody else."""

    __tablename__ = "link_request"
    __table_args__ = (
        Index("ix_link_request_waiting", "asked_at", sqlite_where=WAITING, postgresql_where=WAITING),
    )  # fmt: skip

    id: UUID = Field(default_factory=new_id, primary_key=True)
    device_name: str = Field(max_length=64)
    call: str = Field(max_length=20)  # of `core.distant.calls.CALLS`
    given: str = Field(sa_type=Text)  # its arguments as JSON
    state: str = Field(default="waiting", max_length=10)  # waiting | taken | done | failed | left
    asked_at: datetime = moment(index=True)
    expires_at: datetime = moment()  # nobody takes it up later
    taken_at: datetime | None = optional_moment()
    taken_by: str = Field(default="", max_length=64)  # the process
    ended_at: datetime | None = optional_moment()
    answer: str = Field(default="", sa_type=Text)  # as JSON
    error_code: str = Field(default="", max_length=20)  # of `core.errors`
    error: str = Field(default="", sa_type=Text)  # as `core.texts.kept` keeps it
