"""Somebody takes a file away, orders a report, sees that it was sent, and ends it with one click: in Chromium."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urlsplit

import httpx
import pytest
from playwright.async_api import Browser, Page, expect

from tests.browsers import complaints, in_every_look, open_complaints, served
from tests.dashboard.alarms.conftest import enter

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with served("tests.dashboard.exports.server", tmp_path_factory.mktemp("exports")) as url:
        yield url


async def next_day(page: Page, address: str) -> list[dict[str, Any]]:
    """The mails that were sent by then."""
    assert (await page.request.post("/test/next-day", headers={"origin": address})).ok
    found: list[dict[str, Any]] = await (await page.request.get("/test/mails")).json()
    return found


async def test_files_are_taken_away_and_a_wrong_span_says_so(browser: Browser, address: str) -> None:
    page = await enter(browser, address, "dispatcher", "/exports")
    await expect(page.locator("tr[data-export]")).to_have_count(5)
    await expect(page.locator('tr[data-export="mowers"] td.m-number')).to_have_text("2")
    await expect(page.get_by_text("Choose a mower above.")).to_be_visible()
    async with page.expect_download() as coming:
        await page.get_by_role("link", name="Mowers as KML").click()
    file = await coming.value
    assert file.suggested_filename.startswith("mowers-") and file.suggested_filename.endswith(".kml")
    assert "<kml:coordinates>-92.48,44.02</kml:coordinates>" in Path(await file.path()).read_text()
    await page.locator("select[name=mower]").select_option("Luba-ELM")
    await page.get_by_role("button", name="Show").click()
    await page.get_by_role("link", name="Last 7 days").click()
    await expect(page.get_by_role("link", name="Last 7 days")).to_have_attribute("aria-current", "true")
    async with page.expect_download() as coming:
        await page.get_by_role("link", name="Track of a mower as GPX").click()
    assert 'lat="44.02"' in Path(await (await coming.value).path()).read_text()
    await page.goto("/exports?from=2026-06-02&to=2026-06-01")
    await expect(page.get_by_role("alert")).to_contain_text("The first day must not be after the last")
    assert (await page.request.get("/exports/audit.csv")).status == 403
    assert (await page.request.get("/exports/nothing.csv")).status == 404


async def test_a_homeowner_is_offered_their_own_mowers_and_no_report(browser: Browser, address: str) -> None:
    page = await enter(browser, address, "homeowner", "/exports")
    await expect(page.locator("tr[data-export]")).to_have_count(1)
    await expect(page.get_by_text("Reports by mail")).to_have_count(0)
    assert (await page.request.get("/exports/sessions.csv")).status == 403


async def test_a_report_is_ordered_sent_seen_and_ended_by_one_click(browser: Browser, address: str) -> None:
    page = await enter(browser, address, "technician", "/exports")
    await expect(page.get_by_text("No report yet")).to_be_visible()
    await page.get_by_role("button", name="New report").click()
    assert await open_complaints(page) == []
    await page.get_by_role("button", name="Get it").click()
    await expect(page.get_by_text("every day, of the day before, from 7:00 on (UTC)")).to_be_visible()
    mails = await next_day(page, address)
    (mail,) = [one for one in mails if one["to"] == "technician@elm.example"]
    assert len(mail["files"]) == 1 and mail["files"][0].startswith("mowers-")
    await page.reload()
    await expect(page.locator(".m-chip", has_text="sent")).to_be_visible()
    async with httpx.AsyncClient(base_url=address) as program:
        way = urlsplit(mail["off"]).path
        assert "End this report" in (await program.get(way)).text
        done = await program.post(way, data={"List-Unsubscribe": "One-Click"})
    assert done.status_code == 200 and "No more mails of this report: Mowers" in done.text
    await page.reload()
    await expect(page.get_by_text("No report yet")).to_be_visible()
    assert len(await next_day(page, address)) == len(mails)


@in_every_look
async def test_it_is_usable_in_german_by_day_and_night_on_a_phone_and_a_desk(
    browser: Browser, address: str, width: int, scheme: Literal["light", "dark"]
) -> None:
    page = await enter(browser, address, "gerda", "/exports", width)
    await page.emulate_media(color_scheme=scheme)
    if not await page.get_by_text("jeden Tag, über den Tag davor").count():
        await page.get_by_role("button", name="Neuer Bericht").click()
        await page.get_by_role("button", name="Bestellen").click()
        await expect(page.get_by_text("jeden Tag, über den Tag davor")).to_be_visible()
        await next_day(page, address)
    page = await page.context.new_page()  # the old one may still be on its way back from its own reload
    await page.emulate_media(color_scheme=scheme)
    await page.goto("/exports")
    await expect(page.get_by_text("Was gesendet wurde")).to_be_visible()
    assert await complaints(page) == []
