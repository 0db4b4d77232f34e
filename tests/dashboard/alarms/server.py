"""The pages of alarms and service as a process of their own, for browser tests: the real fleet and alarms, no vendor.

``/test/...`` let a test make things happen, and time pass: the clock runs, and jumps when it is told to.
"""

import asyncio
import sys
from datetime import datetime, timedelta

import uvicorn
from fastapi import FastAPI
from nicegui import app, ui

from core.accounts import HashCost, Passwords, People, Role
from core.clock import SystemClock
from core.db import open_database
from core.db.migrate import migrate
from core.drills import DrillFloor, Fault, Target
from core.errors import Unavailable
from core.fleet import FleetService
from core.fleet.model import FleetEvent, FleetEventKind, LinkHealth, LinkState, MowerState, PositionType, Reading
from core.fleet.tables import Mower, VendorAccount
from core.geo import Point
from core.ids import new_id
from dashboard import gate
from dashboard.bell import BellPush, bell_router
from dashboard.care import make_care
from dashboard.mower_tabs.alarms import alarms_tab
from dashboard.mower_tabs.now import now_tab
from dashboard.mower_tabs.service import service_tab
from dashboard.pages import alarms, drill, mower, mowers, service, sign_in
from dashboard.throttle import SignInThrottle
from external.mammotion import MammotionLexicon
from tests.core.fleet.fakes import ReversingBox

PASSWORD = "correct horse battery"
ELM = "elm.street@mowthos.example"
PEOPLE = (
    ("dana", "Dana Reyes", Role.DISPATCHER, "en"),
    ("tess", "Tess Nowak", Role.TECHNICIAN, "en"),
    ("ada", "Ada Lind", Role.ADMIN, "en"),
    ("greta", "Greta Vogel", Role.ADMIN, "de"),
    ("hugo", "Hugo Olsen", Role.HOMEOWNER, "en"),
)


class JumpingClock(SystemClock):
    """The machine's clock, which a test may push forward."""

    def __init__(self) -> None:
        self.ahead = timedelta()

    def now(self) -> datetime:
        return super().now() + self.ahead


class OneAccount:
    """Breaks the one account of this fleet; of other faults nobody hears."""

    def __init__(self, fleet: FleetService, clock: SystemClock) -> None:
        self._fleet, self._clock = fleet, clock

    async def set_to_work(self, device_name: str) -> None:
        raise Unavailable(f"{device_name} has no twin")

    async def inject(self, fault: Fault, target: Target, *, for_s: float) -> None:
        self._link(LinkState.BLOCKED if fault is Fault.ACCOUNT_BLOCKED else LinkState.UP)

    async def mend(self, fault: Fault, target: Target) -> None:
        self._link(LinkState.UP)

    async def heal(self) -> None:
        self._link(LinkState.UP)

    def _link(self, state: LinkState) -> None:
        self._fleet.accounts._health[ELM] = LinkHealth(account=ELM, state=state, since=self._clock.now())


async def main(port: int, folder: str, mowers_count: int = 40) -> None:
    clock = JumpingClock()
    database = open_database(f"sqlite:///{folder}/alarms.sqlite3")
    await migrate(database)
    people = People(database, clock, passwords=Passwords(HashCost(1, 8, 1)))
    for short, name, role, language in PEOPLE:
        await people.create_person(
            email=f"{short}@elm.example", role=role, password=PASSWORD, name=name, language=language
        )
    account = VendorAccount(account=ELM, state="up", state_since=clock.now(), linked_at=clock.now(), id=new_id())
    async with database.session() as session:
        session.add(account)
        await session.flush()
        for number in range(1, mowers_count + 1):
            session.add(
                Mower(
                    number=number,
                    device_name=f"Luba-{number:02}",
                    model="Luba 2 AWD 3000" if number % 3 else "Yuka 1500",
                    vendor_account_id=account.id,
                    created_at=clock.now(),
                )
            )
    fleet = FleetService(database=database, cloud=None, secret_box=ReversingBox(), clock=clock)
    care = make_care(database=database, clock=clock, fleet=fleet, people=people, lexicon=MammotionLexicon())
    await fleet.start()
    fleet.accounts._health[ELM] = LinkHealth(account=ELM, state=LinkState.UP, since=clock.now())
    await care.alarms.start()

    def say(name: str, state: MowerState = MowerState.MOWING, north: float = 0.0, **fields: object) -> None:
        now = clock.now()
        fleet.pipeline.enqueue(
            [
                Reading(
                    device_name=name,
                    device_time=now,
                    received_at=now,
                    mode=state,
                    battery_percent=80,
                    charging=state in (MowerState.CHARGING, MowerState.DOCKED),
                    blade_on=state is MowerState.MOWING,
                    position=Point(-92.48, 44.02 + north * 1e-5),
                    position_type=PositionType.RTK_FIXED,
                    **fields,  # type: ignore[arg-type]
                )
            ]
        )

    for number in range(1, mowers_count + 1):
        say(f"Luba-{number:02}", MowerState.MOWING if number > 8 else MowerState.CHARGING)

    @app.post("/test/mow/{name}")
    async def mow(name: str) -> None:
        for step in range(3):
            say(name, MowerState.MOWING, north=10.0 + step * 40)
            await clock.sleep(0.3)

    @app.post("/test/move/{seconds}")
    async def move(seconds: int) -> None:
        clock.ahead += timedelta(seconds=seconds)

    @app.post("/test/say/{name}/{state}")
    async def report(name: str, state: MowerState, fault: int | None = None) -> None:
        say(name, state, north=clock.now().microsecond / 1e4, fault_code=fault)

    @app.post("/test/event/{name}/{kind}")
    async def event(name: str, kind: FleetEventKind) -> None:
        word = fleet.live.get(name).state
        fleet.pipeline.happened.emit(FleetEvent(kind=kind, device_name=name, at=clock.now(), before=word, after=word))

    @app.post("/test/count")
    async def count() -> None:
        await care.maintenance.count()

    @app.post("/test/link/{state}")
    async def link(state: LinkState) -> None:
        fleet.accounts._health[ELM] = LinkHealth(account=ELM, state=state, since=clock.now())

    outer = FastAPI(openapi_url=None)
    gate.install(outer, people=people, clock=clock, drill=True)
    outer.include_router(bell_router(care.notices))
    BellPush(care.notices, clock)
    sign_in.register(people=people, throttle=SignInThrottle())
    mowers.register(live=fleet.live, roster=fleet.roster.all, clock=clock)
    mower.register(
        live=fleet.live,
        roster=fleet.roster.all,
        tabs=(now_tab(fleet.live), alarms_tab(care.alarms), service_tab(care.maintenance, people)),
    )
    alarms.register(alarms=care.alarms, notices=care.notices, people=people, clock=clock)
    floor = DrillFloor(
        clock=clock, fleet=fleet, alarms=care.alarms, audit=people.audit, injector=OneAccount(fleet, clock)
    )
    drill.register(floor=floor, people=people, clock=clock)
    service.register(maintenance=care.maintenance, lexicon=care.alarms.lexicon, clock=clock)
    ui.run_with(outer, title="MowthosOS", dark=None, tailwind=False, reconnect_timeout=30, show_welcome_message=False)
    server = uvicorn.Server(uvicorn.Config(outer, port=port, log_level="warning", ws="websockets-sansio"))
    await server.serve()
    await floor.stop()
    await care.alarms.stop()
    await fleet.stop()


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]), sys.argv[2]))
