"""Drawing lawns with a real mouse: drag, draw, cut, break rules, mend, keep, save, files, a second editor."""

import asyncio
import json
import re
from contextlib import suppress
from pathlib import Path

import pytest
from playwright.async_api import Error, Page, Route, expect

from tests.browsers import complaints, in_every_look
from tests.dashboard.clusters.conftest import Enter, map_ready, spot_at

pytestmark = pytest.mark.browser


async def opened(enter: Enter, address: str, who: str = "ada", **look: object) -> Page:
    page = await enter(who, "/clusters", **look)
    homes = (await (await page.request.get(f"/clusters/data/homes?q={address}")).json())["homes"]
    x, y = homes[0]["place"]
    box = f"west={x - 1e-4}&south={y - 1e-4}&east={x + 1e-4}&north={y + 1e-4}"
    lots = (await (await page.request.get(f"/clusters/data/map?{box}")).json())["lots"]["features"]
    lot = next(lot["properties"]["id"] for lot in lots if lot["properties"]["address"] == address)
    await page.goto(f"/lots/{lot}/lawns")
    await map_ready(page)
    await expect(page.locator(".w-editor")).not_to_have_attribute("data-checked", "0")
    return page


async def rings(page: Page) -> list[list[list[list[float]]]]:
    """Every lawn as it is on the screen: rings of places."""
    script = "document.querySelector('.d-map canvas').mowthosMap.tool.lawns.map(({ rings }) => rings)"
    return await page.evaluate(script)  # type: ignore[no-any-return]


async def area(page: Page) -> int:
    return int(re.sub(r"\D", "", (await page.locator(".w-area b").inner_text()).removesuffix("m²")))


async def drag(page: Page, place: list[float], dx: float, dy: float) -> None:
    x, y = await spot_at(page, place)
    await page.mouse.move(x, y)
    await page.mouse.down()
    await page.mouse.move(x + dx / 2, y + dy / 2, steps=4)
    await page.mouse.move(x + dx, y + dy, steps=6)
    await page.mouse.up()


async def test_a_dragged_corner_changes_the_area_and_undo_brings_it_back(enter: Enter) -> None:
    page = await opened(enter, "1821 Foxglove Drive")
    before = await area(page)
    await page.locator("[data-snap]").click()
    corner = max((await rings(page))[1][0], key=lambda place: place[1])
    await drag(page, corner, 30, 60)
    assert await area(page) < before
    await page.keyboard.press("Control+z")
    assert await area(page) == before
    await page.locator("[data-redo]").click()
    assert await area(page) < before


async def test_a_corner_over_the_boundary_is_explained_in_place_and_mended(enter: Enter) -> None:
    page = await opened(enter, "1841 Foxglove Drive")
    await page.locator("[data-snap]").click()
    corner = max((await rings(page))[-1][0], key=lambda place: place[1])
    await drag(page, corner, 0, -120)
    await expect(page.locator("[data-problem=outside]")).to_be_visible()
    await expect(page.locator("[data-problem=neighbour]").first).to_be_visible()
    await expect(page.locator("[data-save]")).to_be_disabled()
    await page.locator("[data-mend]").click()
    await expect(page.get_by_text("The drawing keeps all rules.")).to_be_visible()
    await expect(page.locator(".w-problems")).to_contain_text("Mended")
    await page.locator("[data-save]").click()
    await expect(page.locator(".c-verdict")).to_contain_text("Saved:")


async def test_a_lawn_over_a_road_and_one_that_crosses_itself_are_told_apart(enter: Enter) -> None:
    page = await opened(enter, "1861 Foxglove Drive")
    await page.locator("[data-snap]").click()
    first = (await rings(page))[0][0]
    lowest = min(first, key=lambda place: place[1])
    await drag(page, lowest, 0, 130)
    await expect(page.locator("[data-problem=road]")).to_be_visible()
    await page.locator("[data-undo]").click()
    await expect(page.locator("[data-problem]")).to_have_count(0)
    await page.locator("[data-tool=polygon]").click()
    x, y = await spot_at(page, first[0])
    for dx, dy in ((-40, -40), (40, 40), (40, -40), (-40, 40)):
        await page.mouse.click(x + dx, y + dy)
    await page.keyboard.press("Enter")
    await expect(page.locator("[data-problem=crossing]").first).to_be_visible()


async def test_a_lawn_is_drawn_and_a_hole_is_cut_into_it(enter: Enter) -> None:
    page = await opened(enter, "1879 Foxglove Drive")
    await page.locator("[data-snap]").click()
    ring = max((await rings(page)), key=lambda lawn: len(lawn[0]))[0]
    for _ in range(10):  # begin with bare ground
        if await page.get_by_text("No lawn is drawn yet").is_visible():
            break
        await page.get_by_role("button", name="Delete lawn 1").click()
    await page.locator("[data-whole]").click()
    await expect(page.locator(".w-area b")).to_have_text(re.compile(r"^[3-9]\d\d m²"))
    whole = await area(page)
    xs, ys = [place[0] for place in ring], [place[1] for place in ring]
    west, east, north = min(xs), max(xs), max(ys)
    middle = [(west + east) / 2, north - 5e-5]
    x, y = await spot_at(page, middle)
    await page.locator("[data-tool=hole]").click()
    for dx, dy in ((-30, -15), (30, -15), (30, 15), (-30, 15)):
        await page.mouse.click(x + dx, y + dy)
    await page.mouse.dblclick(x - 30, y + 15)
    await expect(page.locator(".w-lawns")).to_contain_text("2 cut out")
    assert await area(page) < whole
    await expect(page.locator(".w-editor")).not_to_have_attribute("data-kept", "", timeout=20_000)
    await page.reload()
    await expect(page.locator(".w-lawns")).to_contain_text("2 cut out")
    await expect(page.get_by_text(re.compile("(This is|Kept as) your draft"))).to_be_visible()
    await page.get_by_role("button", name="Discard draft").click()
    await expect(page.locator(".w-lawns")).not_to_contain_text("2 cut out")


