"""The API's words. Percentages 0-100, degrees, m², seconds, times in UTC; unknown is null."""

from datetime import datetime
from typing import Any
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, field_validator

from core.fleet import StoredReading
from core.fleet.model import (
    CommandKind,
    CommandStatus,
    Confidence,
    LinkState,
    MowerSnapshot,
    MowerState,
    PositionType,
    Reading,
    Source,
)
from dashboard.api.ports import AccountFacts, CommandRecord, MowerFacts
from dashboard.api.scope import FleetScope


class Location(BaseModel):
    latitude: float = Field(description="Degrees, WGS84")
    longitude: float = Field(description="Degrees, WGS84")
    position_type: PositionType | None
    orientation: float | None = Field(description="Degrees clockwise from true north")


class MowerStatus(BaseModel):
    """One mower now. ``state`` is what we make of it, ``work_mode`` what the device last said."""

    device_name: str
    model: str
    account: str | None = Field(description="The vendor account it is linked through")
    state: MowerState
    online: bool | None
    work_mode: MowerState | None
    work_mode_code: int | None = Field(description="The vendor's own number")
    battery_level: int | None = Field(description="Percent")
    charging_state: bool | None
    blade_status: bool | None
    location: Location | None
    work_progress: int | None = Field(description="Percent of the running task")
    work_area: float | None = Field(description="m² of the running task")
    source: Source | None
    confidence: Confidence
    last_updated: datetime | None
    age_s: float | None = Field(description="Seconds since the last accepted reading was received")


class _Aged(BaseModel):
    """Part of a status; it has the age of the whole."""

    device_name: str
    confidence: Confidence
    last_updated: datetime | None
    age_s: float | None = Field(description="Seconds since the last accepted reading was received")


class Battery(_Aged):
    battery_level: int | None = Field(description="Percent")
    charging_state: bool | None


class MowerPlace(_Aged):
    location: Location | None


class WorkMode(_Aged):
    state: MowerState
    work_mode: MowerState | None
    work_mode_code: int | None = Field(description="The vendor's own number")
    work_progress: int | None = Field(description="Percent of the running task")


def mower_status(facts: MowerFacts, snapshot: MowerSnapshot, scope: FleetScope, now: datetime) -> MowerStatus:
    """The status in the caller's scope: away from own ground, a homeowner learns its age and nothing else."""
    reading = snapshot.reading
    age = snapshot.age_s(now)
    if not scope.at_home(snapshot):
        return _away(facts, snapshot, now)
    return MowerStatus(
        device_name=facts.device_name,
        model=facts.model,
        account=facts.account if scope.grounds is None else None,
        state=snapshot.state,
        online=snapshot.online,
        work_mode=reading.mode if reading else None,
        work_mode_code=reading.work_mode_code if reading else None,
        battery_level=reading.battery_percent if reading else None,
        charging_state=reading.charging if reading else None,
        blade_status=reading.blade_on if reading else None,
        location=_location(reading) if reading else None,
        work_progress=reading.progress_percent if reading else None,
        work_area=reading.area_m2 if reading else None,
        source=snapshot.source,
        confidence=snapshot.confidence,
        last_updated=snapshot.received_at,
        age_s=None if age is None else round(age, 1),
    )


def _away(facts: MowerFacts, snapshot: MowerSnapshot, now: datetime) -> MowerStatus:
    """A mower that is not on the caller's ground: at a neighbour's, between, or nobody knows where."""
    age = snapshot.age_s(now)
    return MowerStatus(
        device_name=facts.device_name,
        model=facts.model,
        account=None,
        state=MowerState.OFFLINE if snapshot.state is MowerState.OFFLINE else MowerState.UNKNOWN,
        online=None,
        work_mode=None,
        work_mode_code=None,
        battery_level=None,
        charging_state=None,
        blade_status=None,
        location=None,
        work_progress=None,
        work_area=None,
        source=None,
        confidence=Confidence.NONE,
        last_updated=snapshot.received_at,
        age_s=None if age is None else round(age, 1),
    )


class HistoryReading(BaseModel):
    """One stored reading and the state it led to."""

    device_time: datetime
    received_at: datetime
    state: MowerState
    work_mode_code: int | None
    battery_level: int | None = Field(description="Percent")
    charging_state: bool | None
    blade_status: bool | None
    location: Location | None
    work_progress: int | None = Field(description="Percent of the running task")
    work_area: float | None = Field(description="m² of the running task")
    source: Source
    confidence: Confidence


class HistoryOut(BaseModel):
    device_name: str
    hours: float
    readings: list[HistoryReading]


