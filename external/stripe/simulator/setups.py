"""Setup intents, which save a card, and Checkout and portal sessions, whose pages are in `pages`."""

from external.stripe.simulator.blanks import blank
from external.stripe.simulator.cards import attach, behaviour, decline, resolve
from external.stripe.simulator.faults import ApiError, refused, required
from external.stripe.simulator.forms import Doc, flag, many, needed, whole, with_metadata
from external.stripe.simulator.store import fresh
from external.stripe.simulator.subscriptions import create_subscription
from external.stripe.simulator.world import DAY, World


def create_setup_intent(world: World, params: Doc) -> Doc:
    """POST /v1/setup_intents"""
    customer = world.store.get("customer", params["customer"], "customer") if "customer" in params else None
    intent_id = fresh("seti")
    intent = world.store.put(
        blank(
            "setup_intent", id=intent_id, client_secret=f"{intent_id}_secret", created=world.now(customer),
            customer=customer["id"] if customer else None, livemode=False, metadata=with_metadata(None, params),
            payment_method_types=["card"], status="requires_payment_method", usage=params.get("usage", "off_session"),
            payment_method_options={"card": {"mandate_options": None, "network": None,
                                             "request_three_d_secure": "automatic"}},
        )
    )  # fmt: skip
    world.tell("setup_intent.created", intent)
    if "payment_method" in params:
        intent["payment_method"] = resolve(world, params["payment_method"])["id"]
        intent["status"] = "requires_confirmation"
    if flag(params, "confirm"):
        confirm_setup_intent(world, intent, {})
    return intent


def confirm_setup_intent(world: World, intent: Doc, params: Doc, *, present: bool = False) -> Doc:
    """Save the card. ``present``: its holder is there and has answered the bank."""
    if intent["status"] in ("succeeded", "canceled"):
        raise refused(f"This SetupIntent is {intent['status']}.", "setup_intent_unexpected_state")
    name = params.get("payment_method") or intent["payment_method"]
    if not name:
        raise required("payment_method")
    method = resolve(world, name)
    reason = behaviour(method).on_save
    if reason == "authentication_required" and not present:
        intent.update(
            status="requires_action", payment_method=method["id"],
            next_action={"type": "use_stripe_sdk", "use_stripe_sdk": {}},
        )  # fmt: skip
        world.store.touch(intent)
        world.tell("setup_intent.requires_action", intent)
        return intent
    if reason and reason != "authentication_required":
        error = decline(reason)
        intent.update(status="requires_payment_method", last_setup_error=error.body["error"], payment_method=None)
        world.store.touch(intent)
        world.tell("setup_intent.setup_failed", intent)
        raise error
    intent.update(status="succeeded", payment_method=method["id"], last_setup_error=None, next_action=None)
    world.store.touch(intent)
    if intent["customer"]:
        attach(world, method, world.store.get("customer", intent["customer"]), confirmed=True)
    world.tell("setup_intent.succeeded", intent)
    return intent


