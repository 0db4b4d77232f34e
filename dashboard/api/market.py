"""The market and rounds over REST: addressable homes, coverage, revenue, scorecard, exports, best order of visits."""

from datetime import datetime
from typing import Annotated, Literal, Self
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Response
from pydantic import BaseModel, ConfigDict, Field, model_validator

from core.accounts import Right, Viewer
from core.neighbourhood.market import Assumptions, Format, MarketDesk, Table
from core.neighbourhood.routes import Pace, RouteDesk, RouteStop, UnvisitedReason
from dashboard.api.bearer import Bearer
from dashboard.api.cluster_requests import HomeId
from dashboard.api.clusters import box
from dashboard.api.problems import problems

DAY_S = 86_400
BATTERY_S = 10_800
"""A mower's battery unless told otherwise: three hours of driving and mowing. An assumption."""
CHARGE_S = 7_200
MOWER_M_S, CREW_M_S = 0.5, 8.0
FILES = ("text/csv", "application/geo+json", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet")


class Out(BaseModel):
    model_config = ConfigDict(from_attributes=True)


class AssumptionsOut(Out):
    price_cents: int | None = Field(description="For one home a month: supposed, not measured")
    currency: str
    uptake_percent: float


class MarketRowOut(Out):
    city: str
    postcode: str
    homes: int
    addressable: int = Field(description="Homes that some cluster could serve under the rules")
    registered: int = Field(description="Homes with a household of ours")
    served: int = Field(description="Homes of clusters that are approved, active or suspended")
    coverage_percent: float | None = Field(description="Served of addressable homes; null where none is addressable")
    revenue_cents: int | None = Field(description="A month of the homes served, at the assumed price; null without one")
    expected_cents: int | None = Field(description="A month of the addressable homes at the assumed price and uptake")


class MarketOut(Out):
    total: MarketRowOut
    places: list[MarketRowOut] = Field(description="By city and postcode, most addressable homes first")
    assumptions: AssumptionsOut
    rule: str
    radius_m: float
    min_neighbours: int
    made_at: datetime


class AddressableOut(BaseModel):
    homes: int
    addressable: int
    open: int = Field(description="Addressable and not yet served")
    places: list[MarketRowOut]


class CoverageOut(BaseModel):
    coverage_percent: float | None
    addressable: int
    served: int
    places: list[MarketRowOut]


class ScoreOut(Out):
    """A cluster's card; null is unknown."""

    cluster_id: UUID
    code: str
    name: str
    state: str
    homes: int
    homes_before: int | None = Field(description="30 days ago; null for a younger cluster")
    trend: int | None = Field(description="Homes more than then, or less, below 0")
    full_percent: float
    waiting: int
    stale: bool
    corridor_m: float | None
    age_days: float
    revenue_cents: int | None
    completion_percent: float | None = Field(description="Visits done, of those that ran or the weather took, 30 days")
    on_time_percent: float | None = Field(description="Of visits that began: within 15 min of the time last told")
    utilisation_percent: float | None = Field(description="Minutes mowed, of those that quiet hours left")
    rating: float | None = Field(description="Mean of the households' stars, 1 to 5")
    visits: int = Field(description="On which completion rests")
    ratings: int


class StopIn(BaseModel):
    """What is known of one visit; times are seconds from the start of the round."""

    work_s: int | None = Field(None, ge=0, le=DAY_S)
    opens_s: int = Field(0, ge=0, le=7 * DAY_S)
    closes_s: int = Field(DAY_S, ge=0, le=7 * DAY_S)
    weight: int = Field(1, ge=1, le=1000)

    @model_validator(mode="after")
    def in_order(self) -> Self:
        if self.opens_s > self.closes_s:
            raise ValueError("expected opens_s ≤ closes_s")
        return self


class OptimizeIn(BaseModel):
    """A round: a mower's inside one cluster, or a crew's across several."""

    cluster_ids: list[UUID] = Field(min_length=1, max_length=50)
    by: Literal["mower", "crew"] = "mower"
    latitude: float | None = Field(None, ge=-90, le=90, description="Where a crew starts and ends")
    longitude: float | None = Field(None, ge=-180, le=180)
    speed_m_s: float | None = Field(None, ge=0.05, le=50)
    work_s: int = Field(3600, ge=0, le=DAY_S, description="At a home that stops says nothing of")
    ends_s: int = Field(DAY_S, ge=0, le=7 * DAY_S)
    battery_s: int | None = Field(None, ge=0, le=DAY_S, description="A mower's; 10,800 by default")
    charge_s: int = Field(CHARGE_S, ge=0, le=DAY_S)
    stops: dict[HomeId, StopIn] = Field(default_factory=dict, max_length=300)

    @model_validator(mode="after")
    def whole(self) -> Self:
        if self.by == "mower" and len(set(self.cluster_ids)) != 1:
            raise ValueError("a mower keeps to one cluster")
        if self.by == "crew" and (self.latitude is None or self.longitude is None):
            raise ValueError("expected latitude and longitude of the crew's start")
        return self


class VisitOut(Out):
    home_id: int
    arrives_s: int
    begins_s: int
    leaves_s: int
    charged_before: bool


class UnvisitedOut(Out):
    home_id: int
    reason: str = Field(validation_alias="words")
    reason_code: UnvisitedReason = Field(validation_alias="reason")


class FiguresOut(Out):
    visits: int
    drive_s: int
    length_m: int
    ends_s: int


class RoundOut(Out):
    visits: list[VisitOut] = Field(description="In the best order")
    unvisited: list[UnvisitedOut]
    figures: FiguresOut
    before: FiguresOut = Field(description="The same homes in the order of the clusters")
    saved_m: int
    saved_s: int
    proven: bool = Field(description="Whether no round is better; always so for at most 12 homes")


def assumed(
    price_cents: Annotated[int | None, Query(ge=0, le=100_000_000, description="Of one home a month")] = None,
    currency: Annotated[str, Query(pattern="^[A-Z]{3}$")] = "USD",
    uptake_percent: Annotated[float, Query(ge=0, le=100)] = 100,
) -> Assumptions:
    """What the asker supposes."""
    return Assumptions(price_cents, currency, uptake_percent)


type Assumed = Annotated[Assumptions, Depends(assumed)]
type Bbox = Annotated[str | None, Query(max_length=120, description="west,south,east,north in degrees")]


def market_router(*, bearer: Bearer, market: MarketDesk, routes: RouteDesk) -> APIRouter:
    router = APIRouter(prefix="/clusters", tags=["market"])
    sees = bearer.caller(Right.SEE_CLUSTERS)

    @router.get("/market-analysis", responses=problems(403, 422), summary="Homes, coverage and revenue, by place")
    async def analysis(_viewer: Annotated[Viewer, sees], assumptions: Assumed, bbox: Bbox = None) -> MarketOut:
        return MarketOut.model_validate(await market.market(bbox=box(bbox), assumptions=assumptions))

    @router.get("/addressable-market", responses=problems(403, 422), summary="Homes that some cluster could serve")
    async def addressable(_viewer: Annotated[Viewer, sees], assumptions: Assumed, bbox: Bbox = None) -> AddressableOut:
        found = await market.market(bbox=box(bbox), assumptions=assumptions)
        total = found.total
        return AddressableOut(
            homes=total.homes,
            addressable=total.addressable,
            open=max(0, total.addressable - total.served),
            places=[MarketRowOut.model_validate(place) for place in found.places],
        )

    @router.get("/coverage", responses=problems(403, 422), summary="Served of addressable homes")
    async def coverage(_viewer: Annotated[Viewer, sees], bbox: Bbox = None) -> CoverageOut:
        found = await market.market(bbox=box(bbox))
        return CoverageOut(
            coverage_percent=found.total.coverage_percent,
            addressable=found.total.addressable,
            served=found.total.served,
            places=[MarketRowOut.model_validate(place) for place in found.places],
        )

    @router.get("/scorecard", responses=problems(403, 422), summary="A card for every cluster, with its trend")
    async def scorecard(_viewer: Annotated[Viewer, sees], assumptions: Assumed) -> list[ScoreOut]:
        return [ScoreOut.model_validate(row) for row in await market.scorecard(assumptions=assumptions)]

    @router.get(
        "/market-analysis/{table}.{form}",
        responses=problems(403, 422) | {200: {"content": {media: {} for media in FILES}, "description": "A file"}},
        response_class=Response,
        summary="Places, homes or clusters as CSV or XLSX; homes as GeoJSON, too",
    )
    async def export(
        table: Table, form: Format, _viewer: Annotated[Viewer, sees], assumptions: Assumed, bbox: Bbox = None
    ) -> Response:
        file = await market.export(table, form, bbox=box(bbox), assumptions=assumptions)
        return Response(
            file.content,
            media_type=file.media_type,
            headers={"Content-Disposition": f'attachment; filename="{file.name}"'},
        )

    @router.post("/optimize", responses=problems(403, 404, 422), summary="The best order of visits, with its saving")
    async def optimize(wanted: OptimizeIn, _viewer: Annotated[Viewer, sees]) -> RoundOut:
        mower = wanted.by == "mower"
        usual = BATTERY_S if wanted.battery_s is None else wanted.battery_s
        pace = Pace(
            speed_m_s=wanted.speed_m_s or (MOWER_M_S if mower else CREW_M_S),
            work_s=wanted.work_s,
            ends_s=wanted.ends_s,
            battery_s=usual if mower else None,
            charge_s=wanted.charge_s,
        )
        stops = {
            home: RouteStop(stop.work_s, stop.opens_s, stop.closes_s, stop.weight)
            for home, stop in wanted.stops.items()
        }
        if mower:
            plan = await routes.inside(wanted.cluster_ids[0], pace=pace, stops=stops)
        else:
            assert wanted.longitude is not None
            assert wanted.latitude is not None
            start = (wanted.longitude, wanted.latitude)
            plan = await routes.across(wanted.cluster_ids, start=start, pace=pace, stops=stops)
        return RoundOut.model_validate(plan)

    return router
