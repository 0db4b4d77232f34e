"""Records of mowed minutes, and of the power drawn for them.

Ledgers only grow; what is wrong is taken back by an entry of the opposite sign.
"""

from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, Column, Index, Integer, UniqueConstraint
from sqlmodel import Field

from core.db.base import Record, moment


class UsageEntry(Record, table=True):
    """Whole minutes of one mower for one lot; without a lot they wait for a person. Triggers refuse any change."""

    __tablename__ = "usage_entry"
    __table_args__ = (
        CheckConstraint("sign IN (1, -1)", name="sign"),
        CheckConstraint("minutes > 0", name="minutes"),
        CheckConstraint("(sign = -1) = (reverses IS NOT NULL)", name="reverses"),
        Index("ix_usage_entry_lot_start", "lot_id", "start_minute"),
    )

    id: int | None = Field(default=None, primary_key=True)
    mower: int  # its number in telemetry
    session_ms: int = Field(
        sa_column=Column(BigInteger, nullable=False, index=True)
    )  # start of the session: with the mower, its name
    start_minute: int  # minutes since 1970, UTC
    minutes: int
    sign: int  # 1, or -1 for one that takes ``reverses`` back
    lot_id: UUID | None = None
    household_id: UUID | None = Field(default=None, index=True)
    zone: int | None = Field(default=None, sa_column=Column(BigInteger))  # the vendor's hash of the area, signed
    reverses: int | None = Field(default=None, foreign_key="usage_entry.id", unique=True)
    reason: str = Field(default="", max_length=200)
    by: str = Field(default="", max_length=254)
    recorded_at: datetime = moment(index=True)


class UsageMinute(Record, table=True):
    """Which entry holds a minute of a mower: one at most, whoever writes."""

    __tablename__ = "usage_minute"

    mower: int = Field(sa_column=Column(Integer, primary_key=True, autoincrement=False))
    minute: int = Field(sa_column=Column(Integer, primary_key=True, autoincrement=False))
    entry_id: int = Field(foreign_key="usage_entry.id", index=True)


class PowerEntry(Record, table=True):
    """What the host's dock drew for one session of its mower. Triggers refuse any change."""

    __tablename__ = "power_entry"
    __table_args__ = (UniqueConstraint("mower", "session_ms"),)

    id: int | None = Field(default=None, primary_key=True)
    mower: int
    session_ms: int = Field(sa_column=Column(BigInteger, nullable=False))
    ended_ms: int = Field(sa_column=Column(BigInteger, nullable=False, index=True))
    lot_id: UUID = Field(index=True)  # of the host
    battery_used: int  # percent of a charge
    watt_hours: int
    recorded_at: datetime = moment()
