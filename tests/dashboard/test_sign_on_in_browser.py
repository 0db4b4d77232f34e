"""Signing on in a real browser, at the certified oidc-provider: in, refused, to an account that is there, and tied."""

import re
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from playwright.async_api import Browser, BrowserContext, Page, expect

from tests.browsers import WCAG, complaints, free_port, open_complaints, served
from tests.dashboard.pages_server import PASSWORD
from tests.external.identity.company import running_provider

pytestmark = pytest.mark.browser
NINA = {"sub": "nina-1", "email": "nina@elm.example", "email_verified": True, "name": "Nina <b>Berg</b>"}
DANA = {"sub": "dana-1", "email": "dana@elm.example", "email_verified": True, "name": "Dana Reyes"}
WORK = {"sub": "dana-at-work", "email": "d.reyes@company.example", "email_verified": False, "name": "D. Reyes"}


@pytest.fixture(scope="module")
def sites(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, str]]:
    """Ours by name and the provider by number: to a browser they are two sites, as they are to anybody."""
    port, folder = free_port(), tmp_path_factory.mktemp("sign-on")
    ours = f"http://localhost:{port}"
    with running_provider(tmp_path_factory.mktemp("provider"), f"{ours}/sign-on/callback") as issuer:
        (folder / "issuer").write_text(issuer)
        with served("tests.dashboard.pages_server", folder, port):
            yield ours, issuer


class Visitor:
    """Somebody at a browser, whom the provider knows as whom the test says."""

    def __init__(self, context: BrowserContext, page: Page, ours: str, issuer: str) -> None:
        self.context, self.page, self.ours, self._issuer = context, page, ours, issuer

    def known_as(self, person: dict[str, object]) -> None:
        httpx.post(f"{self._issuer}/control", json=person | {"ask": True}).raise_for_status()

    async def go_there(self, target: str = "/account/security") -> None:
        """A browser without cookies, from the sign-in page to the provider's own."""
        await self.context.clear_cookies()
        await self.page.goto(f"{self.ours}/sign-in?next={target}")
        await self.page.get_by_role("link", name="Sign in with Elm Company").click()
        await expect(self.page.get_by_role("heading", name="Elm Street Company")).to_be_visible()
        assert self.page.url.startswith(self._issuer)

    async def log_in_there(self) -> None:
        await self.page.get_by_label("Your name").fill("me")
        await self.page.get_by_role("button", name="Log in").click()

    async def enter_here(self, email: str) -> None:
        if email not in await self.page.get_by_label("Email").input_value():
            await self.page.get_by_label("Email").fill(email)
        await self.page.get_by_label("Password").fill(PASSWORD)
        await self.page.get_by_role("button", name="Sign in", exact=True).click()


async def test_somebody_signs_on_is_refused_is_known_already_and_ties_an_account(
    browser: Browser, sites: tuple[str, str], tmp_path: Path
) -> None:
    ours, issuer = sites
    context = await browser.new_context(viewport={"width": 1440, "height": 900}, color_scheme="light")
    page = await context.new_page()
    visitor = Visitor(context, page, ours, issuer)
    await a_new_person_is_in(visitor, tmp_path)
    await a_no_there_is_told_here(visitor, tmp_path)
    await an_account_that_is_there_is_tied_by_its_owner(visitor, tmp_path)
    await another_account_is_tied_from_the_account_page(visitor, tmp_path)
    await context.close()


async def a_new_person_is_in(visitor: Visitor, shots: Path) -> None:
    page = visitor.page
    visitor.known_as(NINA)
    await page.goto(f"{visitor.ours}/sign-in")
    await looked_at(page, shots / "sign-in")
    await visitor.go_there()
    await visitor.log_in_there()
    await expect(page).to_have_url(f"{visitor.ours}/account/security")
    await expect(page.get_by_role("heading", name="Sign-in with Elm Company")).to_be_visible()
    await expect(page.get_by_role("listitem").filter(has_text="nina@elm.example")).to_be_visible()
    await expect(page.get_by_role("heading", name="Change your password")).to_have_count(0)
    await looked_at(page, shots / "security")
    await page.get_by_role("button", name="Take nina@elm.example away").click()  # signed in a moment ago: no password
    await page.get_by_role("button", name="Take away", exact=True).last.click()
    await expect(page.get_by_text("you have no password")).to_be_visible()
    await visitor.go_there("/mowers")
    await visitor.log_in_there()
    await expect(page).to_have_url(re.compile(f"^{visitor.ours}/(?!sign)"))  # their role sees no mowers: elsewhere


