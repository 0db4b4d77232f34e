"""Every page and every API, one line each, its address in plain sight. Each is handed only what it uses."""

from collections.abc import Callable, Sequence
from functools import partial
from shutil import disk_usage
from typing import TYPE_CHECKING

from fastapi import FastAPI

from core.accounts import Entrance, People, SelfService
from core.clock import Clock
from core.db.reads.own_ground import own_ground
from core.db.reads.production import production_figures
from core.drills import DrillFloor
from core.fleet import StateLimits
from core.neighbourhood import data_provenance
from core.neighbourhood.registration import Claiming
from core.notices import Channel
from dashboard import view_as
from dashboard.api import PREFIX, create_api
from dashboard.bell import BellPush, bell_router
from dashboard.billing.joining import JoinDesk
from dashboard.billing.parts import Billing
from dashboard.care import Care
from dashboard.clusters.data import MapData
from dashboard.clusters.homes_routes import homes_router
from dashboard.clusters.lawn_routes import lawns_router
from dashboard.clusters.planning import planning_router
from dashboard.clusters.routes import clusters_router
from dashboard.clusters.signed_up import signed_up_homes
from dashboard.clusters.uploads import Uploads
from dashboard.components.access_notes import access_notes
from dashboard.components.stop_bar import stop_bar
from dashboard.fresh import Freshness
from dashboard.health import health_router
from dashboard.home.bill_card import BillCards
from dashboard.home.cards import HomeCards
from dashboard.home.routes import home_router
from dashboard.home.visit_card import VisitCards
from dashboard.join import routes as join_routes
from dashboard.join.desk import JoinStart, Terms
from dashboard.lawn_routes import lawn_ground_router
from dashboard.live.alarm_marks import AlarmMarks
from dashboard.live.bus import tell_bus
from dashboard.live.control_routes import control_live_router
from dashboard.live.live import Live
from dashboard.live.no_go import tell_no_go
from dashboard.live.routes import live_router
from dashboard.metrics_route import metrics_router
from dashboard.mower_tabs.alarms import alarms_tab
from dashboard.mower_tabs.commands import commands_tab
from dashboard.mower_tabs.history import history_tab
from dashboard.mower_tabs.lawn import lawn_tab
from dashboard.mower_tabs.now import now_tab
from dashboard.mower_tabs.plans import plans_tab
from dashboard.mower_tabs.service import service_tab
from dashboard.mower_tabs.sessions import sessions_tab
from dashboard.mower_tabs.settings import settings_tab
from dashboard.notices.routes import telling_router
from dashboard.operations import Operations
from dashboard.pages import (
    account_keys,
    account_notices,
    account_security,
    admin,
    admin_areas,
    admin_notices,
    admin_person,
    admin_webhooks,
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
    drill,
    exports,
    home,
    home_problem,
    home_visit,
    join,
    lawn_editor,
    live_map,
    market,
    mower,
    mowers,
    operations,
    register,
    register_import,
    requests,
    schedule,
    second_step,
    service,
    sign_in,
    sign_in_again,
    sign_on,
    zones,
)
from dashboard.pages import billing as billing_page
from dashboard.past.routes import past_router
from dashboard.shares import page as share_page
from dashboard.shares.button import ShareButton, share_button
from dashboard.throttle import AskThrottle, ShareThrottle, SignInThrottle
from dashboard.timetable import BACKUP_JOB
from dashboard.visits.feed import feed_router

if TYPE_CHECKING:
    from dashboard.bootstrap import Parts


