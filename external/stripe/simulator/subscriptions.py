"""Subscriptions: begun, changed, paused, ended. Money of a change: `proration`; of a new period: `renewal`."""

from external.stripe.simulator.blanks import blank
from external.stripe.simulator.calendar import period_end
from external.stripe.simulator.cards import attach, behaviour, decline, resolve
from external.stripe.simulator.catalogue import plan_of
from external.stripe.simulator.faults import ApiError, refused, required, wrong
from external.stripe.simulator.forms import Doc, flag, many, needed, whole, with_metadata
from external.stripe.simulator.invoices import finalize, make_invoice, pending_items
from external.stripe.simulator.lines import licensed_amount, make_line, name_of
from external.stripe.simulator.payments import attempt
from external.stripe.simulator.store import fresh
from external.stripe.simulator.world import DAY, HOUR, World

TRIAL_REMINDER_S = 3 * DAY
INCOMPLETE_S = 23 * HOUR


def items_of(world: World, subscription: Doc) -> list[Doc]:
    return [world.store.get("subscription_item", one) for one in subscription["items"]["data"]]


def is_metered(item: Doc) -> bool:
    return bool(item["price"]["recurring"]["usage_type"] == "metered")


def create_subscription(world: World, params: Doc) -> Doc:
    """POST /v1/subscriptions"""
    if params.get("billing_mode", {}).get("type", "flexible") != "flexible":
        raise ApiError("Only billing_mode flexible is simulated (ADR 0018).", param="billing_mode[type]")
    customer = world.store.get("customer", needed(params, "customer"), "customer")
    if customer.get("deleted"):
        raise ApiError(f"No such customer: '{customer['id']}'", code="resource_missing", param="customer")
    with world.at_time(world.now(customer)):
        return _create(world, customer, params)


def _create(world: World, customer: Doc, params: Doc) -> Doc:
    now = world.now()
    trial_end = _trial_end(params, now)
    subscription = _draft(world, customer, params, now, trial_end)
    card = _card(world, customer, params)
    subscription["default_payment_method"] = card["id"] if card and params.get("default_payment_method") else None
    behave = params.get("payment_behavior", "allow_incomplete")
    if not trial_end and not card and behave != "default_incomplete":
        raise ApiError(
            "This customer has no attached payment source or default payment method. Please consider adding a "
            "default payment method.", code="resource_missing",
        )  # fmt: skip
    if not trial_end and card and behave == "error_if_incomplete" and behaviour(card).on_charge:
        raise decline(behaviour(card).on_charge)
    world.store.put(subscription)
    for given in many(params.get("items")):
        add_item(world, subscription, given, now)
    if not subscription["items"]["data"]:
        raise required("items")
    subscription["discounts"] = [redeem(world, subscription, one, now) for one in many(params.get("discounts"))]
    subscription["status"] = "trialing" if trial_end else "incomplete"
    world.tell("customer.subscription.created", subscription)
    invoice = bill_period(world, subscription, items_of(world, subscription), reason="subscription_create", now=now)
    if invoice is not None:
        finalize(world, invoice)
        if invoice["amount_remaining"] == 0 or behave != "default_incomplete":
            attempt(world, invoice)
    elif not trial_end:
        subscription["status"] = "active"
    if subscription["status"] == "incomplete":
        world.plan(now + INCOMPLETE_S, "expire", subscription)
    _plan_periods(world, subscription)
    if trial_end and trial_end - TRIAL_REMINDER_S > now:
        world.plan(trial_end - TRIAL_REMINDER_S, "remind", subscription)
    return subscription


def _trial_end(params: Doc, now: int) -> int | None:
    days = whole(params, "trial_period_days")
    end = whole(params, "trial_end") if params.get("trial_end") != "now" else None
    if days is not None and end is not None:
        raise ApiError("Send trial_end or trial_period_days, not both.", param="trial_end")
    end = now + days * DAY if days else end
    if end is not None and end <= now:
        raise wrong("trial_end", "Invalid timestamp: must be an integer Unix timestamp in the future.")
    return end


