"""The operations page as a dispatcher meets it: what fails is seen at once, and a job is run with a click."""

import pytest
from playwright.async_api import Browser, expect

from tests.browsers import complaints, in_every_look
from tests.dashboard.test_pages_in_browser import address, enter

__all__ = ["address"]
pytestmark = pytest.mark.browser


async def test_a_job_is_run_now_and_its_run_is_on_record(browser: Browser, address: str) -> None:
    page = await enter(browser, address, "dana", "/operations")
    row = page.locator("tr", has_text="operations.thin_runs").first
    await page.get_by_role("button", name="Newest runs of operations.thin_runs").click()
    await page.get_by_role("button", name="Run operations.thin_runs now").click()
    await expect(page.get_by_text("operations.thin_runs has begun")).to_be_visible()
    await expect(row).to_contain_text("Running")
    await expect(row).to_contain_text("Done")
    newest = page.locator("tr.m-runs:not(.hidden) li").first
    await expect(newest).to_contain_text("did 3")
    await expect(newest).to_contain_text("asked by dana@elm.example")


async def test_a_failing_job_is_named_on_top_with_its_reason(browser: Browser, address: str) -> None:
    page = await enter(browser, address, "dana", "/operations")
    await expect(page.get_by_role("status").filter(has_text="needs attention")).to_contain_text("fleet.check_sign_ins")
    row = page.locator("tr", has_text="fleet.check_sign_ins").first
    await expect(row).to_contain_text("Refused")
    await expect(row).to_contain_text("the vendor's cloud did not answer in time")
    await expect(row.locator("time[data-ahead]")).to_contain_text("in ")


async def test_operations_are_found_from_the_account_and_by_key(browser: Browser, address: str) -> None:
    page = await enter(browser, address, "dana", "/mowers", width=390)
    await page.get_by_role("button", name="Your account: Dana Reyes").click()
    await page.get_by_role("link", name="Operations").click()
    await page.wait_for_url("**/operations")
    await page.goto("/mowers")
    await page.locator("h1").click()
    await page.keyboard.press("g")
    await page.keyboard.press("o")
    await page.wait_for_url("**/operations")


@in_every_look
async def test_operations_are_accessible_and_never_scroll_sideways(
    browser: Browser, address: str, width: int, scheme: str
) -> None:
    page = await enter(browser, address, "dana", "/operations", width=width)
    await page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
    await page.get_by_role("button", name="Newest runs of fleet.check_sign_ins").click()
    await expect(page.locator("tr.m-runs:not(.hidden) li").first).to_be_visible()
    assert await complaints(page) == []
