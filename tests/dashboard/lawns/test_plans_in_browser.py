"""Plans as a dispatcher meets them: read, made, renamed, copied, switched, run, deleted; the device itself agrees."""

import pytest
from playwright.async_api import Page, expect

from tests.browsers import complaints, in_every_look, open_complaints
from tests.dashboard.clusters.conftest import Enter
from tests.dashboard.lawns.conftest import LUBA, fetched

pytestmark = pytest.mark.browser
PAGE = f"/mowers/{LUBA}?tab=plans"


async def on_device(page: Page) -> list[str]:
    return sorted(plan["name"] for plan in await (await page.request.get(f"/test/plans/{LUBA}")).json())


async def test_a_plan_lives_on_the_mower_from_its_making_to_its_end(enter: Enter) -> None:
    page = await enter("dana", f"/mowers/{LUBA}?tab=map")
    await fetched(page)
    await page.goto(PAGE)
    await page.get_by_role("button", name="Read from the mower").click()
    listed = page.get_by_role("list", name="Plans on the mower").locator("li")
    await expect(listed).to_have_count(1)
    await expect(listed).to_contain_text("Front, Back")

    await page.get_by_role("button", name="New plan").click()
    dialog = page.locator(".m-dialog")
    assert await open_complaints(page) == []
    await dialog.get_by_label("Name").fill("Front only")
    await dialog.get_by_label("Zones").click()
    await page.get_by_role("option", name="Front").click()
    await dialog.get_by_label("Start").fill("25:00")
    await dialog.get_by_role("button", name="Make it").click()
    await expect(dialog.get_by_role("alert")).to_contain_text("expected a time such as 09:30")
    await dialog.get_by_label("Start").fill("08:30")
    await dialog.get_by_role("button", name="Make it").click()
    front = listed.filter(has_text="Front only")
    await expect(front).to_contain_text("Mo We Fr 08:30 · Front", timeout=15_000)
    assert await on_device(page) == ["Front only", "Weekly"]

    await page.get_by_role("button", name="Rename Front only").click()
    assert await open_complaints(page) == []
    await dialog.get_by_label("Name").fill("Street side")
    await dialog.get_by_role("button", name="Rename").click()
    street = listed.filter(has_text="Street side")
    await expect(street).to_be_visible(timeout=15_000)
    await page.get_by_role("button", name="Switch off: Street side").click()
    await expect(street.get_by_text("off", exact=True)).to_be_visible(timeout=15_000)
    await page.get_by_role("button", name="Copy Street side").click()
    await expect(listed.filter(has_text="Street side 2")).to_be_visible(timeout=15_000)
    assert await on_device(page) == ["Street side", "Street side 2", "Weekly"]

    await page.get_by_role("button", name="Delete Street side 2").click()
    assert await open_complaints(page) == []
    await dialog.get_by_role("button", name="Delete").click()
    await expect(listed).to_have_count(2, timeout=15_000)
    assert await on_device(page) == ["Street side", "Weekly"]
    await page.reload()
    await expect(listed).to_have_count(2)

    await page.get_by_role("button", name="Run Weekly").click()
    assert await open_complaints(page) == []
    await dialog.get_by_role("button", name="Run").click()
    await expect(page.locator(".m-head").get_by_text("Mowing")).to_be_visible(timeout=30_000)


async def test_those_who_may_not_command_mowers_see_plans_and_no_buttons(enter: Enter) -> None:
    page = await enter("tom", PAGE)
    await expect(page.get_by_role("heading", name="Plans on the mower")).to_be_visible()
    await expect(page.get_by_role("button", name="New plan")).to_be_visible()  # technicians keep device plans


@in_every_look
async def test_plans_are_accessible_and_never_scroll_sideways(enter: Enter, width: int, scheme: str) -> None:
    page = await enter("ada", PAGE, width=width, scheme=scheme)
    await page.get_by_role("heading", name="Plans on the mower").wait_for()
    assert await complaints(page) == []
