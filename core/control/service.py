"""Control and safety of the fleet put together, in the order in which the parts depend on each other."""

from datetime import datetime
from functools import partial
from uuid import UUID

from core.clock import Clock
from core.control.bulk import BulkDesk
from core.control.clusters import HostClusters
from core.control.fences import FenceBook
from core.control.guard import StartGuard, Unpaid, nobody_unpaid
from core.control.incidents import Incidents
from core.control.leases import LeaseRules, Leases
from core.control.ports import AuditTrail, ClusterBook
from core.control.quiet_desk import QuietDesk
from core.control.sites import SiteBook
from core.control.starting import StartDesk
from core.control.watch import GroundWatch
from core.db import Database
from core.db.reads.control_sites import control_sites, lot_grounds
from core.fleet import Commands, FleetService, StateLimits
from core.neighbourhood.clusters import Clusters


class Control:
    """Guard, leases, quiet hours and incidents; with `attach`, bulk orders and the watch over a fleet.

    The fleet asks the guard, and the watch asks the fleet: so the guard is made first.
    """

    bulk: BulkDesk
    watch: GroundWatch
    starting: StartDesk
    commands: Commands

    def __init__(
        self,
        *,
        database: Database,
        clock: Clock,
        audit: AuditTrail,
        clusters: Clusters | ClusterBook,
        lease_rules: LeaseRules | None = None,
        unpaid: Unpaid = nobody_unpaid,
    ) -> None:
        self._database, self._clock, self._audit = database, clock, audit
        book = HostClusters(clusters) if isinstance(clusters, Clusters) else clusters
        self.sites = SiteBook(partial(control_sites, database), book, clock)
        self.leases = Leases(database, clock, audit, lease_rules)
        self.incidents = Incidents(database, clock, audit)
        self.quiet = QuietDesk(database, self.sites, clock, audit)
        self.fences = FenceBook(self.sites, partial(lot_grounds, database), book)
        self.guard = StartGuard(
            sites=self.sites, leases=self.leases, incidents=self.incidents, clock=clock, unpaid=unpaid
        )

    def attach(self, fleet: FleetService, *, lift_codes: frozenset[int], limits: StateLimits | None = None) -> None:
        """Bulk orders to this fleet, and the watch over it."""
        self.bulk = BulkDesk(self._database, fleet.commands, self._clock, self._audit)
        self.commands = fleet.commands
        self.starting = StartDesk(
            commands=fleet.commands,
            live=fleet.live,
            maps=fleet.maps,
            settings=fleet.settings,
            sites=self.sites,
            guard=self.guard,
            clock=self._clock,
        )
        self.watch = GroundWatch(
            live=fleet.live,
            fences=self.fences,
            sites=self.sites,
            incidents=self.incidents,
            commands=fleet.commands,
            happened=fleet.pipeline.happened,
            link_of=fleet.accounts.link_of,
            lift_codes=lift_codes,
            clock=self._clock,
            limits=limits,
        )

    async def start(self, *, watches: bool = True, orders: bool = True) -> None:
        """Go on with what was open; after the fleet. Where several processes share the work, the one that owns the
        mowers watches, and each web process leaves the bulk orders of others alone."""
        if watches:
            await self.watch.start()
        else:
            await self.incidents.load()
        if orders:
            await self.bulk.start()

    async def stop(self) -> None:
        """Leave no task; before the fleet."""
        await self.bulk.stop()
        await self.watch.stop()

    def now(self) -> datetime:
        """The time of this house, for those who show what holds now."""
        return self._clock.now()

    async def mower_id(self, device_name: str) -> UUID:
        """The record of a mower; ``NotFound`` when it is unknown."""
        return (await self.sites.named(device_name)).row.mower_id
