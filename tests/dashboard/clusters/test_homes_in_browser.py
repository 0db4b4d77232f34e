"""Registering homes: by address with suggestions, on the map with a dock, from files that are sound and broken."""

import asyncio
import re
from pathlib import Path

import pytest
from playwright.async_api import Page, WebSocketRoute, expect

from tests.browsers import complaints, in_every_look, open_complaints
from tests.dashboard.clusters.conftest import Enter, click_home, look_at, map_ready, spot_of

pytestmark = pytest.mark.browser


async def opened(enter: Enter, **look: object) -> Page:
    page = await enter("ada", "/register", **look)
    await map_ready(page)
    return page


async def test_a_misspelt_address_is_found_and_a_neighbour_registered(enter: Enter) -> None:
    page = await opened(enter)
    await page.get_by_role("button", name="Register", exact=True).click()
    await expect(page.get_by_role("alert")).to_contain_text("Choose the home first")
    await page.get_by_label("House number and street").press_sequentially("515 Junipper Medow Court", delay=15)
    await page.locator("#r-matches button", has_text="515 Juniper Meadow Court").click()
    await expect(page.locator(".r-chosen")).to_contain_text("515 Juniper Meadow Court")
    await page.get_by_role("button", name="Register", exact=True).click()
    await expect(page.get_by_role("alert")).to_be_visible()  # nobody answers for it yet
    await page.get_by_label("Name").fill("Ines Duarte")
    await page.get_by_label("Email (optional)").fill("ines@elm.example")
    await page.get_by_role("button", name="Register", exact=True).click()
    await expect(page.get_by_text("515 Juniper Meadow Court is registered")).to_be_visible()
    await expect(page.get_by_text("Lawn: unknown until it is drawn")).to_be_visible()
    await page.get_by_role("link", name="Draw its lawn").click()
    await page.wait_for_url(re.compile("/lots/.*/lawns"))
    await map_ready(page)
    await expect(page.get_by_text("The lot's bounds are estimated")).to_be_visible()


async def test_a_home_is_chosen_although_the_list_was_drawn_anew_while_the_click_was_on_its_way(enter: Enter) -> None:
    page = await opened(enter)
    held, waiting = asyncio.Event(), []

    def between(browser: WebSocketRoute) -> None:
        server = browser.connect_to_server()
        browser.on_message(server.send)
        send = lambda message: waiting.append((browser, message)) if held.is_set() else browser.send(message)  # noqa: E731
        server.on_message(send)

    await page.route_web_socket(re.compile("socket.io"), between)
    await page.reload()
    field = page.get_by_label("House number and street")
    await field.press_sequentially("529 Junipper Medow", delay=15)
    offer = page.locator("#r-matches button", has_text="529 Juniper Meadow Court")
    await expect(offer).to_be_visible()
    held.set()  # from here the browser hears nothing new
    await field.press_sequentially(" Court", delay=15)
    await page.wait_for_timeout(1_500)
    await offer.click()
    await page.wait_for_timeout(300)
    held.clear()
    for browser, message in waiting:
        browser.send(message)
    await expect(page.locator(".r-chosen")).to_contain_text("529 Juniper Meadow Court")


async def test_a_home_that_is_registered_already_is_said_to_be(enter: Enter) -> None:
    page = await opened(enter)
    await page.get_by_label("House number and street").press_sequentially("1821 Foxglove Drive", delay=15)
    await expect(page.locator(".r-chosen")).to_contain_text("registered already")
    await page.get_by_label("Name").fill("Ines Duarte")
    await page.get_by_role("button", name="Register", exact=True).click()
    await expect(page.get_by_role("alert")).to_contain_text("registered")


async def test_a_host_is_chosen_on_the_map_and_its_dock_placed_there(enter: Enter) -> None:
    page = await opened(enter)
    home = "531 Juniper Meadow Court"
    homes = (await (await page.request.get("/clusters/data/homes?q=Juniper Meadow Court")).json())["homes"]
    home = next(one["address"] for one in homes if not one["address"].startswith("515 "))
    await look_at(page, home, 18.4)
    await click_home(page, home)
    await expect(page.locator(".r-chosen")).to_contain_text(home)
    await page.get_by_role("button", name="Host", exact=True).click()
    await page.get_by_role("button", name="Place the dock on the map").click()
    await page.wait_for_timeout(600)
    x, y = await spot_of(page, home)
    await page.mouse.click(x + 12, y - 12)
    await expect(page.get_by_text("The dock stands at")).to_be_visible()
    await page.get_by_label("Name").fill("Otto Lange")
    await page.get_by_role("button", name="Register", exact=True).click()
    await expect(page.get_by_text(f"{home} is registered")).to_be_visible()
    await page.get_by_role("link", name="Draw a cluster around it").click()
    await expect(page.locator(".c-members li").first).to_contain_text(home)


