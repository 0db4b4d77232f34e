"""Addresses, registrations, lots and lawns in the API's words: degrees, metres, m²."""

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from core.neighbourhood import LotView
from core.neighbourhood.lawns import Drawing, LawnCheck, LawnRule, Level
from core.neighbourhood.registration import (
    AddressCheck,
    AddressMatch,
    Customer,
    HomeImportReport,
    HomePart,
    HomeRegistered,
    HomeRequest,
    RowOutcome,
)

MOST_LAWNS = 60
type Geometry = Annotated[dict[str, Any], Field(description="GeoJSON geometry, WGS84", examples=[{"type": "Polygon"}])]


class Out(BaseModel):
    model_config = ConfigDict(from_attributes=True)


class PlaceIn(BaseModel):
    latitude: float = Field(ge=-90, le=90)
    longitude: float = Field(ge=-180, le=180)


class PlaceOut(BaseModel):
    latitude: float
    longitude: float


class AddressIn(BaseModel):
    address: str = Field(min_length=1, max_length=200, examples=["2 Elm St NE, Rochester"])
    limit: int = Field(5, ge=1, le=20)


class RegistrationOut(Out):
    """Who has registered a home already."""

    lot_id: UUID
    household_id: UUID | None
    household: str


class AddressMatchOut(BaseModel):
    home_id: int | None = Field(description="null for a place that only the provider knows")
    address: str
    city: str
    state: str
    postcode: str
    latitude: float
    longitude: float
    likeness: float = Field(description="0 to 100; 100 = spelt so")
    source: str = Field(description="book or mapbox")
    attribution: str
    registered: RegistrationOut | None


class AddressCheckOut(BaseModel):
    verdict: Literal["found", "several", "similar", "unknown"] = Field(
        description="A provider that does not answer is 503, never unknown"
    )
    words: str
    provider: Literal["off", "not_asked", "asked"]
    matches: list[AddressMatchOut]


class CustomerIn(BaseModel):
    name: str = Field(min_length=1, max_length=120)
    email: str = Field("", max_length=254)
    phone: str = Field("", max_length=30)


class NeighbourIn(BaseModel):
    """Give ``home_id`` (from validate or search) or ``address``."""

    customer: CustomerIn
    home_id: int | None = Field(None, ge=1, le=2**31 - 1)
    address: str = Field("", max_length=200)
    boundary: Geometry | None = None
    lawns: list[Geometry] = Field(default_factory=list, max_length=MOST_LAWNS)
    household_id: UUID | None = Field(None, description="A household that takes on another home")
    person_id: UUID | None = Field(None, description="A person who may sign in for this household")
    time_zone: str = Field("America/Chicago", max_length=40)


class HostIn(NeighbourIn):
    dock: PlaceIn | None = Field(None, description="Where the mower docks, on the home's own lot")


class RegisteredOut(BaseModel):
    lot_id: UUID
    household_id: UUID
    home_id: int | None
    part: HomePart
    address: str
    city: str
    latitude: float
    longitude: float
    lot_source: str = Field(description="drawn, imported, or unknown: no boundary yet")
    dock: PlaceOut | None
    lawn_area_m2: float | None = Field(description="null = unknown: no lawn is drawn")
    registered_at: datetime


class HomeRowOut(Out):
    line: int
    outcome: RowOutcome
    field: str
    reason: str
    value: str
    expected: str
    raw: dict[str, str]
    lot_id: UUID | None


class HomeImportOut(Out):
    id: UUID | None = Field(description="null for a dry run")
    name: str
    dry_run: bool
    rows: int
    registered: int
    unchanged: int
    refused: int
    lines: list[HomeRowOut] = Field(description="Empty in the list of imports")
    at: datetime | None
    by: str
    undone_at: datetime | None
    undone_by: str


class UndoOut(Out):
    id: UUID
    removed: int
    rows: int


class LawnsIn(BaseModel):
    lawns: list[Geometry] = Field(max_length=MOST_LAWNS)
    boundary: Geometry | None = Field(None, description="null keeps the lot's own")
    dock: PlaceIn | None = Field(None, description="null keeps the lot's own")


class SaveIn(LawnsIn):
    expected_version: int = Field(ge=1, le=2**31 - 1, description="The version the drawing began from")


class ProblemOut(Out):
    rule: LawnRule
    level: Level
    words: str
    lawn: int | None
    geometry: dict[str, Any] | None = Field(description="The part that is wrong")


class LawnCheckOut(BaseModel):
    ok: bool
    problems: list[ProblemOut]
    area_m2: float | None
    area_ft2: float | None
    area_source: str


