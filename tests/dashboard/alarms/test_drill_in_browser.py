"""A drill as its people meet it on a phone: said on every page, begun with a press, measured while they answer."""

import pytest
from playwright.async_api import Browser, expect

from tests.browsers import complaints
from tests.dashboard.alarms.conftest import address, enter

__all__ = ["address"]
pytestmark = pytest.mark.browser


async def test_a_drill_is_begun_answered_and_scored_on_a_phone(browser: Browser, address: str) -> None:
    page = await enter(browser, address, "dana", "/alarms", width=390)
    await page.request.post("/test/mow/Luba-10", headers={"origin": address})
    await expect(page.get_by_text("Drill - not the real fleet")).to_be_visible()
    await page.get_by_role("link", name="How it goes").click()
    await expect(page.get_by_text("No drill has been held in this copy yet.")).to_be_visible()
    await page.get_by_role("button", name="Start: The vendor blocks an account").click()
    await expect(page.get_by_text("of 510 at most")).to_be_visible()
    assert not await page.get_by_role("button", name="Start: A mower is stuck").is_enabled()
    await page.request.post("/test/move/9", headers={"origin": address})
    row = page.locator("tbody tr")
    await expect(row.filter(has_text="The live map's banner names the account")).to_contain_text("In time")
    await expect(row.filter(has_text="An alarm names the account")).to_contain_text("In time")
    await expect(row.filter(has_text="The alarm is acknowledged")).to_contain_text("Waiting")
    assert await complaints(page) == []
    await page.request.post("/test/move/400", headers={"origin": address})
    await expect(row.filter(has_text="The alarm is acknowledged")).to_contain_text("0/10")
    await page.get_by_role("button", name="End the drill now").click()
    await expect(page.get_by_text("Over.")).to_contain_text("Product 40 of 40")
    await expect(page.locator("li", has_text="points (Product")).to_be_visible()
    await expect(page.get_by_role("button", name="Start: A mower is stuck")).to_be_enabled()
    await page.goto("/sign-in")
    await expect(page.get_by_text("Drill - not the real fleet")).to_be_visible()
