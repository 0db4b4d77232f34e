"""The best order of visits: on a cluster's page for its mower, and across clusters for a crew."""

import re

import pytest
from playwright.async_api import expect

from tests.browsers import complaints, in_every_look
from tests.dashboard.clusters.conftest import Enter
from tests.dashboard.clusters.test_clusters_in_browser import cluster

pytestmark = pytest.mark.browser


async def test_a_cluster_tells_the_best_order_for_its_mower(enter: Enter) -> None:
    page = await enter("dana", "/clusters")
    await cluster(page, "Active row")
    order = page.locator("section", has_text="Best order for the mower")
    await expect(order.get_by_text("Proven best")).to_be_visible()
    homes = await page.locator(".c-home").count()
    await expect(order.locator(".c-round li")).to_have_count(homes)
    await order.get_by_role("link", name="Round of a crew").click()
    await expect(page).to_have_url(re.compile(r"/clusters/rounds\?cluster="))
    await expect(page.locator(".c-round li")).to_have_count(homes)


async def test_a_crew_s_round_takes_clusters_start_and_minutes_and_stands_in_the_address(enter: Enter) -> None:
    page = await enter("dana", "/clusters/rounds")
    await expect(page.get_by_text("No cluster chosen")).to_be_visible()
    boxes = page.locator("input[name=cluster]")
    for box in await boxes.all():
        await box.check()
    await page.get_by_label("Minutes at each home").fill("20")
    await page.get_by_role("button", name="Find the best round").click()
    await expect(page.locator(".c-round li").nth(5)).to_be_visible(timeout=30_000)
    homes = await page.locator(".c-round li").count()
    await page.reload()
    await expect(page.locator(".c-round li")).to_have_count(homes, timeout=30_000)
    await expect(page.get_by_label("Minutes at each home")).to_have_value("20")
    await page.get_by_label("Starts at").fill("77 Nowhere Street")
    await page.get_by_role("button", name="Find the best round").click()
    await expect(page.get_by_role("alert")).to_contain_text("77 Nowhere Street")


@in_every_look
async def test_rounds_break_no_accessibility_rule(enter: Enter, width: int, scheme: str) -> None:
    page = await enter("dana", "/clusters/rounds", width=width, scheme=scheme)
    await page.locator("input[name=cluster]").first.check()
    await page.get_by_role("button", name="Find the best round").click()
    await expect(page.locator(".c-round li").first).to_be_visible(timeout=30_000)
    assert await complaints(page) == []
    assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")
