"""Every answer of the simulated Stripe carries the fields, types and words of the SDK's own classes."""

from typing import Any

import stripe

from external.stripe.simulator import StripeTwin
from external.stripe.simulator.api import OTHER_READS
from external.stripe.simulator.listing import LISTS
from external.stripe.simulator.routes import table
from tests.external.stripe.sdk_types import faults_of, resources


def coupon(**more: Any) -> dict[str, Any]:
    given = {
        "id": "c", "object": "coupon", "created": 1, "duration": "once", "livemode": False, "times_redeemed": 0,
        "valid": True,
    }  # fmt: skip
    return given | more


def test_the_walk_sees_what_is_missing_unknown_of_another_type_or_no_word_of_stripe_s() -> None:
    assert faults_of(coupon()) == []
    assert faults_of({k: v for k, v in coupon().items() if k != "valid"}) == ["coupon.valid: is missing"]
    assert faults_of(coupon(colour="red")) == ["coupon.colour: no such field"]
    assert faults_of(coupon(created="1")) == ["coupon.created: expected int, not '1'"]
    assert faults_of(coupon(valid=1)) == ["coupon.valid: expected bool, not 1"]
    assert "none of" in faults_of(coupon(duration="always"))[0]
    assert faults_of(coupon(applies_to={"products": [3]})) == ["coupon.applies_to.products[0]: expected str, not 3"]
    assert faults_of({"object": "list", "data": [coupon(valid=None)], "has_more": False, "url": "/"}) != []
    assert faults_of({"error": {"type": "card_error", "colour": "red"}}) == ["error.colour: no such field"]
    assert faults_of({"object": "pear"}) == ["pear: no resource is called 'pear'"]


def test_the_walk_knows_the_sdk_s_resources() -> None:
    assert len(resources()) > 80
    assert {"invoice", "subscription", "checkout.session", "billing.meter", "test_helpers.test_clock"} <= set(
        resources()
    )


async def test_a_tour_of_every_endpoint_is_well_formed(twin: StripeTwin, sdk: Any) -> None:
    """The fixture holds each answer to the annotations; here every endpoint gets to give one."""
    await _tour(sdk)
    seen = {(method, route) for method, route, status in twin.api.asked if status == 200}
    wanted = {(row.method, row.path) for row in table()} | {("GET", path) for path in [*LISTS, *OTHER_READS]}
    assert wanted - seen == set()


