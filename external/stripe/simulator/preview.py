"""POST /v1/invoices/create_preview: a change is made in a fork of the world, and the invoice it leads to is shown."""

from external.stripe.simulator.changes import update_subscription
from external.stripe.simulator.faults import ApiError
from external.stripe.simulator.forms import Doc, flag, many, needed, whole
from external.stripe.simulator.invoices import make_invoice
from external.stripe.simulator.proration import invoice_item
from external.stripe.simulator.renewal import period
from external.stripe.simulator.show import shown
from external.stripe.simulator.store import fresh
from external.stripe.simulator.subscriptions import create_subscription, items_of
from external.stripe.simulator.totals import add_up, count_usage_again, settlement
from external.stripe.simulator.world import World

_DETAILS = (
    "items", "proration_behavior", "proration_date", "trial_end", "billing_cycle_anchor", "cancel_at_period_end",
    "cancel_at",
)  # fmt: skip


def preview(world: World, params: Doc) -> Doc:
    """The invoice a change makes at once (always_invoice, a new period from now), or else the next renewal's."""
    details = params.get("subscription_details", {})
    change = {name: details[name] for name in _DETAILS if name in details}
    if "discounts" in params:
        change["discounts"] = params["discounts"]
    if "invoice_items" in params and "subscription" not in params:
        return _of_items(world, params)
    if "subscription" not in params:
        return _of_new(world, params, change)
    subscription = world.store.get("subscription", params["subscription"], "subscription")
    fork = world.fork(world.now(subscription))
    subscription = fork.store.get("subscription", subscription["id"])
    before = subscription["latest_invoice"]
    if change:
        update_subscription(fork, subscription, change)
    if subscription["latest_invoice"] != before:
        return _as_preview(fork, fork.store.get("invoice", subscription["latest_invoice"]))
    if subscription["ended_at"] is not None:
        raise _none(subscription)
    fork.at = min(item["current_period_end"] for item in items_of(fork, subscription))
    invoice = period(fork, subscription)
    if invoice is None:
        raise _none(subscription)
    count_usage_again(fork, invoice)
    add_up(fork, invoice)
    return _as_preview(fork, invoice)


def _of_items(world: World, params: Doc) -> Doc:
    """Items of our own, billed now by themselves."""
    customer_id = world.store.get("customer", needed(params, "customer"), "customer")["id"]
    fork = world.fork(world.now(world.store.get("customer", customer_id)))
    customer, now = fork.store.get("customer", customer_id), fork.now()
    pending = []
    for one in many(params["invoice_items"]):
        amount = whole(one, "amount", 0) or 0
        span = one.get("period", {})
        start, end = whole(span, "start", now) or now, whole(span, "end", now) or now
        words = one.get("description") or ""
        pending.append(
            invoice_item(
                fork, customer, amount=amount, description=words, start=start, end=end, subscription=None,
                discountable=flag(one, "discountable", amount > 0),
            )
        )  # fmt: skip
    tax = flag(params.get("automatic_tax", {}), "enabled")
    invoice = make_invoice(fork, customer, reason="upcoming", lines=[], pending=pending, auto_advance=False, tax=tax)
    return _as_preview(fork, invoice)


def _of_new(world: World, params: Doc, change: Doc) -> Doc:
    customer = world.store.get("customer", needed(params, "customer"), "customer")
    fork = world.fork(world.now(customer))
    allowed = {"items", "trial_end", "discounts"}
    begun = create_subscription(
        fork, {k: v for k, v in change.items() if k in allowed}
        | {"customer": customer["id"], "payment_behavior": "default_incomplete"},
    )  # fmt: skip
    return _as_preview(fork, fork.store.get("invoice", begun["latest_invoice"]))


def _none(subscription: Doc) -> ApiError:
    return ApiError(
        f"No upcoming invoices for customer: {subscription['customer']}", status=404, code="invoice_upcoming_none"
    )


def _as_preview(fork: World, invoice: Doc) -> Doc:
    """As Stripe shows what is not yet an invoice."""
    preview_id = fresh("upcoming_in")
    due, after = settlement(fork, invoice["total"], invoice["starting_balance"])
    invoice["id"] = preview_id
    invoice.update(
        status="draft", number=None, auto_advance=False, automatically_finalizes_at=None, hosted_invoice_url=None,
        invoice_pdf=None, attempt_count=0, attempted=False, amount_paid=0, effective_at=None, next_payment_attempt=None,
        ending_balance=after, amount_due=due, amount_remaining=due,
    )  # fmt: skip
    invoice["status_transitions"] = dict.fromkeys(invoice["status_transitions"])
    lines = invoice["lines"]
    lines["url"] = f"/v1/invoices/{preview_id}/lines"
    for line in lines["data"]:
        line["invoice"] = preview_id
    out = shown(fork, invoice, ())
    out["lines"] = lines | {"data": [shown(fork, line, ()) for line in lines["data"]], "has_more": False}
    return out
