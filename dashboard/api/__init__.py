"""REST under ``/api/v1``: a FastAPI of its own, because NiceGUI's app has no OpenAPI document."""

from typing import Any

from fastapi import FastAPI

from core.accounts import People
from core.areas import AreaDesk
from core.clock import Clock
from core.control.service import Control
from core.fleet.live import LiveFleet
from core.neighbourhood.clusters import Clusters
from core.neighbourhood.market import MarketDesk
from core.neighbourhood.partition import Proposals
from core.neighbourhood.routes import RouteDesk
from core.privacy import Privacy
from core.scheduling.service import Scheduling
from dashboard.api.account_notices import account_notices_router
from dashboard.api.addresses import addresses_router
from dashboard.api.alarm_rules import alarm_rules_router
from dashboard.api.alarms import alarms_router
from dashboard.api.api_keys import api_keys_router
from dashboard.api.areas import areas_router
from dashboard.api.auth import Registering, auth_router
from dashboard.api.bearer import Bearer
from dashboard.api.billing_desk import billing_desk_router
from dashboard.api.cluster_places import FindAddress, cluster_places_router
from dashboard.api.clusters import clusters_router
from dashboard.api.control import bulk_router, control_router
from dashboard.api.exports import exports_router
from dashboard.api.feed import FeedLog, FeedSource, feed_router
from dashboard.api.feed.reader import FeedReaders
from dashboard.api.fleet_accounts import fleet_accounts_router
from dashboard.api.households import households_router
from dashboard.api.lots import lots_router
from dashboard.api.manners import complete_document, install_manners
from dashboard.api.maps import maps_router
from dashboard.api.market import market_router
from dashboard.api.mowers import mowers_router
from dashboard.api.neighbors import neighbors_router
from dashboard.api.operations import OperationsDesk, operations_router
from dashboard.api.own_way import own_way_router
from dashboard.api.payments import payments_router
from dashboard.api.people import people_router
from dashboard.api.plans import plans_router
from dashboard.api.ports import AccountDesk, AddressSearch, CommandDesk, HistoryStore, Neighbours, OwnGround, Roster
from dashboard.api.privacy import privacy_router
from dashboard.api.problems import Problem, install_problems
from dashboard.api.programs import Programs
from dashboard.api.proposals import proposals_router
from dashboard.api.reports import reports_router
from dashboard.api.service import service_router
from dashboard.api.sessions import LatestMap, SessionReads, sessions_router
from dashboard.api.shares import shares_router
from dashboard.api.visit_runs import visit_runs_router
from dashboard.api.visits import visits_router
from dashboard.api.weather import weather_router
from dashboard.api.webhooks import webhooks_router
from dashboard.billing.joining import JoinDesk
from dashboard.billing.parts import Billing
from dashboard.care import Care
from dashboard.exports.parts import Exports
from dashboard.households import Households
from dashboard.land import Land
from dashboard.lawn_desks import LawnDesks
from dashboard.shares.parts import Shares
from dashboard.sky import Sky
from dashboard.throttle import AskThrottle, SignInThrottle

PREFIX = "/api/v1"


