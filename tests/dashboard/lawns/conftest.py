"""The mower page over a simulated cloud, in a process of its own, and hands that draw on its map."""

from collections.abc import Iterator

import pytest
from playwright.async_api import Page, expect

from external.mammotion.simulator.default_sites import default_sites
from tests.browsers import served
from tests.dashboard.clusters.conftest import enter, map_ready, spot_at

__all__ = ["enter", "map_ready", "spot_at"]

SITES = default_sites(mowers=2, accounts=1, seed=4)
LUBA = SITES.accounts[0].mowers[0].device_name
YUKA = SITES.accounts[0].mowers[1].device_name


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The pages, served by a process of their own."""
    with served("tests.dashboard.lawns.server", tmp_path_factory.mktemp("lawns")) as url:
        yield url


async def told(page: Page, path: str, **data: object) -> None:
    """Tell the server's test side something."""
    origin = "/".join(page.url.split("/")[:3])
    answer = await page.request.post(path, data=data, headers={"origin": origin})
    assert answer.ok, await answer.text()


async def fetched(page: Page) -> None:
    """Press the button and wait until the map has come."""
    await page.get_by_role("button", name="Fetch map").click()
    await expect(page.get_by_role("progressbar", name="Progress of the fetch")).to_be_visible()
    await expect(page.get_by_role("progressbar", name="Progress of the fetch")).to_be_hidden(timeout=60_000)
