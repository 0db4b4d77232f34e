"""The schedule as a dispatcher meets it: lanes, bans, a drag that is refused in words, the same by keys, a table."""

import pytest
from playwright.async_api import Locator, Page, expect

from tests.browsers import complaints, in_every_look, open_complaints
from tests.dashboard.visits.conftest import Enter

pytestmark = pytest.mark.browser
WEEK = "/schedule?by=mower&from=2026-06-01"
DAY = "/schedule?by=mower&view=day&from=2026-06-02"


def visit(page: Page, name: str, day: str) -> Locator:
    return page.locator(".v-visit").filter(has_text=name).and_(page.locator(f'[aria-label*="{day}"]'))


async def drag(page: Page, block: Locator, to: Locator) -> None:
    """By hand, in small steps, as a mouse does."""
    begin, end = await block.bounding_box(), await to.bounding_box()
    assert begin is not None and end is not None
    await page.mouse.move(begin["x"] + 20, begin["y"] + 10)
    await page.mouse.down()
    await page.mouse.move(end["x"] + end["width"] / 2, end["y"] + end["height"] / 2, steps=12)


async def test_a_week_shows_its_visits_with_state_in_shape_colour_and_word_and_its_bans(enter: Enter) -> None:
    page = await enter("dana", WEEK)
    lane = page.get_by_role("region", name="Luba-ELM")
    await expect(lane.locator(".v-visit")).to_have_count(4)
    first = visit(page, "12 ELM ST", "Jun 2")
    await expect(first).to_contain_text("9:00")
    await expect(first).to_contain_text("Planned")
    await expect(first.locator(".q-icon")).to_have_text("event")
    assert await lane.locator(".v-ban").count() >= 14
    await expect(lane.get_by_text("Quiet hours of the site", exact=False)).to_have_count(1)
    rows = page.get_by_role("region", name="Visits", exact=True).locator("tbody tr")
    await expect(rows).to_have_count(4)


async def test_a_visit_is_dragged_to_another_day_and_pinned_there(enter: Enter) -> None:
    page = await enter("dana", WEEK)
    block = visit(page, "12 ELM ST", "Jun 2")
    await drag(page, block, page.locator('.v-cell[data-day="2"]'))
    await expect(page.locator("[data-hint]")).to_contain_text("It may be there")
    await page.mouse.up()
    await expect(page.locator("[data-hint]")).to_contain_text("Moved, and pinned there")
    moved = visit(page, "12 ELM ST", "Jun 3")
    await expect(moved).to_contain_text("Moved")
    await page.reload()
    await expect(moved).to_contain_text("Moved")


async def test_a_clash_is_refused_and_every_reason_is_told(enter: Enter) -> None:
    page = await enter("dana", DAY)
    block = visit(page, "12 ELM ST", "Jun 2")
    await drag(page, block, visit(page, "14 ELM ST", "Jun 2"))
    await expect(page.locator("[data-hint]")).to_contain_text("the mower is at 14 ELM ST from 10:00 to 11:00")
    await page.mouse.up()
    hint = page.get_by_role("alert")
    await expect(hint).to_contain_text("It stays where it was")
    await expect(hint).to_contain_text("14 ELM ST")
    await expect(block).to_contain_text("9:00")


async def test_by_keys_a_visit_is_chosen_moved_and_put_there_or_left(enter: Enter) -> None:
    page = await enter("dana", WEEK)
    block = visit(page, "12 ELM ST", "Jun 2")
    await block.focus()
    await page.keyboard.press("ArrowRight")
    await expect(page.locator("[data-said]")).to_contain_text("It may be there")
    await page.keyboard.press("Escape")
    await expect(page.locator("[data-said]")).to_have_text("It stays where it was.")
    await page.keyboard.press("ArrowRight")
    for _ in range(10):
        await page.keyboard.press("ArrowDown")
    await page.keyboard.press("ArrowDown")
    await page.keyboard.press("ArrowDown")
    await expect(page.locator("[data-hint]")).to_contain_text("Quiet hours of the site")
    for _ in range(4):
        await page.keyboard.press("ArrowDown")
    await expect(page.locator("[data-hint]")).to_contain_text("It may be there")
    await page.keyboard.press("Enter")
    moved = visit(page, "12 ELM ST", "Jun 3")
    await expect(moved).to_contain_text("1:00")
    await expect(moved).to_be_focused()
    await page.keyboard.press("Enter")
    await expect(page.locator(".m-dialog")).to_contain_text("Was at")


async def test_a_visit_is_skipped_with_a_reason_and_restored(enter: Enter) -> None:
    page = await enter("dana", WEEK)
    await visit(page, "14 ELM ST", "Jun 5").click()
    dialog = page.locator(".m-dialog")
    await dialog.get_by_role("button", name="Skip").click()
    await dialog.get_by_label("Reason").fill("street works")
    await dialog.get_by_role("button", name="Skip it").click()
    block = visit(page, "14 ELM ST", "Jun 5")
    await expect(block).to_contain_text("Skipped")
    row = page.get_by_role("region", name="Visits", exact=True).locator("tr").filter(has_text="street works")
    await expect(row).to_contain_text("Skipped by the operator")
    await row.get_by_role("button").click()
    await dialog.get_by_role("button", name="Restore").click()
    await expect(block).to_contain_text("Planned")


