"""Lots and lawns over REST: see, import, judge, repair, save, and files in and out."""

import json
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter, Body, Path, Query, Response

from core.accounts import Right, Viewer
from core.errors import Invalid
from core.neighbourhood.lots import LotShape
from dashboard.api.bearer import Bearer
from dashboard.api.clusters import box
from dashboard.api.land_models import (
    LawnCheckOut,
    LawnFileOut,
    LawnsIn,
    LotImportOut,
    LotOut,
    RefusedShapeOut,
    RepairOut,
    SaveIn,
    VersionOut,
    drawing_of,
    lawn_check_out,
    lot_out,
    place,
)
from dashboard.api.problems import problems
from dashboard.land import Land

MEDIA = {"geojson": "application/geo+json", "kml": "application/vnd.google-earth.kml+xml"}
FILE_LIMIT = 2_000_000
type LotId = Annotated[UUID, Path(description="A registered lot")]


def lots_router(*, bearer: Bearer, land: Land) -> APIRouter:
    router = APIRouter(prefix="/lots", tags=["lots"])
    edits = bearer.caller(Right.EDIT_LAWNS)
    imports = bearer.caller(Right.REGISTER_HOMES)
    desk = land.lawns

    @router.get("", responses=problems(403, 422), summary="The ground of every home in a box, estimates marked so")
    async def within(
        _viewer: Annotated[Viewer, bearer.caller(Right.EDIT_LAWNS, Right.SEE_CLUSTERS)],
        bbox: Annotated[str, Query(max_length=120, description="west,south,east,north in degrees")],
        estimates: bool = True,
    ) -> dict[str, Any]:
        where = box(bbox)
        if where is None:
            raise Invalid("bbox: expected west,south,east,north in degrees")
        shapes = await land.shelf.within(where, estimates=estimates)
        return {"type": "FeatureCollection", "features": [_feature(shape) for shape in shapes]}

    @router.post(
        "/import",
        responses=problems(403, 422, 503),
        summary="Parcels as a named layer; the same file again changes nothing",
    )
    async def take_parcels(
        _viewer: Annotated[Viewer, imports],
        document: Annotated[dict[str, Any], Body(media_type="application/geo+json")],
        name: Annotated[str, Query(min_length=1, max_length=80)] = "parcels",
        attribution: Annotated[str, Query(max_length=200)] = "",
        dry_run: bool = False,
    ) -> LotImportOut:
        report = await land.lots.run_text(
            json.dumps(document), source=f"{name}.geojson", name=name, dry_run=dry_run, attribution=attribution
        )
        return LotImportOut.model_validate(report)

    @router.get("/{lot_id}", responses=problems(403, 404, 422), summary="One lot with its lawns")
    async def one(lot_id: LotId, _viewer: Annotated[Viewer, edits], response: Response) -> LotOut:
        lot = await desk.get(lot_id)
        response.headers["ETag"] = f'"{lot.version}"'
        return lot_out(lot)

    @router.post("/{lot_id}/lawns/check", responses=problems(403, 404, 422), summary="What is wrong, where, in words")
    async def check(lot_id: LotId, given: LawnsIn, _viewer: Annotated[Viewer, edits]) -> LawnCheckOut:
        drawn = drawing_of(given)
        return lawn_check_out(await desk.check(lot_id, drawn.lawns, boundary=drawn.boundary, dock=drawn.dock))

    @router.post("/{lot_id}/lawns/repair", responses=problems(403, 404, 422), summary="A proposal; nothing is kept")
    async def repair(lot_id: LotId, given: LawnsIn, _viewer: Annotated[Viewer, edits]) -> RepairOut:
        found = await desk.repair(lot_id, drawing_of(given))
        return RepairOut(lawns=list(found.lawns), changes=list(found.changes), check=lawn_check_out(found.check))

    @router.put(
        "/{lot_id}/lawns",
        responses=problems(403, 404, 409, 422, 503),
        summary="Save as the next version; 409 names who saved in between",
    )
    async def save(lot_id: LotId, given: SaveIn, viewer: Annotated[Viewer, edits]) -> LotOut:
        drawn = drawing_of(given)
        return lot_out(await desk.save(lot_id, drawn, expected_version=given.expected_version, by=viewer))

    @router.get("/{lot_id}/lawns/versions", responses=problems(403, 404, 422), summary="Every version, newest first")
    async def versions(lot_id: LotId, _viewer: Annotated[Viewer, edits]) -> list[VersionOut]:
        return [
            VersionOut(
                version=one.version, at=one.at, by=one.by, source=one.source, boundary=one.boundary,
                lawns=list(one.lawns), lawn_area_m2=one.lawn_area_m2,
            )
            for one in await desk.versions(lot_id)
        ]  # fmt: skip

    @router.get(
        "/{lot_id}/lawns/export.{kind}",
        response_class=Response,
        responses=problems(403, 404, 422) | {200: {"content": {media: {} for media in MEDIA.values()}}},
        summary="The saved lot as GeoJSON or KML",
    )
    async def export(lot_id: LotId, kind: Literal["geojson", "kml"], _viewer: Annotated[Viewer, edits]) -> Response:
        return Response(await desk.write_file(lot_id, kind), media_type=MEDIA[kind])

    @router.post(
        "/{lot_id}/lawns/read",
        responses=problems(403, 404, 422),
        summary="What a GeoJSON or KML file holds, feature by feature, judged for this lot; nothing is kept",
    )
    async def read(
        lot_id: LotId,
        _viewer: Annotated[Viewer, edits],
        text: Annotated[str, Body(media_type="text/plain", max_length=FILE_LIMIT)],
        name: Annotated[str, Query(min_length=1, max_length=120)] = "file",
    ) -> LawnFileOut:
        try:
            content = text.encode()
        except UnicodeEncodeError as error:
            raise Invalid("the file is not UTF-8 text") from error
        file, verdict = await desk.read_file(lot_id, content, name=name)
        return LawnFileOut(
            format=file.format, features=file.features, lawns=list(file.lawns), boundary=file.boundary,
            dock=place(file.dock), refused=[RefusedShapeOut.model_validate(one) for one in file.refused],
            check=lawn_check_out(verdict),
        )  # fmt: skip

    return router


def _feature(shape: LotShape) -> dict[str, Any]:
    properties = {
        "source": shape.source.value,
        "estimated": shape.estimated,
        "home_id": shape.home_id,
        "lot_id": None if shape.lot_id is None else str(shape.lot_id),
        "address": shape.address,
        "area_m2": shape.area_m2,
        "origin": shape.origin,
        "attribution": shape.attribution,
        "data_date": None if shape.data_date is None else shape.data_date.isoformat(),
    }
    return {"type": "Feature", "properties": properties, "geometry": shape.boundary}
