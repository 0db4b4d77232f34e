"""The words of control over REST: starts, overrides, leases, quiet hours, bulk orders, incidents, figures."""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from core.accounts import Right, Viewer
from core.control import (
    RIGHT_OF,
    BulkRow,
    BulkView,
    Fence,
    Incident,
    IncidentKind,
    Lease,
    NoFence,
    PreviewRow,
    SettingsView,
    Site,
    StartOptions,
    told,
)
from core.errors import NotAllowed
from core.fleet import ReportedSettings, StopFigures
from core.fleet.model import CommandKind
from core.fleet.stop_figures import Reaction
from core.texts import Text
from dashboard.api.models import CommandOut, command_out

type Typed = Annotated[str, Field(max_length=500, pattern=r"^[^\x00]*$")]
type AreaNumber = Annotated[str, Field(pattern=r"^[0-9]{1,20}$", description="As a decimal text: 64 bit")]
type DeviceNames = Annotated[list[Annotated[str, Field(max_length=64)]], Field(min_length=1, max_length=500)]


class StartIn(BaseModel):
    """How to mow; what is left out the mower decides."""

    model_config = ConfigDict(extra="forbid")
    areas: list[AreaNumber] = Field([], max_length=60, description="Areas of the mower's own map, in this order")
    blade_height_mm: int | None = Field(None, ge=15, le=100)
    speed_m_s: float | None = Field(None, ge=0.1, le=1.2)
    angle_deg: int | None = Field(None, ge=0, le=359)
    spacing_cm: int | None = Field(None, ge=5, le=40, description="Between lanes")
    border_laps: int | None = Field(None, ge=0, le=4)


class CommandIn(BaseModel):
    """What may go with a command."""

    model_config = ConfigDict(extra="forbid")
    start: StartIn | None = Field(None, description="For a start only")
    override_reason: Typed = Field("", description="Why the start guard is overridden; needs the right override_guard")

    def parameters(self) -> Mapping[str, Any]:
        """As the fleet takes them."""
        return {} if self.start is None else self.start.model_dump(exclude_none=True, exclude_defaults=True)


def check_rights(viewer: Viewer, kind: CommandKind, *, override: str = "") -> None:
    """``NotAllowed`` when the viewer's role may not give this command, or not override the guard."""
    for right, needed in ((RIGHT_OF[kind], True), (Right.OVERRIDE_GUARD, bool(override))):
        if needed and not viewer.may(right):
            raise NotAllowed(Text("your role ({role}) lacks the right {right}", role=viewer.role, right=right))


class LeaseOut(BaseModel):
    """Who holds a mower's controls; null where nobody does."""

    model_config = ConfigDict(from_attributes=True)
    holder: str
    person_id: UUID
    taken_at: datetime
    expires_at: datetime


class LeaseAnswer(BaseModel):
    device_name: str
    lease: LeaseOut | None


def lease_answer(device_name: str, lease: Lease | None) -> LeaseAnswer:
    return LeaseAnswer(device_name=device_name, lease=None if lease is None else LeaseOut.model_validate(lease))


class GuardOut(BaseModel):
    """What would refuse a command now; none = it may be given."""

    kind: CommandKind
    reasons: list[str]
    overridable: bool = Field(description="Whether an override would let it through")


