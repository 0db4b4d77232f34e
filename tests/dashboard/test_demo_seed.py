"""The demo's rows: once is enough, another town replaces the first, and the neighbour search agrees with the truth."""

from sqlalchemy import func, select
from sqlmodel import SQLModel, col

from core.accounts import HashCost, Passwords, People, Role
from core.clock import MovableClock
from core.db import Database
from core.db.reads import mower_roster
from core.fleet.tables import Mower
from core.neighbourhood import NeighbourFinder, Verdict, households_of_person, lots_of_person
from core.neighbourhood.tables import AddressPoint, Household, Lot, LotMower, Road, RoadLayer, TownFeature
from dashboard.demo_seed import DEMO_PEOPLE, HOST_EMAIL, NEIGHBOUR_EMAIL, seed_demo
from tests.towns import small_town

TABLES: tuple[type[SQLModel], ...] = (
    AddressPoint, Household, Lot, LotMower, Mower, Road, RoadLayer, TownFeature,
)  # fmt: skip
TOWN = small_town()


async def counts(database: Database) -> dict[str, int]:
    async with database.connection() as connection:
        return {
            str(table.__tablename__): (await connection.execute(select(func.count()).select_from(table))).scalar_one()
            for table in TABLES
        }


async def test_seeding_twice_changes_nothing(database: Database, clock: MovableClock) -> None:
    first = await seed_demo(database, TOWN, clock)
    before = await counts(database)
    clock.move(60)
    assert await seed_demo(database, TOWN, clock) == first
    assert await counts(database) == before
    assert (before["lot"], before["mower"], before["road"]) == (80, 4, len(TOWN.streets))


async def test_another_town_takes_the_first_ones_place(database: Database, clock: MovableClock) -> None:
    await seed_demo(database, TOWN, clock)
    before = await counts(database)
    other = small_town(5)
    people = await seed_demo(database, other, clock)
    after = await counts(database)
    assert after["lot"] == after["household"] == after["address_point"] == before["lot"]
    assert after["road"] == len(other.streets)
    assert after["mower"] == 8  # the first town's mowers keep their numbers and history
    roster = await mower_roster(database)
    assert [row.device_name for row in roster] == [cluster.device_name for cluster in other.clusters]
    assert people.host_address == other.homes[other.clusters[0].host].address


async def test_the_sample_people_sign_in_and_live_where_they_should(
    sqlite_database: Database, clock: MovableClock
) -> None:
    told = await seed_demo(sqlite_database, TOWN, clock)
    cheap = Passwords(HashCost(1, 8, 1))
    people = People(
        sqlite_database,
        clock,
        passwords=cheap,
        household_ids=lambda person: households_of_person(sqlite_database, person),
    )
    for sample in DEMO_PEOPLE:
        viewer = (await people.sign_in(sample.email, sample.password)).viewer
        assert (viewer.role, viewer.name) == (Role(sample.role), sample.name)
        lots = await lots_of_person(sqlite_database, viewer.person_id)
        expected = {HOST_EMAIL: [told.host_address], NEIGHBOUR_EMAIL: [told.neighbour_address]}.get(sample.email, [])
        assert [lot.address for lot in lots] == expected
        assert bool(viewer.household_ids) == bool(expected)


async def test_the_neighbour_search_finds_exactly_who_the_town_says_is_reachable(
    sqlite_database: Database, clock: MovableClock
) -> None:
    await seed_demo(sqlite_database, TOWN, clock)
    finder = NeighbourFinder(sqlite_database)
    won_back = 0
    for host in TOWN.homes[::4]:
        straight = await finder.find(longitude=host.longitude, latitude=host.latitude, rule="line")
        qualified = {found.home.address for found in straight.candidates if found.verdict is Verdict.QUALIFIED}
        assert qualified == {home.address for home in TOWN.reachable_from(host)}
        assert all(found.verdict is not Verdict.NEEDS_REVIEW for found in straight.candidates)
        path = await finder.find(longitude=host.longitude, latitude=host.latitude)
        reached = {found.home.address: found for found in path.candidates if found.verdict is Verdict.QUALIFIED}
        assert qualified <= set(reached)
        for found in [found for address, found in reached.items() if address not in qualified]:
            won_back += 1  # round the end of a street without outlet: never the straight way
            assert found.length_m is not None
            assert found.length_m > found.distance_m + 1
    assert won_back > 0


async def test_every_mower_has_one_host_and_its_neighbours(sqlite_database: Database, clock: MovableClock) -> None:
    await seed_demo(sqlite_database, TOWN, clock)
    async with sqlite_database.connection() as connection:
        part = select(col(LotMower.part), func.count()).group_by(col(LotMower.part))
        found = {row[0]: row[1] for row in await connection.execute(part)}
    assert found == {"host": 4, "neighbour": sum(len(cluster.neighbours) for cluster in TOWN.clusters)}
