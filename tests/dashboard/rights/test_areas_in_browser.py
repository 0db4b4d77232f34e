"""An admin draws an area on the map and says who works there; that dispatcher then sees its mowers and no others."""

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx
import pytest
from playwright.async_api import Browser, Page, expect

from dashboard.areas.bound import ELSEWHERE
from tests.browsers import complaints, open_complaints
from tests.dashboard.everywhere.server import PASSWORDS
from tests.dashboard.rights.elsewhere import DREW, PASSWORD

pytestmark = pytest.mark.browser
ADMIN = "admin@mowthos.example"
WIDE, PHONE = {"width": 1440, "height": 900}, {"width": 390, "height": 844}
AROUND = 0.00012
"""About ten metres each way of the dock."""
CORNERS = """([west, south, east, north]) => {
  const map = document.querySelector(".c-map-box canvas").mowthosMap;
  const grow = (east - west) * 2;
  map.fit([west - grow, south - grow, east + grow, north + grow], { time: 0 });
  const box = map.canvas.getBoundingClientRect();
  const pixels = [[west, south], [east, north]].map((place) => map.toScreen(place));
  return pixels.map(([x, y]) => [x + box.left, y + box.top]);
}"""


@asynccontextmanager
async def opened(browser: Browser, address: str, email: str, password: str, view: Any = WIDE) -> AsyncIterator[Page]:
    context = await browser.new_context(base_url=address, viewport=view, reduced_motion="reduce")
    form = {"email": email, "password": password}
    assert (await context.request.post("/sign-in", form=form, headers={"origin": address})).ok
    yield await context.new_page()
    await context.close()


@pytest.mark.timeout(180)
async def test_an_admin_draws_an_area_and_its_dispatcher_sees_the_mowers_there_alone(
    browser: Browser, address: str
) -> None:
    apart = httpx.get(f"{address}/test/elsewhere", timeout=60).json()
    (longitude, latitude), name, other = apart["home"], apart["here"]["name"], apart["there"]["name"]
    async with opened(browser, address, ADMIN, PASSWORDS[ADMIN]) as page:
        await page.goto("/admin/areas")
        await expect(page.locator(".c-map-box .d-map[data-ready]")).to_be_attached()
        await page.get_by_role("button", name="Draw an area").click()
        await page.get_by_label("Name").fill("Host's corner")
        await page.get_by_role("button", name="Save area").click()
        await expect(page.get_by_role("alert").filter(has_text="Draw the area on the map first")).to_be_visible()
        await page.get_by_role("button", name="Box").click()
        box = [longitude - AROUND, latitude - AROUND, longitude + AROUND, latitude + AROUND]
        (left, bottom), (right, top) = await page.evaluate(CORNERS, box)
        await page.mouse.move(left, bottom)
        await page.mouse.down()
        await page.mouse.move((left + right) / 2, (bottom + top) / 2)
        await page.mouse.move(right, top)
        await page.mouse.up()
        await page.get_by_text("As GeoJSON", exact=True).click()
        await expect(page.get_by_label("Polygons, longitude and latitude")).to_have_value(re.compile("Polygon"))
        assert await complaints(page) == []
        await page.get_by_role("button", name="Save area").click()
        await expect(page.get_by_role("listitem").filter(has_text="Host's corner")).to_contain_text("nobody yet")

        await page.get_by_role("button", name="Areas of Drew Elm").click()
        await page.get_by_role("checkbox", name="Host's corner").click()
        assert await open_complaints(page) == []
        await page.locator(".m-dialog").get_by_role("button", name="Save").click()
        await expect(page.get_by_role("row").filter(has_text="Drew Elm")).to_contain_text("Host's corner")
        await page.get_by_role("button", name="Delete Host's corner").click()
        await expect(page.locator(".m-dialog")).to_contain_text("would see everything")
        await page.locator(".m-dialog").get_by_role("button", name="Close").click()
        await page.set_viewport_size(PHONE)
        assert await complaints(page) == []

    async with opened(browser, address, DREW, PASSWORD) as page:
        await page.goto("/mowers")
        await expect(page.locator(".m-mowers tbody tr")).to_have_count(1)
        await expect(page.locator(".m-mowers tbody")).to_contain_text(name)
        for gone in ("/operations", "/clusters/market"):
            await expect(page.locator(f'a[href="{gone}"]')).to_have_count(0)
        await page.goto("/fleet")
        await expect(page.locator(".l-row")).to_have_count(1)
        await expect(page.locator(f'.l-row[data-mower="{name}"]')).to_be_visible()
        await page.goto("/clusters")
        await expect(page.locator(".c-table tbody tr")).to_have_count(1)
        for path, status, words in (
            (f"/mowers/{other}", 404, "no mower named"), ("/operations", 403, ELSEWHERE),
            (f"/mowers/{name}", 200, name),
        ):  # fmt: skip
            answer = await page.goto(path)
            assert answer is not None
            assert answer.status == status
            await expect(page.locator("body")).to_contain_text(words)
