"""Outbound webhooks over REST: addresses, secrets, logs, replay."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Response
from pydantic import BaseModel, ConfigDict, Field

from core.accounts import Right, Viewer
from core.hooks import HOOK_EVENTS, HookDesk, HookOutbox, MadeEndpoint
from dashboard.api.bearer import Bearer
from dashboard.api.manners.keyset import KeyPage, keyed
from dashboard.api.problems import problems

type EventName = Annotated[str, Field(max_length=40)]


class EventTypeOut(BaseModel):
    name: str
    tells: str


class HookIn(BaseModel):
    model_config = ConfigDict(extra="forbid")

    url: str = Field(max_length=500, examples=["https://example.com/mowthos"])
    events: list[EventName] = Field(min_length=1, max_length=20, examples=[["alarm.changed"]])
    description: str = Field("", max_length=200, pattern=r"^[^\x00]*$")


class HookChange(BaseModel):
    """What is left out stays."""

    model_config = ConfigDict(extra="forbid")

    events: list[EventName] | None = Field(None, min_length=1, max_length=20)
    active: bool | None = None


class HookOut(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    id: UUID
    url: str
    description: str
    events: list[str]
    active: bool
    created_at: datetime
    created_by: str
    old_until: datetime | None = Field(description="Until when the secret before the last rotation signs as well")
    waiting: int
    dead: int


class MadeHookOut(BaseModel):
    webhook: HookOut
    secret: str = Field(description="Verifies signatures (Standard Webhooks). It is shown here and never again")

    @classmethod
    def of(cls, made: MadeEndpoint) -> "MadeHookOut":
        return cls(webhook=HookOut.model_validate(made.view), secret=made.secret)


class DeliveryOut(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    id: UUID
    event_id: UUID
    type: str
    state: str = Field(description="waiting, done or dead")
    attempts: int
    created_at: datetime
    due_at: datetime
    done_at: datetime | None
    last_status: int | None
    last_error: str


def webhooks_router(*, bearer: Bearer, hooks: HookDesk, outbox: HookOutbox) -> APIRouter:
    router = APIRouter(prefix="/webhooks", tags=["webhooks"])
    type Manager = Annotated[Viewer, bearer.caller(Right.MANAGE_WEBHOOKS)]

    @router.get("/event-types", responses=problems(403), summary="What can be told")
    async def event_types(_viewer: Manager) -> list[EventTypeOut]:
        return [EventTypeOut(name=name, tells=tells) for name, tells in HOOK_EVENTS.items()]

    @router.get("", responses=problems(403), summary="Every address that is told")
    async def everything(_viewer: Manager) -> list[HookOut]:
        return [HookOut.model_validate(one) for one in await hooks.endpoints()]

    @router.post("", status_code=201, responses=problems(403, 409, 422), summary="Tell another address")
    async def add(body: HookIn, viewer: Manager) -> MadeHookOut:
        made = await hooks.add(body.url, body.events, by=viewer, description=body.description, source="api")
        return MadeHookOut.of(made)

    @router.patch("/{webhook_id}", responses=problems(403, 404, 422), summary="Other events, or on and off")
    async def change(webhook_id: UUID, body: HookChange, viewer: Manager) -> HookOut:
        view = await hooks.change(webhook_id, by=viewer, events=body.events, active=body.active, source="api")
        return HookOut.model_validate(view)

    @router.delete("/{webhook_id}", status_code=204, responses=problems(403, 404, 422), summary="Tell it no more")
    async def remove(webhook_id: UUID, viewer: Manager) -> Response:
        await hooks.remove(webhook_id, by=viewer, source="api")
        return Response(status_code=204)

    @router.post("/{webhook_id}/rotate", responses=problems(403, 404, 422), summary="A new secret")
    async def rotate(webhook_id: UUID, viewer: Manager) -> MadeHookOut:
        return MadeHookOut.of(await hooks.rotate(webhook_id, by=viewer, source="api"))

    @router.post(
        "/{webhook_id}/test", status_code=202, responses=problems(403, 404, 409, 422), summary="Tell it of a test"
    )
    async def test(webhook_id: UUID, viewer: Manager) -> Response:
        await hooks.deliveries(webhook_id, limit=1)
        await outbox.put_test(webhook_id, asked_by=viewer.email)
        return Response(status_code=202)

    @router.get("/{webhook_id}/deliveries", responses=problems(403, 404, 422), summary="Its log, newest first")
    async def deliveries(
        webhook_id: UUID,
        _viewer: Manager,
        paging: Annotated[KeyPage, keyed(datetime, UUID)],
        limit: Annotated[int, Query(ge=1, le=500)] = 100,
    ) -> list[DeliveryOut]:
        rows = await hooks.deliveries(webhook_id, limit=limit, page=paging.page)
        return [DeliveryOut.model_validate(one) for one in paging.cut(rows, lambda one: (one.created_at, one.id))]

    @router.post(
        "/deliveries/{delivery_id}/replay",
        status_code=204,
        responses=problems(403, 404, 409, 422),
        summary="Tell it again",
    )
    async def replay(delivery_id: UUID, viewer: Manager) -> Response:
        await hooks.replay(delivery_id, by=viewer, source="api")
        return Response(status_code=204)

    return router
