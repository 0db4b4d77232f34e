"""Gathers the facts of the start guard (`core.fleet.guard`) from sites, leases and incidents."""

from collections.abc import Callable, Iterable
from dataclasses import replace
from uuid import UUID

from core.clock import Clock
from core.control.incidents import Incidents
from core.control.leases import Leases
from core.control.sites import Site, SiteBook
from core.fleet import NO_FACTS, StartFacts
from core.fleet.model import CommandKind

KEEPS_NO_LEASE = frozenset({CommandKind.HALT, CommandKind.PAUSE})
"""Whoever stops a mower in danger does not mean to steer it."""


type Unpaid = Callable[[Iterable[UUID]], bool]
"""Whether money speaks against a new start on these lots; `core.billing.Standing.stops` is one."""


type HeldAreas = Callable[[str], frozenset[int] | None]
"""The areas a mower is to keep off now, ``None`` = any; `core.lawnmaps.NoGoDesk.held_areas` is one."""


type Raining = Callable[[str], bool]
"""Whether the weather has rain where a mower is; `core.scheduling.weather_desk.WeatherDesk.raining` is one."""


def never_raining(_device_name: str) -> bool:
    """Where nobody reads the weather: the mower's own sensor still counts."""
    return False


def nowhere_held(_device_name: str) -> frozenset[int]:
    """Where no ground is ever to be kept off."""
    return frozenset()


def nobody_unpaid(_lot_ids: Iterable[UUID]) -> bool:
    """Where nothing is billed."""
    return False


class StartGuard:
    """A `core.fleet.Guard`."""

    def __init__(
        self, *, sites: SiteBook, leases: Leases, incidents: Incidents, clock: Clock, unpaid: Unpaid = nobody_unpaid
    ) -> None:
        self._sites, self._leases, self._incidents, self._clock = sites, leases, incidents, clock
        self._unpaid = unpaid
        self.held_areas: HeldAreas = nowhere_held
        self.raining: Raining = never_raining

    async def facts(self, device_name: str, *, person_id: UUID | None) -> StartFacts:
        """See `core.fleet.Guard`. A mower without any site has its incidents and nothing else."""
        held = self.held_areas(device_name)
        site = await self._sites.of(device_name)
        if site is None:
            return replace(NO_FACTS, no_go=held)
        lease = await self._leases.of(device_name, site.row.mower_id)
        held_by = None if lease is None or lease.person_id == person_id else lease.holder
        return replace(self._facts(device_name, site), no_go=held, held_by=held_by)

    def known(self, device_name: str) -> StartFacts:
        """The same from memory, for a screen that greys its buttons; who holds the mower is told apart.

        A no-go counts where it leaves no area to choose."""
        site = self._sites.known(device_name)
        known = NO_FACTS if site is None else self._facts(device_name, site)
        return replace(known, no_go=None) if self.held_areas(device_name) is None else known

    def _facts(self, device_name: str, site: Site) -> StartFacts:
        return StartFacts(
            quiet_until=site.quiet_until(self._clock.now()),
            rain_hold=self.raining(device_name),
            suspended=site.suspended or self._unpaid(lot.id for lot in site.row.lots),
            unapproved=site.unapproved,
            missing=self._incidents.missing(device_name),
        )

    async def commanded(
        self, device_name: str, kind: CommandKind, *, person_id: UUID | None, asked_by: str, source: str
    ) -> None:
        """A person's command was accepted: the mower is theirs for a while."""
        if person_id is None or kind in KEEPS_NO_LEASE:
            return
        site = await self._sites.of(device_name)
        if site is None:
            return
        await self._leases.keep(device_name, site.row.mower_id, person_id=person_id, holder=asked_by)
