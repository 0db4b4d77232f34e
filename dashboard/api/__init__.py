"""REST under ``/api/v1``: a FastAPI of its own, because NiceGUI's app has no OpenAPI document."""

from typing import Any

from fastapi import FastAPI

from core.accounts import People
from core.clock import Clock
from core.control.service import Control
from core.fleet.live import LiveFleet
from core.neighbourhood.clusters import Clusters
from core.neighbourhood.market import MarketDesk
from core.neighbourhood.partition import Proposals
from core.neighbourhood.routes import RouteDesk
from dashboard.api.addresses import addresses_router
from dashboard.api.alarm_rules import alarm_rules_router
from dashboard.api.alarms import alarms_router
from dashboard.api.auth import auth_router
from dashboard.api.bearer import Bearer
from dashboard.api.cluster_places import FindAddress, cluster_places_router
from dashboard.api.clusters import clusters_router
from dashboard.api.control import bulk_router, control_router
from dashboard.api.fleet_accounts import fleet_accounts_router
from dashboard.api.lots import lots_router
from dashboard.api.maps import maps_router
from dashboard.api.market import market_router
from dashboard.api.mowers import mowers_router
from dashboard.api.neighbors import neighbors_router
from dashboard.api.operations import OperationsDesk, operations_router
from dashboard.api.payments import payments_router
from dashboard.api.plans import plans_router
from dashboard.api.ports import AccountDesk, AddressSearch, CommandDesk, HistoryStore, Neighbours, OwnGround, Roster
from dashboard.api.problems import Problem, install_problems
from dashboard.api.proposals import proposals_router
from dashboard.api.service import service_router
from dashboard.api.sessions import LatestMap, SessionReads, sessions_router
from dashboard.billing.joining import JoinDesk
from dashboard.billing.parts import Billing
from dashboard.care import Care
from dashboard.land import Land
from dashboard.lawn_desks import LawnDesks
from dashboard.throttle import SignInThrottle

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
    bearer = Bearer(people)
    install_problems(api)
    api.include_router(auth_router(people, bearer, throttle))
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
    # named places first: the moves of a cluster take any last word
    api.include_router(cluster_places_router(bearer=bearer, clusters=clusters, find_address=find_address))
    api.include_router(proposals_router(bearer=bearer, proposals=proposals, rules=clusters.rules, prefix=PREFIX))
    api.include_router(market_router(bearer=bearer, market=market, routes=routes))
    api.include_router(
        addresses_router(bearer=bearer, registration=land.registration, homes=land.homes, search=search_addresses)
    )
    api.include_router(lots_router(bearer=bearer, land=land))
    api.include_router(clusters_router(bearer=bearer, clusters=clusters))
    api.include_router(plans_router(bearer=bearer, plans=lawn_desks.plans))
    api.include_router(maps_router(bearer=bearer, desks=lawn_desks, audit=people.audit, clock=clock))
    api.include_router(operations_router(bearer=bearer, operations=operations))
    api.include_router(alarms_router(bearer=bearer, alarms=care.alarms, notices=care.notices))
    api.include_router(service_router(bearer=bearer, maintenance=care.maintenance))
    api.include_router(alarm_rules_router(bearer=bearer, alarms=care.alarms, clock=clock))
    api.include_router(payments_router(bearer=bearer, billing=billing, joining=joining))
    generate = api.openapi

    def openapi() -> dict[str, Any]:
        document = generate()
        document["components"]["schemas"].setdefault("Problem", _problem_schema(document))
        return document

    api.openapi = openapi  # type: ignore[method-assign]
    return api


def _problem_schema(document: dict[str, Any]) -> dict[str, Any]:
    schema = Problem.model_json_schema(ref_template="#/components/schemas/{model}")
    document["components"]["schemas"].update(schema.pop("$defs", {}))
    return schema
