"""Service over REST: plans, what is due, the log, counters, and the reliability board."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path, Query
from pydantic import BaseModel, ConfigDict, Field

from core.accounts import Right, Viewer
from core.fleet.maintenance import Due, ItemView, LogView, Maintenance, Measure, Part, Reliability
from core.money import Money
from dashboard.api.bearer import Bearer
from dashboard.api.mowers import DeviceName
from dashboard.api.problems import problems

type ItemId = Annotated[UUID, Path(description="A line of a service plan")]
type Every = Annotated[float, Field(gt=0, le=100_000, description="Hours, km, cycles or days")]


class Out(BaseModel):
    model_config = ConfigDict(from_attributes=True)


class CountersOut(Out):
    """What a mower has done since we know it, derived from telemetry."""

    blade_hours: float
    distance_km: float
    charge_cycles: float


class ItemOut(Out):
    id: UUID
    device_name: str
    name: str
    measure: Measure
    every: float
    used: float = Field(description="Since the last reset, in the measure's unit")
    share: float = Field(description="Of the interval; 1 and more is overdue")
    due: Due
    since: datetime


class ItemIn(BaseModel):
    name: str = Field(min_length=1, max_length=80)
    measure: Measure
    every: Every


class IntervalIn(BaseModel):
    every: Every


class PartIn(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    name: str = Field(min_length=1, max_length=80)
    quantity: int = Field(1, ge=1, le=1000)


class CostIn(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    minor: int = Field(ge=0, le=10**12, description="Whole minor units (cents)")
    currency: str = Field(pattern="^[A-Z]{3}$", description="ISO 4217")


class LogIn(BaseModel):
    what: str = Field(min_length=1, max_length=500)
    item_id: UUID | None = Field(None, description="The line of the plan it belongs to")
    parts: list[PartIn] = Field(default_factory=list, max_length=50)
    cost: CostIn | None = None
    reset: bool = Field(True, description="Whether that line counts from now")


class LogOut(Out):
    id: UUID
    device_name: str
    item_name: str
    done_at: datetime
    done_by: str
    what: str
    parts: list[PartIn]
    cost: CostIn | None
    reset: bool
    counters: CountersOut = Field(description="At that moment")


class CodeOut(BaseModel):
    code: int
    times: int


class ReliabilityOut(Out):
    """Null where nothing was seen, or nothing broke."""

    name: str = Field(description="Device name, or model")
    model: str
    mowers: int
    observed_h: float
    availability: float | None = Field(description="0 to 1")
    between_faults_h: float | None = Field(description="Available hours a fault")
    to_recover_min: float | None = Field(description="Minutes from a fault to recovery evidence")
    faults: int
    top_codes: list[CodeOut]


def service_router(*, bearer: Bearer, maintenance: Maintenance) -> APIRouter:
    router = APIRouter(tags=["service"])
    type Reader = Annotated[Viewer, bearer.caller(Right.SEE_FLEET)]
    type Writer = Annotated[Viewer, bearer.caller(Right.LOG_SERVICE)]

    @router.get("/service/due", responses=problems(403), summary="What is due or overdue, most used up first")
    async def due(viewer: Reader) -> list[ItemOut]:
        return [item_out(item) for item in await maintenance.due(viewer.sight)]

    @router.get("/service/reliability", responses=problems(403, 422), summary="How mowers or models held up")
    async def board(
        viewer: Reader,
        days: Annotated[int, Query(ge=1, le=366)] = 30,
        by_model: bool = False,
    ) -> list[ReliabilityOut]:
        rows = await maintenance.reliability(days=days, by_model=by_model, sight=viewer.sight)
        return [reliability_out(row) for row in rows]

    @router.get("/mowers/{name}/service", responses=problems(403, 404, 422), summary="A mower's service plan")
    async def plan(name: DeviceName, _viewer: Reader) -> list[ItemOut]:
        return [item_out(item) for item in await maintenance.items(name)]

    @router.post(
        "/mowers/{name}/service", status_code=201, responses=problems(403, 404, 409, 422), summary="Add a line to it"
    )
    async def add(name: DeviceName, given: ItemIn, viewer: Writer) -> ItemOut:
        made = await maintenance.add_item(name, given.name, given.measure, given.every, by=viewer, source="api")
        return item_out(made)

    @router.post(
        "/mowers/{name}/service/usual", responses=problems(403, 404, 409, 422), summary="Add the usual plan's lines"
    )
    async def add_usual(name: DeviceName, viewer: Writer) -> list[ItemOut]:
        return [item_out(one) for one in await maintenance.add_usual_plan(name, by=viewer, source="api")]

    @router.patch("/service/{item_id}", status_code=204, responses=problems(403, 404, 422), summary="Another interval")
    async def change(item_id: ItemId, given: IntervalIn, viewer: Writer) -> None:
        await maintenance.change_item(item_id, given.every, by=viewer, source="api")

    @router.delete("/service/{item_id}", status_code=204, responses=problems(403, 404, 422), summary="Remove a line")
    async def remove(item_id: ItemId, viewer: Writer) -> None:
        await maintenance.remove_item(item_id, by=viewer, source="api")

    @router.get("/mowers/{name}/counters", responses=problems(403, 404, 422), summary="Blade hours, distance, cycles")
    async def counters(name: DeviceName, _viewer: Reader) -> CountersOut:
        return CountersOut.model_validate(await maintenance.counters(name))

    @router.get("/mowers/{name}/service/log", responses=problems(403, 404, 422), summary="What was done, newest first")
    async def log(name: DeviceName, _viewer: Reader) -> list[LogOut]:
        return [log_out(row) for row in await maintenance.log(name)]

    @router.post(
        "/mowers/{name}/service/log", status_code=201, responses=problems(403, 404, 422), summary="Write a service down"
    )
    async def write(name: DeviceName, given: LogIn, viewer: Writer) -> LogOut:
        row = await maintenance.log_service(
            name,
            given.what,
            by=viewer,
            item_id=given.item_id,
            parts=[Part(part.name, part.quantity) for part in given.parts],
            cost=None if given.cost is None else Money(given.cost.minor, given.cost.currency),
            reset=given.reset,
            source="api",
        )
        return log_out(row)

    return router


def item_out(item: ItemView) -> ItemOut:
    return ItemOut.model_validate(item)


def log_out(row: LogView) -> LogOut:
    return LogOut.model_validate(row)


def reliability_out(row: Reliability) -> ReliabilityOut:
    fields = {name: getattr(row, name) for name in ReliabilityOut.model_fields}
    return ReliabilityOut.model_validate(
        fields | {"top_codes": [CodeOut(code=code, times=times) for code, times in row.top_codes]}
    )
