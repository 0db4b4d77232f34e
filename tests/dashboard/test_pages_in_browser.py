"""Sign-in, admin and the mower table as a person meets them, in Chromium."""

import re
from collections.abc import Iterator
from typing import Literal

import pytest
from playwright.async_api import Browser, Page, expect

from dashboard.session_watch import LEAVE_SECONDS
from tests.browsers import complaints, in_every_look, open_complaints, served
from tests.dashboard.pages_server import PASSWORD

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The pages, served by a process of their own."""
    with served("tests.dashboard.pages_server", tmp_path_factory.mktemp("pages")) as url:
        yield url


async def enter(browser: Browser, address: str, who: str, path: str, width: int = 1280) -> Page:
    """A fresh browser in which ``who`` asked for ``path``, was led to sign in, and arrived."""
    context = await browser.new_context(base_url=address, viewport={"width": width, "height": 800})
    page = await context.new_page()
    await page.goto(path)
    await page.get_by_label("Email").fill(f"{who}@elm.example")
    await page.get_by_label("Password").fill(PASSWORD)
    await page.get_by_role("button", name="Sign in", exact=True).click()
    await page.wait_for_url(f"**{path}")
    return page


async def test_the_table_keeps_what_one_looks_at_in_its_address(browser: Browser, address: str) -> None:
    page = await enter(browser, address, "dana", "/mowers")
    rows = page.locator("tbody tr")
    await expect(rows).to_have_count(12)
    await page.get_by_role("button", name=re.compile("^Mowing")).click()
    await expect(rows).to_have_count(6)
    await page.get_by_role("button", name="Battery").click()
    await expect(rows.first).to_contain_text("Luba-10")
    await expect(page).to_have_url(re.compile("sort=battery"))
    await page.reload()
    await expect(rows).to_have_count(6)
    await expect(rows.first).to_contain_text("Luba-10")
    await page.get_by_label("Filter by name, model, account").fill("no such")
    await expect(page.get_by_text("No mower fits")).to_be_visible()


async def test_a_changed_reading_reaches_the_table_without_a_reload(browser: Browser, address: str) -> None:
    page = await enter(browser, address, "dana", "/mowers")
    row = page.locator("tbody tr", has_text="Luba-03")
    await expect(row).to_contain_text("23")
    await page.request.post("/test/battery/Luba-03/77", headers={"origin": address})
    await expect(row).to_contain_text("77")


async def test_an_export_holds_what_the_filters_leave(browser: Browser, address: str) -> None:
    page = await enter(browser, address, "dana", "/mowers?state=fault")
    async with page.expect_download() as told:
        await page.get_by_role("link", name="Export CSV").click()
    text = (await (await told.value).path()).read_text()
    assert text.count("\n") == 4
    assert "Fault" in text


async def test_an_ended_session_leads_back_to_sign_in_and_then_to_the_same_view(browser: Browser, address: str) -> None:
    dana = await enter(browser, address, "dana", "/mowers?state=charging")
    ada = await enter(browser, address, "ada", "/admin")
    await ada.get_by_role("button", name="Edit Dana Reyes").click()
    sessions = ada.locator(".m-dialog .m-list button")
    await sessions.first.click()
    await expect(dana.get_by_text("Your session has ended.")).to_be_visible()
    await dana.get_by_label("Email").fill("dana@elm.example")
    await dana.get_by_label("Password").fill(PASSWORD)
    await dana.get_by_role("button", name="Sign in", exact=True).click()
    await dana.wait_for_url("**/mowers?state=charging")


@in_every_look
async def test_a_session_that_ran_out_is_gone_on_with_in_place(
    browser: Browser, address: str, width: int, scheme: Literal["light", "dark"]
) -> None:
    page = await enter(browser, address, "ada", "/admin", width)
    await page.emulate_media(color_scheme=scheme)
    await page.get_by_role("button", name="Add person").click()
    typed = page.locator(".m-dialog").get_by_label("Email")
    await typed.fill("half@elm.example")
    await page.request.post("/test/run-out/ada@elm.example", headers={"origin": address})
    again = page.get_by_role("dialog", name="Your session has ended")
    await expect(again).to_be_visible()
    assert await open_complaints(page) == []
    await page.keyboard.press("Escape")  # nothing behind it would work
    await again.get_by_label("Password").fill("not this one")
    await again.get_by_role("button", name="Go on").click()
    await expect(again.get_by_role("alert")).to_contain_text("The email or the password is wrong.")
    await again.get_by_label("Password").fill(PASSWORD)
    await again.get_by_role("button", name="Go on").click()
    await expect(again).to_be_hidden()
    await expect(typed).to_have_value("half@elm.example")
    await page.locator(".m-dialog").get_by_label("First password").fill("long enough for all")
    await page.locator(".m-dialog").get_by_role("button", name="Add person").click()
    await expect(page.locator("tbody tr", has_text="half@elm.example")).to_be_visible()


async def test_a_page_whose_session_ran_out_neither_hears_nor_tells(browser: Browser, address: str) -> None:
    page = await enter(browser, address, "dana", "/mowers")
    row = page.locator("tbody tr", has_text="Luba-05")
    await expect(row).to_be_visible()
    await page.request.post("/test/run-out/dana@elm.example", headers={"origin": address})
    again = page.get_by_role("dialog", name="Your session has ended")
    await expect(again).to_be_visible()
    await page.wait_for_timeout(LEAVE_SECONDS * 1_000 + 500)
    await page.request.post("/test/battery/Luba-05/66", headers={"origin": address})
    await page.wait_for_timeout(1_500)  # a page that is told is told within a second
    await expect(row).not_to_contain_text("66", timeout=1)
    other = await page.context.new_page()
    await other.goto("/sign-in?next=/mowers")
    await other.get_by_label("Email").fill("dana@elm.example")
    await other.get_by_label("Password").fill(PASSWORD)
    await other.get_by_role("button", name="Sign in", exact=True).click()
    await other.wait_for_url("**/mowers")
    await page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")  # the way back to this tab
    await expect(again).to_be_hidden()
    await expect(row).to_contain_text("66")


async def test_signing_out_leaves_nothing_behind_the_back_button(browser: Browser, address: str) -> None:
    page = await enter(browser, address, "dana", "/mowers")
    await page.get_by_role("button", name="Your account: Dana Reyes").click()
    await page.get_by_role("button", name="Sign out").click()
    await page.wait_for_url("**/sign-in")
    await page.go_back()
    await page.wait_for_url("**/sign-in?next=%2Fmowers")


async def test_an_admin_adds_a_person_after_being_told_what_is_wrong(browser: Browser, address: str) -> None:
    page = await enter(browser, address, "ada", "/admin")
    await page.get_by_role("button", name="Add person").click()
    dialog = page.locator(".m-dialog")
    await dialog.get_by_label("Email").fill("tess@elm.example")
    await dialog.get_by_label("First password").fill("short")
    await dialog.get_by_role("button", name="Add person").click()
    await expect(dialog.get_by_role("alert").filter(has_text="needs 10 or more")).to_be_visible()
    await dialog.get_by_label("First password").fill("long enough for all")
    await dialog.get_by_role("button", name="Add person").click()
    await expect(page.locator("tbody tr", has_text="tess@elm.example")).to_contain_text("Dispatcher")


async def test_an_admin_links_a_vendor_account_after_being_told_what_is_wrong(browser: Browser, address: str) -> None:
    page = await enter(browser, address, "ada", "/admin?tab=accounts")
    await expect(page.get_by_text("No vendor account yet")).to_be_visible()
    await page.get_by_role("button", name="Link account").click()
    dialog = page.locator(".m-dialog")
    await dialog.get_by_label("Account (email)").fill("fleet@elm.example")
    await dialog.get_by_label("Password", exact=True).fill("wrong")
    await dialog.get_by_role("button", name="Link account").click()
    await expect(dialog.get_by_role("alert").filter(has_text="The vendor refuses")).to_be_visible()
    await dialog.get_by_label("Password", exact=True).fill("right")
    await dialog.get_by_role("button", name="Link account").click()
    await expect(page.locator("article", has_text="fleet@elm.example")).to_contain_text("Connected")


async def test_a_german_admin_is_told_in_german_what_is_wrong(browser: Browser, address: str) -> None:
    page = await enter(browser, address, "greta", "/admin")
    await page.get_by_role("button", name="Person anlegen").click()
    dialog = page.locator(".m-dialog")
    await dialog.get_by_label("E-Mail").fill("tom@elm.example")
    await dialog.get_by_label("Erstes Passwort").fill("short")
    await dialog.get_by_role("button", name="Person anlegen").click()
    await expect(dialog.get_by_role("alert").filter(has_text="hat 5 Zeichen, nötig sind mindestens 10")).to_be_visible()
    await page.goto("/admin?tab=accounts")
    await page.get_by_role("button", name="Konto verbinden").click()
    await dialog.get_by_label("Konto (E-Mail)").fill("other@elm.example")
    await dialog.get_by_label("Passwort", exact=True).fill("wrong")
    await dialog.get_by_role("button", name="Konto verbinden").click()
    await expect(dialog.get_by_role("alert").filter(has_text="Der Hersteller lehnt dieses Konto ab")).to_be_visible()


async def test_keys_open_help_search_and_pages(browser: Browser, address: str) -> None:
    page = await enter(browser, address, "ada", "/admin")
    await expect(page.locator("tbody tr").first).to_be_visible()
    await page.keyboard.press("?")
    await expect(page.get_by_role("heading", name="Keyboard keys")).to_be_visible()
    await page.keyboard.press("Escape")
    await page.keyboard.press("/")
    await expect(page.get_by_label("Search mowers and addresses")).to_be_focused()
    await page.keyboard.press("Escape")
    await page.keyboard.press("g")
    await page.keyboard.press("m")
    await page.wait_for_url("**/mowers")


async def test_theme_and_language_are_remembered(browser: Browser, address: str) -> None:
    page = await enter(browser, address, "ada", "/mowers")
    await page.get_by_role("button", name="Your account: Ada Lind").click()
    await page.get_by_role("button", name="Dark").click()
    await page.reload()
    await expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    await expect(page.locator("body")).to_have_class(re.compile("body--dark"))
    await page.get_by_role("button", name="Your account: Ada Lind").click()
    await page.get_by_role("button", name="Deutsch").click()
    await expect(page.get_by_role("heading", name="Mäher")).to_be_visible()
    await expect(page.locator("html")).to_have_attribute("lang", "de")
    await page.get_by_role("button", name="Ihr Konto: Ada Lind").click()
    await page.get_by_role("button", name="English").click()
    await expect(page.get_by_role("heading", name="Mowers")).to_be_visible()


async def test_the_audit_is_filtered_by_person_object_kind_and_time_and_its_file_holds_the_same(
    browser: Browser, address: str
) -> None:
    page = await enter(browser, address, "ada", "/admin?tab=audit")
    await page.request.post("/sign-in", form={"email": "=danger@elm.example", "password": "wrong"})
    await page.goto("/admin?tab=audit")
    rows = page.locator("tbody tr")
    await expect(rows.filter(has_text="was refused at sign-in").filter(has_text="danger@")).to_have_count(1)
    everything = await rows.count()
    await page.get_by_label("Who", exact=True).fill("danger@")
    await page.get_by_role("button", name="Filter", exact=True).click()
    await expect(rows).to_have_count(1)
    await expect(page).to_have_url(re.compile("who=danger%40"))
    async with page.expect_download() as told:
        await page.get_by_role("link", name="Export CSV").click()
    lines = (await (await told.value).path()).read_text("utf-8-sig").splitlines()
    assert len(lines) == 2 and "'=danger@elm.example" in lines[1]  # no spreadsheet runs it
    request = rows.get_by_title("Everything this request did")
    assert re.fullmatch("[0-9a-f]{12}", await request.inner_text()) and await request.inner_text() in lines[1]
    await request.click()
    await expect(rows).to_have_count(1)
    await page.goto("/admin?tab=audit&from=2020-01-01&to=2020-01-02")
    await expect(page.get_by_text("Nothing found")).to_be_visible()
    await page.get_by_role("link", name="Clear filters").click()
    await expect(rows).to_have_count(everything)
    await page.get_by_label("What was done").select_option("created a person")
    await page.get_by_role("button", name="Filter", exact=True).click()
    await expect(page).to_have_url(re.compile("action="))
    made = [line for line in await rows.all_inner_texts() if "created a person" in line]
    assert len(made) == await rows.count() >= 4
    await rows.locator("td[data-label=Object] a").first.click()
    await expect(rows).not_to_have_count(0)
    await expect(page.get_by_label("Object", exact=True)).not_to_have_value("")


@in_every_look
async def test_no_page_breaks_an_accessibility_rule_or_scrolls_sideways(
    browser: Browser, address: str, width: int, scheme: str
) -> None:
    found: list[str] = []
    page = await enter(browser, address, "ada", "/admin", width)
    await page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
    for path in (
        "/admin",
        "/admin?tab=rights",
        "/admin?tab=accounts",
        "/admin?tab=data",
        "/admin?tab=audit",
        "/mowers",
    ):
        await page.goto(path)
        await expect(page.locator("h1")).to_be_visible()
        found += [f"{path}: {complaint}" for complaint in await complaints(page)]
    assert found == []
