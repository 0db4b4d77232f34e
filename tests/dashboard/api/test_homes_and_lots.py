"""Homes and lots over REST: an address is checked, a home registered and drawn, files come in and are taken back."""

from pathlib import Path
from typing import Any

import pytest

from core.accounts import Role
from core.clock import MovableClock
from core.db import Database
from core.neighbourhood import import_addresses
from tests.core.neighbourhood.conftest import HOMES
from tests.core.neighbourhood.registration.test_home_csv import BAD, GOOD, HEADER
from tests.core.neighbourhood.registration.test_registering import square
from tests.dashboard.api.conftest import Api

ADA = {"name": "Ada Lovelace", "email": "ada@elm.example"}
BESIDE = (-92.5, 44.0003)


@pytest.fixture(autouse=True)
async def elm_street(sqlite_database: Database, clock: MovableClock, tmp_path: Path) -> None:
    """1 to 5 Elm Street stand in the address book."""
    file = tmp_path / "homes.csv"
    file.write_text(HOMES)
    await import_addresses(sqlite_database, file, clock)


async def registered(api: Api, header: dict[str, str], **more: Any) -> dict[str, Any]:
    asked = {"customer": ADA, "address": "2 Elm St NE, Rochester", "boundary": square(0.00015, *BESIDE)} | more
    answer = await api.client.post("/addresses/register-host", json=asked, headers=header)
    assert answer.status_code == 201, answer.json()
    body: dict[str, Any] = answer.json()
    return body


async def test_a_misspelt_address_finds_the_home_meant(api: Api) -> None:
    header = await api.as_(Role.DISPATCHER)
    answer = await api.client.post("/addresses/validate", json={"address": "2 Ellm St NE, Rochester"}, headers=header)
    body = answer.json()
    assert (answer.status_code, body["verdict"], body["matches"][0]["address"]) == (200, "similar", "2 ELM ST NE")
    found = await api.client.get("/addresses/search?q=2%20Elm", headers=header)
    assert found.json()["homes"][0]["address"] == "2 ELM ST NE"


async def test_neighbours_of_an_address_are_those_of_its_place(api: Api) -> None:
    header = await api.as_(Role.DISPATCHER)
    by_address = await api.client.get("/addresses/neighbors?address=2%20Elm%20St%20NE&rule=line", headers=header)
    by_place = await api.client.get("/neighbors?lat=44.0003&lon=-92.5&rule=line", headers=header)
    candidates = [home["address"] for home in by_address.json()["candidates"]]
    assert candidates == [home["address"] for home in by_place.json()["candidates"] if home["address"] != "2 ELM ST NE"]
    assert "1 ELM ST NE" in candidates
    unclear = await api.client.get("/addresses/neighbors?address=1%20Elm%20St%20NE", headers=header)
    assert unclear.status_code == 409
    assert len(unclear.json()["reasons"]) == 2


async def test_a_host_is_registered_once_and_the_second_is_told_for_whom(api: Api) -> None:
    header = await api.as_(Role.ADMIN)
    dock = {"latitude": 44.00031, "longitude": -92.50005}
    done = await registered(api, header, dock=dock, lawns=[square(0.0001, *BESIDE)])
    assert (done["part"], done["address"], done["lot_source"], done["dock"]) == ("host", "2 ELM ST NE", "drawn", dock)
    again = await api.client.post(
        "/addresses/register-neighbor", json={"customer": ADA, "home_id": done["home_id"]}, headers=header
    )
    assert again.status_code == 409
    assert "registered already, for Ada Lovelace" in again.json()["detail"]


async def test_only_those_who_may_register_do(api: Api) -> None:
    asked = {"customer": ADA, "address": "2 Elm St NE, Rochester"}
    for role in (Role.DISPATCHER, Role.TECHNICIAN, Role.HOMEOWNER):
        answer = await api.client.post("/addresses/register-host", json=asked, headers=await api.as_(role))
        assert (role, answer.status_code) == (role, 403)


async def test_a_wrong_customer_is_named_and_nothing_is_kept(api: Api) -> None:
    header = await api.as_(Role.ADMIN)
    asked = {"customer": ADA | {"email": "ada"}, "address": "2 Elm St NE, Rochester"}
    answer = await api.client.post("/addresses/register-host", json=asked, headers=header)
    assert (answer.status_code, answer.headers["content-type"]) == (422, "application/problem+json")
    check = await api.client.post("/addresses/validate", json={"address": asked["address"]}, headers=header)
    assert check.json()["matches"][0]["registered"] is None


