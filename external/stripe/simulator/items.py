"""The verbs of invoices, invoice items and cards that take parameters from a request."""

from external.stripe.simulator import cards, renewal
from external.stripe.simulator.faults import ApiError, refused, wrong
from external.stripe.simulator.forms import Doc, flag, needed, whole, with_metadata
from external.stripe.simulator.invoices import finalize, line_of_item, make_invoice, pending_items
from external.stripe.simulator.payments import attempt, error_of, settle
from external.stripe.simulator.proration import invoice_item
from external.stripe.simulator.totals import add_up
from external.stripe.simulator.world import World


def attach_card(world: World, method: Doc, params: Doc) -> Doc:
    return cards.attach(world, method, world.store.get("customer", needed(params, "customer"), "customer"))


def create_item(world: World, params: Doc) -> Doc:
    """POST /v1/invoiceitems: waits for the next invoice, or joins a draft."""
    customer = world.store.get("customer", needed(params, "customer"), "customer")
    amount = whole(params, "amount")
    if amount is None:
        raise ApiError("Missing required param: amount.", code="parameter_missing", param="amount")
    now = world.now(customer)
    period = params.get("period", {})
    subscription = params.get("subscription")
    if subscription:
        world.store.get("subscription", subscription, "subscription")
    draft = world.store.get("invoice", params["invoice"], "invoice") if "invoice" in params else None
    if draft is not None and draft["status"] != "draft":
        raise refused("You can only add items to a draft invoice.", "invoice_not_editable")
    start, end = whole(period, "start", now) or now, whole(period, "end", now) or now
    if end < start:
        raise wrong("period[end]", "period[end] lies before period[start].")
    with world.at_time(now):
        item = invoice_item(
            world, customer, amount=amount, description=params.get("description") or "", start=start, end=end,
            subscription=subscription, metadata=with_metadata(None, params),
            discountable=flag(params, "discountable", amount > 0),
        )  # fmt: skip
        if draft is not None:
            _join(world, draft, item)
    return item


def _join(world: World, draft: Doc, item: Doc) -> None:
    pending = world.store.side("_pending", draft["customer"])
    pending["list"].remove(item["id"])
    world.store.touch(pending)
    item["invoice"] = draft["id"]
    draft["lines"]["data"].insert(0, line_of_item(world, item))
    add_up(world, draft)
    world.store.touch(draft)
    world.tell("invoice.updated", draft)


def delete_item(world: World, item: Doc, _params: Doc) -> Doc:
    """DELETE /v1/invoiceitems/{id}"""
    if item["invoice"] is not None:
        draft = world.store.get("invoice", item["invoice"])
        if draft["status"] != "draft":
            raise refused("The invoice item belongs to a final invoice.", "invoice_not_editable")
        draft["lines"]["data"] = [line for line in draft["lines"]["data"] if item["id"] not in _items_of(line)]
        add_up(world, draft)
        world.store.touch(draft)
    else:
        pending = world.store.side("_pending", item["customer"])
        pending["list"].remove(item["id"])
        world.store.touch(pending)
    world.store.remove(item["id"])
    world.tell("invoiceitem.deleted", item)
    return {"id": item["id"], "object": "invoiceitem", "deleted": True}


def _items_of(line: Doc) -> list[str | None]:
    return [(line["parent"][kind] or {}).get("invoice_item") for kind in line["parent"] if kind != "type"]


def create_invoice(world: World, params: Doc) -> Doc:
    """POST /v1/invoices: what waits for the customer, or for one subscription."""
    customer = world.store.get("customer", needed(params, "customer"), "customer")
    subscription = None
    if "subscription" in params:
        subscription = world.store.get("subscription", params["subscription"], "subscription")
    pending = pending_items(world, customer["id"], subscription["id"] if subscription else None)
    if subscription:
        pending = [one for one in pending if one["parent"] is not None]
    elif params.get("pending_invoice_items_behavior", "exclude") == "exclude":
        pending = []
    if subscription and not pending:
        raise refused("Nothing to invoice for subscription", "invoice_no_subscription_line_items")
    with world.at_time(world.now(customer)):
        return make_invoice(
            world, customer, reason="manual", lines=[], subscription=subscription, pending=pending,
            auto_advance=flag(params, "auto_advance"), description=params.get("description"),
            tax=flag(params.get("automatic_tax", {}), "enabled"),
            discounts=list(subscription["discounts"]) if subscription else [],
            metadata=with_metadata(None, params),
        )  # fmt: skip


def update_invoice(world: World, invoice: Doc, params: Doc) -> Doc:
    invoice["metadata"] = with_metadata(invoice["metadata"], params)
    if "description" in params:
        invoice["description"] = params["description"] or None
    if "auto_advance" in params:
        if invoice["status"] not in ("draft", "open"):
            raise refused("auto_advance belongs to draft and open invoices.", "invoice_not_editable")
        invoice["auto_advance"] = flag(params, "auto_advance")
        if invoice["status"] == "draft":
            _plan_close(world, invoice)
    world.store.touch(invoice)
    world.tell("invoice.updated", invoice)
    return invoice


def _plan_close(world: World, invoice: Doc) -> None:
    """Released: final an hour after it was made, or in the next second when that has passed."""
    if not invoice["auto_advance"]:
        invoice["automatically_finalizes_at"] = None
        return
    at = max(invoice["created"] + world.rules.finalize_after_s, world.now(invoice) + 1)
    invoice["automatically_finalizes_at"] = at
    world.plan(at, "finalize", invoice)


def delete_invoice(world: World, invoice: Doc, _params: Doc) -> Doc:
    """A manual draft only."""
    if invoice["status"] != "draft" or invoice["billing_reason"] != "manual":
        raise refused("You can only delete draft invoices that no subscription made.", "invoice_not_editable")
    gone = {"id": invoice["id"], "object": "invoice", "deleted": True}
    world.tell("invoice.deleted", invoice)
    invoice.clear()
    invoice.update(gone)
    world.store.touch(invoice)
    return gone


def finalize_invoice(world: World, invoice: Doc, params: Doc) -> Doc:
    with world.at_time(world.now(invoice)):
        if "auto_advance" in params:
            invoice["auto_advance"] = flag(params, "auto_advance")
        finalize(world, invoice)
        if invoice["amount_remaining"] == 0:
            attempt(world, invoice)
        elif invoice["auto_advance"]:
            world.plan(world.now() + world.rules.finalize_after_s, "charge", invoice)
    return invoice


def pay_invoice(world: World, invoice: Doc, params: Doc) -> Doc:
    """POST /v1/invoices/{id}/pay. A draft is made final first. A refused card is told as an error, and counts."""
    with world.at_time(world.now(invoice)):
        if invoice["status"] == "draft":
            finalize(world, invoice)
        if flag(params, "paid_out_of_band"):
            settle(world, invoice)
            return invoice
        method = cards.resolve(world, params["payment_method"]) if "payment_method" in params else None
        reason = attempt(world, invoice, method=method)
        if reason:
            raise error_of(world, invoice, reason)
    return invoice


def void_invoice(world: World, invoice: Doc, _params: Doc) -> Doc:
    with world.at_time(world.now(invoice)):
        return renewal.void_invoice(world, invoice)


def write_off_invoice(world: World, invoice: Doc, _params: Doc) -> Doc:
    with world.at_time(world.now(invoice)):
        return renewal.write_off_invoice(world, invoice)


def expire_session(world: World, session: Doc, _params: Doc) -> Doc:
    if session["status"] != "open":
        raise refused(f"Only open sessions can be expired; this one is {session['status']}.")
    renewal.expire_page(world, session)
    return session
