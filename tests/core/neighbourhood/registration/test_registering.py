"""A home is registered once, as a whole or not at all, and never on ground that is not its own."""

import asyncio
import json
from typing import Any

import pytest
from sqlmodel import select

from core.accounts import Audit, HashCost, Passwords, People, Role
from core.clock import MovableClock
from core.db import Database
from core.errors import Conflict, Invalid, NotFound, Unavailable
from core.ids import new_id
from core.neighbourhood import NeighbourFinder, households_of_person, lots_of_person
from core.neighbourhood.land_events import LandChange, LandChanged
from core.neighbourhood.lots import LotImport
from core.neighbourhood.registration import Customer, GeocodedPlace, HomePart, HomeRequest, Registration, WrongField
from core.neighbourhood.tables import Household, Lot
from tests.core.neighbourhood.registration.conftest import Clerk, FakeGeocoder

ADA = Customer("Ada  Lovelace", " Ada@Elm.Example ", "(507) 555-1234")
PLACE = (-92.5, 44.0003)


def square(half: float, longitude: float = PLACE[0], latitude: float = PLACE[1]) -> dict[str, Any]:
    west, east, south, north = longitude - half, longitude + half, latitude - half / 2, latitude + half / 2
    return {
        "type": "Polygon",
        "coordinates": [[[west, south], [east, south], [east, north], [west, north], [west, south]]],
    }


def asked(**more: Any) -> HomeRequest:
    given = {"part": HomePart.HOST, "customer": ADA, "address": "2 Elm St NE, Rochester"} | more
    return HomeRequest(**given)


async def rows(database: Database) -> tuple[int, int]:
    async with database.session() as session:
        return len(list(await session.exec(select(Household)))), len(list(await session.exec(select(Lot))))


async def test_a_host_is_registered_with_household_lot_dock_and_measured_lawn(
    registration: Registration, clerk: Clerk, database: Database, clock: MovableClock, heard: list[LandChanged]
) -> None:
    lot, lawn, dock = square(0.00015), square(0.0001), (-92.50005, 44.00031)
    done = await registration.register_home(asked(boundary=lot, lawns=(lawn,), dock=dock), by=clerk)
    assert done.customer == Customer("Ada Lovelace", "ada@elm.example", "+15075551234")
    assert (done.address, done.city, done.lot_source, done.dock) == ("2 ELM ST NE", "ROCHESTER", "drawn", dock)
    assert done.lawn_area_m2 == pytest.approx(178, rel=0.02) and done.registered_at == clock.now()
    assert await rows(database) == (1, 1)
    assert [(one.change, one.lot_ids) for one in heard] == [(LandChange.HOMES_REGISTERED, (done.lot_id,))]
    (line,) = await Audit(database, clock).lines(action="home.register")
    assert (line.actor, line.action) == ("cleo@elm.example", "home.register_host")


async def test_an_unknown_lawn_size_stays_unknown(registration: Registration, clerk: Clerk) -> None:
    done = await registration.register_home(asked(part=HomePart.NEIGHBOUR), by=clerk)
    assert done.lawn_area_m2 is None and done.lot_source == "unknown" and done.dock is None


async def test_the_same_home_is_not_registered_twice_and_the_first_is_named(
    registration: Registration, clerk: Clerk, database: Database
) -> None:
    first = await registration.register_home(asked(), by=clerk)
    with pytest.raises(Conflict, match="2 ELM ST NE, ROCHESTER is registered already, for Ada Lovelace"):
        await registration.register_home(asked(customer=Customer("Ben"), part=HomePart.NEIGHBOUR), by=clerk)
    with pytest.raises(Conflict, match="registered already"):
        await registration.register_home(asked(address="", home_id=first.home_id), by=clerk)
    assert await rows(database) == (1, 1)
    (match,) = (await registration.check_address("2 ELM ST NE ROCHESTER")).matches
    assert match.registered is not None and match.registered.lot_id == first.lot_id


async def test_two_clerks_at_the_same_moment_register_a_home_once(
    registration: Registration, clerk: Clerk, database: Database
) -> None:
    done = await asyncio.gather(
        *(registration.register_home(asked(), by=clerk) for _ in range(4)), return_exceptions=True
    )
    assert sorted(type(one).__name__ for one in done) == ["Conflict", "Conflict", "Conflict", "HomeRegistered"]
    assert await rows(database) == (1, 1)


async def test_flats_at_one_point_are_homes_of_their_own(registration: Registration, clerk: Clerk) -> None:
    for unit in ("5 ELM ST NE, UNIT 1", "5 ELM ST NE, UNIT 2"):
        done = await registration.register_home(asked(address=unit, part=HomePart.NEIGHBOUR), by=clerk)
        assert done.address == unit


async def test_an_imported_parcel_becomes_the_lot(
    registration: Registration, clerk: Clerk, database: Database, clock: MovableClock, elm_street: NeighbourFinder
) -> None:
    parcel = {"type": "Feature", "properties": {"PIN": "1"}, "geometry": square(0.00015)}
    lots = LotImport(database=database, clock=clock, books=elm_street)
    await lots.run_text(json.dumps(parcel), source="p.geojson", name="p")
    done = await registration.register_home(asked(dock=(-92.50005, 44.00031)), by=clerk)
    assert done.lot_source == "imported"
    with pytest.raises(Invalid) as refusal:
        await registration.register_home(
            asked(address="1 Elm St NE, Rochester", boundary=square(0.0003, -92.5, 44.0002)), by=clerk
        )
    assert "overlaps the lot of 2 ELM ST NE" in refusal.value.reasons[0]


