"""Looking back in Chromium: sessions with coverage, charts with their track, replay of one mower and of the fleet."""

import csv
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.async_api import Browser, Page, expect

from dashboard.gate import COOKIE
from tests.browsers import complaints, in_every_look
from tests.dashboard.components.test_live_map_browser import LiveApp, app_of

pytestmark = pytest.mark.browser
LUBA = "/mowers/Luba-000000"


@pytest.fixture
def browser(webgl_browser: Browser) -> Browser:
    """The live map is drawn with WebGL."""
    return webgl_browser


@pytest.fixture(scope="module")
def past(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveApp]:
    """Twelve mowers with a day behind them."""
    app = app_of(tmp_path_factory.mktemp("past"), 12, module="tests.dashboard.past.server")
    yield app
    app.stop()


async def opened(browser: Browser, app: LiveApp, path: str, *, width: int = 1280, scheme: str = "light") -> Page:
    context = await browser.new_context(
        viewport={"width": width, "height": 900},
        color_scheme=scheme,  # type: ignore[arg-type]
        reduced_motion="reduce",
    )
    url = f"http://127.0.0.1:{app.port}"
    await context.add_cookies([{"name": COOKIE, "value": app.token, "url": url}])
    page = await context.new_page()
    await page.goto(url + path)
    return page


async def test_every_reading_stands_on_the_first_tab_with_unit_and_age(browser: Browser, past: LiveApp) -> None:
    page = await opened(browser, past, LUBA)
    readings = page.locator(".p-readings")
    await expect(readings).to_have_count(4)
    battery = page.locator(".p-readings div", has=page.locator("dt", has_text="Battery"))
    await expect(battery).to_contain_text("20%")
    await expect(battery.locator("time.p-age")).to_contain_text("ago")
    for word in (
        "Position fix",
        "Satellites",
        "Age of corrections",
        "Signal",
        "Zone",
        "Time left",
        "Blade height",
        "Link in use",
    ):
        await expect(readings.get_by_text(word, exact=True)).to_be_visible()
    assert await complaints(page) == []


async def test_sessions_are_listed_with_totals_and_say_why_they_ended(browser: Browser, past: LiveApp) -> None:
    page = await opened(browser, past, f"{LUBA}?tab=sessions")
    rows = page.locator(".p-sessions tbody tr")
    await expect(rows).to_have_count(3)
    await expect(rows.nth(0)).to_contain_text("Done")
    await expect(rows.nth(1)).to_contain_text("Rain")
    await expect(rows.nth(1)).to_contain_text("1 fault")
    await expect(rows.nth(2)).to_contain_text("1 pause")
    await expect(page.locator(".p-tiles")).to_contain_text("3 h 48 min")


async def test_a_session_shows_what_it_covered_and_what_it_missed(browser: Browser, past: LiveApp) -> None:
    page = await opened(browser, past, f"{LUBA}?tab=sessions")
    await page.locator(".p-sessions tbody tr").nth(2).locator("a").click()
    covered = page.locator(".p-covered")
    await expect(covered).to_contain_text("of 356 m² covered")
    await expect(covered.get_by_role("heading", name="Missed patches")).to_be_visible()
    await expect(page.get_by_label("Coverage of the lawn")).to_be_visible()
    await page.get_by_role("link", name="Close").click()
    await expect(covered).to_have_count(0)


async def test_the_export_holds_every_session_of_the_time_looked_at(browser: Browser, past: LiveApp) -> None:
    page = await opened(browser, past, f"{LUBA}?tab=sessions&days=7")
    async with page.expect_download() as told:
        await page.get_by_role("link", name="Export CSV").click()
    rows = list(csv.DictReader((await (await told.value).path()).open()))
    assert [row["Ended by"] for row in rows] == ["Done", "Rain", "Told to stop"]


READY = ".p-history[data-ready]"
HISTORY = "document.querySelector('.p-history').mowthosHistory"


async def of_history(page: Page, what: str) -> Any:
    return await page.evaluate(f"{HISTORY}.{what}")


async def charts_box(page: Page) -> dict[str, float]:
    box = await page.locator(".p-charts canvas").bounding_box()
    assert box is not None
    return {"x": box["x"], "y": box["y"] + 120, "width": box["width"]}


