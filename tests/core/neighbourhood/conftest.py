"""Elm Street: five homes on both sides of a road, small enough to know every answer by heart."""

import json
from pathlib import Path

import pytest

from core.clock import MovableClock
from core.db import Database
from core.neighbourhood import NeighbourFinder, import_addresses, import_roads

HOMES = """address,city,postcode,latitude,longitude
1 ELM ST NE,ROCHESTER,55901,44.0000,-92.5000
3 ELM ST NE,ROCHESTER,55901,44.0000,-92.4997
2 ELM ST NE,ROCHESTER,55901,44.0003,-92.5000
"5 ELM ST NE, UNIT 1",ROCHESTER,55901,44.0000,-92.4994
"5 ELM ST NE, UNIT 2",ROCHESTER,55901,44.0000,-92.4994
1 ELM ST NE,BYRON,55920,44.0300,-92.6400
99 OAK AVE,BYRON,,44.0301,-92.6400
"""
ROAD = [[-92.501, 44.00015], [-92.499, 44.00015]]
SQUARE = [[[-92.51, 43.99], [-92.49, 43.99], [-92.49, 44.01], [-92.51, 44.01], [-92.51, 43.99]]]


@pytest.fixture
def elm_street_roads(tmp_path: Path) -> Path:
    file = tmp_path / "elm.geojson"
    line = {"type": "LineString", "coordinates": ROAD}
    feature = {"type": "Feature", "properties": {"name": "Elm Street", "highway": "residential"}, "geometry": line}
    file.write_text(json.dumps({"type": "FeatureCollection", "features": [feature]}))
    return file


@pytest.fixture
def elm_street_homes(tmp_path: Path) -> Path:
    file = tmp_path / "homes.csv"
    file.write_text(HOMES)
    return file


@pytest.fixture
async def elm_street(
    database: Database, clock: MovableClock, elm_street_homes: Path, elm_street_roads: Path
) -> NeighbourFinder:
    await import_addresses(database, elm_street_homes, clock)
    await import_roads(
        database, elm_street_roads, clock, source="osm", covers={"type": "Polygon", "coordinates": SQUARE}
    )
    return NeighbourFinder(database)
