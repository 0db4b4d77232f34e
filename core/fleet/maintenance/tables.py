"""Records of service: what each mower did a day, its service plan, and the log of what was done to it."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import JSON, BigInteger, Column, Date, Index, SmallInteger, UniqueConstraint
from sqlmodel import Field

from core.db.base import Record, moment
from core.ids import new_id


class MowerDay(Record, table=True):
    """One mower's UTC day, derived from telemetry; deleting it and counting again gives the same."""

    __tablename__ = "mower_day"

    mower: int = Field(sa_column=Column(SmallInteger, primary_key=True, autoincrement=False))
    day: date = Field(sa_column=Column(Date, primary_key=True))
    observed_s: float = 0.0
    available_s: float = 0.0
    work_s: float = 0.0
    blade_s: float = 0.0
    distance_m: float = 0.0
    charged_percent: float = 0.0  # battery taken in; 100 are one charge cycle
    faults: int = 0
    repairs: int = 0
    repair_s: float = 0.0
    codes: dict[str, Any] = Field(default_factory=dict, sa_type=JSON)  # fault number to how often


class MowerOdometer(Record, table=True):
    """How far a mower's telemetry is counted, and what the next reading is compared with."""

    __tablename__ = "mower_odometer"

    mower: int = Field(sa_column=Column(SmallInteger, primary_key=True, autoincrement=False))
    until_ms: int = Field(sa_column=Column(BigInteger, nullable=False))  # device time
    carry: dict[str, Any] = Field(default_factory=dict, sa_type=JSON)


class ServiceItem(Record, table=True):
    """One line of a mower's service plan: what is due every so many hours, kilometres, cycles or days."""

    __tablename__ = "service_item"
    __table_args__ = (UniqueConstraint("mower_id", "name"),)

    id: UUID = Field(default_factory=new_id, primary_key=True)
    mower_id: UUID = Field(foreign_key="mower.id", index=True)
    name: str = Field(max_length=80)
    measure: str = Field(max_length=20)
    every: float
    base: float = 0.0  # the counter at the last reset
    base_at: datetime = moment()


class ServiceLog(Record, table=True):
    """One service done: who, what, parts, cost, and the counters at that moment. Never changed."""

    __tablename__ = "service_log"
    __table_args__ = (Index("ix_service_log_mower_id_done_at", "mower_id", "done_at"),)

    id: UUID = Field(default_factory=new_id, primary_key=True)
    mower_id: UUID = Field(foreign_key="mower.id")
    item_id: UUID | None = Field(default=None, foreign_key="service_item.id", ondelete="SET NULL", index=True)
    item_name: str = Field(default="", max_length=80)
    done_at: datetime = moment()
    done_by: str = Field(max_length=120)
    person_id: UUID | None = None  # no foreign key: the line outlives the person
    what: str = Field(max_length=500)
    parts: list[Any] = Field(default_factory=list, sa_type=JSON)  # [{"name": ..., "quantity": ...}]
    cost_minor: int | None = Field(default=None, sa_column=Column(BigInteger))
    currency: str | None = Field(default=None, max_length=3)
    reset: bool = False
    counters: dict[str, Any] = Field(default_factory=dict, sa_type=JSON)