def create_session(world: World, params: Doc) -> Doc:
    """POST /v1/checkout/sessions in mode setup or subscription, on Stripe's own page."""
    mode = needed(params, "mode")
    if mode not in ("setup", "subscription"):
        raise ApiError("Only the modes setup and subscription are simulated.", param="mode")
    if params.get("ui_mode", "hosted_page") != "hosted_page":
        raise ApiError("Only hosted pages are simulated.", param="ui_mode")
    customer = world.store.get("customer", needed(params, "customer"), "customer")
    now, session_id = world.now(customer), fresh("cs_test")
    lines = many(params.get("line_items"))
    data = params.get("subscription_data", {})
    amount = None
    if mode == "subscription":
        if not lines:
            raise required("line_items")
        prices = [world.store.get("price", needed(one, "price"), "line_items[0][price]") for one in lines]
        trial = "trial_end" in data or "trial_period_days" in data
        fees = [
            (price["unit_amount"] or 0) * (whole(one, "quantity", 1) or 1)
            for price, one in zip(prices, lines, strict=True)
            if price["recurring"]["usage_type"] == "licensed"
        ]
        amount = 0 if trial else sum(fees)
    intent = None
    if mode == "setup":
        meta = params.get("setup_intent_data", {}).get("metadata", {})
        intent = create_setup_intent(world, {"customer": customer["id"], "metadata": meta})["id"]
    session = world.store.put(
        blank(
            "checkout.session", id=session_id, amount_subtotal=amount, amount_total=amount,
            automatic_tax={"enabled": flag(params.get("automatic_tax", {}), "enabled"), "liability": None,
                           "provider": None, "status": None},
            cancel_url=params.get("cancel_url"), client_reference_id=params.get("client_reference_id"),
            created=now, currency=params.get("currency") or ("usd" if amount is not None else None), custom_fields=[],
            custom_text=dict.fromkeys(("after_submit", "shipping_address", "submit", "terms_of_service_acceptance")),
            customer=customer["id"], customer_email=None, expires_at=now + DAY, livemode=False, locale="auto",
            metadata=with_metadata(None, params), mode=mode, payment_method_types=["card"],
            payment_method_collection=params.get("payment_method_collection", "always"),
            payment_status="no_payment_required" if not amount else "unpaid", setup_intent=intent, shipping_options=[],
            status="open", success_url=needed(params, "success_url"), ui_mode="hosted_page",
            url=f"{world.url}/c/pay/{session_id}", _lines=lines, _data=data, _discounts=many(params.get("discounts")),
        )
    )  # fmt: skip
    world.plan(now + DAY, "expire_page", session | {"test_clock": customer["test_clock"]})
    return session


def complete_session(world: World, session: Doc, method: Doc) -> Doc:
    """The person at the page gave a card and, where asked, answered the bank."""
    if session["status"] != "open":
        raise refused(f"This Checkout Session is {session['status']}.")
    customer = world.store.get("customer", session["customer"])
    if session["mode"] == "setup":
        intent = world.store.get("setup_intent", session["setup_intent"])
        confirm_setup_intent(world, intent, {"payment_method": method["id"]}, present=True)
    else:
        _subscribe(world, session, customer, method)
    session.update(status="complete", url=None, customer_details=_details(customer))
    world.store.touch(session)
    with world.at_time(world.now(customer)):
        world.tell("checkout.session.completed", session)
    return session


def _subscribe(world: World, session: Doc, customer: Doc, method: Doc) -> None:
    reason = behaviour(method).on_save
    if reason and reason != "authentication_required":
        raise decline(reason)
    charge = behaviour(method).on_charge
    if session["amount_total"] and charge and charge != "authentication_required":
        raise decline(charge)
    attach(world, method, customer, confirmed=True)
    data = {name: value for name, value in session["_data"].items() if name in _FROM_DATA}
    items = [{k: v for k, v in one.items() if k in ("price", "quantity")} for one in session["_lines"]]
    subscription = create_subscription(
        world, data | {
            "customer": customer["id"], "items": items, "default_payment_method": method["id"],
            "discounts": session["_discounts"],
            "automatic_tax": {"enabled": session["automatic_tax"]["enabled"]},
        },
    )  # fmt: skip
    if subscription["status"] == "incomplete":  # the holder is at the page and confirms
        from external.stripe.simulator.payments import attempt  # noqa: PLC0415

        attempt(world, world.store.get("invoice", subscription["latest_invoice"]), confirmed=True)
    session.update(subscription=subscription["id"], invoice=subscription["latest_invoice"])
    session["payment_status"] = "paid" if session["amount_total"] else "no_payment_required"


_FROM_DATA = ("trial_end", "trial_period_days", "metadata", "trial_settings", "description", "billing_mode")


def _details(customer: Doc) -> Doc:
    return {
        "address": None, "business_name": None, "email": customer["email"], "individual_name": None,
        "name": customer["name"], "phone": None, "tax_exempt": "none", "tax_ids": [],
    }  # fmt: skip


def create_portal(world: World, params: Doc) -> Doc:
    """POST /v1/billing_portal/sessions"""
    customer = world.store.get("customer", needed(params, "customer"), "customer")
    session_id = fresh("bps")
    return world.store.put(
        blank(
            "billing_portal.session", id=session_id, configuration="bpc_simulated", created=world.now(customer),
            customer=customer["id"], livemode=False, return_url=params.get("return_url"),
            url=f"{world.url}/p/session/{session_id}",
        )
    )  # fmt: skip
