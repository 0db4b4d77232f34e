"""Records of sessions, of summed-up minutes, and of how far history was worked through; keyed like telemetry."""

from typing import Any, ClassVar

from sqlalchemy import JSON, BigInteger, Column, SmallInteger
from sqlmodel import Field

from core.db.base import Record


class MowingSessionRow(Record, table=True):
    """One mowing session; the same telemetry gives the same row. Times in ms since 1970; see `model.MowingSession`."""

    __tablename__ = "mowing_session"
    __table_args__: ClassVar[dict[str, bool]] = {"sqlite_with_rowid": False}

    number: int = Field(sa_column=Column(SmallInteger, primary_key=True, autoincrement=False))
    started_ms: int = Field(sa_column=Column(BigInteger, primary_key=True, autoincrement=False))
    ended_ms: int = Field(sa_column=Column(BigInteger, nullable=False, index=True))
    end_reason: str | None = Field(default=None, max_length=20)  # none while it is open
    mowing_s: float
    paused_s: float
    fault_s: float
    pauses: int
    faults: list[int] = Field(sa_column=Column(JSON, nullable=False))
    distance_m: float
    battery_used: int
    area_m2: float | None = None
    progress_start: int | None = None
    progress_end: int | None = None
    zones: list[list[Any]] = Field(sa_column=Column(JSON, nullable=False))  # [hash as text, seconds]
    task_ms: int = Field(sa_column=Column(BigInteger, nullable=False))


class HistoryMark(Record, table=True):
    """How far a mower's stored readings were made into sessions, into minutes, and thinned. Milliseconds since 1970."""

    __tablename__ = "history_mark"
    __table_args__: ClassVar[dict[str, bool]] = {"sqlite_with_rowid": False}

    number: int = Field(sa_column=Column(SmallInteger, primary_key=True, autoincrement=False))
    sessions_ms: int = Field(default=0, sa_column=Column(BigInteger, nullable=False))
    minutes_ms: int = Field(default=0, sa_column=Column(BigInteger, nullable=False))
    thinned_ms: int = Field(default=0, sa_column=Column(BigInteger, nullable=False))
    places_ms: int = Field(default=0, sa_column=Column(BigInteger, nullable=False, server_default="0"))


class TelemetryMinute(Record, table=True):
    """A minute of telemetry summed up: what a chart of a whole season is drawn from."""

    __tablename__ = "telemetry_minute"
    __table_args__: ClassVar[dict[str, bool]] = {"sqlite_with_rowid": False}

    mower: int = Field(sa_column=Column(SmallInteger, primary_key=True, autoincrement=False))
    minute: int = Field(sa_column=Column(BigInteger, primary_key=True, autoincrement=False))  # since 1970
    readings: int = Field(sa_column=Column(SmallInteger, nullable=False))
    state: int = Field(sa_column=Column(SmallInteger, nullable=False))  # the lowest code: mowing first
    battery_low: int | None = Field(default=None, sa_column=Column(SmallInteger))
    battery_high: int | None = Field(default=None, sa_column=Column(SmallInteger))
    progress: int | None = Field(default=None, sa_column=Column(SmallInteger))
    speed_cm_s: int | None = Field(default=None, sa_column=Column(SmallInteger))
    satellites_low: int | None = Field(default=None, sa_column=Column(SmallInteger))
    satellites_high: int | None = Field(default=None, sa_column=Column(SmallInteger))
    signal_low: int | None = Field(default=None, sa_column=Column(SmallInteger))
    signal_high: int | None = Field(default=None, sa_column=Column(SmallInteger))
    longitude_e7: int | None = Field(default=None, sa_column=Column(BigInteger))
    latitude_e7: int | None = Field(default=None, sa_column=Column(BigInteger))
