"""The homeowner's page as they meet it, in Chromium: live, honest, and blind to everybody else's ground."""

import asyncio
import re
from collections.abc import Iterator

import pytest
from playwright.async_api import Browser, Page, expect

from dashboard.demo_seed import DEMO_PEOPLE
from tests.browsers import complaints, in_every_look, served
from tests.towns import small_town

PASSWORD = "correct horse battery"
TOWN = small_town()
CLUSTER = TOWN.clusters[0]
HOST, NEIGHBOUR = DEMO_PEOPLE[3], DEMO_PEOPLE[4]

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The page, served by a process of its own."""
    with served("tests.dashboard.home.server", tmp_path_factory.mktemp("home")) as url:
        yield url


async def enter(
    browser: Browser, address: str, email: str, password: str, *, width: int = 390
) -> tuple[Page, list[str]]:
    """A fresh browser signed in at the home page, and everything the server ever sends it."""
    context = await browser.new_context(base_url=address, viewport={"width": width, "height": 844})
    page = await context.new_page()
    sent: list[str] = []
    page.on("websocket", lambda ws: ws.on("framereceived", lambda data: sent.append(str(data))))
    await page.goto("/home")
    await page.get_by_label("Email").fill(email)
    await page.get_by_label("Password").fill(password)
    await page.get_by_role("button", name="Sign in", exact=True).click()
    await page.wait_for_url("**/home")
    await expect(page.get_by_role("main")).to_be_visible()
    sent.append(await page.content())
    return page, sent


async def lead(page: Page, state: str, home: int, battery: int = 63) -> None:
    """The mower reports from a home's back lawn."""
    origin = {"origin": page.url.removesuffix("/home")}
    answer = await page.request.post(f"/test/mower/{state}/{home}/{battery}", headers=origin)
    assert answer.ok


async def test_a_host_sees_the_mower_work_on_their_own_lot(browser: Browser, address: str) -> None:
    page, _sent = await enter(browser, address, HOST.email, HOST.password)
    await lead(page, "mowing", CLUSTER.host)
    await expect(page.get_by_role("heading", name="Mowing your lawn")).to_be_visible()
    await expect(page.get_by_text("63 % of this round done, about 25 min left")).to_be_visible()
    await expect(page.locator(".m-home-marker svg")).to_be_visible()
    await expect(page.get_by_role("img", name="Map of your lot")).to_be_visible()
    age = page.locator(".m-home-age time")
    await expect(age).to_have_text(re.compile(r"^(now|\d+ s ago)$"))
    await expect(age).to_have_text(re.compile(r"^[2-9] s ago$"))
    await expect(age).to_have_attribute("title", re.compile("C[SD]T"))


async def test_at_a_neighbours_nothing_of_it_reaches_the_browser(browser: Browser, address: str) -> None:
    page, sent = await enter(browser, address, HOST.email, HOST.password)
    await lead(page, "mowing", CLUSTER.host)
    await expect(page.get_by_role("heading", name="Mowing your lawn")).to_be_visible()
    await lead(page, "fault", CLUSTER.neighbours[0], battery=37)
    await expect(page.get_by_role("heading", name="At a neighbour's")).to_be_visible()
    await expect(page.locator(".m-home-marker")).to_be_hidden()
    await lead(page, "mowing", CLUSTER.host, battery=88)
    await expect(page.get_by_text("88 %")).to_be_visible()
    told = "".join(sent)
    assert "88 %" in told and "Mowing your lawn" in told  # what we listen to is what the server sends
    assert "37 %" not in told and "Needs attention" not in told
    others = [home for home in TOWN.homes if home.id != CLUSTER.host]
    assert [home.address for home in others if home.address in told] == []


async def test_the_neighbour_sees_the_same_mower_on_their_own_lot_alone(browser: Browser, address: str) -> None:
    page, sent = await enter(browser, address, NEIGHBOUR.email, NEIGHBOUR.password)
    await lead(page, "charging", CLUSTER.host)
    await expect(page.get_by_role("heading", name="At a neighbour's")).to_be_visible()
    await lead(page, "mowing", CLUSTER.neighbours[0])
    await expect(page.get_by_role("heading", name="Mowing your lawn")).to_be_visible()
    assert TOWN.homes[CLUSTER.host].address not in "".join(sent)


async def test_who_has_no_lot_or_no_mower_is_told_what_happens_next(browser: Browser, address: str) -> None:
    page, _sent = await enter(browser, address, "nora@elm.example", PASSWORD)
    await expect(page.get_by_role("heading", name="No lot yet")).to_be_visible()
    page, _sent = await enter(browser, address, "bo@elm.example", PASSWORD)
    await expect(page.get_by_role("heading", name="No mower serves your lot yet")).to_be_visible()
    await expect(page.get_by_text("1 Elm Street, Elmton")).to_be_visible()


async def test_a_page_that_is_closed_hears_nothing_any_more(browser: Browser, address: str) -> None:
    page, _sent = await enter(browser, address, HOST.email, HOST.password)
    await expect(page.locator(".m-home")).to_be_visible()
    probe = await browser.new_context(base_url=address)

    async def listeners() -> int:
        return int(await (await probe.request.get("/test/listeners")).text())

    assert await listeners() >= 1
    await page.context.close()
    async with asyncio.timeout(30):
        while await listeners() > 0:
            await asyncio.sleep(0.2)


@in_every_look
async def test_the_page_passes_axe_and_never_scrolls_sideways(
    browser: Browser, address: str, width: int, scheme: str
) -> None:
    page, _sent = await enter(browser, address, HOST.email, HOST.password, width=1440 if width == 1440 else 360)
    await page.emulate_media(color_scheme=scheme, reduced_motion="reduce")  # type: ignore[arg-type]
    for state, headline in (("mowing", "Mowing your lawn"), ("fault", "Needs attention")):
        await lead(page, state, CLUSTER.host)
        await expect(page.locator(".m-home-words h2")).to_have_text(headline)
        assert await complaints(page) == []
