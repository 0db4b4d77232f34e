"""The schedule and a household's page as a process of their own.

``python -m tests.dashboard.visits.server PORT FOLDER``. It is Monday, 1 June 2026,
7 o'clock in Le Sueur when it starts. ``/test/move?hours=N`` or ``?to=ISO`` lets time pass; with ``run=true`` due visits
are run, and need a person: no zone of any map is known. ``/test/mow`` puts the mower to work on 12 Elm St,
``/test/leaves`` lets it be seen on its way home.
"""

import asyncio
import sys
from datetime import UTC, date, datetime, time, timedelta
from functools import partial
from uuid import UUID

import uvicorn
from fastapi import FastAPI
from nicegui import ui

from core.accounts import HashCost, Passwords, People, Role, Viewer
from core.clock import SystemClock
from core.control.tables import QuietHours
from core.db import Database, open_database
from core.db.migrate import migrate
from core.fleet import FleetService, NoLexicon
from core.fleet.model import MowerState, PositionType, Reading
from core.fleet.tables import Mower
from core.geo import Point
from core.neighbourhood import add_person, assign_mower, create_household, households_of_person, register_lot
from core.scheduling import Rhythm, ServicePlan
from core.scheduling.service import Scheduling
from dashboard import gate
from dashboard.clusters.uploads import Uploads
from dashboard.fresh import Freshness
from dashboard.home.cards import HomeCards
from dashboard.home.routes import home_router
from dashboard.home.visit_card import VisitCards
from dashboard.households import make_households
from dashboard.pages import home, home_problem, home_visit, requests, schedule, sign_in
from dashboard.throttle import SignInThrottle
from dashboard.visits.feed import feed_router
from tests.core.fleet.fakes import FakeCloud, ReversingBox, device

PASSWORD = "correct horse battery"
BEGIN = datetime(2026, 6, 1, 12, tzinfo=UTC)
ELM, WEST, SOUTH = "Luba-ELM", -93.9, 44.46
CAST = (
    (Role.DISPATCHER, "Dana Reyes", "en", ""),
    (Role.DISPATCHER, "Greta Vogel", "de", ""),
    (Role.TECHNICIAN, "Tom Reed", "en", ""),
    (Role.HOMEOWNER, "Hana Ito", "en", "12 ELM ST"),
    (Role.HOMEOWNER, "Nikhil Rao", "en", "14 ELM ST"),
    (Role.HOMEOWNER, "Olga Berg", "en", "16 ELM ST"),
)


class MovedClock(SystemClock):
    """The machine's clock, set to the day of the tests."""

    def __init__(self) -> None:
        self.ahead = BEGIN - super().now()

    def now(self) -> datetime:
        return super().now() + self.ahead


async def cast(database: Database, people: People, clock: MovedClock) -> dict[str, UUID]:
    """People, their lots, and one mower that serves them all; lots by address."""
    lots: dict[str, UUID] = {}
    mower = Mower(number=1, device_name="Luba-ELM", created_at=clock.now())
    mower_id = mower.id
    async with database.session() as session:
        session.add(mower)
    for role, name, language, address in CAST:
        email = f"{name.split()[0].lower()}@elm.example"
        person = await people.create_person(
            email=email, role=role, password=PASSWORD, name=name, language=language, source="cli"
        )
        if address:
            household = await create_household(database, clock, name=name)
            await add_person(database, household_id=household, person_id=person.id)
            lot = await register_lot(
                database, household_id=household, address=address, city="Le Sueur", longitude=-93.9, latitude=44.46,
                boundary=ground(len(lots)), lawns=[ground(len(lots), inside=0.00005)],
            )  # fmt: skip
            lots[address] = lot.id
            part = "neighbour" if "host" in lots else "host"
            await assign_mower(database, lot_id=lot.id, mower_id=mower_id, part=part)
            lots.setdefault("host", lot.id)
    return lots


def ground(number: int, *, inside: float = 0.0) -> dict[str, object]:
    """A lot of about 40 by 45 m, one beside the other; ``inside`` degrees within its edge."""
    west, east = WEST + 0.0006 * number + inside, WEST + 0.0006 * number + 0.0005 - inside
    south, north = SOUTH + inside, SOUTH + 0.0004 - inside
    ring = [[west, south], [east, south], [east, north], [west, north], [west, south]]
    return {"type": "Polygon", "coordinates": [ring]}


def mows(at: datetime, north: float, state: MowerState = MowerState.MOWING) -> Reading:
    """The mower on 12 Elm St."""
    return Reading(
        device_name=ELM, device_time=at, received_at=at, mode=state, battery_percent=80, blade_on=True,
        position=Point(WEST + 0.0002, SOUTH + 0.0001 + north / 111_320), position_type=PositionType.RTK_FIXED,
    )  # fmt: skip


