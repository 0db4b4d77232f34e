"""The outbox of notices."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Index, text
from sqlmodel import Field

from core.db.base import Record, moment, optional_moment
from core.ids import new_id

PENDING = text("delivered_at IS NULL")
UNREAD = text("read_at IS NULL")


class NoticeOutbox(Record, table=True):
    """One notice to one person over one channel; it stays pending until the channel took it."""

    __tablename__ = "notice_outbox"
    __table_args__ = (
        Index("ix_notice_outbox_pending", "due_at", sqlite_where=PENDING, postgresql_where=PENDING),
        Index("ix_notice_outbox_unread", "person_id", "channel", sqlite_where=UNREAD, postgresql_where=UNREAD),
        Index("ix_notice_outbox_person_id_created_at", "person_id", "created_at"),
    )

    id: UUID = Field(default_factory=new_id, primary_key=True)
    key: str = Field(unique=True, max_length=160)
    channel: str = Field(max_length=20)
    person_id: UUID = Field(foreign_key="person.id", ondelete="CASCADE")
    kind: str = Field(max_length=40)
    weight: str = Field(max_length=20)
    title: str = Field(max_length=1000)
    body: str = Field(default="", max_length=1000)
    link: str = Field(default="", max_length=200)
    group: str = Field(default="", max_length=120)
    created_at: datetime = moment()
    due_at: datetime = moment()  # the next attempt is not before this
    attempts: int = 0
    last_error: str = Field(default="", max_length=300)
    delivered_at: datetime | None = optional_moment()
    read_at: datetime | None = optional_moment()