def history_point(row: StoredReading) -> HistoryReading:
    reading = row.reading
    return HistoryReading(
        device_time=reading.device_time,
        received_at=reading.received_at,
        state=row.state,
        work_mode_code=reading.work_mode_code,
        battery_level=reading.battery_percent,
        charging_state=reading.charging,
        blade_status=reading.blade_on,
        location=_location(reading),
        work_progress=reading.progress_percent,
        work_area=reading.area_m2,
        source=reading.source,
        confidence=row.confidence,
    )


def _location(reading: Reading) -> Location | None:
    if reading.position is None:
        return None
    return Location(
        latitude=reading.position.latitude,
        longitude=reading.position.longitude,
        position_type=reading.position_type,
        orientation=reading.heading_deg,
    )


class CommandOut(BaseModel):
    """One command and how far it came: each step has its time once it is reached."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    device_name: str
    kind: CommandKind
    status: CommandStatus
    requested_at: datetime
    queued_at: datetime | None = None
    sent_at: datetime | None = None
    acknowledged_at: datetime | None = None
    seen_at: datetime | None = None
    finished_at: datetime | None = None
    expires_at: datetime | None = None
    asked_by: str = ""
    source: str = Field("", description="web, api, cli or job")
    parameters: dict[str, Any] = Field(default_factory=dict, description="Areas are decimal texts")
    link: str = Field("", description="The connection it went out on")
    reasons: list[str] = Field(default_factory=list, description="Why it was refused, failed or expired")
    override: str = Field("", description="What was typed by whoever overrode the start guard")
    overridden: list[str] = Field(default_factory=list, description="The guard's reasons that were overridden")
    bulk_id: UUID | None = None
    sends: int = Field(0, description="How often a halt went out: it is repeated until standstill is seen")

    @field_validator("parameters")
    @classmethod
    def areas_as_texts(cls, told: dict[str, Any]) -> dict[str, Any]:
        """A browser's numbers are too short for 64 bit."""
        return told | ({"areas": [str(area) for area in told["areas"]]} if told.get("areas") else {})


def command_out(record: CommandRecord) -> CommandOut:
    return CommandOut.model_validate(record)


class CommandAnswer(BaseModel):
    success: bool = Field(description="Accepted, never more: follow the command to see what became of it")
    command: CommandOut


class VendorAccountOut(BaseModel):
    """A linked vendor account and its health."""

    model_config = ConfigDict(from_attributes=True)

    account: str
    state: LinkState
    since: datetime
    detail: str
    task: str | None = Field(description="What a person must do, when only a person can help")
    requests_24h: int
    request_ceiling: int
    devices: int
    refused_frames: int = Field(description="Frames that could not be read, since start")


def vendor_account_out(account: AccountFacts) -> VendorAccountOut:
    return VendorAccountOut.model_validate(account)


class Place(BaseModel):
    """A home; its texts are null for a bare point."""

    id: int | None
    address: str | None
    city: str | None
    state: str | None
    postcode: str | None
    latitude: float
    longitude: float


class CandidateOut(Place):
    """Another home within the radius."""

    distance_m: float
    verdict: str = Field(description="qualified, blocked or needs_review")
    reason: str
    reason_code: str
    blocked_by: dict[str, Any] | None = Field(description="The first road in the way, with where and its line")
    length_m: float | None = Field(description="Of the corridor found, metres; the path rule only")
    route: dict[str, Any] | None = Field(description="The corridor's centre line, a GeoJSON LineString")
    barrier: dict[str, Any] | None = Field(description="What cuts the home off, GeoJSON")


RULE_WORDS = "path, line, or upstream: the original Cluster-Logic where it is installed, for comparison only"


class AreaIn(BaseModel):
    """An area: a box or a list of homes, one of the two."""

    model_config = ConfigDict(extra="forbid")
    bbox: tuple[float, float, float, float] | None = Field(None, description="West, south, east, north; degrees WGS84")
    homes: list[int] | None = Field(None, min_length=1, description="Keys of address points")
    rule: str = Field("path", max_length=40, description=RULE_WORDS)
    radius_m: float = Field(80.0, ge=1, le=500, description="Metres")


class PairOut(BaseModel):
    """Two homes within the radius, each named by its place in ``homes``."""

    first: int
    second: int
    distance_m: float
    verdict: str = Field(description="qualified, blocked or needs_review")
    length_m: float | None = Field(description="Of the corridor, metres; null where there is none")


class AreaOut(BaseModel):
    rule: str
    parameters: dict[str, Any]
    homes: list[Place]
    pairs: list[PairOut]


class NeighborsOut(BaseModel):
    home: Place
    candidates: list[CandidateOut]
    rule: str
    parameters: dict[str, Any]
    layer: dict[str, Any] | None = Field(description="The one layer of roads all verdicts rest on")
    address_points: int = Field(description="Homes in the address book; 0 = none imported yet")
