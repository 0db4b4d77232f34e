"""Zones and the lots they belong to: judged by the rule when a map or a lot changes, or tied by a person.

1. A map changed (`MapLibrary.map_changed`) or land did: what is concerned is noted, and judged by the next `drain`.
2. `judge`: each zone of the map by `judge_zone`; what a person tied stays, found again by the zone's hash.
3. Zones that are gone from the map are marked so; every change is a line of history.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from core.accounts import Audit, Viewer
from core.clock import Clock
from core.db import Database
from core.errors import Invalid, NotFound
from core.events import Event
from core.fleet import MapLibrary
from core.fleet.model import DeviceMap, MapZone
from core.lawnmaps.ports import Box, Lots, Mowers
from core.lawnmaps.tables import ZoneTie
from core.lawnmaps.tie_store import TieChange, TieStore, TieView
from core.lawnmaps.zones import DEFAULT_ZONE_RULES, LotGround, TieStatus, ZoneRules, ZoneVerdict, judge_zone
from core.neighbourhood import LotView
from core.texts import N_, Text

OPEN = (TieStatus.UNMAPPED, TieStatus.OVERLAPPING)
"""What blocks billing: a person has to tie it, or land has to be drawn."""


class ZoneTies:
    """The zones of the fleet and whose they are."""

    def __init__(
        self,
        *,
        database: Database,
        clock: Clock,
        maps: MapLibrary,
        mowers: Mowers,
        lots: Lots,
        audit: Audit,
        rules: ZoneRules = DEFAULT_ZONE_RULES,
    ) -> None:
        self.changed: Event[str] = Event("zone_ties_changed")
        """A mower's ties are others than before, by its device name."""
        self._database, self._clock, self._rules = database, clock, rules
        self._maps, self._mowers, self._lots, self._audit = maps, mowers, lots, audit
        self._store = TieStore(database)
        self._outdated: set[str] | None = None  # None: everything, as at the start
        maps.map_changed.subscribe(lambda changed: self._note([changed.device_name]))

    def land_changed(self, box: Box) -> None:
        """Lots inside the box are others now: maps that reach into it are judged anew."""
        bounds = {one.device_name: bounds_of(one) for one in self._maps.all()}
        self._note(name for name, theirs in bounds.items() if theirs is not None and _meet(theirs, box))

    async def drain(self) -> int:
        """Judge what is outdated; returns the number of zones whose tie is another now."""
        names, self._outdated = self._outdated, set()
        todo = [one.device_name for one in self._maps.all()] if names is None else sorted(names)
        changed = 0
        for number, name in enumerate(todo):
            try:
                changed += await self.judge(name)
            except NotFound:
                continue  # the mower left the fleet
            except Exception:
                self._note(todo[number:])
                raise
        return changed

    async def judge(self, device_name: str) -> int:
        """Judge every zone of a mower's map now; returns how many ties changed. ``NotFound`` for an unknown mower."""
        mower, lawn = self._mowers.identity(device_name), self._maps.latest(device_name)
        if lawn is None:
            return 0
        bounds = bounds_of(lawn)
        lots = {} if bounds is None else {lot.id: lot for lot in await self._lots.lots_near(bounds)}
        grounds, now = LotGround.of(list(lots.values())), self._clock.now()
        verdicts = {zone.hash: judge_zone(zone, grounds, self._rules) for zone in lawn.areas}
        changed = 0
        async with self._database.session() as session:
            rows = await self._store.rows(session, mower.id)
            for zone in lawn.areas:
                row = rows.get(str(zone.hash))
                by_person = row is not None and row.by_person and row.lot_id is not None
                verdict = verdicts[zone.hash]
                if by_person and row is not None:
                    verdict = replace(verdict, status=TieStatus.TIED, lot_id=row.lot_id, reason=N_("tied by a person"))
                changed += await self._store.write(
                    session, mower_id=mower.id, zone=zone, verdict=verdict, by_person=by_person, now=now
                )
            present = {str(zone.hash) for zone in lawn.areas}
            for row in rows.values():
                if row.zone_hash not in present and row.gone_at is None:
                    row.gone_at = now
                    session.add(row)
                    changed += 1
        if changed:
            self.changed.emit(device_name)
        return changed

    async def of_mower(self, device_name: str) -> Sequence[TieView]:
        """Whose each zone of a mower's map is. ``NotFound`` for an unknown mower."""
        return await self._store.of(self._mowers.identity(device_name).id, device_name)

    async def open_zones(self) -> Sequence[TieView]:
        """Every zone that is unmapped or overlapping, over the whole fleet."""
        return await self.with_status(OPEN)

    async def with_status(self, statuses: Iterable[TieStatus]) -> Sequence[TieView]:
        names = {mower.id: mower.device_name for mower in self._mowers.all()}
        found = await self._store.with_status(names, statuses)
        return sorted(found, key=lambda tie: (tie.device_name, tie.zone_name, tie.zone_hash))

    async def history(self, device_name: str, zone_hash: int) -> Sequence[TieChange]:
        """Every change of a zone's tie, newest first."""
        return await self._store.history(self._mowers.identity(device_name).id, zone_hash)

    async def lot_of_zone(self, device_name: str, zone_hash: int, at: datetime | None = None) -> UUID | None:
        """The lot a zone is tied to, now or as it was known at a moment; ``None`` = to no one's, do not bill."""
        mower = self._mowers.identity(device_name)
        moment = self._clock.now() if at is None else at
        change = await self._store.at(mower.id, zone_hash, moment)
        return None if change is None or change.status is not TieStatus.TIED else change.lot_id

    async def tie(
        self,
        *,
        device_name: str,
        zone_hash: int,
        lot_id: UUID | None,
        by: Viewer,
        reason: str = "",
        source: str = "web",
    ) -> TieView:
        """A person says whose a zone is; kept over re-syncs by the zone's hash. No lot: the rule decides again.

        ``NotFound`` for an unknown mower, zone or lot; ``Invalid`` for a lot that no household answers for.
        """
        mower, zone = self._mowers.identity(device_name), self._zone(device_name, zone_hash)
        lot = None if lot_id is None else await self._lot(device_name, lot_id, by)
        async with self._database.session() as session:
            row = await session.get(ZoneTie, (mower.id, str(zone_hash)))
            before = None if row is None else {"status": row.status, "lot": str(row.lot_id) if row.lot_id else None}
            judged = judge_zone(zone, await self._grounds(device_name), self._rules)
            verdict = judged if lot is None else _by_hand(judged, lot, reason)
            await self._store.write(
                session, mower_id=mower.id, zone=zone, verdict=verdict, by_person=lot is not None,
                now=self._clock.now(), actor=by.email,
            )  # fmt: skip
            await self._audit.record(
                actor=by.email,
                person_id=by.person_id,
                action="zone.tie" if lot is not None else "zone.untie",
                object_type="mower",
                object_id=device_name,
                before=before,
                after={"zone": str(zone_hash), "name": zone.name, "lot": None if lot is None else str(lot.id)},
                reason=reason,
                source=source,
                session=session,
            )
        self.changed.emit(device_name)
        return next(tie for tie in await self.of_mower(device_name) if tie.zone_hash == zone_hash)

    async def lots_around(self, device_name: str) -> Sequence[LotView]:
        """The registered lots near a mower's map, by address: what a person may choose from."""
        lawn = self._maps.latest(device_name)
        bounds = None if lawn is None else bounds_of(lawn)
        found = () if bounds is None else await self._lots.lots_near(bounds)
        return sorted(found, key=lambda lot: (lot.address, str(lot.id)))

    def _note(self, names: Iterable[str]) -> None:
        if self._outdated is not None:
            self._outdated.update(names)

    def _zone(self, device_name: str, zone_hash: int) -> MapZone:
        lawn = self._maps.latest(device_name)
        zone = next((one for one in (lawn.areas if lawn else ()) if one.hash == zone_hash), None)
        if zone is None:
            raise NotFound(Text("{device_name} has no zone {zone} on its map", device_name=device_name, zone=zone_hash))
        return zone

    async def _grounds(self, device_name: str) -> tuple[LotGround, ...]:
        return LotGround.of(await self.lots_around(device_name))

    async def _lot(self, device_name: str, lot_id: UUID, by: Viewer) -> LotView:
        lot = next((one for one in await self.lots_around(device_name) if one.id == lot_id), None)
        if lot is None or not by.sight.lot(lot.id):
            raise NotFound(Text("no lot {lot} is near the map of {device_name}", lot=lot_id, device_name=device_name))
        if lot.household_id is None:
            raise Invalid(Text("no household answers for {address}", address=lot.address))
        return lot


def bounds_of(lawn: DeviceMap) -> Box | None:
    """The box around a map's areas; ``None`` where it has none."""
    places = [place for zone in lawn.areas for place in zone.line]
    if not places:
        return None
    longitudes, latitudes = [x for x, _ in places], [y for _, y in places]
    return min(longitudes), min(latitudes), max(longitudes), max(latitudes)


def _meet(one: Box, other: Box) -> bool:
    return one[0] <= other[2] and other[0] <= one[2] and one[1] <= other[3] and other[1] <= one[3]


def _by_hand(judged: ZoneVerdict, lot: LotView, reason: str) -> ZoneVerdict:
    words = Text("tied by a person: {reason}", reason=reason) if reason else N_("tied by a person")
    return replace(judged, status=TieStatus.TIED, lot_id=lot.id, reason=words)
