"""The API over real accounts and a real database, with fakes of the ports that other packages fill."""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
import pytest
from fastapi import FastAPI

from core.accounts import HashCost, Passwords, People, Role, SelfService
from core.areas import AreaDesk
from core.clock import MovableClock
from core.control.service import Control
from core.db import Database
from core.db.reads.cluster_scores import cluster_scores
from core.errors import Conflict, MowthosError, NotFound, Unavailable
from core.fleet import FleetService, LiveFleet, NoLexicon, SessionDesk, StateLimits, StoredReading
from core.fleet.model import (
    CommandKind,
    CommandStatus,
    Confidence,
    DeviceMap,
    LinkState,
    MapZone,
    MowerSnapshot,
    MowerState,
    PositionType,
    Reading,
    Source,
)
from core.geo import Point
from core.ids import new_id
from core.jobs import Job, JobBook
from core.neighbourhood import UPSTREAM, NeighbourFinder
from core.neighbourhood.market import MarketDesk
from core.neighbourhood.partition import HeldHomes, Proposals
from core.neighbourhood.registration import Claiming
from core.neighbourhood.routes import RouteDesk
from core.notices import Channel
from core.privacy import Privacy
from core.scheduling.service import Scheduling
from core.shares import ShareDesk
from dashboard.api import PREFIX, create_api
from dashboard.api.models import VendorAccountOut
from dashboard.api.problems import install_problems
from dashboard.api.programs import ApiLimits, Programs, make_programs
from dashboard.billing.joining import JoinDesk
from dashboard.billing.parts import Billing, make_billing
from dashboard.care import Care, make_care
from dashboard.exports.parts import Exports, make_exports
from dashboard.exports.sources import ExportSources
from dashboard.households import make_households
from dashboard.join.desk import JoinStart
from dashboard.land import make_land
from dashboard.lawn_desks import LawnDesks, make_lawn_desks
from dashboard.metrics import Metrics
from dashboard.notices.parts import Outside
from dashboard.operations import Operations
from dashboard.scheduler import Scheduler
from dashboard.shares.parts import Shares
from dashboard.sky import make_sky
from dashboard.throttle import SignInThrottle
from external.cluster_logic.engine import ClusterLogic
from tests.core.billing.fake_provider import FakeProvider
from tests.core.control.cast import LIFT, HandClusters
from tests.core.fleet.conftest import service_on
from tests.core.fleet.fakes import FakeCloud, ReversingBox, device
from tests.core.neighbourhood.clusters.elm_row import Office, open_office
from tests.core.neighbourhood.partition.elm_field import WayGraphs
from tests.core.notices.cast import Post

PASSWORD = "correct horse battery"
ELM_LAWN = Point(-92.4800, 44.0200)
OAK_LAWN = Point(-92.4700, 44.0300)
_CORNERS = ((0, 0), (4e-4, 0), (4e-4, 2e-4), (0, 2e-4))
ELM_MAP = DeviceMap(
    device_name="Luba-ELM",
    synced_at=datetime(2026, 6, 1, tzinfo=UTC),
    areas=(MapZone(7, "Front lawn", tuple((ELM_LAWN.longitude + x, ELM_LAWN.latitude + y) for x, y in _CORNERS)),),
)


UNLIMITED = ApiLimits(user_a_minute=1_000_000, address_an_hour=1_000_000, cors_origins=["https://app.elm.example"])


class NobodyAnswers:
    """Other people's servers are away."""

    async def post(self, url: str, body: bytes, headers: dict[str, str]) -> int:
        raise Unavailable("no answer")


@dataclass(frozen=True)
class Facts:
    """A mower as the roster names it."""

    device_name: str
    model: str
    account: str | None


@dataclass
class KeptCommand:
    """A command as the fleet package keeps it."""

    device_name: str
    kind: CommandKind
    status: CommandStatus
    requested_at: datetime
    reasons: Sequence[str] = ()
    id: UUID = field(default_factory=new_id)
    sent_at: datetime | None = None


