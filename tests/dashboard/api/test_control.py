"""Control over REST, on a real fleet: lease, guard, quiet hours, settings, figures, geofence, incidents, bulk."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from core.accounts import HashCost, Passwords, People, Role
from core.clock import MovableClock
from core.control import IncidentKind
from core.db import Database
from core.fleet import ReportedSettings
from core.fleet.model import CommandKind, DeviceMap, MapZone, MowerState
from core.ids import new_id
from dashboard.api.bearer import Bearer
from dashboard.api.callers import CallerMiddleware
from dashboard.api.control import bulk_router, control_router
from dashboard.api.problems import install_problems
from dashboard.api.programs import ApiLimits, make_programs
from tests.core.control.cast import Street, elm_street, square
from tests.core.fleet.cast import DOCK, LUBA, YUKA, docked, mowing, report
from tests.core.fleet.conftest import ELM_STREET
from tests.core.fleet.fakes import FakeCloud, ReversingBox, device
from tests.dashboard.api.conftest import NobodyAnswers

PASSWORD = "correct horse battery"
NIGHT = {"days": [0, 1, 2, 3, 4, 5, 6], "begins": "06:00", "ends": "09:00"}
BIG = 2**63 + 11


@dataclass
class Desk:
    """The API with its street and a client."""

    street: Street
    people: People
    client: httpx.AsyncClient
    tokens: dict[str, str]

    async def __call__(self, who: str, method: str, path: str, **more: Any) -> httpx.Response:
        headers = {"Authorization": f"Bearer {self.tokens[who]}"} | more.pop("headers", {})
        return await self.client.request(method, path, headers=headers, **more)


@pytest.fixture
async def desk(sqlite_database: Database, clock: MovableClock) -> AsyncIterator[Desk]:
    """12 Elm St with a Luba at its dock; a second Yuka without a lot; two dispatchers and a technician."""
    people = People(sqlite_database, clock, passwords=Passwords(HashCost(1, 8, 1)))
    tokens = {}
    for name, role in (("ana", Role.DISPATCHER), ("ben", Role.DISPATCHER), ("tom", Role.TECHNICIAN)):
        email = f"{name}@elm.example"
        await people.create_person(email=email, role=role, password=PASSWORD)
        tokens[name] = (await people.sign_in(email, PASSWORD)).token
    cloud = FakeCloud(clock, {ELM_STREET: [device(LUBA), device(YUKA, "Yuka")]})
    async with elm_street(sqlite_database, clock, cloud) as street:
        await street.lot("12 Elm St", "host", square(-10))
        await street.control.fences.refresh()
        await street.hears(docked(0), docked(0, device_name=YUKA))
        app, bearer = FastAPI(), Bearer()
        programs = make_programs(
            database=sqlite_database,
            clock=clock,
            people=people,
            box=ReversingBox(),
            limits=ApiLimits(),
            post=NobodyAnswers(),
        )
        app.add_middleware(CallerMiddleware, callers=programs.callers)
        install_problems(app)
        app.include_router(control_router(bearer=bearer, control=street.control))
        app.include_router(bulk_router(bearer=bearer, bulk=street.control.bulk))
        transport = httpx.ASGITransport(app, raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
            yield Desk(street, people, client, tokens)


async def test_a_lease_is_taken_refused_taken_over_and_given_back(desk: Desk) -> None:
    path = f"/mowers/{LUBA}/lease"
    assert (await desk("ana", "GET", path)).json() == {"device_name": LUBA, "lease": None}
    assert (await desk("ana", "POST", path)).json()["lease"]["holder"] == "ana@elm.example"
    refused = await desk("ben", "POST", path)
    assert (refused.status_code, refused.json()["detail"]) == (409, "ana@elm.example holds the controls of this mower.")
    guard = (await desk("ben", "GET", f"/mowers/{LUBA}/guard?kind=start")).json()
    assert guard["reasons"] == ["Somebody else holds the controls of this mower."]
    assert guard["overridable"] is False
    assert (await desk("ben", "POST", f"{path}/take-over")).json()["lease"]["holder"] == "ben@elm.example"
    assert (await desk("ben", "DELETE", path)).json()["lease"] is None
    assert (await desk("ben", "GET", "/mowers/Nobody/lease")).status_code == 404


async def test_quiet_hours_are_read_and_written_and_hold(desk: Desk) -> None:
    path = f"/mowers/{LUBA}/quiet-hours"
    denied = await desk("tom", "PUT", path, json={"windows": [NIGHT]})
    assert denied.status_code == 403
    told = (await desk("ana", "PUT", path, json={"windows": [NIGHT]})).json()
    assert (told["address"], told["time_zone"], told["windows"]) == ("12 Elm St", "America/Chicago", [NIGHT])
    assert told["quiet_until"] == "2026-06-01T14:00:00Z"
    guard = (await desk("ana", "GET", f"/mowers/{LUBA}/guard")).json()
    assert (guard["reasons"], guard["overridable"]) == (["The site has quiet hours now."], True)
    options = (await desk("ana", "GET", f"/mowers/{LUBA}/start-options")).json()
    assert options["quiet_until"] == "09:00 America/Chicago"
    wrong = await desk("ana", "PUT", path, json={"windows": [{**NIGHT, "begins": "6"}]})
    assert wrong.status_code == 422
    assert (await desk("ana", "GET", f"/mowers/{YUKA}/quiet-hours")).status_code == 409


async def test_areas_and_last_values_are_offered_and_the_settings_stand_beside_what_the_mower_says(desk: Desk) -> None:
    fleet, clock = desk.street.fleet, desk.street.clock
    ring = ((DOCK.longitude, DOCK.latitude),) * 4
    areas = (MapZone(BIG, "Front", ring), MapZone(7, "", ring))
    await fleet.maps.put(DeviceMap(device_name=LUBA, synced_at=clock.now(), areas=areas))
    path = f"/mowers/{LUBA}/settings"
    assert (await desk("ana", "GET", path)).json()["settings"] == []
    asked = {"areas": [BIG, 7], "blade_height_mm": 45}
    await fleet.commands.request(
        device_name=LUBA, kind=CommandKind.START, parameters=asked, asked_by="ana", source="api"
    )
    await fleet.commands.step()
    options = (await desk("ana", "GET", f"/mowers/{LUBA}/start-options")).json()
    assert options["areas"] == [
        {"number": str(BIG), "name": "Front", "no_go": False},
        {"number": "7", "name": "#2", "no_go": False},
    ]
    assert options["last"] == {"areas": [str(BIG), "7"], "blade_height_mm": 45}
    assert (await desk("ana", "GET", path)).json()["agrees"] is None
    clock.move(2)
    await fleet.settings.put(
        ReportedSettings(device_name=LUBA, reported_at=clock.now(), areas=(BIG, 7), blade_height_mm=50)
    )
    told = (await desk("ana", "GET", path)).json()
    assert told["agrees"] is False
    assert told["settings"] == [
        {"name": "areas", "requested": [str(BIG), "7"], "reported": [str(BIG), "7"], "agrees": True},
        {"name": "blade_height_mm", "requested": 45, "reported": 50, "agrees": False},
    ]
    clock.move(2)
    await desk.street.hears(mowing(5, north=0.0, blade_height_mm=45))
    assert (await desk("ana", "GET", path)).json()["agrees"] is True


async def test_stop_figures_geofence_and_incidents_are_told(desk: Desk) -> None:
    street = desk.street
    figures = (await desk("ana", "GET", f"/mowers/{LUBA}/stop-figures")).json()
    assert figures == {"all": {"asked": 0, "proven": 0, "chance": None, "p50_s": None, "p95_s": None}, "by_link": {}}
    assert (await desk("ana", "GET", "/fleet/stop-figures")).json() == figures
    assert (await desk("ana", "GET", f"/mowers/{LUBA}/geofence")).json()["fenced"] is True
    assert (await desk("ana", "GET", f"/mowers/{YUKA}/geofence")).json()["why_not"] == "No lot is assigned to it."
    up = {"mode": MowerState.FAULT, "fault_code": 2801, "north": 3.0}
    await street.hears(report(5, **up))
    await street.control.watch.tick()
    (incident,) = (await desk("ana", "GET", "/incidents")).json()
    assert (incident["kind"], incident["device_name"]) == (IncidentKind.LIFTED, LUBA)
    assert (await desk("ana", "GET", f"/mowers/{LUBA}/incidents")).json() == [incident]
    ended = await desk("ben", "POST", f"/incidents/{incident['id']}/end", json={"reason": "Cleaned underneath."})
    assert (ended.json()["ended_by"], ended.json()["end_reason"]) == ("ben@elm.example", "Cleaned underneath.")
    again = await desk("ben", "POST", f"/incidents/{incident['id']}/end", json={"reason": "Once more."})
    assert again.status_code == 409
    assert (await desk("ana", "POST", f"/incidents/{new_id()}/end", json={"reason": "None such."})).status_code == 404


async def test_a_bulk_order_is_previewed_given_followed_and_has_its_rights(desk: Desk) -> None:
    both = {"kind": "start", "mowers": [LUBA, YUKA]}
    await desk.street.hears(docked(1, battery_percent=5, device_name=YUKA))
    rows = (await desk("ana", "POST", "/bulk-commands/preview", json=both)).json()
    assert [(row["device_name"], row["reasons"], row["overridable"]) for row in rows] == [
        (LUBA, [], False),
        (YUKA, ["The battery is too low to start."], True),
    ]
    cancel = await desk("ana", "POST", "/bulk-commands", json={**both, "kind": "stop"})
    assert cancel.status_code == 403
    key = str(new_id())
    begun = await desk("ana", "POST", "/bulk-commands", json=both, headers={"Idempotency-Key": key})
    assert (begun.status_code, begun.json()["id"]) == (201, key)
    asking = asyncio.create_task(desk.street.control.bulk.settle())
    while not asking.done():
        await asyncio.sleep(0)
        await desk.street.fleet.commands.step()
    told = (await desk("ana", "GET", f"/bulk-commands/{key}")).json()
    assert {row["device_name"]: row["command"]["status"] for row in told["rows"]} == {LUBA: "sent", YUKA: "refused"}
    assert (await desk("ana", "POST", f"/bulk-commands/{key}/abort")).status_code == 409
    assert (await desk("ana", "GET", f"/bulk-commands/{new_id()}")).status_code == 404