async def test_a_file_is_tried_taken_in_and_taken_back(api: Api) -> None:
    header = await api.as_(Role.ADMIN)
    file = {"content": (HEADER + GOOD + BAD).encode(), "headers": header | {"Content-Type": "text/csv"}}
    tried = (await api.client.post("/addresses/imports?dry_run=true", **file)).json()
    assert (tried["dry_run"], tried["registered"], tried["refused"], tried["id"]) == (True, 2, 12, None)
    assert (await api.client.get("/addresses/imports", headers=header)).json() == []
    taken = (await api.client.post("/addresses/imports?name=elm.csv", **file)).json()
    wrong = [(line["line"], line["field"]) for line in taken["lines"] if line["outcome"] == "refused"]
    assert wrong[:2] == [(4, "address"), (5, "address")]
    kept = (await api.client.get(f"/addresses/imports/{taken['id']}", headers=header)).json()
    assert kept["lines"] == taken["lines"]
    undone = await api.client.post(f"/addresses/imports/{taken['id']}/undo", headers=header)
    assert undone.json() == {"id": taken["id"], "removed": 2, "rows": 14}
    twice = await api.client.post(f"/addresses/imports/{taken['id']}/undo", headers=header)
    assert twice.status_code == 409


async def test_a_lawn_is_judged_saved_and_kept_in_versions(api: Api) -> None:
    header = await api.as_(Role.ADMIN)
    lot = (await registered(api, header))["lot_id"]
    outside = {"lawns": [square(0.0003, *BESIDE)]}
    judged = (await api.client.post(f"/lots/{lot}/lawns/check", json=outside, headers=header)).json()
    assert not judged["ok"]
    assert "outside" in {problem["rule"] for problem in judged["problems"]}
    refused = await api.client.put(f"/lots/{lot}/lawns", json=outside | {"expected_version": 1}, headers=header)
    assert refused.status_code == 422
    fine = {"lawns": [square(0.0001, *BESIDE)], "expected_version": 1}
    saved = await api.client.put(f"/lots/{lot}/lawns", json=fine, headers=header)
    assert (saved.status_code, saved.json()["version"]) == (200, 2)
    assert saved.json()["lawn_area_m2"] == pytest.approx(178, rel=0.02)
    late = await api.client.put(f"/lots/{lot}/lawns", json=fine, headers=header)
    assert late.status_code == 409
    versions = (await api.client.get(f"/lots/{lot}/lawns/versions", headers=header)).json()
    assert [one["version"] for one in versions] == [2, 1]
    got = await api.client.get(f"/lots/{lot}", headers=header)
    assert (got.headers["etag"], got.json()["lawns"]) == ('"2"', saved.json()["lawns"])


@pytest.mark.parametrize("kind", ["geojson", "kml"])
async def test_what_is_exported_reads_back_as_it_was(api: Api, kind: str) -> None:
    header = await api.as_(Role.ADMIN)
    done = await registered(api, header, lawns=[square(0.0001, *BESIDE)])
    file = await api.client.get(f"/lots/{done['lot_id']}/lawns/export.{kind}", headers=header)
    assert file.status_code == 200
    read = await api.client.post(
        f"/lots/{done['lot_id']}/lawns/read?name=elm.{kind}",
        content=file.content,
        headers=header | {"Content-Type": "text/plain"},
    )
    body = read.json()
    assert (body["format"], len(body["lawns"]), body["refused"], body["check"]["ok"]) == (kind, 1, [], True)


async def test_parcels_come_in_once_and_estimates_are_marked(api: Api) -> None:
    header = await api.as_(Role.ADMIN)
    parcel = {"type": "Feature", "properties": {"PIN": "1"}, "geometry": square(0.00015, *BESIDE)}
    first = (await api.client.post("/lots/import?name=elm", json=parcel, headers=header)).json()
    again = (await api.client.post("/lots/import?name=elm", json=parcel, headers=header)).json()
    assert (first["added"], again["added"], again["unchanged"]) == (1, 0, 1)
    shown = (await api.client.get("/lots?bbox=-92.51,43.99,-92.49,44.01", headers=header)).json()["features"]
    by_source = {feature["properties"]["source"]: feature["properties"] for feature in shown}
    assert by_source["imported"]["area_m2"] == pytest.approx(402, rel=0.05)
    assert by_source["estimated"]["estimated"] and by_source["estimated"]["area_m2"] is None
    wrong = await api.client.get("/lots?bbox=1,2,3", headers=header)
    assert wrong.status_code == 422
