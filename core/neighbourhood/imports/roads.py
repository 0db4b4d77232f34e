"""Take a road file in as a named layer: read, check, replace the layer's former roads; one transaction."""

import asyncio
import json
from collections.abc import Sequence
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import Any
from uuid import UUID

import shapely
from shapely.geometry import shape
from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlmodel import col

from core.clock import Clock
from core.db import Database
from core.errors import Invalid
from core.ids import new_id
from core.neighbourhood.imports.coverage import coverage_of
from core.neighbourhood.imports.report import ImportReport, Progress, lock_for_import, read_text, silent, stored
from core.neighbourhood.imports.road_features import RoadFile, RoadLine, read_road_features
from core.neighbourhood.tables import DataImport, Road, RoadLayer
from core.texts import N_, Text

RANKS = {"osm": 20, "demo": 20, "derived": 10}
"""Which layer is believed where several cover a home: the higher."""

CHUNK = 2_000


async def import_roads(
    database: Database,
    path: Path,
    clock: Clock,
    *,
    name: str | None = None,
    covers: Path | dict[str, Any] | None = None,
    source: str | None = None,
    progress: Progress = silent,
    dry_run: bool = False,
    data_date: datetime | None = None,
    attribution: str | None = None,
) -> ImportReport:
    """Store the file's drivable roads as layer ``name`` (the file's name without it), instead of what it held before.

    ``covers`` is the area in which the file is complete (GeoJSON); without it the convex hull of the roads.
    ``source`` (osm | derived | demo) is read from the file when not given. The same file with the same options again
    changes nothing and writes nothing. Raises ``Invalid`` when the file or the polygon is broken.
    """
    if source is not None and source not in RANKS:
        raise Invalid(Text("source {source!r}: expected {choices}", source=source, choices=", ".join(RANKS)))
    layer_name = (path.stem if name is None else name).strip()
    if not layer_name or len(layer_name) > 80 or not layer_name.isprintable():
        raise Invalid(Text("layer name {layer!r}: expected 1 to 80 printable characters", layer=layer_name[:100]))
    text, _ = await asyncio.to_thread(read_text, path)
    read = await asyncio.to_thread(read_road_features, text, name=path.name)
    progress("read", read.features, read.features)
    coverage = coverage_of(covers, [road.line for road in read.roads])
    given = {
        "source": source or read.source,
        "attribution": read.attribution if attribution is None else attribution,
        "data_date": data_date or read.data_date,
    }
    digest = _digest(text, coverage, given)
    async with database.connection() as connection:
        if not dry_run:
            await lock_for_import(connection, RoadLayer.__tablename__)
        layer_id, former_digest, former_roads = await _former(connection, layer_name)
        same = former_digest == digest
        record = _record(path, layer_name, digest, clock, read, given)
        if not same and not dry_run:
            await connection.execute(insert(DataImport).values(record.model_dump()))
            await _replace(connection, layer_id, record, coverage, str(given["source"]), read.roads, progress)
    return ImportReport(
        kind="roads",
        name=layer_name,
        dry_run=dry_run,
        rows=read.features,
        accepted=len(read.roads),
        added=0 if same else len(read.roads),
        updated=0,
        unchanged=len(read.roads) if same else 0,
        removed=0 if same else former_roads,
        duplicates=0,
        skipped=read.skipped,
        refused=len(read.refused),
        refused_rows=tuple(read.refused),
        warnings=_warnings(coverage, read),
        content_hash=digest,
        data_date=record.data_date,
        attribution=record.attribution,
        import_id=None if same or dry_run else record.id,
    )


def _digest(text: str, coverage: dict[str, Any], given: dict[str, Any]) -> str:
    options = json.dumps([coverage, given], sort_keys=True, default=str)
    return sha256(text.encode() + b"\0" + options.encode()).hexdigest()


def _warnings(coverage: dict[str, Any], read: RoadFile) -> tuple[str, ...]:
    area = shape(coverage)
    if area.is_empty:
        return (N_("the roads enclose no area: every home near them needs review until a coverage is given"),)
    shapely.prepare(area)
    if not any(area.intersects(shapely.LineString(road.line)) for road in read.roads):
        return (N_("no road of the file lies in the coverage given"),)
    return ()


def _record(
    path: Path, layer_name: str, digest: str, clock: Clock, read: RoadFile, given: dict[str, Any]
) -> DataImport:
    return DataImport(
        id=new_id(),
        kind="roads",
        name=layer_name,
        source=path.name[:200],
        attribution=str(given["attribution"])[:200],
        data_date=given["data_date"],
        imported_at=clock.now(),
        content_hash=digest,
        rows=read.features,
        accepted=len(read.roads),
        refused=len(read.refused),
        report=stored(read.refused),
    )


async def _former(connection: AsyncConnection, name: str) -> tuple[UUID | None, str | None, int]:
    found = (
        await connection.execute(
            select(col(RoadLayer.id), col(DataImport.content_hash))
            .join(DataImport, col(DataImport.id) == col(RoadLayer.import_id))
            .where(col(RoadLayer.name) == name)
        )
    ).one_or_none()
    if found is None:
        return None, None, 0
    count = select(func.count()).select_from(Road).where(col(Road.layer_id) == found[0])
    return found[0], found[1], (await connection.execute(count)).scalar_one()


async def _replace(
    connection: AsyncConnection,
    layer_id: UUID | None,
    record: DataImport,
    coverage: dict[str, Any],
    source: str,
    roads: Sequence[RoadLine],
    progress: Progress,
) -> None:
    values = {"source": source, "rank": RANKS[source], "coverage": coverage, "import_id": record.id}
    if layer_id is None:
        layer_id = new_id()
        await connection.execute(insert(RoadLayer).values(id=layer_id, name=record.name, **values))
    else:
        await connection.execute(update(RoadLayer).where(col(RoadLayer.id) == layer_id).values(**values))
        await connection.execute(delete(Road).where(col(Road.layer_id) == layer_id))
    for start in range(0, len(roads), CHUNK):
        chunk = roads[start : start + CHUNK]
        rows = [
            {
                "layer_id": layer_id,
                "way_id": road.way_id,
                "name": road.name,
                "road_class": road.road_class,
                "line": road.line,
            }
            for road in chunk
        ]
        await connection.execute(insert(Road), rows)
        progress("write", start + len(chunk), len(roads))
