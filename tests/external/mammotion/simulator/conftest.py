"""A small simulated cloud and the genuine PyMammotion client, over real sockets."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import aiohttp
import pymammotion.http.http as vendor_http
import pytest
from pymammotion.client import MammotionClient

from external.mammotion.simulator import SimulatorOptions, SimulatorServer, Sites
from external.mammotion.simulator.default_sites import default_sites
from external.mammotion.simulator.lawn import build_lawn
from external.mammotion.simulator.models import model_of
from external.mammotion.simulator.mower import Mower

type Control = Callable[..., Awaitable[Any]]


@pytest.fixture
def elm_street() -> Sites:
    """Four lots on two accounts; the base of the first is turned by -12 degrees."""
    return default_sites(mowers=4, accounts=2, seed=4)


@pytest.fixture
def docked_luba(elm_street: Sites) -> Mower:
    """The first mower of the street, charged, in its dock."""
    site = elm_street.accounts[0].mowers[0]
    return Mower.docked(build_lawn(site), model_of(site.device_name))


@pytest.fixture
async def cloud(elm_street: Sites) -> AsyncIterator[SimulatorServer]:
    """The street's cloud without owners: nothing happens unless it is asked for."""
    server = SimulatorServer(SimulatorOptions(sites=elm_street, seed=7, owners=False, reply_delay_s=0.01))
    await server.start()
    yield server
    await server.stop()


@pytest.fixture
async def client(cloud: SimulatorServer, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[MammotionClient]:
    """A client signed in to the first account. Its two addresses are settings it reads from the environment when it
    is first imported, which in a test run is long before a simulator has an address: hence set here."""
    monkeypatch.setattr(vendor_http, "MAMMOTION_DOMAIN", cloud.http_url)
    monkeypatch.setattr(vendor_http, "MAMMOTION_API_DOMAIN", cloud.http_url)
    client = MammotionClient()
    await client.login_and_initiate_cloud(*cloud.accounts[0])
    for handle in client.device_registry.all_devices:  # by then it is subscribed to everything
        await eventually(lambda handle=handle: handle.snapshot.raw.report_data.dev.battery_val == 100)
    yield client
    await client.stop()


@pytest.fixture
async def control(cloud: SimulatorServer) -> AsyncIterator[Control]:
    """``await control("mowers/NAME", battery=20)`` posts; without fields it reads."""
    async with aiohttp.ClientSession() as session:

        async def call(path: str, **fields: Any) -> Any:
            url = f"{cloud.control_url}/{path}"
            request = session.post(url, json=fields) if fields else session.get(url)
            async with request as response:
                response.raise_for_status()
                return await response.json()

        yield call


async def eventually(check: Callable[[], Any], *, within_s: float = 15.0) -> Any:
    """The first true value of ``check``; fails with the last value when it never comes."""
    value = None
    for _ in range(int(within_s / 0.05)):
        value = check()
        if value:
            return value
        await asyncio.sleep(0.05)
    pytest.fail(f"not within {within_s} s: {check} said {value!r}")