async def _tour(sdk: Any) -> None:
    clock = await sdk.test_helpers.test_clocks.create_async({"frozen_time": 1_775_001_600, "name": "tour"})
    endpoint = await sdk.webhook_endpoints.create_async(
        {"url": "http://127.0.0.1:9/", "enabled_events": ["invoice.paid"]}
    )
    await sdk.webhook_endpoints.update_async(endpoint.id, {"disabled": True})
    product = await sdk.products.create_async({"name": "Mowing"})
    await sdk.products.update_async(product.id, {"description": "every week"})
    meter = await sdk.billing.meters.create_async(
        {"event_name": "minutes", "display_name": "Minutes", "default_aggregation": {"formula": "sum"}}
    )
    fee = await sdk.prices.create_async(
        {
            "product": product.id,
            "currency": "usd",
            "unit_amount": 1000,
            "recurring": {"interval": "month"},
            "lookup_key": "fee",
        }
    )
    tiers = await sdk.prices.create_async(
        {
            "product": product.id, "currency": "usd", "billing_scheme": "tiered", "tiers_mode": "graduated",
            "tiers": [{"up_to": 60, "unit_amount": 0}, {"up_to": "inf", "unit_amount": 5, "flat_amount": 100}],
            "recurring": {"interval": "month", "usage_type": "metered", "meter": meter.id},
            "expand": ["tiers", "product"],
        }
    )  # fmt: skip
    await sdk.prices.update_async(tiers.id, {"nickname": "Minutes"})
    coupon_ = await sdk.coupons.create_async({"id": "TEN", "percent_off": 10, "duration": "forever"})
    gone = await sdk.coupons.create_async({"amount_off": 100, "currency": "usd", "duration": "once"})
    await sdk.coupons.delete_async(gone.id)
    address = {"line1": "7 Birch Ln", "city": "Rochester", "state": "MN", "postal_code": "55906", "country": "US"}
    maya = await sdk.customers.create_async(
        {
            "email": "maya@example.org",
            "name": "Maya",
            "test_clock": clock.id,
            "address": address,
            "metadata": {"a": "b"},
        }
    )
    await _tour_cards(sdk, maya)
    subscription = await sdk.subscriptions.create_async(
        {
            "customer": maya.id, "items": [{"price": fee.id, "quantity": 2}, {"price": tiers.id}],
            "discounts": [{"coupon": coupon_.id}], "automatic_tax": {"enabled": True},
            "expand": ["latest_invoice.payments", "latest_invoice.payments.data.payment.payment_intent", "discounts"],
        }
    )  # fmt: skip
    await sdk.subscription_items.list_async({"subscription": subscription.id})
    await sdk.subscription_items.retrieve_async(subscription["items"].data[0].id)
    await sdk.billing.meter_events.create_async(
        {"event_name": "minutes", "payload": {"stripe_customer_id": maya.id, "value": "75"}, "timestamp": 1_775_001_700}
    )
    await sdk.billing.meters.event_summaries.list_async(
        meter.id, {"customer": maya.id, "start_time": 1_775_001_600, "end_time": 1_775_088_000}
    )
    await sdk.test_helpers.test_clocks.advance_async(clock.id, {"frozen_time": 1_775_001_600 + 10 * 86_400})
    change = {"items": [{"id": subscription["items"].data[0].id, "price": fee.id, "quantity": 3}]}
    await sdk.invoices.create_preview_async({"subscription": subscription.id, "subscription_details": change})
    await sdk.subscriptions.update_async(
        subscription.id,
        change | {"proration_behavior": "always_invoice", "pause_collection": {"behavior": "keep_as_draft"}},
    )
    await sdk.subscriptions.update_async(subscription.id, {"pause_collection": "", "metadata": {"k": "v"}})
    await sdk.test_helpers.test_clocks.advance_async(clock.id, {"frozen_time": 1_775_001_600 + 35 * 86_400})
    await _tour_invoices(sdk, maya, subscription)
    await _tour_pages(sdk, maya, fee)
    await sdk.subscriptions.cancel_async(subscription.id, {"prorate": True, "invoice_now": True})
    await _tour_paused(sdk, clock, fee)
    await _tour_reads(sdk, maya)
    for name in ("customers", "test_helpers.test_clocks", "webhook_endpoints"):
        service = sdk
        for part in name.split("."):
            service = getattr(service, part)
        await service.delete_async({"customers": maya, "webhook_endpoints": endpoint}.get(name, clock).id)
    await sdk.customers.retrieve_async(maya.id)


async def _tour_cards(sdk: Any, maya: Any) -> None:
    good = await sdk.payment_methods.attach_async("pm_card_visa", {"customer": maya.id})
    spare = await sdk.payment_methods.create_async(
        {"type": "card", "card": {"number": "4000000000000341", "exp_month": 12, "exp_year": 2034, "cvc": "123"}}
    )
    await sdk.payment_methods.attach_async(spare.id, {"customer": maya.id})
    await sdk.customers.payment_methods.list_async(maya.id)
    await sdk.payment_methods.detach_async(spare.id)
    await sdk.customers.update_async(maya.id, {"invoice_settings": {"default_payment_method": good.id}})
    await sdk.customers.balance_transactions.create_async(maya.id, {"amount": -100, "currency": "usd"})
    await sdk.customers.balance_transactions.list_async(maya.id)
    intent = await sdk.setup_intents.create_async({"customer": maya.id})
    await sdk.setup_intents.confirm_async(intent.id, {"payment_method": "pm_card_authenticationRequired"})
    await sdk.setup_intents.confirm_async(intent.id, {"payment_method": "pm_card_mastercard"})


