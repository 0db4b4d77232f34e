"""Neighbours over REST, asked of the real finder."""

import json
from pathlib import Path

import pytest

from core.accounts import Role
from core.clock import MovableClock
from core.db import Database
from core.neighbourhood import import_addresses, import_roads
from tests.dashboard.api.conftest import Api


async def test_without_an_address_book_the_answer_is_empty_and_says_so(api: Api) -> None:
    header = await api.as_(Role.DISPATCHER)
    answer = await api.client.get("/neighbors?lat=44.02&lon=-92.48", headers=header)
    assert answer.status_code == 200
    body = answer.json()
    assert (body["candidates"], body["address_points"], body["rule"]) == ([], 0, "path")
    assert (body["home"]["latitude"], body["home"]["longitude"]) == (44.02, -92.48)


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("lat=91&lon=0", "query.lat"),
        ("lat=44&lon=-181", "query.lon"),
        ("lat=44", "query.lon"),
        ("lat=44&lon=-92&radius_m=0", "query.radius_m"),
        ("lat=nan&lon=-92", "query.lat"),
    ],
)
async def test_a_wrong_question_names_the_wrong_field(api: Api, query: str, field: str) -> None:
    answer = await api.client.get(f"/neighbors?{query}", headers=await api.as_(Role.DISPATCHER))
    assert answer.status_code == 422
    assert [wrong["field"] for wrong in answer.json()["errors"]] == [field]


async def test_an_unknown_rule_is_refused_by_name(api: Api) -> None:
    answer = await api.client.get("/neighbors?lat=44&lon=-92&rule=wish", headers=await api.as_(Role.DISPATCHER))
    assert answer.status_code == 422
    assert "wish" in answer.json()["detail"]


async def test_the_original_that_is_not_installed_is_unavailable(api: Api) -> None:
    header = await api.as_(Role.DISPATCHER)
    one = await api.client.get("/neighbors?lat=44&lon=-92&rule=upstream", headers=header)
    many = await api.client.post(
        "/neighbors/batch", json={"bbox": [-93, 44, -92, 45], "rule": "upstream"}, headers=header
    )
    for answer in (one, many):
        assert (answer.status_code, answer.headers["content-type"]) == (503, "application/problem+json")
        assert (answer.json()["code"], "not installed" in answer.json()["detail"]) == ("unavailable", True)


async def test_the_original_knows_one_radius(api: Api) -> None:
    header = await api.as_(Role.DISPATCHER)
    answer = await api.client.get("/neighbors?lat=44&lon=-92&rule=upstream&radius_m=90", headers=header)
    assert answer.status_code == 422
    assert "80 metres only" in answer.json()["detail"]


async def test_a_homeowner_may_not_ask_about_the_neighbourhood(api: Api) -> None:
    answer = await api.client.get("/neighbors?lat=44&lon=-92", headers=await api.as_(Role.HOMEOWNER))
    assert answer.status_code == 403


async def test_a_whole_area_is_judged_at_once(
    api: Api, sqlite_database: Database, clock: MovableClock, tmp_path: Path
) -> None:
    await place_elm_street(sqlite_database, clock, tmp_path)
    header = await api.as_(Role.DISPATCHER)
    answer = await api.client.post("/neighbors/batch", json={"bbox": [-92.51, 43.99, -92.49, 44.01]}, headers=header)
    assert answer.status_code == 200
    body = answer.json()
    assert (body["rule"], body["parameters"]["longest_m"]) == ("path", 160)
    told = {
        tuple(sorted(body["homes"][pair[end]]["address"] for end in ("first", "second"))): pair["verdict"]
        for pair in body["pairs"]
    }
    assert told == {
        ("1 ELM ST", "2 ELM ST"): "blocked",
        ("1 ELM ST", "3 ELM ST"): "qualified",
        ("2 ELM ST", "3 ELM ST"): "blocked",
    }
    keys = [home["id"] for home in body["homes"]]
    by_keys = await api.client.post("/neighbors/batch", json={"homes": keys, "rule": "line"}, headers=header)
    assert {pair["verdict"] for pair in by_keys.json()["pairs"]} == {"blocked", "qualified"}


@pytest.mark.parametrize(
    ("body", "word"),
    [
        ({}, "one of the two"),
        ({"bbox": [-92, 44, -93, 45]}, "west below east"),
        ({"homes": [987654]}, "987654"),
        ({"homes": [987654], "rule": "wish"}, "expected path, line"),
    ],
)
async def test_an_area_that_cannot_be_judged_is_refused(api: Api, body: dict[str, object], word: str) -> None:
    answer = await api.client.post("/neighbors/batch", json=body, headers=await api.as_(Role.DISPATCHER))
    assert answer.status_code == 422
    assert word in answer.json()["detail"]


async def place_elm_street(database: Database, clock: MovableClock, tmp_path: Path) -> None:
    homes, roads = tmp_path / "homes.csv", tmp_path / "roads.geojson"
    homes.write_text(
        "address,city,latitude,longitude\n1 ELM ST,BYRON,44.0,-92.5\n2 ELM ST,BYRON,44.0003,-92.5\n"
        "3 ELM ST,BYRON,44.0,-92.5003\n"
    )
    streets = [[[-92.51, y], [-92.49, y]] for y in (43.99, 44.00015, 44.01)]
    roads.write_text(json.dumps({"type": "MultiLineString", "coordinates": streets}))
    await import_addresses(database, homes, clock)
    await import_roads(database, roads, clock)
