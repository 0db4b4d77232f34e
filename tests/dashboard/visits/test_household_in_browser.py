"""The homeowner's page on a phone, flow by flow: keep off, report and rating, a problem with pin and photo, notes."""

import re
from collections.abc import Iterator

import pytest
from playwright.async_api import Page, expect

from tests.browsers import complaints, served
from tests.core.household.test_photos import jpeg
from tests.dashboard.visits.conftest import Enter

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """One server for the file: each test says what time it is, in the order in which they stand."""
    with served("tests.dashboard.visits.server", tmp_path_factory.mktemp("household")) as url:
        yield url


async def told_mower(page: Page) -> list[str]:
    """What the mower was told, once it has reported again."""
    found: list[str] = await (await page.request.get("/test/mow")).json()
    return found


async def test_one_tap_sends_the_mower_away_and_only_what_is_known_is_told(enter: Enter) -> None:
    page = await enter("hana", "/home", width=390)
    await page.request.get("/test/mow")
    await expect(page.get_by_role("heading", name="Mowing your lawn")).to_be_visible()
    assert await complaints(page) == []
    card = page.get_by_role("region", name="Keep off my lawn")
    await card.get_by_role("button", name="Keep off my lawn now").click()
    await page.locator(".h-dialog").get_by_role("button", name="1 h 0 min").click()
    await expect(card.get_by_role("heading", name="Your lawn is kept clear until")).to_be_visible()
    await expect(card.get_by_role("status")).to_contain_text("The mower has taken the order")
    await expect(card.get_by_role("status")).not_to_contain_text("seen after")
    assert await told_mower(page) == ["return"]
    await page.request.get("/test/leaves")
    await expect(card.get_by_role("status")).to_contain_text("Seen: the mower has stopped mowing")
    await expect(card.get_by_role("status")).to_contain_text(re.compile(r"sent after [01]\.\d s.*seen after"))
    assert await complaints(page) == []
    office = await enter("dana", "/requests", width=390)
    row = office.get_by_role("region", name="Lawns kept clear").get_by_role("listitem")
    await expect(row).to_contain_text("12 ELM ST")
    assert await complaints(office) == []
    await row.get_by_role("button", name="End it: 12 ELM ST").click()
    await expect(row).to_contain_text("over since")
    await expect(card.get_by_role("button", name="Keep off my lawn now")).to_be_visible()


async def test_a_problem_with_a_pin_and_a_photo_is_answered_by_mowing_again(enter: Enter) -> None:
    page = await enter("hana", "/home", width=390)
    await page.get_by_role("link", name="Report a problem").click()
    board = page.get_by_role("application", name="Map of your lot: set a pin")
    await board.focus()
    await page.keyboard.press("ArrowRight")
    await expect(page.get_by_text("The pin is set.")).to_be_visible()
    photo = page.locator("[data-photo]")
    await photo.set_input_files({"name": "lawn.jpg", "mimeType": "image/jpeg", "buffer": b"no picture"})
    await expect(page.get_by_text("The photo is there.")).to_be_visible()
    await page.get_by_role("button", name="Send it").click()
    await expect(page.get_by_role("alert")).to_contain_text("expected a JPEG, PNG or WebP picture")
    await photo.set_input_files({"name": "lawn.jpg", "mimeType": "image/jpeg", "buffer": jpeg()})
    await page.get_by_label("In your words").fill("by the shed")
    assert await complaints(page) == []
    await page.get_by_role("button", name="Send it").click()
    await expect(page.get_by_role("heading", name="Thank you.")).to_be_visible()
    office = await enter("dana", "/requests", width=390)
    row = office.get_by_role("region", name="Problems").get_by_role("listitem")
    await expect(row).to_contain_text("by the shed")
    await expect(row.get_by_role("img", name="Photo of the problem")).to_have_js_property("complete", True)
    await row.get_by_role("button", name="Mow again: 12 ELM ST").click()
    dialog = office.locator(".m-dialog")
    await expect(dialog).to_contain_text("Extra visit, not billed: Mon, Jun 1")
    await dialog.get_by_label("Visit").click()
    await office.get_by_role("option", name=re.compile("^Tue, Jun 2, ")).click()
    await dialog.get_by_role("button", name="Mow again").click()
    await expect(row).to_contain_text("it is mown again on Tue, Jun 2")
    assert await complaints(office) == []
    await page.goto("/home")
    await expect(page.get_by_role("region", name="Problems you reported")).to_contain_text("Will be mown again")


async def test_notes_reach_the_technician_and_a_host_sees_a_count_alone(enter: Enter) -> None:
    page = await enter("hana", "/home", width=390)
    host = page.get_by_role("region", name="The dock at your house")
    await expect(host).to_contain_text("no lawn today")  # it is Monday
    await page.get_by_role("button", name="Change gate, pets and way in").click()
    dialog = page.locator(".m-dialog")
    await dialog.get_by_label("Gate").fill("code 4711")
    await dialog.get_by_role("button", name="Save").click()
    await expect(page.get_by_role("region", name="Gate, pets and way in")).to_contain_text("code 4711")
    tom = await enter("tom", "/schedule?by=mower&from=2026-06-01")
    await tom.locator(".v-visit").filter(has_text="12 ELM ST").first.click()
    await expect(tom.locator(".m-dialog")).to_contain_text("code 4711")
    await page.request.get("/test/move?to=2026-06-02T12:00:00Z")
    await page.reload()
    await expect(host).to_contain_text("2 lawns today, by count only")
    told = await page.content()
    assert "14 ELM" not in told and "16 ELM" not in told
    assert await complaints(page) == []


async def test_a_past_visit_opens_its_report_and_is_rated(enter: Enter) -> None:
    page = await enter("hana", "/home", width=390)
    card = page.get_by_role("region", name="Next and last visit")
    await expect(card).to_contain_text("Tue, Jun 2")
    await page.request.get("/test/move?to=2026-06-02T16:00:00Z")
    await page.request.get("/test/mow?minutes=20")
    await page.request.get("/test/move?to=2026-06-02T22:00:00Z")
    await page.reload()
    await expect(card).to_contain_text("The visit on Tue, Jun 2 did not take place: It never started.")
    await page.get_by_role("link", name="Report of the visit on Tue, Jun 2").click()
    await expect(page.get_by_role("region", name="What happened")).to_contain_text("It never started")
    await expect(page.get_by_role("region", name="Faults on your lawn")).to_contain_text("None.")
    await page.get_by_role("button", name="4 of 5 stars").click()
    await expect(page.get_by_role("button", name="4 of 5 stars")).to_have_attribute("aria-pressed", "true")
    assert await complaints(page) == []
    told = await page.content()
    assert "14 ELM" not in told and "Nikhil" not in told
    other = await enter("nikhil", page.url.removeprefix(page.url.split("/home")[0]), width=390)
    await expect(other.get_by_text("Not found")).to_be_visible()
