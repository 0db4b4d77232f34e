"""Households, lots and mowers: who belongs where, and what the database refuses to believe."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest
from shapely.geometry import box, mapping

from core.accounts.tables import Person
from core.clock import MovableClock
from core.db import Database
from core.errors import Conflict, Invalid, NotFound
from core.fleet.tables import Mower
from core.ids import new_id
from core.neighbourhood import (
    LotView,
    add_person,
    assign_mower,
    clusters_to_be,
    create_household,
    households_of_person,
    lots_of_mower,
    lots_of_person,
    mowers_of_lot,
    register_lot,
    release_mower,
    remove_person,
)

SIDE = 0.0003
"""Degrees: 33 m northward, 24 m eastward at 44 degrees."""


def square(x: float = 0.0, size: float = 1.0) -> dict[str, Any]:
    west = -92.5 + x * SIDE
    return mapping(box(west, 44.0, west + size * SIDE, 44.0 + size * SIDE))


async def lot(database: Database, address: str, household_id: UUID | None = None, **more: Any) -> LotView:
    place = {"longitude": -92.5, "latitude": 44.0}
    return await register_lot(database, household_id=household_id, address=address, city="ROCHESTER", **(place | more))


@pytest.fixture
async def ada(database: Database) -> UUID:
    person = Person(
        email="ada@example.org",
        name="Ada",
        role="homeowner",
        password_hash="-",
        created_at=datetime(2026, 1, 1, tzinfo=UTC),
    )
    async with database.session() as session:
        session.add(person)
    return person.id


async def mower(database: Database, name: str) -> UUID:
    record = Mower(number=1, device_name=name, model="Luba 2", created_at=datetime(2026, 1, 1, tzinfo=UTC))
    async with database.session() as session:
        session.add(record)
    return record.id


async def test_a_person_sees_the_lots_of_all_their_households(
    database: Database, clock: MovableClock, ada: UUID
) -> None:
    home, cabin, other = [await create_household(database, clock, name=name) for name in ("Home", "Cabin", "Other")]
    for household in (home, cabin, home):
        await add_person(database, household_id=household, person_id=ada)
    first = await lot(database, "1 ELM ST", home)
    second = await lot(database, "9 LAKE RD", cabin)
    await lot(database, "3 ELM ST", other)
    assert await lots_of_person(database, ada) == (first, second)
    assert await households_of_person(database, ada) == {home, cabin}
    await remove_person(database, household_id=cabin, person_id=ada)
    assert await lots_of_person(database, ada) == (first,)


async def test_areas_are_square_metres_on_the_ellipsoid_and_holes_do_not_count(database: Database) -> None:
    ground = square()
    inner = box(-92.49995, 44.00005, -92.4999, 44.0001)
    lawn = mapping(box(-92.5, 44.0, -92.4998, 44.0002).difference(inner))
    view = await lot(database, "1 ELM ST", boundary=ground, house=mapping(inner), lawns=[lawn])
    assert view.area_m2 == pytest.approx(24.06 * 33.33, rel=0.002)
    assert view.lawn_area_m2 == pytest.approx(view.area_m2 * (4 - 0.25) / 9, rel=0.001)
    bare = await lot(database, "2 ELM ST")
    assert (bare.area_m2, bare.lawn_area_m2) == (None, None)


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"boundary": {"type": "Point", "coordinates": [0, 0]}}, "boundary: Point; expected a GeoJSON Polygon"),
        ({"boundary": {"type": "Polygon", "coordinates": [[[0, 0], [1, 1]]]}}, "boundary: not a polygon"),
        (
            {"boundary": {"type": "Polygon", "coordinates": [[[0, 0], [1, 1], [1, 0], [0, 1], [0, 0]]]}},
            "boundary: not a valid polygon",
        ),
        ({"boundary": mapping(box(-93, 44, -92, 45))}, "expected up to 1,000,000 m²"),
        ({"boundary": mapping(box(-200, 44, -199.9999, 44.0001))}, "boundary: leaves the map"),
        ({"boundary": square(), "lawns": [square(), square(0.5)]}, "lawn 2: reaches over the lot's boundary"),
        ({"boundary": square(), "house": square(3)}, "house: reaches over"),
        ({"lawns": ["grass"]}, "lawn 1: str; expected a GeoJSON Polygon"),
        ({"latitude": 91.0}, "not a WGS84 position"),
        ({"source": "guessed"}, "source 'guessed': expected demo"),
        ({"time_zone": "Mars/Base"}, "expected an IANA name"),
        ({"address": " "}, "address: expected 1 to 120"),
        ({"city": ""}, "city: expected 1 to 80"),
    ],
)
async def test_a_lot_that_cannot_be_is_refused(sqlite_database: Database, more: dict[str, Any], words: str) -> None:
    given = {"address": "1 ELM ST", "city": "ROCHESTER", "longitude": -92.5, "latitude": 44.0} | more
    with pytest.raises(Invalid, match=words):
        await register_lot(sqlite_database, household_id=None, **given)


async def test_a_mower_serves_its_host_and_the_neighbours(database: Database) -> None:
    host, near, far = [await lot(database, address) for address in ("1 ELM ST", "3 ELM ST", "5 ELM ST")]
    luba = await mower(database, "Luba-VS000001")
    for place, part in ((far, "neighbour"), (host, "host"), (near, "neighbour")):
        await assign_mower(database, lot_id=place.id, mower_id=luba, part=part)
    (cluster,) = await clusters_to_be(database)
    assert (cluster.mower_id, cluster.host, cluster.neighbours) == (luba, host, (near, far))
    assert await lots_of_mower(database, luba) == ((host, "host"), (near, "neighbour"), (far, "neighbour"))
    assert [(known.mower_id, known.part) for known in await mowers_of_lot(database, near.id)] == [(luba, "neighbour")]
    await release_mower(database, lot_id=far.id, mower_id=luba)
    assert (await clusters_to_be(database))[0].neighbours == (near,)


async def test_a_mower_has_one_dock_only(database: Database) -> None:
    first, second = [await lot(database, address) for address in ("1 ELM ST", "3 ELM ST")]
    luba = await mower(database, "Luba-VS000001")
    await assign_mower(database, lot_id=first.id, mower_id=luba, part="host")
    await assign_mower(database, lot_id=second.id, mower_id=luba, part="neighbour")
    with pytest.raises(Conflict, match="has its dock on another lot"):
        await assign_mower(database, lot_id=second.id, mower_id=luba, part="host")
    await assign_mower(database, lot_id=first.id, mower_id=luba, part="neighbour")
    await assign_mower(database, lot_id=second.id, mower_id=luba, part="host")
    assert (await clusters_to_be(database))[0].host == second


async def test_unknown_people_lots_and_mowers_are_named(database: Database, clock: MovableClock) -> None:
    household = await create_household(database, clock, name="Home")
    with pytest.raises(NotFound, match=r"person .* is unknown"):
        await add_person(database, household_id=household, person_id=new_id())
    with pytest.raises(NotFound, match=r"household .* is unknown"):
        await lot(database, "1 ELM ST", new_id())
    with pytest.raises(NotFound, match=r"mower .* is unknown"):
        await assign_mower(database, lot_id=(await lot(database, "1 ELM ST")).id, mower_id=new_id(), part="host")
    with pytest.raises(Invalid, match="expected host or neighbour"):
        await assign_mower(database, lot_id=new_id(), mower_id=new_id(), part="guest")
    with pytest.raises(Invalid, match="household name"):
        await create_household(database, clock, name="")
