"""The live map alone, as a process: real gate, database, fleet and push, mowers moved by hand over HTTP.

``python -m tests.dashboard.components.live_app FOLDER PORT MOWERS`` prints a session token for a dispatcher.
"""

import asyncio
import json
import sys
from collections.abc import Callable, Coroutine
from datetime import timedelta
from functools import partial
from itertools import count
from pathlib import Path
from typing import Any

import uvloop
from fastapi import FastAPI
from nicegui import Client, ui
from sqlmodel import select

from core.accounts import HashCost, Passwords, People, Role
from core.clock import Clock, SystemClock
from core.db import Database, open_database
from core.db.migrate import migrate
from core.fleet import FleetService
from core.fleet.model import (
    Confidence,
    DeviceMap,
    MapZone,
    MowerSnapshot,
    MowerState,
    PositionType,
    Reading,
    Source,
)  # fmt: skip
from core.geo import Point
from core.ids import new_id
from core.neighbourhood import NeighbourFinder, households_of_person
from core.neighbourhood.clusters import ClusterState
from core.neighbourhood.tables import AddressPoint, DataImport, Road, RoadLayer
from dashboard import gate
from dashboard.live import Live, live_router
from dashboard.pages import live_map, sign_in, sign_in_again
from dashboard.server import claim_port, serve_app
from dashboard.throttle import SignInThrottle
from tests.dashboard.live.cast import HandClusters, cluster, own_ground
from tests.dashboard.running_out import run_out

EMAIL, PASSWORD = "dispatcher@mowthos.example", "correct horse battery"
CENTRE = (-92.5, 44.01)
STATES = (MowerState.MOWING, MowerState.CHARGING, MowerState.FAULT, MowerState.DOCKED)
HOMES = (("12 Elm St", 0.0, 0.0), ("14 Elm St", 0.0004, 0.0), ("15 Elm St", 0.0, -0.0004))
"""Address, degrees east and north of the centre; Elm Street runs south of 12 and 14, north of 15."""


class PlainBox:
    def seal(self, secret: str) -> str:
        return secret

    def open(self, sealed: str) -> str:
        return sealed


