"""Parcels come in as a named layer: what is broken is named, the rest is kept, and the same file changes nothing."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from core.clock import MovableClock
from core.db import Database
from core.errors import Invalid
from core.neighbourhood import NeighbourFinder, data_provenance, register_lot
from core.neighbourhood.land_events import LandChange, LandChanged, land_changed
from core.neighbourhood.lots import LotImport, LotShelf, LotSource

BOX = (-92.501, 43.9998, -92.499, 44.0006)


def square(longitude: float, latitude: float, half: float = 0.0001) -> dict[str, Any]:
    west, east, south, north = longitude - half, longitude + half, latitude - half, latitude + half
    return {
        "type": "Polygon",
        "coordinates": [[[west, south], [east, south], [east, north], [west, north], [west, south]]],
    }


def feature(geometry: Any, **properties: Any) -> dict[str, Any]:
    return {"type": "Feature", "properties": properties, "geometry": geometry}


ONE_ELM = feature(square(-92.5000, 44.0000), PIN="640101", address="1 Elm St NE")
TWO_ELM = feature(square(-92.5000, 44.0003), PIN="640102")
BOW_TIE = {
    "type": "Polygon",
    "coordinates": [[[-92.5, 44.0], [-92.499, 44.001], [-92.499, 44.0], [-92.5, 44.001], [-92.5, 44.0]]],
}

type Write = Callable[..., Path]


@pytest.fixture
def written(tmp_path: Path) -> Write:
    def write(*features: Any, **more: Any) -> Path:
        file = tmp_path / "parcels.geojson"
        file.write_text(json.dumps({"type": "FeatureCollection", "features": list(features)} | more))
        return file

    return write


@pytest.fixture
def lots(database: Database, clock: MovableClock, elm_street: NeighbourFinder) -> LotImport:
    return LotImport(database=database, clock=clock, books=elm_street)


async def test_parcels_are_matched_to_their_homes_and_carry_where_they_come_from(
    lots: LotImport, database: Database, elm_street: NeighbourFinder, written: Write
) -> None:
    report = await lots.run(written(ONE_ELM, TWO_ELM), name="County parcels", attribution="Olmsted County")
    assert (report.kind, report.added, report.refused) == ("lots", 2, 0)
    shelf = LotShelf(database=database, books=elm_street)
    shapes = {shape.home_id: shape for shape in await shelf.within(BOX)}
    home = next(home for home in (await elm_street.book()).homes if home.label.startswith("1 ELM ST NE, ROCH"))
    known = shapes[home.id]
    assert (known.source, known.origin, known.attribution) == (LotSource.IMPORTED, "County parcels", "Olmsted County")
    assert known.area_m2 is not None and known.area_m2 > 100
    guessed = [shape for shape in shapes.values() if shape.estimated]
    assert guessed and all(shape.area_m2 is None and shape.home_id not in {home.id} for shape in guessed)
    assert (await data_provenance(database)).imports[0].kind == "lots"


async def test_the_same_file_again_writes_nothing_and_a_changed_one_only_what_changed(
    lots: LotImport, database: Database, clock: MovableClock, written: Write
) -> None:
    await lots.run(written(ONE_ELM, TWO_ELM))
    again = await lots.run(written(ONE_ELM, TWO_ELM))
    assert (again.unchanged, again.changed, again.import_id) == (2, False, None)
    moved = feature(square(-92.5000, 44.0003, 0.00012), PIN="640102")
    clock.move(60)
    changed = await lots.run(written(moved))
    assert (changed.added, changed.updated, changed.removed) == (0, 1, 1)


async def test_a_dry_run_tells_all_and_writes_nothing(
    lots: LotImport, database: Database, elm_street: NeighbourFinder, written: Write
) -> None:
    report = await lots.run(written(ONE_ELM), dry_run=True)
    assert report.added == 1 and report.import_id is None
    shapes = await LotShelf(database=database, books=elm_street).within(BOX)
    assert all(shape.source is LotSource.ESTIMATED for shape in shapes)


async def test_broken_features_are_named_by_index_and_field_and_the_rest_is_kept(
    lots: LotImport, written: Write
) -> None:
    broken = [
        feature(BOW_TIE, PIN="1"), feature(None, PIN="2"), "no object",
        feature({"type": "Point", "coordinates": [1, 2]}),
        feature({"type": "Polygon", "coordinates": [[[-92.5, 44], ["x", 1], [1, 2]]]}, PIN="3"),
        feature(square(-92.48, 44.0), PIN="640101"), feature(square(0, 0, 80), PIN="4"), ONE_ELM,
    ]  # fmt: skip
    report = await lots.run(written(ONE_ELM, *broken))
    assert (report.rows, report.accepted, report.duplicates) == (9, 1, 1)
    named = [(row.row, row.field) for row in report.refused_rows]
    assert named == [
        (1, "geometry"), (2, "geometry"), (3, "feature"), (4, "geometry"), (5, "geometry"), (6, "parcel_id"),
        (7, "geometry"),
    ]  # fmt: skip
    assert "Self-intersection" in report.refused_rows[0].value


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("{", "not JSON"),
        ("[]", "expected a JSON object"),
        ('{"type": "FeatureCollection"}', "'features' is missing"),
        ('{"type": "FeatureCollection", "features": []}', "no usable parcel"),
        ('{"type": "FeatureCollection", "crs": {"name": "EPSG:26915"}, "features": []}', "expected WGS84"),
        ('{"type": "Topology"}', "no GeoJSON FeatureCollection"),
    ],
)
async def test_a_file_broken_as_a_whole_is_refused_in_words(
    sqlite_database: Database, clock: MovableClock, text: str, told: str
) -> None:
    lots = LotImport(database=sqlite_database, clock=clock, books=NeighbourFinder(sqlite_database))
    with pytest.raises(Invalid, match=told):
        await lots.run_text(text, source="parcels.geojson", name="parcels")


async def test_a_parcel_of_two_parts_becomes_two_lots_and_says_so(lots: LotImport, written: Write) -> None:
    parts = [square(-92.5000, 44.0000)["coordinates"], square(-92.5000, 44.0003)["coordinates"]]
    report = await lots.run(written(feature({"type": "MultiPolygon", "coordinates": parts}, PIN="7")))
    assert report.added == 2 and any("one lot a part" in warning for warning in report.warnings)


async def test_a_registered_lot_takes_its_parcel_unless_people_drew_it(
    clock: MovableClock, database: Database, elm_street: NeighbourFinder, written: Write
) -> None:
    place = {"household_id": None, "city": "ROCHESTER", "longitude": -92.5}
    bare = await register_lot(database, address="1 ELM ST NE", latitude=44.0, source="unknown", **place)  # type: ignore[arg-type]
    own = square(-92.5, 44.0003, 0.00005)
    drawn = await register_lot(database, address="2 ELM ST NE", latitude=44.0003, boundary=own, **place)  # type: ignore[arg-type]
    heard: list[LandChanged] = []
    event = land_changed()
    event.subscribe(heard.append)
    teller = LotImport(database=database, clock=clock, books=elm_street, changed=event)
    await teller.run(written(ONE_ELM, TWO_ELM))
    views = {lot.id: lot for lot in await LotShelf(database=database, books=elm_street).lots_near(BOX)}
    assert (views[bare.id].source, views[bare.id].version) == ("imported", 2)
    assert views[bare.id].boundary == ONE_ELM["geometry"] and views[bare.id].area_m2
    assert (views[drawn.id].source, views[drawn.id].boundary, views[drawn.id].version) == ("drawn", own, 1)
    (told,) = heard
    assert told.change is LandChange.LOTS_IMPORTED and told.lot_ids == (bare.id,)
    assert told.bbox[0] < -92.5 < told.bbox[2]


async def test_a_parcel_that_would_cut_a_lawn_leaves_the_lot_alone_and_warns(
    lots: LotImport, database: Database, elm_street: NeighbourFinder, written: Write
) -> None:
    lawn = square(-92.5, 44.0, 0.0002)
    lot = await register_lot(
        database,
        household_id=None,
        address="1 ELM ST NE",
        city="ROCHESTER",
        longitude=-92.5,
        latitude=44.0,
        lawns=[lawn],
    )
    report = await lots.run(written(ONE_ELM))
    assert any("keeps its boundary" in warning for warning in report.warnings)
    (view,) = [one for one in await LotShelf(database=database, books=elm_street).lots_near(BOX) if one.id == lot.id]
    assert view.boundary is None


async def test_a_box_turned_inside_out_is_refused(database: Database, elm_street: NeighbourFinder) -> None:
    with pytest.raises(Invalid, match="west, south, east, north"):
        await LotShelf(database=database, books=elm_street).within((1, 1, 0, 0))