class WindowIn(BaseModel):
    """One quiet window in the site's own time; an end that is not later than the beginning is on the next day."""

    model_config = ConfigDict(extra="forbid")
    days: list[Annotated[int, Field(ge=0, le=6)]] = Field(min_length=1, max_length=7, description="0 = Monday")
    begins: str = Field(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$", examples=["21:00"])
    ends: str = Field(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$", examples=["07:00"])


class QuietIn(BaseModel):
    model_config = ConfigDict(extra="forbid")
    windows: list[WindowIn] = Field(max_length=14)


class QuietOut(BaseModel):
    device_name: str
    address: str = Field(description="The host's lot, on which the hours hang")
    time_zone: str
    windows: list[WindowIn]
    quiet_until: datetime | None = Field(description="When the quiet time that holds now ends")


def quiet_out(site: Site, now: datetime) -> QuietOut:
    host = site.row.host
    assert host is not None
    return QuietOut(
        device_name=site.row.device_name,
        address=host.address,
        time_zone=host.time_zone,
        windows=[WindowIn.model_validate(told(window)) for window in site.windows],
        quiet_until=site.quiet_until(now),
    )


class AreaOut(BaseModel):
    number: str = Field(description="64 bit, as a decimal text")
    name: str
    no_go: bool = Field(description="A temporary no-go lies on it now")


class StartOptionsOut(BaseModel):
    """What a start can choose from, what was used last, and what would refuse one of all areas now."""

    device_name: str
    areas: list[AreaOut]
    last: dict[str, Any]
    reasons: list[str]
    quiet_until: str | None


def options_out(options: StartOptions) -> StartOptionsOut:
    last = dict(options.last)
    if last.get("areas"):
        last["areas"] = [str(area) for area in last["areas"]]
    return StartOptionsOut(
        device_name=options.device_name,
        areas=[AreaOut(number=str(area.number), name=area.name, no_go=area.no_go) for area in options.areas],
        last=last,
        reasons=[str(reason) for reason in options.reasons],
        quiet_until=options.quiet_until,
    )


class SettingOut(BaseModel):
    """One setting as asked and as the mower reports it; ``agrees`` is null while it has not said."""

    name: str
    requested: Any
    reported: Any
    agrees: bool | None


class SettingsOut(BaseModel):
    device_name: str
    command: CommandOut | None = Field(description="The start that asked")
    reported_at: datetime | None
    agrees: bool | None
    settings: list[SettingOut]


def settings_out(view: SettingsView) -> SettingsOut:
    reported: ReportedSettings | None = view.reported
    return SettingsOut(
        device_name=view.device_name,
        command=None if view.requested is None else command_out(view.requested),
        reported_at=None if reported is None else reported.reported_at,
        agrees=view.agrees,
        settings=[
            SettingOut(
                name=pair.name, requested=_plain(pair.requested), reported=_plain(pair.reported), agrees=pair.agrees
            )
            for pair in view.pairs
        ],
    )


def _plain(value: Any) -> Any:
    return [str(one) for one in value] if isinstance(value, tuple) else value


class PreviewIn(BaseModel):
    model_config = ConfigDict(extra="forbid")
    kind: CommandKind
    mowers: DeviceNames


class PreviewOut(BaseModel):
    device_name: str
    reasons: list[str]
    overridable: bool


def preview_out(row: PreviewRow) -> PreviewOut:
    reasons = [str(reason) for reason in row.reasons]
    return PreviewOut(device_name=row.device_name, reasons=reasons, overridable=row.overridable)


class BulkIn(PreviewIn):
    start: StartIn | None = Field(
        None, description="For a start only; areas differ from mower to mower: leave them out"
    )
    override_reason: Typed = ""

    def parameters(self) -> Mapping[str, Any]:
        return CommandIn(start=self.start).parameters()


class BulkRowOut(BaseModel):
    device_name: str
    command_id: UUID
    state: str = Field(description="waiting, asked or aborted")
    command: CommandOut | None


class BulkOut(BaseModel):
    """A bulk order and how far it came."""

    id: UUID
    kind: CommandKind
    parameters: dict[str, Any]
    override: str
    asked_by: str
    asked_at: datetime
    ended_at: datetime | None = Field(description="When every mower was asked, or the rest aborted")
    aborted_at: datetime | None
    aborted_by: str
    rows: list[BulkRowOut]


def bulk_out(view: BulkView) -> BulkOut:
    names = ("id", "kind", "override", "asked_by", "asked_at", "ended_at", "aborted_at", "aborted_by")
    return BulkOut(
        **{name: getattr(view, name) for name in names},
        parameters=dict(view.parameters),
        rows=[_bulk_row(row) for row in view.rows],
    )


def _bulk_row(row: BulkRow) -> BulkRowOut:
    command = None if row.command is None else command_out(row.command)
    return BulkRowOut(device_name=row.device_name, command_id=row.command_id, state=row.state, command=command)


class ReactionOut(BaseModel):
    """Seconds from the request to standstill that telemetry proves, of the halts that were proven."""

    asked: int
    proven: int
    chance: float | None = Field(description="Proven of asked, 0 to 1")
    p50_s: float | None
    p95_s: float | None


class StopFiguresOut(BaseModel):
    all: ReactionOut
    by_link: dict[str, ReactionOut]


def figures_out(figures: StopFigures) -> StopFiguresOut:
    return StopFiguresOut(
        all=_reaction(figures.all), by_link={link: _reaction(one) for link, one in figures.by_link.items()}
    )


def _reaction(one: Reaction) -> ReactionOut:
    return ReactionOut(asked=one.asked, proven=one.proven, chance=one.chance, p50_s=one.p50_s, p95_s=one.p95_s)


class IncidentOut(BaseModel):
    """A mower left its ground, was lifted or taken."""

    id: UUID
    device_name: str
    kind: IncidentKind
    began_at: datetime
    longitude: float | None
    latitude: float | None
    distance_m: float | None = Field(description="Metres outside its ground")
    state: str
    pause_command_id: UUID | None
    ended_at: datetime | None
    ended_by: str
    end_reason: str


def incident_out(one: Incident) -> IncidentOut:
    names = ("id", "device_name", "kind", "began_at", "distance_m", "state", "ended_at", "ended_by", "end_reason")
    return IncidentOut(
        **{name: getattr(one, name) for name in names},
        longitude=None if one.place is None else one.place.longitude,
        latitude=None if one.place is None else one.place.latitude,
        pause_command_id=one.command_id,
    )


class EndIn(BaseModel):
    model_config = ConfigDict(extra="forbid")
    reason: Annotated[str, Field(min_length=3, max_length=500, pattern=r"^[^\x00]*$")]


class FenceOut(BaseModel):
    """The ground a mower may be on; without a fence, why."""

    device_name: str
    fenced: bool
    lots: int
    corridors: int
    why_not: str


def fence_out(device_name: str, standing: Fence | NoFence) -> FenceOut:
    if isinstance(standing, Fence):
        counts = {"lots": standing.lots, "corridors": standing.corridors}
        return FenceOut(device_name=device_name, fenced=True, why_not="", **counts)
    return FenceOut(device_name=device_name, fenced=False, lots=0, corridors=0, why_not=standing.why)
