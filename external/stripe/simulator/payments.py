"""Charging cards for invoices: payment intents, charges, retries, and what that does to a subscription's status."""

from typing import Any

from external.stripe.simulator.blanks import blank
from external.stripe.simulator.cards import behaviour, decline
from external.stripe.simulator.faults import ApiError, refused
from external.stripe.simulator.forms import Doc
from external.stripe.simulator.store import fresh
from external.stripe.simulator.world import DAY, World

type Outcome = str  # "" paid, else the decline code


def subscription_of(world: World, invoice: Doc) -> Doc | None:
    parent = invoice["parent"]
    return world.store.get("subscription", parent["subscription_details"]["subscription"]) if parent else None


def card_for(world: World, invoice: Doc) -> Doc | None:
    """The invoice's own card, the subscription's, or the customer's default."""
    customer = world.store.get("customer", invoice["customer"])
    subscription = subscription_of(world, invoice)
    names = (
        invoice["default_payment_method"],
        subscription["default_payment_method"] if subscription else None,
        customer["invoice_settings"]["default_payment_method"],
    )
    found = next((name for name in names if name), None)
    return world.store.get("payment_method", found) if found else None


def intent_of(world: World, invoice: Doc) -> Doc:
    """The invoice's payment intent, made when it is first needed."""
    payments = world.store.side("_payments", invoice["id"])
    for name in reversed(payments["list"]):
        payment = world.store.get("invoice_payment", name)
        if payment["status"] == "open":
            return world.store.get("payment_intent", payment["payment"]["payment_intent"])
    now = world.now(invoice)
    intent_id = fresh("pi")
    intent = world.store.put(
        blank(
            "payment_intent", id=intent_id, amount=invoice["amount_remaining"], amount_capturable=0, amount_received=0,
            capture_method="automatic", confirmation_method="automatic", client_secret=f"{intent_id}_secret",
            created=now, currency=invoice["currency"], customer=invoice["customer"], livemode=False, metadata={},
            payment_method_types=["card"], status="requires_payment_method", setup_future_usage="off_session",
            description="Subscription update", payment_method_options={}, test_clock=None,
        )
    )  # fmt: skip
    intent.pop("test_clock")
    intent["_invoice"] = invoice["id"]
    payment = world.store.put(
        blank(
            "invoice_payment", id=fresh("inpay"), amount_paid=None, amount_requested=intent["amount"], created=now,
            currency=invoice["currency"], invoice=invoice["id"], is_default=True, livemode=False, status="open",
            payment={"payment_intent": intent_id, "type": "payment_intent"},
            status_transitions={"canceled_at": None, "paid_at": None},
        )
    )  # fmt: skip
    payments["list"].append(payment["id"])
    world.store.touch(payments)
    return intent


def _charge(world: World, intent: Doc, method: Doc, reason: str) -> Doc:
    charge = world.store.put(
        blank(
            "charge", id=fresh("ch"), amount=intent["amount"], amount_captured=0 if reason else intent["amount"],
            amount_refunded=0, billing_details=method["billing_details"], captured=not reason, created=world.now(),
            currency=intent["currency"], customer=intent["customer"], disputed=False, livemode=False, metadata={},
            paid=not reason, payment_intent=intent["id"], payment_method=method["id"], refunded=False,
            status="failed" if reason else "succeeded", failure_code="card_declined" if reason else None,
            failure_message=decline(reason).body["error"]["message"] if reason else None, fraud_details={},
        )
    )  # fmt: skip
    intent["latest_charge"] = charge["id"]
    world.tell("charge.failed" if reason else "charge.succeeded", charge)
    return charge


def attempt(world: World, invoice: Doc, *, method: Doc | None = None, confirmed: bool = False) -> Outcome:
    """Try to pay an open invoice. ``confirmed``: its holder is there and answers the bank (Checkout, the portal)."""
    if invoice["status"] not in ("open", "uncollectible"):
        raise refused(f"Invoice is already {invoice['status']}", "invoice_already_paid")
    if invoice["amount_remaining"] == 0:
        settle(world, invoice)
        return ""
    now = world.now(invoice)
    with world.at_time(now):
        method = method or card_for(world, invoice)
        intent = intent_of(world, invoice)
        invoice["attempt_count"] += 1
        invoice["attempted"] = True
        intent["amount"] = invoice["amount_remaining"]
        reason = behaviour(method).on_charge if method else "no_card"
        if reason == "authentication_required" and confirmed:
            reason = ""
        if method and reason != "authentication_required":
            _charge(world, intent, method, reason)
        if reason:
            _failed(world, invoice, intent, method, reason)
        else:
            assert method is not None
            intent.update(
                status="succeeded", amount_received=intent["amount"], payment_method=method["id"],
                last_payment_error=None, next_action=None,
            )  # fmt: skip
            world.store.touch(intent)
            world.tell("payment_intent.succeeded", intent)
            _close_payment(world, invoice, paid=intent["amount"])
            settle(world, invoice)
    return reason


