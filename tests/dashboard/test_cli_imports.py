"""``mowthos import`` and ``mowthos neighbors`` as typed in a terminal."""

import asyncio
import json
from collections.abc import Callable
from pathlib import Path
from shutil import copyfile
from typing import Any

import pytest
import typer
from click.testing import Result
from typer.testing import CliRunner

from core.clock import MovableClock
from core.db import Database, open_database
from core.neighbourhood import UPSTREAM, NeighbourFinder
from dashboard.cli_imports import register
from external.cluster_logic.engine import ClusterLogic
from tests.external.cluster_logic.lookalike import lookalike

HOMES = """address,city,postcode,latitude,longitude
1 ELM ST NE,ROCHESTER,55901,44.0000,-92.5000
2 ELM ST NE,ROCHESTER,55901,44.0003,-92.5000
3 ELM ST NE,ROCHESTER,55901,44.0000,-92.4997
1 ELM ST NE,BYRON,55920,44.0300,-92.6400
4 ELM ST NE,ROCHESTER,55901,north,-92.4997
"""
ROADS = {
    "type": "Feature",
    "properties": {"name": "Elm Street"},
    "geometry": {"type": "LineString", "coordinates": [[-92.501, 44.00015], [-92.499, 44.00015]]},
}
AREA = [[[-92.51, 43.99], [-92.49, 43.99], [-92.49, 44.01], [-92.51, 44.01], [-92.51, 43.99]]]

type Run = Callable[..., Result]


@pytest.fixture
def files(tmp_path: Path) -> Path:
    (tmp_path / "homes.csv").write_text(HOMES)
    (tmp_path / "roads.json").write_text(json.dumps(ROADS))
    (tmp_path / "area.json").write_text(json.dumps({"type": "Polygon", "coordinates": AREA}))
    (tmp_path / "broken.csv").write_bytes(b"\x00\x01")
    return tmp_path


@pytest.fixture
def mowthos(files: Path, clock: MovableClock, sqlite_template: Path) -> Run:
    """The command with a database of its own; file names are those of ``files``. ``original`` may be put there."""
    original = files / "original"
    copyfile(sqlite_template, files / "cli.sqlite3")

    def with_database(work: Callable[[Database], Any]) -> Any:
        async def go() -> Any:
            database = open_database(f"sqlite:///{files / 'cli.sqlite3'}")
            try:
                return await work(database)
            finally:
                await database.close()

        return asyncio.run(go())

    app = typer.Typer()
    register(
        app,
        with_database=with_database,
        clock=clock,
        finder_of=lambda database: NeighbourFinder(database, comparisons={UPSTREAM: ClusterLogic(original)}),
    )

    def run(*arguments: str) -> Result:
        known = {path.name: str(path) for path in files.iterdir()}
        return CliRunner().invoke(app, [known.get(argument, argument) for argument in arguments])

    return run


@pytest.fixture
def elm_street(mowthos: Run) -> Run:
    assert mowthos("import", "addresses", "homes.csv").exit_code == 0
    assert mowthos("import", "roads", "roads.json", "--name", "elm", "--covers", "area.json").exit_code == 0
    return mowthos


def test_an_address_import_tells_its_counts_and_every_refused_row(mowthos: Run) -> None:
    result = mowthos("import", "addresses", "homes.csv", "--state", "MN")
    assert result.exit_code == 0
    assert "Imported: homes: 5 rows: 4 accepted, 4 added, 1 refused" in result.stdout
    assert "Refused row 6: latitude is not a number: 'north' (expected degrees from -90 to 90)" in result.stdout


def test_a_dry_run_says_so_and_leaves_the_book_empty(mowthos: Run) -> None:
    assert "Dry run, nothing written: homes" in mowthos("import", "addresses", "homes.csv", "--dry-run").stdout
    assert json.loads(mowthos("neighbors", "--lat", "44", "--lon", "-92.5", "--json").stdout)["address_points"] == 0


def test_json_is_the_whole_report(mowthos: Run) -> None:
    report = json.loads(mowthos("import", "addresses", "homes.csv", "--date", "2025-07-23", "--json").stdout)
    assert (report["rows"], report["added"], report["changed"], report["data_date"]) == (
        5, 4, True, "2025-07-23T00:00:00+00:00",
    )  # fmt: skip
    assert report["refused_rows"] == [
        {"row": 6, "field": "latitude", "reason": "is not a number", "value": "north",
         "expected": "degrees from -90 to 90"}
    ]  # fmt: skip
    again = json.loads(mowthos("import", "addresses", "homes.csv", "--json").stdout)
    assert (again["unchanged"], again["changed"]) == (4, False)


def test_a_broken_file_is_refused_with_exit_code_1(mowthos: Run) -> None:
    result = mowthos("import", "addresses", "broken.csv")
    assert (result.exit_code, result.stdout) == (1, "")
    assert "not a text file" in result.stderr
    as_json = mowthos("import", "roads", "homes.csv", "--json")
    assert as_json.exit_code == 1
    assert json.loads(as_json.stdout)["error"] == "invalid"


