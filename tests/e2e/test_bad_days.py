"""The vendor or the server fails under an open page: what is told, how soon, and that it comes back."""

from time import monotonic

import pytest
from playwright.async_api import Page, expect

from tests.e2e.conftest import Product, eventually
from tests.e2e.test_dispatchers_day import MOWING, READY, open_map, truths

pytestmark = pytest.mark.browser


AGE = "(name) => { const live = window.mowthosLive; return live.judge(live.index.get(name)).age; }"


def a_mowing_one(product: Product) -> str:
    return str(next(t["device_name"] for t in truths(product) if t["work_mode"] == MOWING and t["online"]))


async def test_a_broker_that_drops_is_told_and_recovers(page: Page, own_product: Product) -> None:
    name = a_mowing_one(own_product)
    await open_map(page, own_product)
    own_product.control("/broker", {"drop": "*", "down_s": 12})
    await expect(page.locator('[data-trouble="broker_down"]').first).to_be_visible(timeout=15_000)
    await expect(page.locator('[data-trouble="broker_down"]')).to_have_count(0, timeout=40_000)

    async def live_again() -> bool:
        return float(await page.evaluate(AGE, name)) < 5

    await eventually(live_again, seconds=30)


async def test_a_blocked_account_is_told_within_ten_seconds(page: Page, own_product: Product) -> None:
    await open_map(page, own_product)
    account = own_product.control("/accounts")[0]["account"]
    own_product.control(f"/accounts/{account}", {"blocked": True})
    blocked = page.locator('[data-trouble="blocked"], [data-trouble="reauth_needed"]')
    await expect(blocked.first).to_contain_text(account, timeout=10_000)


async def test_a_frozen_feed_is_never_shown_as_mowing_for_more_than_a_minute(page: Page, own_product: Product) -> None:
    name = a_mowing_one(own_product)
    await open_map(page, own_product, f"/fleet?mower={name}")
    state = page.locator(".l-card [data-card-state]")
    await expect(state).to_have_text("Mowing")
    own_product.control(
        "/http", {"status": 500, "endpoint": "invoke"}
    )  # or the answer to our own question would prove it
    own_product.control(f"/mowers/{name}", {"feed": "frozen"})
    began = monotonic()
    await expect(state).to_have_text("Last known: mowing", timeout=65_000)
    assert monotonic() - began < 65
    await expect(page.locator("[data-trouble]").first).to_be_visible(timeout=10_000)


async def test_a_restarted_server_is_back_and_nothing_stale_was_shown_as_live(page: Page, own_product: Product) -> None:
    await open_map(page, own_product)
    await page.locator('.l-counter[data-state="mowing"]').click()
    own_product.stop()
    await expect(page.locator('[data-trouble="server"]')).to_be_visible(timeout=30_000)
    rows = page.locator(".l-row")
    for told in await rows.all_inner_texts():
        assert "Last known: mowing" in told
    own_product.start()
    await expect(page.locator('[data-trouble="server"]')).to_have_count(0, timeout=10_000)
    await page.wait_for_function(READY, timeout=30_000)
    assert "/fleet" in page.url
    assert "mowing" in page.url  # the filter stands as it was
