"""The mower page with maps and plans, over a real link to a simulated cloud, as a process of its own.

``python -m tests.dashboard.lawns.server PORT FOLDER``. ``/test/...`` moves the clock and edits the simulated devices.
"""

import asyncio
import sys
from datetime import datetime, timedelta
from typing import Any

import shapely
import uvicorn
from fastapi import FastAPI, Request
from nicegui import app, ui
from shapely.geometry import mapping

from core.accounts import HashCost, Passwords, People, Role
from core.clock import SystemClock
from core.db import Database, open_database
from core.db.migrate import migrate
from core.fleet import FleetService
from core.neighbourhood import BookReach, NeighbourFinder, create_household, register_lot
from core.neighbourhood.clusters import ClusterRules, Clusters
from dashboard import gate
from dashboard.clusters.data import MapData
from dashboard.land import make_land
from dashboard.lawn_desks import make_lawn_desks
from dashboard.lawn_routes import lawn_ground_router
from dashboard.mower_tabs.lawn import lawn_tab
from dashboard.mower_tabs.now import now_tab
from dashboard.mower_tabs.plans import plans_tab
from dashboard.pages import mower, sign_in, zones
from dashboard.throttle import SignInThrottle
from external.mammotion import MammotionCloud
from external.mammotion.simulator import SimulatorOptions, SimulatorServer
from external.mammotion.simulator.default_sites import default_sites
from external.mammotion.simulator.sites import SiteMower
from tests.core.fleet.fakes import ReversingBox

PASSWORD = "correct horse battery"
CAST = (
    (Role.ADMIN, "Ada Lind", "en"),
    (Role.ADMIN, "Greta Vogel", "de"),
    (Role.TECHNICIAN, "Tom Reed", "en"),
    (Role.DISPATCHER, "Dana Reyes", "en"),
)
AROUND_DEG = 0.00003


class MovedClock(SystemClock):
    """The machine's clock, and a bit more."""

    ahead = timedelta(0)

    def now(self) -> datetime:
        return super().now() + self.ahead


async def place_lots(database: Database, clock: SystemClock, site: SiteMower) -> None:
    """A lot under the first area; the second area lies on nobody's ground. A third lot is near, to choose from."""
    for number, area in enumerate(site.areas[:2]):
        household = await create_household(database, clock, name=f"Family {number + 1}")
        ground = shapely.Polygon(area.ring).buffer(AROUND_DEG, join_style="mitre")
        if number == 1:
            ground = shapely.affinity.translate(ground, 0.001, 0.001)
        x, y = ground.centroid.x, ground.centroid.y
        await register_lot(
            database, household_id=household, address=f"{12 + 2 * number} ELM ST", city="BYRON", longitude=x,
            latitude=y, boundary=mapping(ground),
        )  # fmt: skip


async def main(port: int, folder: str) -> None:
    clock = MovedClock()
    sites = default_sites(mowers=2, accounts=1, seed=4)
    cloud = SimulatorServer(SimulatorOptions(sites=sites, seed=7, owners=False, reply_delay_s=0.12))
    await cloud.start()
    database = open_database(f"sqlite:///{folder}/lawns.sqlite3")
    await migrate(database)
    people = People(database, clock, passwords=Passwords(HashCost(1, 8, 1)))
    for role, name, language in CAST:
        email = f"{name.split()[0].lower()}@elm.example"
        await people.create_person(email=email, role=role, password=PASSWORD, name=name, language=language)
    await place_lots(database, clock, sites.accounts[0].mowers[0])
    vendor = MammotionCloud(
        login_url=cloud.http_url, api_url=cloud.http_url, clock=SystemClock(), request_ceiling=100_000
    )
    fleet = FleetService(database=database, cloud=vendor, secret_box=ReversingBox(), clock=clock)
    await fleet.start()
    account, password = cloud.accounts[0]
    await fleet.accounts.link(account, password, by="ada@elm.example")
    finder = NeighbourFinder(database)
    land = make_land(database=database, clock=clock, books=finder, audit=people.audit)
    desks = make_lawn_desks(
        database=database, clock=clock, fleet=fleet, lots=land.shelf, audit=people.audit, land=land.changed
    )
    await desks.start()
    clusters = Clusters(
        database=database, clock=clock, reach=BookReach(finder), books=finder, audit=people.audit,
        rules=ClusterRules(),
    )  # fmt: skip

    @app.post("/test/clock/{seconds}")
    async def move(seconds: float) -> None:
        clock.ahead += timedelta(seconds=seconds)

    @app.post("/test/map/{name}")
    async def edit(name: str, request: Request) -> dict[str, Any]:
        """``{"smaller": factor, "rename": {...}, "areas": n}``: what an owner does in the vendor's app."""
        change, device = await request.json(), cloud.fleet.devices[name]
        site = device.site
        if "smaller" in change or "areas" in change:
            areas = list(site.areas[: change.get("areas", len(site.areas))])
            factor = change.get("smaller", 1.0)
            ring = shapely.affinity.scale(shapely.Polygon(areas[0].ring), factor, factor)
            areas[0] = areas[0].model_copy(update={"ring": tuple(ring.exterior.coords)[:-1]})
            device.redraw(site.model_copy(update={"areas": tuple(areas)}))
        device.names = {key: change.get("rename", {}).get(old, old) for key, old in device.names.items()}
        return {"names": list(device.names.values())}

    @app.get("/test/plans/{name}")
    async def plans(name: str) -> list[dict[str, Any]]:
        """What the device itself holds."""
        return [{"name": plan.taskName, "id": plan.planId} for plan in cloud.fleet.devices[name].plans]

    outer = FastAPI(openapi_url=None)
    gate.install(outer, people=people, clock=clock)
    data = MapData(database=database, books=finder, clusters=clusters)
    outer.include_router(lawn_ground_router(data))
    sign_in.register(people=people, throttle=SignInThrottle())
    tabs = (
        now_tab(fleet.live),
        lawn_tab(desks=desks, live=fleet.live, people=people, clock=clock),
        plans_tab(desks=desks, people=people),
    )
    mower.register(live=fleet.live, roster=fleet.roster.all, tabs=tabs)
    zones.register(desks=desks, people=people)
    ui.run_with(outer, title="MowthosOS", dark=None, tailwind=False, reconnect_timeout=30, show_welcome_message=False)
    server = uvicorn.Server(uvicorn.Config(outer, port=port, log_level="warning", ws="websockets-sansio"))
    await server.serve()
    await desks.stop()
    await fleet.stop()
    await cloud.stop()


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]), sys.argv[2]))
