"""Settings to object graph: the one module that sees ``core`` and ``external``. Each part gets only what it uses."""

import asyncio
import socket
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial
from typing import Any

import structlog
from fastapi import FastAPI
from nicegui import ui

from core.accounts import People, Role, SignInRules
from core.billing.ports import PaymentProvider
from core.clock import Clock, SystemClock
from core.control.service import Control
from core.db import Database, open_database
from core.db.migrate import migrate
from core.fleet import AccountBook, FleetService, StateLimits, VendorAccounts
from core.jobs import JobBook
from core.neighbourhood import UPSTREAM, BookReach, NeighbourFinder, households_of_person
from core.neighbourhood.clusters import ClusterRules, Clusters
from core.neighbourhood.land_events import ChangedLand
from core.neighbourhood.market import MarketDesk
from core.neighbourhood.partition import HeldHomes, Proposals
from core.neighbourhood.registration import Geocoder
from core.neighbourhood.routes import RouteDesk
from core.settings import Settings
from dashboard import gate
from dashboard.assets import ASSETS
from dashboard.billing.parts import Billing, make_billing
from dashboard.care import Care, make_care
from dashboard.command_audit import CommandAudit
from dashboard.land import Land, make_land
from dashboard.lawn_desks import LawnDesks, make_lawn_desks
from dashboard.live.live import Live
from dashboard.logs import set_up_logs
from dashboard.pages.sign_in import SamplePerson
from dashboard.routes import register_routes
from dashboard.scheduler import Scheduler
from dashboard.server import claim_port, serve_app
from dashboard.timetable import timetable
from external.cluster_logic.engine import ClusterLogic
from external.mammotion import LIFT_CODES, MammotionCloud, MammotionLexicon
from external.mammotion.secrets import FernetBox
from external.mapbox import MapboxGeocoder
from external.stripe import StripePayments

log = structlog.get_logger(__name__)

RECONNECT_SECONDS = 30
"""How long a page's server side waits for its browser: a shorter time reloads the page and loses what was typed."""


@dataclass(frozen=True, slots=True)
class Parts:
    """What the running process is made of, for the start alone; pages and jobs are handed the parts they use."""

    settings: Settings
    clock: Clock
    database: Database
    people: People
    fleet: FleetService
    care: Care
    neighbours: NeighbourFinder
    clusters: Clusters
    proposals: Proposals
    market: MarketDesk
    routes: RouteDesk
    land: Land
    lawns: LawnDesks
    billing: Billing
    scheduler: Scheduler
    control: Control

    @property
    def accounts(self) -> VendorAccounts:
        return self.fleet.accounts


def build(settings: Settings, database: Database, clock: Clock) -> Parts:
    """Make every part; nothing is started and nothing connects yet."""
    key = settings.secret_key.get_secret_value()
    cloud = MammotionCloud(
        login_url=settings.mammotion_login_url,
        api_url=settings.mammotion_api_url,
        clock=clock,
        request_ceiling=settings.mammotion_request_ceiling,
    )
    people = make_people(database, clock, settings)
    neighbours = make_neighbours(database, settings)
    clusters = Clusters(
        database=database,
        clock=clock,
        reach=BookReach(neighbours),
        books=neighbours,
        audit=people.audit,
        rules=cluster_rules(settings),
    )
    billing = make_billing(
        database=database,
        clock=clock,
        audit=people.audit,
        secret=key,
        provider=make_provider(settings, clock),
        full_charge_wh=settings.full_charge_wh,
        tax=settings.stripe_tax,
    )
    runs = JobBook(database, clock)
    limits = StateLimits(stale_after_s=settings.stale_after_minutes * 60)
    control = Control(
        database=database, clock=clock, audit=people.audit, clusters=clusters, unpaid=billing.standing.stops
    )
    fleet = FleetService(
        database=database,
        cloud=cloud if settings.mammotion_link_accounts else None,
        secret_box=FernetBox(key),
        clock=clock,
        limits=limits,
        coverage_cell_m=settings.coverage_cell_m,
        raw_days=settings.history_raw_days,
        guard=control.guard,
    )
    control.attach(fleet, lift_codes=LIFT_CODES, limits=limits)
    billing.hear(fleet.session_keeper.ended)
    care = make_care(database=database, clock=clock, fleet=fleet, people=people, lexicon=MammotionLexicon())
    geocoder = make_geocoder(settings, clock)
    land = make_land(database=database, clock=clock, books=neighbours, audit=people.audit, geocoder=geocoder)
    lawns = make_lawn_desks(
        database=database, clock=clock, fleet=fleet, lots=land.shelf, audit=people.audit, land=land.changed
    )
    control.guard.held_areas = lawns.no_go.held_areas
    lawns.ties.changed.subscribe(billing.feed.retied)
    changed = ChangedLand(land.changed, lambda box: clusters.recheck(bbox=box))
    return Parts(
        settings=settings,
        clock=clock,
        database=database,
        people=people,
        fleet=fleet,
        care=care,
        neighbours=neighbours,
        clusters=clusters,
        proposals=Proposals(
            database=database,
            clock=clock,
            graphs=BookReach(neighbours),
            books=neighbours,
            drafts=clusters,
            fixed=HeldHomes(clusters),
        ),
        market=MarketDesk(
            database=database, clock=clock, books=neighbours, graphs=BookReach(neighbours), clusters=clusters
        ),
        routes=RouteDesk(clusters, BookReach(neighbours), neighbours),
        land=land,
        lawns=lawns,
        billing=billing,
        scheduler=Scheduler(
            timetable(
                database=database,
                clock=clock,
                fleet=fleet,
                clusters=clusters,
                care=care,
                land=changed,
                runs=runs,
                lawns=lawns,
                billing=billing,
            ),
            clock,
            runs,
        ),
        control=control,
    )


