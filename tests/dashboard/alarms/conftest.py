"""One server a module, a browser a test, and a way in."""

import socket
import subprocess
import sys
import urllib.request
from collections.abc import AsyncIterator, Iterator
from contextlib import suppress
from pathlib import Path
from time import monotonic, sleep

import pytest
from playwright.async_api import Browser, Page, async_playwright

from tests.dashboard.alarms.server import PASSWORD

ROOT = Path(__file__).parents[3]
CHROMIUM = Path("/usr/bin/chromium")
FLAGS = ["--no-sandbox", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-sync"]


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The pages of alarms and service, served by a process of their own."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    folder = str(tmp_path_factory.mktemp("alarms"))
    process = subprocess.Popen([sys.executable, "-m", "tests.dashboard.alarms.server", str(port), folder], cwd=ROOT)
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
        process.wait(15)


@pytest.fixture
async def browser() -> AsyncIterator[Browser]:
    async with async_playwright() as playwright:
        found = {"executable_path": str(CHROMIUM)} if CHROMIUM.exists() else {}
        chromium = await playwright.chromium.launch(args=FLAGS, **found)
        yield chromium
        await chromium.close()


async def enter(browser: Browser, address: str, who: str, path: str, width: int = 1280) -> Page:
    """A fresh browser in which ``who`` asked for ``path``, was led to sign in, and arrived."""
    context = await browser.new_context(base_url=address, viewport={"width": width, "height": 800})
    page = await context.new_page()
    await page.goto(path)
    await page.get_by_label("Email" if who != "greta" else "E-Mail").first.fill(f"{who}@elm.example")
    await page.locator("input[type=password]").fill(PASSWORD)
    await page.locator("button[type=submit]").first.click()
    await page.wait_for_url(f"**{path}")
    return page
