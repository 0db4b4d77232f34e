"""I2: somebody who works in one area, at every mounted address: refused, or answered without a word of what lies
elsewhere; every id of elsewhere is answered as one that does not exist; and the sockets tell of the area alone."""

import json
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx
import pytest
from websockets.asyncio.client import connect

from core.accounts import PERMISSIONS, Role
from core.db.reads.area_owners import Thing
from dashboard.areas.bound import ELSEWHERE
from dashboard.areas.table import AWARE, PATHS, THINGS
from dashboard.live.frame import FLEET, decode
from tests.dashboard.rights.elsewhere import BOUNDED, PASSWORD
from tests.dashboard.rights.expected import EXPECTED, IN_PERSON, WITHOUT_THE_SECRET
from tests.dashboard.rights.test_every_route import ENDS_THE_SESSION, WITHOUT_END, path_of, row_of

TOWN = {"west": -93.5, "south": 43.5, "east": -91.5, "north": 45.0}
QUERY = {
    **TOWN, "longitude": -92.5, "latitude": 44.0, "q": "e", "from": "2026-05-25T00:00:00Z",
    "to": "2026-06-30T00:00:00Z", "day": "2026-06-02", "begins_at": "2026-06-03T15:00:00Z", "hours": 48, "minutes": 45,
    "before": 1, "after": 1,
}  # fmt: skip
"""Whatever any address asks for in its query; the others leave it."""

MISSING = {
    "GET /api/v1/mowers/{name}/device-hours",
    "GET /api/v1/mowers/{name}/map/sync",
    "GET /api/v1/mowers/{name}/map/versions/{version_id}",
    "GET /api/v1/mowers/{name}/sessions/{started_ms}/coverage",
    "GET /api/v1/problems/{problem_id}/photo",
}
"""What the town has none of."""


class Worker:
    """Somebody who works in the area, signed in as a browser and as a program."""

    def __init__(self, client: httpx.AsyncClient, role: Role, apart: dict[str, Any]) -> None:
        self.client, self.role, self.apart, self.token = client, role, apart, ""
        words = sorted(set(apart["words"]), key=len, reverse=True)
        self.elsewhere = re.compile(r"(?<!\w)(?:" + "|".join(map(re.escape, words)) + r")(?!\w)")

    async def enter(self) -> None:
        body = {"email": BOUNDED[self.role], "password": PASSWORD}
        if self.role is Role.SERVICE:
            self.token = self.apart["key"]
            return
        assert (await self.client.post("/sign-in", data=body)).status_code == 303
        self.token = (await self.client.post("/api/v1/auth/login", json=body)).json()["access_token"]

    async def ask(self, row: str, path: str, query: dict[str, Any]) -> tuple[int, str]:
        """The status, and the whole answer as text."""
        method = row.split(maxsplit=1)[0]
        headers = {"Authorization": f"Bearer {self.token}"} if path.startswith("/api/") else {}
        rest: dict[str, Any] = {} if method == "GET" else {"json": {}}
        async with self.client.stream(method, path, headers=headers, params=query, **rest) as answer:
            if path == WITHOUT_END:
                return answer.status_code, await first_events(answer)
            await answer.aread()
            return answer.status_code, answer.text

    def of(self, side: str, row: str) -> str:
        """The address of a row with the ids of ``here`` or ``there``."""
        named = {"kind": "pause", "move": "suspend", "form": "csv", **self.apart[side]}
        template = re.sub(r"{(\w+):\w+}", r"{\1}", row.split()[1])
        return re.sub(r"{(\w+)}", lambda hit: str(named.get(hit[1], "1")), template)

    def told_of(self, text: str) -> list[str]:
        return sorted(set(self.elsewhere.findall(text)))


async def first_events(answer: httpx.Response) -> str:
    """What the feed begins with, up to its ``ready``."""
    said = ""
    async for text in answer.aiter_text():
        said += text
        if "event: ready" in said:
            break
    return said


@asynccontextmanager
async def working(address: str, role: Role) -> AsyncIterator[Worker]:
    async with httpx.AsyncClient(base_url=address, timeout=60) as client:
        worker = Worker(client, role, (await client.get("/test/elsewhere")).json())
        await worker.enter()
        yield worker


def test_every_address_that_knows_of_areas_is_mounted(address: str) -> None:
    mounted = {row_of(one, method) for one in httpx.get(f"{address}/test/rights").json() for method in one["methods"]}
    assert sorted(AWARE - mounted) == []


