"""What the API says of device maps, zones and temporary no-go areas. 64-bit hashes are decimal text."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from core.fleet import MapVersion
from core.fleet.model import DeviceMap, MapStage, MapZone
from core.lawnmaps import Change, MapDiff, NoGo, NoGoPhase, SyncState, TieStatus, TieView, ZoneChange, ZoneKind

Longitude = Annotated[float, Field(ge=-180, le=180)]
Latitude = Annotated[float, Field(ge=-90, le=90)]


class _Out(BaseModel):
    model_config = ConfigDict(from_attributes=True)


class _In(BaseModel):
    model_config = ConfigDict(extra="forbid")


class ZoneOut(_Out):
    hash: str
    name: str
    line: list[tuple[float, float]] = Field(description="longitude, latitude pairs; areas are rings, not closed")


class MapOut(_Out):
    device_name: str
    synced_at: datetime
    areas: list[ZoneOut]
    no_go: list[ZoneOut]
    channels: list[ZoneOut]
    dock: tuple[float, float] | None
    base: tuple[float, float] | None
    planned_path: list[list[tuple[float, float]]]


class VersionOut(_Out):
    id: UUID
    first_at: datetime
    last_at: datetime
    newest: bool
    shown: bool = Field(description="Restored for display although the device has a newer one")
    areas: int


class ZoneChangeOut(_Out):
    kind: ZoneKind
    changes: list[Change]
    name: str
    name_before: str | None
    before_m2: float | None
    after_m2: float | None
    differs_m2: float = Field(description="Ground that is in one of the two only")


class DiffOut(_Out):
    same: bool
    zones: list[ZoneChangeOut]
    dock_moved: bool
    base_moved: bool


class SyncOut(_Out):
    device_name: str
    asked_by: str
    started_at: datetime
    ended_at: datetime | None
    stage: MapStage
    zones_done: int
    zones_total: int
    percent: int
    error: str = Field(description="Why it failed; empty while under way and when it went well")
    first: bool
    diff: DiffOut | None


class RestoreIn(_In):
    version_id: UUID | None = Field(description="The version to draw on every map; null = the newest again")


class ShareOut(_Out):
    lot_id: UUID
    address: str
    share: float = Field(description="0 to 1 of the zone's area")


class TieOut(_Out):
    device_name: str
    zone_hash: str
    zone_name: str
    area_m2: float
    status: TieStatus
    lot_id: UUID | None
    by_person: bool
    reason: str
    shares: list[ShareOut]
    judged_at: datetime


class TieIn(_In):
    lot_id: UUID | None = Field(description="The lot it belongs to; null = let the rule decide")
    reason: str = Field("", max_length=300)


class TieChangeOut(_Out):
    at: datetime
    status: TieStatus
    lot_id: UUID | None
    by_person: bool
    actor: str
    reason: str


class NoGoIn(_In):
    name: str = Field(min_length=1, max_length=80)
    ring: list[tuple[Longitude, Latitude]] = Field(min_length=3, max_length=400)
    starts_at: datetime = Field(description="With its time zone")
    ends_at: datetime = Field(description="With its time zone")


class NoGoOut(_Out):
    id: UUID
    device_name: str
    name: str
    ring: list[tuple[float, float]]
    starts_at: datetime
    ends_at: datetime
    phase: NoGoPhase
    drawn_by: str
    drawn_at: datetime
    cancelled_at: datetime | None


def map_out(lawn: DeviceMap) -> MapOut:
    return MapOut(
        device_name=lawn.device_name,
        synced_at=lawn.synced_at,
        areas=[_zone(zone) for zone in lawn.areas],
        no_go=[_zone(zone) for zone in lawn.no_go],
        channels=[_zone(zone) for zone in lawn.channels],
        dock=None if lawn.dock is None else (lawn.dock.longitude, lawn.dock.latitude),
        base=None if lawn.base is None else (lawn.base.longitude, lawn.base.latitude),
        planned_path=[list(line) for line in lawn.planned_path],
    )


def version_out(version: MapVersion) -> VersionOut:
    return VersionOut(
        id=version.id, first_at=version.first_at, last_at=version.last_at, newest=version.newest, shown=version.shown,
        areas=len(version.device_map.areas),
    )  # fmt: skip


def diff_out(diff: MapDiff) -> DiffOut:
    return DiffOut(
        same=diff.same,
        zones=[_change(zone) for zone in diff.zones],
        dock_moved=diff.dock_moved,
        base_moved=diff.base_moved,
    )


def sync_out(state: SyncState) -> SyncOut:
    return SyncOut(
        device_name=state.device_name, asked_by=state.asked_by, started_at=state.started_at, ended_at=state.ended_at,
        stage=state.progress.stage, zones_done=state.progress.done, zones_total=state.progress.total,
        percent=round(100 * state.share), error=state.error, first=state.first,
        diff=None if state.diff is None else diff_out(state.diff),
    )  # fmt: skip


def tie_out(tie: TieView) -> TieOut:
    fields: dict[str, Any] = {name: getattr(tie, name) for name in TieOut.model_fields if name != "zone_hash"}
    fields["shares"] = [ShareOut.model_validate(share) for share in tie.shares]
    return TieOut(zone_hash=str(tie.zone_hash), **fields)


def no_go_out(no_go: NoGo, now: datetime) -> NoGoOut:
    fields = {name: getattr(no_go, name) for name in NoGoOut.model_fields if name not in ("phase", "ring")}
    return NoGoOut(phase=no_go.phase(now), ring=list(no_go.ring), **fields)


def _zone(zone: MapZone) -> ZoneOut:
    return ZoneOut(hash=str(zone.hash), name=zone.name, line=list(zone.line))


def _change(zone: ZoneChange) -> ZoneChangeOut:
    return ZoneChangeOut(
        kind=zone.kind, changes=list(zone.changes), name=zone.name,
        name_before=None if zone.before is None else zone.before.name,
        before_m2=zone.before_m2, after_m2=zone.after_m2, differs_m2=zone.differs_m2,
    )  # fmt: skip
