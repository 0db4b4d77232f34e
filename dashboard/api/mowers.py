"""Mowers: list, status, history, commands."""

from datetime import datetime, timedelta
from enum import StrEnum
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Header, Path, Query
from pydantic import Field

from core.accounts import Right, Viewer
from core.clock import Clock
from core.errors import Conflict, NotFound
from core.fleet.live import LiveFleet
from core.fleet.model import CommandKind, MowerState
from dashboard.api.bearer import Bearer
from dashboard.api.control_models import CommandIn, check_rights
from dashboard.api.manners.keyset import KeyPage, keyed
from dashboard.api.models import (
    Battery,
    CommandAnswer,
    CommandOut,
    HistoryOut,
    MowerPlace,
    MowerStatus,
    WorkMode,
    command_out,
    history_point,
    mower_status,
)
from dashboard.api.ports import CommandDesk, HistoryStore, MowerFacts, OwnGround, Roster
from dashboard.api.problems import problems
from dashboard.api.scope import FleetScope, scope_of
from dashboard.areas.bound import check_mowers

type DeviceName = Annotated[str, Path(max_length=64, description="The mower's device name", examples=["Luba-VS1A2B3C"])]

HISTORY_LIMIT = 20_000
"""Readings in one answer; more are thinned evenly in time."""


class CommandWord(StrEnum):
    """The commands of this API: ``stop`` cancels the task, ``return`` docks, ``halt`` stands still at once."""

    START = "start"
    STOP = "stop"
    PAUSE = "pause"
    RESUME = "resume"
    RETURN = "return"
    HALT = "halt"
    LEAVE_DOCK = "leave_dock"
    RESTART = "restart"


class NamedCommandIn(CommandIn):
    """A command and whom it is for."""

    device_name: str = Field(max_length=64, examples=["Luba-VS1A2B3C"])
    kind: CommandWord


class CommandRefused(Conflict):
    """A refusal with the record that was kept of it."""

    def __init__(self, refusal: Conflict) -> None:
        super().__init__(refusal.message, reasons=refusal.reasons)
        kept = getattr(refusal, "command", None)
        self.record = None if kept is None else command_out(kept).model_dump(mode="json")