def register_routes(
    outer: FastAPI,
    parts: "Parts",
    demo_people: Sequence[sign_in.SamplePerson] = (),
    floor: DrillFloor | None = None,
) -> Live:
    """Put everything in its place. Returns the live push, whose ``run`` the server keeps going."""
    settings, fleet, people, clock, database = parts.settings, parts.fleet, parts.people, parts.clock, parts.database
    care, throttle, ground = parts.care, SignInThrottle(counts=parts.programs.counts), partial(own_ground, database)
    limits = StateLimits(stale_after_s=settings.stale_after_minutes * 60)
    live = Live(
        database=database, fleet=fleet, people=people, neighbours=parts.neighbours, own_ground=ground, clock=clock,
        control=parts.control, clusters=parts.clusters,
    )  # fmt: skip
    ops = Operations(
        scheduler=parts.scheduler,
        fleet=fleet,
        audit=people.audit,
        browsers=lambda: live.channel.subscribers,
        folder=settings.data_dir,
        answers=parts.metrics.answers,
        clock=clock,
    )
    billing = parts.billing
    joining = JoinDesk(database, billing)
    bills = BillCards(billing=billing, joining=joining, people=people)
    AlarmMarks(live.channel, care.alarms)
    start = make_start(parts)
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
        scheduling=parts.scheduling,
        sky=parts.sky,
        households=parts.households,
        programs=parts.programs,
        privacy=parts.privacy,
        shares=parts.shares,
        exports=parts.exports,
        areas=parts.areas,
        registering=start,
    )
    health = health_router(
        database=database,
        clock=clock,
        scheduler_running=lambda: parts.scheduler.running,
        links=lambda: list(fleet.accounts.health()),
        bus=None if settings.redis is None else parts.bus,
    )
    tell_bus(live.channel, parts.bus)
    outer.include_router(health)  # /health /ready
    register_metrics(outer, parts, live)  # /metrics
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
    register_notices(outer, care, live, people, clock)
    outer.mount(PREFIX, api)  # /api/v1
    register_sign_in(parts, throttle, demo_people, start)  # / /sign-in /sign-out /sign-up /verify /forgot /reset
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
            settings_tab(
                parts.control, None if parts.scheduling.device_hours is None else parts.scheduling.device_hours.of
            ),
        ),
        above=partial(stop_bar, commands=fleet.commands, clock=clock),
        beside=partial(access_notes, desk=parts.households.notes),
        share=share_of(parts),
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
        sky=parts.sky,
        share=share_of(parts),
    )  # /clusters/{id}
    lawn_editor.register(desk=parts.land.lawns)  # /lots/{id}/lawns
    register.register(homes=parts.land.registration, data=drawn, people=people)  # /register
    register_import.register(files=parts.land.homes, uploads=uploads, people=people)  # /homes/import
    register_billing(billing, joining, people, settings.public_url, start)  # /billing /join
    register_visits(
        outer,
        parts,
        partial(
            home.register,
            database=database,
            live=fleet.live,
            clock=clock,
            history=fleet.telemetry,
            limits=limits,
            bills=bills,
        ),
    )  # /home /schedule /calendar
    admin.register(
        people=people, accounts=fleet.accounts, provenance=partial(data_provenance, database), clock=clock
    )  # /admin
    register_ground(parts, drawn)  # /admin/areas /zones
    register_running(ops, people, floor, clock)  # /operations /drill
    return live


def register_ground(parts: "Parts", drawn: MapData) -> None:
    """What is drawn on the land beside homes and clusters."""
    admin_areas.register(areas=parts.areas, people=parts.people, data=drawn)  # /admin/areas
    zones.register(desks=parts.lawns, people=parts.people)  # /zones


def share_of(parts: "Parts") -> ShareButton:
    """The button by which a mower or a cluster is shared."""
    return share_button(parts.shares, parts.people, parts.care.telling.outside.base_url)


def register_privacy(parts: "Parts") -> None:
    """What can be taken away or is kept about a person, looks through their eyes, what is shown without a sign-in."""
    exports.register(exports=parts.exports, people=parts.people)  # /exports /reports/off/{token}
    admin_person.register(people=parts.people, privacy=parts.privacy)  # /admin/people/{id}
    view_as.register(view_as=parts.view_as)  # /view-as
    share_page.register(shares=parts.shares, throttle=ShareThrottle(counts=parts.programs.counts))  # /s/{secret}


def register_metrics(outer: FastAPI, parts: "Parts", live: Live) -> None:
    """What Prometheus reads."""
    settings, metrics, fleet = parts.settings, parts.metrics, parts.fleet

    async def refresh() -> None:
        now, began = parts.clock.now(), parts.clock.monotonic()
        metrics.stored_is(await production_figures(parts.database, now, backup_job=BACKUP_JOB))
        metrics.database_seconds.set(parts.clock.monotonic() - began)
        metrics.fleet_is(fleet.live.all(), now.timestamp())
        metrics.intake_is(fleet.pipeline.counts, queued=fleet.pipeline.queued, unsaved=fleet.telemetry.pending)
        metrics.links_are(fleet.accounts.health())
        metrics.browsers.set(live.channel.subscribers)
        metrics.disk_free.set(disk_usage(settings.data_dir).free if settings.data_dir.is_dir() else 0)

    token = settings.metrics_token.get_secret_value() if settings.metrics_token else ""
    outer.include_router(metrics_router(metrics, refresh, token=token))


def make_start(parts: "Parts") -> JoinStart:
    """How somebody begins who has no account yet, on the screen and over REST."""
    people, outside = parts.people, parts.care.telling.outside
    return JoinStart(
        accounts=SelfService(parts.database, parts.clock, people, terms=parts.settings.terms_version),
        finder=parts.neighbours,
        clusters=parts.clusters,
        claiming=Claiming(
            database=parts.database,
            clock=parts.clock,
            books=parts.neighbours,
            audit=people.audit,
            registration=parts.land.registration,
            paid_for=parts.billing.desk.is_live,
        ),
        sender=outside.senders.get(Channel.MAIL),
        base_url=outside.base_url,
        clock=parts.clock,
        referrals=parts.billing.referrals,
        joining=JoinDesk(parts.database, parts.billing),
        terms=Terms(parts.settings.terms_version, parts.settings.terms_url, parts.settings.privacy_url),
    )


