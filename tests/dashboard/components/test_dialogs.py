"""Dialogs as people meet them in Chromium."""

from pathlib import Path

import pytest
from playwright.async_api import Browser, expect

from tests.browsers import served

pytestmark = pytest.mark.browser


async def test_what_was_pressed_in_a_dialog_tells_how_it_went_after_it_has_closed(
    browser: Browser, tmp_path: Path
) -> None:
    with served("tests.dashboard.components.dialog_app", tmp_path) as url:
        page = await browser.new_page()
        await page.goto(url + "/sign-in")
        await page.get_by_role("button", name="Ask").click()
        await page.get_by_role("button", name="Confirm").click()
        await expect(page.get_by_role("button", name="Confirm")).to_have_count(0)
        await expect(page.get_by_text("It is done")).to_be_visible()
        await page.close()
