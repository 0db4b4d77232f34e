"""A street of the simulated cloud, and a listener that keeps what links tell."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from typing import Any

import aiohttp
import pytest

from core.clock import SystemClock
from core.fleet import ReportedSettings
from core.fleet.model import CommandKind, DeviceDescription, DeviceMap, LinkHealth, LinkState, Reading
from external.mammotion import MammotionCloud
from external.mammotion.caretaker import CareTimes
from external.mammotion.link import MammotionLink
from external.mammotion.simulator import Lifetimes, SimulatorOptions, SimulatorServer, Sites
from external.mammotion.simulator.default_sites import default_sites

QUICK = CareTimes(
    round_s=0.1,
    quiet_after_reconnect_s=0.3,
    probe_s=0.3,
    firmware_after_s=0.2,
    fact_s=2.0,
    rebuild_s=0.3,
    keep_tokens_s=600.0,
    path_settle_s=0.3,
)

type Inject = Callable[..., Awaitable[Any]]
type OpenLink = Callable[..., Awaitable[MammotionLink]]


class Ear:
    """A `CloudListener` that keeps everything."""

    def __init__(self) -> None:
        self.heard: list[Reading] = []
        self.found: list[DeviceDescription] = []
        self.removed: list[str] = []
        self.maps: list[DeviceMap] = []
        self.answers: list[tuple[str, CommandKind, bool, str]] = []
        self.healths: list[LinkHealth] = []
        self.tokens: list[str] = []
        self.settings: list[ReportedSettings] = []

    def readings(self, batch: Sequence[Reading]) -> None:
        self.heard.extend(batch)

    def device_found(self, account: str, device: DeviceDescription) -> None:
        self.found.append(device)

    def device_removed(self, account: str, device_name: str) -> None:
        self.removed.append(device_name)

    def map_updated(self, device_map: DeviceMap) -> None:
        self.maps.append(device_map)

    def acknowledged(self, device_name: str, kind: CommandKind, accepted: bool, detail: str) -> None:
        self.answers.append((device_name, kind, accepted, detail))

    def settings_reported(self, settings: ReportedSettings) -> None:
        self.settings.append(settings)

    def health_changed(self, health: LinkHealth) -> None:
        self.healths.append(health)

    def tokens_changed(self, account: str, token_cache: str) -> None:
        self.tokens.append(token_cache)

    def last(self, device_name: str) -> Reading | None:
        return next((reading for reading in reversed(self.heard) if reading.device_name == device_name), None)

    @property
    def states(self) -> list[LinkState]:
        return [health.state for health in self.healths]


async def eventually(check: Callable[[], Any], *, within_s: float = 15.0) -> Any:
    """The first true value of ``check``; fails with the last value when it never comes."""
    value = None
    for _ in range(int(within_s / 0.05)):
        value = check()
        if value:
            return value
        await asyncio.sleep(0.05)
    pytest.fail(f"not within {within_s} s, the last was {value!r}")


def request_counts(server: SimulatorServer, account: str) -> Mapping[str, int]:
    """HTTP requests of an account by endpoint, as the simulated cloud counted them."""
    return dict(server.journal.requests[account])


@pytest.fixture
def lots() -> Sites:
    """Four lots on two accounts; the base of the first is turned by -12 degrees."""
    return default_sites(mowers=4, accounts=2, seed=4)


@pytest.fixture
def lifetimes() -> Lifetimes:
    return Lifetimes()


@pytest.fixture
async def street(lots: Sites, lifetimes: Lifetimes) -> AsyncIterator[SimulatorServer]:
    """The cloud of these lots without owners: nothing happens unless it is asked for."""
    server = SimulatorServer(
        SimulatorOptions(sites=lots, seed=7, owners=False, reply_delay_s=0.01, lifetimes=lifetimes)
    )
    await server.start()
    yield server
    await server.stop()


@pytest.fixture
async def inject(street: SimulatorServer) -> AsyncIterator[Inject]:
    """``await inject("mowers/NAME", battery=20)`` asks the control API; without fields it reads."""
    async with aiohttp.ClientSession() as session:

        async def call(path: str, **fields: Any) -> Any:
            url = f"{street.control_url}/{path}"
            async with session.post(url, json=fields) if fields else session.get(url) as response:
                response.raise_for_status()
                return await response.json()

        yield call


@pytest.fixture
def ear() -> Ear:
    return Ear()


@pytest.fixture
async def open_link(street: SimulatorServer, ear: Ear) -> AsyncIterator[OpenLink]:
    """``await open_link()`` logs in to the first account; ``tokens=...`` restores; all are closed at the end."""
    opened: list[MammotionLink] = []

    async def open_it(
        *, account: int = 0, password: str | None = None, tokens: str | None = None, ceiling: int = 1000, **more: Any
    ) -> MammotionLink:
        times = more.get("times", QUICK)
        cloud = MammotionCloud(
            login_url=street.http_url,
            api_url=street.http_url,
            clock=SystemClock(),
            request_ceiling=ceiling,
            times=times,
        )
        name, right_password = street.accounts[account]
        if tokens is None:
            link = await cloud.log_in(name, password or right_password, ear)
        else:
            link = await cloud.restore(name, tokens, ear)
        opened.append(link)
        return link

    yield open_it
    for link in opened:
        await link.close()


@pytest.fixture
async def link(open_link: OpenLink, ear: Ear) -> MammotionLink:
    """A link of the first account that is up and knows where its mowers' bases stand."""
    opened = await open_link()
    await eventually(lambda: opened.health.state is LinkState.UP)
    await eventually(lambda: all(opened.known(device.device_name).base_told for device in opened.devices))
    return opened
