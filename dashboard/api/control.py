"""Control and safety over REST: lease, guard, quiet hours, settings, figures, geofence, incidents, bulk orders."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Header, Path, Query

from core.accounts import Right, Viewer
from core.control import BulkDesk
from core.control.service import Control
from core.fleet import OVERRIDABLE
from core.fleet.model import CommandKind
from dashboard.api.bearer import Bearer
from dashboard.api.control_models import (
    BulkIn,
    BulkOut,
    EndIn,
    FenceOut,
    GuardOut,
    IncidentOut,
    LeaseAnswer,
    PreviewIn,
    PreviewOut,
    QuietIn,
    QuietOut,
    SettingsOut,
    StartOptionsOut,
    StopFiguresOut,
    bulk_out,
    check_rights,
    fence_out,
    figures_out,
    incident_out,
    lease_answer,
    options_out,
    preview_out,
    quiet_out,
    settings_out,
)
from dashboard.api.manners.keyset import KeyPage, keyed
from dashboard.api.problems import problems
from dashboard.areas.bound import check_mowers

type DeviceName = Annotated[str, Path(max_length=64, description="The mower's device name", examples=["Luba-VS1A2B3C"])]


def control_router(*, bearer: Bearer, control: Control) -> APIRouter:
    router = APIRouter(tags=["control"])
    leases, incidents = control.leases, control.incidents

    @router.get("/mowers/{name}/lease", responses=problems(403, 404, 422), summary="Who holds its controls")
    async def lease(name: DeviceName, _viewer: Annotated[Viewer, bearer.caller(Right.SEE_FLEET)]) -> LeaseAnswer:
        return lease_answer(name, await leases.of(name, await control.mower_id(name)))

    @router.post(
        "/mowers/{name}/lease", responses=problems(403, 404, 409, 422), summary="Hold its controls for a while"
    )
    async def take(name: DeviceName, viewer: Annotated[Viewer, bearer.caller(Right.COMMAND_MOWERS)]) -> LeaseAnswer:
        return lease_answer(name, await leases.take(name, await control.mower_id(name), viewer, source="api"))

    @router.post(
        "/mowers/{name}/lease/take-over",
        responses=problems(403, 404, 409, 422),
        summary="Take its controls over from whoever holds them; audited",
    )
    async def take_over(
        name: DeviceName, viewer: Annotated[Viewer, bearer.caller(Right.COMMAND_MOWERS)]
    ) -> LeaseAnswer:
        return lease_answer(name, await leases.take_over(name, await control.mower_id(name), viewer, source="api"))

    @router.delete("/mowers/{name}/lease", responses=problems(403, 404, 422), summary="Give its controls back")
    async def release(name: DeviceName, viewer: Annotated[Viewer, bearer.caller(Right.COMMAND_MOWERS)]) -> LeaseAnswer:
        mower_id = await control.mower_id(name)
        await leases.release(name, mower_id, viewer, source="api")
        return lease_answer(name, await leases.of(name, mower_id))

    @router.get("/mowers/{name}/guard", responses=problems(403, 404, 422), summary="What would refuse a command now")
    async def guard(
        name: DeviceName,
        viewer: Annotated[Viewer, bearer.caller(Right.COMMAND_MOWERS)],
        kind: Annotated[CommandKind, Query()] = CommandKind.START,
    ) -> GuardOut:
        against = await control.commands.against(name, kind, person_id=viewer.person_id)
        overridable = bool(against) and all(reason in OVERRIDABLE for reason in against)
        return GuardOut(kind=kind, reasons=[str(reason) for reason in against], overridable=overridable)

    @router.get(
        "/mowers/{name}/start-options", responses=problems(403, 404, 422), summary="Areas, and what was used last"
    )
    async def start_options(
        name: DeviceName, viewer: Annotated[Viewer, bearer.caller(Right.COMMAND_MOWERS)]
    ) -> StartOptionsOut:
        return options_out(await control.starting.options(name, person_id=viewer.person_id))

    @router.get(
        "/mowers/{name}/settings",
        responses=problems(403, 404, 422),
        summary="What the last start asked for, beside what the mower reports",
    )
    async def settings(name: DeviceName, _viewer: Annotated[Viewer, bearer.caller(Right.SEE_FLEET)]) -> SettingsOut:
        return settings_out(await control.starting.settings(name))

    @router.get("/mowers/{name}/quiet-hours", responses=problems(403, 404, 409, 422), summary="Its site's quiet hours")
    async def quiet(name: DeviceName, _viewer: Annotated[Viewer, bearer.caller(Right.SEE_FLEET)]) -> QuietOut:
        return quiet_out(await control.quiet.of(name), control.now())

    @router.put(
        "/mowers/{name}/quiet-hours", responses=problems(403, 404, 409, 422), summary="Replace its site's quiet hours"
    )
    async def set_quiet(
        name: DeviceName, body: QuietIn, viewer: Annotated[Viewer, bearer.caller(Right.OVERRIDE_GUARD)]
    ) -> QuietOut:
        windows = [window.model_dump() for window in body.windows]
        return quiet_out(await control.quiet.set(name, windows, viewer, source="api"), control.now())

    @router.get("/mowers/{name}/stop-figures", responses=problems(403, 404, 422), summary="From halt to standstill")
    async def stop_figures(
        name: DeviceName, _viewer: Annotated[Viewer, bearer.caller(Right.SEE_FLEET)]
    ) -> StopFiguresOut:
        await control.mower_id(name)
        return figures_out(await control.commands.stop_figures(name))

    @router.get("/fleet/stop-figures", responses=problems(403), summary="From halt to standstill, all mowers, by link")
    async def all_stop_figures(_viewer: Annotated[Viewer, bearer.caller(Right.SEE_FLEET)]) -> StopFiguresOut:
        return figures_out(await control.commands.stop_figures())

    @router.get("/mowers/{name}/geofence", responses=problems(403, 404, 422), summary="The ground it may be on")
    async def geofence(name: DeviceName, _viewer: Annotated[Viewer, bearer.caller(Right.SEE_FLEET)]) -> FenceOut:
        await control.mower_id(name)
        return fence_out(name, control.fences.of(name))

    @router.get("/mowers/{name}/incidents", responses=problems(403, 404, 422), summary="Its incidents, newest first")
    async def its_incidents(
        name: DeviceName,
        _viewer: Annotated[Viewer, bearer.caller(Right.SEE_FLEET)],
        paging: Annotated[KeyPage, keyed(datetime, UUID)],
    ) -> list[IncidentOut]:
        await control.mower_id(name)
        rows = await incidents.recent(name, page=paging.page)
        return [incident_out(one) for one in paging.cut(rows, lambda one: (one.began_at, one.id))]

    @router.get("/incidents", responses=problems(403), summary="Open incidents of all mowers, oldest first")
    async def open_incidents(viewer: Annotated[Viewer, bearer.caller(Right.SEE_FLEET)]) -> list[IncidentOut]:
        return [incident_out(one) for one in incidents.all_open() if viewer.sight.mower(one.device_name)]

    @router.post(
        "/incidents/{incident_id}/end", responses=problems(403, 404, 409, 422), summary="End an incident with a reason"
    )
    async def end(
        incident_id: UUID, body: EndIn, viewer: Annotated[Viewer, bearer.caller(Right.HANDLE_ALARMS)]
    ) -> IncidentOut:
        return incident_out(await incidents.end(incident_id, viewer, body.reason, source="api"))

    return router


def bulk_router(*, bearer: Bearer, bulk: BulkDesk) -> APIRouter:
    router = APIRouter(prefix="/bulk-commands", tags=["control"])

    @router.post("/preview", responses=problems(403, 404, 422), summary="Who would be refused, and why")
    async def preview(
        body: PreviewIn, viewer: Annotated[Viewer, bearer.caller(Right.COMMAND_MOWERS)]
    ) -> list[PreviewOut]:
        check_rights(viewer, body.kind)
        check_mowers(viewer, *body.mowers)
        return [preview_out(row) for row in await bulk.preview(body.kind, body.mowers, person_id=viewer.person_id)]

    @router.post("", status_code=201, responses=problems(403, 404, 422), summary="Give many mowers one command")
    async def order(
        body: BulkIn,
        viewer: Annotated[Viewer, bearer.caller(Right.COMMAND_MOWERS)],
        idempotency_key: Annotated[UUID | None, Header(description="Becomes the order's id")] = None,
    ) -> BulkOut:
        check_rights(viewer, body.kind, override=body.override_reason)
        check_mowers(viewer, *body.mowers)
        begun = await bulk.order(
            body.kind,
            body.mowers,
            viewer,
            parameters=body.parameters(),
            override=body.override_reason,
            source="api",
            bulk_id=idempotency_key,
        )
        check_mowers(viewer, *(row.device_name for row in begun.rows))  # a key of an order that was given before
        return bulk_out(begun)

    @router.get("/{bulk_id}", responses=problems(403, 404, 422), summary="How far a bulk order came, a row a mower")
    async def get(bulk_id: UUID, _viewer: Annotated[Viewer, bearer.caller(Right.SEE_FLEET)]) -> BulkOut:
        return bulk_out(await bulk.get(bulk_id))

    @router.post("/{bulk_id}/abort", responses=problems(403, 404, 409, 422), summary="Ask no more of the rest")
    async def abort(bulk_id: UUID, viewer: Annotated[Viewer, bearer.caller(Right.COMMAND_MOWERS)]) -> BulkOut:
        return bulk_out(await bulk.abort(bulk_id, viewer, source="api"))

    return router
