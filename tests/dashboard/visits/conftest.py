"""Browsers that sign in to the schedule's own server."""

from collections.abc import Awaitable, Callable, Iterator

import pytest
from playwright.async_api import Browser, Page

from tests.browsers import served

PASSWORD = "correct horse battery"
type Enter = Callable[..., Awaitable[Page]]


@pytest.fixture
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The pages, served by a process of their own; each test has its own week."""
    with served("tests.dashboard.visits.server", tmp_path_factory.mktemp("visits")) as url:
        yield url


@pytest.fixture
def enter(browser: Browser, address: str) -> Enter:
    """``enter("dana", "/schedule")``: a fresh browser she signed in with; script errors fail the test."""

    async def entered(who: str, path: str, *, width: int = 1440, scheme: str = "light") -> Page:
        context = await browser.new_context(
            base_url=address,
            viewport={"width": width, "height": 900},
            color_scheme=scheme,  # type: ignore[arg-type]
            reduced_motion="reduce",
        )
        page = await context.new_page()
        page.on("pageerror", lambda error: pytest.fail(f"script error: {error}"))
        await page.goto("/sign-in")
        await page.get_by_label("Email").fill(f"{who}@elm.example")
        await page.get_by_label("Password").fill(PASSWORD)
        await page.get_by_role("button", name="Sign in").click()
        await page.wait_for_load_state()
        await page.goto(path)
        return page

    return entered
