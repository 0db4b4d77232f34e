"""Every page and every API, one line each, its address in plain sight. Each is handed only what it uses."""

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING

from fastapi import FastAPI

from core.accounts import People
from core.db.reads.own_ground import own_ground
from core.fleet import StateLimits
from core.neighbourhood import data_provenance
from dashboard.api import PREFIX, create_api
from dashboard.bell import BellPush, bell_router
from dashboard.billing.joining import JoinDesk
from dashboard.billing.parts import Billing
from dashboard.clusters.data import MapData
from dashboard.clusters.homes_routes import homes_router
from dashboard.clusters.lawn_routes import lawns_router
from dashboard.clusters.planning import planning_router
from dashboard.clusters.routes import clusters_router
from dashboard.clusters.signed_up import signed_up_homes
from dashboard.clusters.uploads import Uploads
from dashboard.components.stop_bar import stop_bar
from dashboard.health import health_router
from dashboard.home.bill_card import BillCards
from dashboard.lawn_routes import lawn_ground_router
from dashboard.live.alarm_marks import AlarmMarks
from dashboard.live.control_routes import control_live_router
from dashboard.live.live import Live
from dashboard.live.no_go import tell_no_go
from dashboard.live.routes import live_router
from dashboard.mower_tabs.alarms import alarms_tab
from dashboard.mower_tabs.commands import commands_tab
from dashboard.mower_tabs.history import history_tab
from dashboard.mower_tabs.lawn import lawn_tab
from dashboard.mower_tabs.now import now_tab
from dashboard.mower_tabs.plans import plans_tab
from dashboard.mower_tabs.service import service_tab
from dashboard.mower_tabs.sessions import sessions_tab
from dashboard.mower_tabs.settings import settings_tab
from dashboard.operations import Operations
from dashboard.pages import (
    admin,
    alarms,
    billing_household,
    billing_invoice,
    billing_minutes,
    billing_plans,
    billing_sandbox,
    billing_webhooks,
    clusters,
    clusters_detail,
    clusters_editor,
    clusters_propose,
    clusters_rounds,
    home,
    join,
    lawn_editor,
    live_map,
    market,
    mower,
    mowers,
    operations,
    register,
    register_import,
    service,
    sign_in,
    zones,
)
from dashboard.pages import billing as billing_page
from dashboard.past.routes import past_router
from dashboard.throttle import SignInThrottle

if TYPE_CHECKING:
    from dashboard.bootstrap import Parts


