"""The addresses under ``/live``: socket, roster, layers, trails, lawn maps, missed ground, homes, search, commands."""

from dataclasses import replace
from typing import Annotated, Any
from urllib.parse import urlsplit
from uuid import UUID

import numpy as np
from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field

from core.accounts import Right, Viewer
from core.errors import NotFound
from core.fleet.model import CommandKind
from core.geo import Point
from core.neighbourhood import NeighbourAnswer, answer_dict, home_dict
from core.sight import Sight
from core.texts import Text
from dashboard.api.control_models import CommandIn, StartIn, Typed, check_rights
from dashboard.areas.bound import check_mowers
from dashboard.asks import asks
from dashboard.i18n import told
from dashboard.live.bundle import FOR_EVER, bundle_url, serve_bundle
from dashboard.live.detail import command_told
from dashboard.live.lawn_routes import add_lawn_routes
from dashboard.live.live import Live
from dashboard.live.payload import Payload
from dashboard.live.route import LiveRoute
from dashboard.live.socket import LiveSocket

MOST_HOMES = 4_000
"""Homes in one answer; a larger box is answered empty, and says so."""

FOUND = 8
FOUND_OF_ALL = 200
"""As many addresses are looked through for the first of them that lie in somebody's areas."""

type Degrees = Annotated[float, Query(ge=-180, le=180)]


class Asked(BaseModel):
    """A command as the card asks for it; ``id`` is made by the browser, so that a repeated request is the same one."""

    id: UUID
    mower: str = Field(max_length=64)
    kind: CommandKind
    start: StartIn | None = None
    override_reason: Typed = ""


def live_router(live: Live, *, public_url: str | None = None) -> APIRouter:
    """Everything under ``/live``. Each answer is bounded by the viewer's scope."""
    router = APIRouter(prefix="/live", include_in_schema=False, route_class=LiveRoute)
    channel = live.channel
    public_host = urlsplit(public_url).netloc if public_url else None
    router.add_websocket_route("/live/ws", LiveSocket(channel, live.scope_of, public_host=public_host).serve)
    router.add_route(bundle_url(), serve_bundle, methods=["GET"])

    @router.get("/roster")
    async def roster(viewer: Annotated[Viewer, asks()], request: Request, own: bool = False) -> Response:
        view = await channel.view(await live.scope_of(viewer, own=own))
        return view.roster.respond(request)

    @router.get("/spec")
    async def spec(
        viewer: Annotated[Viewer, asks()], request: Request, theme: str = "light", own: bool = False
    ) -> Response:
        layers = await live.layers(viewer, own=own)
        return layers.specs["dark" if theme == "dark" else "light"].respond(request)

    @router.get("/layer/{name}")
    async def layer(viewer: Annotated[Viewer, asks(Right.SEE_FLEET)], request: Request, name: str) -> Response:
        return _data(await live.layers(viewer), name, request)

    @router.get("/own-layer/{name}")
    async def own_layer(viewer: Annotated[Viewer, asks()], request: Request, name: str) -> Response:
        return _data(await live.layers(viewer, own=True), name, request)

    @router.get("/trails")
    async def trails(
        viewer: Annotated[Viewer, asks()],
        mower: Annotated[list[str], Query()] = [],  # noqa: B006 - FastAPI's way
        own: bool = False,
        fix: bool = False,
    ) -> Response:
        view = await channel.view(await live.scope_of(viewer, own=own))
        told = channel.trails.of(view, live.clock.now().timestamp(), frozenset(mower), fixes=fix)
        return JSONResponse(told, headers={"Cache-Control": "no-store"})

    add_lawn_routes(router, live)

    @router.get("/homes")
    async def homes(
        viewer: Annotated[Viewer, asks(Right.SEE_NEIGHBOURS)],
        request: Request,
        west: Degrees,
        south: Degrees,
        east: Degrees,
        north: Degrees,
    ) -> Response:
        book = await live.neighbours.book()
        low, high = np.searchsorted(book.latitude, [south, north])
        near = np.flatnonzero((book.longitude[low:high] >= west) & (book.longitude[low:high] <= east)) + low
        if viewer.sight.bounded:
            near = near[viewer.sight.ground.which(book.longitude[near], book.latitude[near])]
        rows = [
            [home.id, home.address, home.city, home.longitude, home.latitude]
            for home in (book.homes[position] for position in near[:MOST_HOMES])
        ]
        told = {"homes": rows if len(near) <= MOST_HOMES else [], "count": len(near), "all": len(book.homes)}
        return Payload.of(told).respond(request)

    @router.get("/neighbours")
    async def neighbours(
        viewer: Annotated[Viewer, asks(Right.SEE_NEIGHBOURS)], longitude: Degrees, latitude: Degrees
    ) -> dict[str, Any]:
        answer = _in_sight(await live.neighbours.find(longitude=longitude, latitude=latitude), viewer.sight)
        body = answer_dict(answer)
        for candidate, row in zip(answer.candidates, body["candidates"], strict=True):
            values = candidate.reason_values.items()
            row["reason_values"] = {name: told(value) if isinstance(value, Text) else value for name, value in values}
        return body

    @router.get("/search")
    async def search(
        viewer: Annotated[Viewer, asks(Right.SEE_NEIGHBOURS)], q: Annotated[str, Query(max_length=120)]
    ) -> dict[str, Any]:
        most = FOUND if viewer.sight.everything else FOUND_OF_ALL
        found = await live.neighbours.search_addresses(q, most) if q.strip() else ()
        seen = [home for home in found if viewer.sight.place(Point(home.longitude, home.latitude))]
        return {"homes": [home_dict(home) | {"label": home.label} for home in seen[:FOUND]]}

    @router.get("/commands")
    async def recent(viewer: Annotated[Viewer, asks(Right.SEE_FLEET)], mower: str) -> dict[str, Any]:
        view = await channel.view(await live.scope_of(viewer))
        rows = await live.fleet.commands.recent(mower) if mower in view else []
        return {"commands": [command_told(row) for row in rows]}

    @router.post("/commands")
    async def command(viewer: Annotated[Viewer, asks(Right.COMMAND_MOWERS)], asked: Asked) -> dict[str, Any]:
        check_rights(viewer, asked.kind, override=asked.override_reason)
        view = await channel.view(await live.scope_of(viewer))
        if asked.mower not in view:
            raise NotFound(Text("no mower named {device_name!r}", device_name=asked.mower))
        record = await live.fleet.commands.request(
            device_name=asked.mower,
            kind=asked.kind,
            parameters=CommandIn(start=asked.start).parameters(),
            asked_by=viewer.email,
            person_id=viewer.person_id,
            source="web",
            command_id=asked.id,
            override=asked.override_reason,
        )
        check_mowers(viewer, record.device_name)  # the id of a command that was given before
        return {"command": command_told(record)}

    return router


def _in_sight(answer: NeighbourAnswer, sight: Sight) -> NeighbourAnswer:
    """The neighbours that lie in sight; ``NotFound`` for a home that does not."""
    home = answer.home
    if not sight.place(Point(home.longitude, home.latitude)):
        raise NotFound(Text("no home at {longitude}, {latitude}", longitude=home.longitude, latitude=home.latitude))
    seen = [one for one in answer.candidates if sight.place(Point(one.home.longitude, one.home.latitude))]
    return replace(answer, candidates=tuple(seen))


def _data(layers: Any, name: str, request: Request) -> Response:
    payload = layers.data.get(name)
    if payload is None:
        raise NotFound(Text("no layer named {name!r}", name=name))
    return payload.respond(request, cache=FOR_EVER.replace("public", "private"))
