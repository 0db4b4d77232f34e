"""The outbox of notices, their deliveries over outside channels, and what people chose."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Index, UniqueConstraint, text
from sqlmodel import Field

from core.db.base import Record, moment, optional_moment
from core.ids import new_id

PENDING = text("delivered_at IS NULL")
UNREAD = text("read_at IS NULL")
UNROUTED = text("routed_at IS NULL")
WAITING = text("state = 'waiting'")
DEAD = text("state = 'dead'")


class NoticeOutbox(Record, table=True):
    """One notice to one person. The bell shows the row itself; other channels have a `NoticeDelivery` each."""

    __tablename__ = "notice_outbox"
    __table_args__ = (
        Index("ix_notice_outbox_pending", "due_at", sqlite_where=PENDING, postgresql_where=PENDING),
        Index("ix_notice_outbox_unread", "person_id", "channel", sqlite_where=UNREAD, postgresql_where=UNREAD),
        Index("ix_notice_outbox_person_id_created_at", "person_id", "created_at"),
        Index("ix_notice_outbox_unrouted", "created_at", sqlite_where=UNROUTED, postgresql_where=UNROUTED),
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
    routed_at: datetime | None = optional_moment()  # when its channels were decided


class NoticeDelivery(Record, table=True):
    """One notice over one outside channel: the unique pair is what keeps it from going twice."""

    __tablename__ = "notice_delivery"
    __table_args__ = (
        UniqueConstraint("notice_id", "channel"),
        Index("ix_notice_delivery_waiting", "due_at", sqlite_where=WAITING, postgresql_where=WAITING),
        Index("ix_notice_delivery_dead", "created_at", sqlite_where=DEAD, postgresql_where=DEAD),
        Index("ix_notice_delivery_person_id_channel_confirmed_at", "person_id", "channel", "confirmed_at"),
    )

    id: UUID = Field(default_factory=new_id, primary_key=True)
    notice_id: UUID = Field(foreign_key="notice_outbox.id", ondelete="CASCADE")
    person_id: UUID = Field(foreign_key="person.id", ondelete="CASCADE")
    channel: str = Field(max_length=20)
    state: str = Field(default="waiting", max_length=12)  # waiting | confirmed | folded | dropped | dead
    reason: str = Field(default="", max_length=20)  # why it is held or was dropped
    created_at: datetime = moment()
    due_at: datetime = moment()  # the next look is not before this
    attempts: int = 0
    last_error: str = Field(default="", max_length=300)
    tried_at: datetime | None = optional_moment()  # the first attempt
    confirmed_at: datetime | None = optional_moment()
    reference: str = Field(default="", max_length=120)  # the outside system's name for it
    receipt: str = Field(default="", max_length=20)  # what it told of it later: delivered, undelivered ...
    folded_into: UUID | None = Field(default=None, index=True)  # the delivery whose message tells this one, too


class NoticeChoice(Record, table=True):
    """One cell of a person's matrix that differs from the default."""

    __tablename__ = "notice_choice"

    person_id: UUID = Field(foreign_key="person.id", primary_key=True, ondelete="CASCADE")
    event: str = Field(primary_key=True, max_length=40)
    channel: str = Field(primary_key=True, max_length=20)
    chosen: bool
    changed_at: datetime = moment()


class NoticeSettings(Record, table=True):
    """How a person wants to be told. Without a row, the defaults of their role hold."""

    __tablename__ = "notice_settings"

    person_id: UUID = Field(foreign_key="person.id", primary_key=True, ondelete="CASCADE")
    time_zone: str = Field(default="", max_length=40)  # empty: that of their home
    quiet_days: str | None = Field(default=None, max_length=7)  # weekday digits, 0 = Monday; none: their role's default
    quiet_begins_minute: int = 0
    quiet_ends_minute: int = 0
    most_an_hour: int | None = None
    changed_at: datetime = moment()


class NoticePhone(Record, table=True):
    """A person's number for text messages; used only once a code that went there came back."""

    __tablename__ = "notice_phone"

    person_id: UUID = Field(foreign_key="person.id", primary_key=True, ondelete="CASCADE")
    number: str = Field(max_length=20)  # E.164
    verified_at: datetime | None = optional_moment()
    stopped_at: datetime | None = optional_moment()  # its owner answered STOP
    code_hash: str = Field(default="", max_length=64)
    code_until: datetime | None = optional_moment()
    code_tries: int = 0
    codes_sent: int = 0  # since codes_since
    codes_since: datetime = moment()
