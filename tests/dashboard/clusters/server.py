"""The screens of clusters, homes and lawns as a process of their own: a small town, real services, two admins.

``python -m tests.dashboard.clusters.server PORT FOLDER``
"""

import asyncio
import contextlib
import sys
from datetime import timedelta
from functools import partial

import uvicorn
from fastapi import FastAPI
from nicegui import app, ui

from core.accounts import HashCost, Passwords, People, Role
from core.clock import SystemClock
from core.db import open_database
from core.db.migrate import migrate
from core.errors import MowthosError
from core.fleet import LiveFleet
from core.neighbourhood import BookReach, NeighbourFinder
from core.neighbourhood.clusters import ClusterRules, Clusters
from core.neighbourhood.lawns import LawnDesk
from core.neighbourhood.partition import HeldHomes, Proposals
from core.neighbourhood.registration import HomeCsv, Registration
from core.neighbourhood.routes import RouteDesk
from dashboard import gate
from dashboard.clusters.data import MapData
from dashboard.clusters.homes_routes import homes_router
from dashboard.clusters.lawn_routes import lawns_router
from dashboard.clusters.planning import planning_router
from dashboard.clusters.routes import clusters_router
from dashboard.clusters.signed_up import signed_up_homes
from dashboard.clusters.uploads import Uploads
from dashboard.pages import clusters as clusters_page
from dashboard.pages import (
    clusters_detail,
    clusters_editor,
    clusters_propose,
    clusters_rounds,
    lawn_editor,
    register,
    register_import,
    sign_in,
)
from dashboard.sky import make_sky
from dashboard.throttle import SignInThrottle
from external.weather import OpenMeteo
from external.weather.simulator import Fault, WeatherTwin
from tests.dashboard.clusters.cast import live_through, place_town

PASSWORD = "correct horse battery"
CAST = (
    (Role.ADMIN, "Ada Lind", "en"),
    (Role.ADMIN, "Bea Moss", "en"),
    (Role.ADMIN, "Greta Vogel", "de"),
    (Role.DISPATCHER, "Dana Reyes", "en"),
    (Role.TECHNICIAN, "Tom Reed", "en"),
)


async def main(port: int, folder: str) -> None:
    clock = SystemClock()
    database = open_database(f"sqlite:///{folder}/clusters.sqlite3")
    await migrate(database)
    people = People(database, clock, passwords=Passwords(HashCost(1, 8, 1)))
    empty = not await people.people()
    if empty:
        for role, name, language in CAST:
            email = f"{name.split()[0].lower()}@elm.example"
            await people.create_person(email=email, role=role, password=PASSWORD, name=name, language=language)
        await place_town(database, clock)
    finder = NeighbourFinder(database)
    clusters = Clusters(
        database=database, clock=clock, reach=BookReach(finder), books=finder, audit=people.audit,
        rules=ClusterRules(),
    )  # fmt: skip
    proposals = Proposals(
        database=database,
        clock=clock,
        graphs=BookReach(finder),
        books=finder,
        drafts=clusters,
        fixed=HeldHomes(clusters),
    )
    if empty:
        await live_through(clusters, finder, people)
    data = MapData(database=database, books=finder, clusters=clusters)

    outer = FastAPI(openapi_url=None)
    gate.install(outer, people=people, clock=clock)
    outer.include_router(clusters_router(data=data, clusters=clusters, neighbours=finder))
    outer.include_router(
        planning_router(
            proposals=proposals, books=finder, rules=clusters.rules, clock=clock,
            signed_up=partial(signed_up_homes, database, finder),
        )
    )  # fmt: skip
    desk = LawnDesk(database=database, clock=clock, books=finder, audit=people.audit)
    outer.include_router(lawns_router(desk))
    lawn_editor.register(desk=desk)
    homes = Registration(database=database, clock=clock, books=finder, audit=people.audit)
    register.register(homes=homes, data=data, people=people)
    uploads = Uploads(clock)
    outer.include_router(homes_router(uploads=uploads))
    files = HomeCsv(database=database, clock=clock, books=finder, audit=people.audit)
    register_import.register(files=files, uploads=uploads, people=people)
    sign_in.register(people=people, throttle=SignInThrottle())
    clusters_propose.register(data=data, rules=clusters.rules)
    clusters_page.register(clusters=clusters, data=data, database=database)
    clusters_editor.register(clusters=clusters, data=data, neighbours=finder)
    routes = RouteDesk(clusters, BookReach(finder), finder)
    clusters_rounds.register(clusters=clusters, routes=routes, data=data, find_address=finder.find_by_address)
    heaven = await WeatherTwin(clock=clock).__aenter__()
    provider = OpenMeteo(clock=clock, base_url=heaven.url, first_wait_s=0.01)
    sky = make_sky(
        database=database, clock=clock, audit=people.audit, live=LiveFleet(), routes=routes, provider=provider
    )
    clusters_detail.register(
        clusters=clusters, data=data, database=database, people=people, neighbours=finder, routes=routes, sky=sky
    )

    @app.post("/test/sky/{kind}")
    async def play(kind: str) -> None:
        """Look at a dry sky, a wet one, or one that does not answer."""
        heaven.sky.rain.clear()
        heaven.faults.clear()
        if kind == "wet":
            heaven.rain(clock.now() - timedelta(hours=1), clock.now() + timedelta(hours=1), 1.0)
        if kind == "down":
            heaven.faults.append(Fault("status", status=503))
        with contextlib.suppress(MowthosError):
            await sky.weather.refresh()

    ui.run_with(outer, title="MowthosOS", dark=None, tailwind=False, reconnect_timeout=30, show_welcome_message=False)
    server = uvicorn.Server(uvicorn.Config(outer, port=port, log_level="warning", ws="websockets-sansio"))
    await server.serve()


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]), sys.argv[2]))
