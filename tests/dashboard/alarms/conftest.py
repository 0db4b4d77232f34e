"""One server a module, a browser a test, and a way in."""

from collections.abc import Iterator

import pytest
from playwright.async_api import Browser, Page

from tests.browsers import served
from tests.dashboard.alarms.server import PASSWORD


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The pages of alarms and service, served by a process of their own."""
    with served("tests.dashboard.alarms.server", tmp_path_factory.mktemp("alarms")) as url:
        yield url


async def enter(browser: Browser, address: str, who: str, path: str, width: int = 1280) -> Page:
    """A fresh browser in which ``who`` asked for ``path``, was led to sign in, and arrived."""
    context = await browser.new_context(base_url=address, viewport={"width": width, "height": 800})
    page = await context.new_page()
    await page.goto(path)
    await page.get_by_label("Email" if who != "greta" else "E-Mail").first.fill(f"{who}@elm.example")
    await page.locator("input[type=password]").fill(PASSWORD)
    await page.locator("button[type=submit]").first.click()
    await page.wait_for_url(f"**{path}")
    return page
