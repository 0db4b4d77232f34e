"""Watches where every mower is, once a second (B9, B10). The many are compared at once, the few that stand out singly.

1. `_suspects`: one vectorised test of all new positions against each mower's own fence.
2. `look`: the pure rule, for those outside, in fault, or remembered as such.
3. `_act`: an incident is written, the event is sent, a mower that drives outside is paused.

`track` asks mowers that are lifted or taken for a report every ten seconds, within the account's budget.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
import shapely
import structlog
from sqlalchemy.exc import DBAPIError

from core.clock import Clock
from core.control.fences import EDGE_M, Fence, FenceBook
from core.control.ground_rules import Ground, GroundRules, Happened, Sight, look
from core.control.incidents import Incident, IncidentKind, Incidents
from core.control.sites import Site, SiteBook
from core.errors import MowthosError
from core.events import Event
from core.fleet import CommandRefused, StateLimits
from core.fleet.live import STATE_CODES, LiveFleet
from core.fleet.model import CommandKind, FleetEvent, FleetEventKind, MowerSnapshot, MowerState
from core.geo import Point, distance_m

if TYPE_CHECKING:
    from core.ports import CloudLink

log = structlog.get_logger(__name__)

TICK_S = 1.0
TRACK_S = 10.0
PAUSE_AGAIN_S = 20.0
FENCES_S = 30.0
GEOFENCE = "geofence"
DRIVING = frozenset({MowerState.MOWING, MowerState.RETURNING})
KINDS = {
    Happened.LEFT: (IncidentKind.LEFT_GROUND, FleetEventKind.LEFT_GROUND),
    Happened.TAKEN: (IncidentKind.TAKEN, FleetEventKind.TAKEN),
    Happened.LIFTED: (IncidentKind.LIFTED, FleetEventKind.LIFTED),
}


class Asker(Protocol):
    """`core.fleet.Commands` is one."""

    async def request(self, *, device_name: str, kind: CommandKind, asked_by: str, source: str) -> Any: ...


class GroundWatch:
    """The watch over all mowers. ``lift_codes`` are the vendor's fault numbers that mean "picked up"."""

    def __init__(
        self,
        *,
        live: LiveFleet,
        fences: FenceBook,
        sites: SiteBook,
        incidents: Incidents,
        commands: Asker,
        happened: Event[FleetEvent],
        link_of: Callable[[str], CloudLink | None],
        lift_codes: frozenset[int],
        clock: Clock,
        limits: StateLimits | None = None,
        rules: GroundRules | None = None,
    ) -> None:
        self._live, self._fences, self._sites, self._incidents = live, fences, sites, incidents
        self._commands, self._happened, self._link_of, self._clock = commands, happened, link_of, clock
        self._lift_codes = lift_codes
        self._limits, self._rules = limits or StateLimits(), rules or GroundRules()
        self._grounds: dict[str, Ground] = {}
        self._paused_at: dict[str, datetime] = {}
        self._seen_s = np.zeros(0)
        self._rest = np.zeros((0, 2))  # a row a slot: where it drove last, or was first seen standing
        self._slots: tuple[str, ...] = ()
        self._shapes: tuple[int, int, Any] = (-1, -1, None)
        self._tasks: list[asyncio.Task[None]] = []

    async def start(self) -> None:
        """Load what is open, build the fences, then watch until `stop`."""
        await self.load()
        self._tasks = [
            asyncio.create_task(self._every(FENCES_S, self._fences.refresh), name="control.fences"),
            asyncio.create_task(self._every(TICK_S, self.tick), name="control.watch"),
            asyncio.create_task(self._every(TRACK_S, self.track), name="control.track"),
        ]

    async def stop(self) -> None:
        tasks, self._tasks = self._tasks, []
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def load(self) -> None:
        """Go on with the open incidents of an earlier run: they are not told twice."""
        await self._incidents.load()
        for one in self._incidents.all_open():
            known = self._grounds.get(one.device_name, Ground())
            flags = {IncidentKind.LEFT_GROUND: "left", IncidentKind.TAKEN: "taken", IncidentKind.LIFTED: "lifted"}
            self._grounds[one.device_name] = replace(known, sights=self._rules.sights, **{flags[one.kind]: True})

    async def tick(self) -> int:
        """Look at every mower that reported since the last tick; returns how many were looked at singly."""
        sites = await self._sites.all()
        suspects = self._suspects(sites)
        for slot in suspects:
            await self._look(self._live.all()[slot], sites)
        return len(suspects)

    async def track(self) -> int:
        """Ask every mower that is lifted or taken where it is; returns how many were asked."""
        names = {one.device_name for one in self._incidents.all_open() if one.kind is not IncidentKind.LEFT_GROUND}
        asked = 0
        for name in sorted(names):
            link = self._link_of(name)
            if link is None:
                continue
            try:
                await link.request_report(name)
            except MowthosError as error:  # the budget is spent, or the mower is off: asked again in ten seconds
                log.info("control.track_refused", device_name=name, error=error.message)
            else:
                asked += 1
        return asked

    def _suspects(self, sites: dict[str, Site]) -> list[int]:
        """Slots with something new that is outside its fence, off its site, in fault, or remembered."""
        columns = self._live.columns
        if self._shapes[:2] != (self._live.epoch, self._fences.version):
            self._prepare(sites)
        new = columns.received_s > self._seen_s
        self._seen_s = columns.received_s.copy()
        polygons, fenced, doors = self._shapes[2]
        inside = np.ones(len(new), dtype=np.bool_)
        longitude, latitude = columns.longitude, columns.latitude
        placed = new & np.isfinite(longitude)
        test = placed & fenced
        inside[test] = shapely.contains_xy(polygons[test], longitude[test], latitude[test])
        test = placed & ~fenced & np.isfinite(doors[:, 0])
        away = distance_m(doors[test, 0], doors[test, 1], longitude[test], latitude[test])
        inside[test] = away <= self._rules.site_m
        driving = np.isin(columns.state, [STATE_CODES[state] for state in DRIVING])
        rested = placed & (driving | np.isnan(self._rest[:, 0]))
        self._rest[rested, 0], self._rest[rested, 1] = longitude[rested], latitude[rested]
        remembered = np.zeros(len(new), dtype=np.bool_)
        for name in self._grounds:
            if name in self._live:
                remembered[self._live.slot(name)] = True
        fault = columns.state == STATE_CODES[MowerState.FAULT]
        return [int(slot) for slot in np.flatnonzero(new & (~inside | fault | remembered))]

    def _prepare(self, sites: dict[str, Site]) -> None:
        names = tuple(snapshot.device_name for snapshot in self._live.all())
        if names != self._slots:
            before = {name: (self._seen_s[slot], self._rest[slot]) for slot, name in enumerate(self._slots)}
            nothing = (0.0, np.array([np.nan, np.nan]))
            self._seen_s = np.array([before.get(name, nothing)[0] for name in names])
            self._rest = np.array([before.get(name, nothing)[1] for name in names]).reshape(-1, 2)
            self._slots = names
        fences = [self._fences.of(name) for name in names]
        polygons = np.array([one.degrees if isinstance(one, Fence) else None for one in fences], dtype=object)
        fenced = np.array([isinstance(one, Fence) for one in fences], dtype=np.bool_)
        doors = np.array([_door(sites.get(name)) for name in names], dtype=np.float64).reshape(-1, 2)
        self._shapes = (self._live.epoch, self._fences.version, (polygons, fenced, doors))

    async def _look(self, snapshot: MowerSnapshot, sites: dict[str, Site]) -> None:
        name, site = snapshot.device_name, sites.get(snapshot.device_name)
        if site is None:
            return
        before = self._grounds.get(name, Ground())
        sight = self._sight(snapshot, site)
        after, happened = look(before, sight, self._rules)
        if after.notable:
            self._grounds[name] = after
        else:
            self._grounds.pop(name, None)
        for what in happened:
            await self._act(what, snapshot, site, sight)
        if after.left and sight.driving and (sight.outside_m or 0) > 0:
            await self._pause(name)

    def _sight(self, snapshot: MowerSnapshot, site: Site) -> Sight:
        place = None if snapshot.reading is None else snapshot.reading.position
        fence = self._fences.of(snapshot.device_name)
        outside_m: float | None = None
        off_site = False
        if isinstance(fence, Fence):
            outside_m = 0.0 if place is None else self._beyond_noise(fence.distance_m(place), snapshot)
        elif place is not None and (door := _door(site))[0] == door[0]:
            off_site = _metres(Point(*door), place) > self._rules.site_m
        rest = self._rest[self._live.slot(snapshot.device_name)]
        moved_m = 0.0 if place is None or np.isnan(rest[0]) else _metres(Point(*map(float, rest)), place)
        code = snapshot.fault_code
        return Sight(
            outside_m=outside_m,
            driving=(snapshot.last_known or snapshot.state) in DRIVING,
            lifted=snapshot.in_fault and code is not None and abs(code) in self._lift_codes,
            moved_m=moved_m,
            off_site=off_site,
        )

    def _beyond_noise(self, distance: float, snapshot: MowerSnapshot) -> float:
        quality = None if snapshot.reading is None else snapshot.reading.position_type
        play = EDGE_M + (self._limits.noise_m(quality) or self._limits.noise_gnss_m)
        return distance if distance > play else 0.0

    async def _act(self, what: Happened, snapshot: MowerSnapshot, site: Site, sight: Sight) -> None:
        name, place = snapshot.device_name, None if snapshot.reading is None else snapshot.reading.position
        distance = sight.outside_m or None
        if what is Happened.CAME_BACK:
            mine = (one for one in self._incidents.open(name) if one.kind is IncidentKind.LEFT_GROUND)
            for one in mine:
                await self._incidents.came_back(one)
            self._paused_at.pop(name, None)
            self._tell(FleetEventKind.CAME_BACK, snapshot, place, None)
        if what not in KINDS:
            return
        kind, told = KINDS[what]
        begun = await self._incidents.begin(
            name, site.row.mower_id, kind, place=place, distance_m=distance, state=snapshot.state.value
        )
        if begun is not None:
            log.warning("control.incident", device_name=name, kind=kind.value, distance_m=distance)
            self._tell(told, snapshot, place, distance)

    def _tell(self, kind: FleetEventKind, snapshot: MowerSnapshot, place: Point | None, distance: float | None) -> None:
        self._happened.emit(
            FleetEvent(
                kind=kind,
                device_name=snapshot.device_name,
                at=snapshot.received_at or self._clock.now(),
                before=snapshot.state,
                after=snapshot.state,
                fault_code=snapshot.fault_code,
                place=place,
                distance_m=distance,
            )
        )

    async def _pause(self, name: str) -> None:
        """Pause a mower that drives outside its ground; again while it goes on driving."""
        now, last = self._clock.now(), self._paused_at.get(name)
        if last is not None and now - last < timedelta(seconds=PAUSE_AGAIN_S):
            return
        self._paused_at[name] = now
        try:
            given = await self._commands.request(
                device_name=name, kind=CommandKind.PAUSE, asked_by=GEOFENCE, source="job"
            )
        except CommandRefused as refused:
            log.info("control.pause_refused", device_name=name, reasons=refused.reasons)
            given = refused.command
        left: Incident | None = next(
            (one for one in self._incidents.open(name) if one.kind is IncidentKind.LEFT_GROUND), None
        )
        if left is not None:
            await self._incidents.paused_by(left, given.id)

    async def _every(self, seconds: float, work: Callable[[], Any]) -> None:
        while True:
            try:
                await work()
            except (DBAPIError, MowthosError) as error:
                log.error("control.round_failed", work=work.__name__, error=str(error))
            await self._clock.sleep(seconds)


def _door(site: Site | None) -> tuple[float, float]:
    """The host's door; NaN where nobody knows it."""
    host = None if site is None else site.row.host
    return (np.nan, np.nan) if host is None else (host.longitude, host.latitude)


def _metres(one: Point, other: Point) -> float:
    a, b = (np.array(value) for value in (one.longitude, one.latitude))
    c, d = (np.array(value) for value in (other.longitude, other.latitude))
    return float(distance_m(a, b, c, d))
