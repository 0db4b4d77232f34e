"""Checkout, the portal and an invoice as a person meets them in Chromium: real clicks, test cards, no script."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from playwright.async_api import Browser, Page, expect

from core.billing.payment_values import Interval, PriceDraft, SubscriptionDraft, SubscriptionStatus
from core.money import Money
from external.stripe import StripePayments
from external.stripe.simulator import StripeTwin
from tests.browsers import complaints, in_every_look

pytestmark = pytest.mark.browser


class Shop:
    """What a household can order, and where it comes back to: the twin's own control page stands for our site."""

    def __init__(self, twin: StripeTwin, payments: StripePayments) -> None:
        self.twin, self.payments = twin, payments
        self.back = f"{twin.url}/control"

    async def open(self) -> "Shop":
        pay = self.payments
        self.maya = await pay.create_customer(reference="h", email="maya@example.org", name="Maya", key="c")
        await pay.put_product(reference="weekly", name="Weekly mowing", key="p")
        draft = PriceDraft("weekly", "weekly", Interval.MONTH, unit=Money(4900))
        self.price = (await pay.put_price(draft, key="f")).id
        return self

    async def subscribe_page(self, days: int = 30) -> Any:
        end = datetime.now(UTC) + timedelta(days=days) if days else None
        draft = SubscriptionDraft("sub-1", self.maya.id, {self.price: 1}, trial_end=end)
        return await self.payments.subscribe_page(
            draft, success_url=f"{self.back}?done={{CHECKOUT_SESSION_ID}}", cancel_url=self.back, key="page"
        )


@pytest.fixture
async def shop(twin: StripeTwin, payments: StripePayments) -> Shop:
    return await Shop(twin, payments).open()


async def fresh_page(browser: Browser, *, width: int = 1440, scheme: Any = "light") -> Page:
    context = await browser.new_context(
        viewport={"width": width, "height": 900}, color_scheme=scheme, java_script_enabled=True
    )
    return await context.new_page()


async def type_card(page: Page, number: str, expiry: str = "12/34") -> None:
    await page.get_by_label("Card number").fill(number)
    await page.get_by_label("Expiry (MM/YY)").fill(expiry)
    await page.get_by_label("Security code").fill("123")
    await page.get_by_label("Name on card").fill("Maya Lindqvist")


async def test_a_person_subscribes_by_card_and_comes_back(browser: Browser, shop: Shop) -> None:
    asked = await shop.subscribe_page()
    page = await fresh_page(browser)
    await page.goto(asked.url)
    await expect(page.get_by_text("Weekly mowing")).to_be_visible()
    await expect(page.get_by_text("$49.00 per month")).to_be_visible()
    await expect(page.get_by_text("$0.00")).to_be_visible()
    await type_card(page, "4242 4242 4242 4242")
    await page.get_by_role("button", name="Subscribe").click()
    await page.wait_for_url(f"**/control?done={asked.id}")
    done = await shop.payments.checkout(asked.id)
    assert (done.status, done.reference, done.customer) == ("complete", "sub-1", shop.maya.id)
    begun = await shop.payments.subscription(done.subscription or "")
    assert begun.status is SubscriptionStatus.TRIALING and begun.metadata["reference"] == "sub-1"
    await page.goto(asked.url)
    await expect(page.get_by_role("heading", name="This page is closed")).to_be_visible()


REFUSED = (
    ("4000 0000 0000 0002", "12/34", "Your card was declined."),
    ("4000 0000 0000 9995", "12/34", "insufficient funds"),
    ("4000 0000 0000 0069", "12/34", "has expired"),
    ("4242 4242 4242 4242", "12/20", "in the past"),
    ("4242 4242 4242 4242", "soon", "MM/YY"),
    ("1234 5678", "12/34", "test cards only"),
)


async def test_a_refused_card_is_told_beside_the_form_and_another_may_be_tried(browser: Browser, shop: Shop) -> None:
    asked = await shop.subscribe_page(days=0)
    page = await fresh_page(browser)
    await page.goto(asked.url)
    for number, expiry, says in REFUSED:
        await type_card(page, number, expiry)
        await page.get_by_role("button", name="Subscribe").click()
        await expect(page.get_by_role("alert")).to_contain_text(says)
        assert await page.get_by_label("Card number").get_attribute("aria-describedby") == "card-error"
    await type_card(page, "4242424242424242")
    await page.get_by_role("button", name="Subscribe").click()
    await page.wait_for_url("**/control?done=*")
    done = await shop.payments.checkout(asked.id)
    assert (await shop.payments.subscription(done.subscription or "")).status is SubscriptionStatus.ACTIVE


async def test_the_bank_may_ask_and_its_no_refuses(browser: Browser, shop: Shop) -> None:
    asked = await shop.payments.card_page(
        shop.maya.id, reference="r", success_url=f"{shop.back}?saved=1", cancel_url=shop.back, key="k"
    )
    page = await fresh_page(browser)
    for answer in ("No, refuse", "Yes, it is me"):
        await page.goto(asked.url)
        await type_card(page, "4000 0027 6000 3184")
        await page.get_by_role("button", name="Save card").click()
        await page.get_by_role("button", name=answer).click()
    await page.wait_for_url("**/control?saved=1")
    done = await shop.payments.checkout(asked.id)
    assert [one.id for one in await shop.payments.cards(shop.maya.id)] == [done.card]