def register_routes(outer: FastAPI, parts: "Parts", demo_people: Sequence[sign_in.SamplePerson] = ()) -> Live:
    """Put everything in its place. Returns the live push, whose ``run`` the server keeps going."""
    settings, fleet, people, clock, database = parts.settings, parts.fleet, parts.people, parts.clock, parts.database
    care = parts.care
    limits = StateLimits(stale_after_s=settings.stale_after_minutes * 60)
    throttle = SignInThrottle()
    ground = partial(own_ground, database)
    live = Live(
        database=database, fleet=fleet, people=people, neighbours=parts.neighbours, own_ground=ground, clock=clock,
        control=parts.control,
    )  # fmt: skip
    ops = Operations(
        scheduler=parts.scheduler,
        fleet=fleet,
        audit=people.audit,
        browsers=lambda: live.channel.subscribers,
        folder=settings.data_dir,
    )
    billing = parts.billing
    joining = JoinDesk(database, billing)
    bills = BillCards(billing=billing, joining=joining, people=people)
    AlarmMarks(live.channel, care.alarms)
    api = create_api(
        people=people,
        throttle=throttle,
        clock=clock,
        live=fleet.live,
        roster=fleet.roster.all,
        commands=fleet.commands,
        history=fleet.telemetry,
        sessions=fleet.sessions,
        latest_map=fleet.maps.latest,
        own_ground=ground,
        accounts=fleet.accounts,
        neighbours=parts.neighbours,
        clusters=parts.clusters,
        find_address=parts.neighbours.find_by_address,
        search_addresses=parts.neighbours.search_addresses,
        proposals=parts.proposals,
        market=parts.market,
        routes=parts.routes,
        land=parts.land,
        operations=ops,
        care=care,
        control=parts.control,
        lawn_desks=parts.lawns,
        billing=billing,
        joining=joining,
    )
    health = health_router(
        database=database,
        clock=clock,
        scheduler_running=lambda: parts.scheduler.running,
        links=lambda: list(fleet.accounts.health()),
    )
    outer.include_router(health)  # /health /ready
    tell_no_go(live.channel, parts.lawns.no_go)
    outer.include_router(live_router(live, public_url=settings.public_url))  # /live/...
    outer.include_router(control_live_router(parts.control))  # /live/control/...
    outer.include_router(
        past_router(live=fleet.live, history=fleet.history_desk, fleet_past=fleet.fleet_past, channel=live.channel)
    )  # /past/...
    drawn = MapData(database=database, books=parts.neighbours, clusters=parts.clusters)
    outer.include_router(clusters_router(data=drawn, clusters=parts.clusters, neighbours=parts.neighbours))
    outer.include_router(lawn_ground_router(drawn))
    planning = planning_router(
        proposals=parts.proposals,
        books=parts.neighbours,
        rules=parts.clusters.rules,
        signed_up=partial(signed_up_homes, database, parts.neighbours),
        clock=clock,
    )
    outer.include_router(planning)
    uploads = Uploads(clock)
    outer.include_router(homes_router(uploads=uploads))
    outer.include_router(lawns_router(parts.land.lawns))
    outer.include_router(bell_router(care.notices))  # /bell
    BellPush(care.notices, clock, live_pages=live.channel)
    outer.mount(PREFIX, api)  # /api/v1
    sign_in.register(people=people, throttle=throttle, demo_people=demo_people)  # / /sign-in /sign-out
    live_map.register(
        tile_url=settings.tile_url,
        tile_attribution=settings.tile_attribution,
        stale_after_s=int(limits.stale_after_s),
    )  # /fleet
    mowers.register(live=fleet.live, roster=fleet.roster.all, clock=clock)  # /mowers
    mower.register(
        live=fleet.live,
        roster=fleet.roster.all,
        tabs=(
            now_tab(
                fleet.live,
                told_at=fleet.history_desk.told_at,
                latest_map=fleet.maps.latest,
                health_of=fleet.accounts.health_of,
            ),
            lawn_tab(desks=parts.lawns, live=fleet.live, people=people, clock=clock),
            history_tab(latest_map=fleet.maps.latest, clock=clock),
            sessions_tab(live=fleet.live, sessions=fleet.sessions, latest_map=fleet.maps.latest, clock=clock),
            alarms_tab(care.alarms),
            service_tab(care.maintenance, people),
            plans_tab(desks=parts.lawns, people=people),
            commands_tab(parts.control),
            settings_tab(parts.control),
        ),
        above=partial(stop_bar, commands=fleet.commands, clock=clock),
    )  # /mowers/{name}
    alarms.register(alarms=care.alarms, notices=care.notices, people=people, clock=clock)  # /alarms
    service.register(maintenance=care.maintenance, lexicon=care.alarms.lexicon, clock=clock)  # /service
    clusters.register(clusters=parts.clusters, data=drawn, database=database)  # /clusters
    clusters_editor.register(clusters=parts.clusters, data=drawn, neighbours=parts.neighbours)  # /clusters/new .../edit
    clusters_propose.register(data=drawn, rules=parts.clusters.rules)  # /clusters/propose
    market.register(market=parts.market)  # /clusters/market
    clusters_rounds.register(
        clusters=parts.clusters, routes=parts.routes, data=drawn, find_address=parts.neighbours.find_by_address
    )  # /clusters/rounds
    clusters_detail.register(
        clusters=parts.clusters,
        data=drawn,
        database=database,
        people=people,
        neighbours=parts.neighbours,
        routes=parts.routes,
    )  # /clusters/{id}
    lawn_editor.register(desk=parts.land.lawns)  # /lots/{id}/lawns
    register.register(homes=parts.land.registration, data=drawn, people=people)  # /register
    register_import.register(files=parts.land.homes, uploads=uploads, people=people)  # /homes/import
    register_billing(billing, joining, people, settings.public_url)  # /billing /join
    home.register(
        database=database, live=fleet.live, clock=clock, history=fleet.telemetry, limits=limits, bills=bills
    )  # /home
    admin.register(people=people, accounts=fleet.accounts, provenance=partial(data_provenance, database))  # /admin
    zones.register(desks=parts.lawns, people=people)  # /zones
    operations.register(operations=ops, people=people)  # /operations
    return live


def register_billing(billing: Billing, joining: JoinDesk, people: People, public_url: str | None) -> None:
    """The pages of money."""
    billing_page.register(billing=billing, people=people)  # /billing
    billing_household.register(billing=billing, people=people)  # /billing/households/{id}
    billing_invoice.register(billing=billing, people=people)  # /billing/invoices
    billing_minutes.register(billing=billing, people=people)  # /billing/minutes
    billing_plans.register(billing=billing, people=people)  # /billing/plans
    billing_webhooks.register(billing=billing, people=people)  # /billing/webhooks
    billing_sandbox.register(billing=billing)  # /billing/sandbox
    join.register(billing=billing, joining=joining, people=people, public_url=public_url)  # /join