def snapshot(number: int, clock: Clock, **changes: Any) -> MowerSnapshot:
    """A mower on a grid around the centre; ``state``, ``age_s``, ``east_deg``, ``battery``, ``fix`` may be given."""
    at = clock.now() - timedelta(seconds=changes.get("age_s", 0))
    state = MowerState(changes.get("state", STATES[number % len(STATES)]))
    east = changes.get("east_deg", (number % 40) * 2e-4)
    reading = Reading(
        device_name=f"Luba-{number:06d}",
        device_time=at,
        received_at=at,
        mode=state,
        battery_percent=changes.get("battery", 20 + number % 80),
        position=Point(CENTRE[0] + east, CENTRE[1] + (number // 40) * 2e-4),
        heading_deg=number * 30 % 360,
        progress_percent=number % 100,
        zone_hash=7,
        position_type=PositionType(changes.get("fix", PositionType.RTK_FIXED)),
    )
    return MowerSnapshot(
        number=number, device_name=reading.device_name, version=changes.get("version", 1), state=state, since=at,
        confidence=Confidence.PROVEN, source=Source.PUSH, evidence_at=at, device_time=at, received_at=at,
        reading=reading,
    )  # fmt: skip


async def place_homes(database: Database, clock: Clock) -> None:
    """Three homes and one street, complete for the neighbourhood."""
    async with database.session() as session:
        if (await session.exec(select(RoadLayer.id))).first() is not None:
            return
        come = DataImport(
            id=new_id(), kind="roads", name="streets", source="test", attribution="© OpenStreetMap contributors",
            imported_at=clock.now(), content_hash="0", rows=4, accepted=4, refused=0,
        )  # fmt: skip
        session.add(come)
        await session.flush()
        west, south, east, north = CENTRE[0] - 0.01, CENTRE[1] - 0.01, CENTRE[0] + 0.01, CENTRE[1] + 0.01
        box = [[west, south], [east, south], [east, north], [west, north], [west, south]]
        layer = RoadLayer(
            name="Streets", source="osm", rank=20, coverage={"type": "Polygon", "coordinates": [box]}, import_id=come.id
        )
        session.add(layer)
        await session.flush()
        line = [[west, CENTRE[1] - 0.0002], [east, CENTRE[1] - 0.0002]]
        session.add(Road(layer_id=layer.id, way_id="1", name="Elm Street", road_class="residential", line=line))
        for address, dx, dy in HOMES:
            session.add(
                AddressPoint(
                    address=address, city="ROCHESTER", state="MN", postcode="55901", longitude=CENTRE[0] + dx,
                    latitude=CENTRE[1] + dy, import_id=come.id,
                )
            )  # fmt: skip


async def mow_once(fleet: FleetService, clock: Clock) -> None:
    """An hour ago the first mower drove once up its lawn, over the middles of a column of cells, and went home."""
    at = clock.now() - timedelta(hours=1)
    for second in range(0, 60, 2):
        mode = MowerState.MOWING if second < 56 else MowerState.RETURNING
        then = at + timedelta(seconds=second)
        reading = Reading(
            device_name="Luba-000000", device_time=then, received_at=then, mode=mode,
            position=Point(CENTRE[0] + 1.016e-4, CENTRE[1] + second / 56 * 2e-4), position_type=PositionType.RTK_FIXED,
        )  # fmt: skip
        fleet.telemetry.append(0, reading, mode, Confidence.PROVEN)
    await fleet.session_keeper.turn()


def elm_row(state: ClusterState = ClusterState.ACTIVE) -> Any:
    return cluster(*[(address, CENTRE[0] + x, CENTRE[1] + y) for address, x, y in HOMES[:2]], state=state)


type Beside = Callable[[FastAPI, FleetService, Clock, Live], Coroutine[Any, Any, None]]
"""Adds its own routes to the app, and returns what is to run along."""


async def run(folder: Path, port: int, mowers: int, *, beside: Beside | None = None) -> None:
    """Serve until killed."""
    clock = SystemClock()
    database = open_database(f"sqlite:///{folder / 'live.sqlite3'}")
    await migrate(database)
    await place_homes(database, clock)
    quick = Passwords(HashCost(time_cost=1, memory_kib=8, parallelism=1))
    people = People(database, clock, passwords=quick, household_ids=partial(households_of_person, database))
    if not await people.people():
        await people.create_person(email=EMAIL, role=Role.DISPATCHER, password=PASSWORD, name="Dana Whitfield")
    fleet = FleetService(database=database, cloud=None, secret_box=PlainBox(), clock=clock)
    fleet.live.set_roster(snapshot(number, clock) for number in range(mowers))
    ring = tuple((CENTRE[0] + x, CENTRE[1] + y) for x, y in ((0, 0), (2e-4, 0), (2e-4, 2e-4), (0, 2e-4)))
    fleet.maps._latest["Luba-000000"] = DeviceMap(
        device_name="Luba-000000", synced_at=clock.now(), areas=(MapZone(7, "Front lawn", ring),), planned_path=(ring,)
    )
    if beside is None:
        await mow_once(fleet, clock)
    drawn = HandClusters(elm_row())
    live = Live(
        database=database, fleet=fleet, people=people, neighbours=NeighbourFinder(database), own_ground=own_ground,
        clock=clock, clusters=drawn,
    )  # fmt: skip
    outer = FastAPI()
    gate.install(outer, people=people, clock=clock)
    outer.include_router(live_router(live))
    live_map.register()
    sign_in.register(people=people, throttle=SignInThrottle())
    sign_in_again.register(people=people, throttle=SignInThrottle())

    versions = count(99)

    @outer.post("/put")
    async def put(changes: dict[str, Any]) -> None:
        fleet.live.put(snapshot(changes.pop("number"), clock, **{"version": next(versions), **changes}))

    @outer.post("/report")
    async def report() -> None:
        """Every mower reports now, as it was at the start."""
        for number in range(mowers):
            fleet.live.put(snapshot(number, clock, version=next(versions)))

    @outer.post("/no-go")
    async def no_go(areas: list[dict[str, Any]]) -> None:
        told = {"type": "no_go", "areas": areas}
        live.channel.keep_telling("no_go", told, meant_for=lambda scope: not scope.private)

    @outer.post("/suspend-cluster")
    async def suspend_cluster() -> None:
        drawn.change(elm_row(ClusterState.SUSPENDED))

    @outer.get("/pages")
    async def pages() -> int:
        """How many pages NiceGUI keeps open."""
        return len(Client.instances)

    @outer.post("/ring/{unread}")
    async def ring(unread: int) -> None:
        for person in await people.people():
            live.channel.tell_person(person.id, "bell", lambda: {"type": "bell", "unread": unread, "said": "Ding"})

    @outer.post("/end-sessions")
    async def end_sessions() -> None:
        for person in await people.people():
            viewer = await people.viewer_of(person.id)
            assert viewer is not None
            await people.revoke(person.id, by=viewer)

    @outer.post("/run-out")
    async def run_out_now() -> None:
        await run_out(database, clock, EMAIL)
        for session_id in live.channel.session_ids():  # what the server finds by looking every so often
            live.channel.end_session(session_id)

    along = None if beside is None else beside(outer, fleet, clock, live)
    ui.run_with(outer, title="Live", reconnect_timeout=30, tailwind=False, show_welcome_message=False)

    async def ready() -> None:
        token = (await people.sign_in(EMAIL, PASSWORD, user_agent="test")).token
        print(json.dumps({"token": token}), flush=True)

    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(live.run())
        if along is not None:
            tasks.create_task(along)
        tasks.create_task(serve_app(outer, claim_port("127.0.0.1", port), on_ready=ready))


if __name__ == "__main__":
    uvloop.run(run(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])))