class Refused(Conflict):
    def __init__(self, command: KeptCommand) -> None:
        super().__init__("Luba-ELM is docked already", reasons=command.reasons)
        self.command = command


class FakeCommands:
    """Refuses ``return`` (the mower is docked); keeps everything."""

    def __init__(self, clock: MovableClock) -> None:
        self.clock = clock
        self.kept: list[KeptCommand] = []
        self.asked: list[dict[str, Any]] = []

    async def request(self, *, device_name: str, kind: CommandKind, **rest: Any) -> KeptCommand:
        self.asked.append({"device_name": device_name, "kind": kind} | rest)
        refused = kind is CommandKind.RETURN
        command = KeptCommand(
            device_name,
            kind,
            CommandStatus.REFUSED if refused else CommandStatus.QUEUED,
            self.clock.now(),
            reasons=["it is docked already"] if refused else [],
        )
        self.kept.append(command)
        if refused:
            raise Refused(command)
        return command

    async def get(self, command_id: UUID) -> KeptCommand:
        for command in self.kept:
            if command.id == command_id:
                return command
        raise NotFound("no such command")

    async def recent(self, device_name: str, page: object = None) -> list[KeptCommand]:
        return [command for command in self.kept if command.device_name == device_name]


class FakeAccounts:
    """Links unless ``fails`` says why not."""

    def __init__(self, clock: MovableClock) -> None:
        self.clock = clock
        self.linked: list[str] = []
        self.fails: MowthosError | None = None

    async def link(self, account: str, password: str, *, by: str) -> VendorAccountOut:
        if self.fails is not None:
            raise self.fails
        self.linked.append(account)
        return self.view(account)

    async def accounts(self) -> list[VendorAccountOut]:
        return [self.view(account) for account in self.linked]

    def view(self, account: str) -> VendorAccountOut:
        return VendorAccountOut(
            account=account,
            state=LinkState.UP,
            since=self.clock.now(),
            detail="",
            task=None,
            requests_24h=7,
            request_ceiling=500,
            devices=2,
            refused_frames=0,
        )


class FakeHistory:
    """One reading of one mower; remembers what was asked."""

    def __init__(self) -> None:
        self.asked: list[tuple[int, datetime, datetime]] = []

    async def history(
        self, number: int, since: datetime, until: datetime, *, device_name: str = "", limit: int = 0
    ) -> list[StoredReading]:
        self.asked.append((number, since, until))
        row = reading(device_name, until, ELM_LAWN)
        return [StoredReading(number=number, reading=row, state=MowerState.MOWING, confidence=Confidence.PROVEN)]


@dataclass(frozen=True)
class Around:
    """Own ground: within a thousandth of a degree."""

    centre: Point

    def holds(self, point: Point) -> bool:
        return (
            abs(point.longitude - self.centre.longitude) < 0.001 and abs(point.latitude - self.centre.latitude) < 0.001
        )


def reading(device_name: str, at: datetime, position: Point) -> Reading:
    return Reading(
        device_name=device_name,
        device_time=at,
        received_at=at,
        mode=MowerState.MOWING,
        work_mode_code=13,
        battery_percent=63,
        charging=False,
        blade_on=True,
        position=position,
        heading_deg=87.5,
        position_type=PositionType.RTK_FIXED,
        progress_percent=40,
        area_m2=812.0,
    )


def mowing(number: int, device_name: str, at: datetime, position: Point) -> MowerSnapshot:
    return MowerSnapshot(
        number=number,
        device_name=device_name,
        state=MowerState.MOWING,
        confidence=Confidence.PROVEN,
        source=Source.PUSH,
        device_time=at,
        received_at=at,
        reading=reading(device_name, at, position),
        online=True,
    )


