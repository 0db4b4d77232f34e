"""A household's visits on its own page: the rule first, skip, restore, vacation, and nothing of the neighbours."""

import pytest
from playwright.async_api import Page, expect

from tests.browsers import complaints, in_every_look
from tests.dashboard.visits.conftest import Enter

pytestmark = pytest.mark.browser


def rows(page: Page, name: str = "Coming visits"):  # type: ignore[no-untyped-def]
    return page.get_by_role("list", name=name).locator("li")


async def test_a_household_skips_a_visit_and_takes_it_back(enter: Enter) -> None:
    page = await enter("hana", "/home", width=390)
    card = page.get_by_role("region", name="Visits")
    await expect(card).to_contain_text("adds nothing to your bill")
    await expect(card).to_contain_text("until 24 hours before it begins")
    friday = rows(page).filter(has_text="Jun 5")
    await friday.get_by_role("button", name="Skip the visit on").click()
    await expect(friday).to_contain_text("Skipped by the household")
    await page.reload()
    await expect(friday).to_contain_text("Skipped")
    await friday.get_by_role("button", name="Restore the visit on").click()
    await expect(friday).to_contain_text("Planned")


async def test_after_the_cut_off_it_says_so_instead_of_a_button(enter: Enter) -> None:
    page = await enter("hana", "/home", width=390)
    tuesday = rows(page).first
    await expect(tuesday).to_contain_text("Tue, Jun 2")
    await expect(tuesday.get_by_role("button")).to_be_visible()
    await page.request.get("/test/move?hours=4")
    await page.reload()
    await expect(tuesday).to_contain_text("too late to change")
    await expect(tuesday.get_by_role("button")).to_have_count(0)


async def test_a_vacation_pauses_the_days_and_is_ended(enter: Enter) -> None:
    page = await enter("hana", "/home", width=390)
    await page.get_by_role("button", name="Vacation").click()
    dialog = page.locator(".m-dialog")
    await expect(dialog).to_contain_text("adds nothing to your bill")
    await dialog.get_by_label("First day without a visit").fill("in June")
    await dialog.get_by_role("button", name="Pause visits").click()
    await expect(dialog.get_by_role("alert")).to_contain_text("2026-06-01")
    await dialog.get_by_label("First day without a visit").fill("2026-06-04")
    await dialog.get_by_label("Visits come again from").fill("2026-06-09")
    await dialog.get_by_role("button", name="Pause visits").click()
    await expect(page.locator(".v-pause")).to_contain_text("no visits from Thu, Jun 4, again from Tue, Jun 9")
    await expect(rows(page).filter(has_text="Jun 5")).to_contain_text("Vacation")
    await expect(rows(page).filter(has_text="Jun 9")).to_contain_text("Planned")
    await page.get_by_role("button", name="End it: Vacation").click()
    await expect(rows(page).filter(has_text="Jun 5")).to_contain_text("Planned")


async def test_what_became_of_past_visits_is_told(enter: Enter) -> None:
    page = await enter("hana", "/home", width=390)
    await page.request.get("/test/move?hours=72")
    await page.reload()
    await expect(rows(page, "Past visits").first).to_contain_text("It never started")


async def test_a_calendar_program_reads_the_address_until_it_is_taken_back(enter: Enter) -> None:
    page = await enter("hana", "/home", width=390)
    await page.get_by_role("button", name="In my calendar").click()
    dialog = page.locator(".m-dialog")
    await dialog.get_by_role("button", name="New address").click()
    told = await dialog.locator(".v-address").inner_text()
    answer = await page.request.get(told)
    assert answer.headers["content-type"].startswith("text/calendar")
    text = await answer.text()
    assert text.count("BEGIN:VEVENT") == 8
    assert "14 ELM" not in text and "12 ELM ST" in text
    await dialog.get_by_role("button", name="Take back").click()
    await expect(dialog.get_by_role("button", name="Take back")).to_have_count(0)
    assert (await page.request.get(told)).status == 404


async def test_nothing_of_a_neighbours_visits_reaches_the_browser(enter: Enter) -> None:
    page = await enter("hana", "/home", width=390)
    sent: list[str] = []
    page.on("websocket", lambda ws: ws.on("framereceived", lambda data: sent.append(str(data))))
    await page.reload()
    await expect(rows(page).first).to_be_visible()
    await rows(page).filter(has_text="Jun 9").get_by_role("button").click()
    await expect(rows(page).filter(has_text="Jun 9")).to_contain_text("Skipped")
    told = "".join([*sent, await page.content()])
    assert "12 ELM ST" in told
    assert "14 ELM ST" not in told and "Nikhil" not in told


async def test_a_household_without_a_plan_is_told_what_happens_next(enter: Enter) -> None:
    page = await enter("olga", "/home", width=390)
    await expect(page.get_by_text("No visit is planned in the next weeks.")).to_be_visible()


@in_every_look
async def test_the_visits_of_a_household_are_accessible(enter: Enter, width: int, scheme: str) -> None:
    page = await enter("hana", "/home", width=width, scheme=scheme)
    await rows(page).first.wait_for()
    assert await complaints(page) == []
    await page.get_by_role("button", name="Vacation").click()
    await page.locator(".m-dialog").wait_for()
    # what lies dimmed behind the layer is not to be read
    assert [one for one in await complaints(page) if not one.startswith("color-contrast")] == []