class RepairOut(BaseModel):
    lawns: list[dict[str, Any]]
    changes: list[str]
    check: LawnCheckOut


class LotOut(BaseModel):
    id: UUID
    household_id: UUID | None
    address: str
    city: str
    latitude: float
    longitude: float
    version: int
    source: str
    boundary: dict[str, Any] | None
    lawns: list[dict[str, Any]]
    dock: PlaceOut | None
    area_m2: float | None = Field(description="null where no boundary is known, or but an estimate")
    lawn_area_m2: float | None


class VersionOut(BaseModel):
    version: int
    at: datetime
    by: str
    source: str
    boundary: dict[str, Any] | None
    lawns: list[dict[str, Any]]
    lawn_area_m2: float | None


class RefusedShapeOut(Out):
    index: int
    name: str
    field: str
    reason: str
    expected: str


class LawnFileOut(BaseModel):
    format: str
    features: int
    lawns: list[dict[str, Any]]
    boundary: dict[str, Any] | None
    dock: PlaceOut | None
    refused: list[RefusedShapeOut]
    check: LawnCheckOut


class RefusedFeatureOut(Out):
    row: int
    field: str
    reason: str
    value: str
    expected: str


class LotImportOut(Out):
    name: str
    dry_run: bool
    rows: int
    accepted: int
    added: int
    updated: int
    unchanged: int
    removed: int
    duplicates: int
    refused: int
    refused_rows: list[RefusedFeatureOut]
    warnings: list[str]
    import_id: UUID | None


def place(dock: tuple[float, float] | None) -> PlaceOut | None:
    return None if dock is None else PlaceOut(longitude=dock[0], latitude=dock[1])


def drawing_of(given: LawnsIn) -> Drawing:
    dock = None if given.dock is None else (given.dock.longitude, given.dock.latitude)
    return Drawing(tuple(given.lawns), given.boundary, dock)


def request_of(given: NeighbourIn, part: HomePart) -> HomeRequest:
    dock = given.dock if isinstance(given, HostIn) else None
    return HomeRequest(
        part=part,
        customer=Customer(given.customer.name, given.customer.email, given.customer.phone),
        home_id=given.home_id,
        address=given.address,
        dock=None if dock is None else (dock.longitude, dock.latitude),
        boundary=given.boundary,
        lawns=tuple(given.lawns),
        household_id=given.household_id,
        person_id=given.person_id,
        time_zone=given.time_zone,
    )


def check_out(check: AddressCheck) -> AddressCheckOut:
    return AddressCheckOut.model_validate(
        {
            "verdict": check.verdict.value,
            "words": check.words,
            "provider": check.provider,
            "matches": [match_out(match) for match in check.matches],
        }
    )


def match_out(match: AddressMatch) -> AddressMatchOut:
    home = match.home
    return AddressMatchOut(
        home_id=home.id, address=home.address, city=home.city, state=home.state, postcode=home.postcode,
        latitude=home.latitude, longitude=home.longitude, likeness=match.likeness, source=match.source,
        attribution=match.attribution,
        registered=None if match.registered is None else RegistrationOut.model_validate(match.registered),
    )  # fmt: skip


def registered_out(done: HomeRegistered) -> RegisteredOut:
    return RegisteredOut(
        lot_id=done.lot_id, household_id=done.household_id, home_id=done.home_id, part=done.part,
        address=done.address, city=done.city, latitude=done.latitude, longitude=done.longitude,
        lot_source=done.lot_source, dock=place(done.dock), lawn_area_m2=done.lawn_area_m2,
        registered_at=done.registered_at,
    )  # fmt: skip


def import_out(report: HomeImportReport) -> HomeImportOut:
    return HomeImportOut.model_validate(report)


def lawn_check_out(check: LawnCheck) -> LawnCheckOut:
    return LawnCheckOut(
        ok=check.ok, problems=[ProblemOut.model_validate(problem) for problem in check.problems],
        area_m2=check.area_m2, area_ft2=check.area_ft2, area_source=check.area_source,
    )  # fmt: skip


def lot_out(lot: LotView) -> LotOut:
    return LotOut(
        id=lot.id, household_id=lot.household_id, address=lot.address, city=lot.city, latitude=lot.latitude,
        longitude=lot.longitude, version=lot.version, source=lot.source, boundary=lot.boundary,
        lawns=list(lot.lawns), dock=place(lot.dock), area_m2=lot.area_m2, lawn_area_m2=lot.lawn_area_m2,
    )  # fmt: skip