def register_sign_in(
    parts: "Parts", throttle: SignInThrottle, demo_people: Sequence[sign_in.SamplePerson], start: JoinStart
) -> None:
    """The ways in: with an account, to one, and back to one."""
    people = parts.people
    register_privacy(parts)  # /admin/people/{id} /view-as /s/{secret}
    assert people.factors is not None  # bootstrap makes people with them
    entrance = Entrance(parts.database, parts.clock, people, people.factors)
    public_url = parts.settings.public_url
    sign_in.register(
        people=people,
        throttle=throttle,
        demo_people=demo_people,
        self_service=True,
        ways=(
            partial(second_step.passkey_html, alone=True),
            *(() if parts.sign_on is None else (partial(sign_on.button_html, parts.sign_on.name),)),
        ),
    )
    if parts.sign_on is not None:
        sign_on.register(sign_on=parts.sign_on, people=people, public_url=public_url)  # /sign-on
    sign_in_again.register(people=people, throttle=throttle)  # /session/again
    second_step.register(people=people, entrance=entrance, throttle=throttle, public_url=public_url)  # /sign-in/second
    account_security.register(
        people=people, factors=people.factors, public_url=public_url, sign_on=parts.sign_on
    )  # /account/security
    join_routes.register(start=start, people=people, throttle=AskThrottle(counts=parts.programs.counts))
    account_keys.register(keys=parts.programs.keys, people=people, clock=parts.clock)  # /account/keys
    admin_webhooks.register(
        hooks=parts.programs.hooks, outbox=parts.programs.hook_outbox, people=people
    )  # /admin/webhooks


def register_visits(outer: FastAPI, parts: "Parts", own_page: Callable[..., None]) -> None:
    """The schedule, a household's own page with its visits, and the addresses that calendar programs read."""
    households, scheduling, people, clock = parts.households, parts.scheduling, parts.people, parts.clock
    uploads = Uploads(clock)
    freshness = Freshness(parts.database.writes, clock, alone=parts.settings.redis is None)
    own_page(
        visits=VisitCards(scheduling=scheduling, people=people, clock=clock, freshness=freshness, reports=True),
        cards=HomeCards(
            households=households,
            scheduling=scheduling,
            people=people,
            clock=clock,
            freshness=freshness,
            billing=parts.billing,
        ),
    )  # /home
    home_visit.register(
        database=parts.database, households=households, people=people, lexicon=parts.care.alarms.lexicon
    )  # /home/visits/{id}
    home_problem.register(
        database=parts.database, problems=households.problems, uploads=uploads, people=people
    )  # /home/problem
    outer.include_router(home_router(uploads=uploads, problems=households.problems))  # /home/data
    requests.register(households=households, scheduling=scheduling, people=people, clock=clock)  # /requests
    schedule.register(scheduling=scheduling, people=people, clock=clock, notes=households.notes)  # /schedule
    outer.include_router(feed_router(parts.scheduling, parts.clock))  # /calendar/{secret}.ics


def register_notices(outer: FastAPI, care: Care, live: Live, people: People, clock: Clock) -> None:
    """The bell, and what people choose to be told."""
    outer.include_router(bell_router(care.notices))  # /bell
    BellPush(care.notices, clock, live_pages=live.channel)
    outer.include_router(telling_router(care.telling))  # /unsubscribe /n /sms/status
    account_notices.register(telling=care.telling, people=people)  # /account/notices
    admin_notices.register(telling=care.telling, people=people, clock=clock)  # /admin/notices


def register_running(ops: Operations, people: People, floor: DrillFloor | None, clock: Clock) -> None:
    """Whether the house runs; and, where things go wrong on purpose, how that goes."""
    operations.register(operations=ops, people=people)  # /operations
    if floor is not None:
        drill.register(floor=floor, people=people, clock=clock)  # /drill


def register_billing(
    billing: Billing, joining: JoinDesk, people: People, public_url: str | None, start: JoinStart
) -> None:
    """The pages of money."""
    billing_page.register(billing=billing, people=people)  # /billing
    billing_household.register(billing=billing, people=people)  # /billing/households/{id}
    billing_invoice.register(billing=billing, people=people)  # /billing/invoices
    billing_minutes.register(billing=billing, people=people)  # /billing/minutes
    billing_plans.register(billing=billing, people=people)  # /billing/plans
    billing_webhooks.register(billing=billing, people=people)  # /billing/webhooks
    billing_sandbox.register(billing=billing)  # /billing/sandbox
    join.register(billing=billing, joining=joining, people=people, public_url=public_url, start=start)  # /join
