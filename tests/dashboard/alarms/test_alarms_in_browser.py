"""Alarms, bell, rules and rota as a person meets them, in Chromium: from raised to cleared, without a reload."""

import re
from urllib.parse import urlsplit

import pytest
from playwright.async_api import Browser, Page, expect

from tests.browsers import complaints, in_every_look
from tests.dashboard.alarms.conftest import enter

pytestmark = pytest.mark.browser


async def happens(page: Page, what: str) -> None:
    origin = "{0.scheme}://{0.netloc}".format(urlsplit(page.url))
    assert (await page.request.post(f"/test/{what}", headers={"origin": origin})).ok


async def test_an_alarm_is_heard_in_the_bell_opened_and_handled_to_its_end(browser: Browser, address: str) -> None:
    dana = await enter(browser, address, "dana", "/alarms")
    tess = await enter(browser, address, "tess", "/mowers")
    bell = tess.locator(".m-bell")
    await expect(bell).to_have_attribute("aria-label", "Notices")
    await happens(dana, "event/Luba-04/lifted")
    row = dana.locator(".a-row", has_text="Luba-04 was lifted")
    await expect(row).to_be_visible()
    await expect(bell).to_have_attribute("aria-label", "Notices, 1 unread")
    await expect(tess.locator("#m-bell-said")).to_have_text("New critical alarm: Luba-04 was lifted")

    await row.click()
    detail = dana.locator(".a-detail")
    await expect(detail).to_contain_text("Somebody picked it up, or it drove onto an edge.")
    await expect(dana).to_have_url(re.compile(r"alarm=[0-9a-f-]{36}"))
    await detail.get_by_role("button", name="Acknowledge").click()
    await expect(detail).to_contain_text("Dana Reyes")
    await detail.get_by_role("button", name="Give to ...").click()
    await dana.get_by_label("Person").click()
    await dana.get_by_role("option", name="Tess Nowak").click()
    await dana.get_by_role("button", name="Give", exact=True).click()
    await expect(row).to_contain_text("with Tess Nowak")

    await expect(bell).to_have_attribute("aria-label", "Notices, 2 unread")
    await bell.click()
    await expect(tess.locator(".m-notices-list")).to_contain_text("Dana Reyes gave you: Luba-04 was lifted")
    await tess.keyboard.press("Escape")
    await tess.goto("/alarms?show=mine")
    await tess.locator(".a-row", has_text="Luba-04").click()
    side = tess.locator(".a-detail")
    await expect(bell).to_have_attribute("aria-label", "Notices")
    await side.get_by_label("Comment").fill("A boy carried it.")
    await side.get_by_role("button", name="Add comment").click()
    await expect(detail.locator(".a-timeline")).to_contain_text("A boy carried it.")
    await side.get_by_role("button", name="Clear ...").click()
    await tess.get_by_role("button", name="Clear", exact=True).click()
    await expect(tess.get_by_text("Say why: others will read it.")).to_be_visible()
    await tess.get_by_label("Reason").fill("Back on its lawn")
    await tess.get_by_role("button", name="Clear", exact=True).click()
    await expect(detail).to_contain_text("Cleared: Back on its lawn")
    await expect(row).to_have_count(0)
    kinds = await detail.locator(".a-line").evaluate_all("rows => rows.map((row) => row.className.split('a-line-')[1])")
    assert kinds == ["raised", "acknowledged", "assigned", "comment", "cleared"]


async def test_a_dialog_stays_while_another_works_on_the_same_alarm(browser: Browser, address: str) -> None:
    dana = await enter(browser, address, "dana", "/alarms")
    await happens(dana, "event/Luba-05/lifted")
    await dana.locator(".a-row", has_text="Luba-05 was lifted").click()
    tess = await enter(browser, address, "tess", "/alarms")
    await tess.locator(".a-row", has_text="Luba-05 was lifted").click()
    side = tess.locator(".a-detail")
    await side.get_by_role("button", name="Clear ...").click()
    await tess.get_by_label("Reason").fill("Back on")
    await dana.locator(".a-detail").get_by_role("button", name="Acknowledge").click()
    await expect(side).to_contain_text("Dana Reyes")
    await expect(tess.get_by_label("Reason")).to_have_value("Back on")
    await tess.get_by_role("button", name="Clear", exact=True).click()
    await expect(dana.locator(".a-detail")).to_contain_text("Cleared: Back on")