@pytest.mark.parametrize(
    "arguments",
    [
        ("import", "addresses", "nowhere.csv"),
        ("import", "roads"),
        ("import", "roads", "roads.json", "--covers", "nowhere.json"),
        ("neighbors",),
        ("neighbors", "--lat", "44"),
        ("neighbors", "--lat", "44", "--lon", "-92.5", "--address", "1 ELM ST NE"),
        ("neighbors", "--lat", "44", "--address", "1 ELM ST NE"),
        ("neighbors", "--lat", "144", "--lon", "-92.5"),
        ("neighbors", "--lat", "44", "--lon", "-92.5", "--radius", "900"),
    ],
)
def test_wrong_use_is_exit_code_2(mowthos: Run, arguments: tuple[str, ...]) -> None:
    assert mowthos(*arguments).exit_code == 2


def test_parcels_come_in_once_as_a_named_layer(elm_street: Run, files: Path) -> None:
    ring = [[-92.5001, 43.9999], [-92.4999, 43.9999], [-92.4999, 44.0001], [-92.5001, 44.0001], [-92.5001, 43.9999]]
    good = {"type": "Feature", "properties": {"PIN": "1"}, "geometry": {"type": "Polygon", "coordinates": [ring]}}
    bad = {"type": "Feature", "properties": {}, "geometry": {"type": "Point", "coordinates": [-92.5, 44.0]}}
    (files / "lots.json").write_text(json.dumps({"type": "FeatureCollection", "features": [good, bad]}))
    tried = elm_street("import", "lots", "lots.json", "--dry-run")
    assert (tried.exit_code, "Dry run" in tried.output) == (0, True)
    first = json.loads(elm_street("import", "lots", "lots.json", "--name", "elm", "--json").output)
    assert (first["added"], first["refused"], first["refused_rows"][0]["field"]) == (1, 1, "geometry")
    again = json.loads(elm_street("import", "lots", "lots.json", "--name", "elm", "--json").output)
    assert (again["added"], again["unchanged"]) == (0, 1)


def test_neighbours_by_point_are_told_with_verdict_and_reason(elm_street: Run) -> None:
    result = elm_street("neighbors", "--lat", "44", "--lon", "-92.5")
    assert result.exit_code == 0
    lines = [line for line in result.stdout.splitlines() if "ELM ST NE" in line]
    assert "1 ELM ST NE, ROCHESTER, MN 55901" in lines[0]
    assert "qualified" in lines[1] and "No road touches" in lines[1]
    assert "blocked" in lines[2] and "round Elm Street" in lines[2]
    assert "Roads: elm, date unknown." in result.stdout


def test_neighbours_as_json_are_the_answer_of_the_interface(elm_street: Run) -> None:
    by_point = json.loads(elm_street("neighbors", "--lat", "44", "--lon", "-92.5", "--rule", "line", "--json").stdout)
    by_address = json.loads(
        elm_street("neighbors", "--address", "1 elm st ne, rochester", "--rule", "line", "--json").stdout
    )
    assert by_point == by_address
    assert [(c["address"], c["verdict"]) for c in by_point["candidates"]] == [
        ("3 ELM ST NE", "qualified"), ("2 ELM ST NE", "blocked"),
    ]  # fmt: skip


def test_an_ambiguous_address_lists_its_matches_with_exit_code_1(elm_street: Run) -> None:
    result = elm_street("neighbors", "--address", "1 Elm St NE")
    assert result.exit_code == 1
    assert "1 ELM ST NE, BYRON, MN 55920" in result.stderr
    assert "1 ELM ST NE, ROCHESTER, MN 55901" in result.stderr
    reasons = json.loads(elm_street("neighbors", "--address", "1 Elm St NE", "--json").stdout)["reasons"]
    assert reasons == ["1 ELM ST NE, BYRON, MN 55920", "1 ELM ST NE, ROCHESTER, MN 55901"]


def test_an_unknown_rule_or_date_is_refused(elm_street: Run) -> None:
    assert "expected path, line" in elm_street("neighbors", "--lat", "44", "--lon", "-92.5", "--rule", "fly").stderr
    assert "expected a date" in elm_street("import", "addresses", "homes.csv", "--date", "soon").stderr


def test_the_original_is_asked_where_it_is_installed_and_refused_with_exit_code_1_where_not(
    elm_street: Run, files: Path
) -> None:
    asked = ("neighbors", "--lat", "44", "--lon", "-92.5", "--rule", "upstream")
    absent = elm_street(*asked)
    assert (absent.exit_code, absent.stdout) == (1, "")
    assert "not installed" in absent.stderr
    lookalike(files / "original")
    installed = elm_street(*asked)
    assert installed.exit_code == 0
    assert "The original Cluster-Logic sees a road in between. For comparison only" in installed.stdout


def test_an_empty_address_book_is_said_to_be_empty(mowthos: Run) -> None:
    result = mowthos("neighbors", "--lat", "44", "--lon", "-92.5")
    assert result.exit_code == 0
    assert "No address file has been imported yet." in result.stdout