def _draft(world: World, customer: Doc, params: Doc, now: int, trial_end: int | None) -> Doc:
    sub_id = fresh("sub")
    missing = params.get("trial_settings", {}).get("end_behavior", {}).get("missing_payment_method", "create_invoice")
    tax = flag(params.get("automatic_tax", {}), "enabled")
    return blank(
        "subscription", id=sub_id, billing_cycle_anchor=trial_end or now, billing_schedules=[],
        automatic_tax={"disabled_reason": None, "enabled": tax, "liability": {"type": "self"} if tax else None},
        billing_mode={"flexible": {"proration_discounts": "included"}, "type": "flexible", "updated_at": None},
        cancel_at_period_end=flag(params, "cancel_at_period_end"), collection_method="charge_automatically",
        cancellation_details={"comment": None, "feedback": None, "feedback_option": None, "reason": None},
        created=now, currency=customer["currency"] or "usd", customer=customer["id"], discounts=[],
        description=params.get("description"), invoice_settings={"account_tax_ids": None, "custom_fields": None,
        "description": None, "footer": None, "issuer": {"type": "self"}},
        items={"object": "list", "data": [], "has_more": False,
               "url": f"/v1/subscription_items?subscription={sub_id}"},
        livemode=False, metadata=with_metadata(None, params),
        payment_settings={"payment_method_options": None, "payment_method_types": None,
                          "save_default_payment_method": "off"},
        start_date=now, status="incomplete", test_clock=customer["test_clock"], trial_end=trial_end,
        trial_settings={"end_behavior": {"billing_cycle_anchor": "now", "missing_payment_method": missing}},
        trial_start=now if trial_end else None,
    )  # fmt: skip


def _card(world: World, customer: Doc, params: Doc) -> Doc | None:
    name = params.get("default_payment_method") or customer["invoice_settings"]["default_payment_method"]
    if not name:
        return None
    method = resolve(world, name)
    if method["customer"] is None and name != method["id"]:
        attach(world, method, customer)
    if method["customer"] != customer["id"]:
        raise ApiError(
            "The payment method must be attached to the customer.", code="resource_missing",
            param="default_payment_method",
        )  # fmt: skip
    return method


def add_item(world: World, subscription: Doc, given: Doc, now: int) -> Doc:
    """An item whose period ends with the subscription's trial, or on its anchor."""
    price = world.store.get("price", needed(given, "price"), "items[0][price]")
    if not price["active"]:
        raise ApiError(f"The price specified is inactive: {price['id']}", param="items[0][price]")
    if price["type"] != "recurring":
        raise ApiError("The price specified is set to `type=one_time`.", param="items[0][price]")
    metered = price["recurring"]["usage_type"] == "metered"
    if metered and "quantity" in given:
        raise ApiError("You cannot set the quantity for metered plans.", param="items[0][quantity]")
    item = blank(
        "subscription_item", id=fresh("si"), created=now, current_period_start=now, current_period_end=now,
        discounts=[], metadata=with_metadata(None, given), plan=plan_of(price), price=_without_tiers(price),
        subscription=subscription["id"], tax_rates=[],
    )  # fmt: skip
    if metered:
        item.pop("quantity")
    else:
        item["quantity"] = whole(given, "quantity", 1)
    set_period(subscription, item, now)
    world.store.put(item)
    subscription["items"]["data"].append(item["id"])
    if metered:
        restart_segments(world, item, now)
    return item


def _without_tiers(price: Doc) -> Doc:
    return {name: value for name, value in price.items() if name != "tiers"}


def set_period(subscription: Doc, item: Doc, start: int) -> None:
    if subscription["trial_end"] and start < subscription["trial_end"]:
        item.update(current_period_start=start, current_period_end=subscription["trial_end"])
        return
    recurring = item["price"]["recurring"]
    end = period_end(subscription["billing_cycle_anchor"], recurring["interval"], recurring["interval_count"], start)
    item.update(current_period_start=start, current_period_end=end)


