"""The addresses under ``/homes/data``: a chosen file comes in, an empty form of it goes out."""

import csv
from io import StringIO
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response

from core.accounts import Right, Viewer
from core.errors import Invalid
from core.texts import Text
from dashboard.asks import asks
from dashboard.clusters.screen_api import ScreenRoute
from dashboard.clusters.uploads import LARGEST_BYTES, Uploads

FORM = (
    ("address", "city", "state", "postcode", "name", "email", "phone", "part", "dock_latitude", "dock_longitude"),
    ("12 Elm Street", "Rochester", "MN", "55901", "Ines Duarte", "ines@example.com", "", "neighbour", "", ""),
)
"""The empty form that people fill: its columns, and a row that shows how."""


def homes_router(*, uploads: Uploads) -> APIRouter:
    """What the import screen asks."""
    router = APIRouter(prefix="/homes/data", include_in_schema=False, route_class=ScreenRoute)

    @router.post("/file")
    async def take(
        viewer: Annotated[Viewer, asks(Right.REGISTER_HOMES)],
        request: Request,
        name: Annotated[str, Query(max_length=200)],
    ) -> dict[str, Any]:
        size = int(request.headers.get("content-length", "0"))
        if size > LARGEST_BYTES:  # refused before it is read
            raise Invalid(Text("the file has {size:,} bytes: at most {most:,}", size=size, most=LARGEST_BYTES))
        upload = uploads.keep(viewer.person_id, name, await request.body())
        return {"id": str(upload.id), "name": upload.name, "bytes": len(upload.content)}

    @router.get("/template.csv")
    async def template(_viewer: Annotated[Viewer, asks(Right.REGISTER_HOMES)]) -> Response:
        out = StringIO()
        csv.writer(out).writerows(FORM)
        headers = {"Content-Disposition": 'attachment; filename="homes.csv"'}
        return Response(out.getvalue(), media_type="text/csv; charset=utf-8", headers=headers)

    return router