@pytest.mark.timeout(180)
async def test_every_address_is_refused_or_tells_of_the_area_alone(address: str) -> None:
    routes = httpx.get(f"{address}/test/rights").json()
    wrong: dict[str, Any] = {}
    refused = answered = 0
    async with working(address, Role.DISPATCHER) as worker:
        asked = [(route, method) for route in routes for method in route["methods"] if method != "HEAD"]
        for route, method in sorted(asked, key=lambda one: row_of(*one) in ENDS_THE_SESSION):
            row = row_of(route, method)
            if row in ENDS_THE_SESSION:
                await worker.enter()
            status, text = await worker.ask(row, path_of(route["path"]), QUERY if method == "GET" else {})
            needed = EXPECTED[row]
            allowed = needed is not None and (not needed or needed & PERMISSIONS[Role.DISPATCHER])
            if leaks := worker.told_of(text):
                wrong[row] = leaks
            elif status >= 500 and WITHOUT_THE_SECRET.get(row) != status:
                wrong[row] = status
            elif allowed and row not in AWARE and route["checks"]:
                refused += 1
                if status != 403 or ELSEWHERE not in text:
                    wrong[row] = (status, text[:200])
            elif allowed and route["checks"]:
                answered += 1
                if ELSEWHERE in text:
                    wrong[row] = "refused, though it knows of areas"
    assert wrong == {}
    assert refused > 75
    assert answered > 100


@pytest.mark.timeout(180)
@pytest.mark.parametrize("role", [Role.DISPATCHER, Role.TECHNICIAN])
async def test_what_is_elsewhere_does_not_exist_and_what_is_here_tells_nothing_of_it(address: str, role: Role) -> None:
    found, missing, leaks = {}, {}, {}
    held = PERMISSIONS[role]
    rows = [row for row in sorted(PATHS) if PATHS[row] and (not (need := EXPECTED[row] or frozenset()) or need & held)]
    async with working(address, role) as worker:
        for row in rows:
            status, text = await worker.ask(row, worker.of("there", row), {})
            if status != 404 or worker.told_of(
                text.replace(worker.of("there", row), "").replace(worker.apart["there"]["name"], "")
            ):
                found[row] = (status, text[:160])
        for row in [row for row in rows if row.startswith("GET ")]:
            status, text = await worker.ask(row, worker.of("here", row), QUERY)
            if status in (401, 403) or (status == 404 and row not in MISSING):
                missing[row] = (status, text[:160])
            waiting = worker.apart["waiting"] if "{cluster_id" in row else ()
            if told := [word for word in worker.told_of(text) if word not in waiting]:
                leaks[row] = told
    assert {"opened": found, "closed": missing, "told": leaks} == {"opened": {}, "closed": {}, "told": {}}
    assert len(rows) > 50


async def test_ids_in_a_query_and_in_a_body_are_held_against_the_area_too(address: str) -> None:
    async with working(address, Role.DISPATCHER) as worker:
        here, there = worker.apart["here"], worker.apart["there"]
        headers = {"Authorization": f"Bearer {worker.token}"}
        for path, name in {
            "/live/commands": "mower", "/live/control/mower": "mower", "/live/path": "mower", "/live/missed": "mower",
            "/live/trails": "mower", "/fleet": "mower", "/api/v1/alarms": "mower", "/api/v1/exports/track.csv": "mower",
        }.items():  # fmt: skip
            statuses = [
                (await worker.client.get(path, params={name: side[name]}, headers=headers)).status_code
                for side in (here, there)
            ]
            assert statuses == [200, 404], path
        assert (await worker.client.get(f"/alarms?alarm={there['alarm_id']}")).status_code == 404
        assert (await worker.client.get(f"/alarms?alarm={here['alarm_id']}")).status_code == 200
        bulk = {"kind": "pause", "mowers": [here["name"], there["name"]]}
        for path, body in {
            "/live/control/bulk/preview": bulk, "/live/control/bulk": bulk,
            "/live/control/lease": {"mower": there["name"], "move": "take"},
            "/live/commands": {"id": here["command_id"], "mower": there["name"], "kind": "pause"},
            "/api/v1/bulk-commands": bulk, "/api/v1/bulk-commands/preview": bulk,
            "/api/v1/commands": {"device_name": there["name"], "kind": "pause"},
        }.items():  # fmt: skip
            answer = await worker.client.post(path, json=body, headers=headers)
            assert answer.status_code == 404, (path, answer.text)
        preview = await worker.client.post("/live/control/bulk/preview", json={**bulk, "mowers": [here["name"]]})
        assert preview.status_code == 200, preview.text


