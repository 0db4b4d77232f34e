"""Households, their lots, and which mower serves which lot: the least relation that scope and the map need."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any
from uuid import UUID
from zoneinfo import available_timezones

from sqlalchemy import delete
from sqlalchemy.exc import IntegrityError
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from core.clock import Clock
from core.db import Database
from core.errors import Conflict, Invalid, NotFound
from core.geo import Point
from core.neighbourhood.lot_shapes import area_m2, check_inside, firm_boundary, valid_polygon
from core.neighbourhood.tables import Household, HouseholdPerson, Lot, LotMower
from core.texts import N_, Text

PARTS = ("host", "neighbour")
LOT_SOURCES = ("demo", "drawn", "imported", "estimated", "unknown")


@dataclass(frozen=True, slots=True)
class LotView:
    """A lot as told to screens. Areas in square metres; ``None`` where nothing is drawn or it is but an estimate."""

    id: UUID
    household_id: UUID | None
    address: str
    city: str
    longitude: float
    latitude: float
    boundary: dict[str, Any] | None
    house: dict[str, Any] | None
    lawns: tuple[dict[str, Any], ...]
    source: str
    time_zone: str
    area_m2: float | None
    lawn_area_m2: float | None
    version: int = 1
    """Counts the changes of boundary, lawns and dock."""
    part: str = ""
    """``host`` or ``neighbour`` as registered; empty when nobody said."""
    dock: tuple[float, float] | None = None
    """Where the mower docks: longitude, latitude."""
    home_id: int | None = None
    """The address point it was registered for."""


@dataclass(frozen=True, slots=True)
class MowerOfLot:
    """A mower that serves a lot, as its host's or as a neighbour's."""

    mower_id: UUID
    part: str


@dataclass(frozen=True, slots=True)
class ClusterToBe:
    """A mower with the lot that keeps its dock and the lots that share it."""

    mower_id: UUID
    host: LotView | None
    neighbours: tuple[LotView, ...]


async def create_household(database: Database, clock: Clock, *, name: str) -> UUID:
    """A new household without people or lots."""
    if not name.strip() or len(name) > 120:
        raise Invalid(N_("household name: expected 1 to 120 characters"))
    household = Household(name=name.strip(), created_at=clock.now())
    async with database.session() as session:
        session.add(household)
    return household.id


async def add_person(database: Database, *, household_id: UUID, person_id: UUID) -> None:
    """A person belongs to a household; saying it twice does no harm. ``NotFound`` when either is unknown."""
    unknown = Text("household {household} or person {person} is unknown", household=household_id, person=person_id)
    async with _written(database, unknown) as session:
        if await session.get(HouseholdPerson, (household_id, person_id)) is None:
            session.add(HouseholdPerson(household_id=household_id, person_id=person_id))


async def remove_person(database: Database, *, household_id: UUID, person_id: UUID) -> None:
    """A person belongs to a household no longer."""
    mine = (col(HouseholdPerson.household_id) == household_id, col(HouseholdPerson.person_id) == person_id)
    async with database.session() as session:
        await session.exec(delete(HouseholdPerson).where(*mine))


async def register_lot(
    database: Database,
    *,
    household_id: UUID | None,
    address: str,
    city: str,
    longitude: float,
    latitude: float,
    boundary: dict[str, Any] | None = None,
    house: dict[str, Any] | None = None,
    lawns: Sequence[dict[str, Any]] = (),
    source: str = "drawn",
    time_zone: str = "America/Chicago",
) -> LotView:
    """A household's ground. ``Invalid`` for bad geometry: not a valid polygon, or a house or lawn over the edge."""
    _check_place(address, city, longitude, latitude, source, time_zone)
    named = [(Text("lawn {n}", n=number), lawn) for number, lawn in enumerate(lawns, 1)]
    named += [] if house is None else [(Text("house"), house)]
    shapes = [(what, valid_polygon(shape, what=what)) for what, shape in named]
    if boundary is not None:
        ground = valid_polygon(boundary, what=Text("boundary"))
        for what, part in shapes:
            check_inside(part, ground, what=what)
    lot = Lot(
        household_id=household_id,
        address=address.strip(),
        city=city.strip(),
        longitude=longitude,
        latitude=latitude,
        boundary=boundary,
        house=house,
        lawns=list(lawns),
        source=source,
        time_zone=time_zone,
    )
    async with _written(database, Text("household {household} is unknown", household=household_id)) as session:
        session.add(lot)
    return lot_view(lot)


async def assign_mower(database: Database, *, lot_id: UUID, mower_id: UUID, part: str) -> None:
    """A mower serves a lot as ``host`` (its dock stands there) or ``neighbour``; assigning again changes the part.

    ``Conflict`` when the mower has another host lot; ``NotFound`` when the lot or the mower is unknown.
    """
    if part not in PARTS:
        raise Invalid(Text("part {part!r}: expected {choices}", part=part, choices=" or ".join(PARTS)))
    unknown = Text("lot {lot} or mower {mower} is unknown", lot=lot_id, mower=mower_id)
    taken = Text("mower {mower} has its dock on another lot already", mower=mower_id)
    async with _written(database, unknown, taken) as session:
        link = await session.get(LotMower, (lot_id, mower_id))
        if link is None:
            session.add(LotMower(lot_id=lot_id, mower_id=mower_id, part=part))
        else:
            link.part = part


