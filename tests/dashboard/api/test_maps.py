"""Device maps over REST: sync and follow, versions and what changed, zones and their lots, temporary no-go areas."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from typing import Any

from core.accounts import Role
from core.db import Database
from core.neighbourhood import create_household, register_lot
from tests.core.lawnmaps.cast import lawn, lot, ring, zone
from tests.dashboard.api.conftest import Api

LUBA = "Luba-ELM"
FRONT, BACK = zone("Front", 2, 2, 28, 38), zone("Back", 2, 50, 20, 60)


async def synced(api: Api, headers: dict[str, str], *zones: Any) -> dict[str, Any]:
    api.clock.move(60)
    api.cloud.link.maps[LUBA] = lawn(*zones, device_name=LUBA, synced_at=api.clock.now())
    begun = await api.client.post(f"/mowers/{LUBA}/map/sync", headers=headers)
    assert begun.status_code == 202
    for _ in range(200):
        state: dict[str, Any] = (await api.client.get(f"/mowers/{LUBA}/map/sync", headers=headers)).json()
        if state["ended_at"]:
            return state
        await asyncio.sleep(0.02)
    raise AssertionError("the sync did not end")


async def test_a_sync_is_followed_and_its_difference_told(api: Api) -> None:
    tess = await api.as_(Role.TECHNICIAN)
    assert (await api.client.get(f"/mowers/{LUBA}/map", headers=tess)).status_code == 404
    first = await synced(api, tess, FRONT)
    assert (first["first"], first["percent"], first["error"]) == (True, 100, "")
    second = await synced(api, tess, replace(FRONT, name="Street side"), BACK)
    told = [(one["name"], one["changes"], one["name_before"]) for one in second["diff"]["zones"]]
    assert told == [("Street side", ["renamed"], "Front"), ("Back", ["added"], None)]
    versions = (await api.client.get(f"/mowers/{LUBA}/map/versions", headers=tess)).json()
    assert [(one["newest"], one["areas"]) for one in versions] == [(True, 2), (False, 1)]
    diff = (await api.client.get(f"/mowers/{LUBA}/map/diff", headers=tess)).json()
    assert [one["changes"] for one in diff["zones"]] == [["renamed"], ["added"]]
    same = {"before": versions[0]["id"], "after": versions[0]["id"]}
    assert (await api.client.get(f"/mowers/{LUBA}/map/diff", headers=tess, params=same)).json()["same"]
    old = (await api.client.get(f"/mowers/{LUBA}/map/versions/{versions[1]['id']}", headers=tess)).json()
    assert [area["name"] for area in old["areas"]] == ["Front"]
    restored = await api.client.put(f"/mowers/{LUBA}/map/shown", headers=tess, json={"version_id": versions[1]["id"]})
    assert (restored.status_code, restored.json()["id"]) == (200, versions[1]["id"])
    shown = (await api.client.get(f"/mowers/{LUBA}/map/versions", headers=tess)).json()
    assert [one["shown"] for one in shown] == [False, True]
    assert len(await api.people.audit.lines(action="map.restore")) == 1


async def test_a_blocked_zone_is_listed_and_tied_by_hand(api: Api, sqlite_database: Database) -> None:
    tess = await api.as_(Role.TECHNICIAN)
    household = await create_household(sqlite_database, api.clock, name="The Olsens")
    drawn = lot(0)
    home = await register_lot(
        sqlite_database, household_id=household, address=drawn.address, city=drawn.city,
        longitude=drawn.longitude, latitude=drawn.latitude, boundary=drawn.boundary,
    )  # fmt: skip
    await synced(api, tess, FRONT, BACK)
    (blocked,) = (await api.client.get("/zones", headers=tess)).json()
    assert (blocked["zone_name"], blocked["status"], blocked["zone_hash"]) == ("Back", "unmapped", str(BACK.hash))
    path = f"/mowers/{LUBA}/zones/{BACK.hash}"
    tied = await api.client.put(f"{path}/tie", headers=tess, json={"lot_id": str(home.id), "reason": "behind the shed"})
    assert (tied.json()["status"], tied.json()["by_person"]) == ("tied", True)
    assert (await api.client.get("/zones", headers=tess)).json() == []
    history = (await api.client.get(f"{path}/history", headers=tess)).json()
    assert [(one["status"], one["actor"]) for one in history] == [("tied", "technician@elm.example"), ("unmapped", "")]
    zones = (await api.client.get(f"/mowers/{LUBA}/zones", headers=tess)).json()
    assert [(one["zone_name"], one["lot_id"]) for one in zones] == [("Back", str(home.id)), ("Front", str(home.id))]


async def test_a_no_go_is_drawn_runs_by_the_clock_and_is_ended(api: Api) -> None:
    dana = await api.as_(Role.DISPATCHER)
    now = api.clock.now()
    party = {
        "name": "Party", "ring": [list(place) for place in ring((0, 0), (5, 0), (5, 5), (0, 5))],
        "starts_at": (now + timedelta(hours=1)).isoformat(), "ends_at": (now + timedelta(hours=3)).isoformat(),
    }  # fmt: skip
    drawn = await api.client.post(f"/mowers/{LUBA}/no-go", headers=dana, json=party)
    assert (drawn.status_code, drawn.json()["phase"]) == (201, "planned")
    phases = []
    for _ in range(4):
        phases.append((await api.client.get(f"/mowers/{LUBA}/no-go", headers=dana)).json()[0]["phase"])
        api.clock.move(3600)
        dana = await api.as_(Role.DISPATCHER)
    assert phases == ["planned", "active", "active", "over"]
    again = (await api.client.post(f"/mowers/{LUBA}/no-go", headers=dana, json=party)).json()
    assert again["code"] == "invalid"
    later = party | {"ends_at": (now + timedelta(days=1)).isoformat()}
    other = (await api.client.post(f"/mowers/{LUBA}/no-go", headers=dana, json=later)).json()
    assert (await api.client.delete(f"/no-go/{other['id']}", headers=dana)).json()["phase"] == "cancelled"
    assert (await api.client.delete(f"/no-go/{other['id']}", headers=dana)).status_code == 409


async def test_maps_are_for_the_fleets_people_and_changed_by_those_who_may(api: Api) -> None:
    hugo, dana = await api.as_(Role.HOMEOWNER), await api.as_(Role.DISPATCHER)
    for path in ("map", "map/versions", "map/diff", "map/sync", "zones", "no-go"):
        assert (await api.client.get(f"/mowers/{LUBA}/{path}", headers=hugo)).status_code == 403
    assert (await api.client.post(f"/mowers/{LUBA}/map/sync", headers=hugo)).status_code == 403
    assert (await api.client.get("/mowers/stranger/zones", headers=dana)).status_code == 404