async def test_hovering_a_chart_moves_the_marker_on_the_track(browser: Browser, past: LiveApp) -> None:
    page = await opened(browser, past, f"{LUBA}?tab=history")
    await page.wait_for_selector(READY)
    await page.locator(".p-charts").scroll_into_view_if_needed()
    box = await charts_box(page)
    seen = []
    for share in (0.3, 0.6):
        await page.mouse.move(box["x"] + box["width"] * share, box["y"])
        await page.wait_for_timeout(100)
        seen.append(await of_history(page, "track.at"))
    assert seen[1] - seen[0] == pytest.approx(0.3 * 86_400 * box["width"] / (box["width"] - 60), rel=0.02)
    clock = await page.locator("[data-clock]").inner_text()
    assert clock not in ("", "–")


async def test_a_brush_trims_the_track_and_the_totals_and_can_be_taken_back(browser: Browser, past: LiveApp) -> None:
    page = await opened(browser, past, f"{LUBA}?tab=history")
    await page.wait_for_selector(READY)
    await page.locator(".p-charts").scroll_into_view_if_needed()
    distance = page.locator("[data-tile=distance] dd")
    whole = await distance.inner_text()
    box = await charts_box(page)
    await page.mouse.move(box["x"] + box["width"] * 0.4, box["y"])
    await page.mouse.down()
    await page.mouse.move(box["x"] + box["width"] * 0.5, box["y"], steps=4)
    await page.mouse.up()
    window = await of_history(page, "window")
    assert window["to"] - window["from"] < 0.15 * 86_400
    assert await of_history(page, "track.from") == window["from"]
    await expect(distance).not_to_have_text(whole)
    await page.locator("[data-whole]").click()
    await expect(distance).to_have_text(whole)


async def test_one_mower_is_replayed_with_speed_stops_and_the_map_following(browser: Browser, past: LiveApp) -> None:
    page = await opened(browser, past, f"{LUBA}?tab=history")
    await page.wait_for_selector(READY)
    await expect(page.locator("[data-tile=stops] dd")).not_to_have_text("0")
    await page.locator(".p-slider").evaluate(
        "(e) => { e.value = Number(e.min) + (e.max - e.min) * 0.38; e.dispatchEvent(new Event('input')); }"
    )
    await page.locator(".p-speed select").select_option("60")
    await page.locator("[data-centre]").click()
    began, before = await of_history(page, "at"), await of_history(page, "chart.view")
    await page.locator("[data-play]").click()
    await page.wait_for_function(f"{HISTORY}.at > {began} + 60")
    await page.keyboard.press("Tab")
    await page.locator("[data-play]").click()
    assert await of_history(page, "playing") is False
    after = await of_history(page, "chart.view")
    here = await of_history(page, "track.at")
    assert here > began + 60
    assert (after["longitude"], after["latitude"]) != (before["longitude"], before["latitude"])
    await expect(page.locator(".p-here")).to_contain_text("%")


async def test_a_span_stands_in_the_address_and_an_empty_one_says_so(browser: Browser, past: LiveApp) -> None:
    page = await opened(browser, past, f"{LUBA}?tab=history&since=1700000000&until=1700003600")
    await page.wait_for_selector(READY)
    await expect(page.get_by_text("Nothing was heard of this mower in this time.")).to_be_visible()
    await page.locator("[data-period='6h']").click()
    await page.wait_for_url("**period=6h**")
    await expect(page.get_by_text("Nothing was heard of this mower in this time.")).to_have_count(0)


async def test_the_same_values_stand_in_a_table(browser: Browser, past: LiveApp) -> None:
    page = await opened(browser, past, f"{LUBA}?tab=history")
    await page.wait_for_selector(READY)
    await page.get_by_text("The same as a table").click()
    rows = page.locator(".p-table tbody tr")
    await expect(rows).to_have_count(24)
    await expect(rows.nth(7)).to_contain_text("Charging")


MAP_READY = "() => window.mowthosLive?.map?.view && window.mowthosLive.frames > 0"


async def at_the_live_map(browser: Browser, past: LiveApp, path: str = "/fleet", **look: Any) -> Page:
    past.report()
    page = await opened(browser, past, path, **look)
    await page.wait_for_function(MAP_READY, timeout=60_000)
    return page


