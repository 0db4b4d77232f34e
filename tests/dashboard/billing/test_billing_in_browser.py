"""Money as people meet it in Chromium: join by a real click through Checkout, decline and recovery, plan change, cancel
and undo, a dispute from line to evidence; the simulated Stripe runs beside."""

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.async_api import Browser, Page, expect
from typer.testing import CliRunner

from dashboard.cli import app
from tests.browsers import WCAG, complaints, served
from tests.dashboard.billing.cast import PASSWORD

pytestmark = pytest.mark.browser
GOOD, DECLINED = "4242 4242 4242 4242", "4000 0000 0000 0341"


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with served("tests.dashboard.billing.server", tmp_path_factory.mktemp("billing")) as url:
        yield url


async def enter(browser: Browser, address: str, who: str, path: str, width: int = 1440, scheme: str = "light") -> Page:
    context = await browser.new_context(
        base_url=address,
        viewport={"width": width, "height": 900},
        color_scheme=scheme,  # type: ignore[arg-type]
    )
    context.set_default_timeout(60_000)
    page = await context.new_page()
    await page.goto(path)
    await page.get_by_label("Email").fill(f"{who}@elm.example")
    await page.get_by_label("Password").fill(PASSWORD)
    await page.get_by_role("button", name="Sign in", exact=True).click()
    await page.wait_for_url(f"**{path}")
    return page


async def let(page: Page, what: str) -> str:
    """Time passes, or a mower mows: ``move?days=31``, ``mow?minutes=200``."""
    answer = await page.request.get(f"/test/{what}", timeout=120_000)
    assert answer.ok
    return await answer.text()


async def save_card(page: Page, number: str) -> None:
    """On the provider's own page."""
    await page.wait_for_url("**/c/pay/**")
    await page.get_by_label("Card number").fill(number)
    await page.get_by_label("Expiry").fill("12/34")
    await page.get_by_label("Security code").fill("123")
    await page.get_by_label("Name on card").fill("Hana Ito")
    await page.get_by_role("button", name="Save card").click()
    await page.wait_for_url("**/join/done**")


async def confirm(page: Page) -> None:
    await page.get_by_role("button", name="Confirm").click()
    await expect(page.get_by_role("button", name="Confirm")).to_have_count(0)
    await page.wait_for_load_state()


@pytest.mark.timeout(400)
async def test_from_joining_to_a_disputed_line(browser: Browser, address: str, tmp_path: Path) -> None:
    hana = await enter(browser, address, "hana", "/join")
    await hana.get_by_role("button", name="Choose Standard", exact=True).click()
    await save_card(hana, GOOD)
    await expect(hana.get_by_text("Your trial runs until")).to_be_visible()
    await let(hana, "move?days=31")
    await let(hana, "mow?minutes=200")
    await let(hana, "move?days=1")
    await let(hana, "mow?minutes=95")
    await let(hana, "move?days=30")

    await hana.goto("/home")
    await expect(hana.locator(".m-bell")).to_have_attribute("aria-label", re.compile("unread"))
    await hana.locator(".m-bell").click()
    notices = hana.locator(".m-notices-list")
    await expect(notices).to_contain_text("The trial ends in 7 days: $29.99 will be charged")
    await expect(notices).to_contain_text("The trial ends in 3 days: $29.99 will be charged")
    await expect(hana.get_by_role("link", name="All alarms")).to_have_count(0)
    await notices.get_by_role("link", name=re.compile(r"Bill 1 over \$29.99")).click()
    await expect(hana.get_by_role("heading", name="Bill 1")).to_be_visible()
    await hana.goto("/home")
    card = hana.locator("[data-bill]")
    await expect(card).to_contain_text("Active")
    await card.get_by_role("link", name="Bill 2").click()
    await hana.get_by_text("Minutes beyond the plan: 55 minutes at $0.15").click()
    await expect(hana.get_by_text("4 h 55 min mowed, 4 h 00 min included")).to_be_visible()
    await expect(hana.locator(".m-proof[open] tbody tr")).to_have_count(2)
    async with hana.expect_download() as told:
        await hana.locator(".m-proof[open]").get_by_role("link", name="Evidence file").click()
    evidence, key = tmp_path / "evidence.json", tmp_path / "key.pem"
    await (await told.value).save_as(evidence)
    key.write_bytes(await (await hana.request.get("/billing/evidence-key.pem")).body())
    checked = CliRunner().invoke(app, ["verify", str(evidence), "--key", str(key), "--json"])
    assert checked.exit_code == 0, checked.output
    assert sum(entry["minutes"] for entry in json.loads(checked.output)["entries"]) == 295
    evidence.write_bytes(evidence.read_bytes().replace(b"295", b"296", 1))
    assert CliRunner().invoke(app, ["verify", str(evidence), "--key", str(key)]).exit_code == 1


