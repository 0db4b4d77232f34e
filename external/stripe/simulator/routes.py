"""Every endpoint but the lists, one row each: method, path, what it does, and the parameters it takes."""

from collections.abc import Callable
from dataclasses import dataclass

from external.stripe.simulator import (
    cards,
    catalogue,
    changes,
    clocks,
    corrections,
    customers,
    endpoints,
    items,
    preview,
    setups,
    subscriptions,
    usage,
)
from external.stripe.simulator.forms import Doc

type Act = Callable[..., Doc]

ANY = frozenset({"expand", "metadata"})


@dataclass(frozen=True, slots=True)
class Route:
    """``kind``: of the object that ``{id}`` names, "" for none; ``act`` takes the world, that object if any, and the
    parameters. ``takes``: parameters besides expand and metadata."""

    method: str
    path: str
    act: Act
    kind: str = ""
    takes: frozenset[str] = ANY


def _takes(text: str) -> frozenset[str]:
    return ANY | frozenset(text.split())


_CUSTOMER = "address balance description email name phone invoice_settings preferred_locales"
_SUBSCRIPTION = (
    "automatic_tax billing_cycle_anchor cancel_at cancel_at_period_end collection_method default_payment_method "
    "description discounts items off_session payment_behavior payment_settings proration_behavior trial_end "
    "trial_settings"
)


def _read(kind: str) -> Act:
    return lambda _world, doc, _params: doc