async def test_corners_are_moved_added_and_removed_by_keys_alone(enter: Enter) -> None:
    page = await opened(enter, "1899 Foxglove Drive")
    corners = len((await rings(page))[0][0])
    await page.locator(".d-map canvas").focus()
    await page.keyboard.press("]")
    before = (await rings(page))[0][0][0]
    await page.keyboard.press("Shift+ArrowUp")
    after = (await rings(page))[0][0][0]
    assert after[1] - before[1] == pytest.approx(1 / 111_195, rel=0.01)  # a metre
    await page.keyboard.press("i")
    assert len((await rings(page))[0][0]) == corners + 1
    await page.keyboard.press("Delete")
    assert len((await rings(page))[0][0]) == corners
    for _ in range(2):
        await page.keyboard.press("Control+z")
    assert (await rings(page))[0][0][0] == after


async def test_corners_snap_to_the_neighbouring_lot(enter: Enter) -> None:
    page = await opened(enter, "712 Plover Court")
    lot = await page.evaluate("document.querySelector('.d-map canvas').mowthosMap.tool.lot")
    ring = (await rings(page))[0][0]
    target = min(lot, key=lambda place: (place[0] - ring[0][0]) ** 2 + (place[1] - ring[0][1]) ** 2)
    start, end = await spot_at(page, ring[0]), await spot_at(page, target)
    await drag(page, ring[0], end[0] - start[0] + 5, end[1] - start[1] + 4)
    moved = (await rings(page))[0][0]
    assert min(abs(place[0] - target[0]) + abs(place[1] - target[1]) for place in moved) < 1e-9


async def test_a_draft_that_is_kept_late_does_not_come_back_after_it_was_discarded(enter: Enter) -> None:
    page = await opened(enter, "1821 Foxglove Drive")
    await page.get_by_role("button", name="Delete lawn 1").click()
    await expect(page.locator(".w-editor")).not_to_have_attribute("data-kept", "", timeout=20_000)
    kept = asyncio.Event()

    async def late(route: Route) -> None:
        await asyncio.sleep(1)
        answer = await route.fetch()
        kept.set()
        with suppress(Error):  # the page that asked may be gone
            await route.fulfill(response=answer)

    await page.route("**/autosave", late)
    await page.reload()  # an opened draft is kept at once: somebody is at it
    await map_ready(page)
    async with page.expect_navigation():
        await page.get_by_role("button", name="Discard draft").click()
    await kept.wait()
    await page.reload()
    await map_ready(page)
    await expect(page.get_by_role("button", name="Discard draft")).to_have_count(0)


async def test_a_second_editor_is_warned_and_told_when_the_first_has_saved(enter: Enter) -> None:
    ada = await opened(enter, "724 Plover Court")
    bea = await opened(enter, "724 Plover Court", "bea")
    await expect(bea.locator("[data-others]")).to_contain_text("Ada Lind")
    await expect(ada.locator("[data-others]")).to_contain_text("Bea Moss", timeout=15_000)
    for page in (ada, bea):
        await page.locator(".d-map canvas").focus()
        await page.keyboard.press("]")
        await page.keyboard.press("i")
        await page.locator("[data-save]").click()
        if page is ada:
            await expect(page.locator(".c-verdict")).to_contain_text("Saved:")
    await expect(bea.locator(".c-problem")).to_be_visible()


async def test_what_is_exported_can_be_read_again_and_a_broken_file_is_refused(enter: Enter, tmp_path: Path) -> None:
    page = await opened(enter, "738 Plover Court")
    lawns = len(await rings(page))
    await page.get_by_text("Files").click()
    for kind in ("geojson", "kml"):
        async with page.expect_download() as told:
            await page.locator(f"[data-{kind}]").click()
        path = tmp_path / f"lawns.{kind}"
        path.write_bytes((await (await told.value).path()).read_bytes())
        await page.locator("[data-import]").set_input_files(path)
        await expect(page.locator(".w-lawns li")).to_have_count(2 * lawns)
        await expect(page.locator("[data-problem=own]").first).to_be_visible()
        await page.locator("[data-undo]").click()
        await expect(page.locator(".w-lawns li")).to_have_count(lawns)
    broken = tmp_path / "broken.geojson"
    broken.write_text(
        json.dumps({"type": "FeatureCollection", "features": [{"type": "Feature", "geometry": None}]})[:-9]
    )
    await page.locator("[data-import]").set_input_files(broken)
    await expect(page.locator(".c-problem")).to_be_visible()


@in_every_look
async def test_the_lawn_editor_breaks_no_accessibility_rule(enter: Enter, width: int, scheme: str) -> None:
    page = await opened(enter, "1917 Foxglove Drive", width=width, scheme=scheme)
    await page.locator(".d-map canvas").focus()
    for key in ("]", *["Shift+ArrowUp"] * 12):
        await page.keyboard.press(key)
    await expect(page.locator("[data-problem]").first).to_be_visible()
    assert await complaints(page) == []
