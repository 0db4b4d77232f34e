"""Records of the fleet. Telemetry is keyed (mower number, device time, sequence) and written in bulk only."""

from datetime import datetime
from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy import JSON, BigInteger, Column, Index, SmallInteger, UniqueConstraint
from sqlmodel import Field

from core.db.base import Record, moment, optional_moment
from core.ids import new_id


class VendorAccount(Record, table=True):
    """A Mammotion account we hold; password and tokens are sealed with a key from the settings."""

    __tablename__ = "vendor_account"

    id: UUID = Field(default_factory=new_id, primary_key=True)
    account: str = Field(unique=True, max_length=254)
    sealed_password: str | None = None
    sealed_tokens: str | None = None
    state: str = Field(default="connecting", max_length=20)
    state_since: datetime = moment()
    detail: str = Field(default="", max_length=500)
    linked_at: datetime = moment()
    unlinked_at: datetime | None = optional_moment()


class Mower(Record, table=True):
    """A mower we know. ``number`` is its small key in telemetry and never changes or returns."""

    __tablename__ = "mower"

    id: UUID = Field(default_factory=new_id, primary_key=True)
    number: int = Field(sa_column=Column(SmallInteger, nullable=False, unique=True))
    device_name: str = Field(unique=True, max_length=64)
    vendor_account_id: UUID | None = Field(default=None, foreign_key="vendor_account.id", index=True)
    iot_id: str = Field(default="", max_length=64)
    product_key: str = Field(default="", max_length=64)
    model: str = Field(default="", max_length=64)
    firmware: str | None = Field(default=None, max_length=40)
    created_at: datetime = moment()
    removed_at: datetime | None = optional_moment()


class Telemetry(Record, table=True):
    """One accepted reading: what the device said, when it said it, when we knew. Scaled integers keep rows small."""

    __tablename__ = "telemetry"
    __table_args__: ClassVar[dict[str, bool]] = {"sqlite_with_rowid": False}

    mower: int = Field(sa_column=Column(SmallInteger, primary_key=True, autoincrement=False))
    device_time_ms: int = Field(sa_column=Column(BigInteger, primary_key=True, autoincrement=False))
    sequence: int = Field(sa_column=Column(SmallInteger, primary_key=True, autoincrement=False))
    received_ms: int = Field(sa_column=Column(BigInteger, nullable=False))
    state: int = Field(sa_column=Column(SmallInteger, nullable=False))  # core.fleet.live.STATE_CODES after this reading
    confidence: int = Field(sa_column=Column(SmallInteger, nullable=False))
    source: int = Field(sa_column=Column(SmallInteger, nullable=False))
    mode: int | None = Field(default=None, sa_column=Column(SmallInteger))
    work_mode_code: int | None = Field(default=None, sa_column=Column(SmallInteger))
    battery_percent: int | None = Field(default=None, sa_column=Column(SmallInteger))
    flags: int = Field(sa_column=Column(SmallInteger, nullable=False))  # bit pairs known/value: charging, blade, rain
    longitude_e7: int | None = Field(default=None, sa_column=Column(BigInteger))
    latitude_e7: int | None = Field(default=None, sa_column=Column(BigInteger))
    heading_cdeg: int | None = Field(default=None, sa_column=Column(BigInteger))
    position_type: int | None = Field(default=None, sa_column=Column(SmallInteger))
    progress_percent: int | None = Field(default=None, sa_column=Column(SmallInteger))
    area_m2: float | None = None
    zone_hash: int | None = Field(default=None, sa_column=Column(BigInteger))
    path_hash: int | None = Field(default=None, sa_column=Column(BigInteger))
    speed_cm_s: int | None = Field(default=None, sa_column=Column(SmallInteger))
    fault_code: int | None = Field(default=None, sa_column=Column(BigInteger))
    extra: dict[str, Any] | None = Field(default=None, sa_column=Column(JSON))  # rarely changing fields, on change only


class TelemetryWatermark(Record, table=True):
    """Up to where a run of the writer has flushed, and what it had accepted: the difference is what a kill lost."""

    __tablename__ = "telemetry_watermark"

    run_id: UUID = Field(default_factory=new_id, primary_key=True)
    started_at: datetime = moment()
    flushed_at: datetime = moment()
    flushed_readings: int = Field(default=0, sa_column=Column(BigInteger, nullable=False))
    owner: str = Field(default="", max_length=80, sa_column_kwargs={"server_default": ""})  # of `core.fleet.holding`
    closed_at: datetime | None = optional_moment()


class MowerMap(Record, table=True):
    """One version of a device's lawn map, as GeoJSON-like content of ``core.fleet.model.DeviceMap``."""

    __tablename__ = "mower_map"
    __table_args__ = (UniqueConstraint("mower_id", "fingerprint"),)

    id: UUID = Field(default_factory=new_id, primary_key=True)
    mower_id: UUID = Field(foreign_key="mower.id", index=True)
    synced_at: datetime = moment()
    fingerprint: str = Field(max_length=64)
    content: dict[str, Any] = Field(sa_type=JSON)
    first_at: datetime | None = optional_moment()  # when this lawn was first fetched
    shown_since: datetime | None = optional_moment()  # restored for display, until the device has another lawn


class Command(Record, table=True):
    """One command and its life; every step has its time. Never deleted."""

    __tablename__ = "command"
    __table_args__ = (Index("ix_command_mower_id_requested_at", "mower_id", "requested_at"),)

    id: UUID = Field(default_factory=new_id, primary_key=True)
    mower_id: UUID = Field(foreign_key="mower.id", index=True)
    kind: str = Field(max_length=20)
    parameters: dict[str, Any] = Field(default_factory=dict, sa_type=JSON)
    status: str = Field(max_length=20, index=True)
    person_id: UUID | None = Field(default=None, index=True)
    asked_by: str = Field(max_length=254)
    source: str = Field(max_length=20)  # web | api | cli | job
    requested_at: datetime = moment()
    queued_at: datetime | None = optional_moment()
    sent_at: datetime | None = optional_moment()
    acknowledged_at: datetime | None = optional_moment()
    seen_at: datetime | None = optional_moment()
    finished_at: datetime | None = optional_moment()  # done, failed, expired or refused
    expires_at: datetime | None = optional_moment()
    link: str = Field(default="", max_length=40)
    reasons: list[str] = Field(default_factory=list, sa_type=JSON)
    override_reason: str = Field(default="", max_length=500, sa_column_kwargs={"server_default": ""})
    overridden: list[str] = Field(default_factory=list, sa_type=JSON, sa_column_kwargs={"server_default": "[]"})
    bulk_id: UUID | None = Field(default=None, index=True)
    sends: int = Field(default=0, sa_column_kwargs={"server_default": "0"})  # of a halt, which is repeated


class MowerSettings(Record, table=True):
    """What a mower last said of the task it has."""

    __tablename__ = "mower_settings"

    mower_id: UUID = Field(foreign_key="mower.id", primary_key=True, ondelete="CASCADE")
    reported_at: datetime = moment()
    areas: list[str] | None = Field(default=None, sa_type=JSON, nullable=True)  # decimal texts: 64 bit
    blade_height_mm: int | None = None
    speed_m_s: float | None = None
    angle_deg: int | None = None
    spacing_cm: int | None = None
    border_laps: int | None = None