async def look_back_hours(page: Page, hours: float) -> None:
    await page.evaluate(f"mowthosLive.past.seek(Math.floor((Date.now() / 1000 - {hours} * 3600) / 60) * 60)")
    await page.wait_for_function("mowthosLive.past.shownAt !== null")


async def test_the_whole_page_turns_into_the_past_and_one_key_leads_back(browser: Browser, past: LiveApp) -> None:
    page = await at_the_live_map(browser, past)
    mowing = page.locator('.l-row[data-state="mowing"]')
    await expect(mowing).to_have_count(3)
    await page.locator("[data-look-back]").click()
    await expect(page.locator("[data-as-at]")).to_contain_text("As at")
    await expect(page.locator(".l-live[data-past]")).to_have_count(1)
    await expect(page.locator('.l-row[data-state="docked"]')).to_have_count(12)  # the day ended docked
    await page.wait_for_url("**at=**")
    await page.locator('.l-row[data-mower="Luba-000003"]').click()
    await expect(page.locator(".l-card")).to_be_visible()
    await expect(page.locator(".l-commands")).to_have_count(0)
    past.report()
    await page.keyboard.press("b")
    await expect(page.locator("[data-look-back]")).to_be_visible()
    await expect(mowing).to_have_count(3)
    await expect(page.locator(".l-live[data-past]")).to_have_count(0)
    await expect(page.locator(".l-commands").first).to_be_visible()


async def test_the_fleets_past_is_stepped_and_played(browser: Browser, past: LiveApp) -> None:
    page = await at_the_live_map(browser, past)
    await page.locator("[data-look-back]").click()
    began = await page.evaluate("mowthosLive.past.at")
    await page.locator("[data-step-back]").click()
    assert await page.evaluate("mowthosLive.past.at") == began - 60
    await page.keyboard.press(".")
    assert await page.evaluate("mowthosLive.past.at") == began
    await look_back_hours(page, 13.5)
    await page.locator(".l-time select").select_option("300")
    await page.locator("[data-play-fleet]").click()
    started = await page.evaluate("mowthosLive.past.at")
    await page.wait_for_function(f"mowthosLive.past.at > {started} + 200")
    await page.locator("[data-play-fleet]").click()
    assert not await page.evaluate("mowthosLive.past.playing")
    shown = await page.evaluate("mowthosLive.frame.now")
    assert shown > started
    await page.locator("[data-known]").check()
    await page.wait_for_function("mowthosLive.past.shownAt.endsWith('true')")


async def test_a_moment_can_be_linked_to(browser: Browser, past: LiveApp) -> None:
    page = await at_the_live_map(browser, past)
    await look_back_hours(page, 12)
    await page.wait_for_url("**at=**")
    at = await page.evaluate("mowthosLive.past.at")
    again = await at_the_live_map(browser, past, f"/fleet?at={at}")
    await again.wait_for_function("mowthosLive.past.shownAt !== null")
    assert await again.evaluate("mowthosLive.past.at") == at


async def test_stop_is_of_the_present_also_while_one_looks_back(browser: Browser, past: LiveApp) -> None:
    page = await at_the_live_map(browser, past, "/fleet?mower=Luba-000000")
    await page.locator("[data-look-back]").click()
    await expect(page.locator("[data-as-at]")).to_be_visible()
    await page.keyboard.press("s")
    await expect(page.locator("[data-as-at]")).to_have_count(0)


@in_every_look
async def test_no_side_of_the_past_breaks_a_rule(browser: Browser, past: LiveApp, width: int, scheme: str) -> None:
    found = []
    page = await opened(browser, past, f"{LUBA}?tab=sessions", width=width, scheme=scheme)
    await page.locator(".p-sessions tbody tr").nth(2).locator("a").click()
    await expect(page.locator(".p-covered")).to_be_visible()
    found += await complaints(page)
    await page.goto(f"http://127.0.0.1:{past.port}{LUBA}?tab=history")
    await page.wait_for_selector(READY)
    found += await complaints(page)
    page = await at_the_live_map(browser, past, "/fleet", width=width, scheme=scheme)
    await page.locator("[data-look-back]").click()
    await expect(page.locator("[data-as-at]")).to_be_visible()
    found += await complaints(page)
    assert found == []
