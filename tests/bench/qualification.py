"""Import rate, and both rules over a whole county on one core beside the rate of the original logic."""

import asyncio
import json
import resource
from collections.abc import Callable, Coroutine
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import shapely

from core.clock import SystemClock
from core.db import Database, open_database
from core.db.migrate import migrate
from core.neighbourhood import NeighbourFinder, PreparedLayer, import_addresses, import_roads, qualify_all
from core.neighbourhood.book import Book
from core.neighbourhood.path.judge import judge_pairs
from core.neighbourhood.path.land import Land
from core.neighbourhood.path.parameters import PathParameters
from core.neighbourhood.qualification import pairs_within
from tests.bench.rows import BenchRow

DATA = Path(__file__).parents[3] / "shared" / "data"
ORIGINAL_S_PER_CANDIDATE = 0.028
"""What the original logic takes for one candidate; measured earlier on another machine."""

ROUNDS = 3


def bench() -> list[BenchRow]:
    """The county's figures; without the folder of real data, those of a made-up county of the same size."""
    with TemporaryDirectory() as folder:
        return asyncio.run(_measured(Path(folder)))


async def _measured(folder: Path) -> list[BenchRow]:
    addresses = DATA / "olmsted_addresses_559xx.csv"
    streets = DATA / "olmsted_streets_derived.geojson"
    if not addresses.is_file():
        addresses, streets = made_up_county(folder)
    first, rows = min([await _import_once(folder / f"import{number}.sqlite3", addresses) for number in range(ROUNDS)])
    database = open_database(f"sqlite:///{folder / 'import0.sqlite3'}")
    try:
        again, _ = await _timed(lambda: import_addresses(database, addresses, SystemClock()))
        await import_roads(database, streets, SystemClock())
        finder = NeighbourFinder(database)
        cold, book = await _timed(finder.book)
        seconds, candidates = _whole_county(book.longitude, book.latitude, list(book.layers))
        corridors, won = _whole_county_by_path(book)
        one = await _one_home(database, book.longitude, book.latitude)
    finally:
        await database.close()
    return [
        BenchRow("address import into SQLite", rows / first, "rows/s", aim=50_000),
        BenchRow("the same file again", rows / again, "rows/s"),
        BenchRow(f"whole county, {len(book.homes):,} homes, one core, line rule", seconds, "s", aim=5),
        BenchRow("the same by the path rule", corridors, "s", aim=60),
        BenchRow("pairs it wins back round the ends of roads", won, "pairs"),
        BenchRow("memory of all this, at its highest", _peak_mb(), "MB", aim=1024),
        BenchRow(
            "one candidate by the path rule",
            corridors / candidates * 1000,
            "ms",
            reference=ORIGINAL_S_PER_CANDIDATE * 1000,
            reference_kind="recorded",
        ),
        BenchRow(
            f"one of {candidates:,} candidates by the line rule",
            seconds / candidates * 1000,
            "ms",
            reference=ORIGINAL_S_PER_CANDIDATE * 1000,
            reference_kind="recorded",
        ),
        BenchRow(
            "times faster than the original logic",
            ORIGINAL_S_PER_CANDIDATE * candidates / seconds,
            "times",
            reference=1,
            reference_kind="recorded",
        ),
        BenchRow("address book and roads into memory", cold, "s"),
        BenchRow("neighbours of one home, warm", one * 1000, "ms", aim=20),
    ]


async def _import_once(file: Path, addresses: Path) -> tuple[float, int]:
    """Seconds of a first import into an empty database, and the rows taken."""
    database = open_database(f"sqlite:///{file}")
    try:
        await migrate(database)
        seconds, report = await _timed(lambda: import_addresses(database, addresses, SystemClock()))
    finally:
        await database.close()
    return seconds, report.rows


def _whole_county(longitude: Any, latitude: Any, layers: list[PreparedLayer]) -> tuple[float, int]:
    """CPU seconds of the best round, and the candidates judged. Layers are rebuilt: nothing is reused."""
    best = float("inf")
    candidates = 0
    for _ in range(ROUNDS):
        clock = _cpu_clock()
        fresh = [PreparedLayer(old.source, old.coverage, old.roads, list(old.lines)) for old in layers]
        candidates = len(qualify_all(longitude, latitude, fresh).home)
        best = min(best, clock())
    return best, candidates


def _whole_county_by_path(book: Book) -> tuple[float, int]:
    """CPU seconds from roads to verdicts with nothing prepared, and the corridors that are no straight line."""
    clock = _cpu_clock()
    layer = book.layers[0]
    land = Land(PreparedLayer(layer.source, layer.coverage, layer.roads, list(layer.lines)), PathParameters())
    pairs = pairs_within(book.longitude, book.latitude, land.parameters.radius_m)
    judged = judge_pairs(land, book.longitude, book.latitude, pairs.first, pairs.second)
    return clock(), len(judged.bent)


def _peak_mb() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


async def _one_home(database: Database, longitude: Any, latitude: Any) -> float:
    finder = NeighbourFinder(database)
    await finder.book()
    chosen = np.linspace(0, len(longitude) - 1, 200).astype(int)

    async def ask() -> None:
        for home in chosen:
            await finder.find(longitude=float(longitude[home]), latitude=float(latitude[home]))

    seconds, _ = await _timed(ask)
    return seconds / len(chosen)


async def _timed[T](work: Callable[[], Coroutine[Any, Any, T]]) -> tuple[float, T]:
    clock = SystemClock()
    start = clock.monotonic()
    result = await work()
    return clock.monotonic() - start, result


def _cpu_clock() -> Callable[[], float]:
    from time import process_time

    start = process_time()
    return lambda: process_time() - start


def made_up_county(folder: Path) -> tuple[Path, Path]:
    """71,441 homes on a grid of streets 100 m apart, as files."""
    homes, streets = folder / "homes.csv", folder / "streets.geojson"
    count = 71_441
    column, row = np.arange(count) % 268, np.arange(count) // 268
    longitude, latitude = -92.5 + column * 0.0004 + 0.0002, 44.0 + row * 0.0003 + 0.00015
    places = zip(column, row, latitude, longitude, strict=True)
    lines = [f"{100 + c} STREET {r} NW,ROCHESTER,55901,{lat:.7f},{lon:.7f}\n" for c, r, lat, lon in places]
    homes.write_text("address,city,postcode,latitude,longitude\n" + "".join(lines))
    west, south, east, north = -92.502, 43.999, -92.39, 44.082
    roads = [shapely.LineString([(west, y), (east, y)]) for y in np.arange(south, north, 0.0009)]
    roads += [shapely.LineString([(x, south), (x, north)]) for x in np.arange(west, east, 0.0024)]
    features = [{"type": "Feature", "properties": {}, "geometry": shapely.geometry.mapping(road)} for road in roads]
    streets.write_text(json.dumps({"type": "FeatureCollection", "features": features}))
    return homes, streets
