"""The pages of accounts as a process of their own, for browser tests: real accounts, a small made-up fleet."""

import asyncio
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path

import uvicorn
from fastapi import FastAPI
from nicegui import app, ui

from core.accounts import Entrance, FactorRules, HashCost, Passwords, People, Role, SecondFactors, SignOn, SignOnRules
from core.clock import SystemClock
from core.db import Database, open_database
from core.db.migrate import migrate
from core.errors import NeedsHuman, Unavailable
from core.fleet import FleetService, LiveFleet
from core.fleet.model import Confidence, LinkState, MowerSnapshot, MowerState, PositionType, Reading, Source
from core.geo import Point
from core.jobs import Job, JobBook
from core.neighbourhood import Provenance
from core.texts import N_
from dashboard import gate
from dashboard.metrics import Answers
from dashboard.operations import Operations
from dashboard.pages import account_security, admin, mowers, operations, second_step, sign_in, sign_in_again, sign_on
from dashboard.scheduler import Scheduler
from dashboard.throttle import SignInThrottle
from external.identity import OidcProvider
from tests.core.fleet.fakes import ReversingBox
from tests.dashboard.running_out import run_out
from tests.external.identity.company import SECRET

PASSWORD = "correct horse battery"
STATES = (MowerState.MOWING, MowerState.CHARGING, MowerState.MOWING, MowerState.FAULT)


@dataclass(frozen=True)
class Facts:
    device_name: str
    model: str
    account: str | None


@dataclass(frozen=True)
class Account:
    account: str
    state: LinkState
    since: datetime
    detail: str = ""
    task: str | None = None
    devices: int = 0
    requests_24h: int = 3
    request_ceiling: int = 500
    refused_frames: int = 0


class Accounts:
    """Links any account but those whose password is "wrong"."""

    def __init__(self, clock: SystemClock) -> None:
        self._clock = clock
        self._linked: list[Account] = []

    async def accounts(self) -> Sequence[Account]:
        return tuple(self._linked)

    async def link(self, account: str, password: str, *, by: str) -> Account:
        if password == "wrong":
            raise NeedsHuman(
                N_("The vendor refuses this account: sign in with the vendor's own app, then link it again.")
            )
        linked = Account(account, LinkState.UP, self._clock.now(), devices=2)
        self._linked.append(linked)
        return linked


def fleet(now: datetime) -> tuple[list[Facts], LiveFleet]:
    """Twelve mowers, three a state pattern, at work on one street."""
    facts = [Facts(f"Luba-{number:02}", "Luba 2", "fleet@elm.example") for number in range(12)]
    live = LiveFleet()
    live.set_roster(
        MowerSnapshot(
            number=number,
            device_name=one.device_name,
            state=STATES[number % len(STATES)],
            confidence=Confidence.PROVEN,
            source=Source.PUSH,
            received_at=now - timedelta(seconds=number),
            reading=Reading(
                device_name=one.device_name,
                device_time=now,
                received_at=now,
                battery_percent=20 + number,
                position=Point(-92.48, 44.02),
                position_type=PositionType.RTK_FIXED,
            ),
        )
        for number, one in enumerate(facts)
    )
    return facts, live


def made_up_jobs() -> tuple[Job, ...]:
    """One that goes well, one that finds work, one whose outside does not answer."""

    async def sweep() -> int:
        await asyncio.sleep(2.5)
        return 3

    async def idle() -> int:
        return 0

    async def refused() -> None:
        raise Unavailable(N_("the vendor's cloud did not answer in time"))

    return (
        Job("fleet.ask_silent_mowers", 3, idle, "Asks silent mowers for a report"),
        Job("fleet.check_sign_ins", 3, refused, "Checks the sign-ins"),
        Job("operations.thin_runs", 599, sweep, "Forgets old runs"),
    )


def made_sign_on(issuer: str, people: People, database: Database, clock: SystemClock) -> SignOn:
    provider = OidcProvider(issuer=issuer, client_id="mowthos", client_secret=SECRET, clock=clock, name="Elm Company")
    return SignOn(database, clock, people, provider, SignOnRules(create=True))


type Also = Callable[[People, Database], None]


async def main(port: int, folder: str, also: Also | None = None) -> None:
    """Serve them; ``also`` puts further pages beside."""
    clock = SystemClock()
    database = open_database(f"sqlite:///{folder}/pages.sqlite3")
    await migrate(database)
    factors = SecondFactors(database, clock, ReversingBox(), FactorRules())
    people = People(database, clock, passwords=Passwords(HashCost(1, 8, 1)), factors=factors)
    for role, name in ((Role.DISPATCHER, "Dana Reyes"), (Role.ADMIN, "Ada Lind"), (Role.HOMEOWNER, "Hugo Olsen")):
        email = f"{name.split()[0].lower()}@elm.example"
        await people.create_person(email=email, role=role, password=PASSWORD, name=name)
    await people.create_person(
        email="greta@elm.example", role=Role.ADMIN, password=PASSWORD, name="Greta Vogel", language="de"
    )
    facts, live = fleet(clock.now())

    async def nothing_imported() -> Provenance:
        return Provenance(0, (), ())

    @app.post("/test/battery/{name}/{percent}")
    async def battery(name: str, percent: int) -> None:
        snapshot = live.get(name)
        assert snapshot.reading is not None
        live.put(replace(snapshot, reading=replace(snapshot.reading, battery_percent=percent)))

    jobs = Scheduler(made_up_jobs(), clock, JobBook(database, clock))
    await jobs.start()
    service = FleetService(database=database, cloud=None, secret_box=ReversingBox(), clock=clock)
    desk = Operations(
        scheduler=jobs, fleet=service, audit=people.audit, browsers=lambda: 2, folder=Path(folder), clock=clock,
        answers=lambda: Answers(1_240, 1, 0.084),
    )  # fmt: skip

    outer = FastAPI(openapi_url=None)
    watch = gate.install(outer, people=people, clock=clock)

    @app.post("/test/run-out/{email}")
    async def run_out_now(email: str) -> None:
        await run_out(database, clock, email)
        await watch.look()

    throttle = SignInThrottle()
    issuer = Path(folder) / "issuer"  # a test that runs an identity provider writes its address there
    sign_on_way = made_sign_on(issuer.read_text(), people, database, clock) if issuer.exists() else None
    ways = (partial(second_step.passkey_html, alone=True),)
    if sign_on_way is not None:
        ways += (partial(sign_on.button_html, sign_on_way.name),)
        sign_on.register(sign_on=sign_on_way, people=people, public_url=None)
    sign_in.register(people=people, throttle=throttle, ways=ways)
    sign_in_again.register(people=people, throttle=throttle)
    entrance = Entrance(database, clock, people, factors)
    second_step.register(people=people, entrance=entrance, throttle=throttle, public_url=None)
    account_security.register(people=people, factors=factors, public_url=None, sign_on=sign_on_way)
    mowers.register(live=live, roster=lambda: facts, clock=clock)
    admin.register(people=people, accounts=Accounts(clock), provenance=nothing_imported, clock=clock)
    operations.register(operations=desk, people=people)
    if also is not None:
        also(people, database)
    ui.run_with(outer, title="MowthosOS", dark=None, tailwind=False, reconnect_timeout=30, show_welcome_message=False)
    server = uvicorn.Server(uvicorn.Config(outer, port=port, log_level="warning", ws="websockets-sansio"))
    await server.serve()
    await jobs.stop()


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]), sys.argv[2]))