def mowers_router(
    *,
    bearer: Bearer,
    live: LiveFleet,
    roster: Roster,
    commands: CommandDesk,
    history: HistoryStore,
    own_ground: OwnGround,
    clock: Clock,
) -> APIRouter:
    router = APIRouter(tags=["mowers"])

    async def visible(viewer: Viewer) -> tuple[FleetScope, dict[str, MowerFacts]]:
        scope = await scope_of(viewer, own_ground)
        facts = {row.device_name: row for row in roster()}
        return scope, {name: row for name, row in facts.items() if name in live and scope.sees(name)}

    type Sees = Annotated[Viewer, bearer.caller(Right.SEE_FLEET, Right.SEE_OWN_LOT)]

    async def one_now(name: str, viewer: Viewer) -> MowerStatus:
        scope, facts = await visible(viewer)
        if name not in facts:
            raise NotFound(f"no mower named {name!r}")
        return mower_status(facts[name], live.get(name), scope, clock.now())

    @router.get("/mowers", responses=problems(403, 422), summary="Every mower in sight")
    async def list_mowers(
        viewer: Annotated[Viewer, bearer.caller(Right.SEE_FLEET, Right.SEE_OWN_LOT)],
        state: Annotated[list[MowerState] | None, Query(description="In any of these states")] = None,
        search: Annotated[str, Query(max_length=120, description="In name and model")] = "",
    ) -> list[MowerStatus]:
        scope, facts = await visible(viewer)
        now, wanted = clock.now(), search.casefold()
        found = [mower_status(row, live.get(name), scope, now) for name, row in sorted(facts.items())]
        return [
            one
            for one in found
            if (not state or one.state in state) and wanted in f"{one.device_name} {one.model}".casefold()
        ]

    @router.get("/mowers/{name}/status", responses=problems(403, 404, 422), summary="One mower now")
    async def status(
        name: DeviceName, viewer: Annotated[Viewer, bearer.caller(Right.SEE_FLEET, Right.SEE_OWN_LOT)]
    ) -> MowerStatus:
        return await one_now(name, viewer)

    @router.get("/mowers/{name}/battery", responses=problems(403, 404, 422), summary="Its charge")
    async def battery(name: DeviceName, viewer: Sees) -> Battery:
        return Battery(**(await one_now(name, viewer)).model_dump())

    @router.get("/mowers/{name}/location", responses=problems(403, 404, 422), summary="Where it is")
    async def location(name: DeviceName, viewer: Sees) -> MowerPlace:
        return MowerPlace(**(await one_now(name, viewer)).model_dump())

    @router.get("/mowers/{name}/work-mode", responses=problems(403, 404, 422), summary="What it does")
    async def work_mode(name: DeviceName, viewer: Sees) -> WorkMode:
        return WorkMode(**(await one_now(name, viewer)).model_dump())

    @router.get("/mowers/{name}/history", responses=problems(403, 404, 422), summary="Stored readings, oldest first")
    async def past(
        name: DeviceName,
        _viewer: Annotated[Viewer, bearer.caller(Right.SEE_FLEET)],
        hours: Annotated[float, Query(gt=0, le=744, description="How far back, at most 31 days")] = 24,
    ) -> HistoryOut:
        number, now = live.get(name).number, clock.now()
        rows = await history.history(number, now - timedelta(hours=hours), now, device_name=name, limit=HISTORY_LIMIT)
        return HistoryOut(device_name=name, hours=hours, readings=[history_point(row) for row in rows])

    @router.post(
        "/mowers/{name}/commands/{kind}",
        responses=problems(403, 404, 409, 422, 424, 503),
        summary="Tell a mower to start, pause, resume, return (dock), halt, stop (cancel), leave its dock or restart",
        description="""A start may choose areas, in their order, and how to mow. Halt stands still at once and is no
certified emergency stop: it counts only once telemetry shows standstill. Cancel, leave dock and restart need the right
service_mowers; an override needs override_guard and a typed reason.""",
    )
    async def command(
        name: DeviceName,
        kind: CommandWord,
        viewer: Annotated[Viewer, bearer.caller(Right.COMMAND_MOWERS)],
        idempotency_key: Annotated[
            UUID | None, Header(description="Becomes the command's id: the same key is never carried out twice")
        ] = None,
        body: CommandIn | None = None,
    ) -> CommandAnswer:
        return await ordered(name, kind, viewer, idempotency_key, body or CommandIn())

    @router.post(
        "/commands", responses=problems(403, 404, 409, 422, 424, 503), summary="The same, the mower named in the body"
    )
    async def commanded(
        body: NamedCommandIn,
        viewer: Annotated[Viewer, bearer.caller(Right.COMMAND_MOWERS)],
        idempotency_key: Annotated[UUID | None, Header(description="Becomes the command's id")] = None,
    ) -> CommandAnswer:
        asked = CommandIn(start=body.start, override_reason=body.override_reason)
        return await ordered(body.device_name, body.kind, viewer, idempotency_key, asked)

    async def ordered(
        name: str, kind: CommandWord, viewer: Viewer, idempotency_key: UUID | None, asked: CommandIn
    ) -> CommandAnswer:
        check_mowers(viewer, name)
        live.get(name)
        check_rights(viewer, CommandKind(kind.value), override=asked.override_reason)
        try:
            record = await commands.request(
                device_name=name,
                kind=CommandKind(kind.value),
                parameters=asked.parameters(),
                asked_by=viewer.email,
                person_id=viewer.person_id,
                source="api",
                command_id=idempotency_key,
                override=asked.override_reason,
            )
        except Conflict as refusal:
            raise CommandRefused(refusal) from refusal
        check_mowers(viewer, record.device_name)  # a key of a command that was given before
        return CommandAnswer(success=True, command=command_out(record))

    @router.get("/mowers/{name}/commands", responses=problems(403, 404, 422), summary="Its latest commands")
    async def recent(
        name: DeviceName,
        _viewer: Annotated[Viewer, bearer.caller(Right.SEE_FLEET)],
        paging: Annotated[KeyPage, keyed(datetime, UUID)],
    ) -> list[CommandOut]:
        live.get(name)
        rows = await commands.recent(name, page=paging.page)
        return [command_out(record) for record in paging.cut(rows, lambda one: (one.requested_at, one.id))]

    @router.get("/commands/{command_id}", responses=problems(403, 404, 422), summary="How far a command came")
    async def follow(command_id: UUID, _viewer: Annotated[Viewer, bearer.caller(Right.SEE_FLEET)]) -> CommandOut:
        return command_out(await commands.get(command_id))

    return router
