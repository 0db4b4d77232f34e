"""The addresses under ``/clusters/data``: the map's box, home search, judging, saving, submitting."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel, Field

from core.accounts import Right, Viewer
from core.neighbourhood import Home, NeighbourFinder
from core.neighbourhood.clusters import Clusters
from dashboard.asks import asks
from dashboard.clusters.data import MapData
from dashboard.clusters.screen_api import ScreenRoute
from dashboard.clusters.wire import best_host_told, check_told, cluster_told
from dashboard.live.payload import Payload

MOST_DRAWN = 60
"""Homes that one drawing may hold while it is drawn: enough to be told that it is too many."""
FOUND = 8

type Degrees = Annotated[float, Query(ge=-180, le=180)]
type HomeIds = Annotated[list[int], Field(max_length=MOST_DRAWN)]


class Drawn(BaseModel):
    """A group as it is on the screen; the host stands first."""

    host: int
    homes: HomeIds
    cluster: UUID | None = None


class Saved(Drawn):
    """A group to keep; ``version`` is the one that was opened."""

    name: str = Field(default="", max_length=120)
    version: int | None = None


class Submitted(BaseModel):
    version: int
    comment: str = Field(default="", max_length=1000)


class Group(BaseModel):
    homes: HomeIds


def clusters_router(*, data: MapData, clusters: Clusters, neighbours: NeighbourFinder) -> APIRouter:
    """Everything the map and the editor ask."""
    router = APIRouter(prefix="/clusters/data", include_in_schema=False, route_class=ScreenRoute)

    @router.get("/map")
    async def box(
        viewer: Annotated[Viewer, asks(Right.SEE_CLUSTERS)],
        request: Request,
        west: Degrees,
        south: Degrees,
        east: Degrees,
        north: Degrees,
    ) -> Response:
        return Payload.of(await data.within((west, south, east, north), viewer.sight)).respond(request)

    @router.get("/homes")
    async def homes(
        _viewer: Annotated[Viewer, asks(Right.SEE_CLUSTERS)], q: Annotated[str, Query(max_length=120)]
    ) -> dict[str, Any]:
        found = await neighbours.search_addresses(q, FOUND) if q.strip() else ()
        return {"homes": [home_told(home) for home in found]}

    @router.post("/check")
    async def check(_viewer: Annotated[Viewer, asks(Right.SEE_CLUSTERS)], drawn: Drawn) -> dict[str, Any]:
        return check_told(await clusters.check(drawn.host, drawn.homes, cluster_id=drawn.cluster))

    @router.post("/best-host")
    async def best_host(_viewer: Annotated[Viewer, asks(Right.SEE_CLUSTERS)], group: Group) -> dict[str, Any]:
        return best_host_told(await clusters.best_host(group.homes))

    @router.post("/save")
    async def save(viewer: Annotated[Viewer, asks(Right.DRAW_CLUSTERS)], saved: Saved) -> dict[str, Any]:
        if saved.cluster is None:
            view = await clusters.create_draft(saved.host, saved.homes, saved.name, viewer)
        else:
            view = await clusters.revise(saved.cluster, saved.version or 0, saved.host, saved.homes, saved.name, viewer)
        return cluster_told(view)

    @router.post("/{cluster_id}/submit")
    async def submit(
        viewer: Annotated[Viewer, asks(Right.DRAW_CLUSTERS)], cluster_id: UUID, asked: Submitted
    ) -> dict[str, Any]:
        return cluster_told(await clusters.submit(cluster_id, asked.version, viewer, asked.comment))

    @router.get("/{cluster_id}")
    async def one(_viewer: Annotated[Viewer, asks(Right.SEE_CLUSTERS)], cluster_id: UUID) -> dict[str, Any]:
        return cluster_told(await clusters.get(cluster_id))

    return router


def home_told(home: Home) -> dict[str, Any]:
    return {
        "id": home.id,
        "address": home.address,
        "city": home.city,
        "label": home.label,
        "place": [home.longitude, home.latitude],
    }
