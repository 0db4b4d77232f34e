"""What a feed can do wrong, all at once, over the real sockets: "mowing" that is not true never lasts a minute.

The simulated cloud, PyMammotion, the adapter and the whole fleet run as in the product. Mowers mow; then each gets a
fault of its own and at the same moment really stops. A minute is played at its full length by `make prove`; otherwise
with proof that lasts six seconds.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
import pytest

from core.clock import SystemClock
from core.db import Database
from core.fleet import FleetService
from core.fleet.limits import StateLimits
from core.fleet.model import Confidence, LinkState, MowerState
from external.mammotion import MammotionCloud
from external.mammotion.simulator import SimulatorOptions, SimulatorServer
from external.mammotion.simulator.default_sites import default_sites
from external.mammotion.simulator.device import Device
from external.mammotion.simulator.mower import WorkMode
from external.sealing import FernetBox
from tests.proofs import cases, record

EVIDENCE_S = cases(sample=6, full=60)
PAUSE, RESUME, START = 2, 3, 1
FAULTS: dict[str, dict[str, Any]] = {
    "frozen": {"feed": "frozen", "action": PAUSE},
    "replayed": {"feed": "replayed", "action": PAUSE},
    "restamped": {"feed": "restamped", "action": PAUSE},
    "silent": {"feed": "silent", "action": PAUSE},
    "spinning": {"spinning": True},
    "silent and junk": {"feed": "silent", "action": PAUSE, "junk": 200},
}
"""On the first account, one mower each; the seventh goes on mowing, with junk between its reports."""
LOOK_S = 0.1
CONNECTION_REFUSED = 3  # "server unavailable" in the broker's answer to a sign-in

type Control = Callable[..., Awaitable[Any]]


@asynccontextmanager
async def running(database: Database) -> AsyncIterator[tuple[SimulatorServer, FleetService, Control]]:
    """A cloud with two accounts of seven mowers, and the fleet linked to both."""
    clock = SystemClock()
    server = SimulatorServer(
        SimulatorOptions(sites=default_sites(mowers=14, accounts=2, seed=5), seed=7, owners=False, reply_delay_s=0.01)
    )
    await server.start()
    fleet = FleetService(
        database=database,
        cloud=MammotionCloud(
            login_url=server.http_url, api_url=server.http_url, clock=clock, request_ceiling=100_000
        ),
        secret_box=FernetBox("x" * 32),
        clock=clock,
        limits=StateLimits(evidence_s=EVIDENCE_S),
    )  # fmt: skip
    try:
        await fleet.start()
        for account, password in server.accounts:
            await fleet.accounts.link(account, password, by="test")
        async with aiohttp.ClientSession() as session:

            async def control(path: str, **fields: Any) -> Any:
                async with session.post(f"{server.control_url}/{path}", json=fields) as response:
                    response.raise_for_status()
                    return await response.json()

            yield server, fleet, control
    finally:
        await fleet.stop()
        await server.stop()


def truly_mows(device: Device) -> bool:
    return device.mower.work_mode is WorkMode.WORKING and not device.spinning


async def eventually(holds: Callable[[], bool], *, within_s: float) -> None:
    async with asyncio.timeout(within_s):
        while not holds():
            await asyncio.sleep(LOOK_S)


async def longest_wrong(devices: dict[str, Device], fleet: FleetService, *, seconds: float) -> dict[str, float]:
    """For ``seconds``: the longest that each was shown as mowing while it was not."""
    clock = SystemClock()
    began = clock.monotonic()
    since: dict[str, float] = {}
    longest = dict.fromkeys(devices, 0.0)
    while clock.monotonic() - began < seconds:
        for name, device in devices.items():
            if fleet.live.get(device.name).state is MowerState.MOWING and not truly_mows(device):
                longest[name] = max(longest[name], clock.monotonic() - since.setdefault(name, clock.monotonic()))
            else:
                since.pop(name, None)
        await asyncio.sleep(LOOK_S)
    return longest


@pytest.mark.prove
@pytest.mark.timeout(420)
async def test_mowing_that_is_not_true_never_outlives_its_proof_whatever_the_feed_does(
    request: pytest.FixtureRequest, sqlite_database: Database
) -> None:
    async with running(sqlite_database) as (server, fleet, control):
        first, second = (account.devices for account in server.vendor.accounts.values())
        devices = dict(zip(FAULTS, first, strict=False))
        honest, cut_off = first[len(FAULTS)], second[0]
        watched = {**devices, "honest, with junk": honest, "broker away": cut_off}
        live = fleet.live

        def shown(device: Device) -> MowerState:
            return live.get(device.name).state

        await eventually(lambda: all(device.name in live for device in watched.values()), within_s=30)
        for device in watched.values():
            await control(f"mowers/{device.name}", action=START)
        await eventually(
            lambda: all(
                shown(device) is MowerState.MOWING and live.get(device.name).confidence is Confidence.PROVEN
                for device in watched.values()
            ),
            within_s=60,
        )
        await asyncio.sleep(EVIDENCE_S)  # a feed that can be replayed for as long as proof lasts

        await control("http", status=500, endpoint="invoke")  # or a mower's answer to our question would tell the truth
        await control("broker", refuse_code=CONNECTION_REFUSED)
        await control("broker", drop=server.accounts[1][0])
        for name, device in devices.items():
            await control(f"mowers/{device.name}", **FAULTS[name])
        await control(f"mowers/{honest.name}", junk=200)
        await control(f"mowers/{cut_off.name}", action=PAUSE)
        longest = await longest_wrong(watched, fleet, seconds=1.4 * EVIDENCE_S)

        faulty = {name: longest[name] for name in [*devices, "broker away"]}
        assert all(0 < lasted_s <= EVIDENCE_S for lasted_s in faulty.values()), faulty
        assert longest["honest, with junk"] == 0.0
        assert all(shown(watched[name]) is not MowerState.MOWING for name in faulty)
        assert (await fleet.accounts.account(server.accounts[1][0])).state is LinkState.BROKER_DOWN

        await control("heal")
        for device in (*devices.values(), cut_off):
            await control(f"mowers/{device.name}", action=RESUME)
        await eventually(
            lambda: all(shown(device) is MowerState.MOWING for device in watched.values()), within_s=EVIDENCE_S + 60
        )
        worst = max(faulty, key=lambda name: faulty[name])
        record(request, f"{len(faulty)} faults; longest wrong mowing {faulty[worst]:.1f} s of {EVIDENCE_S} s ({worst})")