async def plans(
    database: Database, people: People, scheduling: Scheduling, clock: MovedClock, lots: dict[str, UUID]
) -> None:
    """Two of the three lots have a plan for Tuesdays and Fridays; Wednesdays from noon to one are quiet."""
    (dana,) = [one for one in await people.people() if one.email.startswith("dana")]
    by = Viewer(person_id=dana.id, email=dana.email, name=dana.name, role=dana.role)
    async with database.session() as session:
        session.add(
            QuietHours(
                lot_id=lots["host"], position=0, days="2", begins_minute=12 * 60, ends_minute=13 * 60, set_by="dana",
                set_at=clock.now(),
            )
        )  # fmt: skip
    for address in ("12 ELM ST", "14 ELM ST"):
        plan = ServicePlan(
            rhythm=Rhythm.WEEKLY, starts_on=date(2026, 6, 1), weekdays=frozenset({1, 4}), window_begins=time(9),
            window_ends=time(15), minutes=60,
        )  # fmt: skip
        await scheduling.plans.save(
            lot_id=lots[address], plan=plan, valid_from=date(2026, 6, 1), expected_version=0, by=by
        )


async def nothing(*_asked: object) -> tuple[()]:
    """No map, and so no zone of anybody, and no session."""
    return ()


async def main(port: int, folder: str) -> None:
    clock, wall = MovedClock(), SystemClock()
    database = open_database(f"sqlite:///{folder}/visits.sqlite3")
    await migrate(database)
    theirs = partial(households_of_person, database)
    people = People(database, wall, passwords=Passwords(HashCost(1, 8, 1)), household_ids=theirs)
    scheduling = Scheduling(database=database, clock=clock, audit=people.audit, household_ids=theirs)
    lots = await cast(database, people, clock)
    await plans(database, people, scheduling, clock, lots)

    cloud = FakeCloud(clock, {"elm@mowthos.example": [device(ELM)]})
    fleet = FleetService(database=database, cloud=cloud, secret_box=ReversingBox(), clock=clock)
    await fleet.start()
    await fleet.accounts.link("elm@mowthos.example", "right password", by="admin")
    cloud.link.acknowledges = True
    scheduling.attach(
        starts=fleet.commands, zones=nothing, sessions=nothing, sight=lambda _name: None, wet=lambda _name: False,
        gate=None,
    )  # fmt: skip
    households = make_households(database=database, clock=clock, audit=people.audit, fleet=fleet, scheduling=scheduling)
    await households.keep_off.start()

    outer = FastAPI(openapi_url=None)
    gate.install(outer, people=people, clock=wall)

    @outer.get("/test/mow")
    async def mow(minutes: int = 0) -> list[str]:
        """At work now, and for some minutes before; what it was told since it began."""
        now = clock.now()
        fleet.pipeline.enqueue([mows(now - timedelta(seconds=5 * n), -0.2 * n) for n in range(12 * minutes + 2, 0, -1)])
        fleet.pipeline.enqueue([mows(now, 0.2)])
        fleet.pipeline.drain()
        await fleet.telemetry.flush()
        return [kind.value for _name, kind, _parameters, _id in cloud.link.sent]

    @outer.get("/test/leaves")
    async def leaves() -> None:
        fleet.pipeline.enqueue([mows(clock.now(), 0.0, MowerState.RETURNING)])
        fleet.pipeline.drain()

    @outer.get("/test/move")
    async def move(hours: float = 0, to: datetime | None = None, run: bool = False) -> str:
        clock.ahead += timedelta(hours=hours) if to is None else max(timedelta(0), to - clock.now())
        if run:
            await scheduling.run_visits()
        await scheduling.generate()
        await scheduling.settling.settle()
        return clock.now().isoformat()

    outer.include_router(feed_router(scheduling, clock))
    sign_in.register(people=people, throttle=SignInThrottle())
    schedule.register(scheduling=scheduling, people=people, clock=clock, notes=households.notes)
    uploads, freshness = Uploads(clock), Freshness(database.writes, clock)
    home.register(
        database=database, live=fleet.live, clock=clock, history=fleet.telemetry,
        visits=VisitCards(scheduling=scheduling, people=people, clock=clock, freshness=freshness, reports=True),
        cards=HomeCards(
            households=households, scheduling=scheduling, people=people, clock=clock, freshness=freshness
        ),
    )  # fmt: skip
    home_visit.register(database=database, households=households, people=people, lexicon=NoLexicon())
    home_problem.register(database=database, problems=households.problems, uploads=uploads, people=people)
    outer.include_router(home_router(uploads=uploads, problems=households.problems))
    requests.register(households=households, scheduling=scheduling, people=people, clock=clock)
    ui.run_with(outer, title="MowthosOS", dark=None, tailwind=False, reconnect_timeout=30, show_welcome_message=False)
    await uvicorn.Server(uvicorn.Config(outer, port=port, log_level="warning", ws="websockets-sansio")).serve()


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]), sys.argv[2]))
