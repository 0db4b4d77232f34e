"""Where the data comes from can be told at any time."""

from pathlib import Path

from core.clock import MovableClock
from core.db import Database
from core.neighbourhood import NeighbourFinder, data_provenance, import_addresses


async def test_layers_and_imports_are_listed_with_their_dates(
    elm_street: NeighbourFinder, database: Database, clock: MovableClock, elm_street_homes: Path
) -> None:
    clock.move(60)
    elm_street_homes.write_text(
        elm_street_homes.read_text() + "7 ELM ST NE,ROCHESTER,x.y,44,-92\n1 NEW ST,BYRON,,44,-92\n"
    )
    await import_addresses(database, elm_street_homes, clock)
    told = await data_provenance(database)
    assert told.address_points == 8
    assert [(known.name, known.source, known.rank, known.roads) for known in told.layers] == [("elm", "osm", 20, 1)]
    assert [(known.kind, known.source, known.accepted, known.refused) for known in told.imports] == [
        ("addresses", "homes.csv", 8, 1), ("roads", "elm.geojson", 1, 0), ("addresses", "homes.csv", 7, 0),
    ]  # fmt: skip
    assert told.imports[0].imported_at == clock.now()
    assert told.imports[0].report[0]["field"] == "postcode"


async def test_before_any_import_the_lists_are_empty(database: Database) -> None:
    told = await data_provenance(database)
    assert (told.address_points, told.layers, told.imports) == (0, (), ())
