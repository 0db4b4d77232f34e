"""Control as a dispatcher meets it, on the simulated cloud: STOP proven by telemetry, start with zones, override,
take over between two people, bulk with preview, result and abort, lifted and ended, quiet hours."""

import asyncio
import json
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from playwright.async_api import Browser, Page, Route, expect

from dashboard.gate import COOKIE
from tests.browsers import ROOT, WCAG, complaints, free_port, open_complaints

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]
WAIT_MS = 40_000


@dataclass
class Product:
    """The running product, its people and its mowers; each test takes a mower of its own."""

    url: str
    tokens: dict[str, str]
    mowers: list[str]
    control: str

    def bearer(self, who: str) -> dict[str, str]:
        """What a request to the REST API says of who asks."""
        return {"authorization": f"Bearer {self.tokens[who]}"}

    def cloud(self, path: str, **fields: Any) -> Any:
        """Ask the simulated cloud's control API."""
        request = urllib.request.Request(
            f"{self.control}/{path}",
            data=json.dumps(fields).encode(),
            headers={"content-type": "application/json"},
            method="POST" if fields else "GET",
        )
        with urllib.request.urlopen(request, timeout=10) as answer:
            return json.loads(answer.read())


@pytest.fixture
def browser(webgl_browser: Browser) -> Browser:
    """The live map is drawn with WebGL."""
    return webgl_browser


@pytest.fixture(scope="module")
def product(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Product]:
    port = free_port()
    folder = tmp_path_factory.mktemp("control")
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.dashboard.control_app", str(folder), str(port)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    told = next((json.loads(line) for line in process.stdout if line.startswith('{"tokens"')), None)
    assert told is not None, "the product did not start; its own message stands above"
    yield Product(f"http://127.0.0.1:{port}", told["tokens"], told["mowers"], told["control"])
    process.terminate()
    process.wait(30)


async def opened(
    browser: Browser, product: Product, who: str, path: str, *, width: int = 1280, locale: str = "en-GB"
) -> Page:
    context = await browser.new_context(
        viewport={"width": width, "height": 844}, reduced_motion="reduce", locale=locale
    )
    await context.add_cookies([{"name": COOKIE, "value": product.tokens[who], "url": product.url}])
    page = await context.new_page()
    page.set_default_timeout(WAIT_MS)
    await page.goto(product.url + path)
    return page


async def card(browser: Browser, product: Product, who: str, mower: str, *, width: int = 1280) -> Page:
    page = await opened(browser, product, who, f"/fleet?mower={mower}", width=width)
    await expect(page.locator(".l-card h2")).to_have_text(mower, timeout=WAIT_MS)
    await expect(page.locator("[data-hold]")).to_be_visible(timeout=WAIT_MS)
    return page


async def test_start_with_chosen_zones_is_reported_back_and_stop_is_red_until_standstill_is_proven(
    browser: Browser, product: Product
) -> None:
    mower = product.mowers[0]
    page = await card(browser, product, "ana", mower)
    await page.locator("[data-open-start]").click()
    await page.locator('[data-area="Back"]').click()
    await page.locator('[data-area="Front"]').click()
    for name, value in (("blade_height_mm", "45"), ("angle_deg", "30"), ("border_laps", "2")):
        await page.locator(f'input[name="{name}"]').fill(value)
    assert await open_complaints(page) == []
    await page.locator("[data-start-go]").click()
    await expect(page.locator('[data-command-status="done"]')).to_be_visible(timeout=WAIT_MS)
    pairs = page.locator(".l-pairs")
    await expect(pairs).to_have_attribute("data-agrees", "true", timeout=WAIT_MS)
    await expect(page.locator('[data-pair="areas"] td').last).to_have_text("Back → Front")
    assert product.cloud(f"mowers/{mower}")["activity"] in ("travelling", "mowing")

    product.cloud("radio", loss=0.0, delay_s=2.0)
    await page.keyboard.press("s")
    stop = page.locator("[data-stop]")
    await expect(stop).to_have_attribute("data-stop", "unconfirmed")
    await expect(stop).to_contain_text("Not confirmed yet")
    assert await complaints(page, of=WCAG) == []
    product.cloud("radio", loss=0.0, delay_s=0.0)
    await expect(stop).to_have_attribute("data-stop", "confirmed", timeout=WAIT_MS)
    await expect(stop).to_contain_text("proven by its readings")
    await expect(page.locator("[data-stop-figures]")).to_contain_text("1 of 1 proven", timeout=WAIT_MS)
    assert product.cloud(f"mowers/{mower}")["activity"] == "paused"
    await page.locator("[data-open-start]").click()
    await page.locator("[data-use-last]").click()
    await expect(page.locator('input[name="blade_height_mm"]')).to_have_value("45")
    await expect(page.locator('[data-area="Back"] i')).to_have_text("1")
    await page.close()
    await in_inches(browser, product, mower)