async def test_a_plan_is_agreed_for_a_lot_that_has_none_and_its_visits_stand_at_once(enter: Enter) -> None:
    page = await enter("dana", WEEK)
    await page.get_by_role("button", name="Service plan").click()
    dialog = page.locator(".m-dialog")
    await dialog.get_by_label("Lot").click()
    await page.get_by_role("option", name="16 ELM ST").click()
    await dialog.get_by_role("button", name="Open the plan").click()
    await dialog.get_by_role("button", name="Thu", exact=True).click()
    await dialog.get_by_role("button", name="Mon", exact=True).click()
    await dialog.get_by_label("Minutes a visit").fill("2")
    await dialog.get_by_role("button", name="Save").click()
    await expect(dialog.get_by_role("alert")).to_contain_text("minutes: 2")
    await dialog.get_by_label("Minutes a visit").fill("45")
    await dialog.get_by_role("button", name="Save").click()
    await expect(visit(page, "16 ELM ST", "Jun 4")).to_be_visible()


async def test_past_visits_say_whether_they_ran_and_why_not(enter: Enter) -> None:
    page = await enter("dana", WEEK)
    await page.request.get("/test/move?hours=72")
    await page.reload()
    row = page.get_by_role("region", name="Visits", exact=True).locator("tr").filter(has_text="12 ELM ST").first
    await expect(row).to_contain_text("Failed")
    await expect(row).to_contain_text("It never started")


async def test_a_technician_looks_on_and_a_homeowner_is_not_let_in(enter: Enter) -> None:
    page = await enter("tom", WEEK)
    await expect(page.get_by_role("button", name="Service plan")).to_have_count(0)
    await visit(page, "12 ELM ST", "Jun 2").click()
    await expect(page.locator(".m-dialog").get_by_role("button")).to_have_text(["Close"])
    page = await enter("hana", "/schedule")
    await expect(page.get_by_role("heading", name="Not for your role")).to_be_visible()


async def test_on_a_phone_the_table_tells_it_all(enter: Enter) -> None:
    page = await enter("dana", WEEK, width=390)
    await expect(page.locator(".v-board")).to_be_hidden()
    row = page.get_by_role("region", name="Visits", exact=True).locator("tbody tr").first
    for part in ("12 ELM ST", "9:00", "Luba-ELM", "Planned"):
        await expect(row).to_contain_text(part)
    await row.get_by_role("button").click()
    await expect(page.locator(".m-dialog").get_by_role("button", name="Move")).to_be_visible()


async def test_on_a_phone_exceptions_are_fixed_by_keys_and_a_day_is_rained_out_as_shown(enter: Enter) -> None:
    page = await enter("dana", WEEK, width=390)
    board = page.get_by_role("region", name="Exceptions")
    await expect(board.get_by_role("status")).to_have_text("Nothing needs a person")
    await page.request.get(
        "/test/move?hours=26.5&run=true"
    )  # Tuesday, half past nine: nobody knows which zones are whose
    await page.request.get("/test/move?hours=1&run=true")
    lines = board.get_by_role("listitem")
    await expect(lines).to_have_count(2)
    await expect(lines.first).to_contain_text("Blocked")
    await expect(lines.first).to_contain_text("No zone of the mower's map belongs to the lot")
    assert await complaints(page) == []
    later = board.get_by_role("button", name="Next free window: 12 ELM ST")
    size = await later.bounding_box()
    assert size is not None and size["height"] >= 44
    await later.focus()
    await page.keyboard.press("Enter")
    await expect(page.get_by_text("It comes Tue, Jun 2", exact=False)).to_be_visible()
    await expect(lines).to_have_count(1)
    await board.get_by_role("button", name="Skip: 14 ELM ST").click()
    dialog = page.locator(".m-dialog")
    assert await open_complaints(page) == []
    await dialog.get_by_role("button", name="Skip it").click()
    await expect(dialog.get_by_role("alert")).to_contain_text("say why")
    await dialog.get_by_label("Reason").fill("nobody drew the lawn")
    await dialog.get_by_role("button", name="Skip it").click()
    await expect(board.get_by_role("status")).to_have_text("Nothing needs a person")
    rows = page.get_by_role("region", name="Visits", exact=True).locator("tbody tr")
    await expect(rows.filter(has_text="nobody drew the lawn")).to_contain_text("Skipped by the operator")
    await page.get_by_role("button", name="Rain-out").click()
    await dialog.get_by_role("combobox", name="Day").click()
    await page.get_by_role("option", name="Fri, Jun 5").click()
    moves = dialog.get_by_role("region", name="What would move").locator("tbody tr")
    await expect(moves).to_have_count(2)
    await expect(moves.first).to_contain_text("Sat, Jun 6")
    await expect(dialog).to_contain_text("2 households get one message each.")
    await dialog.get_by_role("button", name="Move them").click()
    await expect(page.get_by_text("2 visits are moved")).to_be_visible()
    await expect(rows.filter(has_text="The whole day was rained out")).to_have_count(2)


@in_every_look
@pytest.mark.parametrize("path", [WEEK, DAY, "/schedule?from=2027-01-01&lane=nowhere"])
async def test_the_schedule_is_accessible_and_never_scrolls_sideways(
    enter: Enter, path: str, width: int, scheme: str
) -> None:
    page = await enter("dana", path, width=width, scheme=scheme)
    await page.get_by_role("heading", name="Schedule").wait_for()
    assert await complaints(page) == []
    if width == 1440 and path == WEEK:
        await visit(page, "12 ELM ST", "Jun 2").click()
        await page.locator(".m-dialog").wait_for()
        # what lies dimmed behind the layer is not to be read
        assert [one for one in await complaints(page) if not one.startswith("color-contrast")] == []


async def test_in_german_nothing_is_left_in_english(enter: Enter) -> None:
    page = await enter("greta", WEEK)
    await expect(page.get_by_role("heading", name="Zeitplan")).to_be_visible()
    await expect(page.locator(".v-visit").first).to_contain_text("Geplant")
