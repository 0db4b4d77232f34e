"""The list of clusters and the page of one, as admins meet them: filters, own approval refused, another approves."""

import re

import pytest
from playwright.async_api import Page, expect

from tests.browsers import complaints, in_every_look
from tests.dashboard.clusters.conftest import Enter, click_home, look_at, map_ready, spot_at

pytestmark = pytest.mark.browser


async def cluster(page: Page, name: str) -> None:
    """Open the page of the cluster with this name from the list."""
    await page.goto(f"/clusters?q={name}&state=draft,submitted,approved,rejected,active,suspended,retired")
    await page.locator(".c-table tbody a").click()
    await expect(page.locator(".c-title h1")).to_contain_text(name)


async def test_the_list_keeps_what_one_looks_at_in_its_address(enter: Enter) -> None:
    page = await enter("dana", "/clusters")
    rows = page.locator(".c-table tbody tr")
    await expect(rows).to_have_count(7)  # the retired one is left out until asked for
    await page.get_by_role("button", name=re.compile("^Active")).click()
    await expect(rows).to_have_count(2)
    await page.get_by_role("button", name=re.compile("^Retired")).click()
    await expect(rows).to_have_count(3)
    await expect(page).to_have_url(re.compile("retired"))
    await page.reload()
    await expect(rows).to_have_count(3)
    await page.get_by_label("Filter by code, name, address").fill("nowhere at all")
    await expect(page.get_by_text("No cluster fits")).to_be_visible()
    await page.get_by_role("link", name="Clear filters").click()
    await page.get_by_role("button", name="Neighbours").click()
    await expect(rows.first).to_contain_text("4/5")
    await expect(page).to_have_url(re.compile("sort=members"))


async def test_a_cluster_clicked_on_the_map_stands_out_in_the_list(enter: Enter) -> None:
    page = await enter("dana", "/clusters?q=Resting")
    await map_ready(page)
    await expect(page.locator(".c-table tbody tr")).to_have_count(1)
    bounds = await page.locator(".c-table tbody tr").get_attribute("data-bounds")
    west, south, east, north = (float(part) for part in (bounds or "").strip("[]").split(","))
    await page.locator(".c-table tbody tr").click(position={"x": 200, "y": 12})
    await page.wait_for_timeout(500)
    await page.mouse.click(*await spot_at(page, [(west + east) / 2, (south + north) / 2]))
    await expect(page.locator(".c-table tr.c-chosen")).to_contain_text("Resting")


async def test_a_dispatcher_sees_clusters_but_no_way_to_change_them(enter: Enter) -> None:
    page = await enter("dana", "/clusters")
    await expect(page.locator(".c-table tbody tr").first).to_be_visible()
    await expect(page.get_by_role("link", name="New cluster")).to_have_count(0)
    await page.locator(".c-table tbody a").first.click()
    await expect(page.get_by_role("button", name="Suspend")).to_be_disabled()
    refused = await page.request.post(
        "/clusters/data/save", data={"host": 1, "homes": [2]}, headers={"origin": page.url.split("/clusters")[0]}
    )
    assert refused.status == 403


async def test_a_technician_is_refused(enter: Enter) -> None:
    page = await enter("tom", "/clusters")
    await expect(page.get_by_text("Not for your role")).to_be_visible()
    assert (await page.request.get("/clusters/data/map?west=-93&south=43&east=-92&north=44")).status == 403


async def test_nobody_approves_their_own_and_another_does(enter: Enter) -> None:
    ada = await enter("ada", "/clusters")
    await cluster(ada, "Waiting for Bea")
    await expect(ada.get_by_role("button", name="Approve")).to_be_disabled()
    await expect(ada.get_by_text("another person must approve it")).to_be_visible()
    bea = await enter("bea", ada.url)
    await bea.get_by_role("button", name="Approve").click()
    await bea.get_by_label("Comment (optional)").fill("Looked at on site")
    await bea.locator(".m-dialog").get_by_role("button", name="Approve").click()
    await expect(bea.locator(".c-big-state")).to_contain_text("Approved")
    await expect(bea.locator(".c-history li").first).to_contain_text("Looked at on site")
    await expect(ada.get_by_text("Somebody has changed this cluster")).to_be_visible(timeout=15_000)
    await ada.get_by_role("button", name="Show the newest").click()
    await expect(ada.locator(".c-big-state")).to_contain_text("Approved")
    await expect(ada.locator(".c-diff")).to_contain_text("State: Submitted becomes Approved")


