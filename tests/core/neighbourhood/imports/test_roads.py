"""A road file becomes a named layer; importing it again replaces the layer whole."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from shapely.geometry import box, mapping, shape
from sqlmodel import col, select

from core.clock import MovableClock
from core.db import Database
from core.errors import Invalid
from core.neighbourhood import ImportReport, data_provenance, import_roads
from core.neighbourhood.tables import Road, RoadLayer

type Take = Callable[..., Any]

ELM = ("ELM ST", [[-92.51, 44.0], [-92.5, 44.0], [-92.5, 44.01]])
OAK = ("OAK ST", [[-92.51, 44.01], [-92.5, 44.01]])
BOX = mapping(box(-92.52, 43.99, -92.49, 44.02))


def lines(*roads: tuple[str, Any]) -> str:
    features = [
        {"type": "Feature", "properties": {"name": name}, "geometry": {"type": "LineString", "coordinates": points}}
        for name, points in roads
    ]
    return json.dumps({"type": "FeatureCollection", "features": features})


@pytest.fixture
def take(tmp_path: Path, clock: MovableClock) -> Take:
    """Import a text as a road file."""

    async def go(database: Database, text: str, **options: Any) -> ImportReport:
        file = tmp_path / "streets.geojson"
        file.write_text(text)
        return await import_roads(database, file, clock, **options)

    return go


async def layer(database: Database, name: str = "streets") -> tuple[RoadLayer, list[Road]]:
    async with database.session() as session:
        found = (await session.exec(select(RoadLayer).where(RoadLayer.name == name))).one()
        roads = await session.exec(select(Road).where(Road.layer_id == found.id).order_by(col(Road.id)))
        return found, list(roads)


async def test_a_file_becomes_a_layer_named_after_it_with_the_hull_as_coverage(database: Database, take: Take) -> None:
    report = await take(database, lines(ELM, OAK))
    assert (report.name, report.added, report.removed, report.warnings) == ("streets", 2, 0, ())
    stored, roads = await layer(database)
    assert (stored.source, stored.rank) == ("derived", 10)
    assert [(road.name, road.line) for road in roads] == [ELM, OAK]
    hull = shape(stored.coverage)
    assert hull.equals(shape({"type": "Polygon", "coordinates": [[*ELM[1], OAK[1][0], ELM[1][0]]]}))


async def test_the_same_file_again_changes_and_writes_nothing(database: Database, take: Take) -> None:
    await take(database, lines(ELM))
    before = await layer(database)
    report = await take(database, lines(ELM))
    assert (report.changed, report.unchanged, report.import_id) == (False, 1, None)
    assert await layer(database) == before


async def test_another_file_of_the_same_name_replaces_the_layers_roads(database: Database, take: Take) -> None:
    await take(database, lines(ELM))
    first, _ = await layer(database)
    report = await take(database, lines(OAK, ELM))
    assert (report.added, report.removed) == (2, 1)
    second, roads = await layer(database)
    assert second.id == first.id
    assert [road.name for road in roads] == ["OAK ST", "ELM ST"]


async def test_another_coverage_for_the_same_file_is_a_change(database: Database, take: Take) -> None:
    await take(database, lines(ELM))
    report = await take(database, lines(ELM), covers=BOX)
    assert report.changed
    stored, _ = await layer(database)
    assert shape(stored.coverage).equals(shape(BOX))


async def test_layers_of_other_names_stand_side_by_side(database: Database, take: Take) -> None:
    await take(database, lines(ELM), name="east")
    await take(database, lines(OAK), name="west", source="osm")
    provenance = await data_provenance(database)
    assert [(known.name, known.source, known.roads) for known in provenance.layers] == [
        ("west", "osm", 1), ("east", "derived", 1),
    ]  # fmt: skip


async def test_a_dry_run_writes_nothing(database: Database, take: Take) -> None:
    report = await take(database, lines(ELM), dry_run=True)
    assert (report.added, report.changed, report.import_id) == (1, True, None)
    assert (await data_provenance(database)).layers == ()


@pytest.mark.parametrize(
    ("text", "options", "words"),
    [
        (lines(OAK)[:-30], {}, "not JSON"),
        (lines(), {}, "no drivable road"),
        (lines(OAK), {"source": "gossip"}, "expected osm, demo, derived"),
        (lines(OAK), {"name": "  "}, "1 to 80 printable characters"),
        (lines(OAK), {"covers": {"type": "Point", "coordinates": [0, 0]}}, "expected Polygon or MultiPolygon"),
        (
            lines(OAK),
            {"covers": {"type": "Polygon", "coordinates": [[[0, 0], [1, 1], [1, 0], [0, 1], [0, 0]]]}},
            "not valid",
        ),
        (lines(OAK), {"covers": {"type": "Polygon", "coordinates": [[[0, 0], [1, 1]]]}}, "not a polygon"),
        (lines(OAK), {"covers": mapping(box(170, 0, 190, 10))}, "leaves the map"),
        (lines(OAK), {"covers": {"type": "FeatureCollection", "features": []}}, "holds no polygon"),
    ],
)
async def test_a_broken_file_or_coverage_changes_nothing(
    sqlite_database: Database, take: Take, text: str, options: dict[str, Any], words: str
) -> None:
    await take(sqlite_database, lines(ELM))
    before = await layer(sqlite_database)
    with pytest.raises(Invalid, match=words):
        await take(sqlite_database, text, **options)
    assert await layer(sqlite_database) == before


async def test_an_import_stopped_half_way_leaves_the_former_roads(database: Database, take: Take) -> None:
    def stop(stage: str, done: int, total: int) -> None:
        if stage == "write":
            raise KeyboardInterrupt

    await take(database, lines(ELM))
    with pytest.raises(KeyboardInterrupt):
        await take(database, lines(OAK), progress=stop)
    assert [road.name for road in (await layer(database))[1]] == ["ELM ST"]


async def test_a_coverage_file_may_hold_several_polygons(sqlite_database: Database, take: Take, tmp_path: Path) -> None:
    parts = [box(-92.52, 43.99, -92.5, 44.02), box(-92.5, 43.99, -92.49, 44.02)]
    features = [{"type": "Feature", "properties": {}, "geometry": mapping(part)} for part in parts]
    covers = tmp_path / "area.geojson"
    covers.write_text(json.dumps({"type": "FeatureCollection", "features": features}))
    await take(sqlite_database, lines(ELM), covers=covers)
    assert shape((await layer(sqlite_database))[0].coverage).equals(shape(BOX))


async def test_roads_that_enclose_no_area_cover_nothing_and_say_so(sqlite_database: Database, take: Take) -> None:
    report = await take(sqlite_database, lines(OAK))
    assert "enclose no area" in report.warnings[0]
    assert shape((await layer(sqlite_database))[0].coverage).is_empty


async def test_a_coverage_far_from_every_road_is_warned_of(sqlite_database: Database, take: Take) -> None:
    report = await take(sqlite_database, lines(ELM), covers=mapping(box(0, 0, 1, 1)))
    assert report.warnings == ("no road of the file lies in the coverage given",)


@pytest.mark.shared
async def test_the_openstreetmap_file_keeps_its_date_and_attribution(
    database: Database, shared_data: Path, clock: MovableClock
) -> None:
    report = await import_roads(database, shared_data / "rochester_nw_overpass.json", clock, name="rochester")
    assert (report.rows, report.accepted, report.refused, report.skipped) == (291, 291, 0, 0)
    (known,) = (await data_provenance(database)).layers
    assert (known.source, known.rank, known.roads) == ("osm", 20, 291)
    assert known.attribution == "© OpenStreetMap contributors"
    assert known.data_date == datetime(2025, 7, 23, 17, 19, 50, tzinfo=UTC)


@pytest.mark.shared
async def test_the_derived_streets_come_in_whole(
    sqlite_database: Database, shared_data: Path, clock: MovableClock
) -> None:
    report = await import_roads(sqlite_database, shared_data / "olmsted_streets_derived.geojson", clock)
    assert (report.name, report.accepted, report.refused) == ("olmsted_streets_derived", 1759, 0)
