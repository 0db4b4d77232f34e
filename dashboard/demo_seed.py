"""Fills an empty database with the demo town and the people who show it. Running it again changes nothing."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import Connection, delete, insert, select, update
from sqlmodel import col

from core.accounts import People, Role
from core.accounts.tables import Person
from core.clock import Clock
from core.db import Database
from core.errors import Conflict
from core.fleet.tables import Mower
from core.ids import new_id
from core.neighbourhood import add_person
from core.neighbourhood.tables import (
    AddressPoint,
    DataImport,
    Household,
    HouseholdPerson,
    Lot,
    LotMower,
    Road,
    RoadLayer,
    TownFeature,
)
from core.neighbourhood.town import Home, Town
from dashboard.demo_clusters import clear_clusters, has_clusters, seed_clusters
from dashboard.demo_rows import place_addresses, place_features, place_lots, place_mowers, place_roads
from dashboard.pages.sign_in import SamplePerson

SHOWN_CLUSTER = 0  # the cluster whose host and first neighbour have sample people

DEMO_PEOPLE = (
    SamplePerson("Dana Whitfield", "dispatcher", "dispatcher@mowthos.example", "demo-dispatcher"),
    SamplePerson("Alex Moreno", "admin", "admin@mowthos.example", "demo-admin-person"),
    SamplePerson("Tomasz Nowak", "technician", "technician@mowthos.example", "demo-technician"),
    SamplePerson("Henrietta Larsen", "homeowner", "host@mowthos.example", "demo-host-home"),
    SamplePerson("Nikhil Rao", "homeowner", "neighbour@mowthos.example", "demo-neighbour-home"),
    SamplePerson("Priya Raman", "admin", "approver@mowthos.example", "demo-second-admin"),
)
"""The sample people of the demo; these passwords open the demo's own database and nothing else."""

HOST_EMAIL, NEIGHBOUR_EMAIL = DEMO_PEOPLE[3].email, DEMO_PEOPLE[4].email
ADMIN_EMAILS = (DEMO_PEOPLE[1].email, DEMO_PEOPLE[5].email)


@dataclass(frozen=True, slots=True)
class DemoPeople:
    """Who can sign in, and the homes of the two homeowners."""

    people: tuple[SamplePerson, ...]
    host_address: str
    neighbour_address: str


async def seed_demo(database: Database, town: Town, clock: Clock) -> DemoPeople:
    """Put the town, its mowers, households and sample people in place; another town replaces the one before."""
    fingerprint = town_fingerprint(town)
    async with database.connection() as connection:
        await connection.run_sync(_place_town, town, fingerprint, clock)
    await _invite(database, clock)
    cluster = town.clusters[SHOWN_CLUSTER]
    host, neighbour = town.homes[cluster.host], town.homes[cluster.neighbours[0]]
    await _move_in(database, town, {HOST_EMAIL: host, NEIGHBOUR_EMAIL: neighbour})
    await seed_clusters(database, town, clock, ADMIN_EMAILS)
    return DemoPeople(DEMO_PEOPLE, host.address, neighbour.address)


async def is_seeded(database: Database, fingerprint: str) -> bool:
    """Whether the town of this fingerprint and the sample people are in place."""
    async with database.connection() as connection:
        town = await connection.execute(select(DataImport.id).where(col(DataImport.content_hash) == fingerprint))
        people = await connection.execute(select(Person.id).where(col(Person.email).in_(p.email for p in DEMO_PEOPLE)))
        placed = town.first() is not None and len(people.all()) == len(DEMO_PEOPLE)
    return placed and await has_clusters(database)


def town_fingerprint(town: Town) -> str:
    """Tells one town from another by everything a seeded database holds of it."""
    told = {
        "homes": [(home.address, home.longitude, home.latitude, home.lot.wkt) for home in town.homes],
        "mowers": [(cluster.device_name, cluster.dock.wkt) for cluster in town.clusters],
        "features": [(item.kind, item.geometry.wkb_hex) for item in town.features],
    }
    return hashlib.sha256(json.dumps(told).encode()).hexdigest()


def _place_town(connection: Connection, town: Town, fingerprint: str, clock: Clock) -> None:
    known = select(DataImport.id).where(col(DataImport.content_hash) == fingerprint)
    if connection.execute(known).first() is not None:
        return
    _clear(connection, clock)
    now = clock.now()
    source = f"demo town of seed {town.seed}"
    books = {"addresses": len(town.homes), "roads": len(town.streets)}
    imports = {kind: new_id() for kind in books}
    connection.execute(
        insert(DataImport),
        [
            {
                "id": imports[kind],
                "kind": kind,
                "name": f"{town.name} {kind}",
                "source": source,
                "attribution": "",
                "data_date": now,
                "imported_at": now,
                "content_hash": fingerprint,
                "rows": rows,
                "accepted": rows,
                "refused": 0,
                "report": [],
            }
            for kind, rows in books.items()
        ],
    )
    place_addresses(connection, town, imports["addresses"])
    place_roads(connection, town, imports["roads"])
    lots = place_lots(connection, town, clock)
    place_features(connection, town, lots)
    place_mowers(connection, town, lots, clock)


def _clear(connection: Connection, clock: Clock) -> None:
    """Take an earlier demo town away. Its mowers leave service; their numbers and history stay."""
    lots = select(Lot.id).where(col(Lot.source) == "demo")
    mowers = select(LotMower.mower_id).where(col(LotMower.lot_id).in_(lots))
    gone = update(Mower).where(col(Mower.id).in_(mowers)).values(removed_at=clock.now())
    households = list(connection.execute(select(Lot.household_id).where(col(Lot.source) == "demo")).scalars())
    imports = select(DataImport.id).where(col(DataImport.source).like("demo town of seed %"))
    layers = select(RoadLayer.id).where(col(RoadLayer.source) == "demo")
    clear_clusters(connection)
    for statement in (
        gone,
        delete(LotMower).where(col(LotMower.lot_id).in_(lots)),
        delete(TownFeature),
        delete(Lot).where(col(Lot.source) == "demo"),
        delete(Road).where(col(Road.layer_id).in_(layers)),
        delete(RoadLayer).where(col(RoadLayer.source) == "demo"),
        delete(AddressPoint).where(col(AddressPoint.import_id).in_(imports)),
        delete(DataImport).where(col(DataImport.source).like("demo town of seed %")),
    ):
        connection.execute(statement)
    for start in range(0, len(households), 500):
        some = households[start : start + 500]
        connection.execute(delete(HouseholdPerson).where(col(HouseholdPerson.household_id).in_(some)))
        connection.execute(delete(Household).where(col(Household.id).in_(some)))


async def _invite(database: Database, clock: Clock) -> None:
    people = People(database, clock)
    async with database.connection() as connection:
        known = set((await connection.execute(select(Person.email))).scalars())
    for person in DEMO_PEOPLE:
        if person.email in known:
            continue
        try:
            await people.create_person(
                email=person.email, role=Role(person.role), password=person.password, name=person.name, source="cli"
            )
        except Conflict:  # another start of the demo was quicker
            continue


async def _move_in(database: Database, town: Town, homes: Mapping[str, Home]) -> None:
    async with database.connection() as connection:
        people = {row.email: row.id for row in await connection.execute(select(Person.email, Person.id))}
        lots = select(Lot.address, Lot.household_id).where(col(Lot.source) == "demo", col(Lot.city) == town.name)
        households = {row.address: row.household_id for row in await connection.execute(lots)}
    for email, home in homes.items():
        household = households[home.address]
        assert household is not None
        await add_person(database, household_id=household, person_id=people[email])
