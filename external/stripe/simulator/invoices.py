"""Invoices: made as drafts, finalised, voided, written off. What they come to is decided here; payment elsewhere."""

from typing import Any

from external.stripe.simulator.blanks import blank
from external.stripe.simulator.customers import move_balance
from external.stripe.simulator.faults import refused
from external.stripe.simulator.forms import Doc
from external.stripe.simulator.lines import left, make_line
from external.stripe.simulator.proration import forget_debits, note_debit
from external.stripe.simulator.store import fresh
from external.stripe.simulator.totals import add_up, count_usage_again, settlement
from external.stripe.simulator.world import World


def pending_items(world: World, customer: str, subscription: str | None) -> list[Doc]:
    """Invoice items that wait: those of the subscription and those of none; or, without one, those of none."""
    waiting = [world.store.get("invoiceitem", one) for one in world.store.side("_pending", customer)["list"]]
    return [one for one in waiting if _subscription_of(one) in {None, subscription}]


def _subscription_of(item: Doc) -> str | None:
    return item["parent"]["subscription_details"]["subscription"] if item["parent"] else None


def _take_pending(world: World, invoice: Doc, items: list[Doc]) -> list[Doc]:
    lines = []
    side = world.store.side("_pending", invoice["customer"])
    for one in items:
        side["list"].remove(one["id"])
        one["invoice"] = invoice["id"]
        world.store.touch(one)
        lines.append(line_of_item(world, one))
    world.store.touch(side)
    return lines


def line_of_item(world: World, one: Doc) -> Doc:
    details = one["parent"]["subscription_details"] if one["parent"] else {}
    item = world.store.find(details.get("subscription_item") or "")
    price = world.store.find(one["pricing"]["price_details"]["price"]) if one["pricing"] else None
    return make_line(
        amount=one["amount"], description=one["description"] or "", start=one["period"]["start"],
        end=one["period"]["end"], currency=one["currency"], price=price, quantity=one["quantity"], item=item,
        invoice_item=one, discountable=one["discountable"],
    )  # fmt: skip


def make_invoice(
    world: World, customer: Doc, *, reason: str, lines: list[Doc], subscription: Doc | None = None,
    pending: list[Doc] | None = None, auto_advance: bool = True, discounts: list[str] | None = None,
    start: int | None = None, end: int | None = None, tax: bool = False, **more: Any,
) -> Doc:  # fmt: skip
    """A draft of ``lines`` and of the ``pending`` items it takes in."""
    now = world.now(customer)
    parent = None
    if subscription:
        parent = {"type": "subscription_details", "quote_details": None, "subscription_details": {
            "metadata": dict(subscription["metadata"]), "subscription": subscription["id"],
            "subscription_proration_date": None}}  # fmt: skip
    tax = tax or (subscription or {}).get("automatic_tax", {"enabled": False})["enabled"]
    invoice_id = fresh("in")
    invoice = blank(
        "invoice", id=invoice_id, account_country="US", account_name="Simulated", amount_due=0, amount_overpaid=0,
        amount_paid=0, amount_remaining=0, amount_shipping=0, attempt_count=0, attempted=False,
        auto_advance=auto_advance, billing_reason=reason, collection_method="charge_automatically", created=now,
        automatic_tax={"disabled_reason": None, "enabled": tax, "liability": {"type": "self"} if tax else None,
                       "provider": "stripe" if tax else None, "status": None},
        currency=customer["currency"] or "usd", customer=customer["id"], customer_address=customer["address"],
        customer_email=customer["email"], customer_name=customer["name"], customer_tax_exempt="none",
        customer_tax_ids=[], default_tax_rates=[], discounts=discounts or [], issuer={"type": "self"},
        lines={"object": "list", "data": [], "has_more": False, "url": f"/v1/invoices/{invoice_id}/lines"},
        livemode=False, metadata={}, parent=parent, payments=None,
        payment_settings={"default_mandate": None, "payment_method_options": None, "payment_method_types": None},
        period_start=start if start is not None else now, period_end=end if end is not None else now,
        post_payment_credit_notes_amount=0, pre_payment_credit_notes_amount=0, starting_balance=customer["balance"],
        status="draft", subtotal=0, total=0, test_clock=customer["test_clock"], total_discount_amounts=[],
        total_pretax_credit_amounts=[], total_taxes=[],
        status_transitions=dict.fromkeys(("finalized_at", "marked_uncollectible_at", "paid_at", "voided_at")),
    ) | more  # fmt: skip
    invoice["lines"]["data"] = _take_pending(world, invoice, pending or []) + lines
    add_up(world, invoice)
    world.store.put(invoice)
    for line in invoice["lines"]["data"]:
        _note(world, line)
    for owner in (subscription or {}).get("id"), customer["id"]:
        if owner:
            index = world.store.side("_invoices", owner)
            index["list"].append(invoice_id)
            world.store.touch(index)
    if subscription:
        subscription["latest_invoice"] = invoice_id
        _use_up(world, subscription, invoice)
        world.store.touch(subscription)
    world.tell("invoice.created", invoice)
    if auto_advance and world.rules.finalize_after_s:
        invoice["automatically_finalizes_at"] = now + world.rules.finalize_after_s
        world.plan(now + world.rules.finalize_after_s, "finalize", invoice)
    return invoice


