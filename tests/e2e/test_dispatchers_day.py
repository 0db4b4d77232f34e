"""What people do with the running product, in a real browser, against the simulated cloud's truth."""

import re
from collections import Counter
from typing import Any

import pytest
from playwright.async_api import Page, expect

from tests.browsers import WCAG, complaints
from tests.e2e.conftest import Product, eventually, sign_in

pytestmark = pytest.mark.browser

READY = "() => window.mowthosLive?.map?.view && window.mowthosLive.frames > 0"
PLACE = "(name) => window.mowthosLive.map.placeOf(name)"
MOWING, PAUSED = 13, 19


async def open_map(page: Page, product: Product, path: str = "/fleet") -> None:
    await sign_in(page, product, "dispatcher")
    await page.goto(product.url + path)
    await page.wait_for_function(READY, timeout=60_000)


def row(page: Page, name: str) -> Any:
    return page.locator(f'.l-row[data-mower="{name}"]')


def truths(product: Product) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = product.control("/mowers")
    return found


def a_mower(product: Product, work_mode: int) -> str:
    """One that is online and will keep at it for a while."""
    return str(
        next(
            truth["device_name"]
            for truth in truths(product)
            if truth["online"] and truth["work_mode"] == work_mode and 2 < truth["progress_percent"] < 60
        )
    )


async def assert_accessible(page: Page) -> None:
    assert await complaints(page, of=WCAG) == []


@pytest.mark.parametrize(
    ("who", "landing"),
    [("dispatcher", "/fleet"), ("admin", "/admin"), ("technician", "/mowers"), ("host", "/home")],
)
async def test_each_role_lands_on_its_own_page(page: Page, product: Product, who: str, landing: str) -> None:
    await sign_in(page, product, who)
    await page.wait_for_url(f"**{landing}")
    await assert_accessible(page)


async def test_a_wrong_password_does_not_tell_whether_the_account_exists(page: Page, product: Product) -> None:
    told = []
    for email in ("dispatcher@mowthos.example", "nobody@mowthos.example"):
        await page.goto(f"{product.url}/sign-in")
        await page.fill("#email", email)
        await page.fill("#password", "a wrong password")
        await page.locator('main > form button[type="submit"]').first.click()
        told.append(await page.locator("#problem").text_content())
    assert told[0] == told[1] == "The email or the password is wrong."
    await assert_accessible(page)


async def test_mowers_move_on_the_map(page: Page, product: Product) -> None:
    await open_map(page, product)
    names = [truth["device_name"] for truth in truths(product) if truth["online"] and truth["work_mode"] == MOWING]
    before = {name: await page.evaluate(PLACE, name) for name in names}

    async def most_moved() -> bool:
        now = {name: await page.evaluate(PLACE, name) for name in names}
        return sum(now[name] != before[name] for name in names) > len(names) / 2  # one may be stuck, or lose its fix

    await eventually(most_moved, seconds=20)
    near = 0
    for name in names:
        truth = product.control(f"/mowers/{name}")
        now = await page.evaluate(PLACE, name)
        near += now == pytest.approx([truth["longitude"], truth["latitude"]], abs=2e-4)
    assert near > len(names) / 2


COUNTED = "chips => chips.map((chip) => [chip.dataset.state, Number(chip.querySelector('b').textContent)])"


async def test_the_counters_say_what_is_true(page: Page, product: Product) -> None:
    await open_map(page, product)

    async def agree() -> bool:
        told = dict(await page.locator(".l-counter[data-state]").evaluate_all(COUNTED))
        true = Counter(truth["work_mode"] for truth in truths(product) if truth["online"])
        offline = sum(not truth["online"] for truth in truths(product))
        return told.get("mowing", 0) == true[MOWING] and told.get("offline", 0) == offline

    await eventually(agree, seconds=40, every=0.5)


