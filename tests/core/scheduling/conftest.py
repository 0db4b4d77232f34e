"""Elm Row on both databases: a host and two neighbours share a mower; the Oaks have one of their own."""

from dataclasses import dataclass, field
from datetime import date, timedelta
from uuid import UUID

import pytest

from core.accounts import Audit, Role, Viewer
from core.accounts.tables import Person
from core.clock import MovableClock
from core.control.tables import QuietHours
from core.db import Database
from core.fleet.tables import Mower
from core.ids import new_id
from core.neighbourhood import households_of_person
from core.neighbourhood.tables import Household, HouseholdPerson, Lot, LotMower
from core.scheduling import ServicePlan, Visit
from core.scheduling.service import Scheduling
from tests.core.scheduling.cast import plan

ELM = ("12 ELM ST", "14 ELM ST", "16 ELM ST")


@dataclass
class Row:
    """The street with its desks; lots by address."""

    database: Database
    clock: MovableClock
    audit: Audit
    desk: Scheduling
    lots: dict[str, UUID] = field(default_factory=dict)
    viewers: dict[str, Viewer] = field(default_factory=dict)

    @property
    def dispatcher(self) -> Viewer:
        return self.viewers["dana"]

    @property
    def household(self) -> Viewer:
        """Those of 12 Elm St."""
        return self.viewers["12 ELM ST"]

    async def agree(self, address: str = "12 ELM ST", of: ServicePlan | None = None, expected: int = 0) -> None:
        """A plan from today on; the clock stands at Monday, 1 June 2026, 07:00 in Le Sueur."""
        await self.desk.plans.save(
            lot_id=self.lots[address], plan=of or plan(), valid_from=date(2026, 6, 1), expected_version=expected,
            by=self.dispatcher,
        )  # fmt: skip

    async def visits(self, address: str = "12 ELM ST") -> list[Visit]:
        """All of a lot, by due day."""
        now = self.clock.now()
        lines = await self.desk.calendar(
            self.dispatcher, now - timedelta(days=100), now + timedelta(days=200), lot_id=self.lots[address]
        )
        return sorted((line.visit for line in lines), key=lambda visit: visit.due_on)

    async def audited(self) -> list[tuple[str, str]]:
        """(action, actor), oldest first."""
        return [(line.action, line.actor) for line in reversed(await self.audit.lines())]


async def make_row(database: Database, clock: MovableClock) -> Row:
    audit = Audit(database, clock)

    async def households(person_id: UUID) -> frozenset[UUID]:
        return await households_of_person(database, person_id)

    desk = Scheduling(database=database, clock=clock, audit=audit, household_ids=households)
    row, now = Row(database, clock, audit, desk), clock.now()
    shared = Mower(number=1, device_name="Luba-ELM", created_at=now)
    other = Mower(number=2, device_name="Yuka-OAK", created_at=now)
    async with database.session() as session:
        session.add_all([shared, other])
        for place, address in enumerate((*ELM, "1 OAK AVE")):
            home = Household(name=f"The {address}s", created_at=now)
            person = Person(
                email=f"p{place}@elm.example", name=address, role=Role.HOMEOWNER, password_hash="", created_at=now
            )
            session.add_all([home, person])
            await session.flush()
            lot = Lot(
                household_id=home.id, address=address, city="Le Sueur", longitude=-93.9 + place / 1_000, latitude=44.46,
                source="drawn",
            )  # fmt: skip
            session.add_all([lot, HouseholdPerson(household_id=home.id, person_id=person.id)])
            await session.flush()
            mower = shared if address in ELM else other
            part = "host" if address in {ELM[0], "1 OAK AVE"} else "neighbour"
            session.add(LotMower(lot_id=lot.id, mower_id=mower.id, part=part))
            row.lots[address] = lot.id
            row.viewers[address] = Viewer(
                person_id=person.id, email=person.email, name=address, role=Role.HOMEOWNER,
                household_ids=frozenset({home.id}),
            )  # fmt: skip
        for name, role in (("dana", Role.DISPATCHER), ("tom", Role.TECHNICIAN)):
            email = f"{name}@mowthos.example"
            person = Person(email=email, name=name, role=role, password_hash="", created_at=now)
            session.add(person)
            row.viewers[name] = Viewer(person_id=person.id, email=email, name=name, role=role)
    return row


async def quiet_on(row: Row, days: str, begins: int, ends: int) -> None:
    """A quiet window on the lot of the shared mower's host."""
    async with row.database.session() as session:
        session.add(
            QuietHours(
                id=new_id(), lot_id=row.lots["12 ELM ST"], position=0, days=days, begins_minute=begins,
                ends_minute=ends, set_by="dana", set_at=row.clock.now(),
            )
        )  # fmt: skip


@pytest.fixture
async def row(database: Database, clock: MovableClock) -> Row:
    return await make_row(database, clock)