async def in_inches(browser: Browser, product: Product, mower: str) -> None:
    """Somebody who reads inches types them; the last values go back to the mower as they were."""
    page = await opened(browser, product, "ana", f"/mowers/{mower}?tab=settings", locale="en-US")
    await expect(page.locator('[data-pair="blade_height_mm"]')).to_contain_text("1.8 in", timeout=WAIT_MS)

    async def nothing_against(route: Route) -> None:
        answer = await route.fetch()
        told = await answer.json()
        told["options"]["reason_words"] = []
        await route.fulfill(response=answer, json=told)

    await page.route(f"**/mower?mower={mower}", nothing_against)
    await page.goto(f"{product.url}/fleet?mower={mower}")
    await expect(page.locator('.l-pairs [data-pair="blade_height_mm"]')).to_contain_text("1.8 in", timeout=WAIT_MS)
    await page.locator("[data-open-start]").click()
    await page.locator("[data-use-last]").click()
    height = page.locator('input[name="blade_height_mm"]')
    await expect(height).to_have_value("1.8")
    await expect(height.locator("xpath=following-sibling::em")).to_have_text("in")
    sent: list[dict[str, Any]] = []

    async def not_now(route: Route) -> None:
        if route.request.method == "GET":
            await route.continue_()
            return
        sent.append(route.request.post_data_json or {})
        await route.abort()

    await page.route("**/live/commands*", not_now)
    await page.locator('input[name="speed_m_s"]').fill("1.12")
    await page.locator("[data-start-go]").click()
    async with asyncio.timeout(20):
        while not sent:
            await asyncio.sleep(0.1)
    start = sent[0]["start"]
    assert (start["blade_height_mm"], start["speed_m_s"], start["angle_deg"]) == (45, 0.5, 30)


async def test_areas_that_become_known_appear_in_the_open_dialog_and_what_is_chosen_stays(
    browser: Browser, product: Product
) -> None:
    mower = product.mowers[0]
    page = await card(browser, product, "ana", mower)
    unread = 1

    async def before_the_map_is_read(route: Route) -> None:
        nonlocal unread
        answer = await route.fetch()
        told = await answer.json()
        if unread:
            unread, told["options"]["areas"] = unread - 1, []
        await route.fulfill(response=answer, json=told)

    await page.route(f"**/mower?mower={mower}", before_the_map_is_read)
    await page.locator("[data-open-start]").click()
    await expect(page.locator("[data-start-dialog] fieldset").first).to_be_visible()
    await expect(page.locator("[data-area]")).to_have_count(0)
    await page.locator('input[name="blade_height_mm"]').fill("55")
    await page.locator('[data-area="Back"]').click()
    async with page.expect_response(f"**/mower?mower={mower}"):
        pass
    await expect(page.locator('[data-area="Back"]')).to_have_attribute("aria-pressed", "true")
    await expect(page.locator('input[name="blade_height_mm"]')).to_have_value("55")


async def test_a_mismatch_between_asked_and_reported_is_red(browser: Browser, product: Product) -> None:
    mower = product.mowers[0]
    page = await opened(browser, product, "ana", f"/mowers/{mower}?tab=settings")
    row = page.locator('[data-pair="blade_height_mm"]')
    await expect(row).to_contain_text("45 mm", timeout=WAIT_MS)
    assert await complaints(page, of=WCAG) == []
    commands = await opened(browser, product, "ana", f"/mowers/{mower}?tab=commands", width=390)
    first = commands.locator("[data-command-id]").first
    await expect(first).to_contain_text("ana@elm.example")
    await expect(first).to_contain_text("mammotion cloud")
    assert await commands.evaluate("document.documentElement.scrollWidth") <= 390
    assert await complaints(commands, of=WCAG) == []


