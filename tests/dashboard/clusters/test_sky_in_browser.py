"""Weather and week on a cluster's page, as a dispatcher meets them: numbers, old weather, limits, the sum."""

import re

import pytest
from playwright.async_api import Locator, Page, expect

from tests.browsers import complaints, in_every_look
from tests.dashboard.clusters.conftest import Enter
from tests.dashboard.clusters.test_clusters_in_browser import cluster

pytestmark = pytest.mark.browser


def weather(page: Page) -> Locator:
    return page.locator("section.m-card", has=page.get_by_role("heading", name="Weather", exact=True))


def week(page: Page) -> Locator:
    return page.locator("section.m-card", has=page.get_by_role("heading", name="What is left of this week"))


async def sky(page: Page, kind: str) -> None:
    assert (await page.request.post(f"/test/sky/{kind}")).ok
    await page.reload()


async def test_a_dispatcher_sees_every_number_behind_the_newest_decision(enter: Enter) -> None:
    page = await enter("dana", "/clusters")
    await cluster(page, "Active row")
    await sky(page, "dry")
    await expect(weather(page).locator(".c-verdict")).to_contain_text("May go")
    row = weather(page).get_by_role("row", name=re.compile("Water left in the ground"))
    await expect(row).to_contain_text("at most 4 mm")
    await expect(weather(page).get_by_role("link", name=re.compile("Open-Meteo"))).to_be_visible()
    await sky(page, "wet")
    await expect(weather(page).locator(".c-verdict")).to_contain_text("Waits")
    await expect(weather(page)).to_contain_text("It rains when it would start.")
    await expect(weather(page).get_by_text(re.compile("earlier decision"))).to_be_visible()


async def test_limits_are_changed_in_place_and_the_cluster_is_judged_anew(enter: Enter) -> None:
    page = await enter("dana", "/clusters")
    await cluster(page, "Second row")
    await sky(page, "wet")
    await weather(page).get_by_role("button", name="Limits").click()
    dialog = page.get_by_role("dialog")
    await dialog.get_by_label("Rain at the start, at most (mm/h)").fill("80")
    await dialog.get_by_role("button", name="Save").click()
    await expect(dialog.get_by_role("alert")).to_contain_text("expected 0 to 10 mm/h")
    for label, value in (
        ("Rain at the start, at most (mm/h)", "9"),
        ("Rain while it mows, at most (mm)", "40"),
        ("Probability of rain, at most (%)", "100"),
        ("Water left in the ground, at most (mm)", "90"),
    ):
        await dialog.get_by_label(label).fill(value)
    await dialog.get_by_role("button", name="Save").click()
    await expect(weather(page).locator(".c-verdict")).to_contain_text("May go")
    await expect(weather(page)).to_contain_text("at most 9 mm/h")


async def test_the_week_is_told_as_a_sum(enter: Enter) -> None:
    page = await enter("dana", "/clusters")
    await cluster(page, "Active row")
    await expect(week(page).get_by_role("meter")).to_be_visible()
    for term in ("Allowed hours left", "of these for charging", "left for mowing", "Mowing needed"):
        await expect(week(page).get_by_text(term, exact=True)).to_be_visible()
    await expect(week(page)).to_contain_text("500 m² an hour")


async def test_what_is_not_live_has_no_weather(enter: Enter) -> None:
    page = await enter("dana", "/clusters")
    await cluster(page, "Sketch")
    await expect(page.get_by_role("heading", name="History")).to_be_visible()
    await expect(weather(page)).to_have_count(0)


@in_every_look
async def test_both_cards_are_open_to_everyone(enter: Enter, width: int, scheme: str) -> None:
    page = await enter("dana", "/clusters", width=width, scheme=scheme)
    await cluster(page, "Active row")
    await sky(page, "dry")
    await expect(weather(page).locator(".c-verdict")).to_contain_text("May go")
    await expect(week(page).get_by_role("meter")).to_be_visible()
    assert await complaints(page) == []
    inside = "() => document.documentElement.scrollWidth <= window.innerWidth"
    assert await page.evaluate(inside)


async def test_a_german_reads_both_in_german(enter: Enter) -> None:
    page = await enter("greta", "/clusters")
    await page.goto("/clusters?q=Active row&state=active")
    await page.locator(".c-table tbody a").click()
    await sky(page, "dry")
    await expect(page.get_by_role("heading", name="Wetter", exact=True)).to_be_visible()
    await expect(page.locator(".c-verdict")).to_contain_text("Darf losfahren")
    await expect(page.get_by_role("heading", name="Was von dieser Woche bleibt")).to_be_visible()