def restart_segments(world: World, item: Doc, start: int) -> None:
    """From ``start`` usage is counted anew, at the item's price."""
    side = world.store.side("_segments", item["id"])
    side["list"] = [{"price": item["price"]["id"], "start": start}]
    world.store.touch(side)


def redeem(world: World, subscription: Doc, given: Doc, now: int) -> str:
    """The id of the discount that a coupon becomes for this subscription."""
    if "discount" in given:
        return str(world.store.get("discount", given["discount"], "discounts")["id"])
    coupon = world.store.get("coupon", needed(given, "coupon"), "discounts[0][coupon]")
    if not coupon["valid"]:
        raise ApiError(
            f"Coupon {coupon['id']} is no longer valid.", code="coupon_expired", param="discounts[0][coupon]"
        )
    coupon["times_redeemed"] += 1
    coupon["valid"] = coupon["max_redemptions"] is None or coupon["times_redeemed"] < coupon["max_redemptions"]
    world.store.touch(coupon)
    months = coupon["duration_in_months"]
    discount = world.store.put(
        blank(
            "discount", id=fresh("di"), customer=subscription["customer"], start=now,
            end=period_end(now, "month", months, now) if months else None,
            source={"coupon": coupon["id"], "type": "coupon"}, subscription=subscription["id"],
        )
    )  # fmt: skip
    world.tell("customer.discount.created", discount)
    return str(discount["id"])


def bill_period(
    world: World, subscription: Doc, items: list[Doc], *, reason: str, now: int, usage: list[Doc] | None = None,
    advance: bool = True,
) -> Doc | None:  # fmt: skip
    """The invoice that begins the items' new periods; None when there would be nothing on it."""
    trial = subscription["trial_end"] is not None and now < subscription["trial_end"]
    lines = list(usage or [])
    for item in items:
        if is_metered(item):
            continue
        price = world.store.get("price", item["price"]["id"])
        amount = 0 if trial else licensed_amount(price, item["quantity"])
        name = name_of(world, price)
        lines.append(
            make_line(
                amount=amount, description=f"Trial period for {name}" if trial else f"{item['quantity']} × {name}",
                start=item["current_period_start"], end=item["current_period_end"], currency=price["currency"],
                price=price, quantity=item["quantity"], item=item, discountable=not trial,
            )
        )  # fmt: skip
    customer = world.store.get("customer", subscription["customer"])
    pending = pending_items(world, customer["id"], subscription["id"])
    if not lines and not pending:
        return None
    return make_invoice(
        world, customer, reason=reason, lines=lines, subscription=subscription, pending=pending,
        discounts=list(subscription["discounts"]), auto_advance=advance,
        start=min([item["current_period_start"] for item in items], default=now), end=now,
    )  # fmt: skip


def _plan_periods(world: World, subscription: Doc) -> None:
    for end in {item["current_period_end"] for item in items_of(world, subscription)}:
        world.plan(end, "period", subscription)


def plan_periods(world: World, subscription: Doc) -> None:
    """Renew the subscription when its items' periods end."""
    _plan_periods(world, subscription)


def end_subscription(world: World, subscription: Doc, *, reason: str | None = None) -> Doc:
    """Cancelled: no new period begins, and nothing open is charged by itself any more."""
    if subscription["ended_at"] is not None:
        raise refused("This subscription is already canceled.", "resource_missing")
    now = world.now(subscription)
    subscription.update(
        status="canceled", ended_at=now, canceled_at=subscription["canceled_at"] or now, cancel_at_period_end=False,
        pause_collection=None,
    )  # fmt: skip
    if reason:
        subscription["cancellation_details"]["reason"] = reason
    for name in world.store.side("_invoices", subscription["id"])["list"]:
        invoice = world.store.get("invoice", name)
        if invoice["status"] in ("draft", "open") and invoice["auto_advance"]:
            invoice.update(auto_advance=False, next_payment_attempt=None)
            world.store.touch(invoice)
    world.store.touch(subscription)
    world.tell("customer.subscription.deleted", subscription)
    return subscription
