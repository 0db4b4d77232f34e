"""The mower page over a simulated cloud, in a process of its own, and hands that draw on its map."""

import socket
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import suppress
from time import monotonic, sleep

import pytest
from playwright.async_api import Page, expect

from external.mammotion.simulator.default_sites import default_sites
from tests.dashboard.clusters.conftest import ROOT, browser, complaints, enter, map_ready, spot_at

__all__ = ["browser", "complaints", "enter", "map_ready", "spot_at"]

SITES = default_sites(mowers=2, accounts=1, seed=4)
LUBA = SITES.accounts[0].mowers[0].device_name
YUKA = SITES.accounts[0].mowers[1].device_name


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The pages, served by a process of their own."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    folder = str(tmp_path_factory.mktemp("lawns"))
    process = subprocess.Popen([sys.executable, "-m", "tests.dashboard.lawns.server", str(port), folder], cwd=ROOT)
    url, until = f"http://127.0.0.1:{port}", monotonic() + 90
    try:
        while monotonic() < until and process.poll() is None:
            with suppress(OSError), urllib.request.urlopen(f"{url}/sign-in", timeout=2):
                break
            sleep(0.1)
        else:
            raise RuntimeError("the pages did not start")
        yield url
    finally:
        process.terminate()
        process.wait(20)


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
