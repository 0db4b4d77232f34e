"""Elm Street under control: two mowers, their lots, two dispatchers; sites and grounds given by hand."""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from core.accounts import PERMISSIONS, Audit, Right, Role
from core.clock import MovableClock
from core.control import ClusterGround, LotGround, SiteLot, SiteRow
from core.control.service import Control
from core.db import Database
from core.fleet.service import FleetService
from core.geo import METRES_PER_DEGREE, Point
from core.ids import new_id
from core.neighbourhood.tables import Lot, LotMower
from tests.core.fleet.cast import DOCK, LUBA
from tests.core.fleet.conftest import ELM_STREET
from tests.core.fleet.fakes import FakeCloud, ReversingBox

LIFT = 2801
CITY = "Rochester"


@dataclass(frozen=True)
class Dispatcher:
    """A person at a desk."""

    email: str
    name: str = ""
    role: Role = Role.DISPATCHER
    person_id: UUID = field(default_factory=new_id)

    def may(self, right: Right) -> bool:
        return right in PERMISSIONS[self.role]


def square(north_m: float, *, side_m: float = 40.0, origin: Point = DOCK) -> dict[str, Any]:
    """A square lot whose south side runs ``north_m`` metres north of the dock, 10 m of it west of it."""
    degree_lon = METRES_PER_DEGREE * 0.7193  # at 44 degrees north
    west, east = origin.longitude - 10 / degree_lon, origin.longitude + (side_m - 10) / degree_lon
    south = origin.latitude + north_m / METRES_PER_DEGREE
    north = south + side_m / METRES_PER_DEGREE
    return {
        "type": "Polygon",
        "coordinates": [[[west, south], [east, south], [east, north], [west, north], [west, south]]],
    }


@dataclass
class HandClusters:
    """Clusters by the place of their host."""

    known: dict[tuple[str, str], ClusterGround] = field(default_factory=dict)

    async def by_host(self) -> Mapping[tuple[str, str], ClusterGround]:
        return dict(self.known)

    async def learn(self) -> None:
        """Nothing is judged here."""

    def say(self, state: str, **fields: Any) -> None:
        """The cluster of 12 Elm St."""
        self.known["12 elm st", CITY.casefold()] = ClusterGround(code="C-0001", state=state, **fields)


@dataclass
class Street:
    """A linked fleet under control; the test takes the steps."""

    fleet: FleetService
    control: Control
    clusters: HandClusters
    cloud: FakeCloud
    clock: MovableClock
    database: Database
    audit: Audit

    async def hears(self, *readings: Any) -> None:
        self.fleet.pipeline.enqueue(readings)
        self.fleet.pipeline.drain()
        await self.fleet.commands.step()

    async def lot(self, address: str, part: str, boundary: dict[str, Any] | None, **fields: Any) -> UUID:
        """A lot that the Luba serves."""
        lot = Lot(
            address=address, city=CITY, longitude=DOCK.longitude, latitude=DOCK.latitude, boundary=boundary, lawns=[],
            **{"source": "drawn", **fields},
        )  # fmt: skip
        async with self.database.session() as session:
            session.add(lot)
            await session.flush()
            session.add(LotMower(lot_id=lot.id, mower_id=self.fleet.roster.identity(LUBA).id, part=part))
        self.control.sites.outdated()
        return lot.id

    async def audited(self) -> list[tuple[str, str, str]]:
        """(action, actor, reason), oldest first."""
        return [(line.action, line.actor, line.reason) for line in reversed(await self.audit.lines())]


@asynccontextmanager
async def elm_street(database: Database, clock: MovableClock, cloud: FakeCloud) -> AsyncIterator[Street]:
    audit, clusters = Audit(database, clock), HandClusters()
    control = Control(database=database, clock=clock, audit=audit, clusters=clusters)
    fleet = FleetService(database=database, cloud=cloud, secret_box=ReversingBox(), clock=clock, guard=control.guard)
    control.attach(fleet, lift_codes=frozenset({LIFT}))
    await fleet.accounts.start()
    await fleet.accounts.link(ELM_STREET, "right password", by="admin@mowthos.example")
    await fleet.commands.resume()
    try:
        yield Street(fleet, control, clusters, cloud, clock, database, audit)
    finally:
        await control.stop()
        await fleet.accounts.stop()
        await fleet.commands.stop()


def site_row(device_name: str, *lots: SiteLot) -> SiteRow:
    return SiteRow(mower_id=new_id(), device_name=device_name, lots=lots)


def grounds(*lots: LotGround) -> Sequence[LotGround]:
    return lots
