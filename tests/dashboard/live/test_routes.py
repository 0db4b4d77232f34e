"""The addresses under /live: what each viewer gets, what they are refused, and what is built once."""

import json
from collections.abc import AsyncIterator
from functools import partial
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import pytest
from fastapi import FastAPI

from core.accounts import HashCost, Passwords, People, Role
from core.clock import MovableClock
from core.db import Database
from core.fleet import FleetService
from core.fleet.model import DeviceDescription, DeviceMap, MapZone
from core.neighbourhood import NeighbourFinder, households_of_person, import_addresses, import_roads
from core.neighbourhood.clusters import ClusterState
from dashboard import gate
from dashboard.live import Live, live_router
from dashboard.live.bundle import BUNDLE, bundle_url
from tests.dashboard.live.cast import NOW, HandClusters, cluster, own_ground, snapshot

PASSWORD = "correct horse battery"


class PlainBox:
    """Keeps secrets as they are: there are none here."""

    def seal(self, secret: str) -> str:
        return secret

    def open(self, sealed: str) -> str:
        return sealed


@pytest.fixture
async def fleet(sqlite_database: Database, clock: MovableClock) -> FleetService:
    service = FleetService(database=sqlite_database, cloud=None, secret_box=PlainBox(), clock=clock)
    service.live.set_roster(snapshot(number) for number in (1, 2, 3))
    return service


@pytest.fixture
async def people(sqlite_database: Database, clock: MovableClock) -> People:
    quick = Passwords(HashCost(time_cost=1, memory_kib=8, parallelism=1))
    known = People(
        sqlite_database, clock, passwords=quick, household_ids=partial(households_of_person, sqlite_database)
    )
    for role in Role:
        await known.create_person(email=f"{role}@mowthos.example", role=role, password=PASSWORD)
    return known


@pytest.fixture
def drawn() -> HandClusters:
    return HandClusters(cluster(("12 ELM ST", -92.5, 44.0), ("14 ELM ST", -92.4998, 44.0)))


@pytest.fixture
async def app(
    sqlite_database: Database, clock: MovableClock, fleet: FleetService, people: People, drawn: HandClusters
) -> FastAPI:
    live = Live(
        database=sqlite_database,
        fleet=fleet,
        people=people,
        neighbours=NeighbourFinder(sqlite_database),
        own_ground=own_ground,
        clock=clock,
        clusters=drawn,
    )
    app = FastAPI()
    app.add_middleware(gate.GateMiddleware, people=people, clock=clock)
    app.include_router(live_router(live))
    return app


@pytest.fixture
async def ask(app: FastAPI, people: People) -> AsyncIterator[Any]:
    """``ask(role, path)``: a request of somebody of this role; ``None`` for nobody."""
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://test") as client:
        tokens: dict[Role, str] = {}

        async def asked(role: Role | None, path: str, **options: Any) -> httpx.Response:
            headers = options.pop("headers", {})
            if role is not None:
                if role not in tokens:
                    signed = await people.sign_in(f"{role}@mowthos.example", PASSWORD, user_agent="test")
                    tokens[role] = signed.token
                headers["cookie"] = f"{gate.COOKIE}={tokens[role]}"
            return await client.request(options.pop("method", "GET"), path, headers=headers, **options)

        yield asked


FLEET_ONLY = [
    "/live/layer/lots", "/live/layer/hulls", "/live/path?mower=Luba-000001", "/live/missed?mower=Luba-000001",
    "/live/commands?mower=Luba-000001",
]  # fmt: skip
NEIGHBOURS_ONLY = [
    "/live/homes?west=-93&east=-92&south=43&north=45",
    "/live/neighbours?longitude=-92.5&latitude=44",
    "/live/search?q=elm",
]


@pytest.mark.parametrize("path", ["/live/roster", "/live/spec", "/live/trails", *FLEET_ONLY, *NEIGHBOURS_ONLY])
async def test_nobody_gets_anything_without_a_session(ask: Any, path: str) -> None:
    answer = await ask(None, path)
    assert answer.status_code == 401
    assert answer.json()["code"] == "signed_out"