def table() -> list[Route]:
    """All routes."""
    rows = [
        Route("POST", "/v1/customers", customers.create_customer,
              takes=_takes(f"{_CUSTOMER} payment_method test_clock")),
        Route("POST", "/v1/customers/{id}", customers.update_customer, "customer", _takes(_CUSTOMER)),
        Route("DELETE", "/v1/customers/{id}", lambda w, d, _p: customers.delete_customer(w, d), "customer"),
        Route("POST", "/v1/customers/{id}/balance_transactions", customers.add_balance, "customer",
              _takes("amount currency description")),
        Route("POST", "/v1/payment_methods", cards.from_params, takes=_takes("type card billing_details")),
        Route("POST", "/v1/payment_methods/{id}/attach", items.attach_card, "payment_method*", _takes("customer")),
        Route("POST", "/v1/payment_methods/{id}/detach", lambda w, d, _p: cards.detach(w, d), "payment_method"),
        Route("POST", "/v1/products", catalogue.create_product, takes=_takes("id name description unit_label active")),
        Route("POST", "/v1/products/{id}", catalogue.update_product, "product",
              _takes("name description unit_label active")),
        Route("POST", "/v1/prices", catalogue.create_price, takes=_takes(
            "currency unit_amount unit_amount_decimal recurring product product_data nickname lookup_key "
            "transfer_lookup_key tiers tiers_mode billing_scheme tax_behavior active")),
        Route("POST", "/v1/prices/{id}", catalogue.update_price, "price",
              _takes("active nickname lookup_key transfer_lookup_key")),
        Route("POST", "/v1/coupons", catalogue.create_coupon, takes=_takes(
            "id percent_off amount_off currency duration duration_in_months name max_redemptions redeem_by")),
        Route("DELETE", "/v1/coupons/{id}", lambda w, d, _p: catalogue.delete_coupon(w, d), "coupon"),
        Route("POST", "/v1/billing/meters", catalogue.create_meter, takes=_takes(
            "display_name event_name default_aggregation customer_mapping value_settings event_time_window")),
        Route("POST", "/v1/billing/meter_events", usage.take_event,
              takes=_takes("event_name payload identifier timestamp")),
        Route("POST", "/v1/subscriptions", subscriptions.create_subscription, takes=_takes(
            f"customer currency billing_mode trial_period_days {_SUBSCRIPTION}")),
        Route("POST", "/v1/subscriptions/{id}", changes.update_subscription, "subscription",
              _takes(f"pause_collection proration_date cancellation_details {_SUBSCRIPTION}")),
        Route("DELETE", "/v1/subscriptions/{id}", changes.cancel_subscription, "subscription",
              _takes("invoice_now prorate cancellation_details")),
        Route("POST", "/v1/subscriptions/{id}/resume", changes.resume_subscription, "subscription",
              _takes("billing_cycle_anchor proration_behavior")),
        Route("POST", "/v1/invoices", items.create_invoice, takes=_takes(
            "customer subscription auto_advance description pending_invoice_items_behavior discounts "
            "collection_method automatic_tax")),
        Route("POST", "/v1/invoices/create_preview", preview.preview, takes=_takes(
            "customer subscription subscription_details discounts automatic_tax preview_mode invoice_items")),
        Route("POST", "/v1/invoices/{id}", items.update_invoice, "invoice", _takes("auto_advance description")),
        Route("DELETE", "/v1/invoices/{id}", items.delete_invoice, "invoice"),
        Route("POST", "/v1/invoices/{id}/finalize", items.finalize_invoice, "invoice", _takes("auto_advance")),
        Route("POST", "/v1/invoices/{id}/pay", items.pay_invoice, "invoice",
              _takes("payment_method off_session paid_out_of_band")),
        Route("POST", "/v1/invoices/{id}/void", items.void_invoice, "invoice"),
        Route("POST", "/v1/invoices/{id}/mark_uncollectible", items.write_off_invoice, "invoice"),
        Route("POST", "/v1/invoiceitems", items.create_item, takes=_takes(
            "customer amount currency description subscription invoice period discountable tax_behavior")),
        Route("DELETE", "/v1/invoiceitems/{id}", items.delete_item, "invoiceitem"),
        Route("POST", "/v1/refunds", corrections.create_refund,
              takes=_takes("charge payment_intent amount reason")),
        Route("POST", "/v1/credit_notes", corrections.create_credit_note, takes=_takes(
            "invoice amount refund_amount credit_amount out_of_band_amount refunds reason memo")),
        Route("POST", "/v1/setup_intents", setups.create_setup_intent, takes=_takes(
            "customer confirm payment_method usage automatic_payment_methods")),
        Route("POST", "/v1/setup_intents/{id}/confirm", setups.confirm_setup_intent, "setup_intent",
              _takes("payment_method return_url")),
        Route("POST", "/v1/checkout/sessions", setups.create_session, takes=_takes(
            "mode customer success_url cancel_url client_reference_id line_items subscription_data setup_intent_data "
            "ui_mode currency payment_method_collection locale automatic_tax discounts billing_address_collection")),
        Route("POST", "/v1/checkout/sessions/{id}/expire", items.expire_session, "checkout.session"),
        Route("POST", "/v1/billing_portal/sessions", setups.create_portal,
              takes=_takes("customer return_url configuration locale")),
        Route("POST", "/v1/test_helpers/test_clocks", clocks.create_clock, takes=_takes("frozen_time name")),
        Route("POST", "/v1/test_helpers/test_clocks/{id}/advance", clocks.advance_clock, clocks.KIND,
              _takes("frozen_time")),
        Route("DELETE", "/v1/test_helpers/test_clocks/{id}", lambda w, d, _p: clocks.delete_clock(w, d), clocks.KIND),
        Route("POST", "/v1/webhook_endpoints", endpoints.create_endpoint,
              takes=_takes("url enabled_events description api_version")),
        Route("POST", "/v1/webhook_endpoints/{id}", endpoints.update_endpoint, "webhook_endpoint",
              _takes("url enabled_events description disabled")),
        Route("DELETE", "/v1/webhook_endpoints/{id}", lambda w, d, _p: endpoints.delete_endpoint(w, d),
              "webhook_endpoint"),
    ]  # fmt: skip
    return rows + [Route("GET", f"{path}/{{id}}", _read(kind), kind) for path, kind in READS.items()]


READS = {
    "/v1/customers": "customer",
    "/v1/payment_methods": "payment_method",
    "/v1/products": "product",
    "/v1/prices": "price",
    "/v1/coupons": "coupon",
    "/v1/billing/meters": "billing.meter",
    "/v1/subscriptions": "subscription",
    "/v1/subscription_items": "subscription_item",
    "/v1/invoices": "invoice",
    "/v1/invoiceitems": "invoiceitem",
    "/v1/invoice_payments": "invoice_payment",
    "/v1/payment_intents": "payment_intent",
    "/v1/setup_intents": "setup_intent",
    "/v1/charges": "charge",
    "/v1/refunds": "refund",
    "/v1/credit_notes": "credit_note",
    "/v1/checkout/sessions": "checkout.session",
    "/v1/events": "event",
    "/v1/webhook_endpoints": "webhook_endpoint",
    "/v1/test_helpers/test_clocks": "test_helpers.test_clock",
}
