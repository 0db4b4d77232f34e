"""The address under ``/mowers/data``: the land that lies under a mower's map, box by box."""

from typing import Any

from fastapi import APIRouter, Request

from core.accounts import Right
from dashboard.clusters.data import MapData
from dashboard.clusters.routes import Degrees
from dashboard.clusters.screen_api import ScreenRoute, viewer_with

NOTHING: dict[str, Any] = {"type": "FeatureCollection", "features": []}


def lawn_ground_router(data: MapData) -> APIRouter:
    """Roads, lots, houses and lawns; homes and clusters are nobody's business here."""
    router = APIRouter(prefix="/mowers/data", include_in_schema=False, route_class=ScreenRoute)

    @router.get("/ground")
    async def ground(request: Request, west: Degrees, south: Degrees, east: Degrees, north: Degrees) -> dict[str, Any]:
        viewer_with(request, Right.SEE_FLEET)
        found = await data.within((west, south, east, north))
        return found | {"homes": NOTHING, "clusters": NOTHING, "grid": []}

    return router
