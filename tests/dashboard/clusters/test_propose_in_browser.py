"""Proposing clusters for a drawn area: the plan at once with its bound, drafts of it, and one opened in the editor."""

import re

import pytest
from playwright.async_api import Page, expect

from tests.browsers import complaints, in_every_look
from tests.dashboard.clusters.conftest import Enter, map_ready

pytestmark = pytest.mark.browser


async def planned(enter: Enter, **look: object) -> Page:
    """Everything the map shows, planned to the end."""
    page = await enter("ada", "/clusters/propose", **look)
    await map_ready(page)
    await page.locator("[data-area=view]").click()
    await expect(page.locator("fieldset")).to_contain_text("homes in the area")
    await page.locator("[data-start]").click()
    await expect(page.locator(".c-plan")).to_have_attribute("data-status", "optimal", timeout=30_000)
    return page


async def test_a_plan_comes_with_its_bound_and_reasons_and_keeps_its_address(enter: Enter) -> None:
    page = await planned(enter)
    told = await page.locator(".c-big").inner_text()
    served, of = (int(part) for part in re.findall(r"\d+", told))
    assert 40 < served <= of <= 140
    await expect(page.locator(".c-result")).to_contain_text(f"at most {served} possible, gap 0 %")
    await expect(page.locator(".c-result")).to_contain_text("Proven best")
    await expect(page.locator(".c-result")).to_contain_text("stay in clusters that are there")
    await page.get_by_text("homes left out").click()
    await expect(page.locator(".c-left").first).to_be_visible()
    await page.reload()
    await expect(page.locator(".c-big")).to_have_text(told)


async def test_a_drawn_box_is_planned_and_one_cluster_opens_in_the_editor(enter: Enter) -> None:
    page = await enter("ada", "/clusters/propose")
    await map_ready(page)
    await page.locator("[data-area=box]").click()
    await page.mouse.move(520, 120)
    await page.mouse.down()
    await page.mouse.move(760, 300, steps=5)
    await page.mouse.move(1100, 560, steps=8)
    await page.mouse.up()
    await expect(page.locator("fieldset")).to_contain_text("homes in the area")
    await page.locator("[data-least]").fill("2")
    await page.locator("[data-start]").click()
    await expect(page.locator(".c-proposed li").first).to_be_visible(timeout=20_000)
    await expect(page.locator(".c-plan")).to_have_attribute("data-status", "optimal", timeout=30_000)
    host = await page.locator(".c-proposed b").first.inner_text()
    await page.locator(".c-proposed a").first.click()
    await page.wait_for_url(re.compile("/clusters/new"))
    await expect(page.locator(".c-members li").first).to_contain_text(host)
    await expect(page.locator(".c-verdict")).to_have_text(re.compile("All rules are kept|No rule is broken"))


async def test_some_of_a_plan_become_drafts_and_stay_so(enter: Enter) -> None:
    page = await planned(enter)
    await page.get_by_label("All", exact=True).uncheck()
    await expect(page.locator("[data-accept]")).to_be_disabled()
    await page.locator("[data-choose='0']").check()
    await page.locator("[data-choose='1']").check()
    await page.locator("[data-accept]").click()
    await expect(page.get_by_text("2 drafts made.")).to_be_visible()
    await expect(page.locator(".c-proposed").get_by_text("draft made")).to_have_count(2)
    await page.reload()
    await expect(page.locator(".c-proposed").get_by_text("draft made")).to_have_count(2)
    host = await page.locator(".c-proposed b").first.inner_text()
    await page.goto(f"/clusters?state=draft&q={host}")
    await expect(page.locator(".c-table tbody tr").first).to_contain_text(host)


async def test_a_polygon_that_crosses_itself_is_refused_in_words(enter: Enter) -> None:
    page = await enter("ada", "/clusters/propose")
    await map_ready(page)
    await page.locator("[data-area=polygon]").click()
    for x, y in ((600, 200), (1000, 600), (1000, 200), (600, 600)):
        await page.mouse.click(x, y)
    await page.keyboard.press("Enter")
    await page.locator("[data-start]").click()
    await expect(page.get_by_role("alert")).to_contain_text("crosses itself")


@in_every_look
async def test_proposing_breaks_no_accessibility_rule(enter: Enter, width: int, scheme: str) -> None:
    page = await planned(enter, width=width, scheme=scheme)
    await page.get_by_text("homes left out").click()
    assert await complaints(page) == []