async def a_no_there_is_told_here(visitor: Visitor, shots: Path) -> None:
    page = visitor.page
    await visitor.go_there()
    await page.get_by_role("button", name="No, cancel").click()
    await expect(page.get_by_role("heading", name="That did not work")).to_be_visible()
    await expect(page.get_by_text("Elm Company did not let you in: you said no there")).to_be_visible()
    assert page.url.startswith(visitor.ours)
    assert "said no<" not in await page.content()
    await looked_at(page, shots / "refused")
    await page.get_by_role("link", name="Back to sign-in").click()
    await expect(page.get_by_role("heading", name="Sign in to MowthosOS")).to_be_visible()
    assert not [one for one in await visitor.context.cookies() if one["name"] == "mowthos_session"]
    await page.goto(f"{visitor.ours}/sign-on/callback?code=made-up&state=made-up")  # never asked for
    await expect(page.get_by_text("The identity provider's answer was not good")).to_be_visible()
    await page.goto(f"{visitor.ours}/sign-on/callback?code=made-up&state=made-up")  # its one question is used up
    await expect(page.get_by_text("took too long or was used already")).to_be_visible()


async def an_account_that_is_there_is_tied_by_its_owner(visitor: Visitor, shots: Path) -> None:
    page = visitor.page
    visitor.known_as(DANA)
    await visitor.go_there("/mowers")
    await visitor.log_in_there()
    await expect(page.get_by_role("heading", name="You have an account already")).to_be_visible()
    await looked_at(page, shots / "known")
    await page.get_by_role("link", name="Sign in").click()
    await visitor.enter_here("dana@elm.example")
    await expect(page.get_by_role("heading", name="Tie both accounts together?")).to_be_visible()
    await looked_at(page, shots / "tie")
    await page.get_by_role("button", name="Tie both together").click()
    await expect(page).to_have_url(f"{visitor.ours}/mowers")
    await visitor.go_there("/mowers")
    await visitor.log_in_there()
    await expect(page).to_have_url(f"{visitor.ours}/mowers")


async def another_account_is_tied_from_the_account_page(visitor: Visitor, shots: Path) -> None:
    page = visitor.page
    await visitor.context.clear_cookies()
    visitor.known_as(WORK)
    await page.goto(f"{visitor.ours}/sign-in?next=/account/security")
    await visitor.enter_here("dana@elm.example")
    await page.get_by_role("button", name="Tie an account").click()
    assert await open_complaints(page) == []
    await page.get_by_label("Your password").fill("not the one at all")
    await page.get_by_role("button", name="Go there").click()
    await expect(page.get_by_text("That is not your password.")).to_be_visible()
    await page.get_by_label("Your password").fill(PASSWORD)
    await page.get_by_role("button", name="Go there").click()
    await expect(page.get_by_role("heading", name="Elm Street Company")).to_be_visible()
    await visitor.log_in_there()
    await expect(page).to_have_url(f"{visitor.ours}/account/security")
    await expect(page.get_by_role("button", name="Take d.reyes@company.example away")).to_be_visible()
    await looked_at(page, shots / "tied")

    await visitor.go_there()  # signs in to the account it was tied to, whatever its mail
    await visitor.log_in_there()
    await expect(page.get_by_role("button", name="Take dana@elm.example away")).to_be_visible()

    await page.get_by_role("button", name="Take d.reyes@company.example away").click()
    await page.get_by_label("Your password").fill(PASSWORD)
    await page.get_by_role("button", name="Take away", exact=True).last.click()
    await expect(page.get_by_role("button", name="Take d.reyes@company.example away")).to_have_count(0)
    await page.goto(f"{visitor.ours}/sign-on/tie?proof=made-up")
    await expect(page.get_by_text("took too long or was used already")).to_be_visible()
    await expect(page.get_by_role("link", name="Back to your account")).to_be_visible()


async def looked_at(page: Page, shot: Path) -> None:
    """At both widths, by day and by night."""
    for width, scheme in ((390, "dark"), (1440, "light")):
        await page.set_viewport_size({"width": width, "height": 900})
        await page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
        assert await complaints(page, of=WCAG) == []
        await page.screenshot(path=f"{shot}-{width}.png", full_page=True)