async def test_the_way_back_without_a_card_changes_nothing(browser: Browser, shop: Shop) -> None:
    asked = await shop.subscribe_page()
    page = await fresh_page(browser)
    await page.goto(asked.url)
    await page.get_by_role("link", name="Back without saving").click()
    await page.wait_for_url("**/control")
    assert (await shop.payments.checkout(asked.id)).status == "open"


async def test_in_the_portal_a_person_changes_the_card_cancels_and_thinks_again(browser: Browser, shop: Shop) -> None:
    asked = await shop.subscribe_page(days=0)
    page = await fresh_page(browser)
    await page.goto(asked.url)
    await type_card(page, "4242424242424242")
    await page.get_by_role("button", name="Subscribe").click()
    await page.wait_for_url("**/control?done=*")
    subscription = (await shop.payments.checkout(asked.id)).subscription or ""
    portal = await shop.payments.portal_page(shop.maya.id, return_url=shop.back, key="portal")
    await page.goto(portal.url)
    await page.get_by_role("link", name="Add a card").click()
    await type_card(page, "5555 5555 5555 4444")
    await page.get_by_role("button", name="Save card").click()
    await expect(page.get_by_text("Mastercard ending in 4444")).to_be_visible()
    held = {one.last4: one for one in await shop.payments.cards(shop.maya.id)}
    assert held["4444"].default and (await shop.payments.subscription(subscription)).card == held["4444"].id
    await page.get_by_role("button", name="Remove card 4242").click()
    await expect(page.get_by_text("Visa ending in 4242")).to_have_count(0)
    await page.get_by_role("button", name="Cancel plan").click()
    await expect(page.get_by_role("button", name="Keep my plan")).to_be_visible()
    assert (await shop.payments.subscription(subscription)).cancel_at_period_end
    await page.get_by_role("button", name="Keep my plan").click()
    await expect(page.get_by_role("button", name="Cancel plan")).to_be_visible()
    assert not (await shop.payments.subscription(subscription)).cancel_at_period_end
    await page.get_by_role("link", name="Return").click()
    await page.wait_for_url("**/control")


async def test_an_open_invoice_is_paid_on_its_own_page(browser: Browser, shop: Shop, sdk: Any) -> None:
    await sdk.invoice_items.create_async(
        {"customer": shop.maya.id, "amount": 1250, "currency": "usd", "description": "Extra visit"}
    )
    draft = await shop.payments.create_invoice(shop.maya.id, subscription=None, metadata={}, key="i")
    made = await shop.payments.finalize(draft.id, key="f2")
    page = await fresh_page(browser)
    await page.goto(made.hosted_url or "")
    await expect(page.get_by_text("Extra visit")).to_be_visible()
    await type_card(page, "4000 0000 0000 0341")
    await page.get_by_role("button", name="Pay $12.50").click()
    await expect(page.get_by_role("alert")).to_contain_text("declined")
    await type_card(page, "4242424242424242")
    await page.get_by_role("button", name="Pay $12.50").click()
    await expect(page.get_by_text("Paid on")).to_be_visible()
    assert (await shop.payments.invoice(made.id)).paid == Money(1250)


@in_every_look
async def test_every_page_is_accessible_and_fits(browser: Browser, shop: Shop, width: int, scheme: str) -> None:
    asked = await shop.subscribe_page(days=0)
    portal = await shop.payments.portal_page(shop.maya.id, return_url=shop.back, key="portal")
    page = await fresh_page(browser, width=width, scheme=scheme)

    async def look() -> None:
        assert await complaints(page) == []

    await page.goto(asked.url)
    await page.get_by_text("Test cards", exact=True).click()
    await look()
    await type_card(page, "4000 0000 0000 0002")
    await page.get_by_role("button", name="Subscribe").click()
    await expect(page.get_by_role("alert")).to_be_visible()
    await look()
    await type_card(page, "4000 0025 0000 3155")
    await page.get_by_role("button", name="Subscribe").click()
    await look()
    await page.get_by_role("button", name="Yes, it is me").click()
    await page.goto(portal.url)
    await look()
    await page.get_by_role("link", name="Add a card").click()
    await look()
    invoice = (await shop.payments.invoices_of(shop.maya.id))[0]
    await page.goto(invoice.hosted_url or "")
    await look()


async def test_no_page_needs_a_script(browser: Browser, shop: Shop) -> None:
    asked = await shop.subscribe_page()
    context = await browser.new_context(java_script_enabled=False)
    page = await context.new_page()
    await page.goto(asked.url)
    await type_card(page, "4242424242424242")
    await page.get_by_role("button", name="Subscribe").click()
    await page.wait_for_url("**/control?done=*")
