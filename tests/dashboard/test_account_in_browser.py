"""The account page in a real browser: an app and a passkey set up, and both used to sign in."""

import re
from collections.abc import Iterator
from pathlib import Path

import pyotp
import pytest
from playwright.async_api import Browser, Page, expect

from core.clock import SystemClock
from tests.browsers import complaints, open_complaints, served
from tests.dashboard.pages_server import PASSWORD

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with served("tests.dashboard.pages_server", tmp_path_factory.mktemp("account")) as url:
        yield url.replace("127.0.0.1", "localhost")  # a passkey holds for a name, never for a number


async def sign_in(page: Page, address: str) -> None:
    await page.goto(f"{address}/sign-in?next=/account/security")
    await page.get_by_label("Email").fill("dana@elm.example")
    await page.get_by_label("Password").fill(PASSWORD)
    await page.get_by_role("button", name="Sign in", exact=True).click()


async def proven(page: Page, button: str) -> None:
    await page.get_by_role("button", name=button).click()
    await page.get_by_label("Your password").fill(PASSWORD)
    await page.get_by_role("button", name="Go on").click()


async def looked_at(page: Page, shot: Path) -> None:
    """At both widths, by day and by night."""
    for width, scheme in ((390, "dark"), (390, "light"), (1440, "dark"), (1440, "light")):
        await page.set_viewport_size({"width": width, "height": 900})
        await page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
        assert await complaints(page) == []
        await page.screenshot(path=f"{shot}-{width}-{scheme}.png")


async def virtual_key(page: Page) -> None:
    """A passkey of Chromium's own that always knows who holds it."""
    devtools = await page.context.new_cdp_session(page)
    await devtools.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True,
        "isUserVerified": True, "automaticPresenceSimulation": True,
    }  # fmt: skip
    await devtools.send("WebAuthn.addVirtualAuthenticator", {"options": options})


async def test_an_app_and_a_passkey_are_set_up_and_sign_in(browser: Browser, address: str, tmp_path: Path) -> None:
    context = await browser.new_context(viewport={"width": 1440, "height": 900})
    page = await context.new_page()
    await virtual_key(page)
    await sign_in(page, address)
    await expect(page.get_by_role("heading", name="Second factor")).to_be_visible()
    await proven(page, "Add an app")
    secret = (await page.locator(".q-dialog code").inner_text()).replace(" ", "")
    await expect(page.locator(".q-dialog__backdrop")).to_have_count(1)  # the one before has faded
    await page.wait_for_timeout(400)
    assert await open_complaints(page) == []
    await looked_at(page, tmp_path / "app")
    app, clock = pyotp.TOTP(secret), SystemClock()
    await page.get_by_label("Code it shows now").fill(app.at(clock.now()))
    await page.get_by_role("button", name="Add it").click()
    await expect(page.locator(".m-codes li")).to_have_count(10)
    await page.wait_for_timeout(400)
    assert await open_complaints(page) == []
    await looked_at(page, tmp_path / "codes")
    recovery = await page.locator(".m-codes li").first.inner_text()
    await page.get_by_role("button", name="I have them").click()
    await expect(page.get_by_text("10 recovery codes are left.")).to_be_visible()

    await proven(page, "Add a passkey")
    await expect(page.get_by_role("button", name="Take Passkey away")).to_be_visible()
    await looked_at(page, tmp_path / "security")

    await context.clear_cookies()
    await sign_in(page, address)
    await expect(page).to_have_url(re.compile("/sign-in/second"))
    await looked_at(page, tmp_path / "second")
    await page.get_by_role("button", name="Use your passkey").click()
    await expect(page).to_have_url(re.compile("/account/security"))

    await context.clear_cookies()
    await page.goto(f"{address}/sign-in?next=/account/security")
    await page.get_by_role("button", name="Sign in with a passkey").click()
    await expect(page.get_by_role("heading", name="Where you are signed in")).to_be_visible()

    await context.clear_cookies()
    await sign_in(page, address)
    await page.get_by_label("Code").fill(recovery)
    await page.get_by_role("button", name="Sign in", exact=True).click()
    await expect(page.get_by_text("9 recovery codes are left.")).to_be_visible()
    await page.get_by_role("button", name="Sign out everywhere else").click()
    await expect(page.get_by_role("button", name=re.compile("End the session"))).to_have_count(0)
    await context.close()
