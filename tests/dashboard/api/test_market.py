"""The market and rounds over REST, on Elm Row."""

import io
import zipfile

import pytest

from core.accounts import Role
from core.ids import new_id
from tests.dashboard.api.conftest import Api


async def test_the_market_is_told_with_its_assumptions(api: Api) -> None:
    await api.office.active(host=2, homes=(1, 3, 4))
    dispatcher = await api.as_(Role.DISPATCHER)
    asked = {"price_cents": 5_000, "uptake_percent": 50}
    found = (await api.client.get("/clusters/market-analysis", params=asked, headers=dispatcher)).json()
    total = found["total"]
    assert (total["homes"], total["addressable"], total["served"]) == (12, 12, 4)
    assert total["coverage_percent"] == pytest.approx(33.33)
    assert (total["revenue_cents"], total["expected_cents"]) == (20_000, 30_000)
    assert found["assumptions"] == {"price_cents": 5_000, "currency": "USD", "uptake_percent": 50}
    addressable = (await api.client.get("/clusters/addressable-market", headers=dispatcher)).json()
    assert (addressable["addressable"], addressable["open"]) == (12, 8)
    assert addressable["places"][0]["revenue_cents"] is None
    box = {"bbox": "-92.6,43.9,-92.4,44.00001"}
    coverage = (await api.client.get("/clusters/coverage", params=box, headers=dispatcher)).json()
    assert (coverage["addressable"], coverage["served"], coverage["coverage_percent"]) == (1, 1, 100)


async def test_the_scorecard_leaves_unknown_what_nobody_measures(api: Api) -> None:
    await api.office.active(host=2, homes=(1, 3, 4))
    (card,) = (await api.client.get("/clusters/scorecard", headers=await api.as_(Role.ADMIN))).json()
    assert (card["code"], card["homes"], card["full_percent"]) == ("C-0001", 4, 60)
    assert (card["trend"], card["rating"], card["revenue_cents"]) == (None, None, None)


async def test_tables_come_as_files(api: Api) -> None:
    admin = await api.as_(Role.ADMIN)
    csv = await api.client.get("/clusters/market-analysis/homes.csv", headers=admin)
    assert csv.headers["content-disposition"] == 'attachment; filename="homes.csv"'
    assert csv.text.count("ELM ST") == 12
    xlsx = await api.client.get("/clusters/market-analysis/places.xlsx", headers=admin)
    assert zipfile.ZipFile(io.BytesIO(xlsx.content)).testzip() is None
    points = await api.client.get("/clusters/market-analysis/homes.geojson", headers=admin)
    assert len(points.json()["features"]) == 12
    refused = await api.client.get("/clusters/market-analysis/clusters.geojson", headers=admin)
    assert (refused.status_code, refused.json()["code"]) == (422, "invalid")
    unknown = await api.client.get("/clusters/market-analysis/owls.csv", headers=admin)
    assert unknown.status_code == 422


async def test_the_best_order_of_a_mower_is_proven_and_charges_where_it_must(api: Api) -> None:
    cluster = await api.office.active(host=2, homes=(4, 1, 3))
    admin = await api.as_(Role.ADMIN)
    asked = {"cluster_ids": [str(cluster.id)], "work_s": 3_000, "stops": {"3": {"work_s": 20_000}}}
    plan = (await api.client.post("/clusters/optimize", json=asked, headers=admin)).json()
    assert plan["proven"] is True
    assert {visit["home_id"] for visit in plan["visits"]} == {1, 2, 4}
    assert [(out["home_id"], out["reason_code"]) for out in plan["unvisited"]] == [(3, "battery")]
    assert "full battery" in plan["unvisited"][0]["reason"]
    assert plan["saved_m"] == plan["before"]["length_m"] - plan["figures"]["length_m"] >= 0


async def test_a_crew_without_roads_is_told_that_no_way_leads_there(api: Api) -> None:
    cluster = await api.office.active(host=2, homes=(1, 3, 4))
    admin = await api.as_(Role.ADMIN)
    asked = {"cluster_ids": [str(cluster.id)], "by": "crew", "latitude": 44.0, "longitude": -92.5}
    plan = (await api.client.post("/clusters/optimize", json=asked, headers=admin)).json()
    assert {out["reason_code"] for out in plan["unvisited"]} == {"no_way"}


async def test_wrong_questions_are_problems(api: Api) -> None:
    admin = await api.as_(Role.ADMIN)
    unknown = await api.client.post("/clusters/optimize", json={"cluster_ids": [str(new_id())]}, headers=admin)
    assert (unknown.status_code, unknown.json()["code"]) == (404, "not_found")
    for wrong in (
        {"cluster_ids": [str(new_id()), str(new_id())]},
        {"cluster_ids": [str(new_id())], "by": "crew"},
        {"cluster_ids": [str(new_id())], "stops": {"1": {"opens_s": 9, "closes_s": 3}}},
    ):
        assert (await api.client.post("/clusters/optimize", json=wrong, headers=admin)).status_code == 422
    flat = await api.client.get("/clusters/coverage", params={"bbox": "0,0,0,0"}, headers=admin)
    assert flat.status_code == 422
    owner = await api.as_(Role.HOMEOWNER)
    for path in ("market-analysis", "addressable-market", "coverage", "scorecard"):
        assert (await api.client.get(f"/clusters/{path}", headers=owner)).status_code == 403
