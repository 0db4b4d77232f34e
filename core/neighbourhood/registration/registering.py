"""Register one home inside a transaction: the steps that the form, REST and the file import share."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID
from zoneinfo import available_timezones

import shapely
from shapely.geometry import shape
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from core.errors import Conflict, Invalid, NotFound
from core.ids import new_id
from core.neighbourhood.answers import Home
from core.neighbourhood.book import Book
from core.neighbourhood.households import dock_of
from core.neighbourhood.lawns import Drawing, LawnCheck, LawnRules, Level, check_drawing, lawn_area
from core.neighbourhood.lawns.around import surroundings_of
from core.neighbourhood.lawns.measure import total
from core.neighbourhood.lawns.shapes import plain
from core.neighbourhood.lots.model import LotSource
from core.neighbourhood.lots.plane import Plane
from core.neighbourhood.lots.polygons import NotAPolygon
from core.neighbourhood.lots.shelf import parcels_in
from core.neighbourhood.registration.customers import WrongField, checked
from core.neighbourhood.registration.known import KnownHomes, home_key
from core.neighbourhood.registration.model import Customer, HomePart, HomeRegistered, HomeRequest
from core.neighbourhood.tables import Household, HouseholdPerson, Lot
from core.texts import N_, Text

DOCK_REACH_M = 150.0
"""Where no boundary is known a dock must stand at least this near to the home."""


@dataclass(frozen=True, slots=True)
class NewGround:
    """A lot that is about to be: what the lawn rules ask of a lot's record."""

    id: UUID
    address: str
    longitude: float
    latitude: float
    boundary: dict[str, Any] | None
    source: str
    house: None = None
    lawns: list[dict[str, Any]] = field(default_factory=list)


async def register_in(
    session: AsyncSession,
    *,
    book: Book,
    home: Home,
    request: HomeRequest,
    known: KnownHomes,
    rules: LawnRules,
    now: datetime,
    parcels: bool = True,
) -> HomeRegistered:
    """Household, lot and the person's link; nothing is committed here.

    ``Conflict`` names the registration that exists already; ``Invalid`` (`WrongField`) says which field is wrong.
    ``parcels=False`` spares the look for an imported boundary where none was ever imported.
    """
    customer = checked(request.customer)
    _check_request(request)
    if (taken := known.of(home)) is not None:
        raise already_registered(home, taken.household)
    drawing = Drawing(request.lawns, request.boundary, request.dock)
    lot_id = new_id()
    boundary, parcel_id, source = await _ground(session, home, request, parcels)
    ground = NewGround(lot_id, home.address, home.longitude, home.latitude, boundary, source)
    if request.lawns or request.boundary is not None or request.dock is not None:
        around = await surroundings_of(await session.connection(), book, ground, drawing)
        _refuse_broken(check_drawing(drawing, around, rules))
        _check_dock(home, request, boundary)
    household = await _household(session, request, customer, now)
    lot = Lot(
        id=lot_id, household_id=household.id, address=home.address[:120], city=home.city[:80],
        longitude=home.longitude, latitude=home.latitude, boundary=boundary,
        lawns=[plain(lawn) for lawn in request.lawns], source=source, time_zone=request.time_zone,
        part=request.part.value, home_id=home.id, home_key=home_key(home), parcel_id=parcel_id, registered_at=now,
        dock_longitude=request.dock[0] if request.dock else None,
        dock_latitude=request.dock[1] if request.dock else None,
    )  # fmt: skip
    session.add(lot)
    if request.person_id is not None and await session.get(HouseholdPerson, (household.id, request.person_id)) is None:
        session.add(HouseholdPerson(household_id=household.id, person_id=request.person_id))
    await session.flush()
    known.add(home, lot_id, household.id, household.name)
    return _told(lot, household, now, request.part)


def already_registered(home: Home, household: str) -> Conflict:
    values = {"address": f"{home.address}, {home.city}", "household": household or "-"}
    return Conflict(Text("{address} is registered already, for {household}", **values))


def _check_request(request: HomeRequest) -> None:
    if request.part is HomePart.NEIGHBOUR and request.dock is not None:
        raise WrongField("dock", N_("is given for a neighbour"), N_("a dock for hosts only"))
    if request.dock is not None and not (abs(request.dock[0]) <= 180 and abs(request.dock[1]) <= 90):
        raise WrongField("dock", N_("leaves the map"), N_("longitude and latitude in degrees"))
    if request.time_zone not in available_timezones():
        raise WrongField("time_zone", N_("is unknown"), N_("an IANA name such as America/Chicago"))


async def _ground(
    session: AsyncSession, home: Home, request: HomeRequest, parcels: bool
) -> tuple[dict[str, Any] | None, int | None, str]:
    """The boundary as drawn, else the imported parcel under the home, else none: an estimate is never stored."""
    if request.boundary is not None:
        try:
            return plain(request.boundary), None, LotSource.DRAWN.value
        except NotAPolygon as error:
            expected = N_("a closed ring of corners in degrees")
            raise WrongField("boundary", error.args[0], expected) from error
    if parcels:
        place = shapely.Point(home.longitude, home.latitude)
        connection = await session.connection()
        for parcel in await parcels_in(connection, (place.x, place.y, place.x, place.y)):
            if shape(parcel.boundary).covers(place):
                return parcel.boundary, parcel.id, LotSource.IMPORTED.value
    return None, None, LotSource.UNKNOWN.value


def _refuse_broken(check: LawnCheck) -> None:
    broken = [problem.words for problem in check.problems if problem.level is Level.BROKEN]
    if broken:
        raise Invalid(N_("the lot or its lawns are not sound"), reasons=broken)


def _check_dock(home: Home, request: HomeRequest, boundary: dict[str, Any] | None) -> None:
    if request.dock is None or boundary is not None:
        return
    plane = Plane.around((home.longitude, home.latitude))
    away = float(shapely.Point(0, 0).distance(plane.metres(shapely.Point(*request.dock))))
    if away > DOCK_REACH_M:
        expected = Text("at most {n:g} m from the home", n=DOCK_REACH_M)
        raise WrongField("dock", Text("stands {n:,.0f} m from the home", n=away), expected)


async def _household(session: AsyncSession, request: HomeRequest, customer: Customer, now: datetime) -> Household:
    if request.household_id is None:
        household = Household(name=customer.name, email=customer.email, phone=customer.phone, created_at=now)
        session.add(household)
        await session.flush()
        return household
    found = (await session.exec(select(Household).where(col(Household.id) == request.household_id))).one_or_none()
    if found is None:
        raise NotFound(Text("there is no household {household}", household=request.household_id))
    return found


def _told(lot: Lot, household: Household, now: datetime, part: HomePart) -> HomeRegistered:
    return HomeRegistered(
        lot_id=lot.id, household_id=household.id, home_id=lot.home_id, part=part, address=lot.address, city=lot.city,
        longitude=lot.longitude, latitude=lot.latitude, lot_source=lot.source,
        dock=dock_of(lot),
        lawn_area_m2=total([lawn_area(lawn) for lawn in lot.lawns]),
        customer=Customer(household.name, household.email, household.phone), registered_at=now,
    )  # fmt: skip