async def test_the_lists_and_filters_stand_in_the_address(browser: Browser, address: str) -> None:
    page = await enter(browser, address, "dana", "/alarms")
    await happens(page, "say/Luba-01/fault?fault=1201")
    await happens(page, "say/Luba-02/fault?fault=1415")
    rows = page.locator(".a-row")
    await expect(page.locator(".a-row", has_text="Luba-01: It is stuck")).to_be_visible()
    await expect(page.locator(".a-row", has_text="Mowing area selection is abnormal")).to_be_visible()
    await page.get_by_label("Severity").select_option("critical")
    await expect(page.locator(".a-row", has_text="Luba-02")).to_have_count(0)
    await page.get_by_label("Mower or account").fill("luba-01")
    await expect(rows).to_have_count(1)
    await expect(page).to_have_url(re.compile("severity=critical&mower=luba-01"))
    await page.reload()
    await expect(rows).to_have_count(1)
    await page.get_by_role("button", name=re.compile("^Mine")).click()
    await expect(page.get_by_text("No alarm fits")).to_be_visible()


async def test_evidence_clears_an_open_alarm_on_an_open_page(browser: Browser, address: str) -> None:
    page = await enter(browser, address, "dana", "/mowers/Luba-03?tab=alarms")
    await expect(page.get_by_text("Nothing is wrong now.")).to_be_visible()
    await happens(page, "say/Luba-03/fault?fault=1202")
    await expect(page.locator(".a-row", has_text="The cutting disk is jammed")).to_be_visible()
    await happens(page, "say/Luba-03/charging")
    await expect(page.locator(".m-head")).to_contain_text("Charging")
    await page.wait_for_timeout(2_500)  # a look that sees it well; then its clearing time passes
    await happens(page, "move/12")
    await expect(page.locator(".a-row.a-over", has_text="cleared by evidence")).to_be_visible()


async def test_thirty_two_mowers_silent_at_once_are_one_row_with_their_names(browser: Browser, address: str) -> None:
    page = await enter(browser, address, "dana", "/alarms?kind=silent")
    await happens(page, "move/310")
    row = page.locator(".a-row")
    await expect(row).to_have_count(1)
    await expect(row).to_contain_text("32 mowers of account elm.street@mowthos.example fell silent at once")
    await row.click()
    await expect(page.locator(".a-members li")).to_have_count(32)


async def test_a_rule_is_previewed_and_changed_and_a_further_one_added(browser: Browser, address: str) -> None:
    page = await enter(browser, address, "dana", "/alarms/rules")
    await page.get_by_role("button", name="Edit Battery low").click()
    dialog = page.locator(".m-dialog")
    await dialog.get_by_label("At or below (%)").fill("95")
    await dialog.get_by_role("button", name="Preview 7 days").click()
    await expect(dialog.get_by_role("alert").filter(has_text="expected 1 to 90 %")).to_be_visible()
    await dialog.get_by_label("At or below (%)").fill("85")
    await dialog.get_by_label("For at least (s)").fill("0")
    await dialog.get_by_role("button", name="Preview 7 days").click()
    await expect(
        dialog.get_by_text(re.compile(r"It would have raised [1-9]\d* alarms in the last 7 days"))
    ).to_be_visible()
    await dialog.get_by_label("At or below (%)").fill("20")
    await dialog.get_by_role("button", name="Save").click()
    await expect(page.locator("tr", has_text="Battery low")).to_contain_text("at 20 % or less")
    await page.get_by_role("button", name="A further rule").click()
    await dialog.get_by_label("Name").fill("Almost empty")
    await dialog.get_by_label("At or below (%)").fill("5")
    await dialog.get_by_role("button", name="Save").click()
    await expect(page.locator("tr", has_text="Almost empty")).to_contain_text("at 5 % or less")