@dataclass
class Parts:
    """The API and what it stands on."""

    app: FastAPI
    people: People
    live: LiveFleet
    clock: MovableClock
    commands: FakeCommands
    accounts: FakeAccounts
    history: FakeHistory
    office: Office
    household_id: UUID
    swept: asyncio.Event
    sweep_on: asyncio.Event
    care: Care
    lawns: LawnDesks
    fleet: FleetService
    cloud: FakeCloud
    billing: Billing
    stripe: FakeProvider
    database: Database
    programs: Programs
    exports: Exports


async def build(database: Database, clock: MovableClock, limits: ApiLimits = UNLIMITED) -> Parts:
    """Two mowers: Luba-ELM at work on Elm Street, Yuka-OAK never heard of. The homeowner lives on Elm Street."""
    elm_household = new_id()

    async def households(_person_id: UUID) -> frozenset[UUID]:
        return frozenset({elm_household})

    async def own_ground(household_ids: frozenset[UUID]) -> Mapping[str, Around]:
        return {"Luba-ELM": Around(ELM_LAWN)} if elm_household in household_ids else {}

    def roster() -> list[Facts]:
        return [
            Facts("Luba-ELM", "Luba 2", "fleet@elm.example"),
            Facts("Yuka-OAK", "Yuka", None),
        ]

    people = People(database, clock, passwords=Passwords(HashCost(1, 8, 1)), household_ids=households)
    for role in Role:
        await people.create_person(email=f"{role}@elm.example", role=role, password=PASSWORD)
    live = LiveFleet()
    live.set_roster([mowing(1, "Luba-ELM", clock.now(), ELM_LAWN), MowerSnapshot(number=2, device_name="Yuka-OAK")])
    commands, accounts, history = FakeCommands(clock), FakeAccounts(clock), FakeHistory()
    office, finder = open_office(database, clock), NeighbourFinder(database, comparisons={UPSTREAM: ClusterLogic(None)})
    stripe = FakeProvider()
    billing = make_billing(
        database=database, clock=clock, audit=people.audit, secret="a secret of the tests", provider=stripe
    )
    proposals = Proposals(
        database=database,
        clock=clock,
        graphs=WayGraphs(office.ways),
        books=office.books,
        drafts=office.clusters,
        fixed=HeldHomes(office.clusters),
    )
    swept, sweep_on = asyncio.Event(), asyncio.Event()

    async def sweep() -> int:
        swept.set()
        await sweep_on.wait()
        return 4

    scheduler = Scheduler([Job("elm.sweep", 60, sweep)], clock, JobBook(database, clock))
    cloud = FakeCloud(clock, {"fleet@elm.example": [device("Luba-ELM"), device("Yuka-OAK", "Yuka")]})
    fleet = service_on(database, cloud, clock)
    await fleet.accounts.start()
    await fleet.accounts.link("fleet@elm.example", "right password", by="admin@elm.example")
    outside = Outside(secret="a secret of the tests", senders={Channel.MAIL: Post(), Channel.SMS: Post()})
    care = make_care(
        database=database, clock=clock, fleet=fleet, people=people, lexicon=NoLexicon(), outside=outside
    )  # fmt: skip
    await care.alarms.keeper.load()
    land = make_land(database=database, clock=clock, books=finder, audit=people.audit)
    lawns = make_lawn_desks(
        database=database, clock=clock, fleet=fleet, lots=land.shelf, audit=people.audit, land=land.changed
    )
    await lawns.start()
    operations = Operations(
        scheduler=scheduler,
        fleet=fleet,
        audit=people.audit,
        browsers=lambda: 0,
        folder=Path("."),
        answers=Metrics().answers,
        clock=clock,
    )
    control = Control(database=database, clock=clock, audit=people.audit, clusters=HandClusters())
    steered = FleetService(database=database, cloud=None, secret_box=ReversingBox(), clock=clock, guard=control.guard)
    control.attach(steered, lift_codes=frozenset({LIFT}))
    routes = RouteDesk(office.clusters, office.ways, office.books)
    scheduling = Scheduling(database=database, clock=clock, audit=people.audit, household_ids=households)
    programs = make_programs(
        database=database,
        clock=clock,
        people=people,
        box=ReversingBox(),
        limits=limits,
        post=NobodyAnswers(),
    )
    exports = make_exports(
        database=database,
        clock=clock,
        people=people,
        telling=care.telling,
        sources=ExportSources(
            live=live,
            roster=roster,
            own_ground=own_ground,
            history=history,
            sessions_of=SessionDesk(database).sessions,
            clusters_desk=office.clusters,
            alarm_service=care.alarms,
            billing=billing,
            audit_book=people.audit,
            clock=clock,
        ),
    )
    app = create_api(
        people=people,
        throttle=SignInThrottle(),
        clock=clock,
        live=live,
        roster=roster,
        commands=commands,
        history=history,
        sessions=SessionDesk(database),
        latest_map={"Luba-ELM": ELM_MAP}.get,
        own_ground=own_ground,
        accounts=accounts,
        neighbours=finder,
        clusters=office.clusters,
        find_address=finder.find_by_address,
        search_addresses=finder.search_addresses,
        proposals=proposals,
        market=MarketDesk(
            database=database,
            clock=clock,
            books=office.books,
            graphs=WayGraphs(office.ways),
            clusters=office.clusters,
            scores=partial(cluster_scores, database),
        ),
        routes=routes,
        land=land,
        operations=operations,
        care=care,
        billing=billing,
        joining=JoinDesk(database, billing),
        control=control,
        lawn_desks=lawns,
        scheduling=scheduling,
        sky=make_sky(database=database, clock=clock, audit=people.audit, live=live, routes=routes, provider=None),
        households=make_households(
            database=database, clock=clock, audit=people.audit, fleet=fleet, scheduling=scheduling, billing=billing
        ),
        programs=programs,
        exports=exports,
        privacy=Privacy(database, clock, people, office.clusters.leave),
        shares=Shares(
            database=database,
            clock=clock,
            desk=ShareDesk(database, clock, people.audit),
            live=live,
            clusters=office.clusters,
            limits=StateLimits(),
        ),
        areas=AreaDesk(database, clock, people.audit, people),
        registering=JoinStart(
            accounts=SelfService(database, clock, people),
            finder=finder,
            clusters=office.clusters,
            claiming=Claiming(
                database=database,
                clock=clock,
                books=finder,
                audit=people.audit,
                registration=land.registration,
                paid_for=billing.desk.is_live,
            ),
            sender=Post(),
            base_url="https://mow.example",
            clock=clock,
            referrals=billing.referrals,
            joining=JoinDesk(database, billing),
        ),
    )
    outer = FastAPI(openapi_url=None)
    install_problems(outer)  # a path with a line break in it never reaches a mount
    outer.mount(PREFIX, app)
    return Parts(
        outer, people, live, clock, commands, accounts, history, office, elm_household, swept, sweep_on, care, lawns,
        fleet, cloud, billing, stripe, database, programs, exports,
    )  # fmt: skip


@dataclass
class Api(Parts):
    """The API with a client for each role."""

    client: httpx.AsyncClient

    async def as_(self, role: Role) -> dict[str, str]:
        """The header of a fresh token of the person with that role."""
        answer = await self.client.post("/auth/login", json={"email": f"{role}@elm.example", "password": PASSWORD})
        return {"Authorization": f"Bearer {answer.json()['access_token']}"}


@pytest.fixture
async def api(sqlite_database: Database, clock: MovableClock) -> AsyncIterator[Api]:
    """The API of Elm Street, called in process."""
    parts = await build(sqlite_database, clock)
    transport = httpx.ASGITransport(parts.app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url=f"http://test{PREFIX}") as client:
        yield Api(**vars(parts), client=client)
    await parts.lawns.stop()
    await parts.fleet.accounts.stop()
