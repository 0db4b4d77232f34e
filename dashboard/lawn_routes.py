"""The address under ``/mowers/data``: the land that lies under a mower's map, box by box."""

from typing import Annotated, Any

from fastapi import APIRouter

from core.accounts import Right, Viewer
from dashboard.asks import asks
from dashboard.clusters.data import MapData
from dashboard.clusters.routes import Degrees
from dashboard.clusters.screen_api import ScreenRoute

NOTHING: dict[str, Any] = {"type": "FeatureCollection", "features": []}


def lawn_ground_router(data: MapData) -> APIRouter:
    """Roads, lots, houses and lawns; homes and clusters are nobody's business here."""
    router = APIRouter(prefix="/mowers/data", include_in_schema=False, route_class=ScreenRoute)

    @router.get("/ground")
    async def ground(
        viewer: Annotated[Viewer, asks(Right.SEE_FLEET)], west: Degrees, south: Degrees, east: Degrees, north: Degrees
    ) -> dict[str, Any]:
        found = await data.within((west, south, east, north), viewer.sight)
        return found | {"homes": NOTHING, "clusters": NOTHING, "grid": []}

    return router