async def test_lists_hold_what_lies_in_the_area(address: str) -> None:
    """The other tests see that nothing else is told: here, that something is."""
    async with working(address, Role.DISPATCHER) as worker:
        here, headers = worker.apart["here"], {"Authorization": f"Bearer {worker.token}"}

        async def rest(path: str, **more: Any) -> Any:
            query = {name: value for name, value in QUERY.items() if name != "before"} | more
            answer = await worker.client.get(f"/api/v1{path}", headers=headers, params=query)
            assert answer.status_code == 200, (path, answer.text)
            return answer.json()

        assert [one["device_name"] for one in await rest("/mowers")] == worker.apart["mowers"]
        assert here["cluster_id"] in {one["id"] for one in await rest("/clusters")}
        assert here["visit_id"] in {one["id"] for one in await rest("/visits")}
        assert here["exception_id"] in {one["id"] for one in await rest("/visits/exceptions")}
        assert here["problem_id"] in {one["id"] for one in await rest("/problems")}
        assert here["alarm_id"] in {one["id"] for one in await rest("/alarms", over=True)}
        assert here["name"] in (await worker.client.get("/mowers.csv")).text
        page = (await worker.client.get("/mowers")).text
        for shut in ("/billing", "/operations", "/clusters/market"):
            assert shut not in page
        assert "/schedule" in page
        boxed = (await worker.client.get("/clusters/data/map", params=TOWN)).json()
        assert {one["properties"]["id"] for one in boxed["lots"]["features"]} >= {here["lot_id"]}
        assert boxed["homes"]["features"]
        assert boxed["clusters"]["features"]
        spec = (await worker.client.get("/live/spec")).json()
        addresses = set(re.findall(r"/live/layer/[\w-]+", json.dumps(spec)))
        assert {"/live/layer/lots", "/live/layer/lawns", "/live/layer/areas"} <= addresses
        for layer in addresses:
            answer = await worker.client.get(layer)
            assert answer.json()["features"]
            assert worker.told_of(answer.text) == []


@pytest.mark.parametrize("role", [Role.DISPATCHER, Role.SERVICE])
async def test_the_feed_tells_of_the_area_alone(address: str, role: Role) -> None:
    async with working(address, role) as worker:
        socket = f"{address.replace('http', 'ws', 1)}/api/v1/live/ws"
        told = []
        async with connect(socket, additional_headers={"Authorization": f"Bearer {worker.token}"}) as ws:
            while not told or told[-1]["event"] != "ready":
                told.append(json.loads(await ws.recv()))
    assert [one["data"]["device_name"] for one in told if one["event"] == "mower"] == worker.apart["mowers"]
    assert worker.told_of(json.dumps(told)) == []


async def test_the_live_maps_socket_tells_of_the_area_alone(address: str) -> None:
    async with working(address, Role.DISPATCHER) as worker:
        roster = (await worker.client.get("/live/roster")).json()
        assert [one["name"] for one in roster["mowers"]] == worker.apart["mowers"]
        cookie = "; ".join(f"{name}={value}" for name, value in worker.client.cookies.items())
        said: dict[str, Any] = {}
        frame = None
        async with connect(
            f"{address.replace('http', 'ws', 1)}/live/ws", additional_headers={"cookie": cookie}, max_size=None
        ) as ws:
            await ws.send(json.dumps({"watch": worker.apart["there"]["name"]}))
            while frame is None or "accounts" not in said:
                one = await ws.recv()
                if isinstance(one, bytes):
                    frame = decode(one) if decode(one).kind == FLEET else frame
                else:
                    message = json.loads(one)
                    said[message["type"]] = message
    assert len(frame.longitude) == len(worker.apart["mowers"])
    assert {"accounts", "alarms", "no_go", "clusters"} <= set(said)
    assert [one["name"] for one in said["no_go"]["areas"]] == ["Bed"]
    assert worker.told_of(json.dumps(said)) == []


@pytest.mark.parametrize("role", sorted(set(BOUNDED) - {Role.DISPATCHER}))
async def test_every_role_of_the_office_is_bounded(address: str, role: Role) -> None:
    async with working(address, role) as worker:
        headers = {"Authorization": f"Bearer {worker.token}"}
        mowers = (await worker.client.get("/api/v1/mowers", headers=headers)).json()
        assert [one["device_name"] for one in mowers] == worker.apart["mowers"]
        shut = await worker.client.get("/api/v1/fleet/stop-figures", headers=headers)
        assert (shut.status_code, shut.json()["detail"]) == (403, ELSEWHERE)
        for export in ("mowers", "sessions"):
            answer = await worker.client.get(f"/api/v1/exports/{export}.csv", headers=headers)
            assert answer.status_code == 200
            assert worker.told_of(answer.text) == []
        exports = {one["name"] for one in (await worker.client.get("/api/v1/exports", headers=headers)).json()}
        assert not exports & {"invoices", "audit"}


def test_every_kind_of_thing_that_an_address_names_is_asked_for() -> None:
    named = {thing for things in PATHS.values() for thing in things.values()} | set(THINGS.values())
    assert named == set(Thing)
    assert not IN_PERSON & AWARE - set(EXPECTED)
