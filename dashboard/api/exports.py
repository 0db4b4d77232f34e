"""``/exports``: what may be taken along, and the files."""

from datetime import datetime, timedelta
from typing import Annotated, Literal

from fastapi import APIRouter, Path, Query, Response
from pydantic import AwareDatetime, BaseModel

from core.accounts import Viewer
from core.clock import Clock
from core.errors import NotAllowed, NotFound
from core.exports import Form, Sheet, file_of
from core.exports.files import MEDIA
from dashboard.api.bearer import Bearer
from dashboard.api.problems import problems
from dashboard.areas.bound import ELSEWHERE
from dashboard.exports.sources import ExportSources
from dashboard.exports.table import EXPORTS, Asked, check

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
            for one in EXPORTS.values()
            if one.may(viewer)
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
        form: Literal["csv", "xlsx", "pdf", "geojson", "gpx"],
        viewer: Caller,
        since: AwareDatetime | None = None,
        until: AwareDatetime | None = None,
        mower: Annotated[str, Query(max_length=64, description="Of one mower")] = "",
    ) -> Response:
        export = EXPORTS.get(name)
        if export is None or Form(form) not in export.forms:
            raise NotFound(f"no export named {name}.{form}")
        if viewer.sight.bounded and not export.of_areas:
            raise NotAllowed(ELSEWHERE)
        if not export.may(viewer):
            raise NotAllowed(f"your role ({viewer.role}) lacks the right {' or '.join(export.rights)}")
        now = clock.now()
        asked = Asked(viewer=viewer, since=since or _back(until or now), until=until or now, mower=mower)
        check(export, asked)
        sheet = Sheet(export.title, export.columns, await export.rows(sources, asked), now)
        headers = {"Content-Disposition": f'attachment; filename="{name}-{now:%Y%m%d}.{form}"'}
        return Response(file_of(sheet, Form(form)), media_type=MEDIA[Form(form)], headers=headers)

    return router


def _back(moment: datetime) -> datetime:
    try:
        return moment - timedelta(days=DAYS)
    except OverflowError:
        return moment