def create_api(
    *,
    people: People,
    throttle: SignInThrottle,
    clock: Clock,
    live: LiveFleet,
    roster: Roster,
    commands: CommandDesk,
    history: HistoryStore,
    sessions: SessionReads,
    latest_map: LatestMap,
    own_ground: OwnGround,
    accounts: AccountDesk,
    neighbours: Neighbours,
    clusters: Clusters,
    find_address: FindAddress,
    search_addresses: AddressSearch,
    proposals: Proposals,
    market: MarketDesk,
    routes: RouteDesk,
    land: Land,
    operations: OperationsDesk,
    care: Care,
    control: Control,
    lawn_desks: LawnDesks,
    billing: Billing,
    joining: JoinDesk,
    scheduling: Scheduling,
    sky: Sky,
    households: Households,
    programs: Programs,
    privacy: Privacy,
    shares: Shares,
    exports: Exports,
    areas: AreaDesk,
    registering: Registering | None = None,
) -> FastAPI:
    """The API, to be mounted at ``PREFIX``."""
    api = FastAPI(
        title="MowthosOS",
        version="1",
        summary="Shared robot mowers, watched and steered",
        description="Errors are problem+json (RFC 9457). Percentages are 0-100; degrees, metres, m², seconds, UTC.",
        docs_url=None,  # the interactive pages load their script from another host
        redoc_url=None,
    )
    bearer = Bearer()
    install_problems(api)
    install_manners(api, programs=programs, clock=clock)
    api.include_router(
        auth_router(
            people=people,
            tokens=programs.tokens,
            bearer=bearer,
            throttle=throttle,
            asking=AskThrottle(counts=programs.counts),
            registering=registering,
        )
    )
    api.include_router(api_keys_router(bearer=bearer, keys=programs.keys))
    api.include_router(
        mowers_router(
            bearer=bearer,
            live=live,
            roster=roster,
            commands=commands,
            history=history,
            own_ground=own_ground,
            clock=clock,
        )
    )
    api.include_router(
        sessions_router(bearer=bearer, live=live, roster=roster, sessions=sessions, latest_map=latest_map, clock=clock)
    )
    api.include_router(control_router(bearer=bearer, control=control))
    api.include_router(bulk_router(bearer=bearer, bulk=control.bulk))
    api.include_router(fleet_accounts_router(bearer=bearer, accounts=accounts, audit=people.audit))
    api.include_router(neighbors_router(bearer=bearer, neighbours=neighbours))
    api.include_router(own_way_router(bearer=bearer, registering=registering))
    # named places first: the moves of a cluster take any last word
    api.include_router(cluster_places_router(bearer=bearer, clusters=clusters, find_address=find_address))
    api.include_router(proposals_router(bearer=bearer, proposals=proposals, rules=clusters.rules, prefix=PREFIX))
    api.include_router(weather_router(bearer=bearer, sky=sky))
    api.include_router(market_router(bearer=bearer, market=market, routes=routes))
    api.include_router(
        addresses_router(bearer=bearer, registration=land.registration, homes=land.homes, search=search_addresses)
    )
    api.include_router(lots_router(bearer=bearer, land=land))
    api.include_router(visit_runs_router(bearer=bearer, scheduling=scheduling))  # before the ids of visits
    api.include_router(visits_router(bearer=bearer, scheduling=scheduling))
    api.include_router(
        households_router(bearer=bearer, households=households, lexicon=care.alarms.lexicon, clock=clock)
    )
    api.include_router(clusters_router(bearer=bearer, clusters=clusters))
    api.include_router(plans_router(bearer=bearer, plans=lawn_desks.plans))
    api.include_router(maps_router(bearer=bearer, desks=lawn_desks, audit=people.audit, clock=clock))
    api.include_router(operations_router(bearer=bearer, operations=operations))
    api.include_router(alarms_router(bearer=bearer, alarms=care.alarms, notices=care.notices))
    api.include_router(account_notices_router(bearer=bearer, telling=care.telling))
    api.include_router(service_router(bearer=bearer, maintenance=care.maintenance))
    api.include_router(alarm_rules_router(bearer=bearer, alarms=care.alarms, clock=clock))
    api.include_router(payments_router(bearer=bearer, billing=billing, joining=joining))
    api.include_router(webhooks_router(bearer=bearer, hooks=programs.hooks, outbox=programs.hook_outbox))
    api.include_router(exports_router(bearer=bearer, sources=exports.sources, clock=clock))
    api.include_router(reports_router(bearer=bearer, desk=exports.reports))
    log = FeedLog()
    FeedSource(log, live=live, commands=getattr(commands, "changed", None), alarms=care.alarms.keeper.changed)
    readers = FeedReaders(log, live=live, roster=roster, own_ground=own_ground, clock=clock)
    api.include_router(feed_router(bearer=bearer, callers=programs.callers, readers=readers))
    api.include_router(people_router(bearer=bearer, people=people))
    api.include_router(areas_router(bearer=bearer, areas=areas))
    for router in (privacy_router(bearer=bearer, privacy=privacy), shares_router(bearer=bearer, shares=shares)):
        api.include_router(router)
    api.include_router(billing_desk_router(bearer=bearer, billing=billing))
    generate = api.openapi

    def openapi() -> dict[str, Any]:
        document = generate()
        if "Problem" not in document["components"]["schemas"]:  # FastAPI keeps the document it made
            document["components"]["schemas"]["Problem"] = _problem_schema(document)
            complete_document(document)
        return document

    api.openapi = openapi  # type: ignore[method-assign]
    return api


def _problem_schema(document: dict[str, Any]) -> dict[str, Any]:
    schema = Problem.model_json_schema(ref_template="#/components/schemas/{model}")
    document["components"]["schemas"].update(schema.pop("$defs", {}))
    return schema