@pytest.mark.parametrize("path", [*FLEET_ONLY, *NEIGHBOURS_ONLY])
async def test_a_homeowner_is_refused_what_is_the_fleets(ask: Any, path: str) -> None:
    answer = await ask(Role.HOMEOWNER, path)
    assert answer.status_code == 403
    assert answer.json()["code"] == "not_allowed"


async def test_the_roster_of_a_homeowner_without_a_lot_is_empty(ask: Any) -> None:
    assert (await ask(Role.HOMEOWNER, "/live/roster")).json()["mowers"] == []
    assert len((await ask(Role.DISPATCHER, "/live/roster")).json()["mowers"]) == 3


async def test_an_unchanged_roster_is_not_sent_again(ask: Any) -> None:
    first = await ask(Role.DISPATCHER, "/live/roster")
    again = await ask(Role.DISPATCHER, "/live/roster", headers={"if-none-match": first.headers["etag"]})
    assert first.headers["content-encoding"] == "gzip"
    assert (again.status_code, again.content) == (304, b"")


async def test_the_map_library_is_the_one_inside_pydeck_and_is_kept_for_ever(ask: Any) -> None:
    answer = await ask(None, bundle_url())
    assert answer.content == BUNDLE.read_bytes()
    assert answer.headers["content-encoding"] == "gzip"
    assert "immutable" in answer.headers["cache-control"]


async def test_a_lawn_map_comes_with_names_and_path(ask: Any, fleet: FleetService) -> None:
    assert (await ask(Role.DISPATCHER, "/live/path?mower=Luba-999999")).status_code == 404
    assert (await ask(Role.DISPATCHER, "/live/path?mower=Luba-000001")).json()["map"] is None
    ring = ((-92.5, 44.0), (-92.4, 44.0), (-92.4, 44.1))
    told = DeviceMap(device_name="Luba-000001", synced_at=NOW, areas=(MapZone(7, "Front", ring),), planned_path=(ring,))
    fleet.maps._latest["Luba-000001"] = told
    answer = (await ask(Role.DISPATCHER, "/live/path?mower=Luba-000001")).json()["map"]
    assert answer["areas"][0]["name"] == "Front"
    assert answer["path"][0][0] == [-92.5, 44.0]


async def test_outlines_of_clusters_are_a_layer_of_our_own_people_and_follow_every_change(
    ask: Any, drawn: HandClusters
) -> None:
    facts = (await ask(Role.DISPATCHER, "/live/spec")).json()["facts"]
    first = (await ask(Role.DISPATCHER, facts["hulls"])).json()["features"]
    assert [one["properties"]["name"] for one in first] == ["Elm Row"]
    drawn.change(cluster(("12 ELM ST", -92.5, 44.0), name="Elm and Oak", state=ClusterState.SUSPENDED))
    fresh = (await ask(Role.DISPATCHER, "/live/spec")).json()["facts"]["hulls"]
    assert fresh != facts["hulls"]
    (again,) = (await ask(Role.DISPATCHER, fresh)).json()["features"]
    assert (again["properties"]["name"], again["properties"]["suspended"]) == ("Elm and Oak", True)


async def test_a_household_learns_of_no_outline(ask: Any) -> None:
    for path in ("/live/spec", "/live/spec?own=true"):
        answer = await ask(Role.HOMEOWNER, path)
        assert answer.json()["facts"]["hulls"] is None
        assert "Elm Row" not in answer.text
    assert (await ask(Role.HOMEOWNER, "/live/own-layer/hulls")).status_code == 404
    assert (await ask(Role.DISPATCHER, "/live/own-layer/hulls")).status_code == 404


async def test_missed_ground_is_of_a_mower_that_is_known_and_of_nothing_without_a_session(ask: Any) -> None:
    assert (await ask(Role.DISPATCHER, "/live/missed?mower=Luba-999999")).status_code == 404
    told = (await ask(Role.DISPATCHER, "/live/missed?mower=Luba-000001")).json()
    assert (told["name"], told["session"], told["patches"]) == ("Luba-000001", None, [])