async def test_quiet_hours_refuse_a_start_and_a_typed_reason_overrides_them(browser: Browser, product: Product) -> None:
    mower = product.mowers[1]
    page = await opened(browser, product, "ana", f"/mowers/{mower}?tab=settings")
    await page.get_by_role("button", name="Add a window").click()
    await page.locator("[data-begins]").fill("00:00")
    await page.locator("[data-begins]").blur()
    await page.locator("[data-ends]").fill("00:00")
    await page.locator("[data-ends]").blur()
    await page.get_by_role("button", name="Save quiet hours").click()
    await expect(page.get_by_text("Quiet hours are set.")).to_be_visible()

    page = await card(browser, product, "ana", mower)
    start = page.locator('[data-command="start"]')
    await expect(start).to_have_attribute("aria-disabled", "true", timeout=WAIT_MS)
    await start.click(force=True)
    await expect(page.locator("[data-denied]")).to_contain_text("The site has quiet hours now.")
    await page.locator("[data-override]").click()
    await expect(page.locator("[data-against]")).to_contain_text("Quiet until")
    go = page.locator("[data-start-go]")
    await expect(go).to_be_disabled()
    await page.locator('textarea[name="override"]').fill("The host asked for it on the phone.")
    assert await complaints(page, of=WCAG) == []
    await go.click()
    await expect(page.locator('[data-command-status="done"]')).to_be_visible(timeout=WAIT_MS)
    await expect(page.locator(".l-line h3")).to_contain_text("start guard overridden")
    shown = await opened(browser, product, "ana", f"/mowers/{mower}?tab=commands")
    await expect(shown.locator("[data-command-id]").first).to_contain_text("The host asked for it on the phone.")


async def test_a_no_go_speaks_against_a_start_only_where_it_would_mow(browser: Browser, product: Product) -> None:
    mower = product.mowers[4]
    page = await card(browser, product, "ana", mower)
    own = await browser.new_context(extra_http_headers=product.bearer("ana"))
    greta = await browser.new_context(extra_http_headers=product.bearer("greta"))
    api, admin = f"{product.url}/api/v1", greta.request
    assert (await admin.post(f"{api}/mowers/{mower}/map/sync")).ok
    async with asyncio.timeout(60):
        while not (told := await admin.get(f"{api}/mowers/{mower}/map")).ok:
            await asyncio.sleep(0.3)
    held, free = (await told.json())["areas"][:2]
    now = datetime.now(UTC)
    party = {"name": "Party", "starts_at": now.isoformat(), "ends_at": (now + timedelta(hours=1)).isoformat()}
    drawn = await admin.post(f"{api}/mowers/{mower}/no-go", data={**party, "ring": held["line"]})
    assert drawn.ok, await drawn.text()

    await page.locator('[data-command="start"]').click()
    await expect(page.locator(".l-line").first).to_contain_text("A temporary no-go lies on an area it would mow.")
    await page.locator("[data-open-start]").click()
    areas = page.locator("[data-area]")
    await expect(areas.filter(has_text="no-go now")).to_have_attribute("data-area", held["name"])
    against = page.locator("[data-against]")
    await expect(against).to_contain_text("A temporary no-go lies on an area it would mow.")
    assert await complaints(page, of=WCAG) == []
    await page.locator(f'[data-area="{free["name"]}"]').click()
    await expect(against).to_have_count(0)
    await expect(page.locator("[data-start-go]")).to_be_enabled()
    await page.locator(f'[data-area="{held["name"]}"]').click()
    await expect(against).to_be_visible()
    await expect(page.locator("[data-start-go]")).to_be_disabled()
    start = {"start": {"areas": [held["hash"]]}}
    refused = await own.request.post(f"{api}/mowers/{mower}/commands/start", data=start)
    assert refused.status == 409 and "temporary no-go" in await refused.text()
    assert (await admin.delete(f"{api}/no-go/{(await drawn.json())['id']}")).ok


async def test_a_second_dispatcher_sees_who_holds_the_mower_and_takes_over_explicitly(
    browser: Browser, product: Product
) -> None:
    mower = product.mowers[2]
    ana = await card(browser, product, "ana", mower)
    await ana.locator('[data-hold-move="take"]').click()
    await expect(ana.locator("[data-hold]")).to_have_attribute("data-hold", "mine")
    ben = await card(browser, product, "ben", mower)
    await expect(ben.locator("[data-hold]")).to_contain_text("ana@elm.example holds the controls", timeout=WAIT_MS)
    start = ben.locator('[data-command="start"]')
    await expect(start).to_have_attribute("aria-disabled", "true")
    await start.click(force=True)
    await expect(ben.locator("[data-denied]")).to_contain_text("Somebody else holds the controls")
    assert await complaints(ben, of=WCAG) == []
    await ben.locator('[data-hold-move="take_over"]').click()
    await ben.locator('[data-hold-move="confirm"]').click()
    await expect(ben.locator("[data-hold]")).to_have_attribute("data-hold", "mine")
    await expect(ana.locator("[data-hold]")).to_contain_text("ben@elm.example holds the controls", timeout=WAIT_MS)
    await expect(ana.locator('[data-command="halt"]')).to_have_attribute("aria-disabled", "false")
    await ben.locator('[data-hold-move="release"]').click()
    await expect(ana.locator("[data-hold]")).to_have_attribute("data-hold", "nobody", timeout=WAIT_MS)


