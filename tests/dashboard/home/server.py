"""The homeowner's page as a process of its own, for browser tests: a small seeded town and a mower led by hand."""

import asyncio
import sys
from functools import partial

import uvicorn
from fastapi import FastAPI
from nicegui import app, ui

from core.accounts import HashCost, Passwords, People, Role
from core.clock import SystemClock
from core.db import open_database
from core.db.migrate import migrate
from core.db.reads import mower_roster
from core.fleet import LiveFleet, TelemetryStore
from core.fleet.model import Confidence, MowerSnapshot, MowerState, PositionType, Reading, Source
from core.geo import Point
from core.neighbourhood import add_person, create_household, households_of_person, register_lot
from dashboard import gate
from dashboard.demo_seed import seed_demo
from dashboard.pages import home, sign_in
from dashboard.throttle import SignInThrottle
from tests.towns import small_town

PASSWORD = "correct horse battery"
TOWN = small_town()
CLUSTER = TOWN.clusters[0]


async def main(port: int, folder: str) -> None:
    clock = SystemClock()
    database = open_database(f"sqlite:///{folder}/home.sqlite3")
    await migrate(database)
    await seed_demo(database, TOWN, clock)
    people = People(
        database,
        clock,
        passwords=Passwords(HashCost(1, 8, 1)),
        household_ids=partial(households_of_person, database),
    )
    await people.create_person(email="nora@elm.example", role=Role.HOMEOWNER, password=PASSWORD, name="Nora Lind")
    bare = await people.create_person(email="bo@elm.example", role=Role.HOMEOWNER, password=PASSWORD, name="Bo Lind")
    household = await create_household(database, clock, name="Lind")
    await add_person(database, household_id=household, person_id=bare.id)
    await register_lot(
        database, household_id=household, address="1 Elm Street", city="Elmton", longitude=-92.5, latitude=44.0
    )
    live, telemetry = LiveFleet(), TelemetryStore(database, clock)
    rows = await mower_roster(database)
    live.set_roster([MowerSnapshot(number=row.number, device_name=row.device_name) for row in rows])

    @app.post("/test/mower/{state}/{home_id}/{battery}")
    async def lead(state: str, home_id: int, battery: int) -> None:
        """The cluster's mower reports from the middle of a home's back lawn."""
        lawn = next(lawn.polygon for lawn in TOWN.homes[home_id].lawns if lawn.part == "back")
        spot = TOWN.lonlat(lawn.representative_point())
        now = clock.now()
        reading = Reading(
            device_name=CLUSTER.device_name,
            device_time=now,
            received_at=now,
            mode=MowerState(state),
            battery_percent=battery,
            position=Point(spot.x, spot.y),
            heading_deg=45.0,
            position_type=PositionType.RTK_FIXED,
            progress_percent=63,
            minutes_left=25,
        )
        live.put(
            MowerSnapshot(
                number=1,
                device_name=CLUSTER.device_name,
                state=MowerState(state),
                since=now,
                confidence=Confidence.PROVEN,
                source=Source.PUSH,
                evidence_at=now,
                device_time=now,
                received_at=now,
                reading=reading,
                online=True,
            )
        )

    @app.get("/test/listeners")
    async def listeners() -> int:
        return live.changed.subscribers

    outer = FastAPI(openapi_url=None)
    gate.install(outer, people=people, clock=clock)
    sign_in.register(people=people, throttle=SignInThrottle())
    home.register(database=database, live=live, clock=clock, history=telemetry)
    ui.run_with(outer, title="MowthosOS", dark=None, tailwind=False, reconnect_timeout=1, show_welcome_message=False)
    await uvicorn.Server(uvicorn.Config(outer, port=port, log_level="warning", ws="websockets-sansio")).serve()


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]), sys.argv[2]))
