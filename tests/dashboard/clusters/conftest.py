"""A server of its own with a small town, a browser, and hands that click homes on the drawn map."""

import socket
import subprocess
import sys
import urllib.request
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import suppress
from pathlib import Path
from time import monotonic, sleep

import pytest
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Browser, Page, async_playwright

ROOT = Path(__file__).parents[3]
CHROMIUM = Path("/usr/bin/chromium")
FLAGS = ["--no-sandbox", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-sync"]
PASSWORD = "correct horse battery"

type Enter = Callable[..., Awaitable[Page]]


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The screens, served by a process of their own."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    folder = tmp_path_factory.mktemp("clusters")
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.dashboard.clusters.server", str(port), str(folder)], cwd=ROOT
    )
    url, until = f"http://127.0.0.1:{port}", monotonic() + 90
    try:
        while monotonic() < until and process.poll() is None:
            with suppress(OSError), urllib.request.urlopen(f"{url}/sign-in", timeout=2):
                break
            sleep(0.1)
        else:
            raise RuntimeError("the screens did not start")
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


@pytest.fixture
def enter(browser: Browser, address: str) -> Enter:
    """``enter("ada", "/clusters")``: a fresh browser she signed in with; script errors fail the test."""

    async def entered(who: str, path: str, *, width: int = 1440, scheme: str = "light") -> Page:
        context = await browser.new_context(
            base_url=address,
            viewport={"width": width, "height": 900},
            color_scheme=scheme,  # type: ignore[arg-type]
            reduced_motion="reduce",
        )
        page = await context.new_page()
        page.on("pageerror", lambda error: pytest.fail(f"script error: {error}"))
        await page.goto("/sign-in")
        await page.get_by_label("Email").fill(f"{who}@elm.example")
        await page.get_by_label("Password").fill(PASSWORD)
        await page.get_by_role("button", name="Sign in").click()
        await page.wait_for_load_state()
        await page.goto(path)
        return page

    return entered


async def map_ready(page: Page) -> None:
    await page.locator(".d-map[data-ready]").first.wait_for()


async def spot_of(page: Page, home_address: str) -> tuple[float, float]:
    """Where a home stands on the screen now."""
    answer = await page.request.get(f"/clusters/data/homes?q={home_address}")
    place = next(home["place"] for home in (await answer.json())["homes"] if home["address"] == home_address)
    return await spot_at(page, place)


async def spot_at(page: Page, place: list[float]) -> tuple[float, float]:
    script = """(place) => {
      const canvas = document.querySelector('.d-map canvas'), box = canvas.getBoundingClientRect();
      const [x, y] = canvas.mowthosMap.toScreen(place);
      return [box.left + x, box.top + y];
    }"""
    x, y = await page.evaluate(script, place)
    return x, y


async def look_at(page: Page, home_address: str, zoom: float = 17.6) -> None:
    """Bring a home into the middle of the map, as a person would with wheel and hand."""
    answer = await page.request.get(f"/clusters/data/homes?q={home_address}")
    place = next(home["place"] for home in (await answer.json())["homes"] if home["address"] == home_address)
    script = """([longitude, latitude, zoom]) =>
      document.querySelector('.d-map canvas').mowthosMap.look({ longitude, latitude, zoom })"""
    await page.evaluate(script, [*place, zoom])
    await page.wait_for_timeout(600)


async def click_home(page: Page, home_address: str) -> None:
    await page.mouse.click(*await spot_of(page, home_address))


async def complaints(page: Page) -> list[str]:
    """What the accessibility checker says, and whether the page scrolls sideways."""
    answer = (await Axe().run(page)).response
    found = [
        f"{rule['id']} {rule['nodes'][0]['target']} {rule['nodes'][0]['html'][:90]}" for rule in answer["violations"]
    ]
    if await page.evaluate("document.documentElement.scrollWidth > innerWidth"):
        found.append("scrolls sideways")
    return found
