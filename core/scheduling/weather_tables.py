"""Records of the weather: what was told of places, thresholds of clusters, and every decision with its numbers."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import JSON, Index
from sqlmodel import Field

from core.db.base import Record, moment, optional_moment
from core.ids import new_id


class WeatherReport(Record, table=True):
    """The newest answer for a place."""

    __tablename__ = "weather_report"

    place: str = Field(primary_key=True, max_length=20)  # latitude,longitude of the cell's middle
    latitude: float
    longitude: float
    read_at: datetime = moment()
    source: str = Field(max_length=40)
    hours: list[list[float | None]] = Field(sa_type=JSON)  # seconds since 1970 of the end, mm, %, °C, m/s


class WeatherLimitsRow(Record, table=True):
    """A cluster's own thresholds; one without a row has the usual ones."""

    __tablename__ = "weather_limits"

    cluster_id: UUID = Field(foreign_key="cluster.id", primary_key=True, ondelete="CASCADE")
    numbers: dict[str, Any] = Field(sa_type=JSON)
    set_by: str = Field(max_length=254)
    set_at: datetime = moment()


class WeatherDecision(Record, table=True):
    """A decision of the gate as it was taken. Never changed."""

    __tablename__ = "weather_decision"
    __table_args__ = (Index("ix_weather_decision_cluster_decided", "cluster_id", "decided_at"),)

    id: UUID = Field(default_factory=new_id, primary_key=True)
    cluster_id: UUID = Field(foreign_key="cluster.id", ondelete="CASCADE")
    about: UUID | None = Field(default=None, index=True)  # the visit that asked; empty: the hourly look
    decided_at: datetime = moment()
    begins: datetime = moment()  # the start that was wanted
    latest: datetime = moment()
    work_s: int
    verdict: str = Field(max_length=8)  # go | wait | skip
    until: datetime | None = optional_moment()
    basis: str = Field(max_length=8)  # weather | mower | nothing
    source: str = Field(default="", max_length=40)
    read_at: datetime | None = optional_moment()
    checks: list[dict[str, Any]] = Field(sa_type=JSON)
    limits: dict[str, Any] = Field(sa_type=JSON)