async def release_mower(database: Database, *, lot_id: UUID, mower_id: UUID) -> None:
    """A mower serves a lot no longer."""
    async with database.session() as session:
        await session.exec(delete(LotMower).where(col(LotMower.lot_id) == lot_id, col(LotMower.mower_id) == mower_id))


async def lots_of_person(database: Database, person_id: UUID) -> tuple[LotView, ...]:
    """The lots of every household the person belongs to, by address."""
    mine = select(Lot).join(HouseholdPerson, col(HouseholdPerson.household_id) == col(Lot.household_id))
    async with database.session() as session:
        found = await session.exec(mine.where(col(HouseholdPerson.person_id) == person_id).order_by(*_by_address()))
        return tuple(lot_view(lot) for lot in found)


async def households_of_person(database: Database, person_id: UUID) -> frozenset[UUID]:
    """The households a person belongs to."""
    mine = select(col(HouseholdPerson.household_id)).where(col(HouseholdPerson.person_id) == person_id)
    async with database.session() as session:
        return frozenset(await session.exec(mine))


async def mowers_of_lot(database: Database, lot_id: UUID) -> tuple[MowerOfLot, ...]:
    """The mowers that serve a lot, the one whose dock stands there first."""
    async with database.session() as session:
        links = await session.exec(
            select(LotMower).where(col(LotMower.lot_id) == lot_id).order_by(col(LotMower.part), col(LotMower.mower_id))
        )
        return tuple(MowerOfLot(link.mower_id, link.part) for link in links)


async def lots_of_mower(database: Database, mower_id: UUID) -> tuple[tuple[LotView, str], ...]:
    """The lots a mower serves with the part it plays there, its host's first."""
    async with database.session() as session:
        found = await session.exec(
            select(Lot, col(LotMower.part))
            .join(LotMower, col(LotMower.lot_id) == col(Lot.id))
            .where(col(LotMower.mower_id) == mower_id)
            .order_by(col(LotMower.part), *_by_address())
        )
        return tuple((lot_view(lot), part) for lot, part in found)


async def clusters_to_be(database: Database) -> tuple[ClusterToBe, ...]:
    """Every mower that serves a lot, with its host lot and the neighbours' lots."""
    async with database.session() as session:
        found = await session.exec(
            select(col(LotMower.mower_id), col(LotMower.part), Lot)
            .join(Lot, col(Lot.id) == col(LotMower.lot_id))
            .order_by(col(LotMower.mower_id), *_by_address())
        )
        lots: dict[UUID, dict[str, list[LotView]]] = {}
        for mower_id, part, lot in found:
            lots.setdefault(mower_id, {known: [] for known in PARTS})[part].append(lot_view(lot))
    return tuple(
        ClusterToBe(mower_id, next(iter(parts["host"]), None), tuple(parts["neighbour"]))
        for mower_id, parts in lots.items()
    )


def lot_view(lot: Lot) -> LotView:
    """The frozen view of a lot's record."""
    fields = {name: getattr(lot, name) for name in ("id", "household_id", "address", "city", "longitude", "latitude")}
    return LotView(
        **fields,
        boundary=lot.boundary,
        house=lot.house,
        lawns=tuple(lot.lawns),
        source=lot.source,
        time_zone=lot.time_zone,
        area_m2=area_m2(firm_boundary(lot.boundary, lot.source)),
        lawn_area_m2=sum(area_m2(lawn) or 0.0 for lawn in lot.lawns) if lot.lawns else None,
        version=lot.version,
        part=lot.part,
        dock=dock_of(lot),
        home_id=lot.home_id,
    )


def dock_of(lot: Lot) -> tuple[float, float] | None:
    """Longitude and latitude of a lot's dock, if one is set."""
    if lot.dock_longitude is None or lot.dock_latitude is None:
        return None
    return lot.dock_longitude, lot.dock_latitude


def _by_address() -> tuple[Any, ...]:
    return (col(Lot.address), col(Lot.city), col(Lot.id))


def _check_place(address: str, city: str, longitude: float, latitude: float, source: str, time_zone: str) -> None:
    if not address.strip() or len(address) > 120:
        raise Invalid(N_("address: expected 1 to 120 characters"))
    if not city.strip() or len(city) > 80:
        raise Invalid(N_("city: expected 1 to 80 characters"))
    try:
        Point(longitude, latitude)
    except ValueError as error:
        raise Invalid(str(error)) from error
    if source not in LOT_SOURCES:
        raise Invalid(Text("source {source!r}: expected {choices}", source=source, choices=", ".join(LOT_SOURCES)))
    if time_zone not in available_timezones():
        raise Invalid(
            Text("time zone {time_zone!r}: expected an IANA name such as America/Chicago", time_zone=time_zone)
        )


@asynccontextmanager
async def _written(
    database: Database, unknown: str, taken: str = N_("it exists already")
) -> AsyncIterator[AsyncSession]:
    """One transaction whose broken foreign or unique keys become ``NotFound`` or ``Conflict``."""
    try:
        async with database.session() as session:
            yield session
    except IntegrityError as error:
        if "foreign key" in str(error.orig).lower():
            raise NotFound(unknown) from error
        raise Conflict(taken) from error
