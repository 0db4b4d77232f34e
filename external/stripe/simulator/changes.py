"""Changing a subscription: its items, trial, discounts, pause and end. POST /v1/subscriptions/{id} and its cancel."""

from external.stripe.simulator.cards import resolve
from external.stripe.simulator.catalogue import plan_of
from external.stripe.simulator.faults import ApiError, refused, wrong
from external.stripe.simulator.forms import Doc, flag, many, needed, whole, with_metadata
from external.stripe.simulator.invoices import finalize, make_invoice, pending_items
from external.stripe.simulator.lines import usage_lines
from external.stripe.simulator.payments import attempt
from external.stripe.simulator.proration import bill_usage_so_far, credit_unused, debit_remaining
from external.stripe.simulator.subscriptions import (
    add_item,
    bill_period,
    end_subscription,
    is_metered,
    items_of,
    plan_periods,
    redeem,
    restart_segments,
    set_period,
)
from external.stripe.simulator.world import World

BEHAVIOURS = ("create_prorations", "always_invoice", "none")


def update_subscription(world: World, subscription: Doc, params: Doc) -> Doc:
    """POST /v1/subscriptions/{id}"""
    if subscription["ended_at"] is not None:
        raise ApiError("A canceled subscription can only update its cancellation_details and metadata.", param="id")
    with world.at_time(world.now(subscription)):
        _plain(world, subscription, params)
        _ending(world, subscription, params)
        _money(world, subscription, params)
        _pause(world, subscription, params)
        world.store.touch(subscription)
        world.tell("customer.subscription.updated", subscription)
    return subscription


def _plain(world: World, subscription: Doc, params: Doc) -> None:
    subscription["metadata"] = with_metadata(subscription["metadata"], params)
    if "description" in params:
        subscription["description"] = params["description"] or None
    if name := params.get("default_payment_method"):
        method = resolve(world, name)
        if method["customer"] != subscription["customer"]:
            raise ApiError("The payment method must be attached to the customer.", param="default_payment_method")
        subscription["default_payment_method"] = method["id"]
    if "automatic_tax" in params:
        on = flag(params["automatic_tax"], "enabled")
        subscription["automatic_tax"] |= {"enabled": on, "liability": {"type": "self"} if on else None}
    if behaviour := params.get("trial_settings", {}).get("end_behavior", {}).get("missing_payment_method"):
        subscription["trial_settings"]["end_behavior"]["missing_payment_method"] = behaviour
    discounts = params.get("discounts")
    if discounts == "":
        subscription["discounts"] = []
    elif discounts and isinstance(discounts, list):
        subscription["discounts"] = [redeem(world, subscription, one, world.now()) for one in discounts]


def _ending(world: World, subscription: Doc, params: Doc) -> None:
    now = world.now()
    if "cancel_at" in params:
        at = None if params["cancel_at"] == "" else whole(params, "cancel_at")
        ends = [item["current_period_end"] for item in items_of(world, subscription)]
        if at is not None and at not in ends:
            raise ApiError("Only an end of a period is simulated.", param="cancel_at")
        _end_at(subscription, at, now)
    if "cancel_at_period_end" in params:
        at_end = flag(params, "cancel_at_period_end")
        ends = [item["current_period_end"] for item in items_of(world, subscription)]
        _end_at(subscription, min(ends) if at_end else None, now)
        subscription["cancel_at_period_end"] = at_end
    details = params.get("cancellation_details", {})
    subscription["cancellation_details"] |= {k: v or None for k, v in details.items() if k in ("comment", "feedback")}


def _end_at(subscription: Doc, at: int | None, now: int) -> None:
    subscription["cancel_at"] = at
    subscription["canceled_at"] = now if at is not None else None
    subscription["cancellation_details"]["reason"] = "cancellation_requested" if at is not None else None
    if at is None:
        subscription["cancel_at_period_end"] = False