async def test_a_dock_off_the_lot_or_far_from_home_is_refused(registration: Registration, clerk: Clerk) -> None:
    with pytest.raises(Invalid) as refusal:
        await registration.register_home(asked(boundary=square(0.0001), dock=(-92.4998, 44.0003)), by=clerk)
    assert "m outside the lot" in refusal.value.reasons[0]
    with pytest.raises(WrongField, match="m from the home") as far:
        await registration.register_home(asked(dock=(-92.4, 44.0003)), by=clerk)
    assert far.value.field == "dock"
    with pytest.raises(WrongField, match="for a neighbour"):
        await registration.register_home(asked(part=HomePart.NEIGHBOUR, dock=PLACE), by=clerk)


async def test_a_broken_lawn_keeps_the_home_from_being_registered_at_all(
    registration: Registration, clerk: Clerk, database: Database
) -> None:
    bow_tie = {"type": "Polygon", "coordinates": [[[-92.5, 44.0], [-92.4999, 44.0001], [-92.4999, 44.0], [-92.5, 44.0001], [-92.5, 44.0]]]}  # fmt: skip # noqa: E501
    for wrong in ({"lawns": (bow_tie,)}, {"boundary": bow_tie}, {"boundary": {"type": "Point"}}):
        with pytest.raises(Invalid):
            await registration.register_home(asked(**wrong), by=clerk)
    assert await rows(database) == (0, 0)


@pytest.mark.parametrize(
    ("customer", "field"),
    [
        (Customer(""), "name"),
        (Customer("x" * 121), "name"),
        (Customer("Ada\nBen"), "name"),
        (Customer("Ada", "ada.example"), "email"),
        (Customer("Ada", "", "12"), "phone"),
        (Customer("Ada", "", "call me"), "phone"),
        (Customer("Ada", "", "5075551234567890"), "phone"),
    ],
)
async def test_a_wrong_customer_is_told_by_field(
    registration: Registration, clerk: Clerk, customer: Customer, field: str, database: Database
) -> None:
    if customer.name == "Ada\nBen":  # a line break is but space between words
        assert (await registration.register_home(asked(customer=customer), by=clerk)).customer.name == "Ada Ben"
        return
    with pytest.raises(WrongField) as wrong:
        await registration.register_home(asked(customer=customer), by=clerk)
    assert wrong.value.field == field and wrong.value.expected
    assert await rows(database) == (0, 0)


@pytest.mark.parametrize(("typed", "kept"), [("+49 89 1234567", "+49891234567"), ("1-507-555-1234", "+15075551234")])
async def test_phones_are_kept_as_dialled(registration: Registration, clerk: Clerk, typed: str, kept: str) -> None:
    done = await registration.register_home(asked(customer=Customer("Ada", "", typed)), by=clerk)
    assert done.customer.phone == kept


async def test_a_person_may_own_several_homes(
    registration: Registration, clerk: Clerk, database: Database, clock: MovableClock
) -> None:
    people = People(database, clock, passwords=Passwords(HashCost(1, 8, 1)))
    owner = await people.create_person(email="ada@elm.example", role=Role.HOMEOWNER, password="correct horse battery")
    first = await registration.register_home(asked(person_id=owner.id), by=clerk)
    await registration.register_home(
        asked(address="3 Elm St NE", household_id=first.household_id, part=HomePart.NEIGHBOUR), by=clerk
    )
    assert len(await lots_of_person(database, owner.id)) == 2
    assert await households_of_person(database, owner.id) == {first.household_id}


async def test_who_or_what_is_unknown_is_not_found_and_nothing_is_left_behind(
    registration: Registration, clerk: Clerk, database: Database
) -> None:
    for wrong in (
        {"person_id": new_id()},
        {"household_id": new_id()},
        {"home_id": 999_999},
        {"address": "9 Nowhere Rd"},
    ):
        with pytest.raises(NotFound):
            await registration.register_home(asked(**wrong), by=clerk)
    with pytest.raises(Conflict, match="2 homes carry this address"):
        await registration.register_home(asked(address="1 Elm St NE"), by=clerk)
    with pytest.raises(Invalid, match="expected a house number"):
        await registration.register_home(asked(address=" "), by=clerk)
    assert await rows(database) == (0, 0)


async def test_a_house_only_the_provider_knows_is_registered_and_its_silence_is_told(
    asking: Registration, geocoder: FakeGeocoder, clerk: Clerk
) -> None:
    geocoder.fails = Unavailable("no answer")
    with pytest.raises(Unavailable, match="try again"):
        await asking.register_home(asked(address="7 Birch Lane, Rochester"), by=clerk)
    geocoder.fails = None
    geocoder.places = (GeocodedPlace("7 Birch Ln", "Rochester", "MN", "55901", -92.49, 44.001, exact=True),)
    done = await asking.register_home(asked(address="7 Birch Lane, Rochester"), by=clerk)
    assert (done.home_id, done.address, done.longitude) == (None, "7 Birch Ln", -92.49)
    with pytest.raises(Conflict, match="registered already"):
        await asking.register_home(asked(address="7 Birch Ln, Rochester"), by=clerk)
