"""What we send is what Stripe takes: nobody here has a key, so the SDK's own parameter types are the judge."""

from datetime import UTC, datetime
from typing import Any

import pytest

from core.billing.invoice_values import CouponDraft, CouponDuration, InvoiceItemDraft
from core.billing.payment_values import Interval, PriceDraft, Proration, Span, SubscriptionChange, SubscriptionDraft
from core.money import Money
from external.stripe import StripePayments
from external.stripe.simulator import StripeTwin
from external.stripe.simulator.forms import parsed
from external.stripe.simulator.routes import Route, table
from tests.external.stripe.examples import FILE, Example
from tests.external.stripe.sdk_params import params_by_route, unknown_parameters

WRITES = [route for route in table() if route.method == "POST"]


def test_the_walk_knows_the_sdk_s_endpoints() -> None:
    assert len(params_by_route()) > 300
    assert unknown_parameters("POST", "/v1/subscriptions", {"items": [{"price": "p", "colour": "red"}], "x": 1}) == [
        "/v1/subscriptions[items]: colour",
        "/v1/subscriptions: x",
    ]


@pytest.mark.parametrize("route", WRITES, ids=lambda route: route.path)
def test_the_simulated_stripe_takes_no_parameter_that_stripe_does_not(route: Route) -> None:
    given = dict.fromkeys(route.takes - {"metadata", "expand"})
    assert unknown_parameters("POST", route.path, given) == []


@pytest.mark.parametrize("example", FILE["examples"], ids=lambda example: example["id"])
async def test_the_adapter_sends_only_what_stripe_takes(
    twin: StripeTwin, payments: StripePayments, example: dict[str, Any]
) -> None:
    sent: list[tuple[str, str, str]] = []
    twin.api.heard = lambda method, route, body: sent.append((method, route, body))
    await Example(payments, example).play()
    posts = [(route, parsed(body)) for method, route, body in sent if method == "POST"]
    assert posts
    assert [fault for route, given in posts for fault in unknown_parameters("POST", route, given)] == []


async def test_pages_and_holds_send_only_what_stripe_takes(twin: StripeTwin, payments: StripePayments) -> None:
    sent: list[tuple[str, str, str]] = []
    twin.api.heard = lambda method, route, body: sent.append((method, route, body))
    maya = await payments.create_customer(reference="h", email="m@example.org", name="Maya", key="c")
    await payments.update_customer(maya.id, email="maya@example.org", name="Maya", key="u")
    await payments.put_product(reference="p", name="Mowing", key="p")
    price = await payments.put_price(PriceDraft("f", "p", Interval.YEAR, unit=Money(100), nickname="Year"), key="f")
    urls = {"success_url": "https://example.org/ok", "cancel_url": "https://example.org/no"}
    await payments.card_page(maya.id, reference="r", key="cp", **urls)
    end = datetime(2099, 1, 1, tzinfo=UTC)
    coupon = await payments.put_coupon(CouponDraft("C", CouponDuration.ONCE, "Hello", amount_off=Money(50)), key="co")
    draft = SubscriptionDraft("s", maya.id, {price.id: 1}, trial_end=end, coupons=(coupon,), tax=True)
    await payments.subscribe_page(draft, key="sp", **urls)
    await payments.portal_page(maya.id, return_url="https://example.org", key="pp")
    begun = await payments.subscribe(draft, key="s")
    change = SubscriptionChange(
        begun.id, replace={begun.items[0].id: (price.id, 2)}, coupons=(), at=begun.created, proration=Proration.NONE
    )
    await payments.preview(change)
    await payments.change(change, key="ch")
    await payments.add_item(InvoiceItemDraft(maya.id, Money(700), "Extra", span=Span(end, end)), key="i")
    made = await payments.create_invoice(maya.id, subscription=None, metadata={"a": "b"}, key="in")
    await payments.hold_invoice(made.id, key="h")
    await payments.release_invoice(made.id, key="re")
    await payments.finalize(made.id, key="fi")
    await payments.write_off(made.id, key="w")
    await payments.archive_price(price.id, key="ar")
    posts = [(route, parsed(body)) for method, route, body in sent if method == "POST"]
    assert len(posts) > 15
    assert [fault for route, given in posts for fault in unknown_parameters("POST", route, given)] == []
