"""A home taken by who lives there: what nobody has, what the office made for them, and never what is somebody's."""

from uuid import UUID

import pytest

from core.accounts import Audit, HashCost, Passwords, People, Role
from core.clock import MovableClock
from core.db import Database
from core.errors import Conflict, NotFound
from core.neighbourhood import NeighbourFinder, create_household, lots_of_person, register_lot
from core.neighbourhood.clusters.tables import ClusterMember, ClusterRow
from core.neighbourhood.registration import Claiming, Customer, HomePart, HomeRequest, Registration
from tests.core.neighbourhood.registration.conftest import Clerk

PAID_FOR: set[UUID] = set()
"""Lots with a subscription."""


@pytest.fixture
def claiming(
    database: Database, clock: MovableClock, elm_street: NeighbourFinder, registration: Registration
) -> Claiming:
    async def paid_for(lot_id: UUID) -> bool:
        return lot_id in PAID_FOR

    return Claiming(
        database=database, clock=clock, books=elm_street, audit=Audit(database, clock), registration=registration,
        paid_for=paid_for,
    )  # fmt: skip


async def resident(database: Database, clock: MovableClock, name: str = "Nora") -> Clerk:
    people = People(database, clock, passwords=Passwords(HashCost(1, 8, 1)))
    email = f"{name.lower()}@elm.example"
    person = await people.create_person(email=email, role=Role.HOMEOWNER, password="correct horse battery", name=name)
    return Clerk(name, email, person.id)


async def home_id(elm_street: NeighbourFinder) -> int:
    (home,) = await elm_street.search_addresses("2 Elm St NE, Rochester", 1)
    assert home.id is not None
    return home.id


async def addresses(database: Database, who: Clerk) -> list[str]:
    return [lot.address for lot in await lots_of_person(database, who.person_id)]


async def test_a_home_that_nobody_has_becomes_theirs_once(
    claiming: Claiming, database: Database, clock: MovableClock, elm_street: NeighbourFinder
) -> None:
    nora, omar = await resident(database, clock), await resident(database, clock, "Omar")
    home = await home_id(elm_street)
    lot = await claiming.claim(home, name="Nora", by=nora)
    assert len(await addresses(database, nora)) == 1
    assert await claiming.claim(home, name="Nora", by=nora) == lot  # asked twice
    with pytest.raises(Conflict) as refused:
        await claiming.claim(home, name="Omar", by=omar)
    assert "Nora" not in refused.value.message
    assert await addresses(database, omar) == []
    with pytest.raises(NotFound):
        await claiming.claim(999_999, name="Nora", by=nora)


async def test_who_proved_the_address_that_the_office_wrote_down_moves_in(
    claiming: Claiming, registration: Registration, database: Database, clock: MovableClock,
    elm_street: NeighbourFinder, clerk: Clerk,
) -> None:  # fmt: skip
    home = await home_id(elm_street)
    customer = Customer("The Linds", "Nora@elm.example")
    await registration.register_home(
        HomeRequest(part=HomePart.NEIGHBOUR, customer=customer, home_id=home), by=clerk
    )  # fmt: skip
    omar, nora = await resident(database, clock, "Omar"), await resident(database, clock)
    with pytest.raises(Conflict, match="registered already"):
        await claiming.claim(home, name="Omar", by=omar)
    await claiming.claim(home, name="Nora", by=nora)
    assert len(await addresses(database, nora)) == 1


@pytest.mark.parametrize("held_by", ["nobody", "a cluster", "a subscription"])
async def test_a_household_without_a_trace_of_people_is_open_unless_it_is_served_or_paid_for(
    claiming: Claiming, database: Database, clock: MovableClock, elm_street: NeighbourFinder, held_by: str
) -> None:
    (home,) = await elm_street.search_addresses("2 Elm St NE, Rochester", 1)
    household = await create_household(database, clock, name="2 Elm St NE")
    lot = await register_lot(
        database, household_id=household, address=home.address, city=home.city, longitude=home.longitude,
        latitude=home.latitude,
    )  # fmt: skip
    if held_by == "a cluster":
        await serve(database, clock, home.id or 0, household)
    if held_by == "a subscription":
        PAID_FOR.add(lot.id)
    nora = await resident(database, clock)
    if held_by != "nobody":
        with pytest.raises(Conflict):
            await claiming.claim(home.id or 0, name="Nora", by=nora)
    else:
        await claiming.claim(home.id or 0, name="Nora", by=nora)
    assert (await addresses(database, nora) == []) is (held_by != "nobody")


async def serve(database: Database, clock: MovableClock, home: int, household: UUID) -> None:
    """A live cluster has the home as its host."""
    cluster = ClusterRow(
        number=1, name="Elm", state="active", version=1, author="Ada", created_at=clock.now(), changed_at=clock.now()
    )  # fmt: skip
    async with database.session() as session:
        session.add(cluster)
        await session.flush()
        session.add(
            ClusterMember(
                cluster_id=cluster.id, home_id=home, part="host", household_id=household, address="2 ELM ST NE",
                city="ROCHESTER", longitude=-92.5, latitude=44.0003, live=True,
            )
        )  # fmt: skip