def _pause(world: World, subscription: Doc, params: Doc) -> None:
    given = params.get("pause_collection")
    if given == "":
        subscription["pause_collection"] = None
    elif given is not None:
        behaviour = needed(given, "behavior")
        if behaviour not in ("void", "keep_as_draft", "mark_uncollectible"):
            raise wrong("pause_collection[behavior]", f"Invalid behavior: {behaviour}", "parameter_invalid_string")
        until = whole(given, "resumes_at")
        subscription["pause_collection"] = {"behavior": behaviour, "resumes_at": until}
        if until is not None:
            world.plan(until, "unpause", subscription)


def _money(world: World, subscription: Doc, params: Doc) -> None:
    behaviour = params.get("proration_behavior", "create_prorations")
    if behaviour not in BEHAVIOURS:
        raise wrong("proration_behavior", f"Invalid proration_behavior: {behaviour}", "parameter_invalid_string")
    now = world.now()
    at = whole(params, "proration_date", now) or now
    starts = [item["current_period_start"] for item in items_of(world, subscription)]
    ends = [item["current_period_end"] for item in items_of(world, subscription)]
    if not min(starts) <= at <= max(ends):
        raise ApiError("Cannot specify `proration_date` outside of current subscription period", param="proration_date")
    was_trialing = subscription["status"] == "trialing"
    ends_trial = was_trialing and params.get("trial_end") == "now"
    restart = params.get("billing_cycle_anchor") == "now" or ends_trial
    if "trial_end" in params and not ends_trial:
        _move_trial(world, subscription, whole(params, "trial_end"), was_trialing)
    prorate = behaviour != "none" and not was_trialing
    _items(world, subscription, params, at, prorate=prorate, restart=restart)
    if restart:
        _restart(world, subscription, prorate=prorate, now=now, at=at)
    elif behaviour == "always_invoice" and prorate:
        _invoice_now(world, subscription)


def _move_trial(world: World, subscription: Doc, end: int | None, was_trialing: bool) -> None:
    now = world.now()
    if end is None or end <= now:
        raise wrong("trial_end", "Invalid timestamp: must be an integer Unix timestamp in the future.")
    if not was_trialing:
        raise ApiError("Only the trial of a trialing subscription is moved by the simulation.", param="trial_end")
    subscription.update(trial_end=end, billing_cycle_anchor=end)
    for item in items_of(world, subscription):
        item.update(current_period_end=end)
        world.store.touch(item)
    world.plan(end, "period", subscription)
    world.plan(end - 3 * 86_400, "remind", subscription)


def _items(world: World, subscription: Doc, params: Doc, at: int, *, prorate: bool, restart: bool) -> None:
    by_id = {item["id"]: item for item in items_of(world, subscription)}
    for given in many(params.get("items")):
        item = by_id.get(given.get("id", ""))
        if "id" in given and item is None:
            raise ApiError(f"No such subscription item: '{given['id']}'", code="resource_missing", param="items[0][id]")
        if item is None:
            item = add_item(world, subscription, given, at)
            if prorate and not restart and not is_metered(item):
                debit_remaining(world, subscription, item, at)
            world.plan(item["current_period_end"], "period", subscription)
        elif given.get("deleted") in ("true", True):
            _drop(world, subscription, item, at, prorate=prorate)
        else:
            _replace(world, subscription, item, given, at, prorate=prorate, restart=restart)


def _drop(world: World, subscription: Doc, item: Doc, at: int, *, prorate: bool) -> None:
    if len(subscription["items"]["data"]) == 1:
        raise refused("A subscription must have at least one active plan.")
    if is_metered(item):
        bill_usage_so_far(world, subscription, item, at)
    elif prorate:
        credit_unused(world, subscription, item, at)
    subscription["items"]["data"].remove(item["id"])
    item["_gone"] = True
    world.store.touch(item)


