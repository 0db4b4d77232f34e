"""Records of reports by mail: who gets which, and each period's."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import Date, Index, UniqueConstraint, text
from sqlmodel import Field

from core.db.base import Record, moment, optional_moment
from core.ids import new_id

WAITING = text("state = 'waiting'")


class ReportSubscription(Record, table=True):
    """A report that somebody asked for. ``planned_until``: what fell due by then has its `ReportRun`."""

    __tablename__ = "report_subscription"

    id: UUID = Field(default_factory=new_id, primary_key=True)
    person_id: UUID = Field(foreign_key="person.id", index=True, ondelete="CASCADE")
    export: str = Field(max_length=40)
    form: str = Field(max_length=10)
    mower: str = Field(default="", max_length=64)
    cadence: str = Field(max_length=10)
    hour: int  # of the day where its reader is, 0-23
    planned_until: datetime = moment()
    created_at: datetime = moment()
    ended_at: datetime | None = optional_moment()


class ReportRun(Record, table=True):
    """One period's report: stored before it is sent, and the unique pair keeps a second from being made."""

    __tablename__ = "report_run"
    __table_args__ = (
        UniqueConstraint("subscription_id", "first_day"),
        Index("ix_report_run_waiting", "due_at", sqlite_where=WAITING, postgresql_where=WAITING),
        Index("ix_report_run_person_id_created_at", "person_id", "created_at"),
    )

    id: UUID = Field(default_factory=new_id, primary_key=True)
    subscription_id: UUID = Field(foreign_key="report_subscription.id", ondelete="CASCADE")
    person_id: UUID = Field(foreign_key="person.id", ondelete="CASCADE")
    first_day: date = Field(sa_type=Date)  # day of ``zone``
    end_day: date = Field(sa_type=Date)  # the day after the last
    zone: str = Field(max_length=40)
    since: datetime = moment()
    until: datetime = moment()
    state: str = Field(default="waiting", max_length=10)  # `RunState`
    attempts: int = 0
    due_at: datetime = moment()  # the next look is not before this
    created_at: datetime = moment()
    sent_at: datetime | None = optional_moment()
    linked: bool = False
    reference: str = Field(default="", max_length=120)  # the mail's Message-ID
    last_error: str = Field(default="", max_length=300)
