"""``/exports``: what may be taken along, and the files."""

from datetime import datetime, timedelta
from typing import Annotated, Literal

from fastapi import APIRouter, Path, Query, Response
from pydantic import AwareDatetime, BaseModel

from core.accounts import Viewer
from core.clock import Clock
from core.exports import Form
from core.exports.files import MEDIA
from dashboard.api.bearer import Bearer
from dashboard.api.problems import problems
from dashboard.exports.making import make_file
from dashboard.exports.sources import ExportSources
from dashboard.exports.table import Asked, offered, wanted_export

DAYS = 30
type Name = Annotated[str, Path(max_length=40, pattern=r"^[a-z]+$", examples=["mowers"])]


class ExportOut(BaseModel):
    name: str
    title: str
    forms: list[Form]
    columns: list[str]
    of_mower: bool


def exports_router(*, bearer: Bearer, sources: ExportSources, clock: Clock) -> APIRouter:
    router = APIRouter(prefix="/exports", tags=["exports"])
    type Caller = Annotated[Viewer, bearer.caller()]

    @router.get("", responses=problems(), summary="The exports the caller may have")
    async def everything(viewer: Caller) -> list[ExportOut]:
        return [
            ExportOut(
                name=one.name,
                title=one.title,
                forms=list(one.forms),
                columns=[column.key for column in one.columns],
                of_mower=one.of_mower,
            )
            for one in offered(viewer)
        ]

    @router.get(
        "/{name}.{form}",
        response_class=Response,
        responses={
            200: {
                "description": "The file; without a time, of the last 30 days",
                "content": {media.partition(";")[0]: {} for media in MEDIA.values()},
            },
            **problems(403, 404, 422),
        },
        summary="One export as a file",
    )
    async def one(
        name: Name,
        form: Literal["csv", "xlsx", "pdf", "geojson", "gpx", "kml"],
        viewer: Caller,
        since: AwareDatetime | None = None,
        until: AwareDatetime | None = None,
        mower: Annotated[str, Query(max_length=64, description="Of one mower")] = "",
    ) -> Response:
        export = wanted_export(name, form, viewer)
        now = clock.now()
        asked = Asked(viewer=viewer, since=since or _back(until or now), until=until or now, mower=mower)
        content = await make_file(sources, export, Form(form), asked, now=now)
        headers = {"Content-Disposition": f'attachment; filename="{name}-{now:%Y%m%d}.{form}"'}
        return Response(content, media_type=MEDIA[Form(form)], headers=headers)

    return router


def _back(moment: datetime) -> datetime:
    try:
        return moment - timedelta(days=DAYS)
    except OverflowError:
        return moment