async def test_a_rejection_needs_a_reason(enter: Enter) -> None:
    page = await enter("bea", "/clusters")
    await cluster(page, "Active row")
    await page.get_by_role("button", name="Suspend").click()
    dialog = page.locator(".m-dialog")
    await dialog.get_by_role("button", name="Suspend").click()
    await expect(dialog.get_by_role("alert")).to_contain_text("say why")
    await dialog.get_by_label("Comment").fill("Mower in repair")
    await dialog.get_by_role("button", name="Suspend").click()
    await expect(page.locator(".c-big-state")).to_contain_text("Suspended")
    await page.get_by_role("button", name="Activate").click()
    await dialog.get_by_role("button", name="Activate").click()
    await expect(page.locator(".c-big-state")).to_contain_text("Active")


async def test_a_cluster_is_full_once_its_last_place_is_taken_and_the_next_waits(enter: Enter) -> None:
    page = await enter("ada", "/clusters")
    await cluster(page, "Second row")
    await page.get_by_role("button", name="Make an invite code").click()
    await page.locator(".m-dialog").get_by_role("button", name="Make an invite code").click()
    await expect(page.locator(".c-invite code")).not_to_be_empty()
    for home, told in (("1185 Willow Glen Lane", "full"), ("1554 Birch Run Drive", "Waiting list")):
        await page.get_by_role("button", name="Join a home").click()
        await page.locator(".m-dialog").get_by_label("Address").fill(home)
        await page.locator(".m-dialog").get_by_role("button", name="Join a home").click()
        await expect(page.locator(".m-dialog")).to_have_count(0)
        await expect(page.locator(".c-column").nth(1)).to_contain_text(told)
    await expect(page.get_by_text("The approval is stale")).to_be_visible()


async def test_a_split_is_previewed_and_carried_out_as_previewed(enter: Enter) -> None:
    page = await enter("ada", "/clusters")
    await cluster(page, "Resting")
    await page.get_by_role("button", name="Split").click()
    dialog = page.locator(".m-dialog")
    await dialog.get_by_role("button", name="Preview").click()
    await expect(dialog.get_by_text("Choose first.")).to_be_visible()
    await dialog.get_by_label("Host of the new cluster").click()
    await page.get_by_role("option", name="1206 Willow Glen Lane").click()
    await dialog.get_by_role("button", name="Preview").click()
    await expect(dialog.get_by_text("It cannot be carried out")).to_be_visible()
    await expect(dialog.get_by_role("button", name="Carry out")).to_be_disabled()
    await dialog.get_by_label("Homes that go with it").click()
    await page.get_by_role("option", name="2128 Foxglove Drive").click()
    await page.keyboard.press("Escape")
    await dialog.get_by_role("button", name="Preview").click()
    await expect(dialog.get_by_text("2128 Foxglove Drive: from C-0006 to a new draft")).to_be_visible()
    await expect(dialog.get_by_text("Price: unknown").first).to_be_visible()
    await dialog.get_by_role("button", name="Carry out").click()
    await expect(page.locator(".c-progress")).to_contain_text("2/5")
    await expect(page.locator(".c-columns .c-diff")).to_contain_text("1206 Willow Glen Lane leaves")


@in_every_look
async def test_list_and_page_break_no_accessibility_rule(enter: Enter, width: int, scheme: str) -> None:
    page = await enter("bea", "/clusters", width=width, scheme=scheme)
    await map_ready(page)
    await expect(page.locator(".c-table tbody tr").first).to_be_visible()
    found = await complaints(page)
    await cluster(page, "Resting")
    await map_ready(page)
    assert found + await complaints(page) == []


async def test_everything_is_said_in_german_to_a_german_admin(enter: Enter) -> None:
    page = await enter("greta", "/clusters/new")
    await map_ready(page)
    await look_at(page, "1821 Foxglove Drive")
    await click_home(page, "1821 Foxglove Drive")
    await expect(page.locator("[data-rule=size]")).to_have_attribute("data-level", "broken")
    assert await page.get_by_text("Save draft").count() == 0
