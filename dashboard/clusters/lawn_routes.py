"""The addresses under ``/lots/data/{lot}``: judge, keep, save, mend, read and write the lawns of one lot."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Response
from pydantic import BaseModel, Field

from core.accounts import Right, Viewer
from core.neighbourhood.lawns import LawnDesk, lawn_area
from core.neighbourhood.lawns.measure import total
from dashboard.asks import asks
from dashboard.clusters.lawn_start import whole_lot
from dashboard.clusters.lawn_wire import Drawn, Kept, check_told, file_told, repair_told
from dashboard.clusters.screen_api import ScreenRoute

LONGEST_FILE = 5_000_000
MEDIA = {"geojson": "application/geo+json", "kml": "application/vnd.google-earth.kml+xml"}


class FileRead(BaseModel):
    name: str = Field(max_length=200)
    text: str = Field(max_length=LONGEST_FILE)


def lawns_router(desk: LawnDesk) -> APIRouter:
    """What the lawn editor asks."""
    router = APIRouter(prefix="/lots/data/{lot_id}", include_in_schema=False, route_class=ScreenRoute)

    @router.post("/check")
    async def check(_viewer: Annotated[Viewer, asks(Right.EDIT_LAWNS)], lot_id: UUID, drawn: Drawn) -> dict[str, Any]:
        return check_told(await desk.check(lot_id, drawn.lawns))

    @router.post("/repair")
    async def repair(_viewer: Annotated[Viewer, asks(Right.EDIT_LAWNS)], lot_id: UUID, drawn: Drawn) -> dict[str, Any]:
        return repair_told(await desk.repair(lot_id, drawn.drawing()))

    @router.post("/autosave")
    async def autosave(viewer: Annotated[Viewer, asks(Right.EDIT_LAWNS)], lot_id: UUID, kept: Kept) -> dict[str, Any]:
        draft = await desk.autosave(lot_id, kept.drawing(), base_version=kept.version, by=viewer)
        return {"at": draft.changed_at.isoformat(), "others": await names(lot_id, viewer)}

    @router.get("/others")
    async def others(viewer: Annotated[Viewer, asks(Right.EDIT_LAWNS)], lot_id: UUID) -> dict[str, Any]:
        return {"others": await names(lot_id, viewer)}

    @router.post("/save")
    async def save(viewer: Annotated[Viewer, asks(Right.EDIT_LAWNS)], lot_id: UUID, kept: Kept) -> dict[str, Any]:
        lot = await desk.save(lot_id, kept.drawing(), expected_version=kept.version, by=viewer)
        return {"version": lot.version, "area_m2": total([lawn_area(lawn) for lawn in lot.lawns]) or 0}

    @router.post("/drop")
    async def drop(viewer: Annotated[Viewer, asks(Right.EDIT_LAWNS)], lot_id: UUID) -> dict[str, Any]:
        await desk.discard(lot_id, viewer)
        return {}

    @router.post("/import")
    async def read(_viewer: Annotated[Viewer, asks(Right.EDIT_LAWNS)], lot_id: UUID, file: FileRead) -> dict[str, Any]:
        found, _check = await desk.read_file(lot_id, file.text.encode(), name=file.name)
        return file_told(found)

    @router.get("/start")
    async def start(viewer: Annotated[Viewer, asks(Right.EDIT_LAWNS)], lot_id: UUID) -> dict[str, Any]:
        sheet = await desk.open(lot_id, viewer)
        return {"lawns": whole_lot(sheet.surroundings)}

    @router.get("/export.{kind}")
    async def export(viewer: Annotated[Viewer, asks(Right.EDIT_LAWNS)], lot_id: UUID, kind: str) -> Response:
        content = await desk.write_file(lot_id, kind)
        headers = {"Content-Disposition": f'attachment; filename="lawns.{kind}"'}
        return Response(content, media_type=MEDIA.get(kind, "text/plain"), headers=headers)

    async def names(lot_id: UUID, viewer: Viewer) -> list[str]:
        return [editor.name for editor in await desk.seen(lot_id, viewer)]

    return router