def make_provider(settings: Settings, clock: Clock) -> PaymentProvider | None:
    """The payment provider, if there is a key for one."""
    if settings.stripe_secret_key is None or not settings.stripe_secret_key.get_secret_value():
        return None
    return StripePayments(
        secret_key=settings.stripe_secret_key.get_secret_value(),
        api_url=settings.stripe_api_url,
        webhook_secrets=settings.webhook_secrets,
        clock=clock,
    )


def cluster_rules(settings: Settings) -> ClusterRules:
    return ClusterRules(
        min_neighbours=settings.cluster_min_neighbours,
        max_neighbours=settings.cluster_max_neighbours,
        forming_minimum=settings.cluster_forming_minimum,
        radius_m=settings.cluster_radius_m,
    )


def make_neighbours(database: Database, settings: Settings) -> NeighbourFinder:
    """Our rules, and the original beside them: it says itself when it is not installed."""
    return NeighbourFinder(database, comparisons={UPSTREAM: ClusterLogic(settings.cluster_logic_dir)})


def make_geocoder(settings: Settings, clock: Clock) -> Geocoder | None:
    """The provider of addresses, if there is a token for one."""
    if settings.mapbox_token is None or not settings.mapbox_token.get_secret_value():
        return None
    token = settings.mapbox_token.get_secret_value()
    return MapboxGeocoder(token=token, base_url=settings.mapbox_url, clock=clock)


def make_people(database: Database, clock: Clock, settings: Settings) -> People:
    rules = SignInRules(
        session_hours=settings.session_hours,
        token_minutes=settings.token_minutes,
        attempts=settings.sign_in_attempts,
        lockout_minutes=settings.lockout_minutes,
    )
    return People(database, clock, rules=rules, household_ids=partial(households_of_person, database))


def make_app(parts: Parts, demo_people: Sequence[SamplePerson] = ()) -> tuple[FastAPI, Live]:
    """The ASGI app (our own FastAPI outside, NiceGUI mounted within) and the live push behind it."""
    outer = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)
    gate.install(
        outer,
        people=parts.people,
        clock=parts.clock,
        public_url=parts.settings.public_url,
        tile_url=parts.settings.tile_url,
    )
    live = register_routes(outer, parts, demo_people)
    ui.run_with(
        outer,
        title="MowthosOS",
        favicon=ASSETS / "logo.svg",
        dark=None,
        reconnect_timeout=RECONNECT_SECONDS,
        tailwind=False,
        show_welcome_message=False,
    )
    return outer, live


@asynccontextmanager
async def running(
    settings: Settings, *, prepare: Callable[[Parts], Awaitable[None]] | None = None
) -> AsyncIterator[Parts]:
    """Migrate, build, ``prepare``, start; on the way out stop everything in the opposite order."""
    database = open_database(settings.database)
    try:
        await migrate(database)
        parts = build(settings, database, SystemClock())
        if prepare is not None:
            await prepare(parts)
        await parts.proposals.recover()
        await parts.fleet.start()
        await parts.lawns.start()
        for loss in parts.fleet.losses:
            log.warning("telemetry.lost_at_last_stop", loss=str(loss))
        await parts.care.alarms.start(looks=settings.mammotion_link_accounts)
        await parts.control.start()
        await parts.scheduler.start()
        try:
            yield parts
        finally:
            await parts.proposals.stop()
            await parts.scheduler.stop()
            await parts.care.alarms.stop()
            await parts.control.stop()
            await parts.lawns.stop()
            await parts.fleet.stop()
    finally:
        await database.close()


async def serve(
    settings: Settings,
    *,
    listener: socket.socket | None = None,
    prepare: Callable[[Parts], Awaitable[None]] | None = None,
    on_ready: Callable[[Parts], Awaitable[None]] | None = None,
    demo_people: Sequence[SamplePerson] = (),
) -> None:
    """Run the dashboard until a signal ends it."""
    set_up_logs(settings.log_level)
    listener = listener or claim_port(settings.host, settings.port)
    async with running(settings, prepare=prepare) as parts:
        app, live = make_app(parts, demo_people)
        pushing = asyncio.create_task(live.run(), name="live")
        audit = CommandAudit(parts.people.audit, parts.fleet.commands.changed)
        audit.start()
        try:
            await serve_app(app, listener, on_ready=None if on_ready is None else partial(on_ready, parts))
        finally:
            pushing.cancel()
            await asyncio.gather(pushing, return_exceptions=True)
            await audit.stop()


async def create_person(
    database: Database, settings: Settings, *, email: str, name: str, role: Role, password: str
) -> dict[str, Any]:
    """The command line's way to a first person."""
    people = make_people(database, SystemClock(), settings)
    person = await people.create_person(email=email, name=name or email, role=role, password=password, source="cli")
    return {"id": person.id, "email": person.email, "role": person.role}


async def store_vendor_account(
    database: Database, settings: Settings, *, account: str, password: str
) -> dict[str, Any]:
    """Seal and store; the process that owns the links logs in and writes back how it went."""
    box = FernetBox(settings.secret_key.get_secret_value())
    stored = await AccountBook(database, box, SystemClock()).store(account, password)
    return {"account": stored.account, "state": stored.state}
