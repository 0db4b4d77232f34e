"""The addresses under ``/live/control``: what the card and the bulk dialog ask beside commands themselves."""

from collections.abc import Sequence
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter, Path
from pydantic import BaseModel, Field

from core.accounts import Right, Viewer
from core.control import BulkView, StartOptions
from core.control.service import Control
from core.errors import NotFound
from core.fleet import OVERRIDABLE, Reason
from core.fleet.model import CommandKind
from core.texts import Text
from dashboard.api.control_models import (
    CommandIn,
    StartIn,
    Typed,
    bulk_out,
    check_rights,
    figures_out,
    incident_out,
    lease_answer,
    options_out,
    preview_out,
    settings_out,
)
from dashboard.areas.bound import check_mowers
from dashboard.asks import asks
from dashboard.i18n import told
from dashboard.live.detail import command_told
from dashboard.live.route import LiveRoute

type Names = Annotated[list[Annotated[str, Field(max_length=64)]], Field(min_length=1, max_length=500)]


class LeaseIn(BaseModel):
    mower: str = Field(max_length=64)
    move: Literal["take", "take_over", "release"]


class EndIn(BaseModel):
    reason: Typed


class BulkAsked(BaseModel):
    kind: CommandKind
    mowers: Names
    id: UUID | None = None
    start: StartIn | None = None
    override_reason: Typed = ""


def control_live_router(control: Control) -> APIRouter:
    """For signed-in people of ours only; every answer speaks their language."""
    router = APIRouter(prefix="/live/control", include_in_schema=False, route_class=LiveRoute)

    @router.get("/mower")
    async def mower(viewer: Annotated[Viewer, asks(Right.SEE_FLEET)], mower: str) -> dict[str, Any]:
        await control.mower_id(mower)
        options = await control.starting.options(mower, person_id=viewer.person_id)
        settings = await control.starting.settings(mower)
        return {
            "mower": mower,
            "figures": figures_out(await control.commands.stop_figures(mower)).model_dump(mode="json"),
            "settings": settings_out(settings).model_dump(mode="json"),
            "options": _options(options),
        }

    @router.post("/lease")
    async def lease(viewer: Annotated[Viewer, asks(Right.COMMAND_MOWERS)], asked: LeaseIn) -> dict[str, Any]:
        check_mowers(viewer, asked.mower)
        mower_id = await control.mower_id(asked.mower)
        leases = control.leases
        moves = {"take": leases.take, "take_over": leases.take_over}
        if asked.move == "release":
            await leases.release(asked.mower, mower_id, viewer)
        else:
            await moves[asked.move](asked.mower, mower_id, viewer)
        return lease_answer(asked.mower, await leases.of(asked.mower, mower_id)).model_dump(mode="json")

    @router.post("/incidents/{incident_id}/end")
    async def end(
        viewer: Annotated[Viewer, asks(Right.HANDLE_ALARMS)], incident_id: Annotated[UUID, Path()], asked: EndIn
    ) -> dict[str, Any]:
        return incident_out(await control.incidents.end(incident_id, viewer, asked.reason)).model_dump(mode="json")

    @router.post("/bulk/preview")
    async def preview(viewer: Annotated[Viewer, asks(Right.COMMAND_MOWERS)], asked: BulkAsked) -> dict[str, Any]:
        _check(viewer, asked)
        rows = await control.bulk.preview(asked.kind, asked.mowers, person_id=viewer.person_id)
        return {"rows": [preview_out(row).model_dump() | _against(row.reasons) for row in rows]}

    @router.post("/bulk")
    async def order(viewer: Annotated[Viewer, asks(Right.COMMAND_MOWERS)], asked: BulkAsked) -> dict[str, Any]:
        _check(viewer, asked)
        begun = await control.bulk.order(
            asked.kind,
            asked.mowers,
            viewer,
            parameters=CommandIn(start=asked.start).parameters(),
            override=asked.override_reason,
            bulk_id=asked.id,
        )
        check_mowers(viewer, *(row.device_name for row in begun.rows))  # the id of an order that was given before
        return _bulk(begun)

    @router.get("/bulk/{bulk_id}")
    async def follow(_viewer: Annotated[Viewer, asks(Right.SEE_FLEET)], bulk_id: UUID) -> dict[str, Any]:
        return _bulk(await control.bulk.get(bulk_id))

    @router.post("/bulk/{bulk_id}/abort")
    async def abort(viewer: Annotated[Viewer, asks(Right.COMMAND_MOWERS)], bulk_id: UUID) -> dict[str, Any]:
        return _bulk(await control.bulk.abort(bulk_id, viewer))

    return router


def _check(viewer: Viewer, asked: BulkAsked) -> None:
    check_rights(viewer, asked.kind, override=asked.override_reason)
    if not all(name.strip() for name in asked.mowers):
        raise NotFound(Text("no mower named {device_name!r}", device_name=""))
    check_mowers(viewer, *asked.mowers)


def _options(options: StartOptions) -> dict[str, Any]:
    """A no-go on some areas is a reason only against a start that would mow them: the page asks by what is chosen."""
    free = any(not area.no_go for area in options.areas)
    always = [reason for reason in options.reasons if not (free and reason is Reason.NO_GO)]
    return options_out(options).model_dump(mode="json") | _against(always) | {"no_go_words": told(Reason.NO_GO)}


def _against(reasons: Sequence[str]) -> dict[str, Any]:
    """Reasons in the reader's language, and whether a typed reason would take all of them away."""
    words = [told(reason) for reason in reasons]
    return {"reason_words": words, "overridable": bool(reasons) and all(one in OVERRIDABLE for one in reasons)}


def _bulk(view: BulkView) -> dict[str, Any]:
    body = bulk_out(view).model_dump(mode="json")
    for row, shown in zip(view.rows, body["rows"], strict=True):
        shown["command"] = None if row.command is None else command_told(row.command)
    return body
