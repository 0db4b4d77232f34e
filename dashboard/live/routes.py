"""The addresses under ``/live``: socket, roster, layers, trails, lawn maps, homes, neighbours, search, commands."""

from collections.abc import Callable
from typing import Annotated, Any
from urllib.parse import urlsplit
from uuid import UUID

import numpy as np
from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import JSONResponse
from fastapi.routing import APIRoute
from pydantic import BaseModel, Field

from core.accounts import Right, Viewer
from core.errors import MowthosError, NotAllowed, NotFound
from core.fleet.model import CommandKind
from core.neighbourhood import answer_dict, home_dict
from core.texts import Text
from dashboard.api.control_models import CommandIn, StartIn, Typed, check_rights
from dashboard.api.problems import STATUS, problem
from dashboard.gate import viewer_of
from dashboard.i18n import _, told
from dashboard.live.bundle import FOR_EVER, bundle_url, serve_bundle
from dashboard.live.detail import command_told, lawn_map
from dashboard.live.live import Live
from dashboard.live.payload import Payload
from dashboard.live.socket import LiveSocket

MOST_HOMES = 4_000
"""Homes in one answer; a larger box is answered empty, and says so."""

type Degrees = Annotated[float, Query(ge=-180, le=180)]


class SignedOut(Exception):
    """Nobody is signed in."""


class LiveRoute(APIRoute):
    """Answers our errors as problem+json, here too where pages would get an HTML page; a screen reads them, so they
    speak its language."""

    def get_route_handler(self) -> Callable[[Request], Any]:
        handle = super().get_route_handler()

        async def handler(request: Request) -> Response:
            try:
                return await handle(request)
            except SignedOut:
                return problem(request, 401, _("Your session has ended."), code="signed_out")
            except MowthosError as error:
                status = next((status for kind, status in STATUS.items() if isinstance(error, kind)), 400)
                kept = getattr(error, "command", None)
                extra = {} if kept is None else {"command": command_told(kept)}
                reasons = [told(reason) for reason in error.reasons]
                return problem(request, status, told(error.message), code=error.code, reasons=reasons, extra=extra)

        return handler


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
    async def roster(request: Request, own: bool = False) -> Response:
        view = await channel.view(await live.scope_of(viewer_or_error(request), own=own))
        return view.roster.respond(request)

    @router.get("/spec")
    async def spec(request: Request, theme: str = "light", own: bool = False) -> Response:
        layers = await live.layers(viewer_or_error(request), own=own)
        return layers.specs["dark" if theme == "dark" else "light"].respond(request)

    @router.get("/layer/{name}")
    async def layer(request: Request, name: str) -> Response:
        viewer_or_error(request, Right.SEE_FLEET)
        return _data(await live.layers(viewer_or_error(request)), name, request)

    @router.get("/own-layer/{name}")
    async def own_layer(request: Request, name: str) -> Response:
        return _data(await live.layers(viewer_or_error(request), own=True), name, request)

    @router.get("/trails")
    async def trails(request: Request, mower: Annotated[list[str], Query()] = [], own: bool = False) -> Response:  # noqa: B006 - FastAPI's way
        view = await channel.view(await live.scope_of(viewer_or_error(request), own=own))
        told = channel.trails.of(view, live.clock.now().timestamp(), frozenset(mower))
        return JSONResponse(told, headers={"Cache-Control": "no-store"})

    @router.get("/path")
    async def path(request: Request, mower: str) -> Response:
        viewer = viewer_or_error(request, Right.SEE_FLEET)
        view = await channel.view(await live.scope_of(viewer))
        if mower not in view:
            raise NotFound(Text("no mower named {device_name!r}", device_name=mower))
        return Payload.of({"name": mower, "map": lawn_map(live.fleet.maps.latest(mower))}).respond(request)

    @router.get("/homes")
    async def homes(request: Request, west: Degrees, south: Degrees, east: Degrees, north: Degrees) -> Response:
        viewer_or_error(request, Right.SEE_NEIGHBOURS)
        book = await live.neighbours.book()
        low, high = np.searchsorted(book.latitude, [south, north])
        near = np.flatnonzero((book.longitude[low:high] >= west) & (book.longitude[low:high] <= east)) + low
        rows = [
            [home.id, home.address, home.city, home.longitude, home.latitude]
            for home in (book.homes[position] for position in near[:MOST_HOMES])
        ]
        told = {"homes": rows if len(near) <= MOST_HOMES else [], "count": len(near), "all": len(book.homes)}
        return Payload.of(told).respond(request)

    @router.get("/neighbours")
    async def neighbours(request: Request, longitude: Degrees, latitude: Degrees) -> dict[str, Any]:
        viewer_or_error(request, Right.SEE_NEIGHBOURS)
        answer = await live.neighbours.find(longitude=longitude, latitude=latitude)
        body = answer_dict(answer)
        for candidate, row in zip(answer.candidates, body["candidates"], strict=True):
            values = candidate.reason_values.items()
            row["reason_values"] = {name: told(value) if isinstance(value, Text) else value for name, value in values}
        return body

    @router.get("/search")
    async def search(request: Request, q: Annotated[str, Query(max_length=120)]) -> dict[str, Any]:
        viewer_or_error(request, Right.SEE_NEIGHBOURS)
        found = await live.neighbours.search_addresses(q, 8) if q.strip() else ()
        return {"homes": [home_dict(home) | {"label": home.label} for home in found]}

    @router.get("/commands")
    async def recent(request: Request, mower: str) -> dict[str, Any]:
        viewer = viewer_or_error(request, Right.SEE_FLEET)
        view = await channel.view(await live.scope_of(viewer))
        rows = await live.fleet.commands.recent(mower) if mower in view else []
        return {"commands": [command_told(row) for row in rows]}

    @router.post("/commands")
    async def command(request: Request, asked: Asked) -> dict[str, Any]:
        viewer = viewer_or_error(request, Right.COMMAND_MOWERS)
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
        return {"command": command_told(record)}

    return router


def viewer_or_error(request: Request, right: Right | None = None) -> Viewer:
    """Who asks; `SignedOut` when nobody is signed in, ``NotAllowed`` without the right."""
    viewer = viewer_of(request)
    if viewer is None:
        raise SignedOut
    if right is not None and not viewer.may(right):
        raise NotAllowed(_("Your role does not include this."))
    return viewer


def _data(layers: Any, name: str, request: Request) -> Response:
    payload = layers.data.get(name)
    if payload is None:
        raise NotFound(Text("no layer named {name!r}", name=name))
    return payload.respond(request, cache=FOR_EVER.replace("public", "private"))
