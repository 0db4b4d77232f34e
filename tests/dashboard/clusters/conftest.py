"""A server of its own with a small town, a browser, and hands that click homes on the drawn map."""

from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from shutil import copytree

import pytest
from playwright.async_api import Browser, Page

from tests.browsers import served
from tests.folders import filled_once

SERVER = "tests.dashboard.clusters.server"
PASSWORD = "correct horse battery"

type Enter = Callable[..., Awaitable[Page]]


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The screens, served by a process of their own."""
    town = filled_once(tmp_path_factory, "clusters-town", started_once)
    with served(SERVER, copytree(town, tmp_path_factory.mktemp("clusters") / "data")) as url:
        yield url


def started_once(folder: Path) -> None:
    """The first start makes the town, which takes longer than all the rest of a start."""
    with served(SERVER, folder):
        pass


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
        await page.get_by_role("button", name="Sign in", exact=True).click()
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
