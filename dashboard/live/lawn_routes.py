"""The addresses under ``/live`` that tell of one mower's lawn: its map with the planned path, and what was missed."""

from typing import Annotated

from fastapi import APIRouter, Request, Response

from core.accounts import Right, Viewer
from core.errors import NotFound
from core.texts import Text
from dashboard.asks import asks
from dashboard.live.detail import lawn_map
from dashboard.live.live import Live
from dashboard.live.payload import Payload


def add_lawn_routes(router: APIRouter, live: Live) -> None:
    """For people who see the fleet, and mowers of their scope. On the router itself: the gate knows an address by the
    path that its own router has for it."""
    type Sees = Annotated[Viewer, asks(Right.SEE_FLEET)]

    async def check(viewer: Viewer, mower: str) -> None:
        if mower not in await live.channel.view(await live.scope_of(viewer)):
            raise NotFound(Text("no mower named {device_name!r}", device_name=mower))

    @router.get("/path")
    async def path(viewer: Sees, request: Request, mower: str) -> Response:
        await check(viewer, mower)
        return Payload.of({"name": mower, "map": lawn_map(live.fleet.maps.latest(mower))}).respond(request)

    @router.get("/missed")
    async def missed(viewer: Sees, request: Request, mower: str) -> Response:
        await check(viewer, mower)
        model = next((facts.model for facts in live.fleet.roster.all() if facts.device_name == mower), "")
        return (await live.missed.of(mower, live.fleet.live.get(mower).number, model)).respond(request)
