"""Records of alarms: rules, alarms with their members and timeline, and the on-call rota."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import JSON, Column, Index, SmallInteger, text
from sqlmodel import Field

from core.db.base import Record, moment, optional_moment
from core.ids import new_id

OPEN = text("cleared_at IS NULL")


class AlarmRuleRow(Record, table=True):
    """One rule as people set it; a built-in rule's key is its kind."""

    __tablename__ = "alarm_rule"

    key: str = Field(primary_key=True, max_length=40)
    kind: str = Field(max_length=30)
    name: str = Field(default="", max_length=80)
    enabled: bool = True
    severity: str = Field(max_length=20)
    duration_s: int
    clear_after_s: int
    threshold: float | None = None
    hysteresis: float = 0.0
    changed_at: datetime = moment()
    changed_by: str = Field(default="", max_length=254)


class AlarmRow(Record, table=True):
    """One alarm and its life. Of one rule and subject at most one is open: the database holds it so."""

    __tablename__ = "alarm"
    __table_args__ = (
        Index(
            "uq_alarm_open",
            "rule_key",
            "subject_kind",
            "subject",
            unique=True,
            sqlite_where=OPEN,
            postgresql_where=OPEN,
        ),
        Index("ix_alarm_subject_raised_at", "subject", "raised_at"),
    )

    id: UUID = Field(default_factory=new_id, primary_key=True)
    rule_key: str = Field(max_length=40)
    kind: str = Field(max_length=30)
    severity: str = Field(max_length=20)
    subject_kind: str = Field(max_length=10)
    subject: str = Field(max_length=254)  # device name or account; empty: the vendor as a whole
    account: str | None = Field(default=None, max_length=254)
    code: int | None = None  # the vendor's fault number
    member_count: int = 0
    since: datetime = moment()  # the condition holds since
    raised_at: datetime = moment(index=True)
    acknowledged_at: datetime | None = optional_moment()
    acknowledged_by: str = Field(default="", max_length=120)
    owner_id: UUID | None = Field(default=None, index=True)  # no foreign key: the line outlives the person
    owner: str = Field(default="", max_length=120)
    cleared_at: datetime | None = optional_moment(index=True)
    cleared_by: str = Field(default="", max_length=120)  # a person, or empty: by evidence
    clear_reason: str = Field(default="", max_length=500)
    muted: bool = False  # cleared by a person while its cause lasts
    climbed: int = 0  # steps of the rota that were told
    climbed_at: datetime | None = optional_moment()


class AlarmMember(Record, table=True):
    """A mower or account told by a common alarm."""

    __tablename__ = "alarm_member"

    alarm_id: UUID = Field(foreign_key="alarm.id", primary_key=True, ondelete="CASCADE")
    kind: str = Field(primary_key=True, max_length=10)
    name: str = Field(primary_key=True, max_length=254)
    rule_key: str = Field(max_length=40)
    joined_at: datetime = moment()
    left_at: datetime | None = optional_moment()


class AlarmEvent(Record, table=True):
    """One line of an alarm's timeline; never changed."""

    __tablename__ = "alarm_event"

    id: UUID = Field(default_factory=new_id, primary_key=True)
    alarm_id: UUID = Field(foreign_key="alarm.id", index=True, ondelete="CASCADE")
    at: datetime = moment()
    kind: str = Field(max_length=20)
    actor: str = Field(default="", max_length=120)  # empty: the system
    words: str = Field(default="", max_length=2000)


class OnCallStep(Record, table=True):
    """One step of the rota: after how many minutes untouched, and who takes turns week by week."""

    __tablename__ = "on_call_step"

    position: int = Field(sa_column=Column(SmallInteger, primary_key=True, autoincrement=False))
    after_minutes: int
    people: list[Any] = Field(default_factory=list, sa_type=JSON)  # ids of persons, in the order of their weeks