def _close_payment(world: World, invoice: Doc, *, paid: int | None) -> None:
    for name in world.store.side("_payments", invoice["id"])["list"]:
        payment = world.store.get("invoice_payment", name)
        if payment["status"] == "open":
            payment["status"] = "canceled" if paid is None else "paid"
            payment["amount_paid"] = paid
            field = "canceled_at" if paid is None else "paid_at"
            payment["status_transitions"][field] = world.now(invoice)
            world.store.touch(payment)
            if paid is not None:
                world.tell("invoice_payment.paid", payment)


def _failed(world: World, invoice: Doc, intent: Doc, method: Doc | None, reason: str) -> None:
    asks = reason == "authentication_required"
    intent["status"] = "requires_action" if asks else "requires_payment_method"
    if asks and method:
        intent["payment_method"] = method["id"]
        intent["next_action"] = {"type": "use_stripe_sdk", "use_stripe_sdk": {}}
    elif method:
        error = decline(reason).body["error"]
        intent["payment_method"] = None
        intent["last_payment_error"] = error | {"payment_method": method["id"], "charge": intent["latest_charge"]}
        intent["last_payment_error"].pop("payment_method")
        world.tell("payment_intent.payment_failed", intent)
    world.store.touch(intent)
    _plan_retry(world, invoice)
    world.store.touch(invoice)
    if asks:
        world.tell("invoice.payment_action_required", invoice)
    world.tell("invoice.payment_failed", invoice)
    subscription = subscription_of(world, invoice)
    if subscription is not None:
        if invoice["billing_reason"] == "subscription_create" and subscription["status"] in ("incomplete", ""):
            set_status(world, subscription, "incomplete")
        elif subscription["status"] in ("active", "trialing"):
            set_status(world, subscription, "past_due")


def _plan_retry(world: World, invoice: Doc) -> None:
    """By the days of the rules, counted from the first failure."""
    subscription = subscription_of(world, invoice)
    now = world.now(invoice)
    first = invoice.setdefault("_first_failure", now)
    if subscription is None or not invoice["auto_advance"] or subscription["status"] == "incomplete":
        return
    later = [first + day * DAY for day in world.rules.retry_days if first + day * DAY > now]
    if later:
        if invoice["next_payment_attempt"] != later[0]:
            invoice["next_payment_attempt"] = later[0]
            world.plan(later[0], "retry", invoice)
    else:
        invoice["next_payment_attempt"] = None
        invoice["auto_advance"] = False
        _give_up(world, subscription)


def _give_up(world: World, subscription: Doc) -> None:
    if world.rules.then == "cancel":
        from external.stripe.simulator.subscriptions import end_subscription  # noqa: PLC0415 - it stands on us

        end_subscription(world, subscription, reason="payment_failed")
    elif world.rules.then == "unpaid":
        set_status(world, subscription, "unpaid")


def set_status(world: World, subscription: Doc, status: str) -> None:
    if subscription["status"] != status:
        subscription["status"] = status
        world.store.touch(subscription)
        world.tell("customer.subscription.updated", subscription)


def settle(world: World, invoice: Doc) -> None:
    """The invoice is paid; a subscription whose newest invoice it is comes back."""
    paid = invoice["amount_remaining"]
    invoice.update(
        status="paid", amount_paid=invoice["amount_paid"] + paid, amount_remaining=0, attempted=True,
        auto_advance=False, next_payment_attempt=None,
    )  # fmt: skip
    invoice["status_transitions"]["paid_at"] = world.now(invoice)
    world.store.touch(invoice)
    world.tell("invoice.paid", invoice)
    world.tell("invoice.payment_succeeded", invoice)
    restore(world, invoice)


def restore(world: World, invoice: Doc) -> None:
    """A subscription that was behind is active again once its newest final invoice is settled."""
    subscription = subscription_of(world, invoice)
    if subscription is None or subscription["status"] not in ("past_due", "incomplete", "unpaid"):
        return
    newest = [
        one for one in map(world.store.find, reversed(world.store.side("_invoices", subscription["id"])["list"]))
        if one is not None and one["status"] != "draft"
    ]  # fmt: skip
    if newest and newest[0]["id"] == invoice["id"]:
        set_status(world, subscription, "active")


def cancel_intents(world: World, invoice: Doc, reason: str = "void_invoice") -> None:
    """A void invoice can be paid no more."""
    for name in world.store.side("_payments", invoice["id"])["list"]:
        payment = world.store.get("invoice_payment", name)
        intent = world.store.get("payment_intent", payment["payment"]["payment_intent"])
        if payment["status"] == "open" and intent["status"] != "succeeded":
            intent.update(status="canceled", cancellation_reason=reason, canceled_at=world.now(invoice))
            world.store.touch(intent)
            world.tell("payment_intent.canceled", intent)
    _close_payment(world, invoice, paid=None)


def error_of(world: World, invoice: Doc, reason: str) -> ApiError:
    """What POST /v1/invoices/{id}/pay answers when the card is refused."""
    if reason == "no_card":
        return ApiError(
            "Nothing to charge: the customer has no default payment method.", code="missing",
            param="payment_method", status=400,
        )  # fmt: skip
    if reason == "authentication_required":
        return ApiError(
            "The payment needs additional user action before it can be completed.", status=402, kind="card_error",
            code="invoice_payment_intent_requires_action",
        )  # fmt: skip
    more: dict[str, Any] = {"charge": intent_of(world, invoice)["latest_charge"]}
    return decline(reason, **more)
