"""What an admin waits for while drawing: six homes judged as a cluster, and a block shared out into estimated lots."""

import asyncio
import csv
import json
import statistics
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter

import numpy as np
import shapely

from core.clock import MovableClock
from core.db import open_database
from core.db.migrate import migrate
from core.neighbourhood.lots.estimate import blocks_between, share_block
from core.neighbourhood.lots.plane import Plane
from tests.bench.qualification import DATA
from tests.bench.rows import BenchRow
from tests.core.neighbourhood.clusters.test_on_a_town import all_live

ROUNDS = 12


def bench() -> list[BenchRow]:
    """Six homes of a town, once warm; the largest block of the complete box where its data is at hand."""
    with TemporaryDirectory() as folder:
        rows = [BenchRow("six homes judged, once warm", asyncio.run(_six_homes(Path(folder))) * 1000, "ms", aim=50)]
    if (DATA / "rochester_nw_overpass.json").is_file():
        rows.append(BenchRow("slowest block of 392 real homes shared out", _slowest_block() * 1000, "ms", aim=50))
    return rows


async def _six_homes(folder: Path) -> float:
    database = open_database(f"sqlite:///{folder / 'town.sqlite3'}")
    try:
        await migrate(database)
        clusters, found = await all_live(database, MovableClock(datetime(2026, 6, 1, 12, 0, tzinfo=UTC)))
        homes = found[0].home_ids
        homes = (*homes, *(home for home in found[1].home_ids if home not in homes))[:6]
        spans = []
        for _ in range(ROUNDS):
            began = perf_counter()
            await clusters.check(homes[0], homes[1:])
            spans.append(perf_counter() - began)
        return statistics.median(spans)
    finally:
        await database.close()


def _slowest_block() -> float:
    with (DATA / "olmsted_addresses_559xx.csv").open() as file:
        rows = [(float(row["longitude"]), float(row["latitude"])) for row in csv.DictReader(file)]
    homes = [row for row in rows if 44.0085 < row[1] < 44.0185 and -92.5130 < row[0] < -92.4985]
    document = json.loads((DATA / "rochester_nw_overpass.json").read_text())
    nodes = {one["id"]: (one["lon"], one["lat"]) for one in document["elements"] if one["type"] == "node"}
    lines = [[nodes[node] for node in one["nodes"]] for one in document["elements"] if one["type"] == "way"]
    plane = Plane.around(homes[0])
    points = np.unique(plane.places(homes), axis=0)
    strips = [plane.metres(shapely.LineString(line)).buffer(3.5) for line in lines]
    slowest = 0.0
    for block in blocks_between(strips, shapely.box(*(points.min(axis=0) - 60), *(points.max(axis=0) + 60))):
        inside = points[shapely.contains_xy(block, points[:, 0], points[:, 1])]
        if len(inside):
            slowest = max(slowest, min(_timed(block, inside) for _ in range(3)))
    return slowest


def _timed(block: shapely.Polygon, points: np.ndarray) -> float:
    start = perf_counter()
    share_block(block, points, 45)
    return perf_counter() - start
