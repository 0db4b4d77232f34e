"""Everything about device maps, made once and handed to pages, REST, jobs and the live map."""

from dataclasses import dataclass

from core.accounts import Audit
from core.clock import Clock
from core.db import Database
from core.distant import DistantLinks
from core.fleet import FleetService, MapLibrary
from core.lawnmaps import MapSync, NoGoDesk, NoGoWatch, ZoneTies
from core.lawnmaps.ports import Lots
from core.neighbourhood.land_events import LandEvent
from core.plans import DevicePlans, Plans


@dataclass(frozen=True, slots=True)
class LawnDesks:
    """Maps with their versions, whose each zone is, syncs, temporary no-go areas, plans of devices."""

    maps: MapLibrary
    ties: ZoneTies
    sync: MapSync
    no_go: NoGoDesk
    watch: NoGoWatch
    plans: Plans

    async def start(self, *, watches: bool = True) -> None:
        """Read what is drawn, and begin to watch, where the mowers are ours. The fleet has started before."""
        await self.no_go.load()
        if watches:
            self.watch.start()

    async def look(self) -> int:
        """One turn of the watch over temporary no-go areas; how many mowers are inside one."""
        return self.watch.look()

    async def stop(self) -> None:
        await self.watch.stop()
        await self.sync.stop()


def make_lawn_desks(
    *,
    database: Database,
    clock: Clock,
    fleet: FleetService,
    lots: Lots,
    audit: Audit,
    land: LandEvent | None = None,
    distant: DistantLinks | None = None,
) -> LawnDesks:
    """``land`` tells where lots changed: zones there are judged anew. ``distant`` reaches the mowers of others."""
    link_of = fleet.accounts.link_of if distant is None else distant.link_of
    maps, mowers = fleet.maps, fleet.roster
    ties = ZoneTies(database=database, clock=clock, maps=maps, mowers=mowers, lots=lots, audit=audit)
    if land is not None:
        land.subscribe(lambda changed: ties.land_changed(changed.bbox))

    def plans_of(device_name: str) -> DevicePlans | None:
        link = link_of(device_name)
        return None if link is None else link.plans

    no_go = NoGoDesk(database=database, clock=clock, maps=maps, mowers=mowers, audit=audit)
    return LawnDesks(
        maps=maps,
        ties=ties,
        sync=MapSync(
            clock=clock, maps=maps, mowers=mowers, ties=ties, link_of=link_of, audit=audit
        ),
        no_go=no_go,
        watch=NoGoWatch(
            desk=no_go, live=fleet.live, happened=fleet.pipeline.happened, commands=fleet.commands, clock=clock
        ),
        plans=Plans(
            database=database, clock=clock, mowers=mowers, plans_of=plans_of, commands=fleet.commands, audit=audit
        ),
    )  # fmt: skip