def _note(world: World, line: Doc) -> None:
    details = line["parent"]["subscription_item_details"]
    if not details or details["proration"] or "_usage" in line or details["invoice_item"] or not line["amount"]:
        return
    span = line["period"]
    note_debit(world, details["subscription_item"], net=left(line), start=span["start"], end=span["end"], source=line)


def _use_up(world: World, subscription: Doc, invoice: Doc) -> None:
    """A coupon for one invoice is gone once it took something off."""
    used = {cut["discount"] for line in invoice["lines"]["data"] for cut in line["discount_amounts"]}
    for discount_id in list(subscription["discounts"]):
        discount = world.store.get("discount", discount_id)
        coupon = world.store.get("coupon", discount["source"]["coupon"])
        if coupon["duration"] == "once" and discount_id in used:
            subscription["discounts"].remove(discount_id)
            world.tell("customer.discount.deleted", discount)


def finalize(world: World, invoice: Doc) -> Doc:
    """From draft to open: usage counted up to now, balance used, number given. Nothing due means paid."""
    if invoice["status"] != "draft":
        raise refused("This invoice is already finalized, you can't re-finalize it.", "invoice_not_editable")
    customer = world.store.get("customer", invoice["customer"])
    count_usage_again(world, invoice)
    add_up(world, invoice)
    now = world.now(customer)
    before, total = customer["balance"], invoice["total"]
    due, after = settlement(world, total, before)
    if after != before:
        move_balance(world, customer, after - before, "applied_to_invoice", invoice=invoice["id"])
    invoice["number"] = f"{customer['invoice_prefix']}-{customer['next_invoice_sequence']:04d}"
    customer["next_invoice_sequence"] += 1
    world.store.touch(customer)
    invoice.update(
        status="open", starting_balance=before, ending_balance=customer["balance"], amount_due=due,
        amount_remaining=due, automatically_finalizes_at=None, effective_at=now,
        hosted_invoice_url=f"{world.url}/invoice/{invoice['id']}",
        invoice_pdf=f"{world.url}/invoice/{invoice['id']}/pdf",
    )  # fmt: skip
    invoice["status_transitions"]["finalized_at"] = now
    world.store.touch(invoice)
    world.tell("invoice.finalized", invoice)
    return invoice


def void(world: World, invoice: Doc) -> Doc:
    """Owed no more; credit that it used comes back."""
    if invoice["status"] not in ("open", "uncollectible"):
        raise refused(f"You can only void open or uncollectible invoices; this one is {invoice['status']}.")
    customer = world.store.get("customer", invoice["customer"])
    used = invoice["starting_balance"] - (invoice["ending_balance"] or 0)
    if used:
        move_balance(world, customer, used, "unapplied_from_invoice", invoice=invoice["id"])
    for line in invoice["lines"]["data"]:
        forget_debits(world, line)
    invoice.update(status="void", auto_advance=False, next_payment_attempt=None)
    invoice["status_transitions"]["voided_at"] = world.now(customer)
    world.store.touch(invoice)
    world.tell("invoice.voided", invoice)
    return invoice


def write_off(world: World, invoice: Doc) -> Doc:
    if invoice["status"] != "open":
        raise refused(f"You can only mark an open invoice as uncollectible; this one is {invoice['status']}.")
    invoice.update(status="uncollectible", auto_advance=False, next_payment_attempt=None)
    invoice["status_transitions"]["marked_uncollectible_at"] = world.now(invoice)
    world.store.touch(invoice)
    world.tell("invoice.marked_uncollectible", invoice)
    return invoice