async def test_a_command_is_a_success_only_once_telemetry_shows_it(page: Page, product: Product) -> None:
    name = a_mower(product, MOWING)
    await open_map(page, product, f"/fleet?mower={name}")
    await page.locator('[data-command="pause"]').click()
    line = page.locator("[data-command-status]")
    await expect(line).to_have_attribute("data-command-status", "done", timeout=20_000)
    assert product.control(f"/mowers/{name}")["work_mode"] == PAUSED
    await expect(page.locator(".l-card [data-card-state]")).to_have_text("Paused")
    await page.locator('.l-counter[data-state="paused"]').click()  # its row may have moved out of sight: worst first
    await expect(row(page, name)).to_have_attribute("data-state", "paused")
    await page.locator('.l-counter[data-state="paused"]').click()
    await expect(page.locator('[data-command="pause"]')).to_have_attribute("aria-disabled", "true")
    await page.locator('[data-command="resume"]').click()
    await expect(page.locator(".l-card [data-card-state]")).to_have_text("Mowing", timeout=30_000)
    await assert_accessible(page)


async def test_an_offline_mower_says_why_it_cannot_be_told_anything(page: Page, product: Product) -> None:
    await open_map(page, product)
    await page.locator('.l-counter[data-state="offline"]').click()
    await page.locator(".l-row").first.click()
    for kind in ("start", "pause", "return"):
        await expect(page.locator(f'[data-command="{kind}"]')).to_have_attribute("aria-disabled", "true")
    await expect(page.locator('[data-command="start"]')).to_have_attribute("title", re.compile("offline", re.I))


async def test_a_home_clicked_on_the_map_shows_its_neighbours(page: Page, product: Product) -> None:
    await open_map(page, product)
    await page.keyboard.press("/")
    await page.keyboard.type("1495 Aster")
    await page.locator(".l-home").first.click()
    hood = page.locator("[data-neighbours]")
    await expect(hood.locator("h2")).to_contain_text("1495 Aster Drive")
    assert await hood.locator('[data-verdict="qualified"]').count() >= 3
    await expect(hood.locator('[data-verdict="blocked"]').first).to_contain_text(re.compile("No way round|too long"))
    await assert_accessible(page)


async def test_a_homeowner_is_told_of_their_own_lot_and_of_nothing_else(page: Page, product: Product) -> None:
    heard: list[str] = []
    page.on("websocket", lambda socket: socket.on("framereceived", lambda frame: heard.append(str(frame))))
    await sign_in(page, product, "neighbour")
    await page.wait_for_url("**/home")
    await page.wait_for_timeout(3_000)
    content = await page.content()
    others = [truth["device_name"] for truth in truths(product)]
    own = [name for name in others if name in content]
    assert len(own) <= 1
    told = content + "".join(heard)
    assert not any(name in told for name in others if name not in own)
    assert "1495 Aster Drive" not in told  # the host next door
    for forbidden in ("/fleet", "/admin", "/mowers"):
        answer = await page.goto(product.url + forbidden)
        assert answer is not None
        assert answer.status == 403
        await assert_accessible(page)


async def test_signing_out_ends_the_session_everywhere(page: Page, product: Product) -> None:
    await sign_in(page, product, "technician")
    await page.wait_for_url("**/mowers")
    cookies = await page.context.cookies()
    await page.request.post(f"{product.url}/sign-out", headers={"origin": product.url})
    await page.wait_for_url("**/sign-in**")  # the open page is led away by itself
    await page.context.add_cookies(cookies)  # type: ignore[arg-type]
    await page.goto(f"{product.url}/mowers")
    await page.wait_for_url("**/sign-in**")


async def test_the_live_map_fits_a_phone(page: Page, product: Product) -> None:
    await page.set_viewport_size({"width": 390, "height": 844})
    await open_map(page, product)
    assert await page.evaluate("document.documentElement.scrollWidth") <= 390
    await page.locator(".l-row").first.click()
    await expect(page.locator(".l-card")).to_be_visible()
    assert await page.evaluate("document.documentElement.scrollWidth") <= 390
    await assert_accessible(page)
