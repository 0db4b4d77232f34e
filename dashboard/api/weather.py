"""Weather, feasibility and the week's plan of clusters over REST, each with the numbers it rests on."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict, Field

from core.accounts import Right, Viewer
from core.scheduling.feasibility import Level
from core.scheduling.planner_desk import ClusterMeter, ClusterPlan
from core.scheduling.planner_model import LeftOutReason
from core.scheduling.weather_limits import DEFAULT_LIMITS, RANGES
from core.scheduling.weather_model import Basis, CheckKind, Verdict
from core.scheduling.weather_store import ClusterLimits, StoredDecision
from dashboard.api.bearer import Bearer
from dashboard.api.manners.keyset import KeyPage, keyed
from dashboard.api.problems import problems
from dashboard.sky import Sky


def number(name: str) -> float:
    """A threshold with its range, as pydantic reads it."""
    least, most, unit = RANGES[name]
    given: float = Field(getattr(DEFAULT_LIMITS, name), ge=least, le=most, description=unit, allow_inf_nan=False)
    return given


class LimitsModel(BaseModel):
    """Thresholds of a cluster; what is left out is the usual number."""

    model_config = ConfigDict(extra="forbid")

    rain_now_mm: float = number("rain_now_mm")
    forecast_mm: float = number("forecast_mm")
    forecast_percent: float = number("forecast_percent")
    soil_mm: float = number("soil_mm")
    soil_kept_percent: float = number("soil_kept_percent")
    wind_m_s: float = number("wind_m_s")
    frost_c: float = number("frost_c")
    max_age_min: float = number("max_age_min")
    mower_max_age_min: float = number("mower_max_age_min")
    look_again_min: float = number("look_again_min")
    longest_wait_h: float = number("longest_wait_h")
    visit_min: float = number("visit_min")


class LimitsOut(BaseModel):
    numbers: LimitsModel
    set_by: str = Field(description="Empty while the usual ones hold")
    set_at: datetime | None


class CheckOut(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    kind: CheckKind
    value: float | None = Field(description="Null: not known, which is never dry")
    limit: float
    unit: str
    holds: bool | None


class DecisionOut(BaseModel):
    id: UUID
    about: UUID | None = Field(description="The visit that asked; null for the look that comes round")
    decided_at: datetime
    begins: datetime = Field(description="The start that was wanted")
    latest: datetime
    work_s: float
    verdict: Verdict
    until: datetime | None = Field(description="Of a wait: when to start, or to look again")
    basis: Basis
    source: str
    read_at: datetime | None = Field(description="When the weather was read")
    words: str
    checks: list[CheckOut]
    limits: LimitsModel


class WeatherOut(BaseModel):
    limits: LimitsOut
    newest: DecisionOut | None


class LawnHoursOut(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    name: str
    area_m2: float
    visits: int
    hours: float


class FeasibilityOut(BaseModel):
    """The sum: needed_h against mowing_h = allowed_h - charging_h."""

    cluster_id: UUID
    code: str
    at: datetime
    until: datetime = Field(description="The end of the site's own week")
    level: Level
    needed_h: float
    allowed_h: float
    charging_h: float
    mowing_h: float
    missing_h: float
    share: float | None = Field(description="needed_h over mowing_h; null where no hour is left")
    lawns: list[LawnHoursOut]
    unmeasured: list[str] = Field(description="Lawns due that nobody has measured: missing from the sum")
    m2_per_h: float
    battery_min: int | None
    charge_min: int


class PlannedOut(BaseModel):
    home_id: int
    address: str
    begins: datetime
    ends: datetime
    by_dock: bool = Field(description="Comes from the dock, not straight from the lawn before")


class LeftOutOut(BaseModel):
    home_id: int
    address: str
    reason: LeftOutReason
    words: str


class WeekPlanOut(BaseModel):
    cluster_id: UUID
    code: str
    begins: datetime
    ends: datetime
    visits: list[PlannedOut]
    left_out: list[LeftOutOut]
    unmeasured: list[str]
    longest_wait_min: int
    bound_min: int = Field(description="No plan's longest wait is shorter")
    travel_m: int
    proven: bool


def weather_router(*, bearer: Bearer, sky: Sky) -> APIRouter:
    router = APIRouter(tags=["weather"])
    type Reader = Annotated[Viewer, bearer.caller(Right.SEE_CLUSTERS)]
    type Writer = Annotated[Viewer, bearer.caller(Right.OVERRIDE_GUARD)]

    @router.get("/clusters/feasibility", responses=problems(403), summary="Every live cluster's week, fullest first")
    async def meters(_viewer: Reader) -> list[FeasibilityOut]:
        return [meter_out(one) for one in await sky.week.meters()]

    @router.get(
        "/clusters/{cluster_id:uuid}/feasibility", responses=problems(403, 404, 422), summary="What is left of its week"
    )
    async def meter(cluster_id: UUID, _viewer: Reader) -> FeasibilityOut:
        return meter_out(await sky.week.meter(cluster_id))

    @router.get(
        "/clusters/{cluster_id:uuid}/week-plan", responses=problems(403, 404, 422), summary="The best plan of its week"
    )
    async def plan(cluster_id: UUID, _viewer: Reader) -> WeekPlanOut:
        return plan_out(await sky.week.plan(cluster_id))

    @router.get(
        "/clusters/{cluster_id:uuid}/weather", responses=problems(403, 404, 422), summary="Limits and newest decision"
    )
    async def weather(cluster_id: UUID, _viewer: Reader) -> WeatherOut:
        await sky.weather.hours(cluster_id)
        newest = await sky.weather.newest(cluster_id)
        return WeatherOut(
            limits=limits_out(await sky.weather.limits(cluster_id)), newest=None if newest is None else told(newest)
        )

    @router.get(
        "/clusters/{cluster_id:uuid}/weather/decisions", responses=problems(403, 404, 422), summary="Newest first"
    )
    async def decisions(
        cluster_id: UUID,
        _viewer: Reader,
        most: Annotated[int, Query(ge=1, le=500)] = 50,
        about: Annotated[UUID | None, Query(description="Those of one visit")] = None,
        *,
        paging: Annotated[KeyPage, keyed(datetime, UUID)],
    ) -> list[DecisionOut]:
        rows = await sky.weather.decisions(cluster_id, most=most, about=about, page=paging.page)
        return [told(one) for one in paging.cut(rows, lambda one: (one.decided_at, one.id))]

    @router.post(
        "/clusters/{cluster_id:uuid}/weather/decisions",
        status_code=201,
        responses=problems(403, 404, 422),
        summary="Judge a start now",
    )
    async def judge(cluster_id: UUID, _viewer: Writer) -> DecisionOut:
        return told(await sky.weather.decide(cluster_id))

    @router.put(
        "/clusters/{cluster_id:uuid}/weather/limits", responses=problems(403, 404, 422), summary="Other thresholds"
    )
    async def set_limits(cluster_id: UUID, numbers: LimitsModel, viewer: Writer) -> LimitsOut:
        return limits_out(await sky.weather.set_limits(cluster_id, numbers.model_dump(), viewer, source="api"))

    return router


def limits_out(limits: ClusterLimits) -> LimitsOut:
    return LimitsOut(numbers=LimitsModel(**limits.limits.told()), set_by=limits.set_by, set_at=limits.set_at)


def told(stored: StoredDecision) -> DecisionOut:
    decision, asked = stored.decision, stored.decision.asked
    return DecisionOut(
        id=stored.id,
        about=stored.about,
        decided_at=asked.at,
        begins=asked.begins,
        latest=asked.latest,
        work_s=asked.work.total_seconds(),
        verdict=decision.verdict,
        until=decision.until,
        basis=decision.basis,
        source=decision.source,
        read_at=decision.read_at,
        words=decision.words,
        checks=[CheckOut.model_validate(check) for check in decision.checks],
        limits=LimitsModel(**decision.limits.told()),
    )


def meter_out(one: ClusterMeter) -> FeasibilityOut:
    meter = one.meter
    return FeasibilityOut(
        cluster_id=one.site.cluster_id,
        code=one.site.code,
        at=one.at,
        until=one.until,
        level=meter.level,
        needed_h=meter.needed_h,
        allowed_h=meter.allowed_h,
        charging_h=meter.charging_h,
        mowing_h=meter.mowing_h,
        missing_h=meter.missing_h,
        share=meter.share,
        lawns=[LawnHoursOut.model_validate(line) for line in meter.lawns],
        unmeasured=list(meter.unmeasured),
        m2_per_h=meter.pace.m2_per_h,
        battery_min=meter.pace.battery_min,
        charge_min=meter.pace.charge_min,
    )


def plan_out(one: ClusterPlan) -> WeekPlanOut:
    names = {str(lawn.home_id): lawn.name for lawn in one.lawns}
    figures = one.plan.plan
    return WeekPlanOut(
        cluster_id=one.site.cluster_id,
        code=one.site.code,
        begins=one.whole.begins,
        ends=one.whole.ends,
        visits=[
            PlannedOut(
                home_id=int(visit.id),
                address=names[visit.id],
                begins=visit.span.begins,
                ends=visit.span.ends,
                by_dock=visit.by_dock,
            )
            for visit in one.plan.visits
        ],
        left_out=[
            LeftOutOut(home_id=int(left.id), address=names[left.id], reason=left.reason, words=left.words)
            for left in one.plan.left_out
        ],
        unmeasured=[lawn.name for lawn in one.unmeasured],
        longest_wait_min=figures.rank.longest_min,
        bound_min=figures.bound_min,
        travel_m=figures.rank.travel_m,
        proven=figures.proven,
    )
