"""Elm Street's office: people who register, a geocoder that does as it is told."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from uuid import UUID, uuid4

import pytest

from core.accounts import Audit
from core.clock import MovableClock
from core.db import Database
from core.errors import MowthosError
from core.neighbourhood import NeighbourFinder
from core.neighbourhood.land_events import LandChanged, LandEvent, land_changed
from core.neighbourhood.registration import GeocodedPlace, HomeCsv, Registration


@dataclass(frozen=True)
class Clerk:
    name: str = "Cleo"
    email: str = "cleo@elm.example"
    person_id: UUID = field(default_factory=uuid4)


@dataclass
class FakeGeocoder:
    """Answers ``places``, or fails."""

    places: Sequence[GeocodedPlace] = ()
    fails: MowthosError | None = None
    asked: list[str] = field(default_factory=list)
    name: str = "mapbox"
    attribution: str = "© Mapbox"

    async def find(self, text: str, *, limit: int = 5) -> Sequence[GeocodedPlace]:
        self.asked.append(text)
        if self.fails is not None:
            raise self.fails
        return self.places


@pytest.fixture
def clerk() -> Clerk:
    return Clerk()


@pytest.fixture
def event() -> LandEvent:
    return land_changed()


@pytest.fixture
def heard(event: LandEvent) -> list[LandChanged]:
    told: list[LandChanged] = []
    event.subscribe(told.append)
    return told


@pytest.fixture
def geocoder() -> FakeGeocoder:
    return FakeGeocoder()


@pytest.fixture
def registration(
    database: Database, clock: MovableClock, elm_street: NeighbourFinder, event: LandEvent
) -> Registration:
    return Registration(database=database, clock=clock, books=elm_street, audit=Audit(database, clock), changed=event)


@pytest.fixture
def asking(
    database: Database, clock: MovableClock, elm_street: NeighbourFinder, geocoder: FakeGeocoder
) -> Registration:
    """The same with a provider."""
    audit = Audit(database, clock)
    return Registration(database=database, clock=clock, books=elm_street, audit=audit, geocoder=geocoder)


@pytest.fixture
def homes(database: Database, clock: MovableClock, elm_street: NeighbourFinder, event: LandEvent) -> HomeCsv:
    return HomeCsv(database=database, clock=clock, books=elm_street, audit=Audit(database, clock), changed=event)
