"""Mowing sessions over REST, and what a session's task has covered of the lawn."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Annotated, Protocol

from fastapi import APIRouter, Path, Query
from pydantic import BaseModel, Field

from core.accounts import Right, Viewer
from core.clock import Clock
from core.db.pages import Page
from core.errors import NotFound
from core.fleet import EndReason, MowingSession
from core.fleet.coverage import Coverage, blade_width_m
from core.fleet.live import LiveFleet
from core.fleet.model import DeviceMap
from dashboard.api.bearer import Bearer
from dashboard.api.manners.keyset import PAGED, KeyPage, keyed
from dashboard.api.mowers import DeviceName
from dashboard.api.ports import Roster
from dashboard.api.problems import problems

MOST_PATCHES = 200


class SessionReads(Protocol):
    """``NotFound`` from ``session`` when none started at that millisecond."""

    async def sessions(self, number: int, since: datetime, until: datetime) -> list[MowingSession]: ...

    async def page(self, number: int, since: datetime, until: datetime, page: Page) -> Sequence[MowingSession]: ...

    async def session(self, number: int, started_ms: int) -> MowingSession: ...

    async def coverage(self, session: MowingSession, device_map: DeviceMap, *, width_m: float) -> Coverage: ...


type LatestMap = Callable[[str], DeviceMap | None]


class ZoneTime(BaseModel):
    zone: str = Field(description="The vendor's 64-bit name of the zone, as text")
    name: str | None = Field(description="Its name on the newest lawn map")
    seconds: float


class SessionOut(BaseModel):
    """One mowing session. The same telemetry always gives the same session; ``started_ms`` names it."""

    started_ms: int = Field(description="Milliseconds since 1970; names the session of this mower")
    started_at: datetime
    ended_at: datetime = Field(description="Of a session under way: its last reading")
    open: bool
    end_reason: EndReason | None
    continues: bool = Field(description="Goes on with a task that an earlier session left unfinished")
    task_started_ms: int = Field(description="The first session of the same task")
    mowing_s: float
    paused_s: float
    fault_s: float
    pauses: int
    faults: list[int] = Field(description="The vendor's fault numbers, in order")
    distance_m: float
    battery_used: int = Field(description="Percent of a charge: the vendor tells no energy")
    area_m2: float | None = Field(description="m² by the device's own progress")
    progress_start: int | None
    progress_end: int | None
    zones: list[ZoneTime]


class SessionsOut(BaseModel):
    device_name: str
    days: float
    sessions: list[SessionOut] = Field(description="Newest first")


class MissedPatch(BaseModel):
    zone: str
    area_m2: float
    latitude: float
    longitude: float
    outline: list[tuple[float, float]] = Field(description="Longitude, latitude; closed")


class CoverageOut(BaseModel):
    percent: float = Field(description="Of the lawn map's area that the task has covered up to this session's end")
    area_m2: float
    cell_m: float
    blade_width_m: float
    areas: list[dict[str, str | float]]
    missed: list[MissedPatch] = Field(description="The largest first, at most 200")


def sessions_router(
    *, bearer: Bearer, live: LiveFleet, roster: Roster, sessions: SessionReads, latest_map: LatestMap, clock: Clock
) -> APIRouter:
    router = APIRouter(tags=["mowers"])

    @router.get(
        "/mowers/{name}/sessions",
        responses=problems(403, 404, 422),
        summary="Mowing sessions, newest first",
        openapi_extra=PAGED,
    )
    async def past(
        name: DeviceName,
        _viewer: Annotated[Viewer, bearer.caller(Right.SEE_FLEET)],
        days: Annotated[float, Query(gt=0, le=3_660, description="How far back")] = 30,
        *,
        paging: Annotated[KeyPage, keyed(int)],
    ) -> SessionsOut:
        """Pages as lists have them: ``page_size`` and the Link header."""
        number, now = live.get(name).number, clock.now()
        names = zone_names(latest_map(name))
        since, until = now - timedelta(days=days), now + timedelta(minutes=1)
        if paging.page is None:
            found: Sequence[MowingSession] = await sessions.sessions(number, since, until)
        else:
            rows = await sessions.page(number, since, until, paging.page)
            found = paging.cut(rows, lambda one: (one.started_ms,))
        return SessionsOut(device_name=name, days=days, sessions=[session_out(one, names) for one in found])

    @router.get(
        "/mowers/{name}/sessions/{started_ms}/coverage",
        responses=problems(403, 404, 422),
        summary="What of the lawn the session's task has covered",
    )
    async def coverage(
        name: DeviceName,
        started_ms: Annotated[int, Path(ge=0, le=1 << 53)],
        _viewer: Annotated[Viewer, bearer.caller(Right.SEE_FLEET)],
    ) -> CoverageOut:
        session = await sessions.session(live.get(name).number, started_ms)
        device_map = latest_map(name)
        if device_map is None:
            raise NotFound("the lawn map of this mower is not known")
        model = next((facts.model for facts in roster() if facts.device_name == name), "")
        return coverage_out(await sessions.coverage(session, device_map, width_m=blade_width_m(model)))

    return router


def zone_names(device_map: DeviceMap | None) -> dict[int, str]:
    return {} if device_map is None else {area.hash: area.name for area in device_map.areas}


def session_out(one: MowingSession, names: dict[int, str]) -> SessionOut:
    return SessionOut(
        started_ms=one.started_ms,
        started_at=one.started_at,
        ended_at=one.ended_at,
        open=one.open,
        end_reason=one.end_reason,
        continues=one.continues,
        task_started_ms=one.task_ms,
        mowing_s=one.mowing_s,
        paused_s=one.paused_s,
        fault_s=one.fault_s,
        pauses=one.pauses,
        faults=list(one.faults),
        distance_m=one.distance_m,
        battery_used=one.battery_used,
        area_m2=one.area_m2,
        progress_start=one.progress_start,
        progress_end=one.progress_end,
        zones=[_zone(zone, seconds, names) for zone, seconds in one.zones],
    )


def coverage_out(found: Coverage) -> CoverageOut:
    patches: Sequence[MissedPatch] = [
        MissedPatch(
            zone=str(patch.zone_hash),
            area_m2=round(patch.area_m2, 2),
            latitude=patch.middle.latitude,
            longitude=patch.middle.longitude,
            outline=list(patch.outline),
        )
        for patch in found.missed[:MOST_PATCHES]
    ]
    return CoverageOut(
        percent=round(found.percent, 1),
        area_m2=round(found.area_m2, 1),
        cell_m=round(found.cell_m, 3),
        blade_width_m=found.width_m,
        areas=[
            {"zone": str(area.zone_hash), "name": area.name, "area_m2": round(area.area_m2, 1),
             "percent": round(area.percent, 1)}
            for area in found.areas
        ],
        missed=list(patches),
    )  # fmt: skip


def _zone(signed: int, seconds: float, names: dict[int, str]) -> ZoneTime:
    zone = signed & (1 << 64) - 1
    return ZoneTime(zone=str(zone), name=names.get(zone), seconds=seconds)
