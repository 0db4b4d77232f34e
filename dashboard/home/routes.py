"""Addresses of the homeowner's own pages: a chosen photo comes in, the photo of a problem goes out."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Request, Response

from core.accounts import Right, Viewer
from core.errors import Invalid
from core.household.photos import LARGEST_BYTES
from core.household.problem_desk import ProblemDesk
from core.texts import Text
from dashboard.asks import asks
from dashboard.clusters.screen_api import ScreenRoute
from dashboard.clusters.uploads import Uploads


def home_router(*, uploads: Uploads, problems: ProblemDesk) -> APIRouter:
    """What the pages of a home ask."""
    router = APIRouter(prefix="/home/data", include_in_schema=False, route_class=ScreenRoute)

    @router.post("/photo")
    async def take(viewer: Annotated[Viewer, asks(Right.SEE_OWN_LOT)], request: Request) -> dict[str, str | int]:
        size = int(request.headers.get("content-length", "0"))
        if size > LARGEST_BYTES:  # refused before it is read
            raise Invalid(Text("the photo: {size:,} bytes (at most {most:,})", size=size, most=LARGEST_BYTES))
        upload = uploads.keep(viewer.person_id, "photo", await request.body())
        return {"id": str(upload.id), "bytes": len(upload.content)}

    @router.get("/photo/{problem_id}")
    async def give(
        viewer: Annotated[Viewer, asks(Right.SEE_OWN_LOT)],
        problem_id: UUID,
    ) -> Response:
        photo = await problems.photo(problem_id, viewer=viewer)
        headers = {"Cache-Control": "private, max-age=3600", "Content-Disposition": "inline"}
        return Response(photo.content, media_type="image/jpeg", headers=headers)

    return router
