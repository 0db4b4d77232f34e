"""Coming in by oneself over REST: claim a home, take a place in a cluster near it, name who brought one there. Paying
is in `payments`."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Response
from pydantic import BaseModel, ConfigDict, Field

from core.accounts import Right, Viewer
from core.errors import Unavailable
from dashboard.api.auth import Registering
from dashboard.api.bearer import Bearer
from dashboard.api.problems import problems


class ClaimIn(BaseModel):
    model_config = ConfigDict(extra="forbid")

    home_id: int = Field(ge=1, le=2**31 - 1, description="Of the address book: GET /addresses/search", examples=[1024])


class JoinNearIn(ClaimIn):
    cluster_id: UUID


class CameByIn(BaseModel):
    model_config = ConfigDict(extra="forbid")

    lot_id: UUID = Field(description="One's own, of GET /payments/homes")
    code: str = Field(min_length=1, max_length=40, pattern=r"^[^\x00]+$", examples=["ELM-7K2Q"])


def own_way_router(*, bearer: Bearer, registering: Registering | None) -> APIRouter:
    router = APIRouter(tags=["joining"])
    type Caller = Annotated[Viewer, bearer.caller(Right.SEE_OWN_BILL)]  # as `/join`, and never a narrower key

    def start() -> Registering:
        if registering is None:
            raise Unavailable("nobody joins by themselves here: ask your operator")
        return registering

    @router.post(
        "/addresses/claim", status_code=204, responses=problems(403, 404, 409, 422, 503), summary="This home is mine"
    )
    async def claim(body: ClaimIn, viewer: Caller) -> Response:
        await start().claim(viewer, body.home_id)
        return Response(status_code=204)

    @router.post(
        "/clusters/join-near",
        status_code=204,
        responses=problems(403, 404, 409, 422, 503),
        summary="A place, or one in the queue, in a cluster near one's own home",
    )
    async def join(body: JoinNearIn, viewer: Caller) -> Response:
        await start().join(viewer, body.home_id, body.cluster_id)
        return Response(status_code=204)

    @router.post(
        "/payments/came-by",
        status_code=204,
        responses=problems(403, 404, 409, 422, 503),
        summary="Name the neighbour whose code one came by: both get the credit",
    )
    async def came_by(body: CameByIn, viewer: Caller) -> Response:
        await start().came_by(viewer, body.lot_id, body.code)
        return Response(status_code=204)

    return router
