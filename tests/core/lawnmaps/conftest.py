"""A fleet of two mowers with a shelf of lots; the household of the row is stored, for the keys."""

from dataclasses import dataclass

import pytest

from core.accounts import Audit, Role, Viewer
from core.clock import MovableClock
from core.db import Database
from core.fleet.service import FleetService
from core.ids import new_id
from core.lawnmaps import MapSync, ZoneTies
from core.neighbourhood import LotView, create_household, register_lot
from tests.core.fleet.conftest import cloud, fleet, linked
from tests.core.lawnmaps.cast import Row, lot

__all__ = ["cloud", "fleet", "linked"]

ADA = Viewer(person_id=new_id(), email="ada@elm.example", name="Ada", role=Role.ADMIN, language="en", session_id=None)


@dataclass
class Desk:
    """What the tests of ties and syncs stand on."""

    fleet: FleetService
    ties: ZoneTies
    sync: MapSync
    row: Row
    audit: Audit
    database: Database
    clock: MovableClock

    async def add_lot(self, number: int, **more: object) -> LotView:
        """A stored lot of the row, on the shelf, too."""
        drawn = lot(number, **more)  # type: ignore[arg-type]
        household = None
        if drawn.household_id is not None:
            household = await create_household(self.database, self.clock, name=f"The {number}s")
        stored = await register_lot(
            self.database, household_id=household, address=drawn.address, city=drawn.city,
            longitude=drawn.longitude, latitude=drawn.latitude, boundary=drawn.boundary, source=drawn.source,
        )  # fmt: skip
        self.row.lots.append(stored)
        return stored


@pytest.fixture(params=["sqlite"])
def database(request: pytest.FixtureRequest) -> Database:
    """SQLite, unless a test asks for both: ``parametrize("database", ["sqlite", "postgresql"], indirect=True)``."""
    name = "sqlite_database" if request.param == "sqlite" else "postgres_database"
    found: Database = request.getfixturevalue(name)
    return found


@pytest.fixture
def desk(linked: FleetService, database: Database, clock: MovableClock) -> Desk:
    audit, row = Audit(database, clock), Row()
    ties = ZoneTies(
        database=database, clock=clock, maps=linked.maps, mowers=linked.roster, lots=row, audit=audit
    )  # fmt: skip
    sync = MapSync(
        clock=clock, maps=linked.maps, mowers=linked.roster, ties=ties, link_of=linked.accounts.link_of, audit=audit
    )
    return Desk(linked, ties, sync, row, audit, database, clock)
