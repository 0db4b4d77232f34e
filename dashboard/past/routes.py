"""The addresses under ``/past``. Everything here is for people who see the fleet; a homeowner is refused."""

import asyncio
from datetime import UTC, datetime
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response

from core.accounts import Right, Viewer
from core.errors import Invalid
from core.fleet.history import FleetPast, HistoryDesk
from core.fleet.live import LiveFleet
from core.texts import Text
from dashboard.asks import asks
from dashboard.clusters.screen_api import ScreenRoute
from dashboard.live import ALL, LiveChannel
from dashboard.live.frame import encode_fleet
from dashboard.live.payload import Payload
from dashboard.live.scope import areas
from dashboard.past.wire import series_told

EARLIEST_S = 946_684_800  # 2000-01-01: before any mower of the vendor
LATEST_S = 4_102_444_800
type Moment = Annotated[float, Query(ge=EARLIEST_S, le=LATEST_S, description="Seconds since 1970")]


def past_router(*, live: LiveFleet, history: HistoryDesk, fleet_past: FleetPast, channel: LiveChannel) -> APIRouter:
    router = APIRouter(prefix="/past", include_in_schema=False, route_class=ScreenRoute)

    @router.get("/series")
    async def series(
        _viewer: Annotated[Viewer, asks(Right.SEE_FLEET)],
        request: Request,
        mower: Annotated[str, Query(max_length=64)],
        since: Moment,
        until: Moment,
        points: Annotated[int, Query(ge=100, le=8_000)] = 1_600,
    ) -> Response:
        if until <= since:
            raise Invalid(Text("the end must lie after the start"))
        number = live.get(mower).number
        found = await history.series(number, _moment(since), _moment(until), points=points)
        told = await asyncio.to_thread(lambda: Payload.of(series_told(found, since, until)))
        return told.respond(request)

    @router.get("/span")
    async def span(viewer: Annotated[Viewer, asks(Right.SEE_FLEET)]) -> dict[str, Any]:
        """From when to when the fleet's past is known, as far as it is in sight."""
        found = await fleet_past.span([one.number for one in live.all() if viewer.sight.mower(one.device_name)])
        return {"first": None, "last": None} if found is None else {"first": found[0] / 1000, "last": found[1] / 1000}

    @router.get("/frame")
    async def frame(viewer: Annotated[Viewer, asks(Right.SEE_FLEET)], at: Moment, known: bool = False) -> Response:
        """The fleet in sight at a moment in the format of the live channel, in the order of its roster."""
        view = await channel.view(ALL if viewer.sight.everything else areas(viewer.sight))
        numbers = [live.get(name).number for name in view.names]
        columns = await fleet_past.columns(numbers, _moment(at), as_known=known)
        body = encode_fleet(columns, sequence=0, epoch=view.epoch, now_s=at)
        return Response(body, media_type="application/octet-stream", headers={"Cache-Control": "no-store"})

    return router


def _moment(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)