async def drawn(page: Page, place: list[float]) -> set[int]:
    """Homes in clusters around a place."""
    x, y = place
    box = f"west={x - 1e-3}&south={y - 1e-3}&east={x + 1e-3}&north={y + 1e-3}"
    data = await (await page.request.get(f"/clusters/data/map?{box}")).json()
    return {home for cluster in data["clusters"]["features"] for home in cluster["properties"]["members"]}


def file_of(folder: Path, *rows: str) -> Path:
    path = folder / "homes.csv"
    path.write_text("\n".join(["address,city,name,email,part", *rows]) + "\n")
    return path


async def test_a_file_is_tried_row_by_row_taken_in_and_taken_back(enter: Enter, tmp_path: Path) -> None:
    page = await enter("ada", "/homes/import")
    homes = (await (await page.request.get("/clusters/data/homes?q=Juniper Meadow Court")).json())["homes"]
    free = [home for home in homes if home["id"] not in await drawn(page, home["place"])]
    fresh, city = [home["address"] for home in free[-2:]], homes[0]["city"]
    path = file_of(
        tmp_path,
        f"{fresh[0]},{city},Ada Free,ada.free@elm.example,neighbour",
        f"{fresh[1]},{city},Bo Free,not an address,neighbour",
        f"1 Nowhere Lane,{city},Cy Free,,neighbour",
        f"1821 Foxglove Drive,{city},Dee Free,,host",
    )
    await page.locator("[data-file]").set_input_files(path)
    await expect(page.get_by_text("Trial of homes.csv")).to_be_visible()
    await expect(page.locator(".r-counts").first).to_contain_text("1 new")
    rows = page.locator("tbody tr")
    await expect(rows).to_have_count(3)
    await expect(rows.first).to_contain_text("email")
    await page.get_by_label("Only refused rows").uncheck()
    await expect(rows).to_have_count(4)
    await page.get_by_role("button", name="Register 1 home").click()
    await expect(page.locator(".m-list li")).to_contain_text("1 new")
    await expect(page.get_by_text("1 home registered")).to_be_visible()
    await page.locator("[data-file]").set_input_files(path)
    await expect(page.locator(".r-counts").first).to_contain_text("1 unchanged")
    await page.get_by_role("button", name="Undo homes.csv").click()
    assert await open_complaints(page) == []
    await page.locator(".m-dialog").get_by_role("button", name="Undo").click()
    await expect(page.locator(".m-list li")).to_contain_text("undone by")


@pytest.mark.parametrize(
    ("content", "told"),
    [(b"", "empty"), (b"\xff\xfe\x00broken", "UTF-8"), (b"colour,size\nred,4\n", "address")],
)
async def test_a_broken_file_is_refused_in_words(enter: Enter, tmp_path: Path, content: bytes, told: str) -> None:
    page = await enter("ada", "/homes/import")
    path = tmp_path / "broken.csv"
    path.write_bytes(content)
    await page.locator("[data-file]").set_input_files(path)
    await expect(page.get_by_role("alert")).to_contain_text(told)


@in_every_look
async def test_importing_breaks_no_accessibility_rule(enter: Enter, tmp_path: Path, width: int, scheme: str) -> None:
    page = await enter("ada", "/homes/import", width=width, scheme=scheme)
    await page.locator("[data-file]").set_input_files(file_of(tmp_path, "1 Nowhere Lane,Rochester,Cy Free,,neighbour"))
    await expect(page.locator("tbody tr")).to_have_count(1)
    assert await complaints(page) == []


@in_every_look
async def test_registering_breaks_no_accessibility_rule(enter: Enter, width: int, scheme: str) -> None:
    page = await opened(enter, width=width, scheme=scheme)
    await page.get_by_role("button", name="Host", exact=True).click()
    await page.get_by_label("House number and street").press_sequentially("1821 Foxglove", delay=15)
    await expect(page.locator("#r-matches li").first).to_be_visible()
    assert await complaints(page) == []
