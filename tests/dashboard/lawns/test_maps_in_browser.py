"""Maps as a technician meets them: fetched with progress, compared, restored, zones tied, a party drawn."""

import re

import pytest
from playwright.async_api import expect

from tests.browsers import complaints, in_every_look, open_complaints
from tests.dashboard.clusters.conftest import Enter
from tests.dashboard.lawns.conftest import LUBA, SITES, fetched, map_ready, spot_at, told

pytestmark = pytest.mark.browser
PAGE = f"/mowers/{LUBA}?tab=map"


async def test_a_map_is_fetched_with_progress_compared_and_an_old_one_restored(enter: Enter) -> None:
    page = await enter("tom", PAGE)
    await expect(page.get_by_text("No map yet")).to_be_visible()
    await fetched(page)
    await expect(page.get_by_text("This is the first map of this mower.")).to_be_visible()
    await map_ready(page)
    await told(page, f"/test/map/{LUBA}", smaller=0.8, rename={"Back": "Garden"})
    await fetched(page)
    diff = page.get_by_role("list", name="What is different")
    await expect(diff.locator("li", has_text="Front")).to_contain_text("reshaped")
    await expect(diff.locator("li", has_text="Front")).to_contain_text(re.compile(r"143 m² → 9\d m²"))
    await expect(diff.locator("li", has_text="Garden")).to_contain_text("was Back")

    await page.get_by_role("link", name="Compare").click()
    await expect(page.get_by_text("Two versions are compared: dashed")).to_be_visible()
    await page.get_by_role("link", name="Side by side").click()
    await expect(page.locator(".d-map")).to_have_count(2)
    await page.get_by_role("link", name="Look").click()
    await page.get_by_role("button", name="Draw it on every map").click()
    await expect(page.get_by_text("This older version is drawn on every map.")).to_be_visible()
    await page.goto(PAGE)
    await expect(page.get_by_text("This older version is drawn on every map.")).to_be_visible()
    await page.get_by_role("button", name="Draw the newest again").click()
    await expect(page.get_by_text("The newest map is drawn again")).to_be_visible()
    await expect(page.get_by_text("This older version is drawn on every map.")).to_be_hidden()


async def test_an_unmapped_zone_is_tied_to_a_lot_and_billing_is_no_longer_blocked(enter: Enter) -> None:
    page = await enter("tom", PAGE)
    if await page.get_by_text("No map yet").is_visible():
        await fetched(page)
    await page.goto("/zones")
    row = page.locator("tbody tr").filter(has_text=LUBA)
    await expect(row).to_contain_text("it lies on no lot whose boundary is known")
    await row.get_by_role("button", name=re.compile("^Tie")).click()
    dialog = page.locator(".m-dialog")
    assert await open_complaints(page) == []
    await dialog.get_by_label("Lot").click()
    await page.get_by_role("option", name="14 ELM ST, BYRON").click()
    await dialog.get_by_label("Reason").fill("their garden")
    await dialog.get_by_role("button", name="Keep").click()
    await expect(page.get_by_text("Nothing blocks billing")).to_be_visible()
    await page.goto(PAGE)
    zones = page.get_by_role("list", name="Zones")
    await expect(zones).to_contain_text("14 ELM ST, tied by a person")
    await fetched(page)
    await expect(zones).to_contain_text("14 ELM ST, tied by a person")


async def test_a_party_is_drawn_with_the_mouse_and_is_over_by_the_clock(enter: Enter) -> None:
    page = await enter("dana", PAGE)
    if await page.get_by_text("No map yet").is_visible():
        await fetched(page)
    await map_ready(page)
    await page.wait_for_timeout(500)
    await page.get_by_role("button", name="Draw area").click()
    await expect(page.get_by_text("Click the corners, double-click to close.")).to_be_visible()
    back = SITES.accounts[0].mowers[0].areas[1].ring
    x, y = (sum(place[axis] for place in back) / len(back) for axis in (0, 1))
    for dx, dy in ((0, 0), (4e-5, 0), (4e-5, 3e-5), (0, 3e-5)):
        await page.mouse.click(*await spot_at(page, [x + dx, y + dy]))
        await page.wait_for_timeout(350)
    await page.keyboard.press("Enter")
    dialog = page.locator(".m-dialog")
    assert await open_complaints(page) == []
    await dialog.get_by_label("Name").fill("Birthday party")
    await dialog.get_by_role("button", name="Keep").click()
    listed = page.get_by_role("list", name="Temporary no-go areas").locator("li", has_text="Birthday party")
    await expect(listed).to_contain_text("Active")
    await page.reload()
    await expect(listed).to_contain_text("Active")
    await told(page, "/test/clock/14500")
    await expect(listed).to_contain_text("Over", timeout=15_000)
    await expect(listed.get_by_role("button", name="End Birthday party now")).to_be_hidden()


@in_every_look
async def test_maps_and_zones_are_accessible_and_never_scroll_sideways(enter: Enter, width: int, scheme: str) -> None:
    page = await enter("ada", PAGE, width=width, scheme=scheme)
    await page.get_by_role("heading", name="Versions").wait_for()
    assert await complaints(page) == []
    await page.goto("/zones")
    await page.get_by_role("heading", name="Zones").wait_for()
    assert await complaints(page) == []


async def test_a_german_admin_reads_german(enter: Enter) -> None:
    page = await enter("greta", PAGE)
    await expect(page.get_by_role("button", name="Karte holen")).to_be_visible()
    await expect(page.get_by_role("heading", name="Zeitweiliges Verbot")).to_be_visible()