async def test_many_at_once_with_preview_a_row_each_and_abort_of_the_rest(browser: Browser, product: Product) -> None:
    flat = product.mowers[3]
    product.cloud(f"mowers/{flat}", battery=9.0)
    page = await opened(browser, product, "ana", "/fleet")
    await expect(page.locator(".l-row")).to_have_count(6, timeout=WAIT_MS)
    await expect(page.locator(f'.l-row[data-mower="{flat}"]')).to_contain_text("9 %", timeout=WAIT_MS)
    await page.locator("[data-select-mode]").click()
    for mower in product.mowers[3:]:
        await page.locator(f'.l-row[data-mower="{mower}"]').click()
    await expect(page.locator("[data-picked]")).to_contain_text("3 selected")
    await page.locator("[data-bulk-open]").click()
    await page.locator('input[name="bulk-kind"][value="start"]').check()
    await expect(page.locator("[data-bulk-sum]")).to_have_text("2 would get it, 1 would be refused.", timeout=WAIT_MS)
    await expect(page.locator(f'[data-row="{flat}"]')).to_contain_text("battery is too low")
    assert await open_complaints(page) == []
    product.cloud("http", endpoint="invoke", delay_s=4.0, seconds=6.0)
    await page.locator("[data-bulk-go]").click()
    rows = page.locator("[data-row]")
    await expect(rows).to_have_count(2)
    await expect(page.locator("[data-bulk-sum]")).to_contain_text("2 done, 0 not", timeout=WAIT_MS)
    await expect(page.locator("[data-bulk-abort]")).to_be_disabled()
    await page.locator("[data-bulk-close]").click()
    await expect(page.locator("[data-picked]")).to_have_count(0)


async def test_a_lifted_mower_is_told_on_the_card_and_a_person_ends_it(browser: Browser, product: Product) -> None:
    mower = product.mowers[2]
    page = await card(browser, product, "ana", mower)
    product.cloud(f"mowers/{mower}", lift=True)
    incident = page.locator('[data-incident="lifted"]')
    await expect(incident).to_contain_text("It was lifted", timeout=WAIT_MS)
    assert await complaints(page, of=WCAG) == []
    page = await opened(browser, product, "ana", f"/mowers/{mower}?tab=settings")
    await page.get_by_role("button", name="End with a reason").click()
    assert await open_complaints(page) == []
    await page.keyboard.press("Escape")
    await incident.get_by_label("What was it?").fill("Cleaned underneath.")
    await incident.get_by_role("button", name="End").click()
    await expect(incident).to_have_count(0, timeout=WAIT_MS)
    await page.reload()
    await expect(page.locator('[data-incident="lifted"]')).to_contain_text("Cleaned underneath.")
    product.cloud(f"mowers/{mower}", lift=False)


async def test_service_commands_are_for_those_with_the_right(browser: Browser, product: Product) -> None:
    mower = product.mowers[2]
    ana = await card(browser, product, "ana", mower)
    await expect(ana.locator("[data-service]")).to_have_count(0)
    tom = await card(browser, product, "tom", mower)
    await tom.locator("[data-service] summary").click()
    await expect(tom.locator('[data-command="restart"]')).to_be_visible()
    await expect(tom.locator('[data-command="stop"]')).to_be_visible()


async def test_stop_is_on_screen_on_a_phone_on_card_and_mower_page(browser: Browser, product: Product) -> None:
    mower = product.mowers[0]
    phone = await card(browser, product, "ana", mower, width=390)
    await phone.locator(".l-card").evaluate("(card) => card.scrollTo(0, card.scrollHeight)")
    await expect(phone.locator('[data-command="halt"]')).to_be_in_viewport(ratio=1)
    page = await opened(browser, product, "ana", f"/mowers/{mower}?tab=settings", width=390)
    stop = page.locator('.m-stop [data-command="halt"]')
    await page.evaluate("window.scrollTo(0, document.body.scrollHeight)")
    await expect(stop).to_be_in_viewport(ratio=1)
    await expect(page.locator(".m-stop")).to_contain_text("No certified emergency stop")
    await stop.click()
    await expect(page.locator(".m-stop")).to_have_attribute("data-stop", "confirmed", timeout=WAIT_MS)