@pytest.mark.timeout(400)
async def test_a_plan_change_shows_what_it_costs_and_then_costs_it(browser: Browser, address: str) -> None:
    hana = await enter(browser, address, "hana", "/home")
    await hana.get_by_role("button", name="Change plan").click()
    await hana.get_by_label("New plan").click()
    await hana.get_by_role("option", name=re.compile("^Large")).click()
    await hana.get_by_role("button", name="Show what it costs").click()
    lines = hana.locator(".m-dialog .m-lines tr")
    await expect(lines.filter(has_text="Unused time")).to_have_count(1)
    await expect(lines.filter(has_text="Remaining time")).to_have_count(1)
    shown = await lines.all_inner_texts()
    await confirm(hana)
    await expect(hana.locator("[data-bill]")).to_contain_text("Large")
    await let(hana, "move?days=31")
    await hana.goto("/home")
    await hana.locator("[data-bill]").get_by_role("link", name="Bill 3").click()
    due = shown[-1].split("\t")[-1].strip()
    await expect(hana.locator(".m-facts")).to_contain_text(due)


@pytest.mark.timeout(400)
async def test_cancelling_is_taken_back_with_one_step(browser: Browser, address: str) -> None:
    hana = await enter(browser, address, "hana", "/home")
    await hana.get_by_role("button", name="Cancel subscription").click()
    await hana.get_by_role("button", name="Show what it costs").click()
    await expect(hana.get_by_text("it can be taken back until then")).to_be_visible()
    await confirm(hana)
    await expect(hana.get_by_text("Ends on")).to_be_visible()
    await hana.get_by_role("button", name="Keep the subscription").click()
    await confirm(hana)
    await expect(hana.get_by_text("Ends on")).to_have_count(0)


@pytest.mark.timeout(400)
async def test_a_declined_card_suspends_and_a_good_one_brings_service_back_at_once(
    browser: Browser, address: str
) -> None:
    ned = await enter(browser, address, "ned", "/join")
    await ned.get_by_role("button", name="Choose Standard", exact=True).click()
    await save_card(ned, DECLINED)
    await let(ned, "move?days=31")
    await ned.goto("/home")
    card = ned.locator("[data-bill]")
    await expect(card).to_contain_text("Suspended: unpaid")
    await expect(card).to_contain_text("$29.99 is owed")
    await card.get_by_role("button", name="Change card").click()
    await save_card(ned, GOOD)
    await ned.goto("/home")
    await expect(card).to_contain_text("Active")


@pytest.mark.timeout(400)
async def test_a_coupon_shows_what_it_comes_to_before_it_is_given(browser: Browser, address: str) -> None:
    ada = await enter(browser, address, "ada", "/billing")
    await ada.get_by_role("link", name="14 ELM ST").click()
    await ada.get_by_role("button", name="Give a coupon").click()
    await ada.get_by_label("Reason").fill("a wet summer")
    await ada.get_by_role("button", name="Show what it comes to").click()
    lines = ada.locator(".m-dialog .m-lines tr")
    await expect(lines.filter(has_text="Coupon: 10 %, a wet summer")).to_contain_text("-$3.00")
    await expect(lines.last).to_contain_text("$26.99")
    await confirm(ada)
    await expect(ada.locator(".m-facts")).to_contain_text("10 % off 1 period")
    await ada.get_by_role("button", name="Take the coupon away").click()
    await expect(lines.last).to_contain_text("$29.99")
    await confirm(ada)
    await expect(ada.get_by_role("button", name="Give a coupon")).to_be_visible()


@pytest.mark.timeout(400)
async def test_an_admin_finds_what_needs_a_person_and_every_page_is_accessible(browser: Browser, address: str) -> None:
    ada = await enter(browser, address, "ada", "/billing", scheme="dark")
    await let(ada, "mow?minutes=30&lost=true")
    await ada.reload()
    await ada.get_by_role("link", name=re.compile("stretch(es)? of mowing")).click()
    await expect(ada.get_by_role("heading", name="Minutes without a lot")).to_be_visible()
    for path in ("/billing", "/billing/plans", "/billing/sandbox", "/billing/webhooks", "/billing/invoices"):
        await ada.goto(path)
        await expect(ada.locator("h1")).to_be_visible()
        assert await complaints(ada, of=WCAG) == [], path


@pytest.mark.timeout(400)
async def test_the_sandbox_runs_fourteen_months_in_seconds(browser: Browser, address: str) -> None:
    ada = await enter(browser, address, "ada", "/billing/sandbox", width=390)
    await ada.get_by_role("button", name="425 days on").click()
    await expect(ada.get_by_text("day 425")).to_be_visible()
    await expect(ada.get_by_text("both engines agree").first).to_be_visible()
    width = await ada.evaluate("document.documentElement.scrollWidth")
    assert width <= 390


@pytest.mark.parametrize("path", ["/billing", "/billing/plans", "/billing/webhooks", "/billing/sandbox"])
async def test_who_has_no_right_to_billing_sees_none_of_it(browser: Browser, address: str, path: str) -> None:
    dana = await enter(browser, address, "hana", "/home")
    answer = await dana.goto(path)
    assert answer is not None and answer.status == 403
