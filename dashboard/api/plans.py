"""Plans that devices keep themselves: list, read anew, make, copy, rename, switch, run, delete."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Path
from pydantic import BaseModel, ConfigDict, Field

from core.accounts import Right, Viewer
from core.plans import DevicePlan, PlanDraft, PlanList, Plans
from dashboard.api.bearer import Bearer
from dashboard.api.models import CommandAnswer, command_out
from dashboard.api.mowers import DeviceName
from dashboard.api.problems import problems

type PlanId = Annotated[str, Path(max_length=40, pattern="^[0-9A-Za-z]+$", description="The device's own id of a plan")]
HASH = r"^[0-9]{1,20}$"


class _In(BaseModel):
    model_config = ConfigDict(extra="forbid")


class PlanOut(BaseModel):
    plan_id: str
    name: str
    enabled: bool
    zone_hashes: list[str] = Field(description="64-bit names of zones, as decimal text")
    start_time: str
    weekdays: list[int] = Field(description="1 = Monday to 7 = Sunday")
    blade_height_mm: int | None
    speed_m_s: float | None
    spacing_cm: int | None
    angle_deg: int | None


class PlanListOut(BaseModel):
    device_name: str
    read_at: datetime | None = Field(description="When they were read back from the device; null = never")
    plans: list[PlanOut]


class PlanIn(_In):
    name: str = Field(min_length=1, max_length=40)
    zone_hashes: list[Annotated[str, Field(pattern=HASH)]] = Field(min_length=1, max_length=60)
    start_time: str = Field("09:00", pattern=r"^[0-9]{2}:[0-9]{2}$")
    weekdays: list[Annotated[int, Field(ge=1, le=7)]] = Field(min_length=1, max_length=7)
    blade_height_mm: int = Field(50, ge=15, le=100)
    speed_m_s: float = Field(0.4, ge=0.1, le=1.2)
    spacing_cm: int = Field(25, ge=5, le=40)
    enabled: bool = True


class PlanChange(_In):
    name: str | None = Field(None, min_length=1, max_length=40)
    enabled: bool | None = None


def plans_router(*, bearer: Bearer, plans: Plans) -> APIRouter:
    router = APIRouter(prefix="/mowers/{name}/plans", tags=["device plans"])
    sees = bearer.caller(Right.SEE_FLEET)
    edits = bearer.caller(Right.EDIT_DEVICE_MAPS)
    outside = problems(403, 404, 409, 422, 424, 503)

    @router.get("", responses=problems(403, 404, 422), summary="The plans as they were last read back")
    async def known(name: DeviceName, _viewer: Annotated[Viewer, sees]) -> PlanListOut:
        return list_out(await plans.known(name))

    @router.post("/read", responses=outside, summary="Read them from the device now")
    async def read(name: DeviceName, _viewer: Annotated[Viewer, edits]) -> PlanListOut:
        return list_out(await plans.read(name))

    @router.post("", status_code=201, responses=outside, summary="Make a plan; the answer is what was read back")
    async def create(name: DeviceName, given: PlanIn, viewer: Annotated[Viewer, edits]) -> PlanListOut:
        return list_out(await plans.create(device_name=name, draft=draft_of(given), by=viewer, source="api"))

    @router.patch("/{plan_id}", responses=outside, summary="Rename a plan, or switch it on or off")
    async def change(
        name: DeviceName, plan_id: PlanId, given: PlanChange, viewer: Annotated[Viewer, edits]
    ) -> PlanListOut:
        found = await plans.known(name)
        which = {"device_name": name, "plan_id": plan_id}
        if given.name is not None:
            found = await plans.rename(**which, name=given.name, by=viewer, source="api")
        if given.enabled is not None:
            found = await plans.enable(**which, enabled=given.enabled, by=viewer, source="api")
        return list_out(found)

    @router.post("/{plan_id}/copy", status_code=201, responses=outside, summary="Copy a plan under a free name")
    async def copy(name: DeviceName, plan_id: PlanId, viewer: Annotated[Viewer, edits]) -> PlanListOut:
        return list_out(await plans.copy(device_name=name, plan_id=plan_id, by=viewer, source="api"))

    @router.delete("/{plan_id}", responses=outside, summary="Delete a plan from the device")
    async def delete(name: DeviceName, plan_id: PlanId, viewer: Annotated[Viewer, edits]) -> PlanListOut:
        return list_out(await plans.delete(device_name=name, plan_id=plan_id, by=viewer, source="api"))

    @router.post("/{plan_id}/run", responses=outside, summary="Start it now, under the guard of any start")
    async def run(
        name: DeviceName, plan_id: PlanId, viewer: Annotated[Viewer, bearer.caller(Right.COMMAND_MOWERS)]
    ) -> CommandAnswer:
        command = await plans.run(device_name=name, plan_id=plan_id, by=viewer, source="api")
        return CommandAnswer(success=True, command=command_out(command))

    return router


def draft_of(given: PlanIn) -> PlanDraft:
    fields = given.model_dump(exclude={"zone_hashes", "weekdays"})
    zones = tuple(int(zone) for zone in given.zone_hashes)
    return PlanDraft(zone_hashes=zones, weekdays=tuple(sorted(set(given.weekdays))), **fields)


def list_out(found: PlanList) -> PlanListOut:
    return PlanListOut(
        device_name=found.device_name, read_at=found.read_at, plans=[_out(plan) for plan in found.plans]
    )  # fmt: skip


def _out(plan: DevicePlan) -> PlanOut:
    fields = {name: getattr(plan, name) for name in PlanOut.model_fields if name not in ("zone_hashes", "weekdays")}
    return PlanOut(zone_hashes=[str(zone) for zone in plan.zone_hashes], weekdays=list(plan.weekdays), **fields)
