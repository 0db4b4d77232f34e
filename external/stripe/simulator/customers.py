"""Customers and their balance."""

from typing import Any

from external.stripe.simulator.blanks import blank
from external.stripe.simulator.cards import attach, resolve
from external.stripe.simulator.faults import ApiError
from external.stripe.simulator.forms import Doc, needed, whole, with_metadata
from external.stripe.simulator.store import fresh
from external.stripe.simulator.world import World

_PLAIN = ("email", "name", "phone", "description")


def create_customer(world: World, params: Doc) -> Doc:
    clock_id = params.get("test_clock")
    if clock_id:
        world.store.get("test_helpers.test_clock", clock_id, "test_clock")
    customer = blank(
        "customer", id=fresh("cus"), balance=whole(params, "balance", 0), currency=None, delinquent=False,
        invoice_prefix=fresh("x")[-8:].upper(), livemode=False, metadata=with_metadata(None, params),
        invoice_settings={"custom_fields": None, "default_payment_method": None, "footer": None,
                          "rendering_options": None},
        next_invoice_sequence=1, preferred_locales=params.get("preferred_locales", []), tax_exempt="none",
        test_clock=clock_id, shipping=None, address=_address(params),
        **{name: params.get(name) or None for name in _PLAIN},
    )  # fmt: skip
    customer["created"] = world.now(customer)
    world.store.put(customer)
    _cards(world, customer, params)
    world.tell("customer.created", customer)
    return customer


def _address(params: Doc) -> Doc | None:
    given = params.get("address")
    if not isinstance(given, dict):
        return None
    return {part: given.get(part) for part in ("city", "country", "line1", "line2", "postal_code", "state")}


def _cards(world: World, customer: Doc, params: Doc) -> None:
    if name := params.get("payment_method"):
        attach(world, resolve(world, name), customer)
    default = params.get("invoice_settings", {}).get("default_payment_method")
    if default is not None:
        if default:
            method = resolve(world, default)
            if method["customer"] is None and default != method["id"]:
                attach(world, method, customer)
            if method["customer"] != customer["id"]:
                raise ApiError(
                    f"The customer does not have a payment method with the ID {default}. The payment method must be "
                    "attached to the customer.", code="resource_missing",
                    param="invoice_settings[default_payment_method]",
                )  # fmt: skip
            default = method["id"]
        customer["invoice_settings"]["default_payment_method"] = default or None


def update_customer(world: World, customer: Doc, params: Doc) -> Doc:
    for name in _PLAIN:
        if name in params:
            customer[name] = params[name] or None
    if "address" in params:
        customer["address"] = _address(params)
    if (balance := whole(params, "balance")) is not None:
        move_balance(world, customer, balance - customer["balance"], "adjustment")
    customer["metadata"] = with_metadata(customer["metadata"], params)
    _cards(world, customer, params)
    world.store.touch(customer)
    world.tell("customer.updated", customer)
    return customer


def move_balance(world: World, customer: Doc, amount: int, kind: str, **more: Any) -> Doc:
    """Change what is credited (below zero) or owed, with the transaction that says why."""
    customer["balance"] += amount
    customer["currency"] = customer["currency"] or "usd"
    world.store.touch(customer)
    return world.store.put(
        blank(
            "customer_balance_transaction", id=fresh("cbtxn"), amount=amount, created=world.now(customer),
            currency=customer["currency"], customer=customer["id"], ending_balance=customer["balance"],
            livemode=False, metadata={}, type=kind,
        )
        | more
    )  # fmt: skip


def add_balance(world: World, customer: Doc, params: Doc) -> Doc:
    """POST /v1/customers/{id}/balance_transactions"""
    amount = whole(params, "amount")
    if amount is None:
        needed(params, "amount")
    needed(params, "currency")
    return move_balance(
        world, customer, amount or 0, "adjustment",
        description=params.get("description"), metadata=with_metadata(None, params),
    )  # fmt: skip


def delete_customer(world: World, customer: Doc) -> Doc:
    from external.stripe.simulator.subscriptions import end_subscription  # noqa: PLC0415 - subscriptions stand on us

    for subscription in world.store.every("subscription"):
        if subscription["customer"] == customer["id"] and subscription["ended_at"] is None:
            end_subscription(world, subscription, reason="cancellation_requested")
    world.tell("customer.deleted", customer)
    gone = {"id": customer["id"], "object": "customer", "deleted": True}
    customer.clear()
    customer.update(gone)
    world.store.touch(customer)
    return gone
