"""Webhooks in a real browser, told to a real server over TLS: made, delivered, failed, told again, refused, removed."""

import re
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import httpx
import pytest
from aiohttp import web
from playwright.async_api import Browser, Page, expect
from standardwebhooks import Webhook, WebhookVerificationError

from tests.browsers import WCAG, complaints, open_complaints, served
from tests.dashboard.hooks_server import INSIDE, RECEIVER
from tests.dashboard.pages_server import PASSWORD
from tests.external.certificates import Certificate, made_certificate

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Certificate:
    return made_certificate(tmp_path_factory.mktemp("hooks") / "receiver.pem", RECEIVER)


@pytest.fixture(scope="module")
def address(certificate: Certificate) -> Iterator[str]:
    with served("tests.dashboard.hooks_server", certificate.file.parent) as url:
        yield url


class Receiver:
    """Somebody's server: keeps what came, answers ``status``."""

    def __init__(self) -> None:
        self.port, self.status = 0, 204
        self.got: list[tuple[dict[str, str], bytes]] = []

    async def answer(self, request: web.Request) -> web.Response:
        self.got.append((dict(request.headers), await request.read()))
        return web.Response(status=self.status)

    def told(self, secret: str) -> object:
        """What came last, its signature checked by the library that the other side uses."""
        headers, body = self.got[-1]
        return Webhook(secret).verify(body, {name.lower(): value for name, value in headers.items()})


@pytest.fixture
async def receiver(certificate: Certificate) -> AsyncIterator[Receiver]:
    found, app = Receiver(), web.Application()
    app.router.add_post("/{tail:.*}", found.answer)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0, ssl_context=certificate.of_server())
    await site.start()
    found.port = runner.addresses[0][1]
    yield found
    await runner.cleanup()


async def test_a_webhook_is_made_told_told_again_and_removed(
    browser: Browser, address: str, receiver: Receiver, tmp_path: Path
) -> None:
    context = await browser.new_context(base_url=address, viewport={"width": 1440, "height": 900})
    page = await context.new_page()
    await page.goto("/sign-in?next=/admin/webhooks")
    await page.get_by_label("Email").fill("ada@elm.example")
    await page.get_by_label("Password").fill(PASSWORD)
    await page.get_by_role("button", name="Sign in", exact=True).click()
    await expect(page.get_by_text("Nobody is told yet")).to_be_visible()

    await addresses_inside_are_refused(page)
    url = f"https://{RECEIVER}:{receiver.port}/mow"
    secret = await made(page, url, words="Elm Street's board")
    card = page.locator("section.m-card").filter(has_text=url)
    await expect(card.get_by_text("Elm Street's board")).to_be_visible()
    await card.get_by_role("button", name="Test").click()
    await expect(card.locator("li")).to_have_text(re.compile(r"webhook\.test, .*, attempt 1: delivered"))
    assert receiver.told(secret)["data"] == {"asked_by": "ada@elm.example"}  # type: ignore[index]
    with pytest.raises(WebhookVerificationError):
        receiver.told("whsec_" + "A" * 32)

    receiver.status = 500
    await card.get_by_role("button", name="Test").click()
    await expect(card.locator("li").first).to_have_text(re.compile(r"attempt 1: answered 500"))
    await expect(card.get_by_text("1 wait, 0 given up")).to_be_visible()
    async with httpx.AsyncClient(base_url=address, timeout=60) as client:
        (await client.post("/test/hours/15")).raise_for_status()
    await page.reload()
    await expect(card.get_by_text("0 wait, 1 given up")).to_be_visible()
    assert len(receiver.got) == 15
    await looked_at(page, tmp_path / "failed")
    receiver.status = 204
    await card.locator("li").first.get_by_role("button", name="Tell again").click()
    await expect(card.get_by_text("0 wait, 0 given up")).to_be_visible()
    await expect(card.locator("li").first).to_have_text(re.compile(r"attempt 1: delivered"))
    ids = [headers["webhook-id"] for headers, _body in receiver.got]
    assert len(set(ids[1:])) == 1  # the same message, by which the other side knows it
    assert ids[0] != ids[1]

    await a_name_that_leads_inside_is_never_called(page)
    await card.get_by_role("button", name="Switch off").click()
    await expect(card.get_by_text("Off", exact=True)).to_be_visible()
    await card.get_by_role("button", name="Test").click()
    await expect(page.get_by_text("this webhook is switched off")).to_be_visible()
    assert len(receiver.got) == 16

    await card.get_by_role("button", name="Remove").click()
    await expect(page.get_by_role("heading", name="Remove this webhook?")).to_be_visible()
    assert await open_complaints(page) == []
    await page.screenshot(path=tmp_path / "remove.png")
    await page.get_by_role("button", name="Cancel").click()
    await expect(card).to_have_count(1)
    await card.get_by_role("button", name="Remove").click()
    await page.get_by_role("button", name="Remove it").click()
    await expect(card).to_have_count(0)
    await context.close()


async def made(page: Page, url: str, words: str = "") -> str:
    """Fill the form in; the secret that is shown once."""
    await page.get_by_role("button", name="New webhook").click()
    await page.get_by_label("Address (https://...)").fill(url)
    await page.get_by_label("What it is for").fill(words)
    await page.get_by_role("button", name="Add", exact=True).click()
    secret = await page.locator(".m-dialog code").inner_text()
    await page.wait_for_timeout(400)  # the form before it has faded
    assert await open_complaints(page) == []
    await page.get_by_role("button", name="Done").click()
    await expect(page.locator(".m-dialog code")).to_have_count(0)
    return secret


async def addresses_inside_are_refused(page: Page) -> None:
    await page.get_by_role("button", name="New webhook").click()
    for inside, why in (
        ("https://192.168.1.4/mow", "private, loopback and link-local addresses are never called"),
        ("https://localhost/mow", "expected a public host"),
        ("http://hooks.example.com/mow", "expected https://host/path"),
    ):
        await page.get_by_label("Address (https://...)").fill(inside)
        await page.get_by_role("button", name="Add", exact=True).click()
        await expect(page.get_by_text(why).first).to_be_visible()
        await page.get_by_role("button", name="OK", exact=True).first.click()
    await page.get_by_role("button", name="Cancel").click()
    await expect(page.get_by_text("Nobody is told yet")).to_be_visible()


async def a_name_that_leads_inside_is_never_called(page: Page) -> None:
    await made(page, f"https://{INSIDE}/mow")
    card = page.locator("section.m-card").filter(has_text=INSIDE)
    await card.get_by_role("button", name="Test").click()
    await expect(card.locator("li")).to_have_text(
        re.compile(rf"attempt 1: {INSIDE} leads to an address that is not public")
    )


async def looked_at(page: Page, shot: Path) -> None:
    for width, scheme in ((390, "dark"), (1440, "light")):
        await page.set_viewport_size({"width": width, "height": 900})
        await page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
        assert await complaints(page, of=WCAG) == []
        await page.screenshot(path=f"{shot}-{width}.png", full_page=True)