async def test_a_command_for_a_mower_nobody_knows_is_not_found(ask: Any) -> None:
    body = {"id": str(uuid4()), "mower": "Luba-999999", "kind": "pause"}
    answer = await ask(Role.DISPATCHER, "/live/commands", method="POST", json=body)
    assert answer.status_code == 404


async def test_a_homeowner_cannot_command(ask: Any) -> None:
    body = {"id": str(uuid4()), "mower": "Luba-000001", "kind": "pause"}
    answer = await ask(Role.HOMEOWNER, "/live/commands", method="POST", json=body)
    assert answer.status_code == 403


async def test_neighbours_of_a_place_without_any_data_are_nobody_and_say_why(ask: Any) -> None:
    answer = (await ask(Role.DISPATCHER, "/live/neighbours?longitude=-92.5&latitude=44")).json()
    assert answer["candidates"] == []
    assert answer["layer"] is None


async def test_a_german_dispatcher_reads_a_refusal_in_german_and_programs_its_english_reasons(
    ask: Any, people: People, fleet: FleetService
) -> None:
    await fleet.accounts.link("fleet@elm.example", "sealed", by="test")
    device = DeviceDescription(device_name="Luba-ELM", iot_id="iot", product_key="pk", model="Luba 2")
    await fleet.roster.found("fleet@elm.example", (device,))
    await speak(people, Role.DISPATCHER, "de")
    body = {"id": str(uuid4()), "mower": "Luba-ELM", "kind": "start"}
    answer = await ask(Role.DISPATCHER, "/live/commands", method="POST", json=body)
    told = answer.json()
    assert (answer.status_code, told["code"]) == (409, "conflict")
    words = [
        "Der jetzige Zustand des Mähers ist unbekannt.",
        "Das Herstellerkonto des Mähers ist hier nicht verbunden.",
    ]
    assert told["detail"] == " ".join(words)
    assert told["command"]["reason_words"] == told["reasons"] == words
    assert told["command"]["reasons"][0] == "The mower's present state is unknown."
    (again,) = (await ask(Role.DISPATCHER, "/live/commands?mower=Luba-ELM")).json()["commands"]
    assert again == told["command"]
    await speak(people, Role.DISPATCHER, "en")
    (again,) = (await ask(Role.DISPATCHER, "/live/commands?mower=Luba-ELM")).json()["commands"]
    assert again["reason_words"] == again["reasons"]


async def test_the_road_in_the_way_is_named_in_the_language_of_whoever_looks(
    ask: Any, people: People, sqlite_database: Database, clock: MovableClock, tmp_path: Path
) -> None:
    homes, roads = tmp_path / "homes.csv", tmp_path / "roads.geojson"
    homes.write_text("address,city,latitude,longitude\n1 ELM ST,BYRON,44.0,-92.5\n2 ELM ST,BYRON,44.0003,-92.5\n")
    line = [[-92.51, 44.00015], [-92.49, 44.00015]]
    roads.write_text(json.dumps({"type": "LineString", "coordinates": line}))
    await import_addresses(sqlite_database, homes, clock)
    await import_roads(sqlite_database, roads, clock)
    for language, name in (("en", "an unnamed road"), ("de", "eine namenlose Straße")):
        await speak(people, Role.DISPATCHER, language)
        answer = (await ask(Role.DISPATCHER, "/live/neighbours?longitude=-92.5&latitude=44")).json()
        assert answer["candidates"][0]["reason_values"] == {"road": name, "longest_m": 160}
        assert answer["candidates"][0]["reason"] == (
            "No corridor of up to 160 m leads there: an unnamed road is in the way."
        )


async def speak(people: People, role: Role, language: str) -> None:
    signed = await people.sign_in(f"{role}@mowthos.example", PASSWORD, user_agent="test")
    await people.set_language(signed.viewer, language)
