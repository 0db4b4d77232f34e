"""Roads to draw: of the best layers only, within a box, at most so many."""

from typing import Any
from uuid import UUID

import shapely
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlmodel import col

from core.db.reads.geojson import feature
from core.db.reads.scope import Box
from core.neighbourhood.tables import DataImport, Road, RoadLayer

MOST_ROADS = 20_000


async def road_features(
    connection: AsyncConnection, box: Box | None, *, most: int = MOST_ROADS
) -> list[dict[str, Any]]:
    """Road centre lines with name, class, layer and attribution; a layer covered by a better one is left out."""
    query = (
        select(
            col(RoadLayer.id),
            col(RoadLayer.name),
            col(RoadLayer.rank),
            col(RoadLayer.coverage),
            col(DataImport.attribution),
        )
        .join(DataImport, col(DataImport.id) == col(RoadLayer.import_id))
        .order_by(col(RoadLayer.rank).desc(), col(RoadLayer.name))
    )
    layers = (await connection.execute(query)).all()
    found: list[dict[str, Any]] = []
    drawn: list[tuple[int, shapely.Geometry]] = []
    for layer_id, name, rank, coverage, attribution in layers:
        area = shapely.geometry.shape(coverage)
        if box is not None and not area.intersects(shapely.box(*box)):
            continue
        better = shapely.union_all([other for higher, other in drawn if higher > rank])
        found += await _lines(connection, layer_id, box, better, most - len(found), layer=name, attribution=attribution)
        drawn.append((rank, area))
        if len(found) >= most:
            break
    return found


async def _lines(
    connection: AsyncConnection, layer_id: UUID, box: Box | None, better: shapely.Geometry, most: int, **properties: Any
) -> list[dict[str, Any]]:
    shapely.prepare(better)
    rows = (
        await connection.execute(
            select(col(Road.line), col(Road.name), col(Road.road_class)).where(col(Road.layer_id) == layer_id)
        )
    ).all()
    found: list[dict[str, Any]] = []
    for line, name, road_class in rows:
        if box is not None and not _meets(line, box):
            continue
        if not better.is_empty and better.covers(shapely.LineString(line)):
            continue
        shape = {"type": "LineString", "coordinates": line}
        found.append(feature(shape, name=name, road_class=road_class, **properties))
        if len(found) == most:
            break
    return found


def _meets(line: list[list[float]], box: Box) -> bool:
    west, south, east, north = box
    longitudes, latitudes = [place[0] for place in line], [place[1] for place in line]
    outside = max(longitudes) < west or min(longitudes) > east or max(latitudes) < south or min(latitudes) > north
    return not outside
