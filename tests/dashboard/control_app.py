"""The product on a small simulated cloud, for browser tests of control: two dispatchers, a technician, six mowers.

``python -m tests.dashboard.control_app FOLDER PORT`` prints tokens, mower names and the cloud's control address.
"""

import asyncio
import json
import sys
from pathlib import Path

import uvloop
from sqlmodel import select

from core.accounts import Role
from core.fleet.tables import Mower
from core.ids import new_id
from core.neighbourhood.tables import Lot, LotMower
from core.settings import Settings
from dashboard import bootstrap
from dashboard.running import serve
from dashboard.server import claim_port
from external.mammotion.simulator import SimulatorOptions, SimulatorServer
from external.mammotion.simulator.default_sites import default_sites
from external.mammotion.simulator.sites import SiteMower

PASSWORD = "correct horse battery"
PEOPLE = {
    "ana": ("Ana Ruiz", Role.DISPATCHER, "en"),
    "ben": ("Ben Okafor", Role.DISPATCHER, "en"),
    "tom": ("Tom Berg", Role.TECHNICIAN, "en"),
    "greta": ("Greta Vogel", Role.ADMIN, "de"),
}
MOWERS = 6


def boundary(site: SiteMower) -> dict[str, object]:
    """A lot that holds everything the mower has, with 4 m of garden round it."""
    places = [place for area in site.areas for place in area.ring] + [(site.dock.longitude, site.dock.latitude)]
    lon, lat = [place[0] for place in places], [place[1] for place in places]
    west, south, east, north = min(lon) - 5e-5, min(lat) - 4e-5, max(lon) + 5e-5, max(lat) + 4e-5
    return {
        "type": "Polygon",
        "coordinates": [[[west, south], [east, south], [east, north], [west, north], [west, south]]],
    }


async def give_lots(parts: bootstrap.Parts, sites: list[SiteMower]) -> None:
    """Each mower's lot is drawn; the numbers run along the street."""
    while len(parts.fleet.roster.all()) < len(sites):
        await asyncio.sleep(0.1)
    async with parts.database.session() as session:
        for number, site in enumerate(sites):
            mower = (await session.exec(select(Mower).where(Mower.device_name == site.device_name))).one()
            lot = Lot(
                id=new_id(), address=f"{10 + 2 * number} Elm St", city="Rochester", longitude=site.dock.longitude,
                latitude=site.dock.latitude, boundary=boundary(site), lawns=[], source="drawn",
            )  # fmt: skip
            session.add(lot)
            await session.flush()
            session.add(LotMower(lot_id=lot.id, mower_id=mower.id, part="host"))
    parts.control.sites.outdated()
    await parts.control.fences.refresh()


async def main(folder: Path, port: int) -> None:
    sites = default_sites(mowers=MOWERS, accounts=1, seed=4)
    cloud = SimulatorServer(SimulatorOptions(sites=sites, seed=7, owners=False, reply_delay_s=0.05, docked_period_s=5))
    await cloud.start()
    settings = Settings(
        secret_key="x" * 32, data_dir=folder, port=port, mammotion_login_url=cloud.http_url,  # type: ignore[arg-type]
        mammotion_api_url=cloud.http_url, mammotion_request_ceiling=100_000, log_level="WARNING",
    )  # fmt: skip

    async def ready(parts: bootstrap.Parts) -> None:
        tokens = {}
        for name, (full, role, language) in PEOPLE.items():
            email = f"{name}@elm.example"
            await parts.people.create_person(email=email, role=role, password=PASSWORD, name=full, language=language)
            tokens[name] = (await parts.people.sign_in(email, PASSWORD, user_agent="test"))[0]
        for account, password in cloud.accounts:
            await parts.accounts.link(account, password, by="test")
        mowers = [mower for account in sites.accounts for mower in account.mowers]
        await give_lots(parts, mowers)
        names = [mower.device_name for mower in mowers]
        print(json.dumps({"tokens": tokens, "mowers": names, "control": cloud.control_url}), flush=True)

    try:
        await serve(settings, listener=claim_port("127.0.0.1", port), on_ready=ready)
    finally:
        await cloud.stop()


if __name__ == "__main__":
    uvloop.run(main(Path(sys.argv[1]), int(sys.argv[2])))