async def _tour_invoices(sdk: Any, maya: Any, subscription: Any) -> None:
    async def manual(**more: Any) -> Any:
        item = await sdk.invoice_items.create_async(
            {"customer": maya.id, "amount": 500, "currency": "usd", "description": "Extra visit"}
        )
        return item, await sdk.invoices.create_async(
            {"customer": maya.id, "pending_invoice_items_behavior": "include"} | more
        )

    item, first = await manual()
    await sdk.invoices.line_items.list_async(first.id)
    await sdk.invoices.update_async(first.id, {"description": "by hand", "auto_advance": True})
    await sdk.invoice_items.delete_async(item.id)
    await sdk.invoices.delete_async(first.id)
    _item, second = await manual()
    await sdk.invoices.finalize_invoice_async(second.id)
    await sdk.invoices.pay_async(second.id)
    payments = await sdk.invoice_payments.list_async({"invoice": second.id})
    await sdk.refunds.create_async({"payment_intent": payments.data[0].payment.payment_intent, "amount": 100})
    note = {"invoice": second.id, "amount": 200, "refund_amount": 200, "memo": "sorry", "reason": "order_change"}
    await sdk.credit_notes.create_async(note)
    for verb in ("void_invoice_async", "mark_uncollectible_async"):
        _item, made = await manual()
        await sdk.invoices.finalize_invoice_async(made.id)
        await getattr(sdk.invoices, verb)(made.id)
    await sdk.payment_methods.attach_async("pm_card_chargeCustomerFail", {"customer": maya.id})
    for card in ("pm_card_chargeCustomerFail", "pm_card_authenticationRequired"):
        _item, refused = await manual()
        try:
            await sdk.invoices.pay_async(refused.id, {"payment_method": card})
        except stripe.CardError as error:
            assert error.error is not None
    await sdk.invoice_items.create_async(
        {"customer": maya.id, "amount": 300, "currency": "usd", "subscription": subscription.id}
    )
    await sdk.invoices.create_async({"customer": maya.id, "subscription": subscription.id})


async def _tour_pages(sdk: Any, maya: Any, fee: Any) -> None:
    urls = {"success_url": "http://127.0.0.1:9/ok", "cancel_url": "http://127.0.0.1:9/no"}
    page = await sdk.checkout.sessions.create_async({"mode": "setup", "customer": maya.id, "currency": "usd"} | urls)
    await sdk.checkout.sessions.expire_async(page.id)
    await sdk.checkout.sessions.create_async(
        {"mode": "subscription", "customer": maya.id, "line_items": [{"price": fee.id, "quantity": 1}]} | urls
    )
    await sdk.billing_portal.sessions.create_async({"customer": maya.id, "return_url": "http://127.0.0.1:9/"})


async def _tour_paused(sdk: Any, clock: Any, fee: Any) -> None:
    noah = await sdk.customers.create_async({"name": "Noah", "test_clock": clock.id})
    paused = await sdk.subscriptions.create_async(
        {
            "customer": noah.id, "items": [{"price": fee.id}], "trial_period_days": 3,
            "trial_settings": {"end_behavior": {"missing_payment_method": "pause"}},
        }
    )  # fmt: skip
    held = await sdk.test_helpers.test_clocks.retrieve_async(clock.id)
    await sdk.test_helpers.test_clocks.advance_async(clock.id, {"frozen_time": held.frozen_time + 4 * 86_400})
    assert (await sdk.subscriptions.retrieve_async(paused.id)).status == "paused"
    await sdk.payment_methods.attach_async("pm_card_visa", {"customer": noah.id})
    await sdk.subscriptions.resume_async(paused.id, {"billing_cycle_anchor": "now"})


async def _tour_reads(sdk: Any, maya: Any) -> None:
    services = (
        "customers products prices coupons subscriptions invoices invoice_items invoice_payments payment_intents "
        "setup_intents charges refunds credit_notes events webhook_endpoints checkout.sessions billing.meters "
        "test_helpers.test_clocks payment_methods"
    )
    for name in services.split():
        service = sdk
        for part in name.split("."):
            service = getattr(service, part)
        query = {"limit": 100} | ({"status": "all"} if name == "subscriptions" else {})
        page = await service.list_async(query)
        assert page.data, name
        await service.retrieve_async(page.data[0].id)