def _replace(world: World, subscription: Doc, item: Doc, given: Doc, at: int, *, prorate: bool, restart: bool) -> None:
    price = world.store.get("price", given.get("price", item["price"]["id"]), "items[0][price]")
    old = item["price"]
    quantity = None if is_metered(item) else whole(given, "quantity", 1 if "price" in given else item["quantity"])
    if price["id"] == old["id"] and quantity == item.get("quantity"):
        return
    if not price["active"]:
        raise ApiError(f"The price specified is inactive: {price['id']}", param="items[0][price]")
    if price["recurring"]["usage_type"] != old["recurring"]["usage_type"]:
        raise ApiError("A licensed price cannot replace a metered one on an item.", param="items[0][price]")
    same = all(price["recurring"][part] == old["recurring"][part] for part in ("interval", "interval_count"))
    if not same and not restart and subscription["status"] != "trialing":
        raise ApiError(
            "A new interval is simulated with billing_cycle_anchor=now only (ADR 0018).", param="billing_cycle_anchor"
        )
    if prorate and not is_metered(item):
        credit_unused(world, subscription, item, at)
    item["price"] = {name: value for name, value in price.items() if name != "tiers"}
    item["plan"] = plan_of(price)
    if is_metered(item):
        segments = world.store.side("_segments", item["id"])
        segments["list"].append({"price": price["id"], "start": at})
        world.store.touch(segments)
    else:
        item["quantity"] = quantity
        if prorate and not restart:
            debit_remaining(world, subscription, item, at)
    item["metadata"] = with_metadata(item["metadata"], given)
    world.store.touch(item)


def _restart(world: World, subscription: Doc, *, prorate: bool, now: int, at: int | None = None) -> None:
    """A new period of every item begins now, and is invoiced and charged at once."""
    usage: list[Doc] = []
    items = items_of(world, subscription)
    trialing = subscription["status"] == "trialing"
    for item in items:
        if is_metered(item) and not trialing:
            usage += usage_lines(world, item, subscription["customer"], item["current_period_start"], now)
        elif prorate:
            credit_unused(world, subscription, item, now if at is None else at)
    if trialing:
        subscription.update(trial_end=now, status="active")
    subscription["billing_cycle_anchor"] = now
    for item in items:
        set_period(subscription, item, now)
        if is_metered(item):
            restart_segments(world, item, now)
        world.store.touch(item)
    invoice = bill_period(
        world, subscription, items, reason="subscription_update", now=now,
        usage=[line for line in usage if line["amount"]],
    )  # fmt: skip
    plan_periods(world, subscription)
    _charge_at_once(world, invoice)


def _invoice_now(world: World, subscription: Doc) -> None:
    customer = world.store.get("customer", subscription["customer"])
    pending = [one for one in pending_items(world, customer["id"], subscription["id"]) if one["parent"] is not None]
    if pending:
        invoice = make_invoice(
            world, customer, reason="subscription_update", lines=[], subscription=subscription, pending=pending,
            discounts=list(subscription["discounts"]),
        )  # fmt: skip
        _charge_at_once(world, invoice)


def _charge_at_once(world: World, invoice: Doc | None) -> None:
    if invoice is not None:
        finalize(world, invoice)
        attempt(world, invoice)


def cancel_subscription(world: World, subscription: Doc, params: Doc) -> Doc:
    """DELETE /v1/subscriptions/{id}"""
    if subscription["ended_at"] is not None:
        raise ApiError(f"No such subscription: '{subscription['id']}'", status=404, code="resource_missing", param="id")
    with world.at_time(world.now(subscription)):
        now = world.now()
        trialing = subscription["status"] == "trialing"
        for item in items_of(world, subscription):
            if is_metered(item):
                if flag(params, "invoice_now"):
                    bill_usage_so_far(world, subscription, item, now)
            elif flag(params, "prorate") and not trialing:
                credit_unused(world, subscription, item, now)
        end_subscription(world, subscription, reason="cancellation_requested")
        if flag(params, "invoice_now"):
            _invoice_now(world, subscription)
    return subscription


def resume_subscription(world: World, subscription: Doc, params: Doc) -> Doc:
    """POST /v1/subscriptions/{id}/resume: from "paused", with a new period from now."""
    if subscription["status"] != "paused":
        raise refused("This subscription is not paused.", "subscription_not_paused")
    if params.get("billing_cycle_anchor", "now") != "now":
        raise ApiError("Only billing_cycle_anchor=now is simulated.", param="billing_cycle_anchor")
    with world.at_time(world.now(subscription)):
        subscription.update(status="active", status_details=None)
        _restart(world, subscription, prorate=False, now=world.now())
        world.store.touch(subscription)
        world.tell("customer.subscription.resumed", subscription)
    return subscription