async def test_the_rota_is_built_step_by_step(browser: Browser, address: str) -> None:
    page = await enter(browser, address, "dana", "/alarms/rota")
    await expect(page.get_by_text("No steps yet")).to_be_visible()
    await page.get_by_role("button", name="Add a step").click()
    dialog = page.locator(".m-dialog")
    await dialog.get_by_role("button", name="Save").click()
    await expect(dialog.get_by_role("alert").filter(has_text="a step of the rota needs a person")).to_be_visible()
    await dialog.get_by_label("People, taking turns").click()
    await page.get_by_role("option", name="Tess Nowak").click()
    await page.keyboard.press("Escape")
    await dialog.get_by_role("button", name="Save").click()
    await expect(page.locator(".a-steps li")).to_contain_text("This week: Tess Nowak")
    await page.get_by_role("button", name="Remove step 1").click()
    await expect(page.get_by_text("No steps yet")).to_be_visible()


async def test_a_service_is_planned_logged_and_found_in_the_lists(browser: Browser, address: str) -> None:
    page = await enter(browser, address, "tess", "/mowers/Luba-09?tab=service")
    await page.get_by_role("button", name="Use the usual plan").click()
    await page.get_by_role("button", name="Log Change the blades").click()
    dialog = page.locator(".m-dialog")
    await dialog.get_by_label("What was done").fill("New blades")
    await dialog.get_by_label("Parts, one a line").fill("2 x blade set")
    await dialog.get_by_label("Cost").fill("24.9x")
    await dialog.get_by_role("button", name="Save").click()
    await expect(dialog.get_by_role("alert").filter(has_text="is not an amount such as 12.50")).to_be_visible()
    await dialog.get_by_label("Cost").fill("24.90")
    await dialog.get_by_role("button", name="Save").click()
    row = page.locator("tbody tr", has_text="New blades")
    await expect(row).to_contain_text("2 x blade set")
    await expect(row).to_contain_text("$24.90")
    await happens(page, f"move/{340 * 86_400}")
    await page.goto("/service")
    await page.get_by_label("Email").fill("tess@elm.example")  # the session ran out while almost a year passed
    await page.locator("input[type=password]").fill("correct horse battery")
    await page.locator("button[type=submit]").first.click()
    await expect(page.locator("section", has_text="Due soon")).to_contain_text("Yearly inspection")
    async with page.expect_download() as told:
        await page.goto("/service?view=models&days=365")
        await page.get_by_role("link", name="Export CSV").click()
    text = (await (await told.value).path()).read_text()
    assert text.splitlines()[0].startswith("name,model,mowers,observed_h,availability_percent")
    assert len(text.splitlines()) == 3


@in_every_look
async def test_no_page_breaks_an_accessibility_rule_or_scrolls_sideways(
    browser: Browser, address: str, width: int, scheme: str
) -> None:
    found: list[str] = []
    page = await enter(browser, address, "ada", "/alarms", width)
    await page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
    await happens(page, "event/Luba-05/taken")
    await expect(page.locator(".a-row", has_text="Luba-05")).to_be_visible()
    alarm = await page.locator(".a-row", has_text="Luba-05").get_attribute("href")
    for path in (
        alarm or "",
        "/alarms/rules",
        "/alarms/rota",
        "/service",
        "/service?view=mowers",
        "/mowers/Luba-05?tab=service",
    ):
        await page.goto(path)
        await expect(page.locator("h1")).to_be_visible()
        if path == alarm:
            await page.locator(".m-bell").click()
            await expect(page.locator(".m-notice-link").first).to_be_visible()
        found += [f"{path}: {complaint}" for complaint in await complaints(page)]
    assert found == []
